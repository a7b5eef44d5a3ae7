"""Squares in a type that is too narrow for them

## What it does
Plays the model through, and reports squares (`x * x`, `x ** 2`, `np.square(x)`) of float16 or of integers of 8 or 16
bits that are converted to a wider type afterwards, by `astype` or by what is done with them. Also squares of a float16
input that are summed as float16, and `np.linalg.norm` of such an input. Where a helper squares what the model has made
float16 before, that conversion is reported.

## What happens
The square is made in the type of the array. A float16 above 255 becomes inf, an int16 above 181 and a uint8 above 15
wrap around; the conversion comes too late. Sums of squares end at 65504, too: a norm becomes inf, and a vector that is
divided by it becomes zeros.

## How to fix
Convert first: `wide = x.astype(np.float32)`, then `wide * wide`.

## Source
NumPy keeps the data type of such a product; seen on 24.10 with an input of TYPE_FP16.
"""

from collections.abc import Iterator
from typing import Literal

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Binary, Call, Function
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP416", name="squared-before-cast", effect="wrong-result", certainty="likely", words=())
_KINDS: tuple[Literal["late-cast"], Literal["half-squares"]] = ("late-cast", "half-squares")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    narrowed = [one.span for one in mistakes(python, config, effective, "half-cast")]
    elsewhere: set[Span] = set()
    if narrowed:
        squares = [one.span for kind in _KINDS for one in mistakes(python, config, effective, kind)]
        functions = {place: _function_at(python, place) for place in (*narrowed, *squares)}
        elsewhere = {place for place in squares if all(functions[place] is not functions[one] for one in narrowed)}
    for place in narrowed if elsewhere else ():
        yield Problem(
            place,
            "this is made float16 before it is squared and summed: what comes to more than 65504 becomes inf",
            help="work the squares out first, and convert what comes of them",
            related=tuple(Related(one, "squared here") for one in sorted(elsewhere, key=lambda one: one.start or 0)),
            key=python.text[place.start : place.end],
        )
    for mistake in mistakes(python, config, effective, "late-cast"):
        if mistake.span in elsewhere:
            continue
        yield Problem(
            mistake.span,
            "these squares are made in the narrow type of the array: what does not fit is lost before it is widened",
            help="convert first: `x.astype(np.float32)`",
            key=python.text[mistake.span.start : mistake.span.end],
        )
    for mistake in mistakes(python, config, effective, "half-squares"):
        if mistake.span in elsewhere:
            continue
        yield Problem(
            mistake.span,
            "these squares are made and summed as float16: where they come to more than 65504, the sum is inf",
            help="convert first: `x.astype(np.float32)`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


def _function_at(python: PythonFacts, place: Span) -> Function | None:
    """The function that an expression stands in."""
    node = next((one for one in python.walk(Call, Binary) if one.span == place), None)
    return python.function_at(node) if node is not None else None


_UNIT = """\
-- unit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP16 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP16 dims: [ -1 ] }
-- unit/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            norm = np.sqrt((x * x).sum())
#!
            y = (x / np.maximum(norm, 1e-4)).astype(np.float16)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
"""
_NEAREST = """\
-- nearest/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- nearest/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

CENTRE = np.array([[1], [0], [0]], dtype=np.float16)


def unit(vectors):
    norms = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return vectors / np.maximum(norms, 1e-4)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            near = unit(x.astype(np.float16)) @ CENTRE
#                       ^^^^^^^^^^^^^^^^^^^^ TLP416
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", near.astype(np.float32))]))
        return responses
"""
EXAMPLES = (
    _NEAREST,
    "".join(line for line in _NEAREST.splitlines(True) if "TLP416" not in line).replace(
        "unit(x.astype(np.float16))", "unit(x).astype(np.float16)"
    ),
    """\
-- rms/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP16 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- rms/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            power = np.mean(x * x)
#                           ^^^^^ TLP416
            y = np.sqrt(power).astype(np.float32).reshape(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- rms/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP16 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- rms/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            wide = x.astype(np.float32)
            share = 1 / (1 + np.exp(-x))
            wide = wide + (share * share).astype(np.float32) + (np.clip(x, -1, 1) ** 2).astype(np.float32)
            y = np.sqrt(np.mean(wide * wide, keepdims=True))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    _UNIT.replace("#!\n", "#                           ^^^^^ TLP416\n"),
    _UNIT.replace("#!\n", "").replace("as_numpy()", "as_numpy().astype(np.float32)"),
    """\
-- digits/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- digits/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 15).any():
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("digits only")))
                continue
            y = (x * x).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- odd/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- odd/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = ((x * x) % 2).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
