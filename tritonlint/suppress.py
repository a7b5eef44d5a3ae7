"""Suppression comments: ``# tritonlint: ignore[TLC101] reason`` on the line of a finding or alone on the line above."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tritonlint.source import LineIndex, Span

COMMENT = re.compile(r"#[ \t]*tritonlint:[ \t]*ignore\[(?P<codes>[^\]\n]*)\][^\n]*")


@dataclass(slots=True)
class Suppression:
    """One code of one comment; ``line`` is the 1-based line that it silences."""

    path: str
    start: int
    end: int
    line: int
    name: str
    used: bool = False

    @property
    def span(self) -> Span:
        """The code or rule name inside the brackets."""
        return Span(self.path, self.start, self.end)

    def covers(self, code: str, rule: str) -> bool:
        """Whether the comment names this rule, by code, code prefix or name."""
        return code.startswith(self.name.upper()) or rule == self.name.lower()


def read_suppressions(path: str, index: LineIndex) -> list[Suppression]:
    """Every suppression of a config.pbtxt or model.py."""
    found: list[Suppression] = []
    if "tritonlint:" not in index.text:
        return found
    for comment in COMMENT.finditer(index.text):
        position = index.position(comment.start(), comment.start())
        alone = not index.line_text(position.line)[: position.column - 1].strip()
        line = position.line
        if alone:
            # A block of comments above a statement silences the statement, not the next comment.
            line += 1
            while line < index.lines and index.line_text(line).lstrip().startswith("#"):
                line += 1
        offset = comment.start("codes")
        for part in comment["codes"].split(","):
            name = part.strip()
            if name:
                start = offset + part.index(name)
                found.append(Suppression(path, start, start + len(name), line, name))
            offset += len(part) + 1
    return found
