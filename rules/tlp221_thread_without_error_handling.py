"""A thread that answers a request and may die on the way

## What it does
Reports functions that are started as a thread with a response sender or a request and hold no `try` at all.

## What happens
Nobody catches what a thread raises: it is printed, the final flag is never sent, and the client waits for ever.

## How to fix
Put the work into a `try`, send `pb_utils.InferenceResponse(error=…)` in the `except`, and the final flag in a
`finally`.

## Source
Facts, python-backend 6.5; seen on 24.10: an exception in the thread leaves the client waiting.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, thread_targets
from tritonlint.inputs.python_tree import Try
from tritonlint.rule import Rule

RULE = Rule(code="TLP221", name="thread-without-error-handling", effect="hygiene", first="22.05")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "get_response_sender" not in python.text:
        return
    targets = thread_targets(python.body)
    for function in (f.function for f in python.frames if f.function is not None and f.function.name in targets):
        text = python.source(function)
        answers = "get_response_sender" in text or any(f"{p.name}.send(" in text for p in function.positional)
        if answers and next(own_nodes(function, Try), None) is None:
            yield Problem(
                function.name_span,
                f"an error in `{function.name}` ends the thread without an answer: the client waits for ever",
                help="catch it, send an error response, and send the final flag in a `finally`",
                key=function.name,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request, sender):
#       ^^^^^^ TLP221
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0] > 0:
            raise ValueError("too large")
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request, request.get_response_sender()), daemon=True).start()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request, sender):
        try:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        except Exception as error:
            sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request, request.get_response_sender()), daemon=True).start()
""",
)
