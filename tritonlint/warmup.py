"""The warm-up samples of a config, as the server walks them when an instance is made (facts, section P1)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.pbtxt.tree import Document, Field, MapEntry, Message
from tritonlint.remember import remembered
from tritonlint.repository import MAX_DEPTH, Entry, Model
from tritonlint.source import Span
from tritonlint.tensors import (
    ELEMENT_BYTES,
    anchor,
    certainly_absent,
    data_type,
    element_count,
    entries,
    integers,
    overflows,
)

FOLDER = "warmup"
DATA_KINDS = ("zero_data", "random_data", "input_data_file")


@dataclass(frozen=True, slots=True)
class WarmupInput:
    """One entry of a sample's ``inputs``; ``value`` is None when the entry holds nothing but a key."""

    config: Document
    sample: Sample
    name: str
    entry: MapEntry
    value: Message | None

    @property
    def span(self) -> Span:
        """Its key, else the whole entry."""
        return self.entry.span

    @property
    def key(self) -> str:
        """Its part of a fingerprint."""
        return f"{self.sample.index}:{self.name}"

    @property
    def dims(self) -> list[int] | None:
        """Its dims, None when not known."""
        return integers(self.config, self.value, "dims") if self.value is not None else []

    @property
    def dims_span(self) -> Span:
        """Where its dims are written, else its key."""
        written = self.value.field("dims") if self.value is not None else None
        return written.span if written is not None else self.span

    @property
    def data_type(self) -> str | None:
        """Its data type, "TYPE_INVALID" when left out, None when not known."""
        return data_type(self.config, self.value) if self.value is not None else "TYPE_INVALID"

    @property
    def has_no_data(self) -> bool:
        """Whether it is proven that no kind of data is given."""
        if self.value is None:
            return certainly_absent(self.config, self.entry.entry, "value")
        return all(certainly_absent(self.config, self.value, kind) for kind in DATA_KINDS)

    @property
    def byte_size(self) -> int | None:
        """Bytes that its data needs; None for strings and whenever dims or type do not tell."""
        dims = self.dims
        size = ELEMENT_BYTES.get(self.data_type or "")
        if dims is None or size is None or any(dim < 0 for dim in dims) or overflows([*dims, size]):
            return None
        return element_count(dims) * size


@dataclass(frozen=True, slots=True)
class Sample:
    """One ``model_warmup`` entry. ``batch_size`` 0 makes the server skip it unread."""

    config: Document
    index: int
    field: Field
    message: Message

    @property
    def batch_size(self) -> int | None:
        """Its batch size, 0 when left out, None when not known."""
        if not self.message.has("batch_size") and not certainly_absent(self.config, self.message, "batch_size"):
            return None
        return self.message.integer("batch_size")

    @property
    def title(self) -> str:
        """How messages call it."""
        name = self.message.string("name")
        return f"warm-up '{name}'" if name else f"warm-up number {self.index + 1}"

    @property
    def span(self) -> Span:
        """Its name, else where it starts."""
        name = self.message.scalar("name")
        return name.span if name is not None and name.value else anchor(self.field, self.message)

    @property
    def inputs(self) -> list[WarmupInput]:
        """Its inputs by name; what has an unknown name is left out (see ``inputs_known``)."""
        return [
            WarmupInput(self.config, self, key, entry, entry.value if isinstance(entry.value, Message) else None)
            for key, entry in self.message.map("inputs").items()
            if isinstance(key, str)
        ]

    @property
    def inputs_known(self) -> bool:
        """Whether ``inputs`` is all there is."""
        if not self.message.has("inputs"):
            return certainly_absent(self.config, self.message, "inputs")
        if self.message.uncertain:
            return False
        for entry in self.message.messages("inputs"):
            key = entry.scalar("key")
            if entry.uncertain or (key is not None and not isinstance(key.value, str)):
                return False
        return True


@remembered
def samples(config: Document) -> list[Sample]:
    """All warm-up samples. Empty for ensembles, which may have none, and when every instance is passive."""
    root = config.root
    if root.has("ensemble_scheduling"):
        return []
    groups = root.messages("instance_group")
    if groups and all(group.boolean("passive") is not False for group in groups):
        return []
    return [
        Sample(config, index, written, message)
        for index, (written, message) in enumerate(entries(root, "model_warmup"))
    ]


def active_inputs(config: Document) -> Iterator[WarmupInput]:
    """Every input of every sample that the server runs."""
    for sample in samples(config):
        if sample.batch_size:
            yield from sample.inputs


def data_file(model: Model, written: str) -> tuple[str, Entry | None] | None:
    """Path of a warm-up file below the model, and what lies there; None when that cannot be told."""
    path = posixpath.normpath(f"{FOLDER}/{written}")
    if path.startswith("..") or model.truncated or model.error or path.count("/") >= MAX_DEPTH:
        return None
    return path, model.entries.get(path)
