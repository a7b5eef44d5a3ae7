"""The same answer for every request of a batch

## What it does
Reports responses that are made for each request of a batch without anything of that request in them: `[response] *
len(requests)`, `[pb_utils.InferenceResponse([out]) for _ in requests]`, and a loop that appends the same. Only where
execute reads inputs and Triton may batch; error responses are left out. Silent where execute compares the number of
requests: one alone may have its answer so.

## What happens
Every client of the batch gets the same result, with status OK: that of one request, or of all of them together.

## How to fix
Split the result of the batch by requests, and give each response its own part.

## Source
Facts, python-backend 6.4: response number i goes to request number i. Seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import numbers_of_requests, own_nodes, request_loops, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Binary,
    Call,
    Compare,
    Comprehension,
    Expr,
    Expression,
    For,
    Function,
    If,
    Name,
    Sequence,
    Starred,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP222", name="same-answer-for-every-request", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or effective.decoupled is not False or uses_sender(python):
        return
    if not may_batch(effective) or not any(
        read.function is not None and read.function.span == execute.span for read in python.reads
    ):
        return
    if _counts_requests(execute):
        return
    for expr in (s.value for s in returns(execute) if s.value is not None):
        for source, _ in python.follow(expr) or ():
            yield from _list(python, execute, source)
    names = {s.value.id for s in returns(execute) if isinstance(s.value, Name)}
    for loop in request_loops(execute):
        for statement in loop.body:
            call = statement.value if isinstance(statement, Expression) else None
            if not isinstance(call, Call) or not call.arguments:
                continue
            name = dotted(call.func) or ""
            if name.removesuffix(".append") not in names or not name.endswith(".append"):
                continue
            if not _depends(python, loop, call.arguments[0].value) and _answers(python, call.arguments[0].value):
                yield _problem(call.arguments[0].value, loop)


def _counts_requests(execute: Function) -> bool:
    """Whether a condition compares how many requests there are."""
    numbers = numbers_of_requests(execute)
    compared = (asked for node in own_nodes(execute, If, Assert) for asked in walk((node.test,), Compare))
    return any(name.id in numbers for asked in compared for name in walk(asked, Name))


def _problem(expr: Expr, loop: For | None) -> Problem:
    return Problem(
        expr.span,
        "nothing of the single request is in this response: every client of a batch gets the same result",
        help="give each response its own part of the result",
        related=(Related(loop.header, "the loop over the requests"),) if loop is not None else (),
        key="same",
    )


def _list(python: PythonFacts, execute: Function, expr: Expr) -> Iterator[Problem]:
    if isinstance(expr, Binary) and expr.operator == "*" and isinstance(expr.left, Sequence):
        items = expr.left.items
        if len(items) == 1 and not isinstance(items[0], Starred) and _answers(python, items[0]):
            yield _problem(expr, None)
    elif isinstance(expr, Comprehension) and expr.kind == "list" and len(expr.clauses) == 1:
        clause = expr.clauses[0]
        over = clause.iterable
        counted = isinstance(over, Call) and dotted(over.func) == "range"
        if not python.is_request_list(over) and not counted:
            return
        bound = {n.id for n in walk(clause.target, Name)}
        used = {n.id for n in walk(expr.elements[0], Name)}
        if not bound & used and _answers(python, expr.elements[0]):
            yield _problem(expr.elements[0], None)


def _answers(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression is a response with outputs that are names, not made anew by a call, and no error."""
    for source, where in python.follow(expr) or ():
        if not isinstance(source, Call) or python.pb_name(source.func, where) != "InferenceResponse":
            return False
        made = next((r for r in python.responses if r.call.span == source.span), None)
        if made is None or made.has_error or not made.outputs or not made.complete:
            return False
        # A call may give something else each time: the next item of an iterator, a random number.
        if any(isinstance(w.value, Call) and not _plain(python, w.value) for w in made.outputs):
            return False
    return bool(python.follow(expr))


def _plain(python: PythonFacts, call: Call) -> bool:
    return (python.qualified(call.func) or "").startswith("numpy.") or dotted(call.func) is None


def _depends(python: PythonFacts, loop: For, expr: Expr) -> bool:
    """Whether an expression uses a name that an iteration of the loop binds, or something that it changes."""
    bound = {n.id for n in walk(loop.target, Name)}
    bound |= {n.id for a in walk(loop.body, Assign) for target in a.targets for n in walk(target, Name)}
    bound |= {n.id for inner in walk(loop.body, For) for n in walk(inner.target, Name)}
    pending = [n.id for n in walk(expr, Name)]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in bound:
            return True
        if name not in seen:
            seen.add(name)
            if any(
                isinstance(c, Call) and dotted(c.func) in {f"{name}.append", f"{name}.pop"}
                for c in walk(loop.body, Call)
            ):
                return True
    return any(isinstance(n, Call) and dotted(n.func) in {"next", "iter"} for n in walk(loop.body, Call))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        result = pb_utils.Tensor("y", np.concatenate(arrays))
        return [pb_utils.InferenceResponse([result]) for _ in requests]
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP222
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return [response] * len(requests)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP222
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = []
        for request in requests:
            arrays.append(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
        result = pb_utils.Tensor("y", np.concatenate(arrays))
        responses = []
        for request in requests:
            responses.append(pb_utils.InferenceResponse([result]))
#                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP222
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = []
        for request in requests:
            arrays.append(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
        result = np.concatenate(arrays)
        responses = []
        start = 0
        for array in arrays:
            part = result[start : start + array.shape[0]]
            start += array.shape[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        if len(requests) == 1:
            x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            return [response] * len(requests)
        return [self.answer(pb_utils.get_input_tensor_by_name(r, "x").as_numpy()) for r in requests]
""",
)
