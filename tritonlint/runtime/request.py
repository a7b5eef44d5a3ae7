"""Requests made from a model's configuration, as bytes on the wire; and how tensors of any type read.

The configuration is the one the server hands out, so what it completed itself is in it.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

ELEMENT_FORMATS = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}
"""Data types of the inference protocol and how :mod:`struct` packs one element; BF16 and BYTES are packed by hand."""
VARIABLE_DIM = 4
"""Elements of a variable dimension in made-up requests."""
MAX_BATCH = 8
"""Largest batch that is made up; a model's maximum may be thousands."""
LARGE_STRING = 16 * 1024
"""Bytes of each element where strings shall fill memory: few long ones, which Python reads at once."""
PERIOD = 80
"""Elements after which made-up values repeat; a multiple of each type's own period."""
MAX_TENSOR_BYTES = 64 * 1024 * 1024
"""A tensor larger than this is not made up."""

Origin = Literal["made up", "warm-up", "sample"]


class SampleError(Exception):
    """A file of sample requests that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor on the wire: ``datatype`` as the protocol names it, ``data`` little-endian.

    Elements of BYTES stand each behind its length.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)

    @property
    def elements(self) -> int:
        """How many elements the shape holds."""
        return math.prod(self.shape)

    @property
    def expected_bytes(self) -> int | None:
        """Bytes that the shape needs; None for strings."""
        size = element_bytes(self.datatype)
        return None if size is None else size * self.elements

    @property
    def summary(self) -> str:
        """``x FP32 [2, 3]``."""
        return f"{self.name} {self.datatype} [{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Request:
    """Input tensors with a title for the report; ``parameters`` as the protocol has them (sequence_id, …)."""

    title: str
    inputs: tuple[Tensor, ...]
    parameters: Mapping[str, bool | int | str] = field(default_factory=dict)
    origin: Origin = "made up"


def element_bytes(datatype: str) -> int | None:
    """Bytes of one element; None for BYTES and unknown types."""
    if datatype == "BF16":
        return 2
    format_ = ELEMENT_FORMATS.get(datatype)
    return struct.calcsize("<" + format_) if format_ is not None else None


def protocol_type(data_type: str) -> str:
    """The protocol's name of a config's data type: TYPE_FP32 → FP32, TYPE_STRING → BYTES."""
    name = data_type.removeprefix("TYPE_")
    return "BYTES" if name == "STRING" else name


def pack(datatype: str, values: Sequence[Any]) -> bytes:
    """Values as bytes on the wire. Raises ValueError for a type that the protocol lacks or values that do not fit."""
    try:
        if datatype == "BYTES":
            encoded = [value.encode() if isinstance(value, str) else bytes(value) for value in values]
            return b"".join(struct.pack("<I", len(value)) + value for value in encoded)
        if datatype == "BF16":
            return b"".join(struct.pack("<f", float(value))[2:] for value in values)
        if datatype in ("FP16", "FP32", "FP64"):
            values = [float(value) for value in values]
        return struct.pack(f"<{len(values)}{ELEMENT_FORMATS[datatype]}", *values)
    except (struct.error, KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"{datatype}: {error}") from error


def string_elements(data: bytes) -> list[bytes] | None:
    """The elements of a BYTES tensor; None when the lengths do not add up."""
    found, position = [], 0
    while position < len(data):
        if position + 4 > len(data):
            return None
        (length,) = struct.unpack_from("<I", data, position)
        position += 4
        if position + length > len(data):
            return None
        found.append(data[position : position + length])
        position += length
    return found


def made_up(datatype: str, count: int, salt: int = 0) -> bytes:
    """Harmless values: small whole numbers (so that they also serve as indices), fractions, short words."""
    if datatype == "BYTES":
        values: list[Any] = [b"tritonlint %d" % ((salt + i) % 10) for i in range(PERIOD)]
    elif datatype == "BOOL":
        values = [bool((salt + i) % 2) for i in range(PERIOD)]
    elif datatype in ("FP16", "FP32", "FP64", "BF16"):
        values = [((salt + i) % 16) / 16 for i in range(PERIOD)]
    else:
        values = [(salt + i) % 8 for i in range(PERIOD)]
    # Large tensors are made of whole periods: packing millions of numbers one by one takes seconds.
    return pack(datatype, values) * (count // PERIOD) + pack(datatype, values[: count % PERIOD])


def tensor_of(entry: Mapping[str, Any], batch: int | None, *, variable: int = VARIABLE_DIM, salt: int = 0) -> Tensor:
    """A made-up tensor for one ``input`` of a configuration; ``batch`` None when the model takes no batches."""
    shape = tuple(variable if int(dim) < 0 else int(dim) for dim in entry.get("dims", ()))
    if batch is not None:
        shape = (batch, *shape)
    datatype = protocol_type(str(entry.get("data_type", "")))
    size = element_bytes(datatype) or 16
    if size * math.prod(shape) > MAX_TENSOR_BYTES:
        raise ValueError(f"input '{entry.get('name')}' of shape {list(shape)} would need more than 64 MiB")
    return Tensor(str(entry["name"]), datatype, shape, made_up(datatype, math.prod(shape), salt))


def batch_limit(config: Mapping[str, Any]) -> int:
    """The configuration's max_batch_size; 0 when the model takes no batches."""
    return int(config.get("max_batch_size", 0))


