"""The record of a run: docs/evidence.md. A run of some rules replaces their rows and leaves the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.evidence.cases import RELEASES, Result
from tritonlint.report.display import visible
from tritonlint.rule import load_rule, rule_modules

HEAD = """# What real servers did

Every example of the rules for model.py, run on a real server: a bad example has to show what its rule says, a clean
one has to load and to answer a request made from its configuration. Written by
`python -m tests.evidence --output docs/evidence.md` (release 24.10; where a rule's outcome changes with the release, on
both sides of the border, as far as servers of {releases} reach; `--rule CODE` renews the rows of one rule).
A request counts as hanging after 3 s, a load after 15 s.
"""
ROW = re.compile(
    r"\| (?P<code>TLP\d{3})/(?P<number>\d+) \| [\w-]+ \| (?P<release>[\d.]+) \| (?P<must>.+?) \| (?P<seen>.*) \|"
)
REFUTED = "**not confirmed**: "


@dataclass(frozen=True, order=True)
class Row:
    """One line of the table."""

    code: str
    number: int
    release: str
    must: str
    seen: str

    def __str__(self) -> str:
        name = load_rule(self.code).rule.name
        return f"| {self.code}/{self.number} | {name} | {self.release} | {self.must} | {self.seen} |"


def rows_of(results: Iterable[Result]) -> list[Row]:
    """The rows of a run."""
    rows = []
    for result in results:
        case = result.case
        seen = result.seen
        if case.evidence.why and case.expected != "not observable":
            seen += f" ({case.evidence.why})"
        if not result.holds:
            seen = REFUTED + seen
        must = str(case.expected) if case.bad else "an answer"
        rows.append(Row(case.code, case.number, case.release, must, visible(seen).replace("|", "\\|")))
    return rows


def rows_in(text: str) -> list[Row]:
    """The rows of an earlier record."""
    return [
        Row(found["code"], int(found["number"]), found["release"], found["must"], found["seen"])
        for found in map(ROW.fullmatch, text.splitlines())
        if found
    ]


def record(results: Sequence[Result], earlier: str = "") -> str:
    """Markdown, in the order of the codes; rows of ``earlier`` stay where this run has none of the rule."""
    fresh = rows_of(results)
    renewed = {row.code for row in fresh}
    rows = sorted(
        [*fresh, *(row for row in rows_in(earlier) if row.code not in renewed and row.code in rule_modules())]
    )
    clean = [row for row in rows if row.must == "an answer"]
    outside = [row for row in rows if row.must == "nothing"]
    hidden = [row for row in rows if row.must == "not observable"]
    shown = [row for row in rows if row not in clean and row not in outside and row not in hidden]
    return "\n".join(
        [
            HEAD.format(releases=", ".join(RELEASES)),
            f"* {_held(shown)} runs of bad examples show the effect.",
            f"* {_held(outside)} runs beyond a border between releases show nothing.",
            f"* {_held(clean)} runs of clean examples load and answer.",
            f"* {len(hidden)} bad examples cannot be shown here, for the reason given.",
            "",
            "| example | rule | release | must show | seen |",
            "| --- | --- | --- | --- | --- |",
            *map(str, rows),
            "",
        ]
    )


def _held(rows: Sequence[Row]) -> str:
    return f"{sum(not row.seen.startswith(REFUTED) for row in rows)} of {len(rows)}"
