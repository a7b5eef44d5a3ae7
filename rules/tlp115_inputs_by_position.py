"""Inputs of a request that are taken by their position

## What it does
Reports `request.inputs()` of a model with several inputs whose tensors are told apart by where they stand: unpacked
(`a, b = request.inputs()`), by number (`request.inputs()[0]`), together with a list of names (`zip(names, …)`), or as
arguments (`f(*…)`). Silent in files that ask tensors for their `name()`.

## What happens
The inputs come in an order that depends on the request, not in the order of config.pbtxt: another client gets its
inputs mistaken for each other, with status OK, or the request fails where their shapes or types do not fit.

## How to fix
Ask for each by its name: `pb_utils.get_input_tensor_by_name(request, "a")`.

## Source
Run on a server of 24.10: the same inputs in another order in the request give another answer.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_positions import by_position
from tritonlint.inputs.python_tree import Attribute, Expr
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP115",
    name="inputs-by-position",
    effect="wrong-result",
    certainty="likely",
    words=("inputs",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    inputs = tensors_of(python, config, "input")
    if len(inputs) < 2 or config.problems or config.root.uncertain:
        return
    for taken in by_position(python, "inputs"):
        owner = taken.asked.func.value if isinstance(taken.asked.func, Attribute) else None
        if owner is None or objects_of(python).kind(owner) != "request" or _is_made_here(python, owner):
            continue
        first, second = list(inputs)[:2]
        yield Problem(
            taken.node.span,
            "inputs come in an order that depends on the request, not in that of config.pbtxt: "
            f"`{first}` and `{second}` may be mistaken for each other",
            help="use `pb_utils.get_input_tensor_by_name(request, …)`",
            key="inputs",
        )
        return


def _is_made_here(python: PythonFacts, request: Expr) -> bool:
    """Whether a request is one to another model."""
    made = {one.call for one in python.calls_of("InferenceRequest")}
    return any(source in made for source, _ in python.follow(request) or ())


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a, b = [tensor.as_numpy() for tensor in request.inputs()]
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP115
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", a - b)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            tensors = request.inputs()
            a = tensors[0].as_numpy()
#               ^^^^^^^^^^ TLP115
            b = tensors[1].as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", a - b)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

NAMES = ("a", "b")


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            found = {name: tensor.as_numpy() for name, tensor in zip(NAMES, request.inputs())}
#                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP115
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", found["a"] - found["b"])]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            found = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
            a, b = found["a"], found["b"]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", a - b)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a, b = [tensor.as_numpy() for tensor in request.inputs()]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", a + b)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a, b = [tensor.as_numpy() for tensor in request.inputs()]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.abs(a - b))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def compared(left, right):
    return left - right + np.abs(left) * 0


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a, b = (tensor.as_numpy() for tensor in request.inputs())
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP115
            if a.shape != b.shape:
                error = pb_utils.TritonError("a and b have other shapes")
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", compared(a, b))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def compared(left, right):
    return np.abs(left - right)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a, b = (tensor.as_numpy() for tensor in request.inputs())
            if a.shape != b.shape:
                error = pb_utils.TritonError("a and b have other shapes")
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", compared(a, b))]))
        return responses
""",
)
