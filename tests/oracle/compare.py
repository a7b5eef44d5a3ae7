"""Holds tritonlint's certain findings against the verdicts of a real server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from tests.oracle.case import Case, Link
from tests.oracle.harness import Oracle, Verdict, Verdicts, written
from tritonlint.engine import check_paths
from tritonlint.finding import Finding
from tritonlint.settings import Settings

Kind = Literal["false certain", "miss"]

REFUSING = ("load-failure", "server-crash")
COMPLETABLE = re.compile(r"must specify '(data_type|dims)'|model configuration is not provided")
"""What a real backend might have filled in from the model file."""
UNMAPPED = re.compile(r"non-existing (in|out)put")
INSTALLATION = re.compile(
    r"unable to find (.*backend library|'libtriton_|'[^']*/model\.py'|.*for repo agent '.)"
    r"|Batching library path not found: /"
)
"""Refused for what is not installed on this machine."""
ENVIRONMENT = re.compile(r"No module named '(?!\d+\.)|(Batching library path not found:|canonical path for) [^/]")
"""Refused by the real Python backend for what is not installed, or for where the server was started."""
WRAPPER = re.compile(r"^load failed for model '[^']*': (version -?\d+ is at UNAVAILABLE state: )?")

BEYOND_STANDINS = ("TLP", "TLV", "TLS", "TLM", "TLR015", "TLC560")
"""What only a real backend looks at: model files, model.py, environments, stubs, the Python backend's parameters."""


@dataclass(frozen=True)
class Disagreement:
    """A model about which tritonlint and the server differ."""

    kind: Kind
    case: Case
    model: str
    verdict: Verdict
    findings: tuple[str, ...]

    def report(self) -> str:
        """Markdown for a person who has to find out who is right."""
        lines = [
            f"### {self.kind}: {self.case.name}, model `{self.model}` ({self.case.family})",
            f"* mutations: {'; '.join(self.case.mutations) or 'none'}",
            f"* server: **{self.verdict.state}** {self.verdict.message}",
            *(f"* tritonlint: {one}" for one in self.findings or ("nothing",)),
        ]
        for path, content in self.case.files.items():
            if path.endswith((".pbtxt", ".py", "/")) or isinstance(content, Link):
                shown = f" -> {content}" if isinstance(content, Link) else ""
                lines.append(f"* `{path}`{shown}")
                if isinstance(content, str) and content and not shown:
                    lines += ["```", _readable(content.rstrip("\n")), "```"]
            else:
                lines.append(f"* `{path}`")
        return "\n".join(lines)


def _readable(text: str) -> str:
    return "\n".join(line if line.isprintable() else ascii(line)[1:-1] for line in text.split("\n"))


@dataclass
class Comparison:
    """Outcome of a run."""

    release: str
    models: int = 0
    refused: int = 0
    undecidable: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    lint_seconds: float = 0.0

    def count(self, kind: Kind) -> int:
        return sum(1 for one in self.disagreements if one.kind == kind)

    def __str__(self) -> str:
        decided = self.models - self.undecidable
        agreed = decided - len(self.disagreements)
        share = 100 * agreed / decided if decided else 0.0
        return (
            f"release {self.release}: {agreed} of {decided} models judged alike ({share:.1f} %), "
            f"{self.count('false certain')} false certain findings, {self.count('miss')} misses; "
            f"{self.refused} refused by the server, {self.undecidable} not decidable from the repository"
        )


def lint(repository: Path, release: str) -> dict[str, list[Finding]]:
    """Findings by model folder, for a machine without GPUs."""
    result = check_paths([str(repository)], Settings(triton_version=release, gpus=0))
    found: dict[str, list[Finding]] = {}
    for finding in result.findings:
        if finding.model is not None:
            found.setdefault(finding.model, []).append(finding)
    return found


def is_certain_refusal(finding: Finding, *, real: bool = False) -> bool:
    """Whether the finding promises that the server refuses the model: its core, or the ``real`` backend as well."""
    return (
        finding.certainty == "certain"
        and finding.effect in REFUSING
        and (real or not finding.code.startswith(BEYOND_STANDINS))
    )


def compare(release: str, cases: Sequence[Case], verdicts: dict[str, Verdicts], *, real: bool = False) -> Comparison:
    """Lint all cases in one repository and compare model by model. ``real``: a real backend loaded the models."""
    comparison = Comparison(release)
    with written(cases) as repository:
        findings = lint(repository, release)
    for case in cases:
        for model, verdict in verdicts[case.name].items():
            comparison.models += 1
            comparison.states[verdict.state] += 1
            comparison.refused += verdict.refused
            kind = _judge_real(model, verdict, findings) if real else _judge(case, model, verdict, findings)
            unknown = undecidable(case, model, verdict) or (real and ENVIRONMENT.search(verdict.message))
            if kind == "miss" and unknown:
                comparison.undecidable += 1
            elif kind is not None:
                said = tuple(_shown(one) for one in findings.get(model, ()))
                comparison.disagreements.append(Disagreement(kind, case, model, verdict, said))
    return comparison


