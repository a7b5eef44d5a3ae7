"""The fix loop: apply edits, check again, until nothing is left to mend; then write the files once.

Everything happens in memory first. An edit that breaks the syntax of a file that was whole is dropped.
"""

from __future__ import annotations

import ast
import difflib
import os
import stat
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tritonlint.facts import UnreadableFile, read_text_file
from tritonlint.finding import Edit, Fix, Rename
from tritonlint.report.result import Result
from tritonlint.source import encode

MAX_ROUNDS = 20
"""Rounds after which fixes that undo each other are left as they are."""


@dataclass(slots=True)
class FixOutcome:
    """New texts by path, renames, and how many findings were mended."""

    texts: dict[str, str] = field(default_factory=dict)
    renames: list[Rename] = field(default_factory=list)
    fixed: int = 0

    def diff(self) -> str:
        """Unified diff of everything that would change."""
        parts: list[str] = []
        for path in sorted(self.texts):
            parts += difflib.unified_diff(
                read_text_file(path).splitlines(keepends=True),
                self.texts[path].splitlines(keepends=True),
                path,
                path,
            )
            if parts and not parts[-1].endswith("\n"):
                parts[-1] += "\n\\ No newline at end of file\n"
        parts += [f"rename from {r.source}\nrename to {r.destination}\n" for r in self.renames]
        return "".join(parts)

    def write(self) -> None:
        """Change the user's files: atomically, mode kept, symlinks followed, nothing overwritten by a rename.

        Raises OSError.
        """
        for path, text in self.texts.items():
            _write(path, text)
        for rename in self.renames:
            if not os.path.lexists(rename.destination):
                os.makedirs(os.path.dirname(rename.destination) or ".", exist_ok=True)
                os.rename(rename.source, rename.destination)


def plan_fixes(check: Callable[[Mapping[str, str]], Result], unsafe: bool) -> FixOutcome:
    """Run ``check`` on texts in memory until no wanted fix is left (at most :data:`MAX_ROUNDS` rounds)."""
    outcome = FixOutcome()
    refused: set[tuple[str, str]] = set()
    for _ in range(MAX_ROUNDS):
        result = check(outcome.texts)
        wanted = [
            (finding.fingerprint, finding.fix)
            for finding in result.findings
            if finding.fix is not None and (unsafe or finding.fix.safety == "safe")
        ]
        progressed = False
        taken: dict[str, list[Edit]] = {}
        for fingerprint, fix in wanted:
            for rename in fix.renames:
                if rename not in outcome.renames and not os.path.lexists(rename.destination):
                    outcome.renames.append(rename)
                    outcome.fixed += 1
            if fix.edits and (fingerprint, fix.description) not in refused and _free(fix, taken):
                if _try(fix, outcome.texts):
                    for edit in fix.edits:
                        taken.setdefault(edit.span.path, []).append(edit)
                else:
                    refused.add((fingerprint, fix.description))
        for path, edits in taken.items():
            outcome.texts[path] = _apply(_text(path, outcome.texts), edits)
            progressed = True
        outcome.fixed += len(
            {
                fingerprint
                for fingerprint, fix in wanted
                if fix.edits and fix.edits[0] in taken.get(fix.edits[0].span.path, ())
            }
        )
        if not progressed:
            break
    return outcome


def _free(fix: Fix, taken: Mapping[str, list[Edit]]) -> bool:
    """Whether no edit of this round touches the same characters."""
    for edit in fix.edits:
        start, end = _range(edit)
        for other in taken.get(edit.span.path, ()):
            other_start, other_end = _range(other)
            if (start < other_end and other_start < end) or start == other_start or end == other_end:
                return False
    return True


def _try(fix: Fix, texts: Mapping[str, str]) -> bool:
    """Whether the fix alone leaves every file that it touches at least as well-formed as before."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.span.path, []).append(edit)
    for path, edits in by_path.items():
        try:
            before = _text(path, texts)
        except UnreadableFile:
            return False
        after = _apply(before, edits)
        if after == before or _flaws(path, after) > _flaws(path, before):
            return False
    return True


def _flaws(path: str, text: str) -> int:
    """How many syntax errors a file has; only whether there is one for Python."""
    if path.endswith(".pbtxt"):
        from tritonlint.pbtxt.reader import read_config

        return len(read_config(path, text).problems)
    if path.endswith(".py"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return 1
    return 0


def _text(path: str, texts: Mapping[str, str]) -> str:
    known = texts.get(path)
    return known if known is not None else read_text_file(path)


def _apply(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=_range, reverse=True):
        start, end = _range(edit)
        text = text[:start] + edit.text + text[end:]
    return text


def _range(edit: Edit) -> tuple[int, int]:
    start = edit.span.start or 0
    return start, edit.span.end if edit.span.end is not None else start


def _write(path: str, text: str) -> None:
    place = os.path.realpath(path)
    mode = stat.S_IMODE(os.stat(place).st_mode)
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(place), prefix=".tritonlint-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(encode(text))
        os.chmod(temporary, mode)
        os.replace(temporary, place)
    except BaseException:
        os.unlink(temporary)
        raise
