"""Example trees of rules: small model repositories in one string.

``-- add/config.pbtxt --`` starts a file, ``-- add/1/ --`` makes an empty folder. A code behind the second
dashes (``-- add/1/ -- TLR001``) expects a finding on that file or folder as a whole. A comment line with carets
(``#   ^^^^ TLC101``) expects a finding on exactly those characters of the line above and is not part of the
file; put several such lines for several findings. ``-- target -- release=24.10 gpus=1`` declares a target,
``-- fixed: add/config.pbtxt --`` the text that ``--fix --unsafe-fixes`` shall leave. A file whose first line starts
with ``@`` is built by :mod:`tritonlint.specimen` (archives, ELF files). A tree without any expectation must be clean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEADER = re.compile(r"-- (?P<path>.+?) --(?: (?P<rest>.*))?")
CARETS = re.compile(r"\s*# *(?P<carets>\^+) (?P<code>TL[A-Z]\d{3})\s*")


@dataclass(frozen=True, slots=True)
class Expectation:
    """A finding that an example must give; ``line`` is None for a whole file or folder."""

    code: str
    path: str
    line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A parsed example tree."""

    files: dict[str, str]
    expected: tuple[Expectation, ...]
    fixed: dict[str, str]
    target: dict[str, str]

    def write(self, folder: Path) -> None:
        """Lay the tree out under ``folder``."""
        for path, text in self.files.items():
            place = folder / path
            if path.endswith("/"):
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if text.startswith("@"):
                from tritonlint.specimen import build

                build(text, place)
            else:
                place.write_text(text, encoding="utf-8", newline="")


def parse_example(text: str) -> Example:
    """Read the format above. Raises ValueError for a caret line without a line above or a stray text."""
    files: dict[str, list[str]] = {}
    fixed: dict[str, list[str]] = {}
    expected: list[Expectation] = []
    target: dict[str, str] = {}
    lines: list[str] | None = None
    path = ""
    for line in text.splitlines():
        header = HEADER.fullmatch(line)
        if header:
            path, rest = header["path"], header["rest"] or ""
            if path == "target":
                target = dict(pair.split("=", 1) for pair in rest.split())
                lines = None
            elif path.startswith("fixed: "):
                path = path.removeprefix("fixed: ")
                lines = fixed.setdefault(path, [])
            else:
                lines = files.setdefault(path, [])
                expected += [Expectation(code, path.rstrip("/")) for code in rest.split()]
            continue
        if lines is None:
            if line.strip():
                raise ValueError(f"text before the first file of an example: {line!r}")
            continue
        carets = CARETS.fullmatch(line)
        if carets and path not in fixed:
            if not lines:
                raise ValueError(f"carets without a line above: {line!r}")
            expected.append(
                Expectation(carets["code"], path, len(lines), carets.start("carets") + 1, carets.end("carets") + 1)
            )
        else:
            lines.append(line)
    return Example(
        {p: _text(p, body) for p, body in files.items()},
        tuple(expected),
        {p: _text(p, body) for p, body in fixed.items()},
        target,
    )


def _text(path: str, lines: list[str]) -> str:
    return "" if path.endswith("/") or not lines else "\n".join(lines) + "\n"
