"""Which examples are run on which release, and whether the server confirms what the rule says."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.evidence.bench import Observation, run
from tests.evidence.expectations import BY_EFFECT, NO_GPU, WHY_NOT, Evidence, Shows, evidence_for
from tests.test_rules import settings_of
from tritonlint.engine import check_paths
from tritonlint.example import Example, parse_example
from tritonlint.finding import Effect
from tritonlint.rule import load_rule, rule_modules
from tritonlint.runtime.wheel import WHEELS, ServerInstallation

RELEASES = sorted(WHEELS)
LACKING_GPU = re.compile("no GPUs are available|unsupported gpu id")
LACKING = re.compile(r"No module named '(?P<name>[\w.]+)'")


@dataclass(frozen=True)
class Case:
    """One example on one release."""

    code: str
    number: int
    release: str
    example: Example
    bad: bool
    effect: Effect | None
    expected: Shows | None
    evidence: Evidence

    @property
    def name(self) -> str:
        return f"{self.code}/{self.number}"


@dataclass(frozen=True)
class Result:
    """What was seen, and whether it is what the rule says."""

    case: Case
    seen: str
    holds: bool
    quotes: bool = False

    def __str__(self) -> str:
        mark = "ok " if self.holds else "NOT"
        expected = self.case.expected if self.case.bad else "answers"
        return f"{mark} {self.case.name} {self.case.release} [{expected}] {self.seen}"


def cases(release: str, codes: Sequence[str] = (), *, borders: bool = True) -> list[Case]:
    """All examples of the rules for model.py; with ``borders`` also on the releases where the outcome changes."""
    found = []
    for code in rule_modules():
        if code.startswith("TLP") and (not codes or code in codes):
            for number, text in enumerate(load_rule(code).examples):
                found += list(_of_example(code, number, parse_example(text), release, borders))
    return found


def _of_example(code: str, number: int, example: Example, release: str, borders: bool) -> Iterator[Case]:
    bad = any(one.code == code for one in example.expected)
    evidence = evidence_for(code, bad, example)
    effect = effect_of(example, code) if bad else None
    expected = (evidence.shows or BY_EFFECT[effect]) if effect else evidence.shows
    main = _release_for(example, release)
    if main is None:
        why = f"no server of release {example.target['release']} is at hand, and none that behaves like it"
        yield Case(code, number, release, example, bad, effect, "not observable", replace(evidence, why=why))
        return
    rule = load_rule(code).rule
    if bad and rule.last is not None and rule.last < main:
        main = max((one for one in RELEASES if one <= rule.last), default=main)
    yield Case(code, number, main, example, bad, effect, expected, evidence)
    if not borders or not bad or expected == "not observable":
        return
    for other, shows in evidence.releases.items():
        yield Case(code, number, other, example, bad, effect, shows, evidence)
    outside = [one for one in RELEASES if rule.first is not None and one < rule.first][-1:]
    outside += [one for one in RELEASES if rule.last is not None and one > rule.last][:1]
    for other in outside:
        if other not in evidence.releases:
            yield Case(code, number, other, example, bad, effect, "nothing", evidence)


def _release_for(example: Example, release: str) -> str | None:
    """The newest server that is not newer than the example's target; None for a target that no server stands for."""
    target = example.target.get("release")
    if target is None:
        return release
    return max((one for one in RELEASES if one <= target), default=None) if target <= RELEASES[-1] else None


def effect_of(example: Example, code: str) -> Effect:
    """The effect that the finding itself has (a problem may replace its rule's)."""
    with tempfile.TemporaryDirectory() as folder:
        example.write(Path(folder) / "repo")
        findings = check_paths([str(Path(folder) / "repo")], settings_of(example)).findings
    return next((finding.effect for finding in findings if finding.code == code), load_rule(code).rule.effect)


def models_of(example: Example, code: str = "") -> tuple[str, list[str]]:
    """The model in question and the others of the tree."""
    models = list(dict.fromkeys(path.split("/")[0] for path in example.files))
    accused = [one.path.split("/")[0] for one in example.expected if not code or one.code == code]
    scripted = [path.split("/")[0] for path in example.files if path.endswith("/model.py")]
    subject = next(iter([*accused, *scripted, *models]))
    return subject, [one for one in models if one != subject]


def judge(case: Case, installation: ServerInstallation) -> Result:
    """Run the case and hold what happened against what is expected."""
    if case.expected == "not observable":
        return Result(case, case.evidence.why or WHY_NOT.get(case.effect or "hygiene", ""), True)
    subject, others = models_of(case.example, case.code)
    seen = run(installation, case.example.write, subject, case.evidence.ask, others=others)
    lacking = LACKING.search(seen.message) if seen.load == "refused" else None
    if lacking and _imports(case.example, lacking["name"]) and not (case.bad and case.expected == "refused"):
        return Result(case, f"not run: {lacking['name']} is not installed here", True)
    if LACKING_GPU.search(seen.message) and case.expected != "refused":
        return Result(case, f"not run: {NO_GPU}", True)
    said = str(seen)
    differences = seen.differences() if seen.answered else []
    if differences:
        said += f"; {'; '.join(differences)}"
    if case.evidence.holds is not None and seen.answered:
        said += f"; the answer is {' or '.join(map(repr, _values(seen, case.evidence.ask.together)))}"
    if case.evidence.streams is not None and seen.answered:
        said += f"; responses in the stream: {len(seen.replies[-1].streamed)}"
    return Result(case, said, _holds(case, seen, differences), _quotes(case, seen))


def _quotes(case: Case, seen: Observation) -> bool:
    """Whether the server said what the rule quotes (names in quotation marks may differ)."""
    said = " ".join([seen.message, seen.log, *(reply.message for reply in seen.replies)])
    patterns = (re.sub(r"'[^' ]*'", "'[^']*'", re.escape(one)) for one in load_rule(case.code).rule.server_says)
    return any(re.search(pattern, said) for pattern in patterns)


def _imports(example: Example, module: str) -> bool:
    top = re.escape(module.partition(".")[0])
    return any(re.search(rf"^\s*(import|from) {top}\b", text, re.MULTILINE) for text in example.files.values())


def _holds(case: Case, seen: Observation, differences: Sequence[str]) -> bool:
    if not case.bad:
        return seen.answered and (not differences or case.evidence.shows == "difference")
    match case.expected:
        case "refused":
            return seen.load in {"refused", "hang"}
        case "error":
            return "error" in seen.kinds
        case "hang":
            return seen.load == "hang" or "hang" in seen.kinds
        case "error or hang":
            return bool(seen.kinds & {"error", "hang"})
        case "crash":
            return seen.load == "crash" or "crash" in seen.kinds
        case "difference":
            if case.evidence.holds is not None:
                # Of requests that go out together any may be the first of its batch.
                return seen.answered and case.evidence.holds in _values(seen, case.evidence.ask.together)
            if case.evidence.streams is not None:
                return seen.answered and len(seen.replies[-1].streamed) == case.evidence.streams
            return any(re.search(case.evidence.difference, one) for one in differences)
        case _:
            return seen.answered and not differences


def _values(seen: Observation, together: int) -> list[object]:
    """The first value of each of the last answers, without repetition: some faults show in a later call only."""
    outputs = [reply.outputs for reply in seen.replies[-together:]]
    found = (next(iter(one.values())).values[0] if one else None for one in outputs)
    return list(dict.fromkeys(found))
