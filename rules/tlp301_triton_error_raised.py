"""TritonError is raised, but it is no exception

## What it does
Reports `raise pb_utils.TritonError(…)`.

## What happens
Python answers with `exceptions must derive from BaseException`: the request fails with that text instead of the
message.

## How to fix
Raise `pb_utils.TritonModelException(…)`, or return `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))`.

## Source
Facts, python-backend 6.6 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Raise
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP301",
    name="triton-error-raised",
    effect="request-failure",
    server_says=("exceptions must derive from BaseException",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk():
        if not isinstance(node, Raise) or node.exception is None:
            continue
        raised = node.exception.func if isinstance(node.exception, Call) else node.exception
        if python.pb_name(raised) != "TritonError":
            continue
        fix = None
        if isinstance(raised, Attribute) and isinstance(node.exception, Call) and len(node.exception.arguments) == 1:
            edit = Edit(raised.attr_span, "TritonModelException")
            fix = Fix("raise TritonModelException", (edit,), safety="unsafe")
        yield Problem(
            node.span,
            "TritonError is no exception: raising it fails with `exceptions must derive from BaseException`",
            help="raise `pb_utils.TritonModelException(…)` instead",
            fix=fix,
            key="raise",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        if not requests:
            raise pb_utils.TritonError("nothing to do")
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP301
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        if not requests:
            raise pb_utils.TritonModelException("nothing to do")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        if not requests:
            raise pb_utils.TritonModelException("nothing to do")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
