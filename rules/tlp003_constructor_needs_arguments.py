"""A model class whose constructor needs arguments

## What it does
Reports an `__init__` of TritonPythonModel that cannot be called without arguments.

## What happens
The stub creates the model with `TritonPythonModel()`; the model does not load.

## How to fix
Take what is needed in `initialize(self, args)`.

## Source
Facts, python-backend 6.1 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP003",
    name="constructor-needs-arguments",
    effect="load-failure",
    server_says=("__init__() missing 1 required positional argument",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    init = python.method("__init__")
    if init is None or init.decorators or init.takes(1):
        return
    yield Problem(
        init.name_span,
        "`__init__` needs arguments, but Triton creates the model without any",
        help="remove the parameters; `initialize(self, args)` receives the configuration",
        key="__init__",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def __init__(self, args):
#       ^^^^^^^^ TLP003
        self.args = args

    def execute(self, requests):
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
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def __init__(self, args=None):
        self.args = args

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
