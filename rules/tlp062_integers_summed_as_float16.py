"""Integers summed as float16

## What it does
Reports the sum over all elements of an array of integers that was made float16, when how many there are depends on the
request.

## What happens
float16 ends at 65504: the sum of some hundred pixels is infinite, and so is what is made of it.

## How to fix
Sum with another data type: `x.sum(dtype=np.float32)`.

## Source
NumPy; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP062",
    name="integers-summed-as-float16",
    effect="wrong-result",
    certainty="likely",
    words=("float16", "half"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "half-sum"):
        yield Problem(
            mistake.span,
            "this sum is a float16, which ends at 65504: with some hundred elements it is infinite",
            help="sum with another data type: `sum(dtype=np.float32)`",
            related=called_at(caller),
            key="sum",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = x.astype(np.float16).sum()
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP062
            y = pb_utils.Tensor("y", np.array([total], dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = x.astype(np.float16).sum(dtype=np.float32)
            y = pb_utils.Tensor("y", np.array([total], dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
