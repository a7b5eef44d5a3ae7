"""What a run hands to the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tritonlint.finding import SEVERITIES, Certainty, Effect, Finding, Severity

if TYPE_CHECKING:
    from tritonlint.runtime.observation import Saw


class ModelInfo(NamedTuple):
    """A model that was checked: folder name, path, and the path of its repository."""

    name: str
    path: str
    repository: str


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a report may say about a rule."""

    code: str
    name: str
    title: str
    documentation: str
    url: str
    effect: Effect
    certainty: Certainty = "certain"


class RunInfo(NamedTuple):
    """What the runtime check did with a model: its name, the server, and a line per thing that was seen."""

    model: str
    server: str
    report: tuple[Saw, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one run. Nothing in it depends on time or machine, so equal inputs give equal reports.

    ``unread`` holds (path, reason) of places that could not be read; ``rules`` at least the rules of all findings.
    ``fixable`` counts the findings with a fix, ``fixed`` those that this run has mended, ``crashed`` the times that
    a rule failed itself.
    """

    target: Mapping[str, Any]
    models: tuple[ModelInfo, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    baselined: int = 0
    unread: tuple[tuple[str, str], ...] = ()
    fixable: int = 0
    fixed: int = 0
    crashed: int = 0
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    runs: tuple[RunInfo, ...] = ()

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity there are, zeros included."""
        counter = Counter(finding.severity for finding in self.findings)
        return {severity: counter[severity] for severity in SEVERITIES}
