"""A rehearsal from beginning to end: the life of a model in the Python backend.

``rehearse(python, config, effective)`` imports the file, creates the model, and calls ``initialize`` and ``execute``
as the stub of 24.10 does (python_backend, ``pb_stub.cc``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_shapes import declared_shapes
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Function, Try, dotted, walk
from tritonlint.inputs.rehearsal.completed import effective_of
from tritonlint.inputs.rehearsal.found import Kind, Mistake, Rehearsal
from tritonlint.inputs.rehearsal.objects import (
    Cls,
    ConfigText,
    Coroutine,
    Func,
    Obj,
    Request,
    Response,
)
from tritonlint.inputs.rehearsal.outcome import GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.pb_utils import PbUtils
from tritonlint.inputs.rehearsal.several_rows import TOLD, Seen, Sizes, misfits, wrong_outputs
from tritonlint.inputs.rehearsal.values import (
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.remember import remembered
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.facts import ModelFacts

_MOST_OPTIONAL = 3
_FUTURES = frozenset({"_asyncio.Future", "_asyncio.Task"})
_HARMLESS = frozenset({"ABCMeta", "abc.ABCMeta"})
_LACKED = re.compile(r"'(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'")
_LACKS = re.compile(r"NoneType|has no attribute")


def rehearse(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Rehearsal:
    """Play a model file through with its config; nothing is played when the file or the config is not understood."""
    return _rehearse(python, config, effective)


def mistakes(python: PythonFacts, config: Document, effective: EffectiveConfig, kind: Kind) -> Iterator[Mistake]:
    """The mistakes of one kind in the model file."""
    # Half of all rules ask, and mostly there is none of any kind.
    found = _rehearse(python, config, effective).mistakes
    return (mistake for mistake in found if mistake.kind == kind) if found else iter(())


def mistakes_anywhere(
    python: PythonFacts, config: Document, effective: EffectiveConfig, *kinds: Kind
) -> Iterator[tuple[PythonFacts, Mistake, Span | None]]:
    """The mistakes of some kinds, each with the file it stands in, and with what of the model file calls another one.

    For rules that look at nothing else than this file around them.
    """
    found = _rehearse(python, config, effective)
    for mistake in found.mistakes:
        if mistake.kind in kinds:
            yield python, mistake, None
    for mistake in found.beside:
        if mistake.kind in kinds and mistake.span.path in found.files:
            yield found.files[mistake.span.path], mistake, found.entered.get(mistake.span)


def models_called(python: PythonFacts, own: ModelFacts | None, call: Span) -> frozenset[str]:
    """The models to which the requests go that an ``InferenceRequest(…)`` makes, as far as they were played."""
    if own is None or own.config is None:
        return frozenset()
    return frozenset(one.model for one in _rehearse(python, own.config, own.effective).calls if one.span == call)


@remembered
def _rehearse(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Rehearsal:
    found = Rehearsal()
    if config.problems or config.root.uncertain or not (_defines_class(python) or python.class_beside is not None):
        return found
    effective = effective_of(python, config, effective)
    _Play(python, config, effective, found).play()
    return found


def _defines_class(python: PythonFacts) -> bool:
    return python.understood and python.class_status == "defined"


class _Play(PbUtils):
    """The life of a model."""

    played: tuple[Func, Obj] | None = None
    """What was called, and on which object, once the model is made."""

    def play(self) -> None:
        machine, found = self.machine, self.found
        try:
            machine.run(self.python.body, machine.globals)
            found.ended = "import"
            self.model()
        except RaisedError as error:
            machine.record(error)
        except (GaveUpError, RecursionError):
            pass
        except Exception as error:
            # Every rule would meet it again.
            found.crash = error
        found.raises = list(dict.fromkeys(machine.raises))
        self.blame_method_left_out()
        for (kind, span), sure in machine.notes.items():
            if kind == "half-squares" and ("late-cast", span) in machine.notes:
                continue  # What comes too late is told there.
            self.say(Mistake(kind, span, sure))
        self.several_rows()
        self.sort_out()

    def blame_method_left_out(self) -> None:
        """Attributes that lack because a method replaces that of a base without calling it are told at the method."""
        lineage = self.played[1].cls.lineage if self.played is not None else ()
        for event in self.found.raises[:] if len(lineage) > 1 else ():
            lacks = _LACKED.search(event.message)
            if lacks is None or lacks["owner"] != lineage[0].name:
                continue
            for name in ("__init__", "initialize"):
                own = lineage[0].vars.get(name)
                base = next((one for one in lineage[1:] if _sets(one.vars.get(name), lacks["name"])), None)
                if isinstance(own, Func) and isinstance(own.node, Function) and base is not None:
                    if any(isinstance(c.func, Attribute) and c.func.attr == name for c in walk(own.node.body, Call)):
                        continue  # Under a condition, perhaps.
                    self.found.raises.remove(event)
                    place = own.node.name_span
                    self.say(
                        Mistake("base-left-out", place, event.sure, name=lacks["name"], found=f"{base.name}.{name}")
                    )
                    break

    def several_rows(self) -> None:
        """What requests of several rows meet, where nothing was seen with sizes that are not known."""
        found = self.found
        told = any(one.sure for one in found.raises) or any(one.kind in TOLD for one in found.mistakes)
        if self.played is None or found.ended != "execute" or told or not self.rows_differ:
            return
        inputs, requests = self.input_shapes, self.requests
        calls, mistakes = found.calls[:], found.mistakes
        shapes = [*inputs.values(), *self.output_shapes.values()]
        play = partial(self.with_sizes, *self.played)
        try:
            mistakes += list(misfits(shapes, self.most_rows, self.output_shapes, play))
        finally:
            self.input_shapes, self.requests = inputs, requests
            found.calls, found.mistakes = calls, mistakes

    @property
    def most_rows(self) -> int:
        """How many rows a request may have."""
        return self.effective.max_batch_size or 0

    def with_sizes(self, execute: Func, model: Obj, sizes: Sizes) -> Seen:
        """One call whose requests have known sizes."""
        machine, found, mark = self.machine, self.found, len(self.machine.trail)
        known = {event.span for event in found.raises}
        shapes = declared_shapes(self.python, self.config, self.effective, "input")
        self.input_shapes = {name: sizes.of(shape) for name, shape in shapes.items()}
        self.requests = 1  # Buffers are as long as `max_batch_size`.
        machine.steps = machine.maybe = 0
        machine.raises, found.mistakes = [], []
        outputs: dict[Span, Mistake] = {}
        whole = True
        try:
            outputs = wrong_outputs(self.execute(execute, model), sizes, self.output_shapes)
        except RaisedError as error:
            machine.record(error)
        except (GaveUpError, RecursionError):
            whole = False
        except Exception as error:
            found.crash, whole = error, False
        finally:
            machine.undo(mark)
        new = (one for one in machine.raises if one.sure and not one.explicit and one.span not in known)
        return Seen({one.span: one for one in new}, outputs, whole)

    def sort_out(self) -> None:
        """Keep apart what stands in other modules: rules look at the model file around what they are told."""
        found, path = self.found, self.python.path
        found.entered, found.files = self.machine.entered, {one.path: one for one in self.machine.played}
        found.beside = [one for one in found.mistakes if one.span.path != path]
        found.mistakes = [_within(one, path) for one in found.mistakes if one.span.path == path]

    def model(self) -> None:
        machine = self.machine
        cls = machine.globals.vars.get("TritonPythonModel")
        beside = self.python.class_beside
        if not isinstance(cls, Cls) or (beside is not None and cls.node.span != beside.span):
            return
        machine.phase = "__init__"
        if self.may_replace("__init__"):
            model: Value = Obj(cls, open=True)
        else:
            model = machine.call(cls, [], {}, cls.node.name_span)
        if not isinstance(model, Obj):
            return
        initialize, execute = self.own(cls, "initialize"), self.own(cls, "execute")
        if initialize is not None:
            machine.phase = "initialize"
            try:
                machine.call_function(initialize, [model, self.arguments()], {}, cls.node.name_span)
            except GaveUpError:
                model.open = True
                machine.steps = 0
            if any(r.phase == "initialize" and r.sure and not r.caught for r in machine.raises):
                return
        self.found.ended = "initialize"
        if execute is None:
            return
        machine.phase = "execute"
        self.played = execute, model
        kept = _reachable(model, 0)
        mark, first = len(machine.trail), len(machine.raises)
        value = self.execute(execute, model)
        self.found.ended = "execute"
        changed = ((key if container is machine.spent else id(container)) for container, key, _ in machine.trail[mark:])
        if any(one in kept for one in changed):
            # What one call leaves behind, the next one finds.
            machine.steps = 0
            met = len(machine.raises)
            try:
                self.execute(execute, model)
            except RaisedError as error:
                machine.record(error)
                self.blame_what_dropped(met)
                return
            self.blame_what_dropped(met)
            self.forget_order(first, met)
        mixed = isinstance(value, Seq) and (value.open or any(_is_of_several_ways(item) for item in value.items))
        # A decorator may answer errors and hand nothing on where there are none.
        mixed = mixed or (isinstance(value, (Unknown, Perhaps)) and execute.node is not self.python.method("execute"))
        if mixed and any(attempt.handlers for python in machine.played for attempt in python.walk(Try)):
            self.straight(execute, model)
        optional = [name for name, tensor in self.input_tensors.items() if tensor.boolean("optional")]
        if optional and not any(r.phase == "execute" and r.sure for r in machine.raises):
            self.meet(self.without(frozenset(), execute, model), "")
            lacking = self.without(frozenset(optional), execute, model)
            for name in optional[:_MOST_OPTIONAL] if any(lacking) else ():
                # Inputs may come together, or one instead of the other: what fails has to fail without any, too.
                alone = lacking if len(optional) == 1 else self.without(frozenset({name}), execute, model)
                self.meet(tuple([e for e in a if _is_among(e, b)] for a, b in zip(alone, lacking, strict=True)), name)

    def meet(self, seen: tuple[list[Any], ...], name: str) -> None:
        """Keep what requests without an optional input meet."""
        raised, mistaken = seen
        self.machine.raises += [replace(event, sure=False, without=name) for event in raised]
        self.found.mistakes += mistaken

    def without(self, names: frozenset[str], execute: Func, model: Obj) -> tuple[list[Any], ...]:
        """The exceptions and mistakes of one call whose requests lack some optional inputs, and have the others."""
        machine, found, mark = self.machine, self.found, len(self.machine.trail)
        raised, mistaken, calls = len(machine.raises), len(found.mistakes), len(found.calls)
        self.absent = machine.lacking = names
        machine.steps, machine.maybe = 0, 1
        try:
            self.execute(execute, model)
        except RaisedError as error:
            machine.record(error)
        except GaveUpError:
            pass
        finally:
            machine.undo(mark)
            machine.maybe = 0
            self.absent, machine.lacking = None, frozenset()
        known = {event.span for event in machine.raises[:raised]}
        events = [e for e in machine.raises[raised:] if not e.explicit and e.span not in known]
        seen = events, found.mistakes[mistaken:]
        del machine.raises[raised:], found.mistakes[mistaken:], found.calls[calls:]
        return seen

    def straight(self, execute: Func, model: Obj) -> None:
        """One call in which nothing raises: it has to answer every request, too, and with what is declared."""
        machine, mark = self.machine, len(self.machine.trail)
        machine.steps, machine.straight = 0, True
        machine.quiet += 1
        count: int | None = None
        nothing = False
        self.sent_well = []
        try:
            value = machine.call(execute, [model, self.receive()], {}, execute.node.span)
            value = machine.awaited(value, execute.node.span) if isinstance(value, Coroutine) else value
            if isinstance(value, Seq) and value.kind == "list" and not value.open:
                count = len(value.items)
            nothing = value is None and execute.node is not self.python.method("execute")
        except (RaisedError, GaveUpError):
            return
        finally:
            machine.undo(mark)
            machine.straight = False
            machine.quiet -= 1
        for mistake in self.sent_well:
            if not any(old.kind == mistake.kind and old.span == mistake.span for old in self.found.mistakes):
                self.say(mistake)
        if nothing and self.answers_by_return and isinstance(execute.node, Function):
            self.say(Mistake("return", execute.node.name_span, False, found="NoneType"))
        if count not in {None, self.requests} and self.answers_by_return and machine.return_span is not None:
            self.say(Mistake("count", machine.return_span, False, count=(count or 0, self.requests)))

    def forget_order(self, first: int, met: int) -> None:
        """Drop what only the first call raises where something else has to come before what it is asked."""
        raises = self.machine.raises
        again = {event.span for event in raises[met:]}
        # The server refuses a sequence that does not begin with its start.
        starts = self.config.root.has("sequence_batching")
        raises[first:met] = [
            event
            for event in raises[first:met]
            # What one request puts under its key, another one looks up.
            if event.sure or event.span in again or not (starts or event.message.startswith("KeyError"))
        ]

    def blame_what_dropped(self, met: int) -> None:
        """What only the second call raises, for want of what the first one dropped, is told where it is dropped."""
        raises = self.machine.raises
        for event in raises[met:]:
            own = event.statement.path == self.python.path
            text = self.python.text[event.statement.start : event.statement.end] if own else ""
            names = [n for n in self.machine.dropped if re.search(rf"\.{re.escape(n)}\b", text)]
            known = event in raises[:met] or event.explicit
            if len(names) == 1 and not known and _LACKS.search(event.message):
                raises.remove(event)
                place = self.machine.dropped[names[0]]
                self.say(Mistake("dropped", place, event.sure, name=names[0], found=event.message))

    def execute(self, execute: Func, model: Obj) -> Value:
        """One call of ``execute``, and what it returned."""
        machine, span = self.machine, execute.node.span
        machine.buffers.forget()
        self.whole.clear()
        value = machine.call(execute, [model, self.receive()], {}, span)
        future = isinstance(value, Coroutine) and value.python_type in _FUTURES
        if isinstance(value, Coroutine):
            value = machine.awaited(value, span)
        if isinstance(execute.node, Function):
            if future and not execute.node.is_async and machine.return_span is not None and self.answers_by_return:
                # The stub awaits coroutines only.
                self.say(Mistake("return", machine.return_span, True, found="Future"))
            machine.finish()
            self.answers(value, execute.node)
            self.senders(execute.node, value)
            self.errors_lost()
        return value

    def receive(self) -> Seq:
        """New requests, in a list that the model may change."""
        self.machine.requests = tuple(Request(number) for number in range(self.requests))
        self.machine.handed = Seq("list", list(self.machine.requests))
        return self.machine.handed

    def may_replace(self, name: str) -> bool:
        """Whether something else than the bodies of its classes may give the model a method of that name."""
        others = self.machine.played[1:]
        return self.python.may_replace(name) or any(name in python.assigned_attributes for python in others)

    def own(self, cls: Cls, name: str) -> Func | None:
        """A plain method of the model."""
        if self.may_replace(name) or any(map(_changes_subclasses, cls.lineage)):
            return None
        for one in cls.lineage:
            if name in one.vars:
                value = one.vars[name]
                return value if isinstance(value, Func) and not value.kind else None
        return None

    def arguments(self) -> Mapping:
        """What ``initialize`` gets; all values are text."""
        text = Unknown("str")
        kinds = {group.kind for group in self.effective.instance_groups or ()}
        kind = kinds.pop() if len(kinds) == 1 else None
        return Mapping(
            {
                "model_config": ConfigText(),
                "model_instance_kind": kind.removeprefix("KIND_")
                if isinstance(kind, str) and kind in {"KIND_CPU", "KIND_GPU"}
                else text,
                "model_instance_name": text,
                "model_instance_device_id": text,
                "model_repository": text,
                "model_version": text,
                "model_name": text,
            }
        )


def _within(mistake: Mistake, path: str) -> Mistake:
    """A mistake without what of it lies in other files."""
    value = mistake.value if mistake.value is None or mistake.value.span.path == path else None
    cause = mistake.cause if mistake.cause is None or mistake.cause.path == path else None
    return replace(mistake, value=value, cause=cause)


def _changes_subclasses(cls: Cls) -> bool:
    """Whether a class may put something else in the place of the methods of those that inherit from it."""
    others = (k for k in cls.node.keywords if k.keyword == "metaclass" and dotted(k.value) not in _HARMLESS)
    return "__init_subclass__" in cls.vars or any(others)


def _sets(method: Value, name: str) -> bool:
    """Whether a method sets an attribute of this name."""
    return isinstance(method, Func) and any(
        isinstance(target, Attribute) and target.attr == name
        for assign in walk(method.node.body if isinstance(method.node, Function) else (), Assign)
        for target in assign.targets
    )


def _is_of_several_ways(item: Value) -> bool:
    """Whether a response may hold this or that."""
    return isinstance(item, Response) and item.outputs is None


def _reachable(value: Value, depth: int) -> set[int]:
    """The containers that something holds, by identity."""
    if isinstance(value, Obj):
        inner, found = list(value.attrs.values()), {id(value.attrs)}
    elif isinstance(value, (Seq, Mapping)):
        inner, found = list(value.items if isinstance(value, Seq) else value.items.values()), {id(value)}
    else:
        return set()
    for one in inner if depth < 3 else ():
        found |= _reachable(one, depth + 1)
    return found


def _is_among(event: Any, others: list[Any]) -> bool:
    return any(event.span == other.span for other in others)
