"""What a rule says (:class:`Problem`) and what a report shows (:class:`Finding`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tritonlint.source import Span

Effect = Literal[
    "server-crash",
    "load-failure",
    "request-failure",
    "wrong-result",
    "instability",
    "security",
    "performance",
    "portability",
    "hygiene",
]
Certainty = Literal["certain", "likely"]
Severity = Literal["error", "warning", "note"]
Safety = Literal["safe", "unsafe"]

Probe = Literal[
    "load", "interpreter", "requests", "shared-memory", "failing-requests", "stub-death", "leftovers", "soak"
]
PROBES: tuple[Probe, ...] = (
    "load",
    "interpreter",
    "requests",
    "shared-memory",
    "failing-requests",
    "stub-death",
    "leftovers",
    "soak",
)
"""Parts of the runtime check in their order; the position is the tens digit of the rules' codes (TLX10x: load)."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
EFFECTS: dict[Effect, tuple[Severity, Severity]] = {
    "server-crash": ("error", "warning"),
    "load-failure": ("error", "warning"),
    "request-failure": ("error", "warning"),
    "wrong-result": ("error", "warning"),
    "instability": ("error", "warning"),
    "security": ("error", "warning"),
    "performance": ("warning", "note"),
    "portability": ("warning", "note"),
    "hygiene": ("note", "note"),
}


def severity_of(effect: Effect, certainty: Certainty) -> Severity:
    """The severity that follows from effect and certainty (design, section 1)."""
    certain, likely = EFFECTS[effect]
    return certain if certainty == "certain" else likely


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters of ``span`` by ``text``; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the file or folder at ``source`` the path ``destination``; never overwrites."""

    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that mends the finding. ``safe`` fixes never change what the model computes."""

    description: str
    edits: tuple[Edit, ...] = ()
    renames: tuple[Rename, ...] = ()
    safety: Safety = "safe"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains the finding, with its own label."""

    span: Span
    message: str


def looked_up_at(written: Span | None, raised: Span) -> tuple[Related, ...]:
    """Where a key is looked up that is written elsewhere."""
    return (Related(raised, "looked up here"),) if written is not None else ()


def called_at(span: Span | None) -> tuple[Related, ...]:
    """What a model file calls, for what is told of another file."""
    return (Related(span, "called here"),) if span is not None else ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields. The engine adds code, effect, model and fingerprint.

    ``key`` tells two problems of one rule in one file apart in the fingerprint without line numbers (a field
    path, a tensor name); the message is used when it is empty. ``effect`` and ``certainty`` replace the
    rule's own for this one problem. ``general`` is a place (a statement) whose problems another one may name more
    exactly: when one that is no note lies in it, this problem is left out. ``release_note`` is appended to the help.
    """

    span: Span
    message: str
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    key: str = ""
    effect: Effect | None = None
    certainty: Certainty | None = None
    general: Span | None = None


def as_one(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The first of several problems with one cause, which names the places of the others and mends them all."""
    every = list(problems)
    if not every:
        return
    fixes = [problem.fix for problem in every if problem.fix is not None]
    fix = replace(fixes[0], edits=tuple(e for one in fixes for e in one.edits)) if len(fixes) == len(every) else None
    others = tuple(Related(problem.span, "and here") for problem in every[1:])
    yield replace(every[0], related=(*every[0].related, *others), fix=fix)


@dataclass(frozen=True, slots=True)
class Location:
    """A resolved place: path relative to where the run started, 1-based positions or None for a whole file."""

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    text: str | None = None
    """The source line (the first one), for reports that show it; None for binaries and folders."""


@dataclass(frozen=True, slots=True)
class RelatedLocation:
    """A related place with its label."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One reported fact about a model; everything a reporter needs, and nothing of rules or inputs."""

    code: str
    rule: str
    severity: Severity
    effect: Effect
    certainty: Certainty
    message: str
    help: str
    model: str | None
    location: Location
    fingerprint: str
    url: str
    related: tuple[RelatedLocation, ...] = ()
    fix: Fix | None = field(default=None, compare=False)
