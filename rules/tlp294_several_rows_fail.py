"""Requests of several rows fail

## What it does
Plays a model with `max_batch_size` through with requests of some rows, after nothing failed with a number of rows that
is not known, and reports arrays that then do not fit together: a mask without the last axis, a sum that lost one.

## What happens
NumPy lines up shapes from the right. A request of one row is answered, one of several rows fails with
`operands could not be broadcast together`.

## How to fix
Give both arrays the same axes: `mask[:, :, None]`, `x.sum(axis=1, keepdims=True)`.

## Source
NumPy's rules of broadcasting; the example was run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP294",
    name="several-rows-fail",
    effect="request-failure",
    certainty="likely",
    server_says=("operands could not be broadcast together",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "several-rows"):
        rows = (mistake.shape or (None,))[0]
        yield Problem(
            mistake.span,
            f"a request of {rows} rows fails here with `{mistake.found}`, though one of a single row may pass",
            help="give both arrays the batch as their first axis, and the same axes behind it",
            general=mistake.span,
        )


EXAMPLES = (
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "hidden" data_type: TYPE_FP32 dims: [ -1, 4 ] }
input { name: "mask" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "pooled" data_type: TYPE_FP32 dims: [ 4 ] }
-- pool/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            hidden = pb_utils.get_input_tensor_by_name(request, "hidden").as_numpy()
            mask = pb_utils.get_input_tensor_by_name(request, "mask").as_numpy().astype(np.float32)
            pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1)
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP294
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("pooled", pooled)]))
        return responses
""",
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "hidden" data_type: TYPE_FP32 dims: [ -1, 4 ] }
input { name: "mask" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "pooled" data_type: TYPE_FP32 dims: [ 4 ] }
-- pool/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            hidden = pb_utils.get_input_tensor_by_name(request, "hidden").as_numpy()
            mask = pb_utils.get_input_tensor_by_name(request, "mask").as_numpy().astype(np.float32)
            pooled = (hidden * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1.0)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("pooled", pooled)]))
        return responses
""",
)
