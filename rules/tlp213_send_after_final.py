"""Something sent after the final flag

## What it does
Follows a response sender: a `send` that is reached after the final flag has been sent through the same sender.

## What happens
`Response sender has been closed.` is raised: the response is lost, and the requests behind it in the same call fail or
are never answered. The client sees a stream that ends early, with status OK.

## How to fix
Send the final flag last.

## Source
Facts, python-backend 6.5; seen on 24.10: the client gets an empty stream with status 200.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import gets_sender, innermost_block, open_ends, own_nodes, send_flags
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Expression,
    Flow,
    For,
    Function,
    If,
    Name,
    Return,
    Stmt,
    Try,
    dotted,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP213",
    name="send-after-final",
    effect="wrong-result",
    first="22.05",
    server_says=("Response sender has been closed.",),
    words=("get_response_sender",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    turns = {mistake.span for mistake in mistakes(python, config, effective, "final-in-loop")}
    for mistake in mistakes(python, config, effective, "after-final"):
        if mistake.span in turns:
            continue
        yield Problem(
            mistake.span,
            "this comes after the final flag: sending raises an error, and the response is lost",
            help="send the final flag with the last response, or behind it",
            certainty="certain" if mistake.sure else "likely",
            key="send",
            general=mistake.span,
        )
    for mistake in mistakes(python, config, effective, "final-in-loop"):
        yield Problem(
            mistake.span,
            "the final flag is sent in a loop: what the next turn sends raises an error, and is lost",
            help="send the final flag behind the loop",
            certainty="likely",
            key="send",
            general=mistake.span,
        )
    for frame in python.frames:
        function = frame.function
        for node in own_nodes(function, Assign) if function is not None else ():
            if not gets_sender(node.value) or not isinstance(node.targets[0], Name):
                continue
            yield from _repeated(function, node, node.targets[0].id)
            found = open_ends(innermost_block(function, node), node.targets[0].id) if function is not None else None
            seen: set[Span] = set()
            for first, second in found.twice if found is not None else ():
                if first.span in seen or _attempted(function, second):
                    continue
                seen.add(first.span)
                yield Problem(
                    second.span,
                    "this comes after the final flag: sending raises an error, and the response is lost",
                    help="send the final flag with the last response, or behind it",
                    related=(Related(first.span, "the final flag is sent here"),),
                    key="send",
                )


def _repeated(function: Function | None, got: Assign, name: str) -> Iterator[Problem]:
    """The final flag sent with every turn of a loop behind the sender."""
    for loop in innermost_block(function, got) if function is not None else ():
        if not isinstance(loop, For) or any(isinstance(s, If) for s in loop.body):
            continue
        if any(isinstance(n, Return) or n.keyword == "break" for n in walk(loop.body, Flow, Return)):
            continue
        for statement in loop.body:
            call = statement.value if isinstance(statement, Expression) else None
            if isinstance(call, Call) and dotted(call.func) == f"{name}.send" and send_flags(call) == 1:
                yield Problem(
                    statement.span,
                    "this sends the final flag with every turn of the loop: from the second one on it raises an error, "
                    "and the responses are lost",
                    help="send the final flag once, behind the loop",
                    related=(Related(loop.header, "the loop"),),
                    key="loop",
                )


def _attempted(function: Function | None, statement: Stmt) -> bool:
    """Whether a statement stands in a try that may expect the error."""
    attempts = (n for n in own_nodes(function, Try) if n.handlers) if function is not None else ()
    return any(n.span == statement.span for attempt in attempts for n in walk(attempt.body))


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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP213
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            first = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            sender.send(first, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            second = pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)])
            sender.send(second, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP213
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] < 0:
                error = pb_utils.InferenceResponse([], pb_utils.TritonError("too small"))
                sender.send(error, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
                continue
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _stream(self, x, sender):
        for i in range(len(x)):
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x[i : i + 1])]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP213

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self._stream(x, request.get_response_sender())
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for i in range(len(x)):
                if sender.is_cancelled():
                    break
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x[i : i + 1])]), self.final)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP213
            sender.send(flags=self.final)
""",
)
