"""Something sent after the final flag

## What it does
Follows a response sender: a `send` that is reached after the final flag has been sent through the same sender.

## What happens
`Response sender has been closed.` is raised: the response is lost, and the requests behind it in the same call fail or
are never answered. The client sees a stream that ends early, with status OK; where the final flag alone comes a second
time, it has all of its answer, and only the others fail. In the loop of a worker thread the error
ends the thread, and no later request is answered.

## How to fix
Send the final flag last.

## Source
Facts, python-backend 6.5; seen on 24.10: the client gets an empty stream with status 200.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import innermost_block, own_nodes, thread_targets
from tritonlint.inputs.python_response_flow import FINAL, final_names, gets_sender, open_ends, send_flags
from tritonlint.inputs.python_streams import flags_of_helpers
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Expression,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    Return,
    Stmt,
    Try,
    While,
    dotted,
    lies_in,
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

_THREADS = frozenset({"threading.Thread", "Thread"})
_LOST = "and the response is lost"
_FOR_OTHERS = "with which the requests behind it in the same call fail"


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    turns = {mistake.span for mistake in mistakes(python, config, effective, "final-in-loop")}
    for mistake in mistakes(python, config, effective, "after-final"):
        if mistake.span in turns:
            continue
        calls = [call for call in python.walk(Call) if call.span == mistake.span]
        alone = any(_is_flag_alone(call) and not _in_stream_loop(python, call) for call in calls)
        yield Problem(
            mistake.span,
            f"this comes after the final flag: sending raises an error, {_FOR_OTHERS if alone else _LOST}",
            help="send the final flag once, with the last response or behind it"
            if alone
            else "send the final flag with the last response, or behind it",
            effect="request-failure" if alone else None,
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
        told: set[str] = set()
        for node in own_nodes(function, Assign) if function is not None else ():
            if not gets_sender(node.value) or not isinstance(node.targets[0], Name):
                continue
            yield from _repeated(function, node, node.targets[0].id)
            if function is not None:
                told.add(node.targets[0].id)
                yield from _twice(python, function, innermost_block(function, node), node.targets[0].id, given=False)
        for name in _senders(python, function) - told if function is not None else ():
            if function is not None:
                yield from _twice(python, function, function.body, name, given=True)


def _is_flag_alone(node: Node | None) -> bool:
    """Whether a call sends the final flag and nothing else, so that no data is lost where that is refused."""
    if not isinstance(node, Call) or not node.certain or send_flags(node) == 0:
        return False
    given = node.argument(0, "response")
    return given is None or (isinstance(given, Constant) and given.value is None)


def _in_stream_loop(python: PythonFacts, call: Call) -> bool:
    """Whether a call stands in a loop that sends responses with its turns: the next one is lost."""
    function = python.function_at(call)
    loops = [loop for loop in own_nodes(function, For, While) if lies_in(call, loop)] if function is not None else []
    if not loops or any(gets_sender(inner) for inner in walk(loops[-1].body, Call)):
        return False
    if isinstance(loops[-1], For) and python.is_request_list(loops[-1].iterable):
        return False
    sends = [c for c in walk(loops[-1].body, Call) if isinstance(c.func, Attribute) and c.func.attr == "send"]
    return any(not _is_flag_alone(one) for one in sends)


def _senders(python: PythonFacts, function: Function) -> set[str]:
    """What the final flag is sent through in a function."""
    if FINAL not in python.identifiers:
        return set()
    sends = [c for c in own_nodes(function, Call) if isinstance(c.func, Attribute) and c.func.attr == "send"]
    finals = final_names(python)
    names = {dotted(c.func.value) for c in sends if isinstance(c.func, Attribute) and send_flags(c, finals) == 1}
    return {name for name in names if name is not None}


def _twice(
    python: PythonFacts, function: Function, body: tuple[Stmt, ...], name: str, *, given: bool
) -> Iterator[Problem]:
    """What is sent after the final flag through one sender."""
    helpers = flags_of_helpers(python, function, name)
    found = open_ends(body, name, given=given, finals=final_names(python), helpers=helpers)
    seen: set[Span] = set()
    for first, second in found.twice if found is not None else ():
        if first.span in seen or _attempted(function, second):
            continue
        seen.add(first.span)
        ends_worker = _in_worker_loop(python, function)
        alone = isinstance(second, Expression) and _is_flag_alone(second.value)
        lost = (
            "and the worker ends, and no later request is answered" if ends_worker else _FOR_OTHERS if alone else _LOST
        )
        yield Problem(
            second.span,
            f"this comes after the final flag: sending raises an error, {lost}",
            help="send the final flag with the last response, or behind it",
            related=(Related(first.span, "the final flag is sent here"),),
            effect="instability" if ends_worker else "request-failure" if alone else None,
            key="send",
        )


def _in_worker_loop(python: PythonFacts, function: Function) -> bool:
    """Whether a function runs in the loop of a worker that an exception ends."""
    names = thread_targets(python.body)
    for frame in python.frames:
        runner = frame.function
        bases = frame.in_class.bases if frame.in_class is not None else ()
        of_thread = runner is not None and runner.name == "run" and any(dotted(b) in _THREADS for b in bases)
        if runner is None or not (runner.name in names or of_thread):
            continue
        attempts = [n for n in own_nodes(runner, Try) if n.handlers]
        for loop in own_nodes(runner, While):
            calls = (c for c in walk(loop.body, Call) if called_function(python, c) is function)
            if runner is function or any(not any(lies_in(c, s) for a in attempts for s in a.body) for c in calls):
                return True
    return False


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
-- answer/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- answer/1/model.py --
import queue
import threading

import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put((x, request.get_response_sender()))

    def _work(self):
        while True:
            x, sender = self.jobs.get()
            self._answer(x, sender)

    def _answer(self, x, sender):
        try:
            if x[0] >= 0:
                raise ValueError("not below zero")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        except ValueError as error:
            self._fail(sender, error)
        finally:
            sender.send(flags=FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^ TLP213

    def _fail(self, sender, error):
        sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))), flags=FINAL)
""",
    """\
-- answer/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- answer/1/model.py --
import threading

import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class Job(threading.Thread):
    def __init__(self, request):
        super().__init__(daemon=True)
        self.x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        self.sender = request.get_response_sender()

    def run(self):
        try:
            self.sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.x)]))
        except Exception as error:
            self.sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))), flags=FINAL)
        else:
            self.sender.send(flags=FINAL)


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            Job(request).start()
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
    # No turn is behind the last one.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
model_transaction_policy { decoupled: true }
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            n = len(x)
            for i in range(n):
                flags = 0
                if i >= n:
                    flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x[i : i + 1])]), flags=flags)
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
