"""Edits of a model.py that keep its formatting: new lines before and after statements."""

from __future__ import annotations

from tritonlint.finding import Edit
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_tree import Flow, For, Handler, Stmt
from tritonlint.source import Span


def pb_alias(python: PythonFacts) -> str | None:
    """The name by which the file's functions reach triton_python_backend_utils, or None."""
    for name, bindings in python.frames[0].bindings.items():
        imported = [binding for binding in bindings if binding.kind == "import"]
        # `pb_utils = None` stands for it where there is no Triton.
        others = [binding for binding in bindings if binding.kind not in {"import", "value"}]
        if len(imported) == 1 and imported[0].target == PB_MODULE and not others:
            return name
    return None


def indent_of(python: PythonFacts, statement: Stmt) -> str | None:
    """The white space before a statement; None when something else stands before it on its line."""
    start = statement.span.start or 0
    line = python.text.rfind("\n", 0, start) + 1
    before = python.text[line:start]
    return None if before.strip() else before


def insert_before(python: PythonFacts, statement: Stmt, *lines: str) -> Edit | None:
    """Lines (indented relative to the statement) before a statement; None when it shares its line."""
    indent = indent_of(python, statement)
    if indent is None:
        return None
    start = statement.span.start
    return Edit(Span(python.path, start, start), "".join(f"{line}{python.newline}{indent}" for line in lines))


def insert_after(python: PythonFacts, statement: Stmt, *lines: str) -> Edit | None:
    """Lines (indented relative to the statement) after a statement; None when it shares its lines."""
    indent = indent_of(python, statement)
    end = statement.span.end or 0
    rest = python.text[end : python.line_end(end)].strip()
    if indent is None or (rest and not rest.startswith("#")):
        return None
    at = python.line_end(end)
    if python.text[at - 1 : at] == "\r":
        at -= 1
    return Edit(Span(python.path, at, at), "".join(f"{python.newline}{indent}{line}" for line in lines))


def append_error(python: PythonFacts, handler: Handler, name: str) -> tuple[Edit, ...]:
    """Edits that answer the request of a handler with its error; empty when that is not possible."""
    pb = pb_alias(python)
    if pb is None or handler.type is None:
        return ()
    error = handler.name or "error"
    line = f"{name}.append({pb}.InferenceResponse([], {pb}.TritonError(str({error}))))"
    last = handler.body[-1]
    if isinstance(last, Flow) and last.keyword == "pass":
        edit: Edit | None = Edit(last.span, line)
    elif isinstance(last, Flow):
        edit = insert_before(python, last, line)
    else:
        edit = insert_after(python, last, line)
    if edit is None:
        return ()
    end = handler.type.span.end
    named = () if handler.name else (Edit(Span(python.path, end, end), f" as {error}"),)
    return (*named, edit)


def answer_errors_of_loop(python: PythonFacts, loop: For, name: str) -> tuple[Edit, ...]:
    """Edits that put a loop's body into a ``try`` whose handler appends an error response; empty when not possible."""
    pb = pb_alias(python)
    outer, inner = indent_of(python, loop), indent_of(python, loop.body[0])
    if pb is None or outer is None or inner is None or not inner.startswith(outer) or inner == outer:
        return ()
    start = (loop.body[0].span.start or 0) - len(inner)
    end = python.line_end(loop.body[-1].span.end or 0)
    body = python.text[start:end].rstrip("\r")
    # More white space would change what stands in a string over several lines.
    if any(mark in body for mark in ('"""', "'''", "\\\n")) or "\t" in inner:
        return ()
    unit = inner[len(outer) :]
    lines = [f"{unit}{line}" if line.strip() else line for line in body.split("\n")]
    newline = python.newline
    handler = f"{name}.append({pb}.InferenceResponse([], {pb}.TritonError(str(error))))"
    text = f"{inner}try:{newline}" + "\n".join(lines)
    text += f"{newline}{inner}except Exception as error:{newline}{inner}{unit}{handler}"
    return (Edit(Span(python.path, start, start + len(body)), text),)