def requests_for(config: Mapping[str, Any]) -> Iterator[Request]:
    """The requests that show whether a model works: smallest and largest batch, optional inputs, a whole sequence.

    Raises ValueError when no request can be made up (a type the protocol lacks, a tensor too large).
    """
    limit = batch_limit(config)
    inputs = list(config.get("input", ()))
    if "sequence_batching" in config:
        yield from _sequence(config, inputs)
        return
    smallest = 1 if limit > 0 else None
    required = [entry for entry in inputs if not entry.get("optional")]
    # Not from zero on: a count, a size or a number of responses of zero shows little.
    whole = tuple(tensor_of(entry, smallest, salt=1) for entry in inputs)
    yield Request("a request" if smallest is None else "a batch of 1", whole)
    if limit > 1:
        largest = min(limit, MAX_BATCH)
        yield Request(f"a batch of {largest}", tuple(tensor_of(entry, largest, salt=3) for entry in inputs))
    if any(int(dim) < 0 for entry in inputs for dim in entry.get("dims", ())):
        longer = tuple(tensor_of(entry, smallest, variable=VARIABLE_DIM + 3, salt=5) for entry in inputs)
        yield Request(f"variable dimensions of {VARIABLE_DIM + 3}", longer)
    if len(required) < len(inputs) and required:
        yield Request("without the optional inputs", tuple(tensor_of(entry, smallest, salt=1) for entry in required))


def _sequence(config: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]) -> Iterator[Request]:
    batch = 1 if batch_limit(config) > 0 else None
    identifier: int | str = 7001
    for control_input in config["sequence_batching"].get("control_input", ()):
        for control in control_input.get("control", ()):
            if control.get("kind") == "CONTROL_SEQUENCE_CORRID" and control.get("data_type") == "TYPE_STRING":
                identifier = "tritonlint"
    for step, (title, start, end) in enumerate(
        (("the start of a sequence", True, False), ("its middle", False, False), ("its end", False, True))
    ):
        yield Request(
            title,
            tuple(tensor_of(entry, batch, salt=step + 1) for entry in inputs),
            {"sequence_id": identifier, "sequence_start": start, "sequence_end": end},
        )


def warmup_requests(config: Mapping[str, Any], model: str) -> Iterator[Request]:
    """The warm-up samples of a configuration as requests; one whose data cannot be read is left out."""
    declared = {str(entry["name"]) for entry in config.get("input", ())}
    for number, sample in enumerate(config.get("model_warmup", ()), 1):
        found = []
        for name, given in dict(sample.get("inputs", {})).items():
            shape = tuple(int(dim) for dim in given.get("dims", ()))
            shape = (1, *shape) if batch_limit(config) > 0 else shape
            datatype = protocol_type(str(given.get("data_type", "")))
            file = given.get("input_data_file")
            try:
                if file is not None:
                    data = (Path(model) / "warmup" / str(file)).read_bytes()
                elif "random_data" in given:
                    data = made_up(datatype, math.prod(shape))
                else:
                    data = pack(datatype, [b"" if datatype == "BYTES" else 0] * math.prod(shape))
            except (OSError, ValueError):
                break
            if name in declared:
                found.append(Tensor(str(name), datatype, shape, data))
        else:
            if found:
                yield Request(f"warm-up '{sample.get('name', number)}'", tuple(found), {}, "warm-up")


