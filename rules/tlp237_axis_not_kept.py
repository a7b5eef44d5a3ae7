"""A sum or norm of rows that no longer fits the rows

## What it does
Plays the model through, and reports a reduction over another axis than the first without `keepdims=True`, when its
result is added to, subtracted from, multiplied with or divides an array of the shape that it was made of.

## What happens
NumPy lines up shapes from the right: `(n, 5) / (n,)` takes the n sums for columns. It raises
`operands could not be broadcast together`, or divides by the wrong row where the numbers happen to fit.

## How to fix
Pass `keepdims=True`, or add the axis with `[:, None]`.

## Source
NumPy's rules of broadcasting; seen on 24.10 with two requests' rows.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP237",
    name="axis-not-kept",
    effect="request-failure",
    certainty="likely",
    server_says=("operands could not be broadcast together",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "axis-lost"):
        yield Problem(
            mistake.span,
            "this loses an axis, and is combined with what it was made of: rows are taken for columns",
            help="pass `keepdims=True`",
            related=called_at(caller),
        )


EXAMPLES = (
    """\
-- softmax/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 5 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 5 ] }
-- softmax/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            powers = np.exp(x - x.max(axis=1, keepdims=True))
            totals = powers.sum(axis=-1)
#                    ^^^^^^^^^^^^^^^^^^^ TLP237
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", powers / totals)]))
        return responses
""",
    """\
-- softmax/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 5 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 5 ] }
-- softmax/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            powers = np.exp(x - x.max(axis=1)[:, None])
            totals = powers.sum(axis=-1)
            y = (powers - x.max(axis=0)) / np.maximum(totals, 1e-9).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
