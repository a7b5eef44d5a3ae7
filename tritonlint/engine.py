"""The one way through: discover, facts, rules, problems, findings, suppressed and sorted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tritonlint.cache import holds
from tritonlint.facts import (
    ModelFacts,
    RepositoryFacts,
    UnreadableFile,
    python_facts_of,
    python_key,
    read_text_file,
)
from tritonlint.finding import (
    Certainty,
    Effect,
    Finding,
    Location,
    Problem,
    RelatedLocation,
    Severity,
    severity_of,
)
from tritonlint.report.result import ModelInfo, Result, RuleInfo, RunInfo
from tritonlint.repository import CONFIG_NAME, Discovery, Model, Repository, discover
from tritonlint.rule import LoadedRule, load_rule
from tritonlint.settings import Settings, check_release, excluder
from tritonlint.source import LineIndex, Span
from tritonlint.suppress import Suppression, read_suppressions
from tritonlint.target import Target, release_table

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts
    from tritonlint.runtime.observation import Foretold, ModelRun

    Observe = Callable[
        [Sequence[ModelFacts], Mapping[str, RepositoryFacts], Callable[[ModelFacts], tuple[Foretold, ...]]],
        Mapping[str, ModelRun],
    ]

DOCUMENTATION = "https://github.com/tritonlint/tritonlint/blob/main/docs/rules/{code}.md"

RULE_CRASHED = "TLX001"
FILE_UNREADABLE = "TLX002"
SUPPRESSION_UNUSED = "TLX003"
RUNTIME_FAMILY = "TLX1"
"""Codes of rules that judge what the runtime check saw."""
PYTHON_FAMILY = "TLP"
"""Codes of rules that all ask for ``python``."""
REFUSING: frozenset[Effect] = frozenset({"load-failure", "server-crash"})


@dataclass(frozen=True, slots=True)
class RuleCrash:
    """A rule that raised; the run goes on and ends with exit status 4."""

    rule: LoadedRule
    model: Model | None
    error: BaseException
    place: Span


@dataclass(slots=True)
class _Judged:
    """A problem with the rule it came from and the model it is about."""

    rule: LoadedRule
    problem: Problem
    model: Model | None
    repository: str
    narrowed: str = ""
    """The releases in which the problem exists, when those are not all that count."""

    @property
    def effect(self) -> Effect:
        return "portability" if self.narrowed else self.problem.effect or self.rule.rule.effect

    @property
    def certainty(self) -> Certainty:
        return "likely" if self.narrowed else self.problem.certainty or self.rule.rule.certainty

    @property
    def refuses(self) -> bool:
        return self.certainty == "certain" and self.effect in REFUSING


@dataclass(slots=True)
class _Bound:
    """A rule that applies to the target, ready to be called."""

    loaded: LoadedRule
    narrowed: str
    words: frozenset[str] = field(init=False)
    """Of which the code of a model.py must hold one; empty where nothing is demanded."""
    cross: bool = field(init=False)
    per_repository: bool = field(init=False)

    def __post_init__(self) -> None:
        asked = set(self.loaded.parameters)
        self.words = frozenset(self.loaded.rule.words)
        self.cross = "repository" in asked
        self.per_repository = self.cross and not asked - {"repository", "target"}


class _Rules:
    """Bound rules by when they are called."""

    def __init__(self, bound: list[_Bound]) -> None:
        self.bound = bound
        self.per_model = [rule for rule in bound if not rule.cross]
        cross = [rule for rule in bound if rule.cross and not rule.per_repository]
        # The rules of the ensemble graph ask which models are refused, so no answer of theirs counts there.
        self.cross_model = [rule for rule in cross if not rule.loaded.rule.code.startswith("TLE")]
        self.ensemble_graph = [rule for rule in cross if rule.loaded.rule.code.startswith("TLE")]
        self.per_repository = [rule for rule in bound if rule.per_repository]


def check_paths(
    paths: Sequence[str],
    settings: Settings | None = None,
    *,
    jobs: int = 1,
    overlay: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    observe: Observe | None = None,
    static: bool = True,
) -> Result:
    """Lint everything that ``paths`` mean. Raises nothing for bad input: that becomes findings.

    ``overlay`` replaces the text of files by path (a fix that is being tried). ``progress`` is told
    (models done, models in all). ``observe`` runs the models (the runtime check); what it raises is raised here.
    Without ``static`` only its findings are reported.
    """
    settings = settings or Settings()
    discovery = discover(paths, excluder(settings.exclude, settings.folder))
    return _Run(settings, discovery, jobs, overlay or {}, progress).result(observe, static)


def find_target(settings: Settings, repositories: Iterable[Repository]) -> Target:
    """The target by option or setting, else the release that the project's own deployment files name."""
    from tritonlint.inputs.deployment import find_images

    target = Target(
        gpus=settings.gpus,
        backend_directories=settings.backend_directories,
        path_map=settings.path_map,
        machine=settings.machine,
    )
    if settings.triton_version is not None:
        return replace(target, release=settings.triton_version, origin=settings.triton_version_origin or "option")
    images = [image for repository in repositories for image in find_images(repository.path)]
    releases = {image.release for image in images if image.release in release_table()}
    if len(releases) > 1:
        return replace(
            target, origin=f"not declared; the project names several releases: {', '.join(sorted(releases))}"
        )
    for image in images:
        if image.release in releases:
            check_release(image.release, image.path)
            return replace(target, release=image.release, origin=f"{_shown(image.path)}:{image.line}")
    return target


