"""Where the key is written that a helper looks up."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Clause,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    Lambda,
    Name,
    Node,
    Sequence,
    Subscript,
    last_name,
    lies_in,
)
from tritonlint.source import Span

_STEPS = 8


def key_written(python: PythonFacts, raised: Span, message: str) -> Span | None:
    """Where the key of a ``KeyError`` is written, if what raised it got the key from a call or a loop.

    ``get("size")`` for ``get = lambda name: parameters[name]``; None where the key stands in the look-up itself.
    """
    if not message.startswith("KeyError: '"):
        return None
    key = message.removeprefix("KeyError: ")[1:-1]
    look_up = next((node for node in python.walk(Subscript) if node.span == raised), None)
    if look_up is None or len(look_up.items) != 1 or not isinstance(look_up.items[0], Name):
        return None
    waiting = [look_up.items[0]]
    for _ in range(_STEPS):
        if not waiting:
            break
        for given in _given(python, waiting.pop()):
            if isinstance(given, Constant) and given.value == key:
                return given.span
            if isinstance(given, Name):
                waiting.append(given)
    return None


def _given(python: PythonFacts, name: Name) -> Iterator[Expr]:
    """What a name may stand for: arguments of the calls of its function, items of what a loop goes over."""
    function = python.function_at(name)
    for owner in [one for one in python.walk(Lambda) if lies_in(name, one)] + ([function] if function else []):
        places = [parameter.name for parameter in owner.parameters if parameter.name not in {"self", "cls"}]
        if name.id in places:
            called = owner.name if isinstance(owner, Function) else _name_of(python, owner)
            for reference, call in objects_of(python).uses().get(called or "", ()):
                argument = call.argument(places.index(name.id), name.id) if call.func is reference else None
                if argument is not None:
                    yield argument
            return
    if function is None:
        return
    for loop in own_nodes(function, For, Clause):
        if isinstance(loop.target, Name) and loop.target.id == name.id:
            yield from _items(loop.iterable)


def _name_of(python: PythonFacts, function: Lambda) -> str | None:
    """The name that an anonymous function is given."""
    assign = next((one for one in python.walk(Assign) if one.value is function), None)
    return last_name(assign.targets[0]) if assign is not None else None


def _items(iterable: Node) -> Iterator[Expr]:
    if isinstance(iterable, Sequence):
        yield from iterable.items
    elif isinstance(iterable, Dict):
        yield from (key for key in iterable.keys if key is not None)
