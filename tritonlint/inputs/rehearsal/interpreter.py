"""Interprets the tree of a model.py over values that may be unknown.

What a condition that is not known decides is played through both ways and joined; what only one way does is from then
on unknown. Every change of a value goes through a trail, so that a way can be taken back.

An exception counts as *sure* when every run comes to it; the events hold those and the others apart. Whatever Python
syntax or library is not modelled gives an unknown value, never a failure.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.rehearsal import arrays, library
from tritonlint.inputs.rehearsal.objects import (
    Absent,
    Answer,
    BoundFunc,
    Call,
    Cls,
    ConfigText,
    Coroutine,
    Error,
    Func,
    Obj,
    PbTensor,
    Request,
    Response,
    Scope,
    Sender,
    Super,
)
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    DType,
    Exc,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.source import Span

MAX_STEPS = 6000
"""Statements and calls of one rehearsal; a model that needs more is not played through."""
MAX_DEPTH = 16
MAX_TURNS = 64
"""Turns of a loop that are played one by one."""

Note = Literal["bytes-in-text", "bytes-compared", "after-final", "split-by-requests"]
_ABSENT = object()
_BREAK, _CONTINUE, _RETURN = "break", "continue", "return"
_PURE = (
    "numpy", "json", "time", "os", "math", "logging", "random", "re", "sys", "string", "struct", "base64", "hashlib",
    "uuid", "datetime", "pathlib", "typing", "collections", "itertools", "copy", "io", "operator", "warnings", "enum",
    "traceback", "abc", "statistics", "textwrap", "unicodedata", "decimal", "fractions", "platform", "shutil",
)  # fmt: skip
"""Modules whose functions leave the objects they are given as they are (those that do not are modelled)."""
_RUNNERS = frozenset(f"asyncio.{name}" for name in ("run", "create_task", "ensure_future", "wait_for", "shield"))
_NO_NEW_ATTRIBUTES = (Response, Request, PbTensor, Error, Sender, Call, Answer)
_BUILTINS = frozenset(dir(builtins))
_SCALARS = (bool, int, float, complex, str, bytes, type(None))
_EXCEPTIONS: dict[str, tuple[str, ...]] = {
    name: tuple(base.__name__ for base in kind.__mro__ if base is not object)
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}
_EXCEPTIONS["TritonModelException"] = ("TritonModelException", "Exception", "BaseException")
_ANY = tree.Handler(Span(""), None, None, (), Span(""))
"""Stands for a context manager that swallows exceptions."""
_BROAD = frozenset({"Exception", "BaseException"})


class GaveUpError(Exception):
    """The rehearsal met more than it can play through; nothing that comes later is judged."""


class RaisedError(Exception):
    """The model raises an exception. ``explicit`` is one that a ``raise`` or ``assert`` of the file means."""

    def __init__(self, exc: Exc | Obj, span: Span, statement: Span, explicit: bool, absent: str = "") -> None:
        super().__init__(exc)
        self.absent = absent
        self.exc = exc
        self.span = span
        self.statement = statement
        self.explicit = explicit

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes of the exception, nearest first."""
        if isinstance(self.exc, Obj):
            return (*(cls.name for cls in self.exc.cls.lineage), *self.exc.cls.exception)
        return self.exc.bases or _EXCEPTIONS.get(self.exc.type, (self.exc.type,))

    @property
    def shown(self) -> str:
        """As the last line of a traceback."""
        if isinstance(self.exc, Obj):
            return self.exc.cls.name
        first = self.exc.arguments[0] if len(self.exc.arguments) == 1 else None
        return f"{self.exc.type}: {first}" if isinstance(first, str | int) and first != "" else self.exc.type


@dataclass(frozen=True, slots=True)
class Raise:
    """An exception that nobody catches (or, ``caught``, that a handler turns into an error).

    ``sure``: every call comes to it. ``statement`` is what raises it, ``span`` the expression in it. ``absent`` is the
    name of an input that the config does not have, if that is the cause; ``span`` is where it is asked for, then.
    """

    phase: str
    span: Span
    statement: Span
    message: str
    sure: bool
    explicit: bool
    caught: bool
    absent: str = ""


@dataclass(slots=True)
class _Loop:
    continues: list[_Way] = field(default_factory=list)
    breaks: list[_Way] = field(default_factory=list)


@dataclass(slots=True)
class _Way:
    """A way that ended early: what it changed since a place in the trail, and what it returned."""

    mark: int
    delta: dict[tuple[int, Any], tuple[Any, Any, Any]]
    value: Value = None


@dataclass(slots=True)
class _Activation:
    """One call of a function."""

    loops: list[_Loop] = field(default_factory=list)
    returns: list[_Way] = field(default_factory=list)
    value: Value = None
    yields: Seq | None = None
    self_value: Value = None
    owner: Cls | None = None


