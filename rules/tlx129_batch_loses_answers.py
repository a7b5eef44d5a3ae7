"""Requests in one batch get errors or each other's answers

## What it does
Sends four good requests that the dynamic batcher puts into one `execute`, and compares each answer with the one that
the
same request gets alone.

## What happens
Works in a test with one client, fails under load.

## How to fix
Return one response per request, in the order of `requests`; split what was computed for the whole batch by each
request's rows.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX129", name="batch-loses-answers", effect="request-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    lost = [batched for _, _, batched in run.together if not batched.answered]
    if lost:
        reply = lost[0]
        said = first_line(reply.error) if reply.error is not None else "no answer in time"
        yield Problem(
            run.code_place(),
            f"{len(lost)} of {len(run.together)} requests in one batch get no answer though each does alone: {said}",
            help="append exactly one response per request inside the loop over `requests`",
            key="lost",
        )
        return
    answers = [alone.outputs for _, alone, _ in run.together]
    batched_answers = [batched.outputs for _, _, batched in run.together]
    # The very same answers in another order: anything else may be the model's own way of being different each time.
    if run.steady and batched_answers != answers and all(each in answers for each in batched_answers):
        yield Problem(
            run.code_place(),
            "requests in one batch get each other's answers",
            help="return the responses in the order of `requests`, and do not change that list",
            key="swapped",
            effect="wrong-result",
        )


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
#       ^^^^^^^ TLX129
        responses = []
        for request in requests[:2]:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
