"""Something of the model that a request sets to None or deletes, and the next one needs

## What it does
Plays `execute` twice and reports the place where the first call sets an attribute of the model to `None` or deletes
it, when the second call then fails for want of it; also when `execute` calls `finalize` or another method that does it.

## What happens
The first request is answered, the next one fails with an AttributeError or TypeError.

## How to fix
Drop it in `finalize`, which the server calls itself when the model is unloaded.

## Source
The backend makes one model object for all requests (python-backend facts, 6.2); the example was run on a server of
24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP282", name="dropped-by-request", effect="request-failure")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "dropped"):
        yield Problem(
            mistake.span,
            f"a request drops `{mistake.name}` here, so the next one raises `{mistake.found}`",
            help="drop it in `finalize` only, and leave calling that to the server",
            certainty="certain" if mistake.sure else "likely",
            key=mistake.name,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.offsets = np.array([1, 2], dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offsets[:2])]))
        self.finalize()
        return responses

    def finalize(self):
        self.offsets = None
#       ^^^^^^^^^^^^ TLP282
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.offsets = np.array([1, 2], dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offsets[:2])]))
        return responses

    def finalize(self):
        self.offsets = None
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.offsets = np.array([1, 2], dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offsets[:2])]))
        del self.offsets
#           ^^^^^^^^^^^^ TLP282
        return responses
""",
)
