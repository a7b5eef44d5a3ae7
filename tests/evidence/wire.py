"""Inference over HTTP: a request made from a model's configuration, and what came back, decoded.

Tensors travel in Triton's binary form, so that every data type (FP16 and BF16 too) is seen as the client gets it.
"""

from __future__ import annotations

import http.client
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

FORMATS = {
    "BOOL": "?", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q", "UINT8": "B", "UINT16": "H", "UINT32": "I",
    "UINT64": "Q", "FP16": "e", "FP32": "f", "FP64": "d", "BF16": "H",
}  # fmt: skip
ANSWER_SECONDS = 3.0
"""How long an answer may take before the request counts as hanging; all examples answer within milliseconds."""

Kind = Literal["answer", "error", "hang", "crash"]


@dataclass(frozen=True)
class Tensor:
    """One output as the client received it."""

    datatype: str
    shape: tuple[int, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Reply:
    """What one request got; a streaming model gives several groups of outputs."""

    kind: Kind
    message: str = ""
    outputs: Mapping[str, Tensor] = field(default_factory=dict)
    streamed: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Body:
    """A request, and the values it holds by input."""

    data: bytes
    headers: Mapping[str, str]
    values: Mapping[str, Sequence[Any]]


def default_values(datatype: str, count: int, number: int) -> list[Any]:
    """Small values that differ between requests, so that swapped answers show."""
    if datatype in {"BYTES", "STRING"}:
        return [f"text {number}{chr(97 + index % 26)}".encode() for index in range(count)]
    if datatype == "BOOL":
        return [(index + number) % 2 == 0 for index in range(count)]
    return [number + 1 + index % 3 for index in range(count)]


def shape_of(tensor: Mapping[str, Any], batched: bool, sizes: int = 2) -> list[int]:
    """The tensor's dims with ``sizes`` for every -1, behind a batch of one where the model batches."""
    dims = [int(one) for one in tensor.get("dims", ())]
    return [1] * batched + [sizes if one < 0 else one for one in dims]


def request_body(
    config: Mapping[str, Any],
    *,
    number: int = 0,
    values: Mapping[str, Sequence[Any]] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    without: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
) -> Body:
    """A request for all inputs of ``config`` (as the server reports it), ``without`` the named optional ones.

    Inputs with ``values`` come first, in the order of these.
    """
    batched = int(config.get("max_batch_size", 0)) > 0
    described, blobs, sent = [], [], {}
    first = list(values or ())
    place = {tensor["name"]: len(first) for tensor in config.get("input", ())} | {n: i for i, n in enumerate(first)}
    for tensor in sorted(config.get("input", ()), key=lambda tensor: place[tensor["name"]]):
        name = tensor["name"]
        if name in without:
            continue
        datatype = tensor["data_type"].removeprefix("TYPE_").replace("STRING", "BYTES")
        shape = list((shapes or {}).get(name) or shape_of(tensor, batched))
        count = 1
        for one in shape:
            count *= one
        given = list((values or {}).get(name, ()))
        filled = given + default_values(datatype, max(0, count - len(given)), number)
        blob = encode(datatype, filled[:count])
        sent[name] = filled[:count]
        described.append(
            {"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(blob)}}
        )
        blobs.append(blob)
    head = json.dumps({"inputs": described, "parameters": {"binary_data_output": True, **(parameters or {})}}).encode()
    return Body(
        head + b"".join(blobs),
        {"Inference-Header-Content-Length": str(len(head)), "Content-Type": "application/octet-stream"},
        sent,
    )


def encode(datatype: str, values: Sequence[Any]) -> bytes:
    """Triton's binary form of ``values``."""
    if datatype == "BYTES":
        raw = [one if isinstance(one, bytes) else str(one).encode() for one in values]
        return b"".join(struct.pack("<I", len(one)) + one for one in raw)
    return struct.pack(f"<{len(values)}{FORMATS[datatype]}", *values)


def decode(datatype: str, data: bytes) -> tuple[Any, ...]:
    """The inverse of :func:`encode`."""
    if datatype == "BYTES":
        found, place = [], 0
        while place < len(data):
            (size,) = struct.unpack_from("<I", data, place)
            found.append(data[place + 4 : place + 4 + size])
            place += 4 + size
        return tuple(found)
    form = FORMATS[datatype]
    return struct.unpack(f"<{len(data) // struct.calcsize('<' + form)}{form}", data)


def infer(port: int, model: str, body: Body) -> Reply:
    """Send one request on a connection of its own."""
    return _call(port, f"/v2/models/{model}/infer", body.data, body.headers, _outputs)


def generate(port: int, model: str, config: Mapping[str, Any], *, number: int = 0) -> Reply:
    """Ask a streaming model through the generate extension (24.10 speaks gRPC too, but this needs no client)."""
    document = {}
    for tensor in config.get("input", ()):
        datatype = tensor["data_type"].removeprefix("TYPE_")
        shape = shape_of(tensor, False)
        given = default_values(datatype, shape[0] if shape else 1, number)
        plain = [one.decode() if isinstance(one, bytes) else one for one in given]
        document[tensor["name"]] = plain[0] if len(plain) == 1 else plain
    return _call(port, f"/v2/models/{model}/generate_stream", json.dumps(document).encode(), {}, _events)


def _call(port: int, path: str, data: bytes, headers: Mapping[str, str], read: Any) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", path, data, dict(headers))
        response = connection.getresponse()
        body = response.read()
    except TimeoutError:
        return Reply("hang", f"no answer within {ANSWER_SECONDS:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Reply("crash", type(error).__name__)
    finally:
        connection.close()
    if response.status != 200:
        return Reply("error", _message(body))
    reply: Reply = read(response, body)
    return reply


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace")


def _outputs(response: http.client.HTTPResponse, body: bytes) -> Reply:
    size = int(response.headers.get("Inference-Header-Content-Length") or len(body))
    document, data = json.loads(body[:size]), body[size:]
    outputs, place = {}, 0
    for one in document.get("outputs", ()):
        length = int(one["parameters"]["binary_data_size"])
        outputs[one["name"]] = Tensor(
            one["datatype"], tuple(one["shape"]), decode(one["datatype"], data[place : place + length])
        )
        place += length
    return Reply("answer", outputs=outputs)


def _events(response: http.client.HTTPResponse, body: bytes) -> Reply:
    events = [json.loads(line[5:]) for line in body.decode().splitlines() if line.startswith("data:")]
    errors = [str(one["error"]) for one in events if "error" in one]
    if errors:
        return Reply("error", errors[0], streamed=tuple(events))
    return Reply("answer", streamed=tuple(events))
