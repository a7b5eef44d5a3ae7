"""`np.take_along_axis` without an axis

## What it does
Reports `np.take_along_axis(values, places)` where the stub's Python is older than 3.11.

## What happens
The axis has a default from NumPy 2.3 on, which needs Python 3.11. Before it the call raises TypeError:
`take_along_axis() missing 1 required positional argument: 'axis'`.

## How to fix
Name the axis: `np.take_along_axis(values, places, axis=-1)` is what newer releases do.

## Source
Release notes of NumPy 2.3; observed on 24.10 with NumPy 1.26.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional, while_loading
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Call
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP420",
    name="axis-needed",
    effect="request-failure",
    certainty="likely",
    words=("take_along_axis",),
    server_says=("take_along_axis() missing 1 required positional argument",),
)
_FIRST_WITH_DEFAULT = (3, 11)
"""The oldest Python for which there is a NumPy that has one."""


def check(python: PythonFacts, plan: Plan) -> Iterator[Problem]:
    version = plan.stub_python
    if version is None or tuple(int(part) for part in version.split(".")[:2]) >= _FIRST_WITH_DEFAULT:
        return
    execute = python.method("execute")
    for call in python.walk(Call):
        if len(call.arguments) != 2 or not call.certain or call.argument(2, "axis") is not None:
            continue
        if python.qualified(call.func) != "numpy.take_along_axis" or guarded(python.body, call):
            continue
        end = Span(python.path, call.arguments[-1].span.end, call.arguments[-1].span.end)
        yield Problem(
            call.span,
            "`np.take_along_axis` needs an axis before NumPy 2.3, which this Python cannot have: this raises TypeError",
            help="write `axis=-1` for the last one",
            fix=Fix("name the last axis", (Edit(end, ", axis=-1"),), safety="unsafe"),
            effect="load-failure" if while_loading(python, call) else None,
            certainty="certain" if execute is not None and unconditional(execute, call) else None,
            key="take_along_axis",
        )


EXAMPLES = (
    """\
-- target -- release=24.10
-- top/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- top/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.take_along_axis(x, np.argsort(-x, axis=1))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP420
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: top/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.take_along_axis(x, np.argsort(-x, axis=1), axis=-1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- top/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- top/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.take_along_axis(x, np.argsort(-x, axis=1), 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
