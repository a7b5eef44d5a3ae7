"""TritonError is raised, but it is no exception

## What it does
Reports `raise pb_utils.TritonError(…)`, also through a variable, `raise answer.error()` of another model's answer, and
`except pb_utils.TritonError`; and a text that is raised, such as `raise "too large"` or
`raise answer.error().message()`.

## What happens
Python answers with `exceptions must derive from BaseException`: the request fails with that text instead of the
message. The `except` clause is looked at when an error comes, and then fails itself: `catching classes that do not
inherit from BaseException is not allowed`.

## How to fix
Raise `pb_utils.TritonModelException(…)`, or return `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))`.

## Source
Facts, python-backend 6.6 (observed on 24.10).
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, as_one
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Expr,
    FString,
    Function,
    Handler,
    Raise,
    Sequence,
    is_text,
    walk,
)
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP301",
    name="triton-error-raised",
    effect="request-failure",
    server_says=("exceptions must derive from BaseException",),
)
# With a letter in front, the search passes over most of a file at once.
_RAISED_TEXT = re.compile(r"""raise\s+(\(?[rRfF]{0,2}["']|str\(|[^\n]*\.message\(\))""")
"""Where a text may be raised."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if _RAISED_TEXT.search(python.text):
        yield from _texts(python)
    if "TritonError" not in python.text and ".error()" not in python.text:
        return
    # One mistake is made with every `raise` of a function.
    by_function: dict[Function | None, list[Problem]] = {}
    for node in walk(python.body, Handler, Raise):
        if isinstance(node, Handler) and node.type is not None:
            caught = node.type.items if isinstance(node.type, Sequence) else (node.type,)
            for one in caught:
                if python.pb_name(one) == "TritonError":
                    edit = Edit(one.attr_span, "TritonModelException") if isinstance(one, Attribute) else None
                    yield Problem(
                        one.span,
                        "TritonError is no exception: when an error comes here, this clause raises TypeError itself",
                        help="catch `pb_utils.TritonModelException`",
                        fix=Fix("catch TritonModelException", (edit,), safety="unsafe") if edit else None,
                        key="except",
                    )
        if not isinstance(node, Raise) or node.exception is None:
            continue
        raised = node.exception.func if isinstance(node.exception, Call) else node.exception
        if python.pb_name(raised) != "TritonError" and kind_of(python, node.exception) != "TritonError":
            continue
        fix = None
        if (
            isinstance(raised, Attribute)
            and python.pb_name(raised)
            and isinstance(node.exception, Call)
            and len(node.exception.arguments) == 1
        ):
            edit = Edit(raised.attr_span, "TritonModelException")
            fix = Fix("raise TritonModelException", (edit,), safety="unsafe")
        of_answer = python.source(node.exception).endswith(".error()")
        if of_answer:
            start, end = node.exception.span.start, node.exception.span.end
            pb = pb_alias(python)
            around = (
                Edit(Span(python.path, start, start), f"{pb}.TritonModelException("),
                Edit(Span(python.path, end, end), ".message())"),
            )
            fix = Fix("raise TritonModelException", around, safety="unsafe") if pb else None
        problem = Problem(
            node.span,
            "TritonError is no exception: raising it fails with `exceptions must derive from BaseException`",
            help=f"raise `pb_utils.TritonModelException({'….message()' if of_answer else '…'})` instead",
            fix=fix,
            key="raise",
        )
        by_function.setdefault(python.function_at(node), []).append(problem)
    for problems in by_function.values():
        yield from as_one(problems)


def _texts(python: PythonFacts) -> Iterator[Problem]:
    """Texts that are raised."""
    pb = pb_alias(python)
    for node in python.walk(Raise):
        raised = node.exception
        if raised is None or not _is_text(python, raised):
            continue
        start, end = raised.span.start, raised.span.end
        around = (
            Edit(Span(python.path, start, start), f"{pb}.TritonModelException("),
            Edit(Span(python.path, end, end), ")"),
        )
        yield Problem(
            node.span,
            "a text is no exception: raising it fails with `exceptions must derive from BaseException`",
            help="raise `pb_utils.TritonModelException(…)` with it",
            fix=Fix("raise TritonModelException", around, safety="unsafe") if pb else None,
            key="text",
        )


def _is_text(python: PythonFacts, raised: Expr) -> bool:
    """Whether a text is written, or made of a value or of the error of another model's answer."""
    if is_text(raised) or isinstance(raised, FString):
        return True
    if not isinstance(raised, Call):
        return False
    if isinstance(raised.func, Attribute) and raised.func.attr == "message" and not raised.arguments:
        return kind_of(python, raised.func.value) == "TritonError"
    return python.qualified(raised.func) == "str"


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
                raise pb_utils.TritonError("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP301
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
                raise pb_utils.TritonModelException("too large")
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
        error = pb_utils.TritonError("too large")
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise error
#               ^^^^^^^^^^^ TLP301
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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise pb_utils.TritonModelException("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except pb_utils.TritonError as error:
#                  ^^^^^^^^^^^^^^^^^^^^ TLP301
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise pb_utils.TritonModelException("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except pb_utils.TritonModelException as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
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
                raise pb_utils.TritonModelException("too small")
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
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = call.exec()
            if answer.has_error():
                raise answer.error()
#               ^^^^^^^^^^^^^^^^^^^^ TLP301
            x = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            x = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- sizes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- sizes/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise f"{x[0]} is too large"
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP301
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: sizes/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise pb_utils.TritonModelException(f"{x[0]} is too large")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- sizes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- sizes/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 1e30:
                raise type("TooLarge", (ValueError,), {})("too large")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
