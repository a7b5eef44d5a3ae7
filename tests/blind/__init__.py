"""Models that were written without a look at the rules, and what a real server of 24.10 did with each.

A set is two files in ``sets/``: ``NAME.txt`` holds the models in the format of :mod:`tritonlint.example`, under
``faulty/`` with one fault each, under ``correct/`` served with right answers, under ``mended/`` the faulty ones with
the fault taken out, served with right answers, too. ``NAME.json`` says of each faulty model the lines of model.py
where a reader would mark the fault, its effect, what it is, and what the server did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.finding import Finding
from tritonlint.settings import Settings

SETS = Path(__file__).parent / "sets"
RELEASE = "24.10"
HELD_BACK = frozenset({"thirteen"})
"""What is read for mending no longer says how much of unseen code is found."""


@dataclass(slots=True)
class Score:
    """What tritonlint says of a set; ``missed`` are the faulty models without a finding on one of their lines."""

    name: str
    faulty: int = 0
    correct: int = 0
    missed: dict[str, str] = field(default_factory=dict)
    alarms: list[Finding] = field(default_factory=list)

    @property
    def found(self) -> int:
        """Faulty models with an error or a warning where the fault is."""
        return self.faulty - len(self.missed)


def set_names() -> list[str]:
    """The names of all sets."""
    return sorted(path.stem for path in SETS.glob("*.txt"))


def score(name: str, folder: Path) -> Score:
    """Lay a set out below ``folder`` and check it."""
    parse_example((SETS / f"{name}.txt").read_text(encoding="utf-8")).write(folder)
    result = Score(name)
    for part in ("correct", "mended"):
        if (folder / part).is_dir():
            result.correct += sum(1 for _ in (folder / part).iterdir())
            result.alarms += _told(folder / part)
    faults = SETS / f"{name}.json"
    if faults.exists():
        by_model: dict[str | None, list[Finding]] = {}
        for finding in _told(folder / "faulty"):
            by_model.setdefault(finding.model, []).append(finding)
        for model, fault in json.loads(faults.read_text(encoding="utf-8")).items():
            result.faulty += 1
            if not any(_hits(finding, fault["lines"]) for finding in by_model.get(model, ())):
                result.missed[model] = fault["what"]
    return result


def _told(folder: Path) -> Iterator[Finding]:
    found = check_paths([str(folder)], Settings(triton_version=RELEASE))
    return (finding for finding in found.findings if finding.severity != "note")


def _hits(finding: Finding, lines: list[int]) -> bool:
    place = finding.location
    if place.path.endswith("config.pbtxt"):
        return True
    return place.line is not None and any(place.line <= line <= (place.end_line or place.line) for line in lines)
