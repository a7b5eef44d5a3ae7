"""A decoupled model that returns its responses

## What it does
Reports `return` of a list from `execute` when config.pbtxt says `decoupled: true`; in a model that uses response
senders only a list of responses that go nowhere else, and any that is returned while threads still send.

## What happens
The request fails: in decoupled mode execute must return None, and responses go through the response sender. Where the
final flag was sent before, nothing fails, and the responses in the list never come to the client.

## How to fix
Send with `request.get_response_sender()`, or remove `model_transaction_policy`.

## Source
Facts, python-backend 6.5 (observed on 24.10). A list that is returned after the final flags were sent is ignored there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, is_none, own_nodes, request_loops, returns, thread_targets
from tritonlint.inputs.python_join import is_list, uses_sender
from tritonlint.inputs.python_threads import by_name
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Expr,
    Function,
    Name,
    Return,
    With,
    dotted,
    last_name,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP106",
    name="decoupled-model-returns-responses",
    effect="request-failure",
    server_says=("is using the decoupled mode and the execute function must return None.",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute") if effective.decoupled is True else None
    if execute is None or is_generator(execute):
        return
    told = list(_written(python, config, execute))
    yield from told
    # Where several statements return, the last one stands for all.
    for mistake in mistakes(python, config, effective, "streamed-return") if not told else ():
        yield _fails(config, mistake.span)


def _written(python: PythonFacts, config: Document, execute: Function) -> Iterator[Problem]:
    """Lists that `execute` itself returns."""
    if execute.decorators:
        return
    if uses_sender(python):
        # One model.py for both modes; and once the final flag is sent, what execute returns is not looked at.
        yield from _never_sent(python, execute)
        for statement in returns(execute) if _leaves_at_work(python, execute) else ():
            value = statement.value
            kept = value is not None and (
                is_list(python, value) or (isinstance(value, Constant) and not is_none(value))
            )
            if kept:
                yield replace(_fails(config, statement.span), message=_AT_WORK, certainty="likely")
        return
    for statement in returns(execute):
        if statement.value is not None and is_list(python, statement.value):
            yield _fails(config, statement.span)


def _leaves_at_work(python: PythonFacts, execute: Function) -> bool:
    """Whether `execute` hands every request to threads that send, sends nothing itself, and waits for nothing."""
    if not thread_targets(python.body) or _BOTH_MODES.search(python.text) or next(own_nodes(execute, With), None):
        return False
    started = [call for call in own_nodes(execute, Call) if last_name(call.func) in _STARTS]
    running = [execute]
    for function in running:
        for call in own_nodes(function, Call) if len(running) < _MOST else ():
            called = [one for one in by_name(python).get(last_name(call.func), ()) if one not in running]
            running += called
    calls = [call for function in running for call in own_nodes(function, Call)]
    words = {last_name(call.func) for call in calls}
    known = {name for name in words if name in by_name(python)} | _STARTS | _KEEPS
    others = [call for call in calls if last_name(call.func) not in known and call.arguments]
    handed = [a for call in others for argument in call.arguments for a in walk(argument.value, Name)]
    requests = {name.id for loop in request_loops(execute) for name in walk(loop.target, Name)}
    return bool(started) and not words & _ENDS_OR_WAITS and not any(one.id in requests for one in handed)


_MOST = 20
_STARTS = frozenset({"submit", "Thread", "run_in_executor", "run_coroutine_threadsafe"})
_KEEPS = frozenset({"append", "get_input_tensor_by_name", "len", "str", "int", "list", "enumerate", "Tensor"})
"""What may get a request, and sends nothing."""
_ENDS_OR_WAITS = frozenset(
    {"send", "result", "join", "wait", "as_completed", "exception", "acquire", "get", "map", "gather", "shutdown"}
    | {"drain", "flush", "close", "finish"}
)
_AT_WORK = (
    "this model is decoupled, so execute must return None: every request fails whose final flag the threads have not "
    "sent by then"
)


def _fails(config: Document, span: Span) -> Problem:
    policy = config.root.field("model_transaction_policy")
    return Problem(
        span,
        "this model is decoupled, so execute must return None; every request that comes here fails",
        help="send through `request.get_response_sender()`, or remove `model_transaction_policy`",
        related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
        key="return",
    )


def _never_sent(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    """A list of responses that execute gives back beside what it sends."""
    given_back = [s for s in returns(execute) if not is_none(s.value)]
    if not given_back or _BOTH_MODES.search(python.text):
        return
    sent = {
        argument.value.id
        for call in python.walk(Call)
        if isinstance(call.func, Attribute) and call.func.attr == "send"
        for argument in call.arguments
        if isinstance(argument.value, Name)
    }
    frame = python.frame_of(execute)
    for statement in given_back:
        made = statement.value
        if isinstance(made, Comprehension) and made.kind == "list" and _is_response(python, made.elements[0]):
            yield _lost(statement, ())
            continue
        name = statement.value.id if isinstance(statement.value, Name) else None
        uses = [node for node in own_nodes(execute, Name) if node.id == name]
        filled = [
            call
            for call in own_nodes(execute, Call)
            if isinstance(call.func, Attribute)
            and call.func.attr == "append"
            and dotted(call.func.value) == name
            and len(call.arguments) == 1
        ]
        given = [call.arguments[0].value for call in filled]
        # The list is made, filled and returned, and nothing else.
        if name is None or len(uses) != len(filled) + 2 or len(frame.bindings.get(name, ())) != 1 or not filled:
            continue
        if all(_is_response(python, one) for one in given) and not any(dotted(one) in sent for one in given):
            yield _lost(statement, filled)


def _lost(statement: Return, filled: Sequence[Call]) -> Problem:
    return Problem(
        statement.span,
        "this model is decoupled, so what execute returns is not delivered: these responses get lost",
        help="send them through the response sender before the final flag, and return None",
        related=tuple(Related(call.span, "put into the list here") for call in filled),
        effect="wrong-result",
        certainty="likely",
        key="return",
    )


_BOTH_MODES = re.compile(
    r"decoupled_model_transaction_policy|[\"']decoupled[\"']|\bif\s+(?:not\s+)?[\w.]*(?:decoupled|stream|sender)"
)
"""Words of a file that is made for both modes."""


def _is_response(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression makes a response, maybe in a function of the file."""
    for source, where in python.follow(expr) or ():
        if isinstance(source, Call) and python.pb_name(source.func, where) == "InferenceResponse":
            return True
        called = called_function(python, source) if isinstance(source, Call) else None
        given = [one for s in returns(called) if s.value for one in python.follow(s.value) or ()] if called else []
        if any(isinstance(one, Call) and python.pb_name(one.func, at) == "InferenceResponse" for one, at in given):
            return True
    return False


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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, array):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", array)])

    def execute(self, requests):
        responses = []
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(self.answer(x))
            responses.append(self.answer(x + 1))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
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
import time
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=4)

    def answer(self, sender, x):
        try:
            time.sleep(0.2)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        pending = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().copy()
            pending.append(self.pool.submit(self.answer, request.get_response_sender(), x))
        return pending
#       ^^^^^^^^^^^^^^ TLP106

    def finalize(self):
        self.pool.shutdown()
""",
    # All is sent by then.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=4)

    def answer(self, sender, x):
        try:
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        pending = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().copy()
            pending.append(self.pool.submit(self.answer, request.get_response_sender(), x))
        for one in pending:
            one.result()
        return pending

    def finalize(self):
        self.pool.shutdown()
""",
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- parts/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answers(self, text):
        for part in text.split(b"."):
            y = np.array([part], dtype=object)
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0]
            responses += [*self.answers(text)]
        return responses
#              ^^^^^^^^^ TLP106
""",
)
