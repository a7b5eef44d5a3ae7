"""A NumPy array handed over through DLPack

## What it does
Reports `pb_utils.Tensor.from_dlpack(name, array)` where the array is NumPy's own.

## What happens
A transposed view is refused (`DLPack tensor is not contiguous.`); with any other array the model's process dies, and
every later request fails as well (`Stub process '…' is not healthy.`).

## How to fix
Write `pb_utils.Tensor(name, array)`; `from_dlpack` is for tensors of torch, CuPy and the like.

## Source
Observed on 23.12, 24.03 and 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import types_of
from tritonlint.inputs.python_tree import Attribute
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP406",
    name="numpy-array-to-dlpack",
    effect="request-failure",
    server_says=("DLPack tensor is not contiguous.", "is not healthy."),
    words=("from_dlpack",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    for made in python.calls_of("Tensor.from_dlpack"):
        value = made.call.argument(1)
        if value is None or not made.call.certain or not isinstance(made.call.func, Attribute):
            continue
        if not types_of(python, config).is_array(value, python.frame_at(made.call)):
            continue
        function = made.call.func
        yield Problem(
            value.span,
            "a NumPy array given to `from_dlpack` ends the model's process: this and all later requests fail",
            help="write `pb_utils.Tensor(name, array)`",
            fix=Fix("write pb_utils.Tensor", (Edit(function.span, python.source(function.value)),), safety="unsafe"),
            key="from_dlpack",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2, 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor.from_dlpack("y", x * 2)
#                                                ^^^^^ TLP406
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3, 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor.from_dlpack("y", x.T)
#                                                ^^^ TLP406
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.T)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3, 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.T)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
