"""Inputs and outputs of a config with their places, and the arithmetic of shapes as Triton core does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tritonlint.effective import EffectiveConfig
from tritonlint.pbtxt.tree import Document, Field, Message
from tritonlint.remember import remembered
from tritonlint.source import Span

Direction = Literal["input", "output"]

INT64_MAX = 2**63 - 1

# Facts: server-validation.md, end matter (2). The position is the enum's number.
DATA_TYPES = (
    "TYPE_INVALID",
    "TYPE_BOOL",
    "TYPE_UINT8",
    "TYPE_UINT16",
    "TYPE_UINT32",
    "TYPE_UINT64",
    "TYPE_INT8",
    "TYPE_INT16",
    "TYPE_INT32",
    "TYPE_INT64",
    "TYPE_FP16",
    "TYPE_FP32",
    "TYPE_FP64",
    "TYPE_STRING",
    "TYPE_BF16",
)
ELEMENT_BYTES = {
    "TYPE_BOOL": 1,
    "TYPE_UINT8": 1,
    "TYPE_UINT16": 2,
    "TYPE_UINT32": 4,
    "TYPE_UINT64": 8,
    "TYPE_INT8": 1,
    "TYPE_INT16": 2,
    "TYPE_INT32": 4,
    "TYPE_INT64": 8,
    "TYPE_FP16": 2,
    "TYPE_FP32": 4,
    "TYPE_FP64": 8,
    "TYPE_BF16": 2,
}
"""Bytes of one element; TYPE_STRING has no fixed size."""


def certainly_absent(config: Document, message: Message, name: str) -> bool:
    """Whether a field is proven to be missing: nothing in its message was left out as unreadable."""
    if message.uncertain or message.has(name):
        return False
    return not any(message.start <= problem.start < message.end for problem in config.problems)


def entries(message: Message, name: str) -> Iterator[tuple[Field, Message]]:
    """Every value of a repeated message field, with the textual field it stands in."""
    for written in message.occurrences(name):
        for value in written.values:
            if isinstance(value, Message):
                yield written, value


def anchor(written: Field, message: Message) -> Span:
    """Where to point for something missing in an entry: the field's name, or the bracket of a list element."""
    if len(written.values) == 1:
        return written.name_span
    return Span(message.path, message.start, message.start + 1)


def data_type(config: Document, message: Message) -> str | None:
    """The data type's name ("TYPE_INVALID" when left out, digits outside the enum), None when not known."""
    value = message.scalar("data_type")
    if value is None:
        return "TYPE_INVALID" if certainly_absent(config, message, "data_type") else None
    if isinstance(value.value, str):
        return value.value
    if isinstance(value.value, int):
        return DATA_TYPES[value.value] if 0 <= value.value < len(DATA_TYPES) else str(value.value)
    return None


def enum_number(message: Message, name: str, names: Sequence[str]) -> int | None:
    """The number of an enum field (0 when it is left out), None when not known."""
    value = message.scalar(name)
    if value is None:
        return None if message.uncertain else 0
    if isinstance(value.value, str):
        return names.index(value.value) if value.value in names else None
    return value.value if isinstance(value.value, int) else None


def integers(config: Document, message: Message, name: str) -> list[int] | None:
    """The numbers of a repeated field, empty when it is proven to be missing, None when not known."""
    if not message.has(name) and not certainly_absent(config, message, name):
        return None
    return message.integers(name)


