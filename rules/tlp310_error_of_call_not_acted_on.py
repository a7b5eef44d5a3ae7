"""has_error() is asked, but the result is used all the same

## What it does
Reports `if response.has_error():` whose body only logs or prints, when the outputs of the response are read behind it.

## What happens
A failed response has no outputs: `get_output_tensor_by_name` returns None, and the request fails with an AttributeError
about None instead of the real error.

## How to fix
End the block: append an error response and `continue`, or raise
`pb_utils.TritonModelException(response.error().message())`.

## Source
Facts, python-backend 6.8; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Conditional,
    Expression,
    Flow,
    Function,
    If,
    Name,
    Node,
    Stmt,
    Try,
    dotted,
    walk,
)
from tritonlint.python_edits import insert_after, pb_alias
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP310",
    name="error-of-call-not-acted-on",
    effect="request-failure",
    certainty="likely",
    server_says=("'NoneType' object has no attribute",),
    words=("has_error",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "has_error()" not in python.text:
        return
    pb = pb_alias(python)
    for frame in python.frames:
        function = frame.function
        if function is None or any(isinstance(n, Try) for n in own_nodes(function)):
            continue
        for node in own_nodes(function, If):
            if node.orelse or not _only_tells(node.body):
                continue
            name = _asked(node)
            use = _use_behind(python, function, node, name) if name else None
            if use is None:
                continue
            edit = None
            if pb is not None:
                line = f"raise {pb}.TritonModelException({name}.error().message())"
                edit = insert_after(python, node.body[-1], line)
            yield Problem(
                node.test.span,
                f"the error of `{name}` is told, but its outputs are read all the same: they are None then",
                help=f"end the block with `raise pb_utils.TritonModelException({name}.error().message())`",
                related=(Related(use.span, "used here"),),
                fix=Fix("pass the error on", (edit,)) if edit is not None else None,
                key=name,
            )


def _asked(node: If) -> str:
    """``x`` of ``if x.has_error():``."""
    test = node.test
    if isinstance(test, Call) and isinstance(test.func, Attribute) and test.func.attr == "has_error":
        return dotted(test.func.value) or ""
    return ""


def _only_tells(body: tuple[Stmt, ...]) -> bool:
    """Whether a block does nothing but log or print."""
    for statement in body:
        if isinstance(statement, Flow) and statement.keyword == "pass":
            continue
        call = statement.value if isinstance(statement, Expression) else None
        name = dotted(call.func) if isinstance(call, Call) else None
        if name is None or not (
            name == "print" or name.rsplit(".", 1)[-1].startswith(("log_", "error", "warn", "info"))
        ):
            return False
    return True


def _use_behind(python: PythonFacts, function: Function, test: If, name: str) -> Node | None:
    """The first read of the response's outputs behind the test; None when its None is looked for there."""
    end = test.span.end or 0
    use: Node | None = None
    for node in own_nodes(function):
        if (node.span.start or 0) < end:
            continue
        if isinstance(node, If | Conditional) and any(isinstance(n, Name) for n in walk(node.test)):
            return use
        if isinstance(node, Call) and use is None:
            read = python.pb_name(node.func) == "get_output_tensor_by_name" and dotted(node.argument(0)) == name
            if read or dotted(node.func) == f"{name}.output_tensors":
                use = node
    return use


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next_model = os.environ.get("NEXT_MODEL", "absent")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.next_model, requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
#              ^^^^^^^^^^^^^^^^^^ TLP310
                pb_utils.Logger.log_error(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next_model = os.environ.get("NEXT_MODEL", "absent")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.next_model, requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                pb_utils.Logger.log_error(answer.error().message())
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                pb_utils.Logger.log_error(answer.error().message())
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- other/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
