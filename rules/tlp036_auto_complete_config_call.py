"""`auto_complete_config` calls what the config object does not have

## What it does
Reports methods that the object given to `auto_complete_config` does not have, and its methods called with another
number of arguments or with a text as batch size.

## What happens
The call raises AttributeError or TypeError, and the model is refused.

## How to fix
There are `as_dict`, `set_max_batch_size`, `set_dynamic_batching`, `add_input`, `add_output` and, from 23.11 on,
`set_model_transaction_policy`. Everything else belongs in config.pbtxt.

## Source
python_backend, `src/resources/triton_python_backend_utils.py`, class `ModelConfig`; seen on a real server of
release 24.10. The function is called where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Certainty, Edit, Fix, Problem
from tritonlint.inputs.auto_complete import HookCall, hook_calls
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute, is_text
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP036",
    name="auto-complete-config-call",
    effect="load-failure",
    first="22.07",
    server_says=("'ModelConfig' object has no attribute", "missing 1 required positional argument"),
    words=("auto_complete_config",),
)
METHODS = {
    "as_dict": 0,
    "set_max_batch_size": 1,
    "set_dynamic_batching": 0,
    "add_input": 1,
    "add_output": 1,
    "set_model_transaction_policy": 1,
}
"""Methods by how many arguments they take."""


def check(python: PythonFacts) -> Iterator[Problem]:
    for call in hook_calls(python):
        if not call.caught:
            yield from (problem for problem in _refused(call) if not guarded(python.body, call.call))


def _refused(call: HookCall) -> Iterator[Problem]:
    """What is wrong with a call on the config object, if anything."""
    function = call.call.func
    certainty: Certainty | None = None if call.certain else "likely"
    if call.method not in METHODS and isinstance(function, Attribute) and not call.method.startswith("_"):
        near = get_close_matches(call.method, METHODS, 1, 0.7)
        yield Problem(
            function.attr_span,
            f"the config object has no `{call.method}`: the function raises and the model will not load",
            help=f"did you mean `{near[0]}`?" if near else f"there are {', '.join(METHODS)}",
            fix=Fix(f"call {near[0]}", (Edit(function.attr_span, near[0]),), safety="unsafe") if near else None,
            certainty=certainty,
            key=call.method,
        )
    elif call.method in METHODS and len(call.call.arguments) != METHODS[call.method]:
        given, takes = len(call.call.arguments), METHODS[call.method]
        yield Problem(
            call.call.span,
            f"`{call.method}` takes {takes or 'no'} argument{'s' if takes != 1 else ''} and gets {given}: "
            "the function raises and the model will not load",
            help="correct the call",
            certainty=certainty,
            key=call.method,
        )
    elif call.method == "set_max_batch_size" and is_text(call.argument):
        yield Problem(
            call.call.span,
            "the batch size is a text: the function raises TypeError and the model will not load",
            help="write a number",
            certainty=certainty,
            key="text",
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
        config.set_max_batchsize(4)
#              ^^^^^^^^^^^^^^^^^ TLP036
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(4)
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
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size()
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP036
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
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(4)
        config.set_dynamic_batching()
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
-- wrapped/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- wrapped/1/model.py --
import triton_python_backend_utils as pb_utils


class Config:
    def __init__(self, config):
        self.config = config

    def add(self, direction, **spec):
        getattr(self.config, "add_" + direction)(spec)
        return self


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        wrapped = Config(config)
        wrapped.add("input", name="x", data_type="TYPE_FP32", dims=[-1])
        if hasattr(config, "set_response_cache"):
            config.set_response_cache(True)
        try:
            config.set_optional("x")
        except AttributeError:
            pass
        config = Config(config)
        config.add("output", name="y", data_type="TYPE_FP32", dims=[-1])
        return config.config

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
