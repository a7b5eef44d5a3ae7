"""An error raised in an async execute of a decoupled model

## What it does
Reports `raise` in an `async def execute` of a decoupled model that no `try` catches, also in coroutines that it awaits
or gathers, and calls there of functions of the file that raise.

## What happens
Nobody waits for the coroutine: the error is logged, and the client waits for ever.

## How to fix
Send `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))` with the final flag instead.

## Source
Facts, python-backend 6.5; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_response_flow import final_names, send_flags
from tritonlint.inputs.python_tree import Attribute, Call, Function, Node, Raise, Try, With, Yield, dotted, walk
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP219",
    name="raise-in-async-decoupled-execute",
    effect="request-failure",
    first="24.04",
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.is_async or effective.decoupled is not True or execute.decorators:
        return
    functions = [execute, *(own for _, own in _calls(python, execute) if own is not None and own.is_async)]
    told: set[Span] = set()
    for function in dict.fromkeys(functions):
        caught = _caught(function)
        for node in own_nodes(function, Raise):
            if (
                node.span not in caught
                and node.span not in told
                and not _all_ended(python, execute, node)
                and (function is execute or not _ended(function, node))
            ):
                told.add(node.span)
                yield Problem(
                    node.span,
                    "an error that leaves the async execute of a decoupled model is only logged: the client waits for "
                    "ever",
                    help=_HELP,
                    certainty="certain" if function is execute else "likely",
                    key="raise",
                )
        for call, own in _calls(python, function):
            raised = _raised(python, own, 0) if own is not None and not own.is_async else None
            if raised is not None and call.span not in told:
                told.add(call.span)
                yield Problem(
                    call.span,
                    "an error that leaves the async execute of a decoupled model is only logged: should this raise, "
                    "the client waits for ever",
                    help=f"catch it, and {_HELP}",
                    related=(Related(raised.span, "raised here"),),
                    certainty="likely",
                    key="raise",
                )


def _all_ended(python: PythonFacts, execute: Function, node: Node) -> bool:
    """Whether a loop over the requests, in which streams are ended, lies behind already."""
    loops = [loop for loop in request_loops(execute) if (loop.span.end or 0) <= (node.span.start or 0)]
    sends = (call for loop in loops for call in walk(loop.body, Call))
    return any(isinstance(c.func, Attribute) and send_flags(c, final_names(python)) == 1 for c in sends)


def _caught(function: Function) -> set[Span]:
    """What stands in the body of a try, or of a ``with`` that may catch errors: one of the file's own, or suppress."""
    blocks = [attempt.body for attempt in own_nodes(function, Try) if attempt.handlers]
    for block in own_nodes(function, With):
        names = [dotted(item.value.func) or "" for item in block.items if isinstance(item.value, Call)]
        if any("." not in n.removeprefix("self.") or n.endswith(("suppress", "ExitStack")) for n in names):
            blocks.append(block.body)
    return {n.span for body in blocks for n in walk(body, into_functions=False)}


def _calls(python: PythonFacts, function: Function) -> Iterator[tuple[Call, Function | None]]:
    """Calls whose exceptions leave a function, with the function of the file that is called."""
    caught = _caught(function)
    swallowed = {
        n.span
        for call in own_nodes(function, Call)
        if any(argument.keyword == "return_exceptions" for argument in call.arguments)
        for n in walk(call)
    }
    for call in own_nodes(function, Call):
        if call.span in caught or call.span in swallowed:
            continue
        name = dotted(call.func) or ""
        if name.startswith("self.") and name.count(".") == 1:
            yield call, python.method(name[5:])
        elif name.isidentifier():
            own = [f.function for f in python.frames if f.parent == 0 and f.function and f.function.name == name]
            yield call, own[0] if len(own) == 1 else None


def _ended(function: Function, node: Node) -> bool:
    """Whether the stream may have been ended before something raises."""
    sends = (c for c in own_nodes(function, Call) if isinstance(c.func, Attribute) and c.func.attr == "send")
    return any(c.argument(1, "flags") is not None and (c.span.start or 0) < (node.span.start or 0) for c in sends)


def _raised(python: PythonFacts, function: Function, depth: int) -> Raise | None:
    """A raise that leaves a function, or what it calls."""
    if function.decorators or next(own_nodes(function, Yield), None) is not None:
        return None
    caught = _caught(function)
    for node in own_nodes(function, Raise):
        if node.span not in caught and not _ended(function, node):
            return node
    for _, own in _calls(python, function) if depth < 2 else ():
        found = _raised(python, own, depth + 1) if own is not None and not own.is_async else None
        if found is not None:
            return found
    return None


_HELP = "send `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))` with the final flag instead"


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise ValueError("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP219
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    raise ValueError("too small")
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _checked(self, x):
        if x[0] > 0:
            raise ValueError("too large")
        return x

    async def _stream(self, request):
        sender = request.get_response_sender()
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", self._checked(x))]))
#                                                                    ^^^^^^^^^^^^^^^^ TLP219
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self._stream(request) for request in requests))
""",
    # The context manager answers with the error.
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
model_transaction_policy { decoupled: true }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from contextlib import contextmanager

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @contextmanager
    def ending(self, sender):
        try:
            yield
        except ValueError as error:
            sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            with self.ending(sender):
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 99:
                    raise ValueError("too large")
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
""",
)
