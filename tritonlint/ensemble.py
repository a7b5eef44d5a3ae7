"""Ensembles as facts: the steps, the flow of tensors between them, and how they fit the models they name.

:func:`ensemble_of` reads one config; :func:`graph_of` joins it with the other models of the repository, computed
once per ensemble through ``RepositoryFacts.memo``. Facts: server-validation.md, sections G4 and I.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from tritonlint.facts import ModelFacts, RepositoryFacts, UnreadableFile, read_text_file
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document, Message, Scalar
from tritonlint.source import Span
from tritonlint.tensors import Tensor, certainly_absent, entries, shapes_match, tensors


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of an ``input_map`` or ``output_map``: the model's tensor ``key``, the ensemble's tensor ``value``."""

    key: str
    value: str
    key_span: Span
    value_span: Span


@dataclass(slots=True, eq=False)
class Step:
    """One step. ``model_name`` and ``version`` are None when not known; ``known`` is False when a map is not."""

    index: int
    message: Message
    span: Span
    model_name: str | None
    version: int | None
    inputs: tuple[Link, ...]
    outputs: tuple[Link, ...]
    known: bool

    @property
    def name_span(self) -> Span:
        """The model's name, else where the step starts."""
        written = self.message.scalar("model_name")
        return written.span if written is not None else self.span

    @property
    def title(self) -> str:
        """How messages call it; the server counts from 0 as well."""
        return f"step {self.index}"


@dataclass(frozen=True, slots=True)
class Loose:
    """A tensor without its other end. ``likely_meant`` is the loose other end that was probably meant."""

    name: str
    span: Span
    step: Step | None
    likely_meant: Loose | None = None
    similar: str = ""
    """The nearest name among the tensors that would do."""


@dataclass(eq=False)
class Ensemble:
    """An ``ensemble_scheduling`` with the ensemble's own inputs and outputs.

    ``sure`` is False when something in it could not be read, so that nothing can be said about what is missing.
    """

    config: Document
    scheduling: Message
    steps: tuple[Step, ...]
    sure: bool

    @property
    def heading(self) -> Span:
        """The field name ``ensemble_scheduling``."""
        written = self.config.root.field("ensemble_scheduling")
        return written.name_span if written is not None else self.scheduling.span

    @cached_property
    def inputs(self) -> dict[str, Tensor]:
        """The ensemble's inputs by name."""
        return _by_name(tensors(self.config, "input"))

    @cached_property
    def outputs(self) -> dict[str, Tensor]:
        """The ensemble's outputs by name."""
        return _by_name(tensors(self.config, "output"))

    @cached_property
    def writers(self) -> dict[str, tuple[Step, Link]]:
        """Who writes a tensor (the first one)."""
        found: dict[str, tuple[Step, Link]] = {}
        for step in self.steps:
            for link in step.outputs:
                found.setdefault(link.value, (step, link))
        return found

    @cached_property
    def readers(self) -> dict[str, tuple[Step, Link]]:
        """Who reads a tensor (the first one)."""
        found: dict[str, tuple[Step, Link]] = {}
        for step in self.steps:
            for link in step.inputs:
                found.setdefault(link.value, (step, link))
        return found

    @cached_property
    def flow(self) -> Flow:
        """Which tensors lack an end; empty when the config is not fully known."""
        return _flow_of(self)


@dataclass(slots=True)
class Flow:
    """The breaks in the flow of tensors (G4), each cause once."""

    not_written: list[Loose] = field(default_factory=list)
    """Read by a step, written by none and no ensemble input."""
    outputs_missing: list[Loose] = field(default_factory=list)
    """Ensemble outputs that no step mentions."""
    inputs_unused: list[Loose] = field(default_factory=list)
    """Ensemble inputs that no step reads."""
    unread: list[Loose] = field(default_factory=list)
    """Written by a step, read by none and no ensemble output."""
    waiting: list[Step] = field(default_factory=list)
    """Steps that wait for each other's outputs."""
    ready: set[str] = field(default_factory=set)

    @property
    def broken(self) -> Span | None:
        """The first break."""
        for loose in (*self.not_written, *self.outputs_missing, *self.inputs_unused, *self.unread):
            return loose.span
        return self.waiting[0].span if self.waiting else None


