"""A model class without execute

## What it does
Reports a TritonPythonModel that neither defines nor inherits `execute`. A class with a base from another file, a
decorator or a metaclass is not judged.

## What happens
The model loads and looks healthy; every request is answered with an error.

## How to fix
Add `def execute(self, requests)` that returns one response per request.

## Source
Facts, python-backend 6.1 (observed on 24.10).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Class, Function, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP004",
    name="no-execute",
    effect="request-failure",
    server_says=("does not implement `execute` method.",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    model = python.model_class
    if not python.understood or model is None or python.method("execute") or python.may_define("execute"):
        return
    methods = {s.name: s for owner in python.model_classes for s in owner.body if isinstance(s, Function)}
    near = get_close_matches("execute", methods, 1, 0.7)
    if near:
        found = methods[near[0]]
        alone = python.text.count(found.name) == 1
        yield Problem(
            found.name_span,
            f"the method is called `{found.name}`; Triton calls `execute`, and every request will fail",
            help="rename it to `execute`",
            fix=Fix("rename the method to execute", (Edit(found.name_span, "execute"),)) if alone else None,
            key="execute",
        )
        return
    outside = next((s for s in python.body if isinstance(s, Function) and _takes_requests(s)), None)
    if outside is not None:
        yield Problem(
            outside.name_span,
            "this `execute` stands outside of TritonPythonModel, which has none: every request will fail",
            help="indent it into the class",
            key="execute",
        )
        return
    nested = next((f for owner in python.model_classes for f in _within(owner) if f.name == "execute"), None)
    if nested is not None:
        yield Problem(
            nested.name_span,
            "this `execute` stands inside another method, so the class has none: every request will fail",
            help="move it out to the level of the other methods",
            key="execute",
        )
        return
    yield Problem(
        model.name_span,
        "TritonPythonModel has no method `execute`, so every request will fail",
        help="add `def execute(self, requests)` that returns one InferenceResponse per request",
        key="execute",
    )


def _takes_requests(function: Function) -> bool:
    return function.name == "execute" and [p.name for p in function.positional] == ["self", "requests"]


def _within(owner: Class) -> Iterator[Function]:
    """The functions that stand in methods of a class and take a model and its requests."""
    for method in owner.body:
        if isinstance(method, Function):
            yield from (f for f in walk(method.body, Function) if len(f.positional) == 2)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = 2


def execute(self, requests):
#   ^^^^^^^ TLP004
    responses = []
    for request in requests:
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)]))
    return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
class TritonPythonModel:
#     ^^^^^^^^^^^^^^^^^ TLP004
    def initialize(self, args):
        pass
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def exceute(self, requests):
#       ^^^^^^^ TLP004
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = 2

        def execute(self, requests):
#           ^^^^^^^ TLP004
            responses = []
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)]))
            return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from helper import Base


class TritonPythonModel(Base):
    pass
-- add/1/helper.py --
import triton_python_backend_utils as pb_utils


class Base:
    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in tensors]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- class_change/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- class_change/1/model.py --
import triton_python_backend_utils as pb_utils


class Serving:
    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]


class TritonPythonModel:
    def initialize(self, args):
        self.__class__ = Serving
""",
)