def odd_requests(config: Mapping[str, Any], good: Request) -> Iterator[Request]:
    """Requests that fit the configuration, with content that careless code stumbles over."""
    limit = batch_limit(config)
    variable = {
        str(entry["name"]) for entry in config.get("input", ()) if any(int(dim) < 0 for dim in entry.get("dims", ()))
    }
    if variable:
        empty = []
        for tensor, entry in zip(good.inputs, _entries(config, good), strict=True):
            shape = tuple(0 if int(dim) < 0 else int(dim) for dim in entry.get("dims", ()))
            shape = (1, *shape) if limit > 0 else shape
            empty.append(
                replace(tensor, shape=shape, data=made_up(tensor.datatype, math.prod(shape)))
                if tensor.name in variable
                else tensor
            )
        yield replace(good, title="empty tensors", inputs=tuple(empty))
    if any(tensor.datatype == "BYTES" for tensor in good.inputs):
        yield replace(
            good,
            title="strings that are no UTF-8",
            inputs=tuple(
                replace(t, data=pack("BYTES", [b"\xff\xfe"] * t.elements)) if t.datatype == "BYTES" else t
                for t in good.inputs
            ),
        )
    if any(tensor.datatype in ("FP16", "FP32", "FP64") for tensor in good.inputs):
        yield replace(
            good,
            title="numbers that are not finite",
            inputs=tuple(
                replace(t, data=pack(t.datatype, [math.nan] * t.elements))
                if t.datatype in ("FP16", "FP32", "FP64")
                else t
                for t in good.inputs
            ),
        )
    if any(tensor.datatype != "BYTES" for tensor in good.inputs):
        yield replace(
            good,
            title="zeros",
            inputs=tuple(replace(t, data=bytes(len(t.data))) if t.datatype != "BYTES" else t for t in good.inputs),
        )
    if any(tensor.datatype == "BYTES" for tensor in good.inputs):
        yield replace(
            good,
            title="empty strings",
            inputs=tuple(
                replace(t, data=pack("BYTES", [b""] * t.elements)) if t.datatype == "BYTES" else t for t in good.inputs
            ),
        )
    if any(tensor.datatype.startswith("INT") for tensor in good.inputs):
        yield replace(
            good,
            title="negative numbers",
            inputs=tuple(
                replace(t, data=pack(t.datatype, [-1] * t.elements)) if t.datatype.startswith("INT") else t
                for t in good.inputs
            ),
        )
    if any(tensor.datatype not in ("BYTES", "BOOL") for tensor in good.inputs):
        yield replace(
            good,
            title="large numbers",
            # No larger: code that takes a number for a size shall not fill the machine's memory.
            inputs=tuple(
                replace(t, data=pack(t.datatype, [100 if t.datatype.endswith("INT8") else 1000] * t.elements))
                if t.datatype not in ("BYTES", "BOOL")
                else t
                for t in good.inputs
            ),
        )


def _entries(config: Mapping[str, Any], request: Request) -> list[Mapping[str, Any]]:
    by_name = {str(entry["name"]): entry for entry in config.get("input", ())}
    return [by_name[tensor.name] for tensor in request.inputs]


