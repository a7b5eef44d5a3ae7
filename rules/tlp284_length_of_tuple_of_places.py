"""The number of dimensions taken for the number of places found

## What it does
Plays the model through, and reports `len(…)` and tests for truth of what `np.where(condition)` or `np.nonzero(x)` give.

## What happens
Both give a tuple with one array of places for each dimension. Its length is the number of dimensions, 1 for a signal,
however many places there are, and it is never empty. The request succeeds with a wrong number.

## How to fix
Take the array out: `np.where(condition)[0]`, or count with `np.count_nonzero(condition)`.

## Source
NumPy's documentation of `nonzero`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Binary, Call, Compare, Subscript, dotted, walk
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP284",
    name="length-of-tuple-of-places",
    effect="wrong-result",
    certainty="likely",
    words=("where", "nonzero"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "places"):
        if _is_meant(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            "this is a tuple with one array for each dimension: how many places there are is the length of one of them",
            help="take the array out: `np.where(condition)[0]`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


def _is_meant(python: PythonFacts, span: Span) -> bool:
    """Whether the number of dimensions is asked for, or the test goes on to one of the arrays."""
    for node in python.walk(Compare, Binary, Call):
        if not (node.span.start or 0) <= (span.start or 0) < (node.span.end or 0):
            continue
        if isinstance(node, Compare):
            if any(isinstance(n, Attribute) and n.attr in {"ndim", "shape"} for n in walk(node, Attribute)):
                return True
        elif isinstance(node, Binary):
            if node.operator in {"and", "or"} and node.span != span and any(True for _ in walk(node.right, Subscript)):
                return True
        elif node.span != span and dotted(node.func) == "range":
            return True
    return False


EXAMPLES = (
    """\
-- beats/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "n" data_type: TYPE_INT32 dims: [ 1 ] }
-- beats/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def peaks(self, x):
        return np.where(x > np.float32(0))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            peaks = self.peaks(x)
            n = np.array([len(peaks)], dtype=np.int32)
#                         ^^^^^^^^^^ TLP284
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("n", n)]))
        return responses
""",
    """\
-- beats/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "n" data_type: TYPE_INT32 dims: [ 2 ] }
-- beats/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def peaks(self, x):
        return np.where(x > 0)[0]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            (low,) = np.nonzero(x < 0)
            places = np.where(x == 0)
            assert len(places) == x.ndim
            if places and len(places[0]):
                low = places[0]
            idx = np.nonzero(np.stack([x, x]))
            assert low.ndim == 1 or len(idx) == 2
            n = np.array([len(self.peaks(x)), len(low)], dtype=np.int32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("n", n)]))
        return responses
""",
)
