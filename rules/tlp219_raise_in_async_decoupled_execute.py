"""An error raised in an async execute of a decoupled model

## What it does
Reports `raise` in an `async def execute` of a decoupled model that no `try` of execute catches.

## What happens
Nobody waits for the coroutine: the error is logged, and the client waits for ever.

## How to fix
Send `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))` with the final flag instead.

## Source
Facts, python-backend 6.5; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Raise, Try, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP219",
    name="raise-in-async-decoupled-execute",
    effect="request-failure",
    first="24.04",
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.is_async or effective.decoupled is not True or execute.decorators:
        return
    caught = {
        n.span
        for attempt in own_nodes(execute, Try)
        if attempt.handlers
        for n in walk(attempt.body, into_functions=False)
    }
    for node in own_nodes(execute, Raise):
        if node.span not in caught:
            yield Problem(
                node.span,
                "an error that leaves the async execute of a decoupled model is only logged: the client waits for ever",
                help="send `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))` with the final flag instead",
                key="raise",
            )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise ValueError("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP219
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    raise ValueError("too small")
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
