"""What a generated case is, and how its configurations are written down."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


class Message(list[tuple[str, "Value"]]):
    """Fields of a message in file order; a repeated field's value is a list."""


class Raw(str):
    """Text that stands for itself, in no particular style."""


Value = str | Message | Sequence[str] | Sequence[Message]


class Link(str):
    """A symlink with this target."""


@dataclass(frozen=True)
class Style:
    """One of the many ways in which the text format may be written."""

    list_messages: bool = False
    list_scalars: bool = True
    colon: bool = False
    angle: bool = False
    separator: str = ""
    comments: bool = False
    single_quotes: bool = False
    indent: str = "  "
    newline: str = "\n"

    @classmethod
    def random(cls, rng: random.Random) -> Style:
        return cls(
            list_messages=rng.random() < 0.5,
            list_scalars=rng.random() < 0.7,
            colon=rng.random() < 0.3,
            angle=rng.random() < 0.1,
            separator=rng.choice(["", "", ",", ";"]),
            comments=rng.random() < 0.2,
            single_quotes=rng.random() < 0.2,
            indent=rng.choice(["", "  ", "    ", "\t"]),
            newline=rng.choice(["\n", "\n", "\n", "\r\n"]),
        )

    def write(self, message: Message) -> str:
        lines = ["# written by the oracle's generator"] if self.comments else []
        self._fields(message, "", lines)
        return self.newline.join(lines) + (self.newline if lines else "")

    def _fields(self, message: Message, indent: str, lines: list[str]) -> None:
        end = self.separator + ("  # note" if self.comments else "")
        for name, value in message:
            if isinstance(value, Raw):
                lines.append(indent + value)
            elif isinstance(value, str):
                lines.append(f"{indent}{name}: {self._scalar(value)}{end}")
            elif isinstance(value, Message):
                self._message(name, value, indent, lines, end)
            elif all(isinstance(one, str) for one in value):
                scalars = [self._scalar(str(one)) for one in value]
                if self.list_scalars or not scalars:
                    lines.append(f"{indent}{name}: [ {', '.join(scalars)} ]{end}")
                else:
                    lines.extend(f"{indent}{name}: {one}{end}" for one in scalars)
            elif self.list_messages and value:
                lines.append(f"{indent}{name}{':' if self.colon else ''} [")
                for position, one in enumerate(value):
                    assert isinstance(one, Message)
                    comma = "," if position + 1 < len(value) else ""
                    self._message("", one, indent + self.indent, lines, comma)
                lines.append(f"{indent}]{end}")
            else:
                for one in value:
                    assert isinstance(one, Message)
                    self._message(name, one, indent, lines, end)

    def _message(self, name: str, value: Message, indent: str, lines: list[str], end: str) -> None:
        opening, closing = ("<", ">") if self.angle else ("{", "}")
        head = f"{name}{':' if self.colon else ''} " if name else ""
        lines.append(f"{indent}{head}{opening}")
        self._fields(value, indent + self.indent, lines)
        lines.append(f"{indent}{closing}{end}")

    def _scalar(self, value: str) -> str:
        if self.single_quotes and value.startswith('"') and "'" not in value:
            return f"'{value[1:-1]}'"
        return value


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def mapping(**entries: Value) -> list[Message]:
    return [Message([("key", quoted(key)), ("value", value)]) for key, value in entries.items()]


@dataclass
class Case:
    """One model, or an ensemble with its members: files, and the models in the order to load them.

    ``files`` maps a path (the first part is the model folder) to its text; a path that ends in ``/`` is an empty
    folder. ``steps`` names the models that an ensemble's steps use.
    """

    name: str
    family: str
    mutations: list[str] = field(default_factory=list)
    files: dict[str, str | bytes] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)
    steps: dict[str, list[str]] = field(default_factory=dict)

    def write(self, repository: Path) -> None:
        for path, content in self.files.items():
            place = repository / path
            if path.endswith("/"):
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                os.symlink(content, place)
            elif isinstance(content, bytes):
                place.write_bytes(content)
            else:
                place.write_bytes(content.encode("utf-8", "surrogateescape"))
        for model in self.models:
            (repository / model).mkdir(parents=True, exist_ok=True)
