"""A thread that answers a request and may die on the way

## What it does
Reports functions that are started as a thread with a response sender or a request, where neither they nor what they
call in the file hold a `try` or a `with`. Silent where the file asks a future for its result, and where a thread only
sends the final flag.

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
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import Call, Function, Try, With, dotted, last_name
from tritonlint.rule import Rule

RULE = Rule(code="TLP221", name="thread-without-error-handling", effect="hygiene", first="22.05")
_ASKED = frozenset({"result", "exception", "add_done_callback", "as_completed", "gather", "wait_for", "excepthook"})
"""Names of files that learn of what a thread or a task raised."""
_HARMLESS = frozenset({"send", "sleep", "wait", "acquire", "release", "set", "get_response_sender"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "get_response_sender" not in python.text or _ASKED & python.used_names:
        return
    targets = thread_targets(python.body)
    for function in (f.function for f in python.frames if f.function is not None and f.function.name in targets):
        text = python.source(function)
        answers = "get_response_sender" in text or any(f"{p.name}.send(" in text for p in function.positional)
        if answers and not function.decorators and not _is_guarded(python, function) and _may_raise(function):
            yield Problem(
                function.name_span,
                f"an error in `{function.name}` ends the thread without an answer: the client waits for ever",
                help="catch it, send an error response, and send the final flag in a `finally`",
                key=function.name,
            )


def _is_guarded(python: PythonFacts, function: Function) -> bool:
    """Whether a function, or one that it calls, may catch what is raised."""
    return any(next(own_nodes(one, Try, With), None) is not None for one in reached(python, [function]))


def _may_raise(function: Function) -> bool:
    """Whether a function does more than to close a stream."""
    calls = list(own_nodes(function, Call))
    return any(
        last_name(call.func) not in _HARMLESS
        or any(argument.keyword != "flags" for argument in call.arguments if dotted(call.func) != "time.sleep")
        for call in calls
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
