"""What runs beside the rest: coroutines and tasks of asyncio, threads, pools.

What another thread does is played where it is started. Nobody hears what it raises, and what it changed is unknown from
then on; only what it sends is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Expression
from tritonlint.inputs.rehearsal.objects import (
    SENT_FINAL,
    BoundFunc,
    Coroutine,
    Func,
    Lock,
    Obj,
    Request,
    Runner,
    Scope,
    Sender,
    Thread,
)
from tritonlint.inputs.rehearsal.outcome import GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.protocols import OPERANDS, Protocols
from tritonlint.inputs.rehearsal.quantities import is_no_number
from tritonlint.inputs.rehearsal.trail import join_all
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Bound,
    Builtin,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.inputs.rehearsal.ways import ANY
from tritonlint.source import Span

_MISTAKEN = re.compile(r"InferenceRe(sponseSender|quest)'")
ELSEWHERE = Unknown("thread")
"""The final flag was sent by another thread, at some time."""
_RUNNERS = {
    "asyncio.get_event_loop": "EventLoop",
    "asyncio.get_running_loop": "EventLoop",
    "asyncio.new_event_loop": "EventLoop",
    "asyncio.TaskGroup": "TaskGroup",
    "concurrent.futures.ThreadPoolExecutor": "ThreadPoolExecutor",
    "concurrent.futures.thread.ThreadPoolExecutor": "ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor": "ProcessPoolExecutor",
    "multiprocessing.Pool": "Pool",
    "multiprocessing.pool.ThreadPool": "Pool",
    "multiprocessing.pool.Pool": "Pool",
    "multiprocessing.dummy.Pool": "Pool",
}
_POOLS = frozenset({"ThreadPoolExecutor", "ProcessPoolExecutor", "Pool"})
_WRAPPERS = {
    "asyncio.create_task": "_asyncio.Task",
    "asyncio.ensure_future": "_asyncio.Task",
    "asyncio.wait_for": "coroutine",
    "asyncio.shield": "_asyncio.Future",
}
_AWAITABLE = "An asyncio.Future, a coroutine or an awaitable is required"
_ANY_FUTURE = frozenset(
    {"add_done_callback", "cancel", "cancelled", "done", "exception", "result", "set_exception", "set_result"}
)
_MEMBERS = {
    "coroutine": frozenset({"send", "throw", "close"}),
    "_asyncio.Future": _ANY_FUTURE | {"get_loop", "remove_done_callback"},
    "_asyncio.Task": _ANY_FUTURE
    | {"cancelling", "get_context", "get_coro", "get_loop", "get_name", "get_stack", "print_stack"}
    | {"remove_done_callback", "set_name", "uncancel"},
    "Future": _ANY_FUTURE | {"running", "set_running_or_notify_cancel"},
    "ApplyResult": frozenset({"get", "wait", "ready", "successful"}),
    "Thread": frozenset({"daemon", "getName", "ident", "isDaemon", "is_alive", "join", "name", "native_id", "run"})
    | {"setDaemon", "setName", "start"},
}
"""Public members, those of CPython 3.8 to 3.13."""


_OF_THREADS: dict[str, Value] = {
    "daemon": Unknown("bool"),
    "name": Unknown("str"),
    "ident": UNKNOWN,
    "native_id": UNKNOWN,
}
_RESULT_OF = {"ApplyResult": "get"}
_MAPS = frozenset({"map", "imap"})
_OF_MAPS = frozenset({"timeout", "chunksize"})
_DEEPEST = 5
"""So many values within each other are looked at."""


class Concurrency(Protocols):
    """Plays what runs beside the rest."""

    def __init__(self, python: PythonFacts, has_member: Callable[[Value, str], bool]) -> None:
        super().__init__(python, has_member)
        self.requests: tuple[Request, ...] = ()
        """What this call of ``execute`` gets; how many of them come together is never known, if several may."""
        self.in_loop = 0
        """Above 0 where an event loop runs."""
        self.depth = 0
        self.steps = 0
        self.made: dict[int, Value] = {}
        """Coroutines and tasks that were made, by identity."""
        self.threads: list[Thread] = []
        self.aside = 0
        """Above 0 where another thread runs, for which the first one does not wait."""
        self.died: list[tuple[list[Value], RaisedError]] = []
        """What threads were given, and the exception that surely ended them."""

    def runs_beside(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> tuple[Value] | None:
        """A call of asyncio, threading or concurrent.futures; None if it is none that is played."""
        first = args[0] if args else None
        if name == "threading.Lock":
            return (Lock(),)
        if name in _RUNNERS:
            return (Runner(_RUNNERS[name]),)
        if name == "threading.Thread":
            return self._thread(args, kwargs, span)
        if name == "asyncio.run" and args:
            if _never_awaitable(first):
                raise self.fail("ValueError", f"a coroutine was expected, got {type_name(first)}", span)
            if self.surely_in_loop:
                raise self.fail("RuntimeError", "asyncio.run() cannot be called from a running event loop", span)
            return (self.awaited(first, span),) if isinstance(first, Coroutine) else None
        if name in _WRAPPERS and args:
            if _never_awaitable(first):
                wrong = f"a coroutine was expected, got {type_name(first)}"
                raise self.fail("TypeError", wrong if name == "asyncio.create_task" else _AWAITABLE, span)
            if not isinstance(first, Coroutine):
                return None
            limit = args[1] if len(args) > 1 else kwargs.get("timeout")
            if name == "asyncio.wait_for" and is_no_number(limit):
                return (self.coroutine(Library("asyncio.tasks.wait_for"), [first, limit], {}, own=False),)
            return (self.coroutine(first, [], {}, _WRAPPERS[name], own=False),)
        if name == "asyncio.gather":
            return (self.gathered(args, [], kwargs, span),)
        if name == "asyncio.to_thread" and args:
            return (self.coroutine(first, args[1:], kwargs, "coroutine", own=False),)
        if name == "asyncio.sleep" and args:
            if is_no_number(first):  # Nothing is raised before somebody waits.
                return (self.coroutine(Library("asyncio.tasks.sleep"), [first], {}, own=False),)
            return (Coroutine(None, done=True, value=args[1] if len(args) > 1 else kwargs.get("result")),)
        if name in {"concurrent.futures.as_completed", "concurrent.futures.wait"} and args:
            return (self._finished(name, args, kwargs),)
        return None

    @property
    def surely_in_loop(self) -> bool:
        """Whether an event loop runs in this thread, where another one cannot start."""
        # What a pool maps runs in threads of its own.
        return self.in_loop > 0 and not self.mentions("nest_asyncio") and not self.mentions(".map(")

    @property
    def surely_no_loop(self) -> bool:
        """Whether no event loop runs in this thread: a thread aside may be that of one."""
        return self.in_loop == 0 and self.aside == 0 and self.phase in {"initialize", "execute"}

    def _finished(self, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Futures as they come to their end, in whatever order; those that are done, and the others."""
        given = args[0]
        futures = given.items if isinstance(given, Seq) else [given.key] if isinstance(given, Mapping) else []
        one = _any_future([*futures, *([given.each] if isinstance(given, Seq) and given.open else [])])
        if name.endswith("as_completed"):
            known = isinstance(given, Seq) and not given.open and one is not UNKNOWN
            return Seq("generator", [one] * len(futures) if known else [], not known, one)
        return Seq("tuple", [Seq("set", [], True, one), Seq("set", [], True, one)])

    def take_lock(self, lock: Lock, span: Span, *, by_hand: bool = False) -> None:
        """Wait for a lock; who holds it already waits for ever. What is taken by hand nobody gives back by itself."""
        released = self.mentions(".release(")
        if lock.state["held"] is True and not self.aside and (self.sure or not released):
            taken = lock.state.get("taken")
            self.note("deadlock", taken if isinstance(taken, Span) and not released else span)
        self.put(lock.state, "held", True)
        self.put(lock.state, "taken", span if by_hand else None)

    def gathered(self, args: Sequence[Value], loose: Sequence[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """``asyncio.gather``; ``loose`` are arguments of which there may be any number."""
        for number, one in enumerate((*args, *loose)):
            wrong = f"unhashable type: '{one.kind}'" if isinstance(one, Seq) and one.kind == "list" else _AWAITABLE
            if not _never_awaitable(one):
                continue
            error = self.fail("TypeError", wrong, span)
            if number < len(args):
                raise error
            # Whether there is any is not known.
            self.maybe += 1
            self.record(error)
            self.maybe -= 1
            return UNKNOWN
        catches = kwargs.get("return_exceptions", False) is not False
        results: list[Value] = []
        self.maybe += bool(loose)
        if catches:
            self.tries.append((ANY,))
        try:
            for one in (*args, *loose):
                try:
                    result = self.awaited(one, span) if isinstance(one, Coroutine) else UNKNOWN
                except RaisedError as error:
                    if not catches:
                        raise
                    if not error.explicit and self.sure:
                        self.record(error, caught=True)
                    results.append(error.exc)
                    continue
                results.append(UNKNOWN if catches else result)
        finally:
            if catches:
                self.tries.pop()
            self.maybe -= bool(loose)
        found = Seq("list", results)
        if loose:
            found = Seq("list", [], True, results[0] if len(results) == 1 else UNKNOWN)
        return Coroutine(None, done=True, value=found, python_type="_asyncio.Future", span=span)

    def coroutine(
        self,
        func: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        kind: str = "coroutine",
        *,
        own: bool = True,
        span: Span | None = None,
    ) -> Coroutine:
        """Something that runs once it is awaited."""
        made = Coroutine(func, args, kwargs, python_type=kind, own=own, span=span)
        self.put(self.made, id(made), made)
        return made

    def awaited(self, value: Value, span: Span) -> Value:
        """What awaiting a value gives."""
        if isinstance(value, Coroutine):
            if value.wrong is not None:
                raise _raised_again(value.wrong)
            if value.done or "value" in value.state:
                self.put(value.state, "value", value.state.get("value", value.value))
                return value.state["value"]
            self.put(value.state, "value", UNKNOWN)
            result = self._run(value, span)
            self.put(value.state, "value", result)
            return result
        if _never_awaitable(value):
            raise self.fail("TypeError", f"object {type_name(value)} can't be used in 'await' expression", span)
        return UNKNOWN

    def _run(self, value: Coroutine, span: Span) -> Value:
        if isinstance(value.func, Coroutine):
            return self.awaited(value.func, span)
        if not value.own:
            in_loop, self.in_loop = self.in_loop, 0
            try:
                return self.call(value.func, value.args, value.kwargs, span)
            finally:
                self.in_loop = in_loop
        self.in_loop += 1
        try:
            return self.call_now(value.func, value.args, value.kwargs, span)
        finally:
            self.in_loop -= 1

    def call_now(self, function: Value, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play the body of a function of the file."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------- threads and pools
    def _thread(self, args: list[Value], kwargs: dict[str, Value], span: Span) -> tuple[Value] | None:
        target = args[1] if len(args) > 1 else kwargs.get("target")
        given, named = kwargs.get("args", Seq("tuple", [])), kwargs.get("kwargs", Mapping({}))
        if len(args) <= 2 and isinstance(given, (Obj, Request, Sender)):
            made = Thread(target, [given], {}, span)
            try:
                self.iterate(given, span)
            except RaisedError as error:
                made.wrong = error
                self.threads.append(made)
                return (made,)
            return None
        if len(args) > 2 or not isinstance(given, Seq | Mapping | Unknown | None):
            return None
        if not isinstance(given, Seq) or given.open or not isinstance(named, Mapping) or named.open:
            return None
        made = Thread(target, list(given.items), {str(k): v for k, v in named.items.items()}, span)
        self.threads.append(made)
        return (made,)

    def runner_method(self, bound: Bound, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """A method of a thread, a coroutine, a pool or an event loop."""
        owner, name = bound.owner, bound.name
        if isinstance(owner, Thread):
            if name == "start":
                self.put(owner.state, "started", True)
                if owner.wrong is not None:
                    self.died.append((owner.args, owner.wrong))
                    return None
                self.beside(owner.target, owner.args, owner.kwargs, owner.span)
                return None
            if name == "run":
                return self.call(owner.target, owner.args, owner.kwargs, span)
            return Unknown("bool") if name == "is_alive" else None
        if isinstance(owner, Coroutine):
            if name == _RESULT_OF.get(owner.python_type, "result") and (owner.done or "value" in owner.state):
                return self.awaited(owner, span)
            if name in {"done", "cancelled", "running", "cancel", "ready", "successful"} and not args:
                return Unknown("bool")
            if name == "add_done_callback" and len(args) == 1 and not kwargs and _holds(args[0]):
                self.beside(args[0], [owner], {}, span)
                return None
        elif owner.python_type == "TaskGroup":
            if name == "create_task" and args and isinstance(args[0], Coroutine):
                return self.beside(args[0].func, args[0].args, args[0].kwargs, span, kind="_asyncio.Task", task=args[0])
        elif owner.python_type in _POOLS and name in {"shutdown", "close", "join", "terminate"}:
            return None
        elif name == "run_in_executor" and len(args) > 1:
            return self.coroutine(args[1], args[2:], {}, "_asyncio.Future", own=False)
        elif name in {"run_until_complete", "create_task"} and args and owner.python_type == "EventLoop":
            done = self.runs_beside("asyncio.run" if name[0] == "r" else "asyncio.create_task", args, kwargs, span)
            if done is not None:
                return done[0]
        elif name in _MAPS and len(args) > 1 and not kwargs.keys() - _OF_MAPS and owner.python_type in _POOLS:
            # Nobody hears what is raised where the results are not asked for.
            if not any(statement.value.span == span for statement in self.python.walk(Expression)):
                # Pools of multiprocessing take how many go together behind the items.
                given = args[:2] if owner.python_type == "Pool" else args
                made = self.call(Builtin("map"), given, {}, span)
                if owner.python_type != "ThreadPoolExecutor":
                    # Another process changes an object of its own.
                    self.havoc_value(args[0])
                return self.call(Builtin("list"), [made], {}, span) if owner.python_type == "Pool" else made
        elif name == "submit" and args:
            return self.beside(args[0], args[1:], kwargs, span, kind="Future")
        elif name == "apply_async" and args and len(args) <= 2 and not kwargs:
            row = args[1] if len(args) > 1 else Seq("tuple", [])
            if isinstance(row, Seq) and not row.open:
                return self.beside(args[0], row.items, {}, span, kind="ApplyResult")
        for value in (*args, *kwargs.values()):
            self.havoc_value(value)
        return UNKNOWN

    def beside(
        self,
        function: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        span: Span,
        *,
        kind: str = "",
        task: Coroutine | None = None,
    ) -> Value:
        """Play what another thread does with a request or its sender; whatever else it may do is unknown.

        ``kind`` is the type of the future that tells what comes of it, if somebody gets one; ``task`` is the coroutine
        that is run.
        """
        given = function, *args, *kwargs.values()
        holds = any(map(_holds, given))
        if self.phase != "execute" or (not kind and not holds):
            for one in given:
                self.havoc_value(one)
            return UNKNOWN
        future = Coroutine(None, done=True, value=UNKNOWN, python_type=kind or "Future")
        known = _held(given)
        mark = len(self.trail)
        maybe, depth, activation, statement = self.maybe, self.depth, self.activation, self.statement
        in_loop, self.in_loop = self.in_loop, 0
        steps = self.steps
        self.tries.append((ANY,))
        self.aside += 1
        try:
            future.value = self.awaited(task, span) if task is not None else self.call(function, args, kwargs, span)
        except RaisedError as error:
            future.wrong = error if kind else None
            if not error.explicit and _MISTAKEN.search(error.shown):
                # What works with it is right, what hands it over has taken something else for it.
                error.span = span
            self.died.append(([*args, *kwargs.values()], error))
        except GaveUpError:
            self.steps = steps
            for one in (function, *args, *kwargs.values()):
                self.havoc_value(one)
        finally:
            self.aside -= 1
            self.tries.pop()
            self.in_loop = in_loop
            self.maybe, self.depth, self.activation, self.statement = maybe, depth, activation, statement
        own = {id(request.state) for request in self.requests}
        self.havoc(mark, frozenset(own | (_held((future.value,)) - known)))
        if not holds:
            # It may come later, when something else is there.
            self.havoc_value(function)
        for request in self.requests:
            if request.state[SENT_FINAL] is True:
                self.put(request.state, SENT_FINAL, ELSEWHERE)
        return future

    def finish(self) -> None:
        """Play what was handed to an event loop and not awaited; coroutines that nobody took do nothing."""
        for one in list(self.made.values()):
            if not isinstance(one, Coroutine):
                # One that only some ways made.
                for request in self.requests:
                    self.havoc_value(request)
            elif not one.done and "value" not in one.state:
                self.put(one.state, "value", UNKNOWN)
                inner = one.func if isinstance(one.func, Coroutine) else one
                if one.python_type == "coroutine":
                    self.havoc_value(one)
                elif "value" not in inner.state and not inner.done:
                    self.beside(inner.func, inner.args, inner.kwargs, self.statement)
        self.made.clear()

    def runner_attribute(self, owner: Value, name: str, span: Span) -> Value:
        """An attribute of a thread, a coroutine, a pool or an event loop."""
        members = _MEMBERS.get(owner.python_type)
        known = members is None or name in members or name.startswith(("_", "cr_"))
        if not known:
            raise self.misused(owner, f"'{owner.python_type}' object has no attribute '{name}'", span, "AttributeError")
        if isinstance(owner, Thread) and name in _OF_THREADS:
            return _OF_THREADS[name]
        return Bound(owner, name)


def _any_future(futures: Sequence[Value]) -> Value:
    """One of several futures, with what all results have in common; UNKNOWN where one has none."""
    if not futures or not all(isinstance(one, Coroutine) and one.done and one.wrong is None for one in futures):
        return UNKNOWN
    return Coroutine(None, done=True, value=join_all([one.value for one in futures]), python_type="Future")


def _raised_again(error: RaisedError) -> RaisedError:
    """An exception of another thread where its result is asked for."""
    return RaisedError(error.exc, error.span, error.statement, error.explicit, error.absent)


def _held(values: Sequence[Value], depth: int = 0) -> set[int]:
    """What may change in values, by identity."""
    found: set[int] = set()
    for value in values if depth < _DEEPEST else ():
        if isinstance(value, Obj):
            found |= {id(value.attrs)} | _held(list(value.attrs.values()), depth + 1)
        elif isinstance(value, Seq):
            found |= {id(value)} | _held([*value.items, value.each], depth + 1)
        elif isinstance(value, Mapping):
            found |= {id(value)} | _held([*value.items.values(), value.each], depth + 1)
        elif isinstance(value, BoundFunc):
            found |= _held((value.owner, value.func), depth)
        elif isinstance(value, Func):
            scope: Scope | None = value.scope
            while scope is not None:
                found |= _held([one for one in scope.vars.values() if not isinstance(one, Func)], depth + 1)
                scope = scope.parent
    return found


def _never_awaitable(value: Value) -> bool:
    return value.__class__ in OPERANDS or isinstance(value, (Func, BoundFunc))


def _holds(value: Value, depth: int = 0) -> bool:
    """Whether a request, or its sender, is in a value."""
    if isinstance(value, (Sender, Request)):
        return True
    if depth > 2:
        return False
    if isinstance(value, Seq):
        return any(_holds(one, depth + 1) for one in value.items)
    if isinstance(value, Mapping):
        return any(_holds(one, depth + 1) for one in value.items.values())
    if isinstance(value, Obj) and depth < 2:
        # A job or ticket of the file's own, with the sender in it.
        return any(_holds(one, depth + 1) for one in value.attrs.values())
    if isinstance(value, Coroutine):
        return any(_holds(one, depth + 1) for one in (*value.args, *value.kwargs.values()))
    if isinstance(value, Bound):
        # `sender.send`, or what `partial` made of it.
        return _holds(value.owner, depth + 1)
    if isinstance(value, Func):
        scope: Scope | None = value.scope
        while scope is not None and scope.parent is not None:
            if any(isinstance(one, (Sender, Request)) for one in list(scope.vars.values())):
                return True
            scope = scope.parent
    return False