class _Run:
    def __init__(
        self,
        settings: Settings,
        discovery: Discovery,
        jobs: int,
        overlay: Mapping[str, str],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.settings = settings
        self.discovery = discovery
        self.overlay = overlay
        self.jobs = jobs
        self.progress = progress
        self.target = find_target(settings, discovery.repositories)
        self.selected = settings.codes()
        self.rules = _Rules(list(self._bind(code for code in self.selected if not code.startswith(PYTHON_FAMILY))))
        self.runs: Mapping[str, ModelRun] = {}
        self.crashes: list[RuleCrash] = []
        self.facts: dict[str, ModelFacts] = {}
        self.parsed: dict[str, PythonFacts] = {}
        self._per_model: dict[str, list[_Judged]] = {}
        self._joined: dict[str, list[_Judged]] = {}
        self._texts: dict[str, LineIndex | None] = {}
        self._read: dict[str, str] = {}

    def result(self, observe: Observe | None, static: bool) -> Result:
        judged: list[_Judged] = []
        requested = self.discovery.requested
        groups: dict[str, RepositoryFacts] = {}
        for repository in self.discovery.repositories:
            models = {model.name: self._facts(model) for model in repository.models}
            for facts in models.values():
                facts.others = models.get
            groups[repository.path] = RepositoryFacts(
                repository.path,
                models,
                self.target,
                tuple(repository.strays),
                tuple(repository.plain_files),
                repository.path in self.discovery.whole,
                repository.path in self.discovery.given,
            )
        for group in groups.values():
            group.memo["refused"] = _Refused(self, group)
            group.memo["repositories"] = groups
        if self.jobs > 1:
            self._prefetch(requested)
        for done, model in enumerate(requested):
            judged += self._judge_model(model)
            if self.progress is not None:
                self.progress(done + 1, len(requested))
        for model in requested:
            facts, group = self._facts(model), groups[model.repository]
            judged += self._judge_joined(model, group)
            judged += self._judge(self.rules.ensemble_graph, facts, group)
        for group in groups.values():
            if group.whole:
                judged += self._judge(self.rules.per_repository, None, group)
        if observe is not None:
            seen = self._judge_runs(observe, groups, judged, static)
            judged = judged + seen if static else seen
        judged += self._internal(requested)
        return self._report(judged, static)

    def _judge_runs(
        self, observe: Observe, groups: Mapping[str, RepositoryFacts], judged: Sequence[_Judged], static: bool
    ) -> list[_Judged]:
        """Have the models run, and judge what was seen."""
        from tritonlint.runtime.observation import Foretold

        def foretold(facts: ModelFacts) -> tuple[Foretold, ...]:
            return tuple(
                Foretold(item.rule.rule.code, item.problem.message, item.problem.span)
                for item in judged
                if item.refuses and item.model is facts.model and not self._ignored(item)
            )

        models = [self._facts(model) for model in self.discovery.requested if model.recognised]
        self.runs = observe(models, groups, foretold)
        rules = [_Bound(load_rule(code), "") for code in sorted(self.selected) if code.startswith(RUNTIME_FAMILY)]
        seen: list[_Judged] = []
        for facts in models:
            facts.run = self.runs.get(facts.model.path)
            if facts.run is not None:
                facts.run.foretold_shown = static
            seen += self._judge(rules, facts, groups[facts.model.repository])
        return seen

    @cached_property
    def all_rules(self) -> _Rules:
        """With the rules of model.py files, which are only imported for a model that has one."""
        return _Rules(list(self._bind(self.selected)))

    def _rules_for(self, facts: ModelFacts) -> _Rules:
        return self.all_rules if facts.python_files else self.rules

    def _bind(self, codes: Iterable[str]) -> Iterator[_Bound]:
        first, last = self.target.window
        for code in sorted(codes):
            if code.startswith("TLX"):
                continue
            loaded = load_rule(code)
            rule = loaded.rule
            if (rule.first is not None and last < rule.first) or (rule.last is not None and first > rule.last):
                continue
            narrowed = ""
            if rule.first is not None and first < rule.first:
                narrowed = f"from release {rule.first} on"
            if rule.last is not None and last > rule.last:
                narrowed = f"{narrowed} up to {rule.last}" if narrowed else f"up to release {rule.last}"
            yield _Bound(loaded, narrowed)

    def _facts(self, model: Model) -> ModelFacts:
        facts = self.facts.get(model.path)
        if facts is None:
            facts = self.facts[model.path] = ModelFacts(model, self.target, self._text, self.parsed)
        return facts

    def _judge_model(self, model: Model) -> list[_Judged]:
        known = self._per_model.get(model.path)
        if known is None:
            known = self._per_model[model.path] = []
            facts = self._facts(model)
            known += self._judge(self._rules_for(facts).per_model, facts, None)
        return known

    def _judge_joined(self, model: Model, group: RepositoryFacts) -> list[_Judged]:
        """What rules say about a model with its repository known, the ensemble graph left out."""
        known = self._joined.get(model.path)
        if known is None:
            facts = self._facts(model)
            known = self._joined[model.path] = self._judge(self._rules_for(facts).cross_model, facts, group)
        return known

    def _judge(self, rules: Iterable[_Bound], facts: ModelFacts | None, group: RepositoryFacts | None) -> list[_Judged]:
        """Call rules with what they ask for; a fact that is None means that a rule has nothing to say."""
        model = facts.model if facts is not None else None
        repository = group.path if group is not None else model.repository if model is not None else ""
        out: list[_Judged] = []
        # Many rules ask for the same facts: one look-up per combination, not per rule.
        prepared: dict[tuple[str, ...], list[list[Any]]] = {}
        written: frozenset[str] | None = None
        for rule in rules:
            words = rule.words
            if words and written is not None and written.isdisjoint(words):
                continue
            loaded = rule.loaded
            try:
                calls = prepared.get(loaded.parameters)
                if calls is None:
                    calls = prepared[loaded.parameters] = self._arguments(loaded.parameters, facts, group)
                if words and calls and written is None and facts is not None:
                    written = frozenset().union(*(python.identifiers for python in facts.python))
                    if written.isdisjoint(words):
                        continue
                for arguments in calls:
                    for problem in loaded.check(*arguments):
                        out.append(_Judged(loaded, problem, model, repository, rule.narrowed))
            except Exception as error:
                # A crash of one rule must not hide the findings of the others.
                self.crashes.append(RuleCrash(loaded, model, error, model.span if model else Span(repository)))
        return out

    def _arguments(
        self, parameters: tuple[str, ...], facts: ModelFacts | None, group: RepositoryFacts | None
    ) -> list[list[Any]]:
        """The argument lists to call with: none when a fact is missing, one per model file with ``python``."""
        lists: list[list[Any]] = [[]]
        for name in parameters:
            if name == "python":
                lists = [[*arguments, python] for arguments in lists for python in (facts.python if facts else ())]
                if not lists:
                    break
                continue
            value = self.target if name == "target" else group if name == "repository" else getattr(facts, name)
            if value is None:
                return []
            for arguments in lists:
                arguments.append(value)
        return lists

    def _internal(self, requested: Sequence[Model]) -> Iterator[_Judged]:
        """Findings about the run itself: rules that crashed, files that could not be read."""
        for crash in self.crashes:
            yield from self._tell(RULE_CRASHED, crash, crash.model)
        if FILE_UNREADABLE in self.selected:
            for model in requested:
                for unreadable in self._facts(model).unreadable:
                    yield from self._tell(FILE_UNREADABLE, unreadable, model)
                if model.error:
                    yield from self._tell(FILE_UNREADABLE, UnreadableFile(model.path, model.error), model)

    def _tell(self, code: str, subject: object, model: Model | None) -> Iterator[_Judged]:
        loaded = load_rule(code)
        for problem in loaded.check(subject):
            yield _Judged(loaded, problem, model, model.repository if model is not None else "")

    def _report(self, judged: list[_Judged], static: bool) -> Result:
        judged = _most_exact([item for item in judged if not self._ignored(item)])
        findings: list[Finding] = []
        suppressed = 0
        suppressions: dict[str, list[Suppression]] = {}
        for model in self.discovery.requested:
            for path in self._suppressible(model):
                index = self._index(path)
                if index is not None:
                    suppressions[path] = read_suppressions(path, index)
        for item in judged:
            finding = self._finding(item)
            here = suppressions.get(item.problem.span.path, ())
            hits = [s for s in here if s.line == finding.location.line and s.covers(finding.code, finding.rule)]
            if hits:
                suppressed += 1
                for suppression in hits:
                    suppression.used = True
            else:
                findings.append(finding)
        if static and SUPPRESSION_UNUSED in self.selected:
            for unused in [s for each in suppressions.values() for s in each if not s.used]:
                # A rule that did not run cannot have used it.
                if any(
                    unused.covers(rule.loaded.rule.code, rule.loaded.rule.name) for rule in self.all_rules.bound
                ) or not any(unused.covers(code, "") for code in self.selected):
                    owner = next((m for m in self.discovery.requested if _inside(unused.path, m.path)), None)
                    findings += [self._finding(item) for item in self._tell(SUPPRESSION_UNUSED, unused, owner)]
        findings.sort(key=_order)
        findings = _distinct(findings)
        used = {finding.code for finding in findings}
        return Result(
            target={
                "release": self.target.release,
                "origin": self.target.origin,
                "gpus": self.target.gpus,
                "window": list(self.target.window),
                "backend_directories": [_shown(d) for d in self.target.backend_directories],
            },
            models=tuple(
                ModelInfo(model.name, _shown(model.path), _shown(model.repository))
                for model in self.discovery.requested
                if model.recognised
            ),
            findings=tuple(findings),
            suppressed=suppressed,
            unread=tuple((_shown(path), reason) for path, reason in self.discovery.unread),
            crashed=len(self.crashes),
            fixable=sum(1 for finding in findings if finding.fix is not None),
            rules={code: _rule_info(load_rule(code)) for code in sorted(used)},
            runs=tuple(
                RunInfo(model.name, run.server, tuple(run.report))
                for model in self.discovery.requested
                if (run := self.runs.get(model.path)) is not None
            ),
        )

    def _suppressible(self, model: Model) -> Iterator[str]:
        facts = self._facts(model)
        if model.has_config:
            yield os.path.join(model.path, CONFIG_NAME)
        yield from facts.python_files
        yield from (path for path in facts.helpers.read if path not in facts.python_files)

    def _ignored(self, item: _Judged) -> bool:
        if item.model is None:
            return False
        code = item.rule.rule.code
        return any(code in own.ignore and fnmatch(item.model.name, own.pattern) for own in self.settings.per_model)

    def _severity(self, item: _Judged) -> Severity:
        code = item.rule.rule.code
        for own in self.settings.per_model:
            if item.model is not None and fnmatch(item.model.name, own.pattern):
                for overridden, severity in own.severity:
                    if overridden == code:
                        return severity
        for overridden, severity in self.settings.severity:
            if overridden == code:
                return severity
        return severity_of(item.effect, item.certainty)

    def _finding(self, item: _Judged) -> Finding:
        rule, problem = item.rule.rule, item.problem
        location = self._locate(problem.span)
        message, help_text = problem.message, problem.help
        if item.narrowed:
            message = f"{message} ({item.narrowed}: {rule.effect})"
        inside = os.path.relpath(problem.span.path, item.repository or ".").replace(os.sep, "/")
        fingerprint = hashlib.sha256(
            "\0".join((rule.code, inside, problem.key or problem.message)).encode("utf-8", "surrogateescape")
        ).hexdigest()[:32]
        return Finding(
            code=rule.code,
            rule=rule.name,
            severity=self._severity(item),
            effect=item.effect,
            certainty=item.certainty,
            message=message,
            help=help_text,
            model=item.model.name if item.model is not None else None,
            location=location,
            fingerprint=fingerprint,
            url=DOCUMENTATION.format(code=rule.code),
            related=tuple(RelatedLocation(self._locate(r.span), r.message) for r in problem.related),
            fix=problem.fix,
        )

    def _locate(self, span: Span) -> Location:
        shown = _shown(span.path)
        if span.start is None:
            return Location(shown)
        index = self._index(span.path)
        if index is None:
            return Location(shown)
        at = index.position(span.start, span.end if span.end is not None else span.start)
        return Location(shown, at.line, at.column, at.end_line, at.end_column, index.line_text(at.line))

    def _index(self, path: str) -> LineIndex | None:
        if path not in self._texts:
            try:
                self._texts[path] = LineIndex(self._text(path))
            except UnreadableFile:
                self._texts[path] = None
        return self._texts[path]

    def _text(self, path: str) -> str:
        """The text of a file, read once for facts, locations and suppressions. Raises UnreadableFile."""
        text = self.overlay.get(path)
        if text is None:
            text = self._read.get(path)
        if text is None:
            text = self._read[path] = read_text_file(path)
        return text

    def _prefetch(self, requested: Sequence[Model]) -> None:
        """Parse model.py files that the cache does not hold in worker processes, when that pays."""
        if not any(code.startswith(PYTHON_FAMILY) for code in self.selected):
            return
        missing = []
        for model in requested:
            for path in self._facts(model).python_files:
                if path in self.overlay:
                    continue
                try:
                    if not holds("python", python_key(path, self._text(path))):
                        missing.append(path)
                except UnreadableFile:
                    continue
        if len(missing) < PARALLEL_FROM:
            return
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        try:
            with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
                for path, facts in zip(missing, pool.map(python_facts_of, missing, chunksize=8), strict=True):
                    if facts is not None:
                        self.parsed[path] = facts
        except (BrokenProcessPool, OSError):
            # No processes to be had (limits, sandboxes): what is missing is parsed here.
            return


PARALLEL_FROM = 50
"""Uncached model.py files from which a worker pool pays for its start (design, section 4)."""


class _Refused(Mapping[str, tuple[str, Span]]):
    """Which models of a repository have a certain load failure of their own, by name; judged on demand."""

    def __init__(self, run: _Run, group: RepositoryFacts) -> None:
        self._run = run
        self._group = group

    def __getitem__(self, name: str) -> tuple[str, Span]:
        model = self._group.models[name].model
        for item in (*self._run._judge_model(model), *self._run._judge_joined(model, self._group)):
            if item.refuses and not self._run._ignored(item):
                return item.rule.rule.code, item.problem.span
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._group.models if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _rule_info(loaded: LoadedRule) -> RuleInfo:
    rule = loaded.rule
    return RuleInfo(
        code=rule.code,
        name=rule.name,
        title=loaded.title,
        documentation=loaded.documentation,
        url=DOCUMENTATION.format(code=rule.code),
        effect=rule.effect,
        certainty=rule.certainty,
    )


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.location
    return place.path, place.line or 0, place.column or 0, finding.code, finding.message


def _distinct(findings: list[Finding]) -> list[Finding]:
    """Drop what is reported twice (two versions of one cause); number equal fingerprints."""
    out: list[Finding] = []
    seen: dict[str, int] = {}
    previous = None
    for finding in findings:
        identity = (_order(finding), finding.location.end_line, finding.location.end_column, finding.model)
        if identity == previous:
            continue
        previous = identity
        count = seen.get(finding.fingerprint, 0)
        seen[finding.fingerprint] = count + 1
        if count:
            again = hashlib.sha256(f"{finding.fingerprint}{count}".encode()).hexdigest()[:32]
            out.append(replace(finding, fingerprint=again))
        else:
            out.append(finding)
    return out


def _most_exact(judged: list[_Judged]) -> list[_Judged]:
    """Without the general problems that another one names more exactly.

    That one lies in the same statement, is the same rule's about the same thing, or refuses the file as well.
    """
    if all(item.problem.general is None for item in judged):
        return judged
    exact: dict[str, list[Span]] = {}
    told: set[tuple[str, str, str]] = set()
    refused: set[str] = set()
    for item in judged:
        problem = item.problem
        if problem.general is None and severity_of(item.effect, item.certainty) != "note":
            for span in (problem.span, *(related.span for related in problem.related)):
                exact.setdefault(span.path, []).append(span)
            told.add((item.rule.rule.code, problem.key, problem.span.path))
            if item.refuses:
                refused.add(problem.span.path)
    out = []
    for item in judged:
        place = item.problem.general
        if place is not None:
            others = exact.setdefault(place.path, [])
            same = (item.rule.rule.code, item.problem.key, place.path) in told
            if same or (item.refuses and place.path in refused) or any(_overlap(place, other) for other in others):
                continue
            others.append(place)
        out.append(item)
    return out


def _overlap(one: Span, other: Span) -> bool:
    if one.start is None or other.start is None:
        return False
    return one.start < (other.end or other.start + 1) and other.start < (one.end or one.start + 1)


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _shown(path: str) -> str:
    """A path as reports show it: relative to the working folder when it lies inside, with forward slashes."""
    if os.path.isabs(path):
        relative = os.path.relpath(path)
        path = path if relative.startswith("..") else relative
    return path.replace(os.sep, "/")
