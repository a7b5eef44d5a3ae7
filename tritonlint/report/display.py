"""Text of unknown origin made safe and aligned: source lines, paths and messages hold what users' files hold."""

from __future__ import annotations

import unicodedata

TAB_WIDTH = 4
MAX_CELLS = 140
"""Longest source line that is shown whole, in terminal cells."""
ELLIPSIS = "..."


def visible(text: str, keep: str = "") -> str:
    r"""Control, direction-changing and undecodable characters as escapes (``\x1b``); ``keep`` names exceptions."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if character in keep else _escape(character) for character in text)


def well_formed(text: str) -> str:
    """Replace lone surrogates, which no JSON or XML reader takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def cells(character: str) -> int:
    """How many terminal cells a printable character takes."""
    if character.isascii():
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Show a source line: its text, the cells before the mark and the cells of the mark.

    ``start`` and ``end`` are 0-based characters of the line. Tabs become spaces; a long line is cut around the mark.
    """
    start = min(max(start, 0), len(line))
    end = min(max(end, start), len(line))
    shown: list[str] = []
    widths: list[int] = []
    for character in line:
        piece = " " * TAB_WIDTH if character == "\t" else _escape(character)
        shown.append(piece)
        widths.append(sum(map(cells, piece)))
    first, last = 0, len(line)
    if sum(widths) > MAX_CELLS:
        room = MAX_CELLS
        # Keep a third of the room before the mark for context, the rest for the mark and what follows.
        first = start
        before = 0
        while first > 0 and before + widths[first - 1] <= room // 3:
            first -= 1
            before += widths[first]
        last = first
        used = 0
        while last < len(line) and used + widths[last] <= room:
            used += widths[last]
            last += 1
        while first > 0 and used + widths[first - 1] <= room:
            first -= 1
            used += widths[first]
    lead = ELLIPSIS if first > 0 else ""
    tail = ELLIPSIS if last < len(line) else ""
    text = lead + "".join(shown[first:last]) + tail
    offset = len(lead) + sum(widths[first:start])
    marked = sum(widths[start : min(end, last)])
    return text.rstrip(), offset, max(marked, 1)


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
