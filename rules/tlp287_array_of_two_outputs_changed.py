"""Two outputs send one array that was changed in place

## What it does
Plays `execute` through, and reports an operation in place (`+=`, `out=`, an assignment to all elements) on an array
that two outputs send under two names.

## What happens
An operation in place makes no new array: both names stand for the changed one, and both outputs have the same values.

## How to fix
Let the operation make a new array: leave out `out=`, write `y = x - …`, or begin with `x.copy()`.

## Source
NumPy's in-place operators; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP287", name="array-of-two-outputs-changed", effect="wrong-result", certainty="likely", words=())


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "same-array"):
        yield Problem(
            mistake.span,
            "this changes an array in place that two outputs send, as if it were two: both have the changed values",
            help="work on a copy: `.copy()`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


EXAMPLES = (
    """\
-- clip/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "raw" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "centred" data_type: TYPE_FP32 dims: [ -1 ] }
-- clip/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def centre(self, values):
        values -= values.mean() + 1
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP287
        return values

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            centred = self.centre(x)
            tensors = [pb_utils.Tensor("raw", x), pb_utils.Tensor("centred", centred)]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    """\
-- clip/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "raw" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "centred" data_type: TYPE_FP32 dims: [ -1 ] }
-- clip/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def centre(self, values):
        values = values.copy()
        values -= values.mean() + 1
        return values

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            centred = self.centre(x)
            tensors = [pb_utils.Tensor("raw", x), pb_utils.Tensor("centred", centred)]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
