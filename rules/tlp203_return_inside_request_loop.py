"""A return or break that leaves the loop over requests

## What it does
Reports a `return` inside a loop over `requests`, and a `break` that leaves it while responses are appended in it.

## What happens
Triton gives several requests to one call when it batches. The loop ends after the first, the number of
responses no longer matches, and every request of the batch fails. Without a batcher each call gets one request, and
the fault stays hidden; the finding is then a note. In a decoupled model the clients of the others wait for ever.

## How to fix
Append a response for this request and `continue`, or move the return behind the loop.

## Source
Facts, python-backend 6.4: wrong number of responses (every release); the decoupled model was seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answering_functions
from tritonlint.inputs.python_flow import request_loops, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_response_flow import answering_loop, answers
from tritonlint.inputs.python_tree import (
    Call,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Return,
    While,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP203",
    name="return-inside-request-loop",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.decoupled is not False or uses_sender(python):
        if effective.decoupled is True and may_batch(effective):
            yield from _decoupled(python)
        return
    for function, loop in ((f, loop) for f in answering_functions(python) for loop in request_loops(f)):
        for node in (*_returns(function, loop), *_breaks(function, loop)):
            what = "return" if isinstance(node, Return) else "break"
            unanswered = isinstance(node, Flow) and not _answered(loop, node)
            yield Problem(
                node.span,
                f"this {what} leaves the loop over the requests: the others of the batch are not answered",
                help="append a response for this request and `continue`; return behind the loop",
                related=(Related(loop.header, "the loop over the requests"),),
                effect=None if unanswered or may_batch(effective) else "hygiene",
                certainty="likely",
                key=what,
            )


def _answered(loop: For, leaving: Flow) -> bool:
    """Whether something is appended in the block that a ``break`` ends, so that its own request has a response."""
    for node in walk(loop.body, If, Handler):
        for block in (node.body, node.orelse if isinstance(node, If) else ()):
            if any(statement is leaving for statement in block):
                return any((dotted(call.func) or "").endswith(".append") for call in walk(block, Call))
    return True


def _decoupled(python: PythonFacts) -> Iterator[Problem]:
    """Ways out of the loop of a decoupled model that has no other loop over the requests."""
    execute = python.method("execute")
    loops = request_loops(execute) if execute is not None else []
    if execute is None or len(loops) != 1:
        return
    inner = {n.span for other in walk(loops[0].body, For, While) for n in walk(other.body)}
    for node in walk(loops[0].body, Flow, Return, into_functions=False):
        if isinstance(node, Return) or (node.keyword == "break" and node.span not in inner):
            what = "return" if isinstance(node, Return) else "break"
            yield Problem(
                node.span,
                f"this {what} leaves the loop over the requests: the others of the batch wait for ever",
                help="write `continue`",
                related=(Related(loops[0].header, "the loop over the requests"),),
                key=what,
            )


def _returns(function: Function, loop: For) -> Iterator[Return]:
    return (node for node in returns(function) if any(lies_in(node, statement) for statement in loop.body))


def _breaks(execute: Function, loop: For) -> Iterator[Flow]:
    """Breaks of a loop that fills a returned list, which nothing else fills."""
    if not any(node.keyword == "break" for node in walk(loop.body, Flow)):
        return
    for name in {s.value.id for s in returns(execute) if isinstance(s.value, Name)}:
        if answering_loop(execute, name) is loop and answers(loop, name) is not None:
            inner = {n.span for other in walk(loop.body, For, While) for n in walk(other.body)}
            for node in walk(loop.body, Flow, into_functions=False):
                if node.keyword == "break" and node.span not in inner:
                    yield node


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            return responses
#           ^^^^^^^^^^^^^^^^ TLP203
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError("too large")))
                break
#               ^^^^^ TLP203
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
