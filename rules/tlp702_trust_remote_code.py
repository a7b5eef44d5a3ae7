"""Code of a model hub is trusted

## What it does
Reports the argument `trust_remote_code=True`.

## What happens
The Python files of the model's page are fetched and run in the server's container; without a fixed `revision`,
whatever lies there at the next load. Of a folder, those that lie in it are run.

## How to fix
Leave it out where the architecture is part of the library; else fix `revision` to a commit you have read.

## Source
Documentation of the transformers library, `trust_remote_code`.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call, Constant
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP702", name="trust-remote-code", effect="security", certainty="likely", words=("trust_remote_code",)
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk(Call):
        for argument in node.arguments:
            if argument.keyword != "trust_remote_code" or not isinstance(argument.value, Constant):
                continue
            if argument.value.value is True:
                yield Problem(
                    argument.span,
                    "`trust_remote_code=True` runs the Python files that come with the model in this container",
                    help="leave it out if the library knows the architecture, else fix `revision` to a commit",
                    key="trust_remote_code",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import numpy as np
import transformers
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.model = transformers.AutoModel.from_pretrained(os.environ["M"], trust_remote_code=True)
#                                                                            ^^^^^^^^^^^^^^^^^^^^^^ TLP702

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
import os

import numpy as np
import transformers
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.model = transformers.AutoModel.from_pretrained(os.environ["M"], trust_remote_code=False)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
