"""An error that is not made from a string

## What it does
Reports `TritonError(…)` with anything else than a string as its message (the exception itself is the usual case) or a
number as its code, and `InferenceResponse(error=…)` with anything else than a TritonError.

## What happens
TypeError `incompatible constructor arguments` inside the error handler: the client gets that instead of the message,
and the whole batch fails.

## How to fix
Write `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`.

## Source
Facts, python-backend 6.6; every form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_none
from tritonlint.inputs.python_kinds import described, kind_of
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Constant, Expr, Subscript
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP302",
    name="triton-error-from-exception",
    effect="request-failure",
    server_says=("incompatible constructor arguments",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    told = set()
    for problem in _written(python):
        told.add(problem.span)
        yield problem
    for mistake in mistakes(python, config, effective, "error-code"):
        if mistake.span not in told:
            yield Problem(
                mistake.span,
                "the code of a TritonError is one of its constants; a number or text raises TypeError",
                help="write `pb_utils.TritonError.INVALID_ARG`, `.NOT_FOUND`, `.UNAVAILABLE`, …",
                certainty="certain" if mistake.sure else "likely",
                key="code",
            )
    for mistake in mistakes(python, config, effective, "error-value"):
        if mistake.span not in told:
            yield Problem(
                mistake.span,
                "`error` takes a pb_utils.TritonError: when this is no longer None, it raises TypeError",
                help="keep `pb_utils.TritonError(str(…))` in it, or make it one here",
                certainty="likely",
                key="error",
            )


def _written(python: PythonFacts) -> Iterator[Problem]:
    for call in python.calls_of("TritonError"):
        message, code = call.call.argument(0, "message"), call.call.argument(1, "code")
        kind = kind_of(python, message) if message is not None else None
        if message is not None and kind not in {None, "str", "bytes"}:
            what = described(kind or "")
            yield Problem(
                message.span,
                f"TritonError takes a string; {what} raises TypeError in the middle of error handling",
                help=f"write `str({python.source(message)})`",
                fix=_wrap(python, message, "str(", ")", "convert to a string"),
                key="TritonError",
            )
        if code is not None and (
            kind_of(python, code) in {"int", "str", "float"}
            or (isinstance(code, Subscript) and objects_of(python).kind(code.value) == "array")
        ):
            yield Problem(
                code.span,
                "the code of a TritonError is one of its constants: anything else raises TypeError",
                help="write `pb_utils.TritonError.INVALID_ARG`, `.NOT_FOUND`, `.UNAVAILABLE`, …",
                key="code",
            )
    for call in python.calls_of("InferenceResponse"):
        error = call.call.argument(1, "error")
        kind = kind_of(python, error) if error is not None else None
        if error is not None and kind is None:
            # `error = None` stands for no error; what else the name is given counts.
            others = [(s, w) for s, w in python.follow(error) or () if not is_none(s)]
            kinds = {kind_of(python, source, where) for source, where in others}
            kind = kinds.pop() if len(kinds) == 1 else None
        if error is None or kind in {None, "None", "TritonError"}:
            continue
        pb = pb_alias(python)
        text = "" if kind == "str" else "str("
        fix = None
        if pb is not None and kind in {"str", "exception"}:
            end = ")" if kind == "str" else "))"
            fix = _wrap(python, error, f"{pb}.TritonError({text}", end, "make it a TritonError")
        yield Problem(
            error.span,
            f"`error` takes a pb_utils.TritonError; {described(kind or '')} raises TypeError",
            help="write `error=pb_utils.TritonError(…)`",
            fix=fix,
            key="error",
        )


def _wrap(python: PythonFacts, expr: Expr, before: str, after: str, description: str) -> Fix | None:
    if isinstance(expr, Constant) and not isinstance(expr.value, str):
        return None
    start, end = expr.span.start, expr.span.end
    edits = (Edit(Span(python.path, start, start), before), Edit(Span(python.path, end, end), after))
    return Fix(description, edits)


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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(error)))
#                                                                                    ^^^^^ TLP302
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
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=f"failed: {error}"))
#                                                                 ^^^^^^^^^^^^^^^^^^ TLP302
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
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(f"failed: {error}")))
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
            if x[0] > 0:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("too large", 3)))
#                                                                                                   ^ TLP302
            else:
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
                if x[0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                message = f"failed: {error}"
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(message)))
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
    def failed(self, message):
        return pb_utils.InferenceResponse(output_tensors=[], error=message)
#                                                                  ^^^^^^^ TLP302

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                responses.append(self.failed("too large"))
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
            error = None
            if x[0] > 0:
                error = "too large"
            if error is not None:
                responses.append(pb_utils.InferenceResponse(output_tensors=[], error=error))
#                                                                                    ^^^^^ TLP302
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- limit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- limit/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def checked(self, x):
        if x[0] > 0:
            raise ValueError("too large")
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            outputs, problem = [], None
            try:
                outputs.append(pb_utils.Tensor("y", self.checked(x)))
            except ValueError as error:
                problem = error
            responses.append(pb_utils.InferenceResponse(outputs, problem))
#                                                                ^^^^^^^ TLP302
        return responses
""",
    """\
-- limit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- limit/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def checked(self, x):
        if x[0] > 0:
            raise ValueError("too large")
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            outputs, problem = [], None
            try:
                outputs.append(pb_utils.Tensor("y", self.checked(x)))
            except ValueError as error:
                problem = pb_utils.TritonError(str(error))
            responses.append(pb_utils.InferenceResponse(outputs, problem))
        return responses
""",
    """\
-- multi/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- multi/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            if x.size > 0:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("empty:", x.shape)))
#                                                                                                ^^^^^^^ TLP302
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
)
