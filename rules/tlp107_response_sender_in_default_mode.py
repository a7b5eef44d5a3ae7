"""A response sender where the release has none

## What it does
Reports `get_response_sender()` in a model that is not decoupled, for releases before 24.06.

## What happens
The request fails: before 24.06 only decoupled models have response senders.

## How to fix
Return a list of responses, or set `model_transaction_policy { decoupled: true }`.

## Source
Facts, python-backend 6.4: default-mode senders since 24.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_join import defines
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP107",
    name="response-sender-in-default-mode",
    effect="request-failure",
    last="24.05",
    server_says=("function must be called only when the model is using the decoupled",),
    words=("get_response_sender",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False or python.method("auto_complete_config") is not None:
        return
    # A file that asks how the model is configured, or has such a method itself, gets none where there is none.
    if any("decoupled" in word for word in python.identifiers) or defines(python, "get_response_sender"):
        return
    for node in own_nodes(execute, Call):
        if isinstance(node.func, Attribute) and node.func.attr == "get_response_sender":
            if guarded(python.body, node):
                continue
            yield Problem(
                node.span,
                "before 24.06 a model that is not decoupled has no response sender",
                help="return a list of responses, or set `model_transaction_policy { decoupled: true }`",
                key="get_response_sender",
            )
            return


EXAMPLES = (
    """\
-- target -- release=24.05
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP107
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.05
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
