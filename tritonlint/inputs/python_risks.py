"""What of a function may raise an exception for some requests: said only where it is plain from the code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import by_name
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Raise,
    Slice,
    Subscript,
    Try,
    Unary,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.remember import remembered

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts

_READS = frozenset({"get_input_tensor_by_name", "as_numpy", "get"})
_PARSES = frozenset({"json.loads", "bytes.fromhex", "base64.b64decode", "ast.literal_eval", "uuid.UUID"})
"""Functions that refuse some texts."""
_NUMBERS = frozenset({"int", "float"})
_TEXTS = frozenset({"decode", "strip", "split", "group", "replace", "lstrip", "rstrip"})
_SEARCHES = frozenset({"index", "remove"})
_FORGIVING = frozenset({"collections.defaultdict", "collections.Counter"})
_ONLY_QUEUES = frozenset({"Empty", "Full", "queue.Empty", "queue.Full", "StopIteration", "TimeoutError"})
_DEPTH = 2


def risk(python: PythonFacts, function: Function, parts: Iterable[Node], depth: int = _DEPTH) -> Node | None:
    """The first place in some statements of a function that raises for some requests, and where nothing catches it."""
    given = from_request(function)
    for part in parts:
        for raised in walk(part, Raise, into_functions=False):
            if not caught(part, raised):
                return raised
        stored = {id(t) for a in walk(part, Assign, into_functions=False) if not a.operator for t in a.targets}
        for node in walk(part, Call, Subscript, into_functions=False):
            if (
                id(node) not in stored
                and _refuses(python, node, given, depth)
                and not caught(part, node)
                and not _asked_before(function, node)
            ):
                return node
    return None


def _refuses(python: PythonFacts, node: Call | Subscript, given: frozenset[str], depth: int) -> bool:
    """Whether an expression raises for some values."""
    if isinstance(node, Subscript):
        index = node.items[0]
        if len(node.items) > 1 or isinstance(index, Slice | Constant | Unary) or not isinstance(node.value, Attribute):
            return False
        # What the model holds, asked for something that a request brings.
        if dotted(node.value) is None or not isinstance(index, Name) or index.id not in given:
            return False
        made = python.follow(node.value) or ()
        return not any(isinstance(one, Call) and python.qualified(one.func, at) in _FORGIVING for one, at in made)
    brought = any(_mentions(argument.value, given) for argument in node.arguments)
    if brought and isinstance(node.func, Name | Attribute):
        name = python.qualified(node.func)
        # A number of an array is one; a text may be anything.
        text = any(isinstance(c.func, Attribute) and c.func.attr in _TEXTS for c in walk(node, Call))
        if name in _PARSES or (name in _NUMBERS and text):
            return True
        if isinstance(node.func, Attribute) and node.func.attr in _SEARCHES and len(node.arguments) == 1:
            return True
    called = by_name(python).get((dotted(node.func) or "").rsplit(".", 1)[-1], ())
    if depth == 0 or len(called) != 1 or any(True for _ in called[0].decorators):
        return False
    return risk(python, called[0], called[0].body, depth - 1) is not None


@remembered
def from_request(function: Function) -> frozenset[str]:
    """The names of a function that may hold what a request brought: parameters, and what is worked out from them."""
    found = {p.name for p in function.parameters if p.name not in {"self", "cls"}}
    bindings = list(_bindings(function))
    for _ in range(4):
        before = len(found)
        for target, value in bindings:
            if value is not None and (_mentions(value, found) or _reads(value)):
                found |= {n.id for n in walk(target, Name)}
        if len(found) == before:
            break
    return frozenset(found - {"self", "cls"})


def _bindings(function: Function) -> Iterator[tuple[Expr, Expr | None]]:
    for node in own_nodes(function, Assign, For, With):
        if isinstance(node, Assign):
            # `self.last = x` does not make a request of `self`.
            yield from ((t, node.value) for t in node.targets if not isinstance(t, Attribute | Subscript))
        elif isinstance(node, For):
            counts = isinstance(node.iterable, Call) and dotted(node.iterable.func) == "range"
            if not counts:
                yield node.target, node.iterable
        else:
            yield from ((item.target, item.value) for item in node.items if item.target is not None)


def _reads(value: Expr) -> bool:
    return any(isinstance(c.func, Attribute) and c.func.attr in _READS for c in walk(value, Call))


def _mentions(value: Node, names: Iterable[str]) -> bool:
    return any(node.id in names for node in walk(value, Name))


def caught(part: Node, node: Node) -> bool:
    """Whether a ``try`` within a statement catches what a node in it raises."""
    return any(
        handles(attempt) and any(lies_in(node, s) for s in attempt.body)
        for attempt in walk(part, Try, into_functions=False)
    )


def handles(attempt: Try) -> bool:
    """Whether a ``try`` may catch more than that a queue is empty."""
    for handler in attempt.handlers:
        if handler.type is None:
            return True
        kinds = {dotted(n) for n in walk(handler.type, Name, Attribute)}
        if kinds - _ONLY_QUEUES - {"queue"}:
            return True
    return False


def _asked_before(function: Function, node: Node) -> bool:
    """Whether a condition that a node stands under asks for the same thing: ``if key in self.table``."""
    words = {n.id for n in walk(node, Name)} - {"self"}
    for test in own_nodes(function, If):
        before = (test.span.start or 0) < (node.span.start or 0)
        if before and any(n.id in words for n in walk(test.test, Name)):
            return True
    return False
