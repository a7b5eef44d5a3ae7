"""np.frombuffer without a data type

## What it does
Reports `np.frombuffer(data)` in a file that never speaks of 64-bit floating point numbers.

## What happens
Without `dtype` the bytes are read as float64: eight bytes make one number, and a length that eight does not divide
raises `buffer size must be a multiple of element size`.

## How to fix
Say what the bytes are: `np.frombuffer(data, dtype=np.uint8)`.

## Source
numpy's `frombuffer`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP243",
    name="frombuffer-without-type",
    effect="request-failure",
    certainty="likely",
    server_says=("buffer size must be a multiple of element size",),
    words=("frombuffer",),
)
_MEANT = ("float64", "FP64", "double", "f8")


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if any(word in python.text for word in _MEANT):
        return
    types = [tensor.scalar("data_type") for name in ("input", "output") for tensor in config.root.messages(name)]
    if any(found is not None and found.value == "TYPE_FP64" for found in types):
        return
    for call in python.walk(Call):
        if not call.certain or len(call.arguments) != 1 or call.argument(0) is None:
            continue
        if python.qualified(call.func) == "numpy.frombuffer":
            yield Problem(
                call.span,
                "without `dtype` these bytes are read as float64",
                help="say what they are, such as `dtype=np.uint8`",
                key="frombuffer",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pixels = np.frombuffer(x[0])
#                    ^^^^^^^^^^^^^^^^^^^ TLP243
            y = pb_utils.Tensor("y", pixels.astype(np.uint8))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.frombuffer(x[0], dtype=np.uint8))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
