"""The model's process is ended while it serves

## What it does
Reports `os._exit`, `os.abort` and `os.kill(os.getpid(), …)` in methods other than `initialize`, and `sys.exit`, `exit`
and `quit` in execute.

## What happens
The request fails with `Stub process '…' is not healthy.`. From 24.06 on the process is never started again: every
further request fails until the model is loaded anew, while the model still reports that it is ready (until 25.12).
`sys.exit` only raises SystemExit: every request of the call fails with that, and nothing ends.

## How to fix
Raise `pb_utils.TritonModelException`, or answer with `error=`; let the orchestrator restart a server that has to go.

## Source
Facts, python-backend 8; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call, Constant, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP020",
    name="process-ended-in-execute",
    effect="request-failure",
    certainty="likely",
    server_says=("is not healthy",),
    words=("_exit", "abort", "kill", "exit", "quit"),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not any(word in python.text for word in ("_exit", "abort", "kill", "exit(", "quit(")):
        return
    initialize = python.method("initialize")
    execute = python.method("execute")
    for node in walk(python.body, Call):
        name = python.qualified(node.func)
        if name in {"sys.exit", "exit", "quit"} and execute is not None and python.function_at(node) is execute:
            yield Problem(
                node.span,
                f"`{name}` raises SystemExit here: every request of the call fails, and the process goes on",
                help="raise `pb_utils.TritonModelException`, or answer with `error=`",
                key=name or "exit",
            )
            continue
        if name == "os.kill":
            whom, signal = node.argument(0), node.argument(1)
            own = isinstance(whom, Call) and python.qualified(whom.func) == "os.getpid"
            if not own or (isinstance(signal, Constant) and signal.value == 0):
                continue
        elif name not in {"os._exit", "os.abort"}:
            continue
        function = python.function_at(node)
        if function is None or function is initialize:
            continue
        yield Problem(
            node.span,
            f"`{name}` ends the model's process: since 24.06 it is not started again, and every further request fails",
            help="raise `pb_utils.TritonModelException`, or answer with `error=`",
            effect="instability",
            key=name,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                os._exit(1)
#               ^^^^^^^^^^^ TLP020
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] < 0:
                raise pb_utils.TritonModelException("too small")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