def ensemble_of(config: Document) -> Ensemble | None:
    """The ensemble that a config describes, or None when it has no ``ensemble_scheduling``."""
    scheduling = config.root.message("ensemble_scheduling")
    if scheduling is None:
        return None
    steps = []
    for index, (written, message) in enumerate(entries(scheduling, "step")):
        inputs, inputs_known = _links(message, "input_map")
        outputs, outputs_known = _links(message, "output_map")
        span = written.name_span if len(written.values) == 1 else Span(message.path, message.start, message.start + 1)
        steps.append(
            Step(
                index,
                message,
                span,
                message.string("model_name"),
                message.integer("model_version"),
                inputs,
                outputs,
                inputs_known and outputs_known and not message.uncertain,
            )
        )
    unknown = config.problems or config.root.uncertain or scheduling.uncertain
    named = all(tensor.name is not None for tensor in tensors(config))
    return Ensemble(config, scheduling, tuple(steps), not unknown and named and all(step.known for step in steps))


def _links(step: Message, name: str) -> tuple[tuple[Link, ...], bool]:
    links = []
    for key, entry in step.map(name).items():
        if entry.entry.uncertain or not isinstance(key, str):
            return (), False
        value = entry.value
        if value is None:
            text, span = "", entry.span
        elif isinstance(value, Scalar) and isinstance(value.value, str):
            text, span = value.value, value.span
        else:
            return (), False
        links.append(Link(key, text, entry.span, span))
    # An entry whose key is a placeholder is left out of the map.
    keys = [entry.scalar("key") for entry in step.messages(name)]
    return tuple(links), all(key is None or isinstance(key.value, str) for key in keys)


def _by_name(found: list[Tensor]) -> dict[str, Tensor]:
    return {tensor.name: tensor for tensor in reversed(found) if tensor.name is not None}


def _flow_of(ensemble: Ensemble) -> Flow:
    flow = Flow()
    if not ensemble.sure or any(not (s.inputs and s.outputs) for s in ensemble.steps) or not ensemble.steps:
        return flow
    inputs, outputs, writers, readers = ensemble.inputs, ensemble.outputs, ensemble.writers, ensemble.readers
    demands: list[tuple[list[Loose], Loose]] = []
    for name, (step, link) in readers.items():
        if name not in writers and name not in inputs:
            demands.append((flow.not_written, Loose(name, link.value_span, step)))
    for name, tensor in outputs.items():
        if name not in writers and name not in readers:
            demands.append((flow.outputs_missing, Loose(name, tensor.span, None)))
    supplies: list[tuple[list[Loose], Loose]] = []
    for name, tensor in inputs.items():
        # An input that is also an output need not be read, only mentioned; that it is not shows at the output.
        if name not in readers and name not in outputs:
            supplies.append((flow.inputs_unused, Loose(name, tensor.span, None)))
    for name, (step, link) in writers.items():
        if name not in readers and name not in outputs and name not in inputs:
            supplies.append((flow.unread, Loose(name, link.value_span, step)))
    free = {loose.name: loose for _, loose in supplies}
    sole = len(demands) == 1 and len(supplies) == 1
    for bucket, loose in demands:
        similar = nearest(loose.name, set(free))
        meant = free.pop(similar, None) if similar else None
        if meant is None and sole:
            meant = free.pop(supplies[0][1].name, None)
        if not similar:
            similar = nearest(loose.name, {*writers, *inputs})
        bucket.append(Loose(loose.name, loose.span, loose.step, meant, similar))
    for bucket, loose in supplies:
        if loose.name in free:
            bucket.append(loose)
    flow.ready = _ready(ensemble)
    if not flow.not_written:
        # Without a tensor that nobody writes, whatever is never ready waits for itself.
        flow.waiting = [s for s in ensemble.steps if not all(link.value in flow.ready for link in s.inputs)]
    return flow


def _ready(ensemble: Ensemble) -> set[str]:
    """The tensors that the walk from the inputs reaches; a step writes when all it reads is ready."""
    ready = set(ensemble.inputs)
    while True:
        reached = {
            link.value
            for step in ensemble.steps
            if all(read.value in ready for read in step.inputs)
            for link in step.outputs
        }
        if reached <= ready:
            return ready
        ready |= reached


