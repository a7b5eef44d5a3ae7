"""A condition that refuses every request

## What it does
Plays `execute` through with the config's tensors and parameters, and reports a condition that always comes out in the
same way, so that every request is answered with an error.

## What happens
Each client gets that error, whatever it sends; the code behind the condition never runs. Often a check of a shape or a
setting is written the wrong way round.

## How to fix
Turn the condition round (`!=` for `==`), or mend the config that it asks for.

## Source
An error response is what the client gets (python-backend facts, 6.3); the example was run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP281", name="every-request-refused", effect="request-failure", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "only-errors"):
        yield Problem(
            mistake.span,
            "this condition comes out alike for every request, and each one is answered with an error",
            help="turn the condition round",
            key="only-errors",
            general=mistake.span,
        )


EXAMPLES = (
    """\
-- pick/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 3 ] }
-- pick/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x.shape[1] == 3:
#              ^^^^^^^^^^^^^^^ TLP281
                error = pb_utils.TritonError(f"3 columns are needed, not {x.shape[1]}")
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- pick/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 3 ] }
-- pick/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x.shape[1] != 3:
                error = pb_utils.TritonError(f"3 columns are needed, not {x.shape[1]}")
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- pick/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 3 ] }
parameters { key: "columns" value { string_value: "4" } }
-- pick/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.columns = int(parameters["columns"]["string_value"])

    def _checked(self, x):
        if x.shape[1] != self.columns:
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP281
            raise ValueError("another number of columns is needed")
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = pb_utils.Tensor("y", self._checked(x))
                responses.append(pb_utils.InferenceResponse([y]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
        return responses
""",
)
