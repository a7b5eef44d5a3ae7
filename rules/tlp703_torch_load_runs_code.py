"""torch.load that runs what a file holds

## What it does
Reports `torch.load(…)` without `weights_only`, as a note, and with `weights_only=False`.

## What happens
The file is unpickled: who can change it runs code in the server's container. PyTorch 2.6 made `weights_only=True` the
default; before that, leaving it out means False.

## How to fix
Write `weights_only=True`, or keep the weights as safetensors.

## Source
Documentation of `torch.load`.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call, Constant
from tritonlint.rule import Rule

RULE = Rule(code="TLP703", name="torch-load-runs-code", effect="security", certainty="likely", words=("load",))


def check(python: PythonFacts) -> Iterator[Problem]:
    if "torch" not in python.text:
        return
    for node in python.walk(Call):
        if any(a.star for a in node.arguments):
            continue
        if python.qualified(node.func) != "torch.load":
            continue
        chosen = node.argument(None, "weights_only")
        if chosen is None:
            yield Problem(
                node.span,
                "before PyTorch 2.6 this runs whatever code the file holds",
                help="add `weights_only=True`",
                effect="hygiene",
                key="torch.load",
            )
        elif isinstance(chosen, Constant) and chosen.value is False:
            yield Problem(
                node.span,
                "`weights_only=False` runs whatever code the file holds",
                help="write `weights_only=True`, or keep the weights as safetensors",
                key="weights_only",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weights = torch.load("/models/weights.pt", weights_only=False)
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP703
        self.others = torch.load("/models/others.pt")
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP703

    def execute(self, requests):
        responses = []
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
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weights = torch.load("/models/weights.pt", weights_only=True)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
