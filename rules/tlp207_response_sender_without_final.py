"""A response sender that never says it is done

## What it does
Reports a model that gets response senders while nothing in the file mentions `TRITONSERVER_RESPONSE_COMPLETE_FINAL`,
`flags`, or gives the sender to code elsewhere.

## What happens
Without the final flag the request is never complete: the client waits for ever, and the server keeps the request.

## How to fix
Send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`, or send the flag alone behind it.

## Source
Facts, python-backend 6.4 and 6.5 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Argument, Assign, Attribute, Call, Name, Return
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP207",
    name="response-sender-without-final",
    effect="request-failure",
    first="22.05",
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "COMPLETE_FINAL" in python.text:
        return
    for node in python.walk():
        if not isinstance(node, Assign) or not isinstance(node.value, Call):
            continue
        func = node.value.func
        if not isinstance(func, Attribute) or func.attr != "get_response_sender":
            continue
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, Name):
            continue
        function = python.function_at(node)
        if function is None:
            continue
        for use in python.walk_function(function):
            if isinstance(use, Argument | Return) and isinstance(use.value, Name) and use.value.id == target.id:
                return
            if isinstance(use, Call) and isinstance(use.func, Attribute) and use.func.attr == "send":
                own = isinstance(use.func.value, Name) and use.func.value.id == target.id
                if own and (not use.certain or use.argument(1, "flags") is not None):
                    return
        yield Problem(
            node.value.span,
            "nothing is ever sent with the final flag, so clients wait for ever",
            help="send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`",
            key="final",
        )


EXAMPLES = (
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
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())]))
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
)