# --- joined with the other models -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an ensemble tensor: who declares type and shape, and where."""

    owner: str
    data_type: str
    dims: tuple[int, ...]
    batching: bool
    span: Span
    declared: Span

    @property
    def full(self) -> tuple[int, ...]:
        """The shape with the batch dimension."""
        return (-1, *self.dims) if self.batching else self.dims

    def agrees(self, other: Use) -> bool:
        """Core's shape rule: the dims match, or the shapes with the batch dimension do."""
        return _match(self.dims, other.dims) or _match(self.full, other.full)


def _match(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return len(one) == len(other) and all(a == -1 or shapes_match((b,), (a,)) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two uses of one ensemble tensor that do not fit; ``first`` is the one that sets the type or shape."""

    tensor: str
    first: Use
    later: Use


@dataclass(frozen=True, slots=True)
class BadLink:
    """A map entry whose key the step's model does not have."""

    step: Step
    link: Link
    member: ModelFacts
    names: tuple[str, ...]
    similar: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A required input of a step's model that the step does not feed."""

    step: Step
    tensor: Tensor
    member: ModelFacts


@dataclass(frozen=True, slots=True)
class VersionGap:
    """A step that asks for a version which is not loaded."""

    step: Step
    member: ModelFacts
    asked: int
    omitted: bool
    loaded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BatchGap:
    """A step whose model takes smaller batches than the ensemble."""

    step: Step
    member: ModelFacts
    ensemble_size: int
    member_size: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A step whose model is not in the repository. ``elsewhere``: another repository of this run has it."""

    step: Step
    name: str
    similar: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A step whose model the server refuses, and the finding that says why."""

    step: Step
    name: str
    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Mixed:
    """Tensors that come from different decoupled models, met where one stream is needed."""

    where: str
    span: Span
    tensors: tuple[str, str]
    related: tuple[tuple[Span, str], ...]


@dataclass(slots=True)
class Graph:
    """How one ensemble fits the repository. Every list holds only what is certain unless it says otherwise."""

    ensemble: Ensemble
    missing: list[Missing] = field(default_factory=list)
    cycle: list[Step] = field(default_factory=list)
    """The steps that lead back to this ensemble."""
    cycle_names: list[str] = field(default_factory=list)
    onto_cycle: Step | None = None
    """A step whose model runs in a cycle that this ensemble is not part of."""
    refused: list[RefusedStep] = field(default_factory=list)
    versions: list[VersionGap] = field(default_factory=list)
    batches: list[BatchGap] = field(default_factory=list)
    unknown_inputs: list[BadLink] = field(default_factory=list)
    unknown_outputs: list[BadLink] = field(default_factory=list)
    uncertain_inputs: list[BadLink] = field(default_factory=list)
    uncertain_outputs: list[BadLink] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)
    types: list[Mismatch] = field(default_factory=list)
    shapes: list[Mismatch] = field(default_factory=list)
    duplicates: list[BadLink] = field(default_factory=list)
    mixed: list[Mixed] = field(default_factory=list)
    decoupled_step: Step | None = None

    def first_cause(self) -> tuple[str, Span] | None:
        """Code and place of the first certain refusal by the graph itself, propagation left out."""
        found: list[tuple[str, Span]] = [("TLE101", m.step.name_span) for m in self.missing if not m.elsewhere]
        found += [("TLE102", step.name_span) for step in self.cycle]
        found += [("TLE103", self.onto_cycle.name_span)] if self.onto_cycle is not None else []
        found += [("TLE106" if v.omitted else "TLE105", v.step.name_span) for v in self.versions]
        found += [("TLE107", b.step.name_span) for b in self.batches if b.certain]
        found += [("TLE108", u.link.key_span) for u in self.unknown_inputs]
        found += [("TLE109", u.link.key_span) for u in self.unknown_outputs]
        found += [("TLE110", u.step.name_span) for u in self.unmapped]
        found += [("TLE111", m.later.span) for m in self.types]
        found += [("TLE112", m.later.span) for m in self.shapes]
        found += [("TLE113", u.link.key_span) for u in self.duplicates]
        found += [("TLE114", m.span) for m in self.mixed]
        if _caches(self.ensemble) and (self.decoupled_step is not None or _says_decoupled(self.ensemble)):
            found.append(("TLE115", self.ensemble.heading))
        return found[0] if found else None


def _caches(ensemble: Ensemble) -> bool:
    cache = ensemble.config.root.message("response_cache")
    return cache is not None and cache.boolean("enable") is True


def _says_decoupled(ensemble: Ensemble) -> bool:
    policy = ensemble.config.root.message("model_transaction_policy")
    return policy is not None and policy.boolean("decoupled") is True


def graph_of(repository: RepositoryFacts, name: str) -> Graph | None:
    """The graph facts of one model, None when it is no ensemble (or cannot be read)."""
    graphs = cast("dict[str, Graph | None]", repository.memo.setdefault("ensemble graphs", {}))
    if name not in graphs:
        graph = graphs[name] = _bare_graph(repository, name)
        if graph is not None:
            for step in graph.ensemble.steps:
                if step.model_name and step.model_name != name:
                    verdict = refusal_of(repository, step.model_name)
                    if verdict is not None:
                        graph.refused.append(RefusedStep(step, step.model_name, *verdict))
    return graphs[name]


def _bare_graph(repository: RepositoryFacts, name: str) -> Graph | None:
    """The graph facts of one model before the refusals of its steps are known."""
    graphs = cast("dict[str, Graph | None]", repository.memo.setdefault("bare ensemble graphs", {}))
    if name not in graphs:
        graphs[name] = _Builder(repository, name).build()
    return graphs[name]


def refusal_of(repository: RepositoryFacts, name: str) -> tuple[str, Span] | None:
    """Code and place of why the server certainly refuses a model: its own fault, or that of a model it needs."""
    verdicts = cast("dict[str, tuple[str, Span] | None]", repository.memo.setdefault("ensemble refusals", {}))
    if name not in verdicts:
        # A cycle comes back here; its members are refused for the cycle, which first_cause knows.
        verdicts[name] = None
        verdicts[name] = _refusal(repository, name)
    return verdicts[name]


def _refusal(repository: RepositoryFacts, name: str) -> tuple[str, Span] | None:
    if name not in repository.models:
        return None
    own = _own_refusal(repository, name)
    if own is not None:
        return own
    ensemble = _ensemble(repository, name)
    if ensemble is None:
        return None
    graph = _bare_graph(repository, name)
    if graph is None:
        return None
    cause = graph.first_cause()
    if cause is not None:
        return cause
    for step in ensemble.steps:
        if step.model_name and step.model_name != name:
            verdict = refusal_of(repository, step.model_name)
            if verdict is not None:
                return "TLE104", step.name_span
    return None


def _own_refusal(repository: RepositoryFacts, name: str) -> tuple[str, Span] | None:
    refused = cast("Mapping[str, tuple[str, Span]]", repository.memo.get("refused", {}))
    return refused.get(name)


def _ensemble(repository: RepositoryFacts, name: str) -> Ensemble | None:
    read = cast("dict[str, Ensemble | None]", repository.memo.setdefault("ensembles", {}))
    if name not in read:
        facts = repository.models.get(name)
        config = facts.config if facts is not None else None
        read[name] = ensemble_of(config) if config is not None else None
    return read[name]


def _autocompletes(facts: ModelFacts) -> bool:
    """Whether loading may add to what the config says: a Python model with ``auto_complete_config``."""
    if facts.effective.backend in ("vllm", None):
        return True
    if facts.effective.intended_backend != "python":
        return False
    for path in facts.python_files:
        try:
            if "auto_complete_config" in read_text_file(path):
                return True
        except UnreadableFile:
            return True
    return False


class _Builder:
    def __init__(self, repository: RepositoryFacts, name: str) -> None:
        self.repository = repository
        self.name = name

    def build(self) -> Graph | None:
        ensemble = _ensemble(self.repository, self.name)
        if ensemble is None:
            return None
        facts = self.repository.models[self.name]
        graph = Graph(ensemble)
        self._missing(graph)
        self._cycles(graph)
        first: dict[str, Use] = {}
        self._own_uses(facts, ensemble, first)
        for step in ensemble.steps:
            member = self.repository.models.get(step.model_name or "")
            if member is not None and step.model_name != self.name:
                self._join(graph, facts, step, member, first)
        self._decoupled(graph)
        return graph

    def _missing(self, graph: Graph) -> None:
        for step in graph.ensemble.steps:
            name = step.model_name
            if not name or name in self.repository.models or name != os.path.basename(name):
                if name and name != os.path.basename(name):
                    graph.missing.append(Missing(step, name, "", False))
                continue
            if os.path.isdir(os.path.join(self.repository.path, name)):
                # Excluded from the run, or a stray folder: nothing is known about it.
                continue
            others = cast("Mapping[str, RepositoryFacts]", self.repository.memo.get("repositories", {}))
            elsewhere = any(name in other.models for other in others.values())
            candidates = set(self.repository.models) - {self.name}
            graph.missing.append(Missing(step, name, nearest(name, candidates), elsewhere))

    def _successors(self, name: str) -> list[Step]:
        if name not in self.repository.models or _own_refusal(self.repository, name) is not None:
            return []
        ensemble = _ensemble(self.repository, name)
        return list(ensemble.steps) if ensemble is not None else []

    def _reach(self, start: str) -> set[str]:
        seen: set[str] = set()
        pending = [start]
        while pending:
            for step in self._successors(pending.pop()):
                if step.model_name and step.model_name not in seen:
                    seen.add(step.model_name)
                    pending.append(step.model_name)
        return seen

    def _cycles(self, graph: Graph) -> None:
        for step in graph.ensemble.steps:
            if not step.model_name or step.model_name not in self.repository.models:
                continue
            if step.model_name == self.name or self.name in self._reach(step.model_name):
                graph.cycle.append(step)
        if graph.cycle:
            graph.cycle_names = self._path_back(cast("str", graph.cycle[0].model_name))
        elif not graph.missing:
            for step in graph.ensemble.steps:
                name = step.model_name
                if name and any(inner in self._reach(inner) for inner in {name, *self._reach(name)}):
                    graph.onto_cycle = step
                    break

    def _path_back(self, start: str) -> list[str]:
        """The shortest way from this ensemble through ``start`` back to it."""
        paths = [[self.name, start]]
        seen = {start}
        while paths:
            path = paths.pop(0)
            if path[-1] == self.name:
                return path
            for step in self._successors(path[-1]):
                if step.model_name and step.model_name not in seen:
                    seen.add(step.model_name)
                    paths.append([*path, step.model_name])
        return [self.name, start, self.name]

    def _own_uses(self, facts: ModelFacts, ensemble: Ensemble, first: dict[str, Use]) -> None:
        size = facts.effective.max_batch_size
        for tensor in tensors(ensemble.config):
            shape = tensor.reshape if tensor.message.has("reshape") else tensor.dims
            use = _use(f"ensemble '{self.name}'", tensor, shape, size, tensor.span)
            if use is not None and tensor.name is not None:
                first.setdefault(tensor.name, use)

    def _join(self, graph: Graph, facts: ModelFacts, step: Step, member: ModelFacts, first: dict[str, Use]) -> None:
        name = member.model.name
        loaded = member.effective.versions
        if step.version is not None and step.version != -1 and loaded:
            numbers = tuple(number for number, _ in loaded)
            if step.version not in numbers:
                omitted = certainly_absent(graph.ensemble.config, step.message, "model_version")
                graph.versions.append(VersionGap(step, member, step.version, omitted, numbers))
        if member.config is None:
            return
        growing = _autocompletes(member)
        own, theirs = facts.effective.max_batch_size, member.effective.max_batch_size
        if own is not None and theirs is not None and 0 < theirs < own:
            graph.batches.append(BatchGap(step, member, own, theirs, not growing))
        if not step.known or member.config.problems:
            return
        inputs, outputs = tensors(member.config, "input"), tensors(member.config, "output")
        if any(tensor.name is None for tensor in (*inputs, *outputs)) or member.config.root.uncertain:
            return
        by_input, by_output = _by_name(inputs), _by_name(outputs)
        if inputs:
            unknown = [link for link in step.inputs if link.key not in by_input]
            bucket = graph.uncertain_inputs if growing else graph.unknown_inputs
            bucket += [self._bad(step, link, member, by_input, step.inputs) for link in unknown]
            mapped = {link.key for link in step.inputs}
            if not unknown and step.inputs:
                for tensor in inputs:
                    optional = tensor.message.boolean("optional")
                    if tensor.name and tensor.name not in mapped and optional is False:
                        graph.unmapped.append(Unmapped(step, tensor, member))
        self._compare(graph, f"model '{name}'", by_input, step.inputs, theirs, first)
        if outputs:
            unknown = [link for link in step.outputs if link.key not in by_output]
            bucket = graph.uncertain_outputs if growing else graph.unknown_outputs
            bucket += [self._bad(step, link, member, by_output, step.outputs) for link in unknown]
        self._compare(graph, f"model '{name}'", by_output, step.outputs, theirs, first)
        for link in step.outputs:
            if sum(1 for tensor in outputs if tensor.name == link.key) > 1:
                graph.duplicates.append(self._bad(step, link, member, by_output, step.outputs))

    def _bad(
        self, step: Step, link: Link, member: ModelFacts, known: dict[str, Tensor], links: tuple[Link, ...]
    ) -> BadLink:
        free = set(known) - {other.key for other in links}
        return BadLink(step, link, member, tuple(known), nearest(link.key, free))

    def _compare(
        self,
        graph: Graph,
        owner: str,
        known: dict[str, Tensor],
        links: tuple[Link, ...],
        size: int | None,
        first: dict[str, Use],
    ) -> None:
        for link in links:
            tensor = known.get(link.key)
            if tensor is None:
                continue
            use = _use(owner, tensor, tensor.dims, size, link.value_span)
            if use is None:
                continue
            reference = first.setdefault(link.value, use)
            if reference is use:
                continue
            if reference.data_type != use.data_type:
                graph.types.append(Mismatch(link.value, reference, use))
            elif not reference.agrees(use):
                graph.shapes.append(Mismatch(link.value, reference, use))

    def _decoupled(self, graph: Graph) -> None:
        ensemble = graph.ensemble
        if not ensemble.sure or ensemble.flow.broken is not None or graph.missing or graph.cycle or graph.onto_cycle:
            return
        streams: dict[int, bool] = {}
        for step in ensemble.steps:
            answer = _is_decoupled(self.repository, step.model_name or "", frozenset({self.name}))
            if answer is None:
                return
            streams[step.index] = answer
        graph.decoupled_step = next((step for step in ensemble.steps if streams[step.index]), None)
        if graph.decoupled_step is None:
            return
        label: dict[str, int] = dict.fromkeys(ensemble.inputs, 0)
        waiting = list(ensemble.steps)
        while waiting:
            following = (s for s in waiting if all(link.value in label for link in s.inputs))
            step = next(following, waiting[0])
            waiting.remove(step)
            odd = [link for link in step.inputs if label[link.value] != label[step.inputs[0].value]]
            if odd:
                pair = (step.inputs[0].value, odd[0].value)
                graph.mixed.append(Mixed(step.title, odd[0].value_span, pair, self._sources(ensemble, pair)))
                return
            inherited = label[step.inputs[0].value]
            for link in step.outputs:
                label[link.value] = step.index + 1 if streams[step.index] else inherited
        names = [name for name in ensemble.outputs if name in label]
        odd_names = [name for name in names if label[name] != label[names[0]]]
        if odd_names:
            pair = (names[0], odd_names[0])
            span = ensemble.outputs[odd_names[0]].span
            graph.mixed.append(Mixed("the ensemble's outputs", span, pair, self._sources(ensemble, pair)))

    def _sources(self, ensemble: Ensemble, names: tuple[str, str]) -> tuple[tuple[Span, str], ...]:
        found = []
        for name in names:
            if name in ensemble.writers:
                step, link = ensemble.writers[name]
                found.append((link.value_span, f"'{name}' comes out of {step.title}"))
            elif name in ensemble.inputs:
                found.append((ensemble.inputs[name].span, f"'{name}' is an input of the ensemble"))
        return tuple(found)


def _use(owner: str, tensor: Tensor, shape: list[int] | None, size: int | None, span: Span) -> Use | None:
    """A use with a valid type and shape, else None: other rules report what is wrong with it."""
    data_type = tensor.data_type
    if shape is None or size is None or size < 0 or data_type is None or data_type == "TYPE_INVALID":
        return None
    if not tensor.dims or any(dim < 1 and dim != -1 for dim in shape):
        return None
    return Use(owner, data_type, tuple(shape), size > 0, span, tensor.dims_span)


def _is_decoupled(repository: RepositoryFacts, name: str, above: frozenset[str]) -> bool | None:
    """Whether a model answers decoupled; an ensemble does when one of its steps does."""
    facts = repository.models.get(name)
    if facts is None or name in above:
        return None
    ensemble = _ensemble(repository, name)
    if ensemble is not None:
        answers = [_is_decoupled(repository, step.model_name or "", above | {name}) for step in ensemble.steps]
        return True if True in answers else None if None in answers else False
    if facts.config is None or facts.config.problems:
        return None
    if not facts.config.root.has("model_transaction_policy") and _autocompletes(facts):
        return None
    return facts.effective.decoupled
