"""The record of a run: docs/evidence.md."""

from __future__ import annotations

from collections.abc import Sequence

from tests.evidence.cases import RELEASES, Result
from tritonlint.rule import load_rule

HEAD = """# What real servers did

Every example of the rules for model.py, run on a real server: a bad example has to show what its rule says, a clean
one has to load and to answer a request made from its configuration. Written by
`python -m tests.evidence --output docs/evidence.md` (release {release}; where a rule's outcome changes with the
release, on both sides of the border, as far as servers of {releases} reach).
A request counts as hanging after 3 s, a load after 15 s.
"""


def record(results: Sequence[Result], release: str) -> str:
    """Markdown, in the order of the codes."""
    bad = [one for one in results if one.case.bad]
    shown = [one for one in bad if one.case.expected not in {"not observable", "nothing"}]
    outside = [one for one in bad if one.case.expected == "nothing"]
    clean = [one for one in results if not one.case.bad]
    lines = [
        HEAD.format(release=release, releases=", ".join(RELEASES)),
        f"{sum(one.holds for one in shown)} of {len(shown)} runs of bad examples show the effect; "
        f"{sum(one.holds for one in clean)} of {len(clean)} clean examples load and answer; "
        f"{sum(one.holds for one in outside)} of {len(outside)} runs beyond the border show nothing; "
        f"{len(bad) - len(shown) - len(outside)} bad examples cannot be shown here, for the reason given.",
        _quoted(bad),
        "",
        "| example | rule | release | must show | seen |",
        "| --- | --- | --- | --- | --- |",
    ]
    order = sorted(results, key=lambda one: (one.case.code, one.case.number, not one.case.bad, one.case.release))
    for one in order:
        case = one.case
        must = case.expected if case.bad else "an answer"
        seen = one.seen.replace("|", "\\|")
        if case.evidence.why and case.expected != "not observable":
            seen += f" ({case.evidence.why})"
        if not one.holds:
            seen = f"**not confirmed**: {seen}"
        lines.append(f"| {case.name} | {load_rule(case.code).rule.name} | {case.release} | {must} | {seen} |")
    return "\n".join(lines) + "\n"


def _quoted(bad: Sequence[Result]) -> str:
    """Rules whose ``server_says`` no example brings about."""
    codes = {one.case.code for one in bad if load_rule(one.case.code).rule.server_says}
    unseen = codes - {one.case.code for one in bad if one.quotes}
    if not unseen:
        return "Every message that a rule quotes was seen."
    return f"Quoted, but brought about by no example: {', '.join(sorted(unseen))}."
