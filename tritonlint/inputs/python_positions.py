"""Tensors that are taken out of a list by their place in it, though nothing promises that place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    Unary,
    dotted,
    walk,
)

_KEEP_ORDER = frozenset({"list", "tuple", "iter"})
_SYMMETRIC = frozenset({"+", "*", "&", "|", "^"})
_SYMMETRIC_CALLS = frozenset({"maximum", "minimum", "add", "multiply", "logical_and", "logical_or"})
_JOINS = frozenset(f"numpy.{n}" for n in ("concatenate", "hstack", "vstack", "stack", "column_stack", "dstack"))


@dataclass(frozen=True, slots=True)
class Taken:
    """Where places matter; ``asked`` is the call that gave the list.

    ``names`` are those that get the items, one after the other, if they are names.
    """

    node: Node
    asked: Call
    names: tuple[str, ...]


def by_position(python: PythonFacts, method: str) -> Iterator[Taken]:
    """Uses of ``x.inputs()`` or ``x.output_tensors()`` in which it matters which tensor stands where.

    Silent in files that ask tensors for their names: they know what they have.
    """
    if any(isinstance(call.func, Attribute) and call.func.attr == "name" for call in python.walk(Call)):
        return
    yield from _numbered(python, method)
    for node in python.walk(Assign, For):
        if isinstance(node, Assign):
            target = node.targets[0] if len(node.targets) == 1 and not node.operator else None
            if isinstance(target, Sequence) and len(target.items) > 1 and node.value is not None:
                asked = _asked(python, node.value, method)
                if asked is not None and not _is_symmetric(python, node, target):
                    yield Taken(node, asked, tuple(dotted(item) or "" for item in target.items))
        else:
            yield from _zipped(python, node.iterable, method)
    for comprehension in python.walk(Comprehension):
        for clause in comprehension.clauses:
            yield from _zipped(python, clause.iterable, method)
    for call in python.walk(Call):
        yield from _handed(python, call, method)


def _numbered(python: PythonFacts, method: str) -> Iterator[Taken]:
    """``request.inputs()[1]``, where another number is used, too: what one alone asks for may be true of all."""
    found: dict[Function | None, dict[str, tuple[Subscript, Call]]] = {}
    for node, asked in _subscripts(python, method):
        found.setdefault(python.function_at(node), {}).setdefault(python.source(node.items[0]), (node, asked))
    for nodes in found.values():
        if len(nodes) > 1:
            yield Taken(*next(iter(nodes.values())), ())


def _subscripts(python: PythonFacts, method: str) -> list[tuple[Subscript, Call]]:
    pairs = ((node, _asked(python, node.value, method)) for node in python.walk(Subscript) if _is_place(node))
    return [(node, asked) for node, asked in pairs if asked is not None]


def _zipped(python: PythonFacts, iterable: Expr, method: str) -> Iterator[Taken]:
    """``for name, tensor in zip(names, request.inputs())``."""
    if not isinstance(iterable, Call) or dotted(iterable.func) != "zip" or len(iterable.arguments) < 2:
        return
    for argument in iterable.arguments:
        asked = _asked(python, argument.value, method)
        if asked is not None:
            yield Taken(iterable, asked, ())


def _handed(python: PythonFacts, call: Call, method: str) -> Iterator[Taken]:
    """``f(*request.inputs())``, ``dict(zip(names, request.inputs()))``, ``np.concatenate([… for t in …])``."""
    for argument in call.arguments:
        asked = _asked(python, argument.value, method) if argument.star == "*" else None
        if asked is not None and dotted(call.func) not in {"print", "max", "min", "set"}:
            yield Taken(call, asked, ())
    if dotted(call.func) == "dict" and len(call.arguments) == 1:
        zipped = call.arguments[0].value
        if isinstance(zipped, Call) and dotted(zipped.func) == "zip":
            for argument in zipped.arguments:
                asked = _asked(python, argument.value, method)
                if asked is not None:
                    yield Taken(zipped, asked, ())
    if len(call.arguments) >= 1 and isinstance(call.func, Attribute) and call.func.attr in _JOINED:
        asked = _asked(python, call.arguments[0].value, method)
        if asked is not None and python.qualified(call.func) in _JOINS:
            yield Taken(call, asked, ())


_JOINED = frozenset(name.rpartition(".")[2] for name in _JOINS)


def _asked(python: PythonFacts, expr: Expr, method: str, steps: int = 0) -> Call | None:
    """The call whose list an expression is, or whose items it has in their order."""
    found = python.follow(expr) if isinstance(expr, Name | Attribute) else [(expr, python.frame_at(expr))]
    source = found[0][0] if found and len(found) == 1 else None
    if steps > 4 or source is None:
        return None
    if isinstance(source, Comprehension):
        one = len(source.clauses) == 1 and source.kind in {"list", "generator"} and not source.clauses[0].conditions
        return _asked(python, source.clauses[0].iterable, method, steps + 1) if one else None
    if not isinstance(source, Call):
        return None
    if isinstance(source.func, Attribute) and source.func.attr == method and not source.arguments:
        return source
    name = dotted(source.func)
    if name in _KEEP_ORDER and len(source.arguments) == 1:
        return _asked(python, source.arguments[0].value, method, steps + 1)
    if name == "map" and len(source.arguments) == 2:
        return _asked(python, source.arguments[1].value, method, steps + 1)
    return None


def _is_place(node: Subscript) -> bool:
    """Whether a subscript is one number."""
    item = node.items[0] if len(node.items) == 1 else None
    if isinstance(item, Unary) and item.operator == "-":
        item = item.operand
    return isinstance(item, Constant) and isinstance(item.value, int)


def _is_symmetric(python: PythonFacts, assign: Assign, target: Sequence) -> bool:
    """Whether two names are only ever used on both sides of an operation that does not tell them apart."""
    function = python.function_at(assign)
    names = [item.id for item in target.items if isinstance(item, Name)]
    if function is None or len(names) != 2 or len(names) != len(target.items):
        return False
    first, second = names
    uses = {name: [n for n in walk(function.body, Name) if n.id == name] for name in names}
    if any(len(found) != 2 for found in uses.values()):
        return False

    def holds(expr: Expr, name: str) -> bool:
        return any(inner.id == name for inner in walk((expr,), Name))

    pairs = [(n.left, n.right) for n in walk(function.body, Binary) if n.operator in _SYMMETRIC]
    pairs += [
        (n.arguments[0].value, n.arguments[1].value)
        for n in walk(function.body, Call)
        if isinstance(n.func, Attribute) and n.func.attr in _SYMMETRIC_CALLS and len(n.arguments) == 2
    ]
    return any(
        python.source(left).replace(first, second) == python.source(right)
        or python.source(right).replace(first, second) == python.source(left)
        for left, right in pairs
        if (holds(left, first) and holds(right, second)) or (holds(left, second) and holds(right, first))
    )
