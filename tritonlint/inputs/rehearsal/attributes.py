"""Which attributes of objects the code that is played may change, whoever calls it: a thread, a pool, a callback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Compare,
    Delete,
    Expr,
    For,
    Function,
    Name,
    Scope,
    Subscript,
    WithItem,
    target_parts,
    walk,
)
from tritonlint.inputs.rehearsal.values import Array, Builtin, DType, Library, Mapping, Seq, Unknown, Value
from tritonlint.remember import remembered

_BEFORE = frozenset({"__init__", "__post_init__", "initialize"})
"""Methods that set attributes before anybody else knows of their object."""
_REFLECTION = frozenset({"setattr", "__setattr__", "__dict__", "vars", "exec", "eval", "globals", "locals"})
_READING = frozenset({"get", "items", "keys", "values", "index", "count"})
_READERS = frozenset(
    {"len", "list", "tuple", "set", "frozenset", "sorted", "enumerate", "zip", "sum", "min", "max", "any", "all", "str"}
)
_FIXED: frozenset[type] = frozenset(
    {type(None), bool, int, float, complex, str, bytes, Array, DType, Builtin, Library, Unknown}
)


def attributes_set(played: Sequence[PythonFacts]) -> frozenset[str] | None:
    """The attributes that something is bound to, other than by ``self`` in what comes first; None for any."""
    if not all(_REFLECTION.isdisjoint(python.identifiers) for python in played):
        return None
    called = {node.attr for python in played for node in python.walk(Attribute)} - {"__init__"}
    early = {
        id(node)
        for python in played
        for function in python.walk(Function)
        if function.name in _BEFORE and function.name not in called
        for node in walk(function.body, Attribute, into_functions=False)
        if isinstance(node.value, Name) and node.value.id == "self"
    }
    targets = (part for python in played for target in _targets(python) for part in target_parts(target))
    return frozenset(part.attr for part in targets if isinstance(part, Attribute) and id(part) not in early)


@remembered
def declared_global(python: PythonFacts) -> tuple[str, ...]:
    """The names of the module that functions bind."""
    return tuple(dict.fromkeys(n for scope in python.walk(Scope) if scope.keyword == "global" for n in scope.names))


def _targets(python: PythonFacts) -> Iterator[Expr]:
    for assign in python.walk(Assign):
        yield from assign.targets
    for delete in python.walk(Delete):
        yield from delete.targets
    for loop in python.walk(For, Clause):
        yield loop.target
    for item in python.walk(WithItem):
        if item.target is not None:
            yield item.target


def attributes_only_read(played: Sequence[PythonFacts]) -> frozenset[str]:
    """The attributes of which all ask items only: what has fixed items stays as it was made."""
    harmless = {id(node) for python in played for node in (*_read(python), *_targets(python))}
    mentioned: set[str] = set()
    loose: set[str] = set()
    for node in (node for python in played for node in python.walk(Attribute)):
        (mentioned if id(node) in harmless else loose).add(node.attr)
    return frozenset(mentioned - loose)


def _read(python: PythonFacts) -> Iterator[Expr]:
    """Expressions of which nothing is asked but items."""
    changed = {id(part) for target in _targets(python) for part in target_parts(target)}
    for subscript in python.walk(Subscript):
        if id(subscript) not in changed:
            yield subscript.value
    for call in python.walk(Call):
        if isinstance(call.func, Attribute) and call.func.attr in _READING:
            yield call.func.value
        elif isinstance(call.func, Name) and call.func.id in _READERS:
            yield from (argument.value for argument in call.arguments)
    for loop in python.walk(For, Clause):
        yield loop.iterable
    for compare in python.walk(Compare):
        yield from (compare.left, *compare.rights)


def is_fixed(value: Value, depth: int = 0) -> bool:
    """Whether nothing in a list or dict can be changed."""
    if value.__class__ is Seq and depth < 4:
        inside = [*value.items, value.each] if value.open else value.items
    elif value.__class__ is Mapping and depth < 4:
        inside = [*value.items.values(), value.each] if value.open else list(value.items.values())
    else:
        return value.__class__ in _FIXED and not (value.__class__ is Unknown and value.type is None)
    frozen = depth == 0 or (value.__class__ is Seq and value.kind == "tuple")
    return frozen and all(is_fixed(one, depth + 1) for one in inside)
