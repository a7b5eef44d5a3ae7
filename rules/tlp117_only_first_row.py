"""Only the first row of a request is answered

## What it does
Plays `execute` through and reports where the first row of an input is taken (`x[0]`, `x[0, :]`, `x[:1]`,
`x.ravel()[0]`) in a model with `max_batch_size` above 1, where each output then has one row, whatever the request has.
Silent in files that look at the number of rows.

## What happens
A request with several rows gets the answer to its first one, with status OK.

## How to fix
Work on all rows, and keep the first dimension in the outputs; or set `max_batch_size: 1`, so that the server refuses
requests with more.

## Source
Run on a server of 24.10 with requests of two rows.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP117",
    name="only-first-row",
    effect="wrong-result",
    certainty="likely",
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "first-row"):
        yield Problem(
            mistake.span,
            f"only the first row of a request is used, and output '{mistake.name}' has one row: clients may send "
            f"{effective.max_batch_size}",
            help="work on all rows and keep the first dimension, or set `max_batch_size: 1`",
            key=mistake.name,
            general=mistake.span,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            row = x[0]
#                 ^^^^ TLP117
            y = (row / np.linalg.norm(row))[np.newaxis, :]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0, 0].decode("utf-8")
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP117
            y = np.array([[text.count(" ")]], dtype=np.int32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "factor" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            factor = pb_utils.get_input_tensor_by_name(request, "factor").as_numpy()[0, 0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * factor)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if len(x) != 1:
                error = pb_utils.TritonError("one row at a time", pb_utils.TritonError.INVALID_ARG)
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            y = (x[0] / np.linalg.norm(x[0]))[np.newaxis, :]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
)