@dataclass(frozen=True, slots=True)
class Tensor:
    """One ``input`` or ``output`` entry of a config."""

    config: Document
    direction: Direction
    index: int
    field: Field
    message: Message

    @property
    def name(self) -> str | None:
        """The tensor's name, "" when there is none, None when not known."""
        return self.message.string("name")

    @property
    def title(self) -> str:
        """How messages call it: ``input 'x'``, or by its position when it has no name."""
        return f"{self.direction} '{self.name}'" if self.name else f"{self.direction} number {self.index + 1}"

    @property
    def key(self) -> str:
        """Its part of a fingerprint."""
        return f"{self.direction}:{self.name or self.index}"

    @property
    def span(self) -> Span:
        """Its name where it has one, else where the entry starts."""
        name = self.message.scalar("name")
        return name.span if name is not None and self.name else anchor(self.field, self.message)

    @property
    def data_type(self) -> str | None:
        """See :func:`data_type`."""
        return data_type(self.config, self.message)

    @property
    def dims(self) -> list[int] | None:
        """Its dims, empty when left out, None when not known."""
        return integers(self.config, self.message, "dims")

    @property
    def dims_span(self) -> Span:
        """Where its dims are written, else the tensor itself."""
        written = self.message.field("dims")
        return written.span if written is not None else self.span

    @property
    def reshape(self) -> list[int] | None:
        """The shape of its ``reshape``; None when there is no reshape, or when it is not known."""
        message = self.message.message("reshape")
        return integers(self.config, message, "shape") if message is not None else None

    @property
    def reshape_span(self) -> Span:
        """Where its reshape is written: the values, or the field's name when it holds none."""
        message = self.message.message("reshape")
        written = message.field("shape") if message is not None else None
        if written is not None and written.values:
            return written.span
        outer = self.message.field("reshape")
        return outer.name_span if outer is not None else self.span


@remembered
def tensors(config: Document, direction: Direction | None = None) -> list[Tensor]:
    """All inputs, then all outputs (or only one kind), in file order."""
    directions: tuple[Direction, ...] = ("input", "output") if direction is None else (direction,)
    return [
        Tensor(config, kind, index, written, message)
        for kind in directions
        for index, (written, message) in enumerate(entries(config.root, kind))
    ]


def element_count(dims: Sequence[int]) -> int:
    """Product of the dims, -1 as soon as one is variable, 0 for an empty list (core: GetElementCount)."""
    if not dims:
        return 0
    count = 1
    for dim in dims:
        if dim == -1:
            return -1
        # int64 as in C++: past its limit the count wraps around, and up to 26.02 core compares the wrapped counts.
        count = (count * dim + INT64_MAX + 1) % 2**64 - INT64_MAX - 1
    return count


def overflows(dims: Sequence[int]) -> bool:
    """Whether the product passes int64 before a variable dim is met."""
    count = 1
    for dim in dims:
        if dim == -1:
            return False
        count *= dim
        if abs(count) > INT64_MAX:
            return True
    return False


def segments(dims: Sequence[int]) -> list[int]:
    """Products of the stretches before, between and behind the variable dims."""
    products = [1]
    for dim in dims:
        if dim == -1:
            products.append(1)
        else:
            products[-1] *= dim
    return products


ReshapeDifference = Literal["size", "variable-count", "segment"]


def reshape_difference(dims: Sequence[int], reshape: Sequence[int]) -> ReshapeDifference | None:
    """Why core refuses this pair of dims and reshape, None when it accepts it (facts, section N)."""
    if not reshape and element_count(dims) == 1:
        return None
    if element_count(dims) != element_count(reshape):
        return "size"
    if -1 not in dims:
        return None
    if list(dims).count(-1) != list(reshape).count(-1):
        return "variable-count"
    return "segment" if segments(dims) != segments(reshape) else None


def shape_text(dims: Sequence[int]) -> str:
    """Dims as one writes them in a config."""
    return "[ " + ", ".join(str(dim) for dim in dims) + " ]" if dims else "[ ]"


def shapes_match(wanted: Sequence[int], given: Sequence[int]) -> bool:
    """Whether a given fixed shape fits declared dims: equal rank, and -1 takes anything."""
    return len(wanted) == len(given) and all(w in (-1, g) for w, g in zip(wanted, given, strict=True))


def meant_for_tensorrt(effective: EffectiveConfig) -> bool:
    """Whether the TensorRT backend runs the model, or would if backend and platform were not mixed up."""
    return effective.intended_backend in (None, "tensorrt", "tensorrt_plan") or effective.backend == "tensorrt"