def larger_request(config: Mapping[str, Any], good: Request, size: int) -> Request | None:
    """The good request blown up to at least ``size`` bytes in all; None when every shape is fixed and too small."""
    limit = batch_limit(config)
    entries = _entries(config, good)
    room = [any(int(dim) < 0 for dim in entry.get("dims", ())) for entry in entries]
    if not any(room):
        return None
    tensors = []
    for tensor, entry, grows in zip(good.inputs, entries, room, strict=True):
        fixed = math.prod(int(dim) for dim in entry["dims"] if int(dim) > 0)
        each = (element_bytes(tensor.datatype) or LARGE_STRING) * max(fixed, 1)
        wanted = math.ceil(size / each / sum(room)) if grows else VARIABLE_DIM
        seen = False
        shape = []
        for dim in entry.get("dims", ()):
            if int(dim) < 0:
                # One dimension takes all of it, so that the others stay as they were.
                shape.append(1 if seen else wanted)
                seen = True
            else:
                shape.append(int(dim))
        whole = (1, *shape) if limit > 0 else tuple(shape)
        count = math.prod(whole)
        strings = tensor.datatype == "BYTES" and grows
        data = pack("BYTES", [b"tritonlint " * (LARGE_STRING // 11)]) * count if strings else None
        tensors.append(replace(tensor, shape=whole, data=data or made_up(tensor.datatype, count)))
    return replace(good, title=f"a request of {size // 2**20} MiB", inputs=tuple(tensors))


def read_samples(path: Path) -> dict[str, list[Request]]:
    """Requests by model from a JSON file: an object with a list of request bodies for each model name.

    The bodies (``inputs`` with ``name``, ``datatype``, ``shape``, ``data``; ``parameters``) are those of the inference
    protocol, so what ``curl`` sends can be pasted. Raises SampleError.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SampleError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise SampleError(f"{path}: expected an object with a list of requests for each model name")
    found: dict[str, list[Request]] = {}
    for model, bodies in content.items():
        for number, body in enumerate(bodies if isinstance(bodies, list) else [bodies], 1):
            try:
                request = _sample(body, number)
            except KeyError as error:
                reason = f"{error} is missing"
            except (TypeError, ValueError, AttributeError) as error:
                reason = str(error)
            else:
                found.setdefault(model, []).append(request)
                continue
            raise SampleError(f"{path}: request {number} of model '{model}': {reason}")
    return found


def _sample(body: Any, number: int) -> Request:
    if not isinstance(body, dict):
        raise TypeError("a request is an object with 'inputs', as the inference protocol has it")
    tensors = []
    for entry in body["inputs"]:
        name, datatype = str(entry["name"]), str(entry["datatype"])
        if datatype != "BYTES" and element_bytes(datatype) is None:
            known = ", ".join((*ELEMENT_FORMATS, "BF16", "BYTES"))
            raise ValueError(f"input '{name}': no data type {datatype!r}; there are {known}")
        tensor = Tensor(name, datatype, tuple(int(dim) for dim in entry["shape"]), b"")
        values = _flat(entry["data"])
        if len(values) != tensor.elements:
            raise ValueError(
                f"input '{name}': shape {list(tensor.shape)} takes {tensor.elements} values, not {len(values)}"
            )
        tensors.append(replace(tensor, data=pack(datatype, values)))
    return Request(f"sample {number}", tuple(tensors), dict(body.get("parameters", {})), "sample")


def _flat(values: Any) -> list[Any]:
    if not isinstance(values, list):
        return [values]
    out: list[Any] = []
    for value in values:
        out += _flat(value) if isinstance(value, list) else [value]
    return out


def invalid_requests(good: Request) -> Iterator[tuple[Literal["type", "shape", "name"], Request]]:
    """Requests that differ from a good one in its first input's type, rank or name."""
    first, *rest = good.inputs
    other = "INT64" if first.datatype != "INT64" else "FP64"
    yield "type", replace(good, inputs=(replace(first, datatype=other, data=bytes(8 * first.elements)), *rest))
    longer = (*first.shape, 1)
    yield "shape", replace(good, inputs=(replace(first, shape=longer), *rest))
    yield "name", replace(good, inputs=(replace(first, name="tritonlint_no_such_input"), *rest))


def varied(request: Request, salt: int) -> Request:
    """The same request with other made-up values."""
    return replace(
        request,
        title=f"{request.title}, variant {salt}",
        inputs=tuple(replace(t, data=made_up(t.datatype, t.elements, salt * 5 + 1)) for t in request.inputs),
    )
