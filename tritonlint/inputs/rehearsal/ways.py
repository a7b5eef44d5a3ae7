"""Ways through a model: branches, loops and handlers of which it is not known whether they are taken."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.rehearsal.objects import (
    Cls,
    Module,
    Obj,
)
from tritonlint.inputs.rehearsal.outcome import EXCEPTIONS, OF_SOME_CLASS, Raise, RaisedError
from tritonlint.inputs.rehearsal.trail import Trail, Way
from tritonlint.inputs.rehearsal.values import (
    Exc,
    Seq,
    Value,
)
from tritonlint.source import Span

Note = Literal[
    "bytes-in-text",
    "bytes-compared",
    "other-key",
    "after-final",
    "split-by-requests",
    "split-by-sizes",
    "text-as-flag",
    "half-sum",
    "cut-row",
    "letters",
    "letters-added",
    "used-up",
    "text-array",
    "shared-buffer",
    "final-in-loop",
    "row-per-request",
    "axis-lost",
    "wraps",
    "deadlock",
    "not-called",
    "over-rows",
    "no-axis",
    "binary-cut",
    "padded-mean",
    "axis-moved",
    "small-axis-moved",
    "late-cast",
    "half-squares",
    "half-cast",
    "places",
    "requested-name",
    "same-array",
    "logged",
    "log-level",
    "log-arguments",
    "error-code",
    "error-value",
    "error-again",
    "list-changed",
]
_BROAD = frozenset({"Exception", "BaseException"})
BREAK, CONTINUE, RETURN = "break", "continue", "return"
ANY = tree.Handler(Span(""), None, None, (), Span(""))
"""Stands for a context manager that swallows exceptions."""


_OWN = frozenset(
    {"json.JSONDecodeError", "json.decoder.JSONDecodeError", "queue.Empty", "queue.Full", "struct.error", "zlib.error"}
    | {"binascii.Error", "re.error", "subprocess.CalledProcessError", "subprocess.TimeoutExpired"}
    | {f"{PB_MODULE}.TritonModelException", "numpy.linalg.LinAlgError", "pickle.UnpicklingError"}
)
"""Exceptions of libraries that are no others under another name: what Python itself raises is none of them."""


def _is_of_json(error: Value) -> bool:
    """Whether a ``ValueError`` says where a text is no JSON."""
    return isinstance(error, Exc) and any(isinstance(one, str) and " (char " in one for one in error.arguments)


def is_broad(handler: tree.Handler) -> bool:
    """Whether a handler catches whatever comes."""
    types = handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,)
    return any(one is None or (tree.dotted(one) or "") in _BROAD for one in types)


@dataclass(slots=True)
class Loop:
    """A loop that is being played: the ways that left a turn early."""

    continues: list[Way] = field(default_factory=list)
    breaks: list[Way] = field(default_factory=list)


@dataclass(slots=True)
class Activation:
    """One call of a function."""

    loops: list[Loop] = field(default_factory=list)
    returns: list[Way] = field(default_factory=list)
    lists: list[tuple[tuple[Value, ...], Span]] = field(default_factory=list)
    """The lists of tensors that were returned, and where."""
    value: Value = None
    yields: Seq | None = None
    self_value: Value = None
    owner: Cls | None = None
    block: Callable[[Value], None] | None = None
    """The block of the ``with`` statement that a context manager stands around: what plays it, once."""
    outer: Activation | None = None
    """Whose block that is."""


class Ways(Trail):
    """Plays ways side by side and keeps what is seen on them."""

    def __init__(self, python: PythonFacts) -> None:
        super().__init__()
        self.module = self.main = Module(python, f".{os.path.basename(python.path).removesuffix('.py')}")
        """The module whose code is being played, and that of the model file."""
        self.python = python
        self.globals = self.module.scope
        self.played = [python]
        """The model file, and the modules beside it that were played."""
        self.modules: dict[str, Value] = {}
        """Those modules by the names that they are imported by."""
        self.entry: Span | None = None
        """What the model file calls or imports, while code of another module is played."""
        self.entered: dict[Span, Span] = {}
        """Where the model file calls what was seen in another module."""
        self.raises: list[Raise] = []
        self.notes: dict[tuple[Note, Span], bool] = {}
        self.decided: dict[Span, set[bool]] = {}
        """Conditions of which it is known how they come out."""
        self.dropped: dict[str, Span] = {}
        """Attributes that a request deletes or sets to None, and where."""
        self.refused: list[Span] = []
        """Where the file raises on purpose in every call, and catches it."""
        self.phase = "import"
        self.maybe = 0
        """How many conditions that are not known lie around; 0 where every run comes."""
        self.many_turns = 0
        """How many loops around turn any number of times: what is made there stands for many."""
        self.quiet = 0
        """Above 0 while something is only tried."""
        self.straight = False
        """Whether nothing raises that is not known to raise."""
        self.handling: list[Raise] = []
        self.suspects: dict[int, list[Raise]] = {}
        """What was raised on some ways within a ``try``, by the identity of the handler that catches it."""
        self.statement = Span(python.path)
        self.activation = Activation()
        self.tries: list[tuple[tree.Handler, ...]] = []

    def fork(self, arms: Sequence[Callable[[], str | None]]) -> str | None:
        """Play arms of which one happens, and go on with what is left."""
        mark = len(self.trail)
        live: list[Way] = []
        gone: list[tuple[str | None, Way]] = []
        raised: RaisedError | None = None
        self.maybe += 1
        for arm in arms:
            self.activation.value = None
            try:
                signal = arm()
            except RaisedError as error:
                raised = raised or error
                if not self.is_caught(error):
                    self.record(error)
                else:
                    self.suspect(error)
                self.undo(mark)
                continue
            if signal is None:
                live.append(Way(mark, self.take(mark), self.activation.value))
            else:
                gone.append((signal, Way(mark, self.take(mark), self.activation.value, self.statement)))
        self.maybe -= 1
        if not live:
            if not gone and raised is not None:
                raise raised
            # One of the ways that leave is played on, the others wait where it goes.
            signal, way = gone.pop()
            self.wait(gone)
            self.apply(way.delta)
            self.activation.value = way.value
            return signal
        self.wait(gone)
        self.go_on(live)
        return None

    def survive(self, error: RaisedError, ways: Sequence[Way]) -> Way:
        """Go on with ways that have left already, where only the others meet an exception."""
        self.maybe += 1
        if self.is_caught(error):
            self.suspect(error)
        else:
            self.record(error)
        self.maybe -= 1
        first = ways[0]
        changed = self.take(first.mark)
        self.apply(first.delta)
        for delta in (changed, *(way.delta for way in ways[1:])):
            for place, (container, key, value) in delta.items():
                if delta is not changed or place not in first.delta:
                    self.join_into(container, key, value)
        return first

    def wait(self, left: Sequence[tuple[str | None, Way]]) -> None:
        """Keep ways that ended early for the place where they go."""
        for signal, way in left:
            if signal == RETURN or not self.activation.loops:
                self.activation.returns.append(way)
            elif signal == CONTINUE:
                self.activation.loops[-1].continues.append(way)
            else:
                self.activation.loops[-1].breaks.append(way)

    def is_caught(self, error: RaisedError) -> bool:
        """Whether a handler around catches an exception."""
        return any(self.handler_of(error, handlers) is not None for handlers in self.tries)

    def may_meet(self, error: RaisedError) -> None:
        """Note an exception that some requests bring about, unless a handler around is there for just that."""
        for handlers in reversed(self.tries):
            found = self.handler_of(error, handlers)
            if found is not None:
                if found[0] is not ANY and not is_broad(found[0]):
                    return
                break
        self.maybe += 1
        self.record(error)
        self.maybe -= 1

    def suspect(self, error: RaisedError) -> None:
        """Keep an exception of one way for the broad handler that catches it: it may be what the handler answers."""
        if self.quiet or error.explicit:
            return
        for handlers in reversed(self.tries):
            found = self.handler_of(error, handlers)
            if found is None:
                continue
            if found[1] and found[0] is not ANY and is_broad(found[0]):
                # It is told where it is raised, wherever the value comes from.
                event = replace(self.event(error, sure=False, caught=True), cause=None)
                self.suspects.setdefault(id(found[0]), []).append(event)
            return

    def record(self, error: RaisedError, *, caught: bool = False) -> None:
        """Note an exception that nobody catches."""
        if not self.quiet and not error.doubtful:
            self.raises.append(self.event(error, sure=self.sure, caught=caught))

    def event(self, error: RaisedError, *, sure: bool, caught: bool) -> Raise:
        """An exception as it is told."""
        self.seen(error.span)
        return Raise(
            self.phase,
            error.span,
            error.statement,
            error.shown,
            sure,
            error.explicit,
            caught,
            error.absent,
            error.cause,
        )

    @property
    def sure(self) -> bool:
        """Whether every run comes here."""
        return not self.maybe and not self.diverted_in(self.activation)

    def diverted_in(self, activation: Activation) -> bool:
        """Whether some ways have left a call, or a turn of a loop in it."""
        return bool(activation.returns) or any(loop.continues or loop.breaks for loop in activation.loops)

    def note(self, kind: Note, span: Span) -> None:
        """Note something that Python does without complaint."""
        if not self.quiet and (kind, span) not in self.notes:
            self.seen(span)
            self.notes[kind, span] = self.sure

    def fail(self, type: str, message: str, span: Span) -> RaisedError:
        """An exception that Python itself raises."""
        return RaisedError(Exc(type, [message] if message else []), span, self.statement, False)

    def handler_of(self, error: RaisedError, handlers: Sequence[tree.Handler]) -> tuple[tree.Handler, bool] | None:
        """The handler of an exception, and whether it surely is that one."""
        classes = error.classes
        for handler in handlers:
            home = self.home_of(handler)
            if handler.type is None:
                return handler, True
            types = handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,)
            for one in types:
                name = tree.dotted(one)
                last = name.rsplit(".", 1)[-1] if name else None
                if last in classes:
                    return handler, self._is_that_class(error, home.scope.vars.get(last))
                if classes == OF_SOME_CLASS:
                    return handler, False
                if classes[0] in EXCEPTIONS and home.python.qualified(one) in _OWN:
                    if last == "JSONDecodeError" and _is_of_json(error.exc):
                        return handler, True
                    continue
                if last is None or (last not in EXCEPTIONS and last not in home.scope.vars):
                    return handler, False
                if last not in EXCEPTIONS:
                    value = home.scope.vars.get(last)
                    if not isinstance(value, Cls):
                        return handler, False
                    if isinstance(error.exc, Obj) and value in error.exc.cls.lineage:
                        return handler, True
        return None

    @contextmanager
    def inside(self, module: Module, span: Span) -> Iterator[None]:
        """Play code of a module, which what stands at ``span`` calls."""
        before = self.module, self.python, self.globals, self.entry, self.statement
        if module is self.main:
            self.entry = None
        elif self.module is self.main:
            self.entry = span if span.path == self.main.python.path else None
        self.module, self.python, self.globals = module, module.python, module.scope
        try:
            yield
        except RaisedError as error:
            self.seen(error.span)
            raise
        finally:
            self.module, self.python, self.globals, self.entry, self.statement = before

    def seen(self, span: Span) -> None:
        """Keep in mind what of the model file led to something that was seen in another module."""
        if self.entry is not None and span.path != self.main.python.path:
            self.entered.setdefault(span, self.entry)

    def mentions(self, word: str) -> bool:
        """Whether a text stands anywhere in what was played."""
        return any(word in python.text for python in self.played)

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Whether something anywhere in what was played matches a pattern."""
        return any(pattern.search(python.text) is not None for python in self.played)

    def home_of(self, node: tree.Node) -> Module:
        """The module that a node stands in."""
        path = node.span.path
        if len(self.played) == 1 or path == self.python.path:
            return self.module
        known = (one for one in self.modules.values() if isinstance(one, Module) and one.python.path == path)
        return next(known, self.main)

    def _is_that_class(self, error: RaisedError, named: Value) -> bool:
        """Whether a class that is called like one of an exception is that one: two modules may have both."""
        if len(self.played) == 1 or not isinstance(error.exc, Obj) or not isinstance(named, Cls):
            return True
        return named in error.exc.cls.lineage

    def error_made(self) -> None:
        """Whoever makes an error for an answer while handling an exception shows that it was not meant."""
        if self.handling:
            event = self.handling[-1]
            if event not in self.raises:
                self.raises.append(event)
