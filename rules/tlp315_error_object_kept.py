"""One TritonError for many responses

## What it does
Reports a response that is made of a `pb_utils.TritonError` which was made when the model was loaded: each request that
is refused gets the same object.

## What happens
The server takes the text of the error over with the first response, and gives its memory back. Later responses carry
empty or garbled messages, and the server crashes.

## How to fix
Make a new one for each response: `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))`; keep only its text.

## Source
Seen on 24.10: an empty message, then SIGSEGV.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP315",
    name="error-object-kept",
    effect="server-crash",
    certainty="likely",
    words=("TritonError",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "error-again"):
        yield Problem(
            mistake.span,
            "this TritonError was made once, when the model was loaded: from its second response on the message is "
            "empty or garbled, and the server crashes",
            help="keep the text, and make a new `pb_utils.TritonError(…)` for each response",
            key=python.text[mistake.span.start : mistake.span.end],
        )


_CONFIG = """\
-- check/config.pbtxt --
backend: "python"
max_batch_size: 4
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- check/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
"""
EXAMPLES = (
    _CONFIG
    + """\
    def initialize(self, args):
        self.refusal = pb_utils.TritonError("x must not be positive", pb_utils.TritonError.INVALID_ARG)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                responses.append(pb_utils.InferenceResponse(error=self.refusal))
#                                                                 ^^^^^^^^^^^^ TLP315
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    _CONFIG
    + """\
    def initialize(self, args):
        self.refusal = "x must not be positive"

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                error = pb_utils.TritonError(self.refusal, pb_utils.TritonError.INVALID_ARG)
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
