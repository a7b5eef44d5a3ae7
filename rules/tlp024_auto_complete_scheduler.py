"""`auto_complete_config` wants another scheduler or policy than config.pbtxt

## What it does
Reports `set_dynamic_batching()` beside `sequence_batching` in the config, `set_model_transaction_policy` with another
`decoupled` than the config's `model_transaction_policy`, and with any other property.

## What happens
The function raises ValueError and the model is refused.

## How to fix
Remove the call, or change the config.

## Source
python_backend, `src/resources/triton_python_backend_utils.py`, class `ModelConfig`; seen on a real server of
release 24.10. The function is called where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.auto_complete import hook_calls
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call, Constant, Dict, Node, dotted
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP024",
    name="auto-complete-scheduler",
    effect="load-failure",
    first="22.07",
    server_says=("tries to set scheduling_choice", "trying to change decoupled property"),
    words=("auto_complete_config",),
)


def check(config: Document, python: PythonFacts) -> Iterator[Problem]:
    sequence = config.root.field("sequence_batching")
    policy = config.root.message("model_transaction_policy")
    for call in hook_calls(python):
        if not call.certain:
            continue
        if call.method == "set_dynamic_batching" and sequence is not None:
            yield Problem(
                call.call.span,
                "auto_complete_config sets dynamic batching where config.pbtxt has sequence_batching: "
                "the function raises and the model will not load",
                help="remove this call, or sequence_batching from config.pbtxt",
                related=(Related(sequence.name_span, "the scheduler of config.pbtxt"),),
                key="scheduler",
            )
        if call.method != "set_model_transaction_policy":
            continue
        for name, key in _others(call.argument):
            yield Problem(
                key.span,
                f"auto_complete_config sets {name!r} in the transaction policy, which holds only 'decoupled': "
                "the function raises and the model will not load",
                help="leave it out",
                key=name,
            )
        if policy is None:
            continue
        configured = policy.boolean("decoupled")
        for value in _decoupled(call.argument):
            if configured is not None and isinstance(value.value, bool) and value.value != configured:
                yield Problem(
                    value.span,
                    f"auto_complete_config sets decoupled to {value.value}, config.pbtxt to {configured}: "
                    "the function raises and the model will not load",
                    help="make the two equal, or leave model_transaction_policy out of config.pbtxt",
                    related=(Related(policy.span, "the policy of config.pbtxt"),),
                    key="decoupled",
                )


def _decoupled(policy: Node | None) -> list[Constant]:
    """The values of ``decoupled`` in ``{"decoupled": …}`` or ``dict(decoupled=…)``."""
    if isinstance(policy, Dict):
        pairs = zip(policy.keys, policy.values, strict=True)
        found = [value for key, value in pairs if isinstance(key, Constant) and key.value == "decoupled"]
    elif isinstance(policy, Call) and dotted(policy.func) == "dict":
        found = [argument.value for argument in policy.arguments if argument.keyword == "decoupled"]
    else:
        found = []
    return [value for value in found if isinstance(value, Constant)]


def _others(policy: Node | None) -> list[tuple[str, Node]]:
    """Properties that the policy does not have, with their places."""
    found: list[tuple[str, Node]] = []
    if isinstance(policy, Dict):
        for key in policy.keys:
            if isinstance(key, Constant) and isinstance(key.value, str):
                found.append((key.value, key))
    elif isinstance(policy, Call) and dotted(policy.func) == "dict":
        found = [(argument.keyword, argument) for argument in policy.arguments if argument.keyword is not None]
    return [(name, place) for name, place in found if name != "decoupled"]


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
sequence_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_dynamic_batching()
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP024
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
dynamic_batching { }
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_dynamic_batching()
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
model_transaction_policy { decoupled: false }
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_model_transaction_policy(dict(decoupled=True))
#                                                                              ^^^^ TLP024
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_model_transaction_policy({"decoupled": False, "streaming": True})
#                                                                                    ^^^^^^^^^^^ TLP024
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
