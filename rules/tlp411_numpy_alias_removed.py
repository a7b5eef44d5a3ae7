"""A name that NumPy no longer has

## What it does
Reports `np.float`, `np.int`, `np.object`, `np.str` and `np.complex`. `np.bool` is one of them up to release 24.10 only:
it came back with NumPy 2, which the stubs of older releases cannot use.

## What happens
NumPy 1.24 removed them: `module 'numpy' has no attribute 'float'`. The request fails, or the model does not load.

## How to fix
Write `np.float64` (or `np.float32`, if that is what the output declares), `np.int64`, `np.object_`, `np.str_`.

## Source
Release notes of NumPy 1.24 and 2.0; observed on 24.10 with NumPy 1.26.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP411",
    name="numpy-alias-removed",
    effect="request-failure",
    certainty="likely",
    server_says=("module 'numpy' has no attribute",),
)
REPLACED = {"float": "float64", "int": "int64", "object": "object_", "str": "str_", "complex": "complex128"}


def check(python: PythonFacts, target: Target) -> Iterator[Problem]:
    if "numpy" not in python.text:
        return
    replaced = REPLACED | ({"bool": "bool_"} if target.until("24.10") else {})
    for node in python.walk(Attribute):
        if node.attr not in replaced or python.qualified(node) != f"numpy.{node.attr}" or guarded(python.body, node):
            continue
        function = python.function_at(node)
        loading = function is None or function is python.method("initialize")
        right = replaced[node.attr]
        yield Problem(
            node.span,
            f"NumPy has had no `{node.attr}` since 1.24: this raises AttributeError",
            help=f"write `{python.source(node.value)}.{right}`",
            fix=Fix(f"write {right}", (Edit(node.attr_span, right),), safety="unsafe"),
            effect="load-failure" if loading else "request-failure",
            key=node.attr,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP64 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float))
#                                             ^^^^^^^^ TLP411
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float64))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP64 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float64))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
