"""A name of pb_utils used before Triton has put it there

## What it does
Reports `pb_utils.Tensor`, `InferenceRequest`, `InferenceResponse`, `Logger`, `TritonError` and the other names from
C++ where they are evaluated while model.py is imported: at module and class level, in default arguments, in
decorators, in annotations that are not quoted, and `from triton_python_backend_utils import Tensor`.

## What happens
Triton attaches these names only after it has imported model.py; the model does not load.

## How to fix
Quote the annotation or add `from __future__ import annotations`; move other uses into a method.

## Source
Facts, python-backend 6.1 (observed for annotations, class attributes, module attributes and from-imports).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Class,
    Compare,
    Comprehension,
    Constant,
    Expression,
    Function,
    If,
    ImportFrom,
    Lambda,
    Node,
    Stmt,
    children,
    dotted,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP008",
    name="pb-utils-name-at-import",
    effect="load-failure",
    server_says=("has no attribute 'Tensor'", "cannot import name 'Tensor'"),
)


def _uses(python: PythonFacts, body: tuple[Stmt, ...]) -> Iterator[tuple[Node, str, bool]]:
    """Names from C++ that importing these statements evaluates, and whether an annotation does."""
    for statement in body:
        if isinstance(statement, If) and _main(statement):
            continue
        if isinstance(statement, ImportFrom) and statement.module == PB_MODULE:
            yield from ((alias, alias.name, False) for alias in statement.names if alias.name in pb_api().injected)
            continue
        yield from _node(python, statement)


def _main(statement: If) -> bool:
    return isinstance(statement.test, Compare) and dotted(statement.test.left) == "__name__"


def _node(python: PythonFacts, node: Node) -> Iterator[tuple[Node, str, bool]]:
    if isinstance(node, Lambda):
        return
    if isinstance(node, Comprehension) and node.kind == "generator":
        # Nothing but its first iterable is evaluated until somebody loops over it.
        yield from _node(python, node.clauses[0].iterable)
        return
    if isinstance(node, Function):
        for part in [*node.decorators, *(p.default for p in node.parameters if p.default is not None)]:
            yield from _node(python, part)
        if not python.future_annotations:
            for annotation in [*(p.annotation for p in node.parameters), node.returns]:
                yield from _annotation(python, annotation)
        return
    if isinstance(node, Class):
        for part in [*node.bases, *node.decorators]:
            yield from _node(python, part)
        yield from _uses(python, node.body)
        return
    if isinstance(node, Assign) and node.annotation is not None:
        if not python.future_annotations:
            yield from _annotation(python, node.annotation)
        if node.value is not None:
            yield from _node(python, node.value)
        return
    if isinstance(node, ImportFrom) and node.module == PB_MODULE:
        yield from _uses(python, (node,))
        return
    if isinstance(node, Attribute):
        name = python.pb_name(node)
        if name in pb_api().injected:
            yield node, name, False
            return
    for child in children(node):
        yield from _node(python, child)


def _may_be_early(python: PythonFacts) -> bool:
    """Whether such a name stands anywhere else than in the body of a function, as nearly all do."""
    if any(node.module == PB_MODULE for node in python.walk(ImportFrom)):
        return True
    names = pb_api().injected
    return any(node.attr in names and not _in_body(python, node) for node in python.walk(Attribute))


def _in_body(python: PythonFacts, node: Node) -> bool:
    function = python.function_at(node)
    return function is not None and (node.span.start or 0) >= (function.body[0].span.start or 0)


def _annotation(python: PythonFacts, annotation: Node | None) -> Iterator[tuple[Node, str, bool]]:
    if annotation is not None:
        yield from ((node, name, True) for node, name, _ in _node(python, annotation))


def check(python: PythonFacts) -> Iterator[Problem]:
    if not _may_be_early(python):
        return
    places = [
        (node, name, annotation)
        for node, name, annotation in _uses(python, python.body)
        if not guarded(python.body, node)
    ]
    if not places:
        return
    first, name, _ = places[0]
    fix = None
    if all(annotation for _, _, annotation in places):
        body = [s for s in python.body if not (isinstance(s, Expression) and isinstance(s.value, Constant))]
        at = body[0].span.start if body else 0
        text = f"from __future__ import annotations{python.newline}{python.newline}"
        fix = Fix("evaluate no annotation", (Edit(Span(python.path, at, at), text),))
    yield Problem(
        first.span,
        f"`{name}` is evaluated while model.py is imported, when triton_python_backend_utils does not have it yet",
        help="add `from __future__ import annotations`, or quote the annotation"
        if fix
        else f"use `pb_utils.{name}` inside a method",
        related=tuple(Related(node.span, f"`{other}` here too") for node, other, _ in places[1:]),
        fix=fix,
        key=name,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests: "list", error=None) -> list[pb_utils.InferenceResponse]:
#                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP008
        return [pb_utils.InferenceResponse([], error) for request in requests]
-- fixed: add/1/model.py --
from __future__ import annotations

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests: "list", error=None) -> list[pb_utils.InferenceResponse]:
        return [pb_utils.InferenceResponse([], error) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from triton_python_backend_utils import InferenceResponse
#                                       ^^^^^^^^^^^^^^^^^ TLP008


class TritonPythonModel:
    def execute(self, requests, error=None):
        return [InferenceResponse([], error) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from __future__ import annotations

from typing import TYPE_CHECKING

import triton_python_backend_utils as pb_utils

if TYPE_CHECKING:
    from triton_python_backend_utils import Tensor


class TritonPythonModel:
    def execute(self, requests) -> list[pb_utils.InferenceResponse]:
        tensors = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in tensors]
""",
    """\
-- generator_type/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- generator_type/1/model.py --
import triton_python_backend_utils as pb_utils
import functools, contextlib

with contextlib.suppress(AttributeError):
    Kind = pb_utils.Tensor
LAZY = (pb_utils.Tensor(n, a) for n, a in [])


@functools.lru_cache(maxsize=None)
def kinds():
    return {"t": pb_utils.Tensor}


Error = hasattr(pb_utils, "TritonError") and pb_utils.TritonError
Other = pb_utils.TritonError if hasattr(pb_utils, "TritonError") else None


class TritonPythonModel:
    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [kinds()["t"]("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