class Machine:
    """Plays a file through; ``pb_call`` answers calls of triton_python_backend_utils."""

    def __init__(
        self,
        python: PythonFacts,
        pb_call: Callable[[str, list[Value], dict[str, Value], tree.Call], Value],
        pb_method: Callable[[Value, str, list[Value], dict[str, Value], tree.Call], Value],
    ) -> None:
        self.python = python
        self.pb_call = pb_call
        self.pb_method = pb_method
        self.globals = Scope({})
        self.trail: list[tuple[Any, Any, Any]] = []
        self.raises: list[Raise] = []
        self.notes: dict[tuple[Note, Span], bool] = {}
        self.phase = "import"
        self.maybe = 0
        self.quiet = 0
        self.steps = 0
        self.depth = 0
        self.handling: list[Raise] = []
        self.statement = Span(python.path)
        self.activation = _Activation()
        self.activation_error: RaisedError | None = None
        self.return_span: Span | None = None
        self.requests: Seq = Seq("list", [])
        """The list that ``execute`` gets; how many of them come together is never known, if several may."""
        self._running: list[tree.Node] = []
        self._tries: list[tuple[tree.Handler, ...]] = []
        self._names = {id(frame.owner): frozenset(frame.bindings) for frame in python.frames if frame.owner is not None}
        self._star = any(isinstance(s, tree.ImportFrom) and s.star for s in python.walk(tree.ImportFrom))

    # ------------------------------------------------------------------------------------------------- the trail
    def put(self, container: dict[Any, Value], key: Any, value: Value) -> None:
        """Set an item of a dict of values."""
        self.trail.append((container, key, container.get(key, _ABSENT)))
        if value is _ABSENT:
            container.pop(key, None)
        else:
            container[key] = value

    def touch(self, value: Seq | Mapping) -> None:
        """Note the state of a container that is about to be changed."""
        self.trail.append((value, _ABSENT, _state(value)))

    def _undo(self, mark: int) -> None:
        trail = self.trail
        while len(trail) > mark:
            container, key, old = trail.pop()
            _restore(container, key, old)

    def _take(self, mark: int) -> dict[tuple[int, Any], tuple[Any, Any, Any]]:
        """What was changed since a mark, as it is now; the changes are undone."""
        delta = {(id(c), key): (c, key, _current(c, key)) for c, key, _ in self.trail[mark:]}
        self._undo(mark)
        return delta

    def _set(self, container: Any, key: Any, value: Any) -> None:
        self.trail.append((container, key, _current(container, key)))
        _restore(container, key, value)

    def _apply(self, delta: dict[tuple[int, Any], tuple[Any, Any, Any]]) -> None:
        for container, key, value in delta.values():
            self._set(container, key, value)

    def _absorb(self, ways: Iterable[_Way]) -> None:
        """Join the state with that of ways which ended early."""
        for way in ways:
            old: dict[tuple[int, Any], tuple[Any, Any, Any]] = {}
            for container, key, before in self.trail[way.mark :]:
                old.setdefault((id(container), key), (container, key, before))
            for where, (container, key, before) in old.items():
                other = way.delta[where][2] if where in way.delta else before
                self._join_into(container, key, other)
            for where, (container, key, other) in way.delta.items():
                if where not in old:
                    self._join_into(container, key, other)

    def _join_into(self, container: Any, key: Any, other: Any) -> None:
        now = _current(container, key)
        joined = _join_states(now, other) if key is _ABSENT else join(now, other)
        if joined is not now:
            self._set(container, key, joined)

    def _havoc(self, mark: int) -> None:
        """Forget everything that was changed since a mark."""
        for container, key in {(id(c), k): (c, k) for c, k, _ in self.trail[mark:]}.values():
            self._set(container, key, _forgotten(container, key))

    # ------------------------------------------------------------------------------------------------ branches
    def fork(self, arms: Sequence[Callable[[], str | None]]) -> str | None:
        """Play arms of which one happens, and go on with what is left."""
        mark = len(self.trail)
        ended: list[tuple[str | None, RaisedError | None, _Way]] = []
        self.maybe += 1
        for arm in arms:
            signal, raised = None, None
            self.activation.value = None
            try:
                signal = arm()
            except RaisedError as error:
                raised = error
                if not self._is_caught(error):
                    self._record(error)
            ended.append((signal, raised, _Way(mark, self._take(mark), self.activation.value)))
        self.maybe -= 1
        live = [way for signal, raised, way in ended if signal is None and raised is None]
        left = [(signal, way) for signal, raised, way in ended if signal is not None]
        if not live:
            if not left:
                raise next(raised for _, raised, _ in ended if raised is not None)
            # One of the ways that leave is played on, the others wait where it goes.
            signal, way = left.pop()
            self._wait(left)
            self._apply(way.delta)
            self.activation.value = way.value
            return signal
        self._wait(left)
        self._apply(live[0].delta)
        self._absorb(live[1:])
        return None

    def _wait(self, left: list[tuple[str | None, _Way]]) -> None:
        for signal, way in left:
            if signal == _RETURN or not self.activation.loops:
                self.activation.returns.append(way)
            elif signal == _CONTINUE:
                self.activation.loops[-1].continues.append(way)
            else:
                self.activation.loops[-1].breaks.append(way)

    def _is_caught(self, error: RaisedError) -> bool:
        return any(self._handler(error, handlers) is not None for handlers in self._tries)

    def _record(self, error: RaisedError, *, caught: bool = False) -> None:
        if self.quiet:
            return
        sure = self.sure
        self.raises.append(
            Raise(self.phase, error.span, error.statement, error.shown, sure, error.explicit, caught, error.absent)
        )

    @property
    def sure(self) -> bool:
        """Whether every run comes here."""
        return not self.maybe and not self._diverted

    @property
    def _diverted(self) -> bool:
        """Whether some ways have left the current call or turn of a loop."""
        return self._diverted_in(self.activation)

    def _diverted_in(self, activation: _Activation) -> bool:
        return bool(activation.returns) or any(loop.continues or loop.breaks for loop in activation.loops)

    def note(self, kind: Note, span: Span) -> None:
        """Note something that Python does without complaint."""
        if not self.quiet and (kind, span) not in self.notes:
            self.notes[kind, span] = self.sure

    def uncaught(self, error: RaisedError) -> None:
        """Note an exception that left the outermost call."""
        self._record(error)

    def fail(self, type: str, message: str, span: Span) -> RaisedError:
        """An exception that Python itself raises."""
        return RaisedError(Exc(type, [message] if message else []), span, self.statement, False)

    # ---------------------------------------------------------------------------------------------- statements
    def run(self, body: Iterable[tree.Stmt], scope: Scope) -> str | None:
        """Play statements; what ends them early, or None."""
        for statement in body:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise GaveUpError
            self.statement = statement.span
            handler = _STATEMENTS.get(statement.__class__)
            if handler is None:
                continue
            signal = handler(self, statement, scope)
            if signal is not None:
                return signal
        return None

    def _s_expression(self, node: tree.Expression, scope: Scope) -> str | None:
        self.eval(node.value, scope)
        return None

    def _s_assign(self, node: tree.Assign, scope: Scope) -> str | None:
        if node.value is None:
            return None
        value = self.eval(node.value, scope)
        if node.operator:
            target = node.targets[0]
            own = isinstance(target, tree.Name) and target.id in scope.names and target.id not in scope.elsewhere
            if isinstance(target, tree.Name) and own and target.id not in scope.vars:
                text = f"local variable '{target.id}' referenced before assignment"
                raise self.fail("UnboundLocalError", text, target.span)
            value = self._changed(node, self.eval(target, scope), value)
            self.statement = node.span
            self.assign(target, value, scope, node.span)
            return None
        self.statement = node.span
        for target in node.targets:
            self.assign(target, value, scope, node.value.span)
        return None

    def _changed(self, node: tree.Assign, old: Value, value: Value) -> Value:
        span = node.span
        if isinstance(old, Seq) and old.kind in {"list", "deque"} and node.operator == "+":
            if isinstance(value, Array) and old.kind == "list":
                # A list and an array are added as arrays.
                return self.binary("+", old, value, span)
            items, whole = self.iterate(value, span)
            self.touch(old)
            each = [old.each] if old.open else []
            old.items = [*old.items, *items]
            if not whole:
                old.each, old.open = _join_all([*each, self.element(value)]), True
            return old
        if isinstance(old, Array) and not old.scalar:
            return self._guard(lambda: arrays.inplace(node.operator, old, self.plain(value)), span)
        if isinstance(old, Seq | Mapping) and node.operator in {"|", "*", "-", "&", "^"}:
            self.havoc_value(old)
            return old
        return self.binary(node.operator, old, value, span)

    def assign(self, target: tree.Expr, value: Value, scope: Scope, span: Span) -> None:
        """Bind a target to a value."""
        if isinstance(target, tree.Name):
            self._bind(target.id, value, scope)
        elif isinstance(target, tree.Attribute):
            self._set_attribute(self.eval(target.value, scope), target.attr, value, target.span)
        elif isinstance(target, tree.Subscript):
            owner = self.eval(target.value, scope)
            key = self.index(target, scope)
            self._set_item(owner, key, value, target.span)
        elif isinstance(target, tree.Sequence):
            self._unpack(target, value, scope, span)
        elif isinstance(target, tree.Starred):
            self.assign(target.value, value, scope, span)

    def _bind(self, name: str, value: Value, scope: Scope) -> None:
        self.put(scope.elsewhere.get(name, scope).vars, name, value)

    def _unpack(self, target: tree.Sequence, value: Value, scope: Scope, span: Span) -> None:
        items, whole = self.iterate(value, span)
        starred = next((i for i, part in enumerate(target.items) if isinstance(part, tree.Starred)), None)
        wanted = len(target.items)
        if whole and starred is None and len(items) != wanted:
            few = len(items) < wanted
            text = (
                f"not enough values to unpack (expected {wanted}, got {len(items)})"
                if few
                else f"too many values to unpack (expected {wanted})"
            )
            raise self.fail("ValueError", text, span)
        if whole and starred is not None and len(items) < wanted - 1:
            raise self.fail("ValueError", f"not enough values to unpack (expected at least {wanted - 1})", span)
        if not whole:
            element = self.element(value)
            for part in target.items:
                self.assign(part, UNKNOWN if isinstance(part, tree.Starred) else element, scope, span)
        elif starred is None:
            for part, item in zip(target.items, items, strict=True):
                self.assign(part, item, scope, span)
        else:
            behind = wanted - starred - 1
            end = len(items) - behind
            for part, item in zip(target.items[:starred], items[:starred], strict=True):
                self.assign(part, item, scope, span)
            self.assign(target.items[starred], Seq("list", items[starred:end]), scope, span)
            for part, item in zip(target.items[starred + 1 :], items[end:], strict=True):
                self.assign(part, item, scope, span)

    def _set_attribute(self, owner: Value, name: str, value: Value, span: Span) -> None:
        if isinstance(owner, Obj):
            found = self._class_attribute(owner.cls, name)
            if isinstance(found, Func) and found.kind == "property":
                if owner.cls.known:
                    owner.open = True
                return
            self.put(owner.attrs, name, value)
        elif isinstance(owner, Cls):
            self.put(owner.vars, name, value)
        elif isinstance(owner, _NO_NEW_ATTRIBUTES):
            raise self.fail("AttributeError", f"'{owner.python_type}' object has no attribute '{name}'", span)
        elif isinstance(owner, (*_SCALARS, Seq)) and not (isinstance(owner, Seq) and owner.kind not in _BUILTINS):
            raise self.fail("AttributeError", f"'{type_name(owner)}' object has no attribute '{name}'", span)

    def _set_item(self, owner: Value, key: Value, value: Value, span: Span) -> None:
        if isinstance(owner, Array):
            self._guard(lambda: arrays.setitem(owner, self.plain(key), self.plain(value)), span)
        elif isinstance(owner, Seq | Mapping | str | bytes | int | float | None):
            self._guard(lambda: library.setitem(owner, key, value, self.touch), span)
        elif isinstance(owner, Obj):
            method = self._class_attribute(owner.cls, "__setitem__")
            if isinstance(method, Func):
                self.call_function(method, [owner, key, value], {}, span)
            elif owner.cls.known and not owner.cls.exception and method is None:
                raise self.fail("TypeError", f"'{owner.cls.name}' object does not support item assignment", span)
        elif isinstance(owner, _NO_NEW_ATTRIBUTES):
            raise self.fail("TypeError", f"'{owner.python_type}' object does not support item assignment", span)

    def _s_return(self, node: tree.Return, scope: Scope) -> str | None:
        value = self.eval(node.value, scope) if node.value is not None else None
        self.activation.value = value
        if self.depth == 1:
            self.return_span = (node.value or node).span
        return _RETURN

    def _s_flow(self, node: tree.Flow, _: Scope) -> str | None:
        return None if node.keyword == "pass" else node.keyword

    def _s_raise(self, node: tree.Raise, scope: Scope) -> str | None:
        if node.exception is None:
            raised = self.activation_error
            if raised is None:
                raise GaveUpError
            raise RaisedError(raised.exc, raised.span, raised.statement, raised.explicit)
        value = self.eval(node.exception, scope)
        self.statement = node.span
        if isinstance(value, Cls) and value.exception:
            value = self.call(value, [], {}, node.span)
        if isinstance(value, Builtin) and value.name in _EXCEPTIONS:
            value = Exc(value.name)
        if isinstance(value, Library):
            name = value.name.rsplit(".", 1)[-1]
            value = Exc(name, [], _EXCEPTIONS.get(name, ()))
        if isinstance(value, Exc) or (isinstance(value, Obj) and value.cls.exception):
            raise RaisedError(value, node.span, node.span, True)
        if isinstance(value, (Error, *_SCALARS)):
            raise self.fail("TypeError", "exceptions must derive from BaseException", node.span)
        raise RaisedError(Exc("Exception", [], ("Exception", "BaseException")), node.span, node.span, True)

    def _s_delete(self, node: tree.Delete, scope: Scope) -> str | None:
        for target in node.targets:
            for part in target.items if isinstance(target, tree.Sequence) else (target,):
                if isinstance(part, tree.Name):
                    place = scope.elsewhere.get(part.id, scope)
                    if part.id in place.vars:
                        self.put(place.vars, part.id, _ABSENT)
                elif isinstance(part, tree.Attribute):
                    owner = self.eval(part.value, scope)
                    if isinstance(owner, Obj) and part.attr in owner.attrs:
                        self.put(owner.attrs, part.attr, _ABSENT)
                elif isinstance(part, tree.Subscript):
                    owner = self.eval(part.value, scope)
                    key = self.index(part, scope)
                    if isinstance(owner, Seq | Mapping):
                        self._guard(lambda o=owner, k=key: library.delitem(o, k, self.touch), part.span)
        return None

    def _s_scope(self, node: tree.Scope, scope: Scope) -> str | None:
        for name in node.names:
            place = self.globals
            if node.keyword == "nonlocal":
                outer = scope.parent
                while outer is not None and (outer.is_class or name not in outer.names | frozenset(outer.vars)):
                    outer = outer.parent
                place = outer or self.globals
            scope.elsewhere[name] = place
        return None

    def _s_assert(self, node: tree.Assert, scope: Scope) -> str | None:
        held = self.truth(self.eval(node.test, scope), node.test.span)
        if held is False:
            message = self.eval(node.message, scope) if node.message is not None else None
            raise RaisedError(Exc("AssertionError", [message] if message else []), node.span, node.span, True)
        return None

    def _s_if(self, node: tree.If, scope: Scope) -> str | None:
        self.statement = node.test.span
        test = self.truth(self.eval(node.test, scope), node.test.span)
        if test is not None:
            return self.run(node.body if test else node.orelse, scope)
        return self.fork((lambda: self.run(node.body, scope), lambda: self.run(node.orelse, scope)))

    def _s_for(self, node: tree.For, scope: Scope) -> str | None:
        value = self.eval(node.iterable, scope)
        self.statement = node.header
        items, whole = (None, False) if node.is_async else self.iterate(value, node.iterable.span)

        def turn(item: Value) -> str | None:
            self.statement = node.header
            self.assign(node.target, item, scope, node.header)
            return self.run(node.body, scope)

        if whole and items is not None and len(items) <= MAX_TURNS:
            return self._turns([lambda item=item: turn(item) for item in items], node.orelse, scope)
        element = UNKNOWN if node.is_async else self.element(value)
        return self._any_turns(lambda: turn(element), node.orelse, scope)

    def _s_while(self, node: tree.While, scope: Scope) -> str | None:
        loop = _Loop()
        maybe = self.maybe
        self.activation.loops.append(loop)
        try:
            for _ in range(MAX_TURNS):
                self.statement = node.test.span
                test = self.truth(self.eval(node.test, scope), node.test.span)
                if test is None:
                    break
                if not test:
                    self._absorb(loop.breaks)
                    return self._otherwise(node.orelse, scope, loop)
                signal = self._one(loop, lambda: self.run(node.body, scope))
                if signal == _BREAK:
                    self._absorb(loop.breaks)
                    return None
                if signal is not None:
                    return signal
                if loop.breaks and self.maybe == maybe:
                    self.maybe += 1
        finally:
            self.activation.loops.pop()
            self.maybe = maybe
        self._absorb(loop.breaks)

        def body() -> str | None:
            self.truth(self.eval(node.test, scope), node.test.span)
            return self.run(node.body, scope)

        return self._any_turns(body, node.orelse, scope)

    def _turns(
        self, turns: Sequence[Callable[[], str | None]], orelse: tuple[tree.Stmt, ...], scope: Scope
    ) -> str | None:
        """Play the turns of a loop one by one."""
        loop = _Loop()
        maybe = self.maybe
        self.activation.loops.append(loop)
        try:
            for turn in turns:
                signal = self._one(loop, turn)
                if signal == _BREAK:
                    self._absorb(loop.breaks)
                    return None
                if signal is not None:
                    return signal
                if loop.breaks and self.maybe == maybe:
                    self.maybe += 1
        finally:
            self.activation.loops.pop()
            self.maybe = maybe
        self._absorb(loop.breaks)
        return self._otherwise(orelse, scope, loop)

    def _otherwise(self, orelse: tuple[tree.Stmt, ...], scope: Scope, loop: _Loop) -> str | None:
        if not orelse:
            return None
        if loop.breaks:
            return self.fork((lambda: self.run(orelse, scope), lambda: None))
        return self.run(orelse, scope)

    def _one(self, loop: _Loop, turn: Callable[[], str | None]) -> str | None:
        """One turn, joined with the ways that went on to the next early."""
        mark = len(self.trail)
        loop.continues = []
        signal = turn()
        if signal == _CONTINUE:
            signal = None
        if loop.continues:
            if signal is None:
                self._absorb(loop.continues)
            else:
                # Some ways leave the loop, others go on: what the turn changed is not known any more.
                way = _Way(mark, self._take(mark), self.activation.value)
                self._wait([(signal, way)])
                self._apply(way.delta)
                self._havoc(mark)
                signal = None
                self.maybe += 1
        loop.continues = []
        return signal

    def _any_turns(self, turn: Callable[[], str | None], orelse: tuple[tree.Stmt, ...], scope: Scope) -> str | None:
        """A loop of which it is not known how often it turns."""
        mark = len(self.trail)
        maybe, returns = self.maybe, len(self.activation.returns)
        loop = _Loop()
        self.activation.loops.append(loop)
        self.quiet += 1
        try:
            self.fork((turn, lambda: None))
        finally:
            self.quiet -= 1
            self.activation.loops.pop()
            self.maybe = maybe
        # What one turn changes is unknown in any other.
        for way in (*loop.breaks, *loop.continues, *self.activation.returns[returns:]):
            self._absorb((way,))
        del self.activation.returns[returns:]
        changed = self._take(mark)
        for container, key, now in changed.values():
            self._set(container, key, _any_number(container, key, now, _current(container, key)))
        loop = _Loop()
        self.activation.loops.append(loop)
        try:
            self.fork((turn, lambda: None))
        finally:
            self.activation.loops.pop()
            self.maybe = maybe
        self._absorb([*loop.continues, *loop.breaks])
        return self._otherwise(orelse, scope, loop)

    def _s_try(self, node: tree.Try, scope: Scope) -> str | None:
        mark = len(self.trail)
        raised: RaisedError | None = None
        signal: str | None = None
        self._tries.append(node.handlers)
        maybe, depth, activation = self.maybe, self.depth, self.activation
        try:
            signal = self.run(node.body, scope)
        except RaisedError as error:
            raised = error
            self.maybe, self.depth, self.activation = maybe, depth, activation
        finally:
            self._tries.pop()
        try:
            if raised is not None:
                found = self._handler(raised, node.handlers)
                if found is None:
                    raise raised
                handler, sure = found
                signal = self._handle(handler, raised, scope, sure)
            else:
                if signal is None:
                    signal = self.run(node.orelse, scope)
                signal = self._maybe_handled(node, signal, mark, scope)
        except RaisedError:
            self.run(node.final, scope)
            raise
        value = self.activation.value
        last = self.run(node.final, scope)
        if last is not None:
            return last
        self.activation.value = value
        return signal

    def _maybe_handled(self, node: tree.Try, signal: str | None, mark: int, scope: Scope) -> str | None:
        """Join with what the handlers do, should something unknown have raised."""
        if not node.handlers:
            return signal
        value = self.activation.value

        def went_well() -> str | None:
            self.activation.value = value
            return signal

        def handled(handler: tree.Handler) -> str | None:
            # Lists are taken to be as before the try: what fills them is what comes last in it.
            before: dict[tuple[int, Any], tuple[Any, Any, Any]] = {}
            for container, key, old in self.trail[mark:]:
                before.setdefault((id(container), key), (container, key, old))
            for container, key, old in before.values():
                if key is _ABSENT:
                    self._set(container, key, old)
                else:
                    self._join_into(container, key, old)
            if handler.name is not None:
                self._bind(handler.name, Unknown("exception"), scope)
            error, self.activation_error = self.activation_error, None
            try:
                return self.run(handler.body, scope)
            except GaveUpError:
                # A bare raise.
                raise RaisedError(Exc("Exception", [], ("Exception",)), handler.span, handler.span, True) from None
            finally:
                self.activation_error = error

        arms: list[Callable[[], str | None]] = [went_well]
        arms += [lambda handler=handler: handled(handler) for handler in node.handlers]
        # What was done before is certain: only what the handlers do may not happen.
        return self.fork(arms)

    def _handler(self, error: RaisedError, handlers: Sequence[tree.Handler]) -> tuple[tree.Handler, bool] | None:
        """The handler of an exception, and whether it surely is that one."""
        classes = error.classes
        for handler in handlers:
            if handler.type is None:
                return handler, True
            types = handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,)
            for one in types:
                name = tree.dotted(one)
                last = name.rsplit(".", 1)[-1] if name else None
                if last in classes:
                    return handler, True
                if last is None or (last not in _EXCEPTIONS and last not in self.globals.vars):
                    return handler, False
                if last not in _EXCEPTIONS:
                    value = self.globals.vars.get(last)
                    if not isinstance(value, Cls):
                        return handler, False
        return None

    def _handle(self, handler: tree.Handler, raised: RaisedError, scope: Scope, sure: bool) -> str | None:
        broad = handler.type is None or any(
            (tree.dotted(one) or "") in _BROAD
            for one in (handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,))
        )
        if handler.name is not None:
            self._bind(handler.name, raised.exc, scope)
        before, self.activation_error = self.activation_error, raised
        maybe = self.maybe
        handling = list(self.handling)
        if broad and sure and not self.quiet and (not raised.explicit or _is_always(raised)):
            self.handling.append(
                Raise(
                    self.phase,
                    raised.span,
                    raised.statement,
                    raised.shown,
                    self.sure,
                    raised.explicit,
                    True,
                    raised.absent,
                )
            )
        if not sure:
            self.maybe += 1
        try:
            return self.run(handler.body, scope)
        finally:
            self.activation_error = before
            self.maybe = maybe
            self.handling = handling

    def error_made(self) -> None:
        """Whoever makes an error for an answer while handling an exception shows that it was not meant."""
        if self.handling:
            event = self.handling[-1]
            if event not in self.raises:
                self.raises.append(event)

    def _s_with(self, node: tree.With, scope: Scope) -> str | None:
        swallows = False
        left: list[tuple[Func, Obj]] = []
        for item in node.items:
            self.statement = item.span
            value = self.eval(item.value, scope)
            entered = UNKNOWN
            if isinstance(value, Obj):
                method = self._class_attribute(value.cls, "__enter__")
                if isinstance(method, Func):
                    entered = self.call_function(method, [value], {}, item.value.span)
                leave = self._class_attribute(value.cls, "__exit__")
                swallows = swallows or not isinstance(leave, Func) or any(tree.walk(leave.node, tree.Return))
                if isinstance(leave, Func):
                    left.append((leave, value))
            elif isinstance(item.value, tree.Call):
                name = self.python.qualified(item.value.func) or ""
                own = (tree.dotted(item.value.func) or "").startswith("self.") and value is UNKNOWN
                swallows = swallows or name.rsplit(".", 1)[-1] == "suppress" or name.startswith("<module>") or own
            if item.target is not None:
                self.assign(item.target, entered, scope, item.value.span)
        signal: str | None = None
        error: Value = None
        if swallows:
            maybe, depth, activation = self.maybe, self.depth, self.activation
            self._tries.append((_ANY,))
            try:
                signal = self.run(node.body, scope)
            except RaisedError:
                self.maybe, self.depth, self.activation = maybe, depth, activation
                error = UNKNOWN
            finally:
                self._tries.pop()
        else:
            signal = self.run(node.body, scope)
        value = self.activation.value
        for leave, owner in reversed(left):
            self.call_function(leave, [owner, error, error, error], {}, node.span)
        self.activation.value = value
        return signal

    def _s_match(self, node: tree.Match, scope: Scope) -> str | None:
        self.statement = node.subject.span
        self.eval(node.subject, scope)

        def arm(case: tree.Case) -> str | None:
            for name in case.bound:
                self._bind(name, UNKNOWN, scope)
            if case.guard is not None:
                self.eval(case.guard, scope)
            return self.run(case.body, scope)

        arms: list[Callable[[], str | None]] = [lambda case=case: arm(case) for case in node.cases]
        if not any(case.catch_all and case.guard is None for case in node.cases):
            arms.append(lambda: None)
        return self.fork(arms)

    def _s_import(self, node: tree.Import, scope: Scope) -> str | None:
        for alias in node.names:
            whole = alias.bound == alias.name.split(".")[0]
            self._bind(alias.bound, Library(alias.bound if whole else alias.name), scope)
        return None

    def _s_import_from(self, node: tree.ImportFrom, scope: Scope) -> str | None:
        for alias in node.names:
            self._bind(alias.bound, self.constant(f"{node.module}.{alias.name}"), scope)
        return None

    def _s_function(self, node: tree.Function, scope: Scope) -> str | None:
        self.statement = node.name_span
        value = self._function(node, scope)
        for decorator in reversed(node.decorators):
            value = self.decorated(decorator, value, scope)
        self._bind(node.name, value, scope)
        return None

    def _function(self, node: tree.Function | tree.Lambda, scope: Scope) -> Func:
        defaults = {p.name: self.eval(p.default, scope) for p in node.parameters if p.default is not None}
        return Func(node, scope, node.name if isinstance(node, tree.Function) else "<lambda>", defaults)

    def decorated(self, decorator: tree.Expr, value: Value, scope: Scope) -> Value:
        """What a decorator makes of a function."""
        name = self.python.qualified(decorator.func if isinstance(decorator, tree.Call) else decorator) or ""
        last = name.rsplit(".", 1)[-1]
        if isinstance(value, Func):
            if name in {"staticmethod", "classmethod", "property"}:
                value.kind = name
                return value
            if name == "functools.cached_property":
                value.kind = "property"
                return value
            if last in {"abstractmethod", "override", "final", "no_grad", "inference_mode", "jit", "njit"}:
                return value if last in {"abstractmethod", "override", "final"} else UNKNOWN
            if name in {"functools.lru_cache", "functools.cache"}:
                return value
        made = self.eval(decorator, scope)
        if isinstance(made, Func):
            return self.call(made, [value], {}, decorator.span)
        return UNKNOWN

    def _s_class(self, node: tree.Class, scope: Scope) -> str | None:
        self.statement = node.name_span
        bases = [self.eval(base, scope) for base in node.bases]
        inner = Scope({}, scope, is_class=True)
        self.run(node.body, inner)
        known = not node.keywords
        lineage: list[Cls] = []
        exception: tuple[str, ...] = ()
        for base in bases:
            if isinstance(base, Cls):
                lineage += [cls for cls in base.lineage if cls not in lineage]
                known = known and base.known
                exception = exception or base.exception
            elif isinstance(base, Builtin) and base.name == "object":
                continue
            elif isinstance(base, Builtin) and base.name in _EXCEPTIONS:
                exception = exception or _EXCEPTIONS[base.name]
            elif isinstance(base, Library) and base.name == f"{PB_MODULE}.TritonModelException":
                exception = exception or _EXCEPTIONS["TritonModelException"]
            elif isinstance(base, Library) and base.name in {"abc.ABC", "typing.Generic"}:
                continue
            else:
                known = False
        cls = Cls(node, node.name, inner.vars, (), known, exception)
        cls.lineage = (cls, *lineage)
        for value in inner.vars.values():
            if isinstance(value, Func) and value.owner is None:
                value.owner = cls
        for base in lineage:
            method = base.vars.get("__init_subclass__")
            if isinstance(method, Func):
                known_keywords = {k.keyword: self.eval(k.value, scope) for k in node.keywords if k.keyword is not None}
                self.call_function(method, [cls], known_keywords, node.name_span)
                break
        for decorator in node.decorators:
            name = self.python.qualified(decorator.func if isinstance(decorator, tree.Call) else decorator)
            if name in {"dataclasses.dataclass"}:
                self._mutable_defaults(node, cls)
                own = [s.targets[0].id for s in node.body if _is_field(s)]  # type: ignore[union-attr]
                inherited = [name for base in lineage for name in base.fields or ()]
                cls.fields = tuple(dict.fromkeys([*inherited, *own]))
            else:
                cls.known = False
        self._bind(node.name, cls, scope)
        return None

    def _mutable_defaults(self, node: tree.Class, cls: Cls) -> None:
        for statement in node.body:
            if not _is_field(statement) or not isinstance(statement, tree.Assign) or statement.value is None:
                continue
            target = statement.targets[0]
            value = cls.vars.get(target.id) if isinstance(target, tree.Name) else None
            kind = type_name(value) if isinstance(value, Seq | Mapping) else None
            if isinstance(target, tree.Name) and kind in {"list", "dict", "set"}:
                self.statement = statement.span
                text = f"mutable default <class '{kind}'> for field {target.id} is not allowed: use default_factory"
                raise self.fail("ValueError", text, statement.value.span)

    # --------------------------------------------------------------------------------------------- expressions
    def eval(self, node: tree.Expr, scope: Scope) -> Value:
        """The value of an expression."""
        handler = _EXPRESSIONS.get(node.__class__)
        return UNKNOWN if handler is None else handler(self, node, scope)

    def _guard(self, action: Callable[[], Value], span: Span) -> Value:
        try:
            return action()
        except Failure as failure:
            raise self.fail(failure.type, failure.message, span) from None

    def _e_name(self, node: tree.Name, scope: Scope) -> Value:
        name = node.id
        if name in scope.elsewhere:
            return scope.elsewhere[name].vars.get(name, UNKNOWN)
        current: Scope | None = scope
        unbound = False
        first = True
        while current is not None:
            if not current.is_class or first:
                if name in current.vars:
                    value = current.vars[name]
                    # A name that only a comprehension or an inner function binds is another one.
                    return UNKNOWN if unbound else value
                if name in current.elsewhere:
                    return current.elsewhere[name].vars.get(name, UNKNOWN)
                unbound = unbound or name in current.names
            first = False
            current = current.parent
        if name in _BUILTINS:
            return _SINGLE[name] if name in _SINGLE else Builtin(name)
        if self._star or name.startswith("__") or name in self._ever_global or (self.depth == 0 and unbound):
            return UNKNOWN
        if unbound:
            return UNKNOWN
        raise self.fail("NameError", f"name '{name}' is not defined", node.span)

    @property
    def _ever_global(self) -> frozenset[str]:
        found: frozenset[str] | None = getattr(self, "_globals_written", None)
        if found is None:
            found = frozenset(name for s in self.python.walk(tree.Scope) for name in s.names) | frozenset(
                self.python.frames[0].bindings
            )
            self._globals_written = found
        return found

    def _e_constant(self, node: tree.Constant, _: Scope) -> Value:
        return node.value

    def _e_fstring(self, node: tree.FString, scope: Scope) -> Value:
        pieces: list[str] | None = []
        for part in node.parts:
            value = self.eval(part, scope)
            if type_name(value) == "bytes" and not isinstance(part, tree.Constant):
                self.note("bytes-in-text", part.span)
            if not isinstance(part, tree.Constant) and self.python.text[part.span.end or 0 :].lstrip()[:1] != "}":
                pieces = None  # a conversion or a format
            if pieces is not None:
                pieces = [*pieces, str(value)] if isinstance(value, str | int | bool) else None
        return Unknown("str") if pieces is None else "".join(pieces)

    def _e_attribute(self, node: tree.Attribute, scope: Scope) -> Value:
        return self.attribute(self.eval(node.value, scope), node.attr, node.attr_span)

    def attribute(self, owner: Value, name: str, span: Span) -> Value:
        """``owner.name``."""
        kind = owner.__class__
        if kind is Obj:
            return self._object_attribute(owner, name, span)
        if kind is Library:
            return self.constant(f"{owner.name}.{name}")
        if kind is Unknown and owner.type is None:
            return UNKNOWN
        if kind is Array:
            return self._guard(lambda: arrays.attribute(owner, name), span)
        if kind is DType:
            return self._guard(lambda: arrays.dtype_attribute(owner, name), span)
        if kind is Cls:
            found = self._class_attribute(owner, name)
            if found is not None:
                if not owner.known and not isinstance(found, Func):
                    return UNKNOWN
                return self._descended(found, None, owner, span)
            if name in owner.vars or any(name in cls.vars for cls in owner.lineage):
                return None
            if owner.known and not owner.exception and not name.startswith("__"):
                raise self.fail("AttributeError", f"type object '{owner.name}' has no attribute '{name}'", span)
            return UNKNOWN
        if kind is Absent:
            text = f"'NoneType' object has no attribute '{name}'"
            raise RaisedError(Exc("AttributeError", [text]), owner.span, self.statement, False, owner.name)
        if kind is Super:
            mro = owner.owner.cls.lineage if isinstance(owner.owner, Obj) else owner.after.lineage
            behind = mro[mro.index(owner.after) + 1 :] if owner.after in mro else ()
            for cls in behind:
                if name in cls.vars:
                    return self._descended(cls.vars[name], owner.owner, cls, span)
            return UNKNOWN
        if isinstance(owner, _NO_NEW_ATTRIBUTES):
            from tritonlint.inputs.rehearsal.backend import has_member

            if not has_member(owner, name):
                raise self.fail("AttributeError", f"'{owner.python_type}' object has no attribute '{name}'", span)
            return Bound(owner, name)
        if kind is ConfigText:
            return self._guard(lambda: library.attribute(Unknown("str"), name), span)
        if kind is Builtin:
            return Bound(owner, name) if name in {"fromkeys", "join", "maketrans", "fromhex", "from_bytes"} else UNKNOWN
        if kind in (Func, BoundFunc, Coroutine, Bound):
            if kind is Bound and isinstance(owner.owner, (*_NO_NEW_ATTRIBUTES, Array)) and not name.startswith("__"):
                shown = "method" if not isinstance(owner.owner, Array) else "builtin_function_or_method"
                raise self.fail("AttributeError", f"'{shown}' object has no attribute '{name}'", span)
            return UNKNOWN
        if owner is None or isinstance(owner, (*_SCALARS, Seq, Mapping, Exc, Unknown)):
            return self._guard(lambda: library.attribute(owner, name), span)
        return UNKNOWN

    def constant(self, name: str) -> Value:
        """Something of a library that is not called."""
        if name.startswith(f"{PB_MODULE}."):
            return Library(name)
        if name.startswith("numpy."):
            return arrays.constant(name[6:])
        return library.constant(name)

    def _class_attribute(self, cls: Cls, name: str) -> Value:
        for one in cls.lineage:
            if name in one.vars:
                return one.vars[name]
        return None

    def _object_attribute(self, owner: Obj, name: str, span: Span) -> Value:
        if name in owner.attrs:
            return UNKNOWN if owner.open else owner.attrs[name]
        for cls in owner.cls.lineage:
            if name in cls.vars:
                found = cls.vars[name]
                if not owner.cls.known and not isinstance(found, Func):
                    return UNKNOWN
                return self._descended(found, owner, owner.cls, span)
        if name == "__class__":
            return owner.cls
        if name == "__dict__":
            owner.open = True
        if owner.open or not owner.cls.known or name.startswith("__") or owner.cls.exception:
            return UNKNOWN
        if any(self._class_attribute(owner.cls, special) for special in ("__getattr__", "__getattribute__")):
            return UNKNOWN
        raise self.fail("AttributeError", f"'{owner.cls.name}' object has no attribute '{name}'", span)

    def _descended(self, value: Value, owner: Obj | None, cls: Cls, span: Span) -> Value:
        """A value of a class as an attribute of an instance (or of the class)."""
        if not isinstance(value, Func):
            return value
        if value.kind == "staticmethod":
            return value
        if value.kind == "classmethod":
            return BoundFunc(value, cls)
        if owner is None:
            return value
        if value.kind == "property":
            return self.call_function(value, [owner], {}, span)
        return BoundFunc(value, owner)

    def _e_subscript(self, node: tree.Subscript, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        return self.item(owner, self.index(node, scope), node.span)

    def index(self, node: tree.Subscript, scope: Scope) -> Value:
        """What stands between the brackets."""
        keys = [self.eval(item, scope) for item in node.items]
        if len(keys) == 1 and not self._trailing_comma(node):
            return keys[0]
        return Seq("tuple", keys)

    def _trailing_comma(self, node: tree.Subscript) -> bool:
        inner = self.python.text[node.items[-1].span.end : (node.span.end or 1) - 1]
        return inner.strip().endswith(",")

    def item(self, owner: Value, key: Value, span: Span) -> Value:
        """``owner[key]``."""
        if isinstance(owner, Array):
            return self._guard(lambda: arrays.getitem(owner, self.plain(key)), span)
        if isinstance(owner, Obj):
            method = self._class_attribute(owner.cls, "__getitem__")
            if isinstance(method, Func):
                return self.call_function(method, [owner, key], {}, span)
            if owner.cls.known and method is None and not owner.open:
                raise self.fail("TypeError", f"'{owner.cls.name}' object is not subscriptable", span)
            return UNKNOWN
        if isinstance(owner, (*_NO_NEW_ATTRIBUTES, Func, BoundFunc, Coroutine)):
            raise self.fail("TypeError", f"'{owner.python_type}' object is not subscriptable", span)
        if isinstance(owner, Bound) and isinstance(owner.owner, (*_NO_NEW_ATTRIBUTES, Array, Seq, Mapping, *_SCALARS)):
            raise self.fail("TypeError", "'method' object is not subscriptable", span)
        if isinstance(owner, ConfigText):
            owner = Unknown("str")
        if owner is None or isinstance(owner, (*_SCALARS, Seq, Mapping, Unknown)):
            return self._guard(lambda: library.getitem(owner, key, self.caller(span), self.touch), span)
        return UNKNOWN

    def _e_slice(self, node: tree.Slice, scope: Scope) -> Value:
        parts = [self.eval(p, scope) if p is not None else None for p in (node.lower, node.upper, node.step)]
        return arrays.Slice(*parts)

    def _e_sequence(self, node: tree.Sequence, scope: Scope) -> Value:
        items: list[Value] = []
        opened = False
        for item in node.items:
            value = self.eval(item, scope)
            if isinstance(item, tree.Starred):
                more, whole = self.iterate(value, item.span)
                items += more
                opened = opened or not whole
            else:
                items.append(value)
        return Seq(node.kind, items, opened)

    def _e_dict(self, node: tree.Dict, scope: Scope) -> Value:
        made = Mapping({})
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.eval(value_node, scope)
            if key_node is None:
                if isinstance(value, Mapping):
                    made.items.update(value.items)
                    made.open = made.open or value.open
                else:
                    made.open = True
                continue
            key = self.eval(key_node, scope)
            if isinstance(key, Seq | Mapping) and key.__class__ is Seq and key.kind == "tuple":
                key = _as_key(key)
            elif isinstance(key, (Seq, Mapping)) or (isinstance(key, Array) and not key.scalar):
                shown = type_name(key)
                raise self.fail("TypeError", f"unhashable type: '{shown}'", key_node.span)
            if isinstance(key, (*_SCALARS, tuple)):
                made.items[key] = value
            else:
                made.open = True
        return made

    def _e_comprehension(self, node: tree.Comprehension, scope: Scope) -> Value:
        inner = Scope({}, scope)
        if scope.is_class and scope.parent is not None:
            inner = Scope({}, scope.parent)
        out: list[Value] = []
        state = {"open": False}

        def element() -> None:
            values = [self.eval(e, inner) for e in node.elements]
            out.append(values[0] if len(values) == 1 else Seq("tuple", values))

        def level(number: int) -> None:
            if number == len(node.clauses):
                element()
                return
            clause = node.clauses[number]
            value = self.eval(clause.iterable, inner if number else scope)
            items, whole = self.iterate(value, clause.iterable.span)
            if not whole or len(items) > MAX_TURNS:
                state["open"] = True
                items = [self.element(value)]
            for item in items:
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise GaveUpError
                self.assign(clause.target, item, inner, clause.span)
                taken: bool | None = True
                for condition in clause.conditions:
                    held = self.truth(self.eval(condition, inner), condition.span)
                    if held is False:
                        taken = False
                        break
                    if held is None:
                        taken = None
                if taken is False:
                    continue
                if taken is None or not whole:
                    state["open"] = True
                    self.maybe += 1
                    try:
                        level(number + 1)
                    finally:
                        self.maybe -= 1
                else:
                    level(number + 1)

        try:
            level(0)
        except RaisedError as error:
            if state["open"]:
                # Whether this element comes up is not known.
                if not self._is_caught(error):
                    self.maybe += 1
                    self._record(error)
                    self.maybe -= 1
                return UNKNOWN
            raise
        if node.kind == "dict":
            made = Mapping({}, state["open"])
            for pair in out:
                key = pair.items[0]
                key = _as_key(key) if isinstance(key, Seq) else key
                if isinstance(key, (*_SCALARS, tuple)):
                    made.items[key] = pair.items[1]
                else:
                    made.open = True
            if state["open"]:
                made.items = {}
            return made
        kind = {"generator": "generator"}.get(node.kind, node.kind)
        if not state["open"]:
            return Seq(kind, out)
        return Seq(kind, [], True, _join_all(out))

    def _e_lambda(self, node: tree.Lambda, scope: Scope) -> Value:
        return self._function(node, scope)

    def _e_await(self, node: tree.Await, scope: Scope) -> Value:
        return self.awaited(self.eval(node.value, scope), node.span)

    def awaited(self, value: Value, span: Span) -> Value:
        """What awaiting a value gives."""
        if isinstance(value, Coroutine):
            if not value.done and value.func is not None:
                value.done = True
                value.value = self._call_now(value.func, value.args, value.kwargs, span)
            return value.value
        if value is None or isinstance(value, (*_SCALARS, Seq, Mapping, Array, Response, PbTensor)):
            raise self.fail("TypeError", f"object {type_name(value)} can't be used in 'await' expression", span)
        return UNKNOWN

    def _e_yield(self, node: tree.Yield, scope: Scope) -> Value:
        value = self.eval(node.value, scope) if node.value is not None else None
        found = self.activation.yields
        if found is not None:
            start = node.span.start or 0
            self.touch(found)
            if self.python.text[start:].replace("yield", "", 1).lstrip().startswith("from"):
                items, whole = self.iterate(value, node.span)
                each = [found.each] if found.open else []
                found.items = [*found.items, *items]
                if not whole:
                    found.each, found.open = _join_all([*each, self.element(value)]), True
            else:
                found.items = [*found.items, value]
        return UNKNOWN

    def _e_unary(self, node: tree.Unary, scope: Scope) -> Value:
        value = self.eval(node.operand, scope)
        if node.operator == "not":
            held = self.truth(value, node.operand.span)
            return Unknown("bool") if held is None else not held
        if isinstance(value, Array):
            return self._guard(lambda: arrays.unary(node.operator, value), node.span)
        if isinstance(value, (*_SCALARS, Seq, Mapping, Unknown)):
            return self._guard(lambda: library.unary(node.operator, value), node.span)
        return self._no_operand(node.operator, value, node.span)

    def _no_operand(self, operator: str, value: Value, span: Span) -> Value:
        if isinstance(value, _NO_NEW_ATTRIBUTES):
            text = f"bad operand type for unary {operator}: '{value.python_type}'"
            raise self.fail("TypeError", text, span)
        return UNKNOWN

    def _e_binary(self, node: tree.Binary, scope: Scope) -> Value:
        if node.operator in {"and", "or"}:
            return self._boolean(node, scope)
        left = self.eval(node.left, scope)
        right = self.eval(node.right, scope)
        return self.binary(node.operator, left, right, node.span)

    def _boolean(self, node: tree.Binary, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        held = self.truth(left, node.left.span)
        if held is not None:
            goes_on = held == (node.operator == "and")
            return self.eval(node.right, scope) if goes_on else left
        right: list[Value] = [UNKNOWN]

        def other() -> str | None:
            right[0] = self.eval(node.right, scope)
            return None

        self.fork((other, lambda: None))
        if isinstance(left, Unknown) and isinstance(right[0], Unknown | bool) and left.type == "bool":
            return Unknown("bool") if type_name(right[0]) == "bool" else UNKNOWN
        return join(left, right[0])

    def binary(self, operator: str, left: Value, right: Value, span: Span) -> Value:
        """``left operator right``."""
        if isinstance(left, Array | DType) or isinstance(right, Array | DType):
            other = right if isinstance(left, Array | DType) else left
            if isinstance(other, _NO_NEW_ATTRIBUTES):
                raise self._unsupported(operator, left, right, span)
            return self._guard(lambda: arrays.binary(operator, self.plain(left), self.plain(right)), span)
        if isinstance(left, Obj | Cls) or isinstance(right, Obj | Cls):
            return UNKNOWN
        for one, other in ((left, right), (right, left)):
            own = isinstance(one, _NO_NEW_ATTRIBUTES)
            formats = operator == "%" and isinstance(left, str)
            repeats = operator == "*" and isinstance(other, Seq)
            known = isinstance(other, (*_SCALARS, Seq, Mapping, Array, *_NO_NEW_ATTRIBUTES))
            if own and known and not formats and not repeats:
                raise self._unsupported(operator, left, right, span)
        left, right = _text(left), _text(right)
        if operator == "%" and type_name(left) == "str":
            parts = right.items if isinstance(right, Seq) and right.kind == "tuple" else [right]
            if any(type_name(part) == "bytes" for part in parts):
                self.note("bytes-in-text", span)
        if isinstance(left, Count) or isinstance(right, Count):
            repeats = operator == "*" and (isinstance(left, Seq) or isinstance(right, Seq))
            if not repeats:
                return Unknown("int") if operator not in {"/", "%"} else UNKNOWN
            left, right = (int(v) if isinstance(v, Count) else v for v in (left, right))
        if _is_plain(left) and _is_plain(right):
            return self._guard(lambda: library.binary(operator, left, right), span)
        if operator == "%" and type_name(left) == "str":
            return Unknown("str")
        return UNKNOWN

    def _unsupported(self, operator: str, left: Value, right: Value, span: Span) -> RaisedError:
        text = f"unsupported operand type(s) for {operator}: '{type_name(left)}' and '{type_name(right)}'"
        return self.fail("TypeError", text, span)

    def _e_compare(self, node: tree.Compare, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        result: Value = True
        for operator, right_node in zip(node.operators, node.rights, strict=True):
            right = self.eval(right_node, scope)
            one = self.compare(operator, left, right, node.span)
            left = right
            if len(node.operators) == 1:
                return one
            held = one if isinstance(one, bool) else None
            if held is False:
                return False
            if held is None:
                result = Unknown("bool")
        return result

    def compare(self, operator: str, left: Value, right: Value, span: Span) -> Value:
        """``left operator right``; a bool, or something unknown."""
        if operator in {"is", "is not"}:
            same = _same(left, right)
            return Unknown("bool") if same is None else same == (operator == "is")
        if operator in {"in", "not in"}:
            held = self._contains(right, left, span)
            return Unknown("bool") if held is None else held == (operator == "in")
        if isinstance(left, Array | DType) or isinstance(right, Array | DType):
            if isinstance(left, _NO_NEW_ATTRIBUTES) or isinstance(right, _NO_NEW_ATTRIBUTES):
                return UNKNOWN
            return self._guard(lambda: arrays.compare(operator, self.plain(left), self.plain(right)), span)
        if (left is UNKNOWN or right is UNKNOWN) and not (left is None or right is None):
            return UNKNOWN  # An array gives an array.
        if isinstance(left, Count) != isinstance(right, Count):
            return Unknown("bool")
        left, right = _text(left), _text(right)
        self._look_at_texts(operator, left, right, span)
        if _is_plain(left) and _is_plain(right):
            found = self._guard(lambda: library.compare(operator, left, right), span)
            return Unknown("bool") if found is None else found
        if operator in {"<", "<=", ">", ">="}:
            for one, other in ((left, right), (right, left)):
                if isinstance(one, _NO_NEW_ATTRIBUTES) and isinstance(other, _SCALARS):
                    text = (
                        f"'{operator}' not supported between instances of '{type_name(left)}' and '{type_name(right)}'"
                    )
                    raise self.fail("TypeError", text, span)
        return Unknown("bool") if not isinstance(left, Obj) and not isinstance(right, Obj) else UNKNOWN

    def _look_at_texts(self, operator: str, left: Value, right: Value, span: Span) -> None:
        """Note a comparison of bytes with text, which never holds."""
        if operator in {"==", "!="} and {type_name(left), type_name(right)} == {"bytes", "str"}:
            self.note("bytes-compared", span)

    def _contains(self, container: Value, item: Value, span: Span) -> bool | None:
        if isinstance(container, Seq | Mapping) and type_name(item) == "bytes" and not container.open:
            keys = container.items
            if keys and all(isinstance(key, str) for key in keys):
                self.note("bytes-compared", span)
        if isinstance(container, Seq | Mapping | str | bytes) or container is None:
            if isinstance(container, Seq) and not (_is_plain(item) and all(_is_plain(i) for i in container.items)):
                return None
            if isinstance(item, Seq):
                return None
            found: bool | None = self._guard(lambda: library.contains(container, item), span)
            return found
        if isinstance(container, (*_NO_NEW_ATTRIBUTES, int, float)):
            raise self.fail("TypeError", f"argument of type '{type_name(container)}' is not iterable", span)
        return None

    def _e_conditional(self, node: tree.Conditional, scope: Scope) -> Value:
        test = self.truth(self.eval(node.test, scope), node.test.span)
        if test is not None:
            return self.eval(node.body if test else node.orelse, scope)
        found: list[Value] = []

        def arm(expr: tree.Expr) -> str | None:
            found.append(self.eval(expr, scope))
            return None

        self.fork((lambda: arm(node.body), lambda: arm(node.orelse)))
        return join(found[0], found[1]) if len(found) == 2 else UNKNOWN

    def _e_starred(self, node: tree.Starred, scope: Scope) -> Value:
        return self.eval(node.value, scope)

    def _e_walrus(self, node: tree.Walrus, scope: Scope) -> Value:
        value = self.eval(node.value, scope)
        self.assign(node.target, value, scope, node.span)
        return value

    def _e_other(self, node: tree.Other, scope: Scope) -> Value:
        for part in node.parts:
            self.eval(part, scope)
        return UNKNOWN

    # ------------------------------------------------------------------------------------------------- protocols
    def truth(self, value: Value, span: Span) -> bool | None:
        """Whether a value counts as true."""
        if isinstance(value, Array):
            held: bool | None = self._guard(lambda: arrays.truth(value), span)
            return held
        if isinstance(value, Obj):
            if value.cls.known and not any(self._class_attribute(value.cls, n) for n in ("__bool__", "__len__")):
                return True
            return None
        if isinstance(value, Count):
            return True
        if _is_plain(value):
            return library.truth(value)
        if isinstance(value, (*_NO_NEW_ATTRIBUTES, Func, BoundFunc, Cls, Coroutine, Exc, Bound, ConfigText)):
            return True
        if isinstance(value, Absent):
            return False
        return None

    def iterate(self, value: Value, span: Span) -> tuple[list[Value], bool]:
        """The items of an iterable, and whether those are all."""
        if isinstance(value, Array):
            length = self._guard(lambda: arrays.length(value), span)
            element = self._guard(lambda: arrays.element(value), span)
            return ([element] * length, True) if isinstance(length, int) and length <= MAX_TURNS else ([], False)
        if isinstance(value, Obj):
            if value.cls.known and not value.open and not value.cls.exception:
                for name in ("__iter__", "__getitem__"):
                    if self._class_attribute(value.cls, name) is not None:
                        break
                else:
                    raise self.fail("TypeError", f"'{value.cls.name}' object is not iterable", span)
            method = self._class_attribute(value.cls, "__iter__")
            if isinstance(method, Func):
                made = self.call_function(method, [value], {}, span)
                if isinstance(made, Seq):
                    return list(made.items), not made.open
            return [], False
        if isinstance(value, (*_NO_NEW_ATTRIBUTES, Func, BoundFunc, Bound, Coroutine)):
            if isinstance(value, Answer | Call):
                return [], False
            shown = "method" if isinstance(value, Bound) else value.python_type
            raise self.fail("TypeError", f"'{shown}' object is not iterable", span)
        if _is_plain(value):
            items, whole = self._guard(lambda: library.iterate(value), span)
            return items, whole
        return [], False

    def element(self, value: Value) -> Value:
        """What iterating over something gives, as far as all its items are alike."""
        if isinstance(value, Array):
            try:
                return arrays.element(value)
            except Failure:
                return UNKNOWN
        if isinstance(value, Seq):
            return _join_all([*value.items, value.each] if value.open else value.items)
        if isinstance(value, str) or (isinstance(value, Unknown) and value.type == "str"):
            return Unknown("str")
        return UNKNOWN

    def plain(self, value: Value) -> Value:
        """A value as the modules for arrays and libraries take it."""
        if isinstance(value, Count):
            return Unknown("int")
        if isinstance(value, Absent):
            return None
        return Unknown("str") if isinstance(value, ConfigText) else value

    def havoc_value(self, value: Value, depth: int = 0) -> None:
        """Forget what is in a value, because something unknown got hold of it."""
        if depth > 3:
            return
        if isinstance(value, Seq):
            if value.kind in {"list", "deque", "set"}:
                self.touch(value)
                for item in value.items:
                    self.havoc_value(item, depth + 1)
                value.items, value.open, value.each = [], True, UNKNOWN
            else:
                for item in value.items:
                    self.havoc_value(item, depth + 1)
        elif isinstance(value, Mapping):
            self.touch(value)
            for item in value.items.values():
                self.havoc_value(item, depth + 1)
            value.items, value.open = {}, True
        elif isinstance(value, Obj):
            value.open = True
            for item in list(value.attrs.values()):
                self.havoc_value(item, depth + 1)
        elif isinstance(value, BoundFunc):
            self.havoc_value(value.owner, depth + 1)
            self.havoc_value(value.func, depth + 1)
        elif isinstance(value, Sender | Request):
            request = value if isinstance(value, Request) else value.request
            self.put(request.state, "escaped", True)
        elif isinstance(value, Func):
            scope: Scope | None = value.scope
            while scope is not None and scope is not self.globals:
                for item in list(scope.vars.values()):
                    if isinstance(item, Seq | Mapping | Sender | Request):
                        self.havoc_value(item, depth + 2)
                scope = scope.parent

    def caller(self, span: Span) -> Callable[[Value, list[Value]], Value]:
        """How library functions call a function of the model."""
        return lambda function, args: self.call(function, args, {}, span)

    # ----------------------------------------------------------------------------------------------------- calls
    def _e_call(self, node: tree.Call, scope: Scope) -> Value:
        function = self.eval(node.func, scope)
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        certain = True
        for argument in node.arguments:
            value = self.eval(argument.value, scope)
            if argument.star == "*":
                items, whole = self.iterate(value, argument.span)
                args += items
                certain = certain and whole
            elif argument.star == "**":
                if isinstance(value, Mapping) and not value.open and all(isinstance(k, str) for k in value.items):
                    kwargs.update(value.items)
                else:
                    certain = False
            elif argument.keyword is not None:
                kwargs[argument.keyword] = value
            else:
                args.append(value)
        self.steps += 1
        if not certain:
            for value in (*args, *kwargs.values(), function):
                self.havoc_value(value)
            return UNKNOWN
        statement = self.statement
        try:
            return self.call(function, args, kwargs, node.span, node, scope)
        finally:
            self.statement = statement

    def call(
        self,
        function: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        span: Span,
        node: tree.Call | None = None,
        scope: Scope | None = None,
    ) -> Value:
        """Call any value."""
        kind = function.__class__
        if kind is BoundFunc or kind is Func:
            func = function.func if kind is BoundFunc else function
            if isinstance(func.node, tree.Function) and func.node.is_async:
                return Coroutine(function, args, kwargs)
            return self._call_now(function, args, kwargs, span)
        if kind is Bound:
            return self._call_method(function, args, kwargs, span, node)
        if kind is Library:
            return self._call_library(function.name, args, kwargs, span, node)
        if kind is Builtin:
            return self._call_builtin(function.name, args, kwargs, span, node, scope)
        if kind is DType:
            return self._guard(lambda: arrays.call(function.name or "unknown", args, kwargs), span)
        if kind is Cls:
            return self._make(function, args, kwargs, span)
        if kind is Obj:
            method = self._class_attribute(function.cls, "__call__")
            if isinstance(method, Func):
                return self.call_function(method, [function, *args], kwargs, span)
            if function.cls.known and method is None and not function.open:
                raise self.fail("TypeError", f"'{function.cls.name}' object is not callable", span)
        elif function is None or isinstance(function, (*_SCALARS, Seq, Mapping, Array, *_NO_NEW_ATTRIBUTES)):
            shown = "numpy.ndarray" if isinstance(function, Array) else type_name(function)
            if not (isinstance(function, Seq | Mapping) and function.kind not in _BUILTINS):
                raise self.fail("TypeError", f"'{shown}' object is not callable", span)
        for value in (*args, *kwargs.values()):
            self.havoc_value(value)
        return UNKNOWN

    def _call_now(self, function: BoundFunc | Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        if isinstance(function, BoundFunc):
            return self.call_function(function.func, [function.owner, *args], kwargs, span)
        return self.call_function(function, args, kwargs, span)

    def call_function(self, func: Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play a function of the file."""
        node = func.node
        if self.depth >= MAX_DEPTH or self._running.count(node) > 1:
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
            return UNKNOWN
        scope = Scope({}, func.scope, names=self._names.get(id(node), frozenset()))
        self._bind_parameters(func, args, kwargs, scope, span)
        if isinstance(node, tree.Lambda):
            return self.eval(node.body, scope)
        activation = _Activation(owner=func.owner, self_value=args[0] if args else None)
        if self._is_generator(node):
            activation.yields = Seq("generator", [])
        outer, self.activation = self.activation, activation
        self.depth += 1
        self._running.append(node)
        maybe = self.maybe
        self.maybe += self._diverted_in(outer)
        try:
            signal = self.run(node.body, scope)
            ways = activation.returns
            value = activation.value if signal == _RETURN else None
            self._absorb(ways)
            for way in ways:
                value = join(value, way.value)
        finally:
            self.depth -= 1
            self._running.pop()
            self.activation = outer
            self.maybe = maybe
        return activation.yields if activation.yields is not None else value

    def _is_generator(self, node: tree.Function) -> bool:
        return any(tree.walk(node.body, tree.Yield, into_functions=False))

    def _bind_parameters(
        self, func: Func, args: list[Value], kwargs: dict[str, Value], scope: Scope, span: Span
    ) -> None:
        node = func.node
        left = dict(kwargs)
        values = list(args)
        for parameter in node.parameters:
            name = parameter.name
            if parameter.kind == "star":
                scope.vars[name] = Seq("tuple", values)
                values = []
            elif parameter.kind == "double-star":
                scope.vars[name] = Mapping(dict(left))
                left = {}
            elif parameter.kind in {"positional-only", "normal"} and values:
                scope.vars[name] = values.pop(0)
                if name in left and parameter.kind == "normal":
                    raise self.fail("TypeError", f"{func.name}() got multiple values for argument '{name}'", span)
            elif name in left and parameter.kind != "positional-only":
                scope.vars[name] = left.pop(name)
            elif name in func.defaults:
                scope.vars[name] = func.defaults[name]
            else:
                text = f"{func.name}() missing 1 required positional argument: '{name}'"
                raise self.fail("TypeError", text, span)
        if left:
            text = f"{func.name}() got an unexpected keyword argument '{next(iter(left))}'"
            raise self.fail("TypeError", text, span)
        if values:
            given, wanted = len(args), len(args) - len(values)
            text = f"{func.name}() takes {wanted} positional arguments but {given} were given"
            raise self.fail("TypeError", text, span)

    def _make(self, cls: Cls, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """An instance of a class of the file."""
        made = Obj(cls)
        init = self._class_attribute(cls, "__init__")
        if self._class_attribute(cls, "__new__") is not None:
            made.open = True
            return UNKNOWN
        if isinstance(init, Func):
            self.call_function(init, [made, *args], kwargs, span)
        elif cls.fields is not None and cls.known:
            self._fill(made, cls.fields, args, kwargs, span)
        elif not cls.known or cls.exception:
            made.open = not cls.exception
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
        elif (args or kwargs) and init is None:
            raise self.fail("TypeError", f"{cls.name}() takes no arguments", span)
        return made

    def _fill(
        self, made: Obj, fields: tuple[str, ...], args: list[Value], kwargs: dict[str, Value], span: Span
    ) -> None:
        if len(args) > len(fields) or any(name not in fields for name in kwargs):
            made.open = True
            return
        given = {**dict(zip(fields, args, strict=False)), **kwargs}
        for name in fields:
            if name in given:
                value = given[name]
            else:
                value = self._class_attribute(made.cls, name)
                if not any(name in cls.vars for cls in made.cls.lineage):
                    text = f"{made.cls.name}.__init__() missing 1 required positional argument: '{name}'"
                    raise self.fail("TypeError", text, span)
            self.put(made.attrs, name, value)
        after = self._class_attribute(made.cls, "__post_init__")
        if isinstance(after, Func):
            self.call_function(after, [made], {}, span)

    def _call_method(
        self, bound: Bound, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        owner = bound.owner
        if isinstance(owner, _NO_NEW_ATTRIBUTES):
            if node is None:
                return UNKNOWN
            return self._guard(lambda: self.pb_method(owner, bound.name, args, kwargs, node), span)
        if isinstance(owner, Array):
            given = [self.plain(a) for a in args]
            made = self._guard(lambda: arrays.method(owner, bound.name, given, kwargs), span)
            return _keep_squeezed(bound.name, owner, made, [*given, *kwargs.values()])
        if isinstance(owner, Builtin):
            return UNKNOWN
        given = [_text(a) for a in args]
        if bound.name == "format" and any(type_name(v) == "bytes" for v in (*given, *kwargs.values())):
            self.note("bytes-in-text", span)
        return self._guard(lambda: library.method(bound, given, kwargs, self.caller(span), self.touch), span)

    def _call_library(
        self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        if name.startswith(f"{PB_MODULE}."):
            if node is None:
                return UNKNOWN
            return self._guard(lambda: self.pb_call(name[len(PB_MODULE) + 1 :], args, kwargs, node), span)
        if name.startswith("numpy."):
            given = [self.plain(a) for a in args]
            if name in _SPLITS and len(args) > 1 and isinstance(args[1], Count):
                self.note("split-by-requests", span)
            made = self._guard(lambda: arrays.call(name[6:], given, kwargs), span)
            return _keep_squeezed(name[6:], args[0] if args else None, made, [*given[1:], *kwargs.values()])
        if name in {"json.loads"} and args and isinstance(args[0], ConfigText):
            return self.pb_call("<config>", args, kwargs, node) if node is not None else UNKNOWN
        if name in {"sys.exit", "os._exit", "os.abort"}:
            raise RaisedError(Exc("SystemExit", [], ("SystemExit", "BaseException")), span, self.statement, True)
        if name in {
            "asyncio.run",
            "asyncio.create_task",
            "asyncio.ensure_future",
            "asyncio.wait_for",
            "asyncio.shield",
        }:
            if args and isinstance(args[0], Coroutine):
                result = self.awaited(args[0], span)
                return result if name == "asyncio.run" else Coroutine(None, done=True, value=result)
            return UNKNOWN
        if name == "asyncio.gather":
            results = [self.awaited(a, span) if isinstance(a, Coroutine) else UNKNOWN for a in args]
            return Coroutine(None, done=True, value=Seq("list", results))
        root = name.split(".", maxsplit=1)[0]
        if root not in _PURE and not name.startswith(("functools.", "concurrent.", "threading.", "queue.", "asyncio.")):
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
            return UNKNOWN
        if root in {"functools", "concurrent", "threading", "queue", "asyncio", "copy"}:
            for value in (*args, *kwargs.values()):
                if isinstance(value, Func | BoundFunc | Obj) or root not in {"copy", "functools"}:
                    self.havoc_value(value)
        return self._call_plain(name, args, kwargs, span)

    def _call_plain(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        given = [_text(a) for a in args]
        return self._guard(lambda: library.call(name, given, kwargs, self.caller(span)), span)

    def _call_builtin(
        self,
        name: str,
        args: list[Value],
        kwargs: dict[str, Value],
        span: Span,
        node: tree.Call | None,
        scope: Scope | None,
    ) -> Value:
        if name in _EXCEPTIONS:
            return Exc(name, args, _EXCEPTIONS[name])
        if name == "super":
            owner = self.activation.owner
            if owner is None or args:
                return UNKNOWN
            return Super(owner, self.activation.self_value)
        if name in {"exit", "quit"}:
            raise RaisedError(Exc("SystemExit", [], ("SystemExit", "BaseException")), span, self.statement, True)
        if name in {"getattr", "hasattr", "setattr", "delattr", "vars"} and args:
            return self._reflect(name, args, span)
        if name == "isinstance" and len(args) == 2:
            return self._is_instance(args[0], args[1], args, span)
        if name in _OVER_OBJECTS:
            found = self._over_objects(name, args, kwargs, span)
            if found is not None:
                return found[0]
        if name in {"eval", "exec", "globals", "locals", "compile", "__import__"}:
            raise GaveUpError
        if name == "len" and len(args) == 1 and args[0] is self.requests:
            length = len(self.requests.items)
            return Count(length) if length > 1 else length
        if name == "range":
            args = [int(a) if isinstance(a, Count) else a for a in args]
        given = [_text(a) for a in args]
        if name == "str" and len(given) == 1 and not kwargs and type_name(given[0]) == "bytes":
            self.note("bytes-in-text", span)
        if name in {"int", "float", "bool", "str", "abs", "round", "repr", "bytes"} and given:
            if isinstance(given[0], Array):
                return self._convert(name, given[0], span)
            if isinstance(given[0], (*_NO_NEW_ATTRIBUTES, Obj, Func, BoundFunc)):
                if name in {"int", "float", "abs", "round"} and isinstance(given[0], _NO_NEW_ATTRIBUTES):
                    text = f"{name}() argument must be a string or a real number, not '{given[0].python_type}'"
                    raise self.fail("TypeError", text, span)
                return Unknown(name if name in {"int", "float", "bool", "str", "bytes"} else "str")
        return self._guard(lambda: library.call(name, given, kwargs, self.caller(span)), span)

    def _convert(self, name: str, array: Array, span: Span) -> Value:
        if name in {"int", "float"}:
            sizes = None if array.shape is None else list(array.shape)
            if sizes is not None and any(d is not None and d > 1 for d in sizes):
                raise self.fail("TypeError", "only length-1 arrays can be converted to Python scalars", span)
            return Unknown(name)
        if name == "bool":
            held = self.truth(array, span)
            return Unknown("bool") if held is None else held
        if name in {"str", "repr"}:
            return Unknown("str")
        if name == "bytes":
            return Unknown("bytes")
        if name == "abs":
            return self._guard(lambda: arrays.unary("+", array), span)
        return UNKNOWN

    def _over_objects(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> tuple[Value] | None:
        """Builtins over arrays and objects of the file, which the library does not know; None for anything else."""
        own = [a for a in args if isinstance(a, (Array, Obj, *_NO_NEW_ATTRIBUTES))]
        if not own or (name == "iter" and len(args) > 1):
            return (UNKNOWN,) if own else None
        first = args[0]
        if name == "len":
            if isinstance(first, Array):
                length = self._guard(lambda: arrays.length(first), span)
                return (Unknown("int") if length is None else length,)
            if isinstance(first, Obj):
                method = self._class_attribute(first.cls, "__len__")
                if isinstance(method, Func):
                    return (self.call_function(method, [first], {}, span),)
                if first.cls.known and method is None and not first.open:
                    raise self.fail("TypeError", f"object of type '{first.cls.name}' has no len()", span)
                return (Unknown("int"),)
            raise self.fail("TypeError", f"object of type '{type_name(first)}' has no len()", span)
        if name in {"min", "max"}:
            scalars = all(isinstance(a, int | float) or (isinstance(a, Array) and a.scalar) for a in args)
            return (
                _join_all([a if isinstance(a, Array) else Array(scalar=True, shape=()) for a in args])
                if scalars and len(args) > 1 and not kwargs
                else UNKNOWN,
            )
        if name in {"list", "tuple", "set", "sorted", "reversed", "iter"}:
            items, whole = self.iterate(first, span)
            kind = {"sorted": "list", "reversed": "generator", "iter": "generator"}.get(name, name)
            if name in {"set", "sorted"} or not whole:
                return (Seq(kind, [], True, self.element(first)),)
            return (Seq(kind, items),)
        if name in {"enumerate", "zip"} and not kwargs:
            lists = [self.iterate(a, span) for a in args[: 1 if name == "enumerate" else None]]
            if any(not whole for _, whole in lists):
                elements = [self.element(a) for a in args]
                pair = Seq("tuple", [Unknown("int"), elements[0]] if name == "enumerate" else elements)
                # What all turns have in common is kept, how many there are is not.
                return (Seq("generator", [], True, pair),)
            if name == "enumerate":
                return (Seq("generator", [Seq("tuple", [i, v]) for i, v in enumerate(lists[0][0])]),)
            return (Seq("generator", [Seq("tuple", list(row)) for row in zip(*(i for i, _ in lists), strict=False)]),)
        return (UNKNOWN,) if name != "sum" else None

    def _reflect(self, name: str, args: list[Value], span: Span) -> Value:
        owner = args[0]
        attribute = args[1] if len(args) > 1 else None
        if name == "vars" or not isinstance(attribute, str):
            if isinstance(owner, Obj) and name != "hasattr":
                owner.open = True
            return UNKNOWN
        if name == "setattr" and len(args) == 3:
            self._set_attribute(owner, attribute, args[2], span)
            return None
        if name == "delattr":
            self.havoc_value(owner)
            return None
        try:
            found = self.attribute(owner, attribute, span)
        except RaisedError as error:
            if isinstance(error.exc, Exc) and error.exc.type == "AttributeError":
                if name == "hasattr":
                    return False
                if len(args) == 3:
                    return args[2]
            raise
        if name == "getattr":
            return found
        return True if isinstance(owner, Obj) and not owner.open and attribute in owner.attrs else Unknown("bool")

    def _is_instance(self, value: Value, cls: Value, args: list[Value], span: Span) -> Value:
        options = cls.items if isinstance(cls, Seq) else [cls]
        answers: list[bool | None] = []
        for one in options:
            if isinstance(value, Obj) and isinstance(one, Cls) and value.cls.known:
                answers.append(one in value.cls.lineage)
            elif isinstance(one, Builtin) and _is_plain(value):
                given = self._guard(
                    lambda o=one: library.call("isinstance", [_text(value), o], {}, self.caller(span)), span
                )
                answers.append(given if isinstance(given, bool) else None)
            elif isinstance(one, Builtin) and one.name in _PLAIN_TYPES:
                own = (*_NO_NEW_ATTRIBUTES, Obj)
                plain = isinstance(value, own) or (isinstance(value, Array) and not value.scalar)
                answers.append(False if plain else None)
            elif isinstance(one, Library) and one.name == "numpy.ndarray":
                answers.append((not value.scalar) if isinstance(value, Array) else None)
            else:
                answers.append(None)
        if any(answer is True for answer in answers):
            return True
        return Unknown("bool") if any(answer is None for answer in answers) or not answers else False


_SPLITS = frozenset({"numpy.split", "numpy.array_split", "numpy.vsplit"})


def _keep_squeezed(name: str, owner: Value, made: Value, others: list[Value]) -> Value:
    """An array that ``squeeze()`` without an axis made of a batch, or one that came from such a one."""
    if not isinstance(owner, Array) or not isinstance(made, Array):
        return made
    batch = owner.shape is not None and len(owner.shape) > 1 and owner.shape[0] is None
    if (name == "squeeze" and not others and batch) or (owner.squeezed and name in {"astype", "copy", "round", "clip"}):
        return replace(made, squeezed=True)
    return made


class Count(int):
    """A number of requests that a batcher may choose: good for counting along, unknown to every condition."""

    __slots__ = ()


_OVER_OBJECTS = frozenset(
    {"len", "iter", "next", "list", "tuple", "set", "enumerate", "sorted", "reversed", "sum", "zip", "min", "max"}
)
_PLAIN_TYPES = frozenset({"int", "float", "str", "bytes", "bool", "list", "tuple", "dict", "set", "complex"})
_SINGLE: dict[str, Value] = {"True": True, "False": False, "None": None, "Ellipsis": Ellipsis}


def _is_always(error: RaisedError) -> bool:
    return isinstance(error.exc, Exc) and error.exc.type == "NotImplementedError"


def _is_field(statement: tree.Stmt) -> bool:
    return (
        isinstance(statement, tree.Assign)
        and statement.annotation is not None
        and isinstance(statement.targets[0], tree.Name)
        and "ClassVar" not in (tree.dotted(statement.annotation) or "")
    )


def _as_key(value: Seq) -> Any:
    """A tuple as the key of a dict, as far as its items can be."""
    items = [_as_key(i) if isinstance(i, Seq) and i.kind == "tuple" else i for i in value.items]
    return tuple(items) if all(isinstance(i, (*_SCALARS, tuple)) for i in items) and not value.open else UNKNOWN


def _is_plain(value: Value) -> bool:
    return value is None or isinstance(value, (*_SCALARS, Seq, Mapping, Unknown, Exc))


def _text(value: Value) -> Value:
    if isinstance(value, Absent):
        return None
    return Unknown("str") if isinstance(value, ConfigText) else value


def _same(left: Value, right: Value) -> bool | None:
    """Whether two values are the same object, as far as it can be told."""
    left, right = _text(left), _text(right)
    if left is None or right is None:
        other = right if left is None else left
        if other is None:
            return True
        return None if isinstance(other, Unknown) and other.type is None else False
    if isinstance(left, bool) and isinstance(right, bool):
        return left is right
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    return True if left is right and not isinstance(left, (*_SCALARS, Library)) else None


def _state(value: Seq | Mapping) -> tuple[Any, bool, Value]:
    if isinstance(value, Seq):
        return list(value.items), value.open, value.each
    return dict(value.items), value.open, None


def _current(container: Any, key: Any) -> Any:
    return _state(container) if key is _ABSENT else container.get(key, _ABSENT)


def _restore(container: Any, key: Any, value: Any) -> None:
    if key is _ABSENT:
        items, container.open, each = value
        if isinstance(container, Seq):
            container.items, container.each = list(items), each
        else:
            container.items = dict(items)
    elif value is _ABSENT:
        container.pop(key, None)
    else:
        container[key] = value


def _forgotten(container: Any, key: Any) -> Any:
    """The state of something of which nothing is known any more."""
    if key is not _ABSENT:
        return UNKNOWN
    return ([], True, UNKNOWN) if isinstance(container, Seq) else ({}, True, None)


def _any_number(container: Any, key: Any, now: Any, before: Any) -> Any:
    """The state of something that each turn of a loop changes, some turns later."""
    if not isinstance(container, Seq) or key is not _ABSENT:
        return _forgotten(container, key)
    listed = [*now[0], *before[0], *([now[2]] if now[1] else ()), *([before[2]] if before[1] else ())]
    return [], True, _join_all(listed)


def _join_all(values: Sequence[Value]) -> Value:
    found = values[0] if values else UNKNOWN
    for value in values[1:]:
        found = join(found, value)
    return found


def _join_states(now: tuple[Any, bool, Value], other: tuple[Any, bool, Value]) -> tuple[Any, bool, Value]:
    if isinstance(now[0], dict):
        if now == other:
            return now
        both = {key: join(value, other[0][key]) for key, value in now[0].items() if key in other[0]}
        return both, now[1] or other[1] or now[0].keys() != other[0].keys(), None
    opened = now[1] or other[1]
    if len(now[0]) != len(other[0]):
        each = [state[2] for state in (now, other) if state[1]]
        return [], True, _join_all([*now[0], *other[0], *each])
    each = join(now[2], other[2]) if now[1] and other[1] else (now[2] if now[1] else other[2])
    return [join(a, b) for a, b in zip(now[0], other[0], strict=True)], opened, each


def join(left: Value, right: Value) -> Value:
    """What is known of a value that is one of two."""
    if left is right:
        return left
    if left is _ABSENT or right is _ABSENT:
        return UNKNOWN
    kind = left.__class__
    if Response in (kind, right.__class__):
        return _join_responses(left, right)
    if kind is not right.__class__:
        names = type_name(left), type_name(right)
        return Unknown(names[0]) if names[0] == names[1] and names[0] in _PLAIN_TYPES else UNKNOWN
    if kind in (bool, int, float, str, bytes):
        return left if left == right else Unknown(kind.__name__)
    if kind in (Unknown, DType, Library, Builtin):
        if left == right:
            return left
        return DType(None) if kind is DType else UNKNOWN
    if kind is Array:
        shape = None
        if left.shape is not None and right.shape is not None and len(left.shape) == len(right.shape):
            shape = tuple(a if a == b else None for a, b in zip(left.shape, right.shape, strict=True))
        same = left.dtype == right.dtype
        return Array(
            left.dtype if same else None, shape, left.of if left.of == right.of else None, left.scalar and right.scalar
        )
    if kind is PbTensor:
        name = left.name if left.name == right.name else None
        return PbTensor(name, join(left.array, right.array), left.span, left.value)
    if kind is Seq and left.kind == right.kind == "tuple" and len(left.items) == len(right.items):
        items = [join(a, b) for a, b in zip(left.items, right.items, strict=True)]
        return Seq("tuple", items, left.open or right.open)
    return UNKNOWN


def _join_responses(left: Value, right: Value) -> Value:
    one, other = (left, right) if isinstance(left, Response) else (right, left)
    if isinstance(other, Response):
        error = one.error if one.error == other.error else None
        return Response(None, error, one.span, one.odd or other.odd)
    odd = isinstance(other, Error | PbTensor | Seq | Mapping | Array | str | int | float)
    return Response(None, None, one.span, other) if odd else UNKNOWN


_STATEMENTS: dict[type, Callable[[Machine, Any, Scope], str | None]] = {
    tree.Expression: Machine._s_expression,
    tree.Assign: Machine._s_assign,
    tree.Return: Machine._s_return,
    tree.Flow: Machine._s_flow,
    tree.Raise: Machine._s_raise,
    tree.Delete: Machine._s_delete,
    tree.Scope: Machine._s_scope,
    tree.Assert: Machine._s_assert,
    tree.If: Machine._s_if,
    tree.For: Machine._s_for,
    tree.While: Machine._s_while,
    tree.Try: Machine._s_try,
    tree.With: Machine._s_with,
    tree.Match: Machine._s_match,
    tree.Import: Machine._s_import,
    tree.ImportFrom: Machine._s_import_from,
    tree.Function: Machine._s_function,
    tree.Class: Machine._s_class,
}
_EXPRESSIONS: dict[type, Callable[[Machine, Any, Scope], Value]] = {
    tree.Name: Machine._e_name,
    tree.Constant: Machine._e_constant,
    tree.FString: Machine._e_fstring,
    tree.Attribute: Machine._e_attribute,
    tree.Call: Machine._e_call,
    tree.Subscript: Machine._e_subscript,
    tree.Slice: Machine._e_slice,
    tree.Sequence: Machine._e_sequence,
    tree.Dict: Machine._e_dict,
    tree.Comprehension: Machine._e_comprehension,
    tree.Lambda: Machine._e_lambda,
    tree.Await: Machine._e_await,
    tree.Yield: Machine._e_yield,
    tree.Unary: Machine._e_unary,
    tree.Binary: Machine._e_binary,
    tree.Compare: Machine._e_compare,
    tree.Conditional: Machine._e_conditional,
    tree.Starred: Machine._e_starred,
    tree.Walrus: Machine._e_walrus,
    tree.Other: Machine._e_other,
}
