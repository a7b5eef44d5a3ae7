"""A call to the server where there is none

## What it does
Reports `load_model`, `unload_model`, `is_model_ready` and `MetricFamily` in `auto_complete_config`.

## What happens
The process that runs `auto_complete_config` has no connection to the server: the call never returns, and the load
hangs without a message.

## How to fix
Make the call in `initialize`.

## Source
Facts, python-backend 6.2 (observed on 24.10 and 25.08).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP009",
    name="server-call-in-auto-complete",
    effect="instability",
    first="23.07",
    words=("auto_complete_config",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    hook = python.method("auto_complete_config")
    if hook is None:
        return
    for call in python.calls_of("load_model", "unload_model", "is_model_ready", "MetricFamily"):
        if call.function is not None and call.function.span == hook.span:
            yield Problem(
                call.span,
                f"`{call.name}` never returns in auto_complete_config: the model load hangs",
                help="move the call to `initialize`",
                key=call.name,
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
    @staticmethod
    def auto_complete_config(config):
        pb_utils.is_model_ready("other")
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP009
        return config

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
    def initialize(self, args):
        pb_utils.is_model_ready("other")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
