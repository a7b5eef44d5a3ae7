"""A response sender used like a decoupled one in a model that is not decoupled

## What it does
Reports, in a model without `model_transaction_policy { decoupled: true }`: a second `send` of a response through the
same sender, sends in a loop (of helpers and threads, too), and a final flag sent before any response.

## What happens
Outside the decoupled mode a request has exactly one response: the client gets `expected a single response, got 2` or
`Non-decoupled model cannot send more than one response.`, or only the first response; the server may die of it
(SIGSEGV, seen on 24.10).

## How to fix
Send one response with the final flag, or set `model_transaction_policy { decoupled: true }`.

## Source
Facts, python-backend 6.4; seen on 24.10. Before 24.06 there are no senders in this mode at all (TLP107).
"""

from collections.abc import Collection, Iterator, Sequence

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import innermost_block, is_none, own_nodes
from tritonlint.inputs.python_join import defines
from tritonlint.inputs.python_response_flow import gets_sender, send_flags
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
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
    While,
    With,
    Yield,
    dotted,
    lies_in,
    walk,
)
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP214",
    name="several-responses-in-default-mode",
    effect="request-failure",
    first="24.06",
    server_says=("Non-decoupled model cannot send", "expected a single response, got"),
    words=("get_response_sender",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False or "get_response_sender" not in python.text:
        return
    if python.method("auto_complete_config") is not None or "set_release_flags" in python.text:
        return
    if defines(python, "get_response_sender"):
        return
    told = {problem.span.start: problem for problem in _at_once(python, execute)}
    yield from told.values()
    # Helpers and threads send, too. Who names the policy may have a way for each of both.
    sends = rehearse(python, config, effective).sends if "decoupled" not in python.text else ()
    for call in _sends_in_loops(python, sends):
        if call.span.start not in told:
            yield _in_a_loop(call.span)


def _in_a_loop(span: Span) -> Problem:
    return Problem(
        span,
        "responses are sent in a loop, but this model is not decoupled: a request has one response",
        help="set `model_transaction_policy { decoupled: true }`, or send one response",
        certainty="likely",
        key="loop",
    )


def _sends_in_loops(python: PythonFacts, sends: Collection[Span]) -> Iterator[Call]:
    """The calls among these that are repeated for one and the same sender."""
    for call in python.walk(Call) if sends else ():
        function = python.function_at(call) if call.span in sends else None
        sender = (dotted(call.func) or "").removesuffix(".send")
        if function is None or not sender:
            continue
        loops = [one for one in own_nodes(function, For, While) if any(lies_in(call, part) for part in one.body)]
        loop = max(loops, key=lambda one: one.span.start or 0, default=None)
        if loop is None or _runs_once(python, loop) or not _in_each_turn(loop.body, call):
            continue
        if not _changes(loop, sender) and not _is_left(python, loop):
            yield call


def _in_each_turn(block: Sequence[Stmt], call: Call) -> bool:
    """Whether nothing but errors keeps control from a call."""
    for statement in block:
        if lies_in(call, statement):
            if isinstance(statement, Try | With):
                return _in_each_turn(statement.body, call)
            return isinstance(statement, Expression)
    return False


def _changes(loop: For | While, sender: str) -> bool:
    """Whether the sender of one turn need not be that of the last one."""
    first = sender.partition(".")[0]
    targets = [target for one in walk(loop, Assign) for target in one.targets]
    targets += [one.target for one in walk(loop, For)]
    targets += [item.target for one in walk(loop, With) for item in one.items if item.target is not None]
    bound = {name.id for target in targets for name in walk(target, Name) if not isinstance(target, Attribute)}
    return first in bound or any(dotted(target) == sender for target in targets)


def _is_left(python: PythonFacts, loop: For | While) -> bool:
    """Whether a loop may end with its first turn, for another reason than a client that is gone."""
    asked = [one for one in walk(loop, If) if "is_cancelled" in python.source(one.test)]
    leaves = [*walk(loop, Return), *(one for one in walk(loop, Flow) if one.keyword == "break")]
    return any(not any(lies_in(leave, one) for one in asked) for leave in leaves)


def _at_once(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    """What `execute` sends itself, unless it has a way for each of both modes."""
    if any("decoupled" in python.source(condition.test) for condition in own_nodes(execute, If)):
        return
    frame = python.frame_of(execute)
    for got in own_nodes(execute, Assign):
        if not gets_sender(got.value) or not isinstance(got.targets[0], Name):
            continue
        name = got.targets[0].id
        if any(b.kind != "value" or not gets_sender(b.expr) for b in frame.bindings.get(name, ())):
            continue  # What it stands for later is something else.
        block = innermost_block(execute, got)
        sends = [s for s in block if (call := _send(s, name)) is not None and _responds(python, call)]
        related = tuple(Related(s.span, "the first response") for s in sends[:1])
        for second in sends[1:2]:
            yield Problem(
                second.span,
                "a second response for one request, but this model is not decoupled: the request fails",
                help="send one response, or set `model_transaction_policy { decoupled: true }`",
                related=related,
                key="second",
            )
        for loop in block:
            if not sends and isinstance(loop, For | While) and not _runs_once(python, loop):
                inner = [s for s in loop.body if (call := _send(s, name)) is not None and _responds(python, call)]
                for statement in inner[:1]:
                    yield _in_a_loop(statement.span)
        # A helper that gets the sender may send the response.
        used = (s for s in block if s is not got and any(one.id == name for one in walk(s, Name)))
        first = next(used, None)
        call = _send(first, name) if first is not None else None
        if (
            first is not None
            and call is not None
            and call.certain
            and is_none(call.argument(0, "response"))
            and send_flags(call) == 1
        ):
            yield Problem(
                first.span,
                "the final flag is sent without any response, but this model is not decoupled: the request fails",
                help="send a response first",
                key="final",
            )


def _send(statement: Stmt, name: str) -> Call | None:
    if isinstance(statement, Expression) and isinstance(statement.value, Call):
        return statement.value if dotted(statement.value.func) == f"{name}.send" else None
    return None


def _responds(python: PythonFacts, call: Call) -> bool:
    response = call.argument(0, "response")
    return response is not None and not any(is_none(source) for source, _ in python.follow(response) or ())


def _runs_once(python: PythonFacts, loop: For | While) -> bool:
    """Whether a loop is left in its first turn, or goes over the inputs of a request, which may be one."""
    made = called_function(python, loop.iterable) if isinstance(loop, For) and isinstance(loop.iterable, Call) else None
    given = list(own_nodes(made, Yield)) if made is not None else []
    if made is not None and len(given) == 1 and not python.source(given[0]).startswith("yield from"):
        # A generator that gives one thing.
        return not any(lies_in(given[0], one) for one in own_nodes(made, For, While))
    if any(isinstance(s, Return) or (isinstance(s, Flow) and s.keyword == "break") for s in loop.body):
        return True
    called = loop.iterable.func if isinstance(loop, For) and isinstance(loop.iterable, Call) else None
    return isinstance(called, Attribute) and called.attr == "inputs"


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            sender.send(response)
            sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP214
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for _ in range(3):
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP214
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP214
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
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
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.stream(sender, x)
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def stream(self, sender, x):
        for _ in range(3):
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP214
""",
    # A response for each sender, one at last, one in one of the turns, and another try.
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        senders = [(request.get_response_sender(), request) for request in requests]
        for sender, request in senders:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.answer(sender, x)

    def answer(self, sender, x):
        best = 0.0
        for number in x.tolist():
            best = max(best, number)
        for place, number in enumerate(x.tolist()):
            if place == 2:
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        for one in [sender]:
            one.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.answer(request.get_response_sender(), x)

    def answer(self, sender, x):
        for _ in range(3):
            try:
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                break
            except ValueError:
                continue
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.decoupled = pb_utils.using_decoupled_model_transaction_policy(json.loads(args["model_config"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            if not self.decoupled:
                responses.append(response)
                continue
            sender = request.get_response_sender()
            for _ in range(2):
                sender.send(response)
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        return None if self.decoupled else responses
""",
)
