"""Small integers that wrap around before they are averaged or compared

## What it does
Plays the model through, and reports a sum of two uint8 arrays that is divided, and the absolute value of a difference
of unsigned arrays.

## What happens
NumPy keeps the data type: 200 + 100 is 44, and 3 - 5 is 254. The answer is wrong wherever values are large, or the
second one is larger.

## How to fix
Convert one side first: `left.astype(np.float32) + right`, or `astype(np.int16)`.

## Source
NumPy's promotion of integers; seen on 24.10 with an output of TYPE_UINT8.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP236", name="small-integers-wrap", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "wraps"):
        yield Problem(
            mistake.span,
            "NumPy keeps the data type of these unsigned integers: what does not fit into it wraps around",
            help="convert one of them first, with `.astype(np.int32)`",
            related=called_at(caller),
        )


EXAMPLES = (
    """\
-- blend/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
input { name: "b" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
output { name: "gap" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
-- blend/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            b = pb_utils.get_input_tensor_by_name(request, "b").as_numpy()
            y = pb_utils.Tensor("y", (a + b) // 2)
#                                     ^^^^^ TLP236
            gap = pb_utils.Tensor("gap", np.abs(a - b))
#                                        ^^^^^^^^^^^^^ TLP236
            responses.append(pb_utils.InferenceResponse([y, gap]))
        return responses
""",
    """\
-- blend/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
input { name: "b" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
output { name: "gap" data_type: TYPE_UINT8 dims: [ 4, 4 ] }
-- blend/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy().astype(np.int16)
            b = pb_utils.get_input_tensor_by_name(request, "b").as_numpy()
            y = pb_utils.Tensor("y", ((a + b) // 2).astype(np.uint8))
            gap = pb_utils.Tensor("gap", np.abs(a - b).astype(np.uint8))
            responses.append(pb_utils.InferenceResponse([y, gap]))
        return responses
""",
)
