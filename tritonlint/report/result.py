"""What a run hands to the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tritonlint.finding import SEVERITIES, Effect, Finding, Severity


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a report may say about a rule."""

    code: str
    name: str
    title: str
    documentation: str
    url: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one run. Nothing in it depends on time or machine, so equal inputs give equal reports.

    ``models`` holds (folder name, path, path of its repository); ``unread`` (path, reason) of places that could
    not be read; ``rules`` at least the rules of all findings. ``fixable`` counts the findings with a fix,
    ``fixed`` those that this run has mended.
    """

    target: Mapping[str, Any]
    models: tuple[tuple[str, str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    baselined: int = 0
    unread: tuple[tuple[str, str], ...] = ()
    fixable: int = 0
    fixed: int = 0
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity there are, zeros included."""
        counter = Counter(finding.severity for finding in self.findings)
        return {severity: counter[severity] for severity in SEVERITIES}

    def model_of(self, finding: Finding) -> tuple[str, str, str] | None:
        """Find the entry of ``models`` that a finding is about; folder names may repeat across repositories."""
        named = [model for model in self.models if model[0] == finding.model]
        for model in named:
            if finding.location.path == model[1] or finding.location.path.startswith(model[1] + "/"):
                return model
        return named[0] if named else None
