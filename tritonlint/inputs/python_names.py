"""What names tell of the values that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tritonlint.inputs.python_tree import Assign, Attribute, Call, Expr, Function, Name, Subscript
from tritonlint.remember import remembered
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts

_COPIES = frozenset({"copy", "astype", "item", "tolist", "strip", "lower"})


class ReadInto(NamedTuple):
    """A name that stands for an input of the request, as it came or as a method or an index gives it."""

    target: Name
    tensor: str
    read: Call
    function: Function


def words_in(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return [word for word in re.split(r"_+", name.lower()) if word]


def words_of_items(name: str) -> set[str]:
    """The words of a name, and those of one of several: ``word`` of ``words``."""
    words = set(words_in(name))
    return words | {word.removesuffix("s") for word in words} | {word.removesuffix("es") for word in words}


def name_of_value(expr: Expr | None) -> str | None:
    """The name of a value, which a copy or some of its items keep."""
    while True:
        if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in _COPIES:
            expr = expr.func.value
        elif isinstance(expr, Subscript):
            expr = expr.value
        else:
            return expr.id if isinstance(expr, Name) else None


@remembered
def inputs_read_into(python: PythonFacts) -> list[ReadInto]:
    """The names that stand for inputs whose name is known."""
    read = {each.call.span: (each.names[0], each.call) for each in python.reads if each.names and len(each.names) == 1}
    found: list[ReadInto] = []
    for statement in python.walk(Assign) if read else ():
        target = statement.targets[0]
        if len(statement.targets) != 1 or not isinstance(target, Name) or statement.operator or not statement.value:
            continue
        known, function = _read_in(statement.value, read), python.function_at(statement)
        if known is not None and function is not None:
            found.append(ReadInto(target, *known, function))
    return found


def _read_in(expr: Expr | None, read: dict[Span, tuple[str, Call]]) -> tuple[str, Call] | None:
    """The read whose result a chain of methods, indices and functions begins with: ``int(read(…).as_numpy()[0])``."""
    while isinstance(expr, Call | Subscript) and expr.span not in read:
        if isinstance(expr, Subscript):
            expr = expr.value
        elif isinstance(expr.func, Attribute) and isinstance(expr.func.value, Call | Subscript):
            expr = expr.func.value
        else:
            expr = expr.argument(0)
    return read.get(expr.span) if expr is not None else None
