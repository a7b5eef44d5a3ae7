"""Which functions of a file run in threads of their own, and what calls what, by names alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Class,
    Compare,
    Expr,
    Function,
    If,
    Lambda,
    Name,
    Node,
    dotted,
    walk,
)
from tritonlint.remember import remembered

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts

_PARTIAL = "functools.partial"
_PROCESSES = frozenset({"multiprocessing.Process", "multiprocessing.process.Process", "torch.multiprocessing.Process"})
_MAKING = frozenset({"__init__", "__post_init__", "__new__", "__enter__", "__call__"})


@dataclass(frozen=True, slots=True, eq=False)
class Started:
    """A thread that a file makes: the call that makes it, what runs in it, and how (Thread, Timer, submit, Process)."""

    call: Call
    function: Function
    kind: str


@remembered
def started_functions(python: PythonFacts) -> tuple[Started, ...]:
    """The functions of this file that are handed to threads, timers, pools and processes."""
    subclasses = {
        node.name: node
        for node in python.walk(Class)
        if any(python.qualified(base) == "threading.Thread" for base in node.bases)
    }
    found = []
    for call in python.walk(Call):
        func = call.func
        target: Expr | None = None
        kind = ""
        if isinstance(func, Name) and func.id in subclasses:
            run = next((s for s in subclasses[func.id].body if isinstance(s, Function) and s.name == "run"), None)
            if run is not None:
                found.append(Started(call, run, "Thread"))
            continue
        if isinstance(func, Attribute) and func.attr == "submit":
            target, kind = call.argument(0), "submit"
        elif isinstance(func, Attribute) and func.attr == "run_in_executor":
            target, kind = call.argument(1), "submit"
        elif isinstance(func, Name | Attribute):
            name = python.qualified(func)
            if name == "threading.Thread":
                target, kind = call.argument(1, "target"), "Thread"
            elif name == "threading.Timer":
                target, kind = call.argument(1, "function"), "Timer"
            elif name in _PROCESSES:
                target, kind = call.argument(1, "target"), "Process"
        function = function_named(python, target)
        if function is not None:
            found.append(Started(call, function, kind))
    return tuple(found)


def function_named(python: PythonFacts, expr: Expr | None) -> Function | None:
    """The one function of the file that ``name``, ``self.name`` or ``helper.name`` can mean."""
    if isinstance(expr, Lambda) and isinstance(expr.body, Call):
        expr = expr.body.func
    if isinstance(expr, Call) and python.qualified(expr.func) == _PARTIAL:
        expr = expr.argument(0)
    name = expr.id if isinstance(expr, Name) else expr.attr if isinstance(expr, Attribute) else None
    functions = by_name(python).get(name, ()) if name is not None else ()
    return functions[0] if len(functions) == 1 else None


@remembered
def by_name(python: PythonFacts) -> dict[str, list[Function]]:
    """The functions and methods of a file; a class stands for what makes its objects."""
    found: defaultdict[str, list[Function]] = defaultdict(list)
    for node in python.walk(Function, Class):
        if isinstance(node, Function):
            found[node.name].append(node)
        else:
            found[node.name] += [s for s in node.body if isinstance(s, Function) and s.name in _MAKING]
    return dict(found)


def reached(python: PythonFacts, starts: Iterable[Function]) -> list[Function]:
    """Functions that may run when some do, told by the names that stand in them: rather too many than too few."""
    names = by_name(python)
    found: dict[int, Function] = {}
    waiting = list(starts)
    while waiting:
        function = waiting.pop()
        if id(function) in found:
            continue
        found[id(function)] = function
        for name in words_of(function):
            waiting += names.get(name, ())
    return list(found.values())


@remembered
def words_of(node: Node) -> frozenset[str]:
    """The names and attributes that stand in a node."""
    return frozenset(n.id if isinstance(n, Name) else n.attr for n in walk(node, Name, Attribute))


def loading_and_answering(python: PythonFacts) -> list[Function]:
    """What Triton calls of a model while it serves."""
    found = [python.method(name) for name in ("__init__", "initialize", "execute")]
    return [function for function in found if function is not None]


def starts_by_hand(python: PythonFacts) -> list[If]:
    """Where a file asks whether it was started by hand: ``if __name__ == "__main__":``."""
    return [
        node
        for node in python.body
        if isinstance(node, If) and isinstance(node.test, Compare) and node.test.operators == ("==",)
        if "__name__" in words_of(node.test) and "__main__" in python.source(node.test)
    ]


@remembered
def only_as_script(python: PythonFacts) -> frozenset[int]:
    """The identities of functions that run when the file is started by hand, and not when Triton imports it."""
    starts = starts_by_hand(python)
    if not starts:
        return frozenset()
    elsewhere: list[Node] = [n for n in python.body if not isinstance(n, Function) and n not in starts]
    elsewhere += [part for node in starts for part in node.orelse]
    elsewhere += [one for node in python.body if isinstance(node, Function) for one in node.decorators]
    serving = [function for node in elsewhere for function in walk((node,), Function)]
    served = {id(one) for one in reached(python, [*serving, *_named_in(python, elsewhere)])}
    by_hand = reached(python, _named_in(python, [part for node in starts for part in node.body]))
    return frozenset(id(one) for one in by_hand) - served


def _named_in(python: PythonFacts, nodes: Iterable[Node]) -> list[Function]:
    """The functions of a file whose names stand in some nodes."""
    names = by_name(python)
    return [function for node in nodes for word in words_of(node) for function in names.get(word, ())]


def method_called(call: Call) -> tuple[str | None, str]:
    """``a.b`` and ``name`` of ``a.b.name(…)``; an empty name for other calls."""
    if not isinstance(call.func, Attribute):
        return None, ""
    return dotted(call.func.value), call.func.attr
