"""Tensors that are taken out of a list by their place in it, though nothing promises that place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Starred,
    Subscript,
    Unary,
    dotted,
    lies_in,
    walk,
)

_KEEP_ORDER = frozenset({"list", "tuple", "iter"})
_SYMMETRIC = frozenset({"+", "*", "&", "|", "^"})
_SYMMETRIC_CALLS = frozenset(
    {
        "maximum", "minimum", "add", "multiply", "logical_and", "logical_or", "dot", "vdot", "inner", "allclose",
        "array_equal", "hypot", "fmax", "fmin", "equal", "not_equal", "isclose",
    }
)  # fmt: skip
_NO_ORDER = re.compile(
    r"\babs|square\(|\*\* ?2|norm\(|dot\(|\binner\(|corr|close\(|equal\(|max\w*\(|min\w*\(|hypot|==|!=|cosine|dist"
)
"""What is often done with two things of which none is the first one."""
_LOOKS = frozenset({"shape", "dtype", "size", "ndim", "triton_dtype"})
_REDUCE = frozenset(
    {"sum", "mean", "max", "min", "any", "all", "prod", "sort", "sorted", "median", "std", "var", "unique"}
)
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
    asks = any(isinstance(call.func, Attribute) and call.func.attr == "name" for call in python.walk(Call))
    if asks or "methodcaller" in python.identifiers or "Tensor.name" in python.text:
        return
    yield from _numbered(python, method)
    for node in python.walk(Assign, For):
        if isinstance(node, Assign):
            target = node.targets[0] if len(node.targets) == 1 and not node.operator else None
            if not isinstance(target, Sequence) or any(isinstance(item, Starred) for item in target.items):
                continue  # Those behind the first are all alike.
            if len(target.items) > 1 and node.value is not None:
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
    alike = [n.value for n in python.walk(Attribute) if n.attr in _LOOKS]
    alike += [n for n in python.walk(Compare) if set(n.operators) <= {"==", "!="}]
    alike += [n for n in python.walk(Binary) if n.operator in _SYMMETRIC and _are_alike(python, n.left, n.right)]
    for node, asked in _subscripts(python, method):
        # What is only compared, or asked for its shape, may be any of them.
        if any(lies_in(node, one) for one in alike):
            continue
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
        if asked is not None and not _takes_any_order(python, call):
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
        if asked is not None and python.qualified(call.func) in _JOINS and not _is_reduced(python, call):
            yield Taken(call, asked, ())


def _are_alike(python: PythonFacts, left: Expr, right: Expr) -> bool:
    """Whether the same is done to two places."""
    one, other = ([n for n in walk((side,), Subscript) if _is_place(n)] for side in (left, right))
    if len(one) != 1 or len(other) != 1:
        return False
    return python.source(left).replace(python.source(one[0]), python.source(other[0])) == python.source(right)


def _takes_any_order(python: PythonFacts, call: Call) -> bool:
    """Whether a function may be one for which all its arguments are the same."""
    name = dotted(call.func) or ""
    if name in {"print", "max", "min", "set"} or name.rpartition(".")[2] in _SYMMETRIC_CALLS | _LOOKS:
        return True
    called = called_function(python, call)
    return called is not None and any(parameter.kind == "star" for parameter in called.parameters)


def _is_reduced(python: PythonFacts, joined: Call) -> bool:
    """Whether an array that was joined is added up, sorted or the like."""
    function = python.function_at(joined)
    names = {
        dotted(target)
        for assign in python.walk(Assign)
        if assign.value is not None and lies_in(joined, assign.value)
        for target in assign.targets
    } - {None}
    for call in python.walk(Call):
        if (dotted(call.func) or python.source(call.func)).rpartition(".")[2] not in _REDUCE:
            continue
        if lies_in(joined, call):
            return True
        if python.function_at(call) is function and any(dotted(n) in names for n in walk((call,), Name, Attribute)):
            return True
    return False


_JOINED = frozenset(name.rpartition(".")[2] for name in _JOINS)


def _asked(python: PythonFacts, expr: Expr, method: str, steps: int = 0) -> Call | None:
    """The call whose list an expression is, or whose items it has in their order."""
    found = python.follow(expr) if isinstance(expr, Name | Attribute) else [(expr, python.frame_at(expr))]
    source = found[0][0] if found and len(found) == 1 else None
    if isinstance(expr, Name | Attribute) and f"{dotted(expr)}.sort(" in python.text:
        return None
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
    compared = [n for n in walk(function.body, Compare) if _compares_looks(python, n, first, second)]

    def compares(node: Node) -> bool:
        return any(lies_in(node, one) for one in compared)

    uses = {name: [n for n in walk(function.body, Name) if n.id == name and not compares(n)] for name in names}
    again = [n for n in walk(function.body, Assign) if n is not assign]
    if any({dotted(t) for t in walk(n.targets, Name)} & set(names) for n in again):
        return True  # Swapped when they came the other way round.
    looks = [n for n in walk(function.body, Attribute) if n.attr in _LOOKS and dotted(n.value) in names]
    if not all(compares(n) for n in looks):
        return True  # Told apart by what they are like.
    behind = python.text[assign.span.end : function.span.end]
    for one in compared:
        behind = behind.replace(python.source(one), "")
    if compared and any(_is_symmetric_call(python, call, first, second) for call in walk(function.body, Call)):
        return True
    if len(uses[first]) == len(uses[second]) and _NO_ORDER.search(behind):
        return True
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


def _compares_looks(python: PythonFacts, node: Compare, first: str, second: str) -> bool:
    """``a.shape != b.shape``: this asks whether they are alike, not which is which."""
    if len(node.rights) != 1 or node.operators[0] not in {"==", "!="}:
        return False
    left, right = (side if isinstance(side, Attribute) else None for side in (node.left, node.rights[0]))
    if left is None or right is None or left.attr != right.attr or left.attr not in _LOOKS:
        return False
    return {dotted(left.value), dotted(right.value)} == {first, second}


def _is_symmetric_call(python: PythonFacts, call: Call, first: str, second: str) -> bool:
    """Whether two names are handed to a function of the file that may not tell them apart."""
    given = [dotted(argument.value) for argument in call.arguments]
    if first not in given or second not in given:
        return False
    called = called_function(python, call)
    if called is None:
        return False
    places = [given.index(name) for name in (first, second)]
    keywords = [call.arguments[place].keyword for place in places]
    bound = isinstance(call.func, Attribute) and "staticmethod" not in called.decorator_names
    own = called.positional[1:] if bound else called.positional
    if any(place >= len(own) and not keyword for place, keyword in zip(places, keywords, strict=True)):
        return True
    inner = [keyword or own[place].name for place, keyword in zip(places, keywords, strict=True)]
    one, other = (sum(n.id == name for n in walk(called.body, Name)) for name in inner)
    return one == other and _NO_ORDER.search(python.text[called.span.start : called.span.end]) is not None
