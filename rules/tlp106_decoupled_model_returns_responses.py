"""A decoupled model that returns its responses

## What it does
Reports `return` of a list from `execute` when config.pbtxt says `decoupled: true`.

## What happens
The request fails: in decoupled mode execute must return None, and responses go through the response sender.

## How to fix
Send with `request.get_response_sender()`, or remove `model_transaction_policy`.

## Source
Facts, python-backend 6.5 (observed on 24.10). A list that is returned after the final flags were sent is ignored there,
so a model that uses response senders is left to the rules about these.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, returns
from tritonlint.inputs.python_join import is_list, uses_sender
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP106",
    name="decoupled-model-returns-responses",
    effect="request-failure",
    server_says=("is using the decoupled mode and the execute function must return None.",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute") if effective.decoupled is True else None
    if execute is None or execute.decorators or is_generator(execute):
        return
    policy = config.root.field("model_transaction_policy")
    if uses_sender(python):
        # One model.py for both modes; and once the final flag is sent, what execute returns is not looked at.
        return
    for statement in returns(execute):
        if statement.value is not None and is_list(python, statement.value):
            yield Problem(
                statement.span,
                "this model is decoupled, so execute must return None; every request that comes here fails",
                help="send through `request.get_response_sender()`, or remove `model_transaction_policy`",
                related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
                key="return",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
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
#       ^^^^^^^^^^^^^^^^ TLP106
""",
    """\
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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.streams = pb_utils.using_decoupled_model_transaction_policy(json.loads(args["model_config"]))

    def execute(self, requests):
        answers = []
        for request in requests:
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            answer = pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())])
            if self.streams:
                request.get_response_sender().send(answer, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            else:
                answers.append(answer)
        if self.streams:
            return None
        return answers
""",
)
