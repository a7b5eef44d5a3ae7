"""One failing request fails the others of its batch

## What it does
Sends a request that the model answers with an error together with two good ones in one batch.

## What happens
Every client whose request happens to share the batch gets the error.

## How to fix
Put the work on each request into its own `try`, and answer only that request with
`pb_utils.InferenceResponse(error=pb_utils.TritonError(...))`.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX143", name="error-spoils-batch", effect="request-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    for failing in run.failing:
        lost = [reply for reply in failing.beside if not reply.answered]
        if failing.batched and lost:
            yield Problem(
                run.code_place(failing.blamed),
                f"a failing request ({failing.request.title}) fails the good ones in its batch: "
                f"{first_line(lost[0].error or 'no answer in time')}",
                help="handle each request in its own try; answer it with InferenceResponse(error=TritonError(...))",
                key="batch",
            )
            return


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if not x.any():
                raise ValueError("zeros")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^ TLX143
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
