"""What people say in a model.py: its comments and docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.inputs.python_tree import Class, Constant, Expression, Function, Stmt

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts


def remarks(python: PythonFacts, function: Function | None = None) -> str:
    """The comments and docstrings of a function, or of the whole file; a `#` in a text counts as a comment."""
    text = python.text if function is None else python.text[function.span.start : function.span.end]
    said = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    bodies: list[tuple[Stmt, ...]] = [function.body] if function is not None else [tuple(python.body)]
    if function is None:
        bodies += [node.body for node in python.walk(Function)] + [node.body for node in python.walk(Class)]
    for body in bodies:
        first = body[0] if body else None
        if isinstance(first, Expression) and isinstance(first.value, Constant) and isinstance(first.value.value, str):
            said.append(first.value.value)
    return "\n".join(said)
