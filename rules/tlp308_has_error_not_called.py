"""has_error without its parentheses

## What it does
Reports `response.has_error` as a condition of its own, and kept under a name: it is a method, and a method is always
true.

## What happens
Every call to the other model is treated as failed (or, behind `not`, every one as good), whatever it answered.

## How to fix
Write `response.has_error()`.

## Source
Facts, python-backend 7: `InferenceResponse.has_error()`; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Binary,
    Call,
    Conditional,
    Constant,
    Expr,
    If,
    Unary,
    While,
    dotted,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP308", name="has-error-not-called", effect="request-failure", words=("has_error", "is_cancelled"))
METHODS = frozenset({"has_error", "is_cancelled"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or not any(name in python.text for name in METHODS):
        return
    for node in (*walk(python.body, If, While), *walk(python.body, Assert, Conditional)):
        for part in _parts(node.test):
            if isinstance(part, Attribute) and part.attr in METHODS and not _own(python, part.attr):
                end = part.span.end
                yield Problem(
                    part.span,
                    f"`{part.attr}` is a method: without parentheses this is always true",
                    help=f"write `{python.source(part)}()`",
                    fix=Fix("call it", (Edit(Span(python.path, end, end), "()"),), safety="unsafe"),
                    key=part.attr,
                )
    called = {call.func.span for call in python.walk(Call)}
    later = {dotted(call.func) for call in python.walk(Call)}
    for kept in python.walk(Assign):
        value = kept.value
        if not isinstance(value, Attribute) or value.attr != "has_error" or value.span in called:
            continue
        if not _own(python, value.attr) and not any(dotted(target) in later for target in kept.targets):
            end = value.span.end
            yield Problem(
                value.span,
                "`has_error` is a method: without parentheses this is always true",
                help=f"write `{python.source(value)}()`",
                fix=Fix("call it", (Edit(Span(python.path, end, end), "()"),), safety="unsafe"),
                key="has_error",
            )


def _own(python: PythonFacts, name: str) -> bool:
    """Whether objects of the file have something of that name: a flag, a property."""
    if any(frame.function is not None and frame.function.name == name for frame in python.frames):
        return True
    for assign in python.walk(Assign):
        for target in assign.targets:
            if isinstance(target, Attribute) and target.attr == name:
                return True
            if dotted(target) == name and (assign.annotation is not None or isinstance(assign.value, Constant)):
                return True
    return False


def _parts(test: Expr) -> Iterator[Expr]:
    """The operands of a condition that count as true or false by themselves."""
    if isinstance(test, Binary) and test.operator in {"and", "or"}:
        yield from _parts(test.left)
        yield from _parts(test.right)
    elif isinstance(test, Unary) and test.operator == "not":
        yield from _parts(test.operand)
    else:
        yield test


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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error:
#              ^^^^^^^^^^^^^^^^ TLP308
                raise pb_utils.TritonModelException("the other model failed")
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
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException("the other model failed")
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
    # A flag of the model's own.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from dataclasses import dataclass

import triton_python_backend_utils as pb_utils


@dataclass
class Outcome:
    has_error: bool


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            outcome = Outcome(has_error=x.size > 9)
            if outcome.has_error:
                raise ValueError("long")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
