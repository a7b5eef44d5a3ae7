"""An async execute in a decoupled model before 24.04

## What it does
Reports `async def execute` in a model with `model_transaction_policy { decoupled: true }` for releases before 24.04.

## What happens
Before 24.04 a decoupled execute is not awaited; its coroutine is not None, so every request fails.

## How to fix
Write `def execute`, or use release 24.04 or newer.

## Source
Facts, python-backend 6.4.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP218",
    name="async-decoupled-before-24-04",
    effect="request-failure",
    first="22.05",
    last="24.03",
    server_says=("is using the decoupled mode and the execute function must return None.",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if (
        execute is not None
        and execute.is_async
        # A decorator may run the coroutine to its end.
        and not execute.decorators
        and effective.decoupled is True
    ):
        yield Problem(
            execute.name_span,
            "an async `execute` of a decoupled model is awaited since 24.04 only: before, every request fails",
            help="write `def execute`, or use release 24.04 or newer",
            key="execute",
        )


EXAMPLES = (
    """\
-- target -- release=24.03
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
#             ^^^^^^^ TLP218
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