def undecidable(case: Case, model: str, verdict: Verdict) -> bool:
    """Whether the refusal follows from more than the repository: from the installation, or from the stand-ins."""
    if INSTALLATION.search(verdict.message) or COMPLETABLE.search(verdict.message):
        return True
    # A member that leaves its inputs or its outputs to its backend: what the ensemble may map to is not known.
    members = [str(case.files.get(f"{step}/config.pbtxt", "")) for step in case.steps.get(model, ())]
    return bool(UNMAPPED.search(verdict.message)) and any(
        not re.search(rf"{side}:?\s*(\[\s*)?[{{<]", text) for text in members for side in ("input", "output")
    )


def _judge_real(model: str, verdict: Verdict, findings: dict[str, list[Finding]]) -> Kind | None:
    own = any(is_certain_refusal(one, real=True) for one in findings.get(model, ()))
    if own == verdict.refused:
        return None
    return "false certain" if own else "miss"


def _judge(case: Case, model: str, verdict: Verdict, findings: dict[str, list[Finding]]) -> Kind | None:
    own = any(is_certain_refusal(one) for one in findings.get(model, ()))
    if own and not verdict.refused:
        return "false certain"
    if verdict.refused and not own and not _inherited(case, model, findings, set()):
        return "miss"
    return None


def _inherited(case: Case, model: str, findings: dict[str, list[Finding]], seen: set[str]) -> bool:
    """Whether a model that the ensemble uses is refused: the cause is reported there, once."""
    for step in case.steps.get(model, ()):
        if step in seen:
            continue
        seen.add(step)
        if any(is_certain_refusal(one) for one in findings.get(step, ())) or _inherited(case, step, findings, seen):
            return True
    return False


def _shown(finding: Finding) -> str:
    place = f"{finding.location.line}:{finding.location.column}" if finding.location.line else "-"
    return f"{finding.code} {finding.effect} ({finding.certainty}) at {place}: {finding.message}"


def minimise(disagreement: Disagreement, oracle: Oracle, *, budget: int = 60) -> Disagreement:
    """Drop configuration lines and blocks for as long as the two still differ in the same way."""
    case = disagreement.case
    spent = 0

    def still_differs(candidate: Case) -> Verdict | None:
        nonlocal spent
        spent += 1
        verdicts = oracle.judge_one(candidate)
        real = oracle.backends is None
        comparison = compare(oracle.installation.release, [candidate], {candidate.name: verdicts}, real=real)
        for one in comparison.disagreements:
            same_message = _key(one.verdict.message) == _key(disagreement.verdict.message)
            if one.model == disagreement.model and one.kind == disagreement.kind and same_message:
                return one.verdict
        return None

    path = f"{disagreement.model}/config.pbtxt"
    text = case.files.get(path)
    if isinstance(text, Link) or not isinstance(text, str):
        return disagreement
    verdict = disagreement.verdict
    lines = text.replace("\r\n", "\n").split("\n")
    position = 0
    while position < len(lines) and spent < budget:
        end = _block_end(lines, position)
        shorter = lines[:position] + lines[end:]
        candidate = replace(case, files={**case.files, path: "\n".join(shorter)})
        found = still_differs(candidate)
        if found is None:
            position += 1
        else:
            lines, case, verdict = shorter, candidate, found
    return Disagreement(disagreement.kind, case, disagreement.model, verdict, disagreement.findings)


def _key(message: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "", WRAPPER.sub("", message))[:60]


def _block_end(lines: Sequence[str], start: int) -> int:
    """Index after the line at ``start``, or after the block that it opens."""
    depth = 0
    for position in range(start, len(lines)):
        depth += sum(lines[position].count(one) for one in "{[<") - sum(lines[position].count(one) for one in "}]>")
        if depth <= 0:
            return position + 1
    return start + 1


def one_per_cause(disagreements: Sequence[Disagreement]) -> list[tuple[Disagreement, int]]:
    """The first disagreement of every kind and message (or finding code), with how many there are."""
    groups: dict[tuple[str, str], list[Disagreement]] = {}
    for one in disagreements:
        codes = " ".join(sorted({said.split()[0] for said in one.findings}))
        cause = _key(one.verdict.message) if one.verdict.refused else codes
        groups.setdefault((one.kind, cause), []).append(one)
    return sorted(((group[0], len(group)) for group in groups.values()), key=lambda pair: (pair[0].kind, -pair[1]))
