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
from tritonlint.inputs.python_tree import Assign, Name, dotted
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP287", name="array-of-two-outputs-changed", effect="wrong-result", certainty="likely", words=())


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "same-array"):
        if _is_named_again(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            "this changes an array in place that two outputs send, as if it were two: both have the changed values",
            help="work on a copy: `.copy()`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


def _is_named_again(python: PythonFacts, change: Span) -> bool:
    """Whether the changed array gets its second name afterwards: an output under an old and a new name."""
    sent = {dotted(made.call.argument(1)) for made in python.calls_of("Tensor")} - {None}
    start = change.start or 0
    for assign in python.walk(Assign):
        function = python.function_at(assign)
        if isinstance(assign.value, Name) and (assign.span.start or 0) > start and function is not None:
            inside = (function.span.start or 0) <= start < (function.span.end or 0)
            if inside and any(dotted(target) in sent for target in assign.targets):
                return True
    return False


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
    """\
-- clip/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y_legacy" data_type: TYPE_FP32 dims: [ -1 ] }
-- clip/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x * 2
            y += 1
            y_legacy = y
            tensors = [pb_utils.Tensor("y", y), pb_utils.Tensor("y_legacy", y_legacy)]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
