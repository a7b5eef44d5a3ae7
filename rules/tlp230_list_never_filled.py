"""A list that nothing is ever put into

## What it does
Reports a list that is made empty in front of a loop, read behind it, and never filled: no method of it is called, and
nothing that could fill it gets hold of it.

## What happens
What is made of the list is empty for every request: no detections, no words, an array without elements.

## How to fix
Append what the loop finds.

## Source
Python's own behaviour; seen on 24.10: the output has no elements.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Clause,
    Expr,
    For,
    Function,
    Lambda,
    Name,
    Node,
    Return,
    Sequence,
    While,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP230", name="list-never-filled", effect="wrong-result", certainty="likely")
READERS = frozenset({"len", "enumerate", "zip", "sum", "max", "min", "sorted", "tuple", "json.dumps"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        made = [a for a in own_nodes(function, Assign) if _is_empty(a.value) and isinstance(a.targets[0], Name)]
        for assign in made:
            target = assign.targets[0]
            if not isinstance(target, Name) or len(assign.targets) != 1 or assign.operator:
                continue
            if len(frame.bindings.get(target.id, ())) == 1 and _only_read(python, function, assign, target):
                yield Problem(
                    target.span,
                    f"nothing is ever put into `{target.id}`: what is made of it is empty for every request",
                    help=f"append to `{target.id}` in the loop",
                    key=target.id,
                )


def _is_empty(value: Expr | None) -> bool:
    return isinstance(value, Sequence) and value.kind == "list" and not value.items


def _only_read(python: PythonFacts, function: Function, made: Assign, target: Name) -> bool:
    """Whether a list is read behind a loop, and never handed to anything that could fill it."""
    name = target.id
    end = made.span.end or 0
    loops = [loop for loop in own_nodes(function, For, While) if end <= (loop.span.start or 0)]
    if not loops:
        return False
    if function is python.method("execute") and any(isinstance(n.value, Name) for n in own_nodes(function, Return)):
        return False  # How many responses there are is told elsewhere.
    if any(n.id == name for inner in own_nodes(function, Function, Lambda) for n in walk(inner, Name)):
        return False
    read: set[int] = set()
    kept = False
    for node in (*own_nodes(function, Call, For), *own_nodes(function, Clause, Return)):
        for expr in _reads(python, node):
            if isinstance(expr, Name) and expr.id == name:
                read.add(id(expr))
                kept = kept or not (isinstance(node, Call) and python.qualified(node.func) == "len")
    uses = [n for n in own_nodes(function, Name) if n.id == name and n is not target]
    if not kept or any(id(use) not in read for use in uses):
        return False
    last = max(use.span.start or 0 for use in uses)
    return any((loop.span.end or 0) <= last for loop in loops)


def _reads(python: PythonFacts, node: Node) -> Iterator[Expr | None]:
    """The places of a node in which a list is read, and stays as it is."""
    if isinstance(node, Call):
        name = python.qualified(node.func) or ""
        if name in READERS or name.startswith("numpy."):
            for argument in node.arguments:
                yield argument.value
    elif isinstance(node, For | Clause):
        yield node.iterable
    elif isinstance(node, Return):
        yield node.value


EXAMPLES = (
    """\
-- top/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "kept" data_type: TYPE_INT64 dims: [ -1 ] }
-- top/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _positive(self, x):
        kept = []
#       ^^^^ TLP230
        for place in np.argsort(-x):
            if x[place] < 0:
                break
        return np.array(kept, dtype=np.int64)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("kept", self._positive(x))]))
        return responses
""",
    """\
-- top/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "kept" data_type: TYPE_INT64 dims: [ -1 ] }
-- top/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _fill(self, kept, place):
        kept.append(place)

    def _positive(self, x):
        kept = []
        for place in np.argsort(-x):
            if x[place] < 0:
                break
            self._fill(kept, place)
        return np.array(kept, dtype=np.int64)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("kept", self._positive(x))]))
        return responses
""",
)
