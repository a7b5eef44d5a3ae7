"""Sequence batching as facts: control inputs and states, as core walks them (facts: server-validation, G3 and Q)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.pbtxt.tree import Document, Field, Message
from tritonlint.source import Span
from tritonlint.tensors import anchor, entries, enum_number

CONTROL_KINDS = (
    "CONTROL_SEQUENCE_START",
    "CONTROL_SEQUENCE_READY",
    "CONTROL_SEQUENCE_END",
    "CONTROL_SEQUENCE_CORRID",
)
VALUE_LISTS = ("int32_false_true", "fp32_false_true", "bool_false_true")


@dataclass(frozen=True, slots=True)
class Control:
    """One ``control`` of a control input. ``kind`` is None when it is not known or outside the enum."""

    tensor: str
    field: Field
    message: Message
    kind: str | None

    @property
    def span(self) -> Span:
        """The kind where it is written, else where the control starts."""
        written = self.message.scalar("kind")
        return written.span if written is not None else anchor(self.field, self.message)

    def lists(self) -> list[Field]:
        """The value lists that hold anything, one field each; an empty list counts as none."""
        found = []
        for name in VALUE_LISTS:
            if self.message.scalars(name):
                written = self.message.field(name)
                if written is not None:
                    found.append(written)
        return found


def control_inputs(config: Document) -> Iterator[tuple[Field, Message]]:
    """Every ``control_input`` of a config."""
    batching = config.root.message("sequence_batching")
    if batching is not None:
        yield from entries(batching, "control_input")


def controls(config: Document) -> Iterator[Control]:
    """Every ``control`` of every control input, in file order."""
    for _, tensor in control_inputs(config):
        for written, message in entries(tensor, "control"):
            number = enum_number(message, "kind", CONTROL_KINDS)
            kind = CONTROL_KINDS[number] if number is not None and 0 <= number < len(CONTROL_KINDS) else None
            yield Control(tensor.string("name") or "", written, message, kind)


@dataclass(frozen=True, slots=True)
class State:
    """One ``state`` of a sequence model with its first ``initial_state``, if any."""

    index: int
    field: Field
    message: Message
    initial_field: Field | None
    initial: Message | None

    @property
    def title(self) -> str:
        """How messages call it."""
        name = self.message.string("input_name")
        return f"state '{name}'" if name else f"state number {self.index + 1}"

    @property
    def key(self) -> str:
        """Its part of a fingerprint."""
        return f"state:{self.index}"

    @property
    def initial_span(self) -> Span:
        """Where the initial state starts."""
        if self.initial_field is None or self.initial is None:
            return anchor(self.field, self.message)
        return anchor(self.initial_field, self.initial)


def states(config: Document) -> Iterator[State]:
    """Every ``state`` of a config, in file order."""
    batching = config.root.message("sequence_batching")
    if batching is None:
        return
    for index, (written, message) in enumerate(entries(batching, "state")):
        initial = next(iter(entries(message, "initial_state")), None)
        yield State(index, written, message, initial[0] if initial else None, initial[1] if initial else None)
