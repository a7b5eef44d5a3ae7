"""A request that gets two responses

## What it does
Follows the loop over requests: a `responses.append(…)` behind which another one is reached for the same request, or
which stands in a loop of its own. The usual causes are a `continue` that is missing after the error response, and a
line that is indented too far.

## What happens
The number of responses no longer matches the number of requests, and every request of the batch fails, the good ones
too.

## How to fix
Write `continue` after the first one, or put the second into an `else`.

## Source
Facts, python-backend 6.4: wrong number of responses (every release; seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answer_lists
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_join import switched_off
from tritonlint.inputs.python_response_flow import answering_loop, answers
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Return,
    Sequence,
    Stmt,
    Subscript,
    dotted,
    walk,
)
from tritonlint.python_edits import insert_after
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP208",
    name="request-answered-twice",
    effect="request-failure",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for execute, name in answer_lists(python):
        loop = answering_loop(execute, name)
        if loop is not None:
            yield from _in_inner_loop(python, loop, name)
        yield from _one_more(python, execute, name)
        found = answers(loop, name) if loop is not None else None
        if found is None or loop is None or not found.twice:
            continue
        last_of_block = {
            block[-1].span
            for node in own_nodes(execute, If, Handler)
            for block in (node.body, node.orelse if isinstance(node, If) else ())
            if block
        }
        told = set()
        for first, second in found.twice:
            if first.span in told or switched_off(python, first) or switched_off(python, second):
                continue
            told.add(first.span)
            edit = insert_after(python, first, "continue") if first.span in last_of_block else None
            yield Problem(
                first.span,
                f"this request gets a second response in `{name}` further down, so the whole batch fails",
                help="write `continue` behind this response, or put the other one into an `else`",
                related=(Related(second.span, "the second one"), Related(loop.header, "one for each of these")),
                fix=Fix("go on with the next request", (edit,), safety="unsafe") if edit is not None else None,
                key=name,
            )


def _one_more(python: PythonFacts, function: Function, name: str) -> Iterator[Problem]:
    """A response appended behind a loop that appends one for each request."""
    bound = python.frame_of(function).bindings.get(function.positional[1].name, ())
    if any(binding.kind != "parameter" for binding in bound):
        return  # The loop may leave out the last one.
    for place, loop in enumerate(function.body):
        each = [s for s in loop.body if _appends(s, name)] if isinstance(loop, For) else []
        if loop not in request_loops(function) or not isinstance(loop, For) or len(each) != 1:
            continue
        if any(isinstance(n, Return) or n.keyword != "pass" for n in walk(loop.body, Flow, Return)):
            continue
        for statement in function.body[place + 1 :]:
            if _appends(statement, name):
                yield Problem(
                    statement.span,
                    f"one response too many in `{name}`: each request has its own from the loop above",
                    help="remove it, or append inside the loop only",
                    related=(Related(each[0].span, "one for each request"),),
                    key="more",
                )


def _appends(statement: Stmt, name: str) -> bool:
    call = statement.value if isinstance(statement, Expression) else None
    return isinstance(call, Call) and dotted(call.func) == f"{name}.append"


def _is_one(iterable: Expr) -> bool:
    """Whether a loop over something may run once: over a list of one, a part of a list, or the inputs of a request."""
    if isinstance(iterable, Sequence):
        return len(iterable.items) == 1
    return isinstance(iterable, Subscript) or (
        isinstance(iterable, Call) and isinstance(iterable.func, Attribute) and iterable.func.attr == "inputs"
    )


def _in_inner_loop(python: PythonFacts, loop: For, name: str) -> Iterator[Problem]:
    """The only append, in a loop inside the one over the requests that is never left early."""
    appends = [call for call in walk(loop.body, Call) if dotted(call.func) == f"{name}.append"]
    for inner in loop.body:
        if not isinstance(inner, For) or any(
            isinstance(n, Return) or n.keyword != "pass" for n in walk(inner, Flow, Return)
        ):
            continue
        for statement in inner.body:
            if (
                len(appends) == 1
                and not any(_is_one(source) for source, _ in python.follow(inner.iterable) or ((inner.iterable, None),))
                and isinstance(statement, Expression)
                and statement.value is appends[0]
            ):
                yield Problem(
                    statement.span,
                    f"this makes one response in `{name}` for each turn of the inner loop, not for each request",
                    help="collect the tensors in the inner loop, and append one response behind it",
                    related=(Related(inner.header, "the inner loop"), Related(loop.header, "one for each of these")),
                    certainty="likely",
                    key="inner",
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError("too large")))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP208
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError("too large")))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                if x[0] > 0:
                    raise ValueError("too large")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP208
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                if x[0] > 0:
                    raise ValueError("too large")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] < 0:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError("too small")))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            done = True
            try:
                y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy() * 2
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                done = False
            if not done:
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
