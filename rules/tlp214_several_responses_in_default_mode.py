"""A response sender used like a decoupled one in a model that is not decoupled

## What it does
Reports, in a model without `model_transaction_policy { decoupled: true }`: a second `send` of a response through the
same sender, sends in a loop, and a final flag sent before any response.

## What happens
Outside the decoupled mode a request has exactly one response: the client gets `expected a single response, got 2` or
`Non-decoupled model cannot send more than one response.`

## How to fix
Send one response with the final flag, or set `model_transaction_policy { decoupled: true }`.

## Source
Facts, python-backend 6.4; seen on 24.10. Before 24.06 there are no senders in this mode at all (TLP107).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import gets_sender, innermost_block, is_none, own_nodes, send_flags
from tritonlint.inputs.python_join import defines
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Expression,
    Flow,
    For,
    Name,
    Return,
    Stmt,
    While,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP214",
    name="several-responses-in-default-mode",
    effect="request-failure",
    first="24.06",
    server_says=("Non-decoupled model cannot send", "expected a single response, got"),
    words=("get_response_sender",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False or "get_response_sender" not in python.text:
        return
    if python.method("auto_complete_config") is not None or "set_release_flags" in python.text:
        return
    if defines(python, "get_response_sender"):
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
            if not sends and isinstance(loop, For | While) and not _runs_once(loop):
                inner = [s for s in loop.body if (call := _send(s, name)) is not None and _responds(python, call)]
                for statement in inner[:1]:
                    yield Problem(
                        statement.span,
                        "responses are sent in a loop, but this model is not decoupled: a request has one response",
                        help="set `model_transaction_policy { decoupled: true }`, or send one response",
                        certainty="likely",
                        key="loop",
                    )
        first = next((s for s in block if any(dotted(n) == f"{name}.send" for n in walk(s))), None)
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


def _runs_once(loop: For | While) -> bool:
    """Whether a loop is left in its first turn, or goes over the inputs of a request, which may be one."""
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
)
