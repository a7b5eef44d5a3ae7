"""Places in files: every value a rule may speak about carries one of these."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(slots=True, unsafe_hash=True)
class Span:
    """A half-open range of characters ``[start, end)`` in the decoded text of one file.

    Never changed once it is made; declared frozen, the thousands of a run would take thrice the time to make.

    ``path`` is the path as the run opened it. ``start`` is None for a folder, a binary or a whole file;
    ``end`` is then None too.
    """

    path: str
    start: int | None = None
    end: int | None = None

    def within(self, outer: Span) -> bool:
        """Whether all of it lies in another one of the same file."""
        return (outer.start or 0) <= (self.start or 0) and (self.end or 0) <= (outer.end or 0)


@dataclass(frozen=True, slots=True)
class Position:
    """1-based line and column (characters); the end column is the one after the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class LineIndex:
    """Turns character offsets of one text into lines and columns. Lines end at LF, CR LF or a lone CR."""

    def __init__(self, text: str) -> None:
        self.text = text
        starts = [0]
        position = 0
        for line in text.splitlines(keepends=True) if "\r" in text else ():
            # str.splitlines also cuts at form feeds and Unicode separators; editors do not.
            position += len(line)
            if line.endswith(("\n", "\r")):
                starts.append(position)
        if "\r" not in text:
            position = text.find("\n")
            while position != -1:
                starts.append(position + 1)
                position = text.find("\n", position + 1)
        self._starts = starts

    def position(self, start: int, end: int) -> Position:
        """Line and column of ``[start, end)``; offsets beyond the text are clamped."""
        line, column = self._point(start)
        end_line, end_column = self._point(max(start, end))
        return Position(line, column, end_line, end_column)

    def line_text(self, line: int) -> str:
        """The text of a 1-based line, without its line end."""
        first = self._starts[line - 1]
        last = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[first:last].rstrip("\r\n")

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return len(self._starts)

    def _point(self, offset: int) -> tuple[int, int]:
        offset = min(offset, len(self.text))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def decode(data: bytes) -> str:
    """Text of a file's bytes; bytes that are not UTF-8 become lone surrogates, so it encodes back exactly."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The inverse of :func:`decode`."""
    return text.encode("utf-8", "surrogateescape")
