"""The thread that answers fails before it has answered

## What it does
Plays what `execute` hands to threads and pools, and reports what surely raises there where a `finally` still ends the
stream: the exception itself reaches nobody.

## What happens
The client gets an empty stream, or a part of the answers, with status OK. The exception of a thread stands in the log,
that of a pool nowhere.

## How to fix
Mend what raises, and send an error in an `except`: `sender.send(pb_utils.InferenceResponse(error=…))`.

## Source
Python's `threading` and `concurrent.futures`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP256", name="worker-always-fails", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "worker-died"):
        yield Problem(
            mistake.span,
            f"this raises `{mistake.found}` in the thread that answers: the stream ends without the answer",
            help="mend it, and send an error where an exception is caught",
            key="worker",
        )


EXAMPLES = (
    """\
-- count/config.pbtxt --
backend: "python"
model_transaction_policy { decoupled: true }
input { name: "x" data_type: TYPE_INT32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 4 ] }
-- count/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.work, args=(request.get_response_sender(), x)).start()

    def work(self, sender, x):
        try:
            for number in range(x):
#                         ^^^^^^^^ TLP256
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * number)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- count/config.pbtxt --
backend: "python"
model_transaction_policy { decoupled: true }
input { name: "x" data_type: TYPE_INT32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 4 ] }
-- count/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.work, args=(request.get_response_sender(), x)).start()

    def work(self, sender, x):
        try:
            for number in range(len(x)):
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * number)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
