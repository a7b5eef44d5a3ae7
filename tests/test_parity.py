"""The promise behind *certain*: verdicts of real servers on generated repositories, against ours.

Cases are read from ``TRITONLINT_ORACLE_CASES`` (a file, or several separated by ``:``) or from the shared folder
beside a checkout. Without them the tests are skipped.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tritonlint.engine import check_paths
from tritonlint.finding import Finding
from tritonlint.settings import Settings

SHARED = Path(__file__).resolve().parents[2] / "shared" / "oracle-cases" / "dev.jsonl"
RELEASE = "24.10"
# Verdicts that the repository alone does not decide.
UNDECIDED = {"autofill-dependent", "environment"}
REFUSING = {"load-failure", "server-crash"}
# Shares of refused models that must be found: what the core decides, and what the real Python backend decides (much of
# the latter depends on what model.py does when it runs, or on packages that are not installed).
CORE_REACHED = 0.99
PYTHON_REACHED = 0.75


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server and tritonlint say about one model of one case."""

    case: str
    model: str
    kind: str
    reason: str
    mutations: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def certain(self) -> list[Finding]:
        return [f for f in self.findings if f.effect in REFUSING and f.certainty == "certain"]

    def __str__(self) -> str:
        said = "; ".join(f"{f.code} {f.message}" for f in self.certain) or "nothing certain"
        other = " ".join(sorted({f.code for f in self.findings} - {f.code for f in self.certain}))
        return (
            f"{self.case}/{self.model} {self.kind} {list(self.mutations)}: {self.reason[:200]}\n      {said} [{other}]"
        )


def case_files() -> list[Path]:
    named = os.environ.get("TRITONLINT_ORACLE_CASES")
    return [Path(part) for part in named.split(os.pathsep)] if named else [SHARED]


def lay_out(files: dict[str, str], folder: Path) -> None:
    for path, text in files.items():
        place = folder / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode("utf-8", "surrogateescape"))


def judge(case: dict[str, Any], folder: Path) -> list[Verdict]:
    repository = folder / case["id"]
    lay_out(case["files"], repository)
    settings = Settings(
        triton_version=case.get("release", RELEASE), triton_version_origin="the oracle", gpus=case.get("gpus")
    )
    result = check_paths([str(repository)], settings)
    assert result.crashed == 0, f"{case['id']}: a rule crashed: {[f.message for f in result.findings]}"
    findings: dict[str | None, list[Finding]] = {}
    for finding in result.findings:
        findings.setdefault(finding.model, []).append(finding)
    return [
        Verdict(
            case["id"],
            model,
            verdict["class"],
            verdict.get("reason") or verdict.get("state", ""),
            tuple(case.get("mutations", ())),
            tuple(findings.get(model, ())),
        )
        for model, verdict in case["models"].items()
    ]


@cache
def verdicts(folder: Path) -> tuple[Verdict, ...]:
    found: list[Verdict] = []
    for path in case_files():
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                found += judge(json.loads(line), folder)
    return tuple(found)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verdict, ...]:
    missing = [path for path in case_files() if not path.is_file()]
    if missing:
        pytest.skip(f"no oracle cases here ({missing[0].name}); set TRITONLINT_ORACLE_CASES")
    return verdicts(tmp_path_factory.mktemp("parity"))


def test_no_certain_refusal_of_an_accepted_model(judged: tuple[Verdict, ...]) -> None:
    wrong = [v for v in judged if v.kind == "accepted" and v.certain]
    assert not wrong, f"{len(wrong)} accepted models are called refused:\n" + "\n".join(f"  {v}" for v in wrong)


@pytest.mark.parametrize(
    ("families", "reached"),
    [pytest.param("ce", CORE_REACHED, id="core"), pytest.param("p", PYTHON_REACHED, id="python")],
)
def test_refused_models_are_found(judged: tuple[Verdict, ...], families: str, reached: float) -> None:
    refused = [v for v in judged if v.kind != "accepted" and v.kind not in UNDECIDED and v.case[0] in families]
    missed = [v for v in refused if not v.certain]
    share = 1 - len(missed) / max(1, len(refused))
    kinds = dict(Counter(v.kind for v in missed))
    print(f"{len(refused) - len(missed)} of {len(refused)} refused models found ({share:.1%}); missed {kinds}")
    listing = "\n".join(f"  {v}" for v in missed)
    assert share >= reached, f"{len(missed)} of {len(refused)} refused models are not found {kinds}:\n{listing}"
