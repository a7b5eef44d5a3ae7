"""The tree a config is read into. Offsets are characters of the document's text; trivia is what lies between.

Values are bound to Triton's descriptors: an enum value is its name, a number the parsed number. ``value`` is
None where the value cannot be known (a ``${placeholder}``) or is not valid for its field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tritonlint.remember import Remembering
from tritonlint.source import Span

ScalarKind = Literal["string", "number", "identifier", "placeholder"]


@dataclass(slots=True, eq=False)
class Scalar:
    """One scalar as written. ``raw`` is its text in the file, quotes included."""

    path: str
    start: int
    end: int
    value: bool | int | float | str | None
    raw: str
    kind: ScalarKind

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return Span(self.path, self.start, self.end)

    @property
    def unknown(self) -> bool:
        """Whether the value cannot be known from the file."""
        return self.value is None


@dataclass(slots=True, eq=False)
class Field:
    """One textual occurrence of a field: ``name: value``, ``name { … }`` or ``name: [ … ]``."""

    path: str
    start: int
    end: int
    name: str
    name_end: int
    values: list[Scalar | Message]

    @property
    def span(self) -> Span:
        """The whole field, name to last value character."""
        return Span(self.path, self.start, self.end)

    @property
    def name_span(self) -> Span:
        """The field's name."""
        return Span(self.path, self.start, self.name_end)


@dataclass(slots=True, eq=False)
class Message:
    """A message; the root's span is the whole text. ``fields`` are in file order, invalid ones left out.

    ``uncertain`` is True when something inside this message itself could not be understood (a placeholder in
    place of a field, a syntax error), so that the absence of a field proves nothing.
    """

    path: str
    start: int
    end: int
    type_name: str
    fields: list[Field] = field(default_factory=list)
    uncertain: bool = False
    _by_name: dict[str, list[Field]] = field(default_factory=dict, repr=False)
    _indexed: int = field(default=0, repr=False)

    @property
    def span(self) -> Span:
        """From the opening to behind the closing bracket."""
        return Span(self.path, self.start, self.end)

    def occurrences(self, name: str) -> Sequence[Field]:
        """Every textual occurrence of a field."""
        # Two hundred rules ask each message for fields: an index costs one pass, a scan one pass each.
        if self._indexed != len(self.fields):
            by_name: dict[str, list[Field]] = {}
            for each in self.fields:
                by_name.setdefault(each.name, []).append(each)
            self._by_name = by_name
            self._indexed = len(self.fields)
        return self._by_name.get(name, ())

    def has(self, name: str) -> bool:
        """Whether the field is written at all."""
        return bool(self.occurrences(name))

    def field(self, name: str) -> Field | None:
        """The last textual occurrence of a field."""
        found = self.occurrences(name)
        return found[-1] if found else None

    def scalar(self, name: str) -> Scalar | None:
        """The value of a singular scalar field (the last one wins), or None when it is not written."""
        found = self.occurrences(name)
        if not found or not found[-1].values:
            return None
        value = found[-1].values[-1]
        return value if isinstance(value, Scalar) else None

    def scalars(self, name: str) -> list[Scalar]:
        """All values of a repeated scalar field."""
        found = self.occurrences(name)
        return [v for f in found for v in f.values if isinstance(v, Scalar)] if found else []

    def message(self, name: str) -> Message | None:
        """The value of a singular message field."""
        found = self.occurrences(name)
        if not found or not found[-1].values:
            return None
        value = found[-1].values[-1]
        return value if isinstance(value, Message) else None

    def messages(self, name: str) -> list[Message]:
        """All values of a repeated message field."""
        found = self.occurrences(name)
        return [v for f in found for v in f.values if isinstance(v, Message)] if found else []

    def string(self, name: str) -> str | None:
        """A string field's value; "" when it is not written, None when it is not known."""
        value = self.scalar(name)
        if value is None:
            return None if self.uncertain else ""
        return value.value if isinstance(value.value, str) else None

    def integer(self, name: str) -> int | None:
        """An integer field's value; 0 when it is not written, None when it is not known."""
        value = self.scalar(name)
        if value is None:
            return None if self.uncertain else 0
        return value.value if isinstance(value.value, int) else None

    def boolean(self, name: str) -> bool | None:
        """A boolean field's value; False when it is not written, None when it is not known."""
        value = self.scalar(name)
        if value is None:
            return None if self.uncertain else False
        return value.value if isinstance(value.value, bool) else None

    def integers(self, name: str) -> list[int] | None:
        """A repeated integer field; None when any element (or the message) is not known."""
        if self.uncertain:
            return None
        out = []
        for value in self.scalars(name):
            if not isinstance(value.value, int):
                return None
            out.append(value.value)
        return out

    def map(self, name: str) -> dict[str | int, MapEntry]:
        """A map field by key, the last entry of a key winning; entries with an unknown key are left out."""
        out: dict[str | int, MapEntry] = {}
        for entry in self.messages(name):
            key = entry.scalar("key")
            if key is not None and not isinstance(key.value, str | int):
                continue
            written = entry.field("value")
            value = written.values[-1] if written is not None and written.values else None
            # A map entry without a key has the key type's default (facts, section C: pbtxt.map-missing-key).
            out[key.value if key is not None and isinstance(key.value, str | int) else ""] = MapEntry(entry, key, value)
        return out


@dataclass(slots=True, eq=False)
class MapEntry:
    """One entry of a map field."""

    entry: Message
    key: Scalar | None
    value: Scalar | Message | None

    @property
    def span(self) -> Span:
        """The key where it is written, else the whole entry."""
        return self.key.span if self.key is not None else self.entry.span


ProblemKind = Literal[
    "syntax",
    "unknown-field",
    "unknown-enum-value",
    "wrong-type",
    "out-of-range",
    "duplicate-field",
    "oneof-conflict",
    "unclosed",
    "json-habit",
    "encoding",
    "too-deep",
]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A safe textual repair: replace ``[start, end)`` by ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something in the text that the protobuf parser of the server refuses. The reader states it, rules judge."""

    kind: ProblemKind
    start: int
    end: int
    message: str
    help: str = ""
    related: tuple[tuple[int, int, str], ...] = ()
    """(start, end, label) of other places in the same text."""
    repairs: tuple[Replacement, ...] = ()
    name: str = ""
    """The field or value name in question."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A ``#`` comment, without the line end."""

    start: int
    end: int
    text: str


@dataclass(slots=True, eq=False)
class Document(Remembering):
    """A read config: text, tree, problems, and every place that holds a placeholder."""

    path: str
    text: str
    root: Message
    problems: tuple[ReadProblem, ...] = ()
    comments: tuple[Comment, ...] = ()
    placeholders: tuple[tuple[int, int], ...] = ()
