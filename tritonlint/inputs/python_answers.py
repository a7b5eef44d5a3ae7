"""Where the responses of execute come from: functions that it hands the requests to, and those that make a response."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import checked_for_none, is_generator, own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Comprehension,
    Expr,
    Function,
    Name,
    Sequence,
    Starred,
    dotted,
)
from tritonlint.remember import remembered


@remembered
def answering_functions(python: PythonFacts) -> tuple[Function, ...]:
    """execute, and the methods whose value it returns and that get ``requests`` as their first argument."""
    execute = python.method("execute")
    if execute is None or len(execute.positional) < 2:
        return ()
    found = [execute]
    own = python.self_name(python.frame_of(execute))
    name = execute.positional[1].name
    for statement in returns(execute):
        method = _method(python, statement.value, own)
        if method is None or method in found or is_generator(method) or len(method.positional) < 2:
            continue
        call = statement.value.value if isinstance(statement.value, Await) else statement.value
        first = call.argument(0) if isinstance(call, Call) else None
        if isinstance(first, Name) and first.id == name:
            found.append(method)
    return tuple(found)


def response_makers(python: PythonFacts, function: Function) -> Iterator[tuple[Function, Call]]:
    """Methods whose value becomes an element of the list that a function returns, each with such a call."""
    own = python.self_name(python.frame_of(function))
    for written in elements(function):
        element = written
        sources = python.follow(element) if isinstance(element, Name) else None
        if isinstance(element, Name) and sources is not None and len(sources) == 1:
            if checked_for_none(function, element.id):
                continue
            element = sources[0][0]
        method = _method(python, element, own)
        call = element.value if isinstance(element, Await) else element
        if method is not None and isinstance(call, Call):
            yield method, call


def elements(function: Function) -> Iterator[Expr]:
    """What a function puts into the lists that it returns, one expression for each place."""
    names = {s.value.id for s in returns(function) if isinstance(s.value, Name)}
    for statement in returns(function):
        if statement.value is not None:
            yield from _of_list(statement.value)
    for node in own_nodes(function, Call, Assign):
        if isinstance(node, Call):
            method = node.func.attr if isinstance(node.func, Attribute) and len(node.arguments) == 1 else ""
            if method in {"append", "extend"} and isinstance(node.func, Attribute) and dotted(node.func.value) in names:
                given = node.arguments[0].value
                yield from (given,) if method == "append" else _of_list(given)
        elif isinstance(node.value, Sequence | Comprehension) and any(dotted(t) in names for t in node.targets):
            yield from _of_list(node.value)


def _of_list(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Sequence) and expr.kind == "list":
        yield from (item for item in expr.items if not isinstance(item, Starred))
    elif isinstance(expr, Comprehension) and expr.kind == "list" and len(expr.elements) == 1:
        yield expr.elements[0]


def _method(python: PythonFacts, expr: Expr | None, own: str | None) -> Function | None:
    """The method of the model that an expression calls on the model itself, plain and not replaced."""
    if isinstance(expr, Await):
        expr = expr.value
    if not isinstance(expr, Call) or not isinstance(expr.func, Attribute) or own is None:
        return None
    if dotted(expr.func.value) != own:
        return None
    method = python.method(expr.func.attr)
    replaced = any(binding.kind != "function" for binding, _ in python.attributes.get(expr.func.attr, ()))
    return None if method is None or method.decorators or replaced else method
