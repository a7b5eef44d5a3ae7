"""Each turn of the loop over the requests reads the first one

## What it does
Reports `get_input_tensor_by_name(requests[0], …)`, `requests[0].parameters()` and the like in a loop over `requests`,
where Triton may batch. Silent under a condition, where a turn compares the first request with its own or reads the
same of both, and in log messages; the id of the first request may name the batch.

## What happens
Every client of a batch is answered with what the first one sent, with status OK. A request that comes alone is answered
well.

## How to fix
Read the request of the turn: `for request in requests: … get_input_tensor_by_name(request, …)`.

## Source
Facts, python-backend 6.4: response number i goes to request number i. Seen on 24.10 with two requests in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import iterates, own_nodes
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_tree import (
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    For,
    Function,
    If,
    Node,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

_READ = "get_input_tensor_by_name"
_ASKED = frozenset({"inputs", "parameters", "correlation_id", "flags", "requested_output_names"})
RULE = Rule(
    code="TLP295",
    name="first-request-in-every-turn",
    effect="wrong-result",
    certainty="likely",
    words=_ASKED | {_READ, "get_response_sender"},
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or len(execute.positional) < 2 or not may_batch(effective):
        return
    requests = execute.positional[1].name
    for node in own_nodes(execute, Subscript):
        if dotted(node.value) != requests or not python.is_request_list(node.value) or not _is_number(node.items):
            continue
        loop = next((turns for turns in _loops(execute, requests) if _in_turn(node, turns)), None)
        read = _read(execute, node) if loop is not None else None
        if loop is None or read is None or _may_be_meant(loop, read) or _is_beside(loop, read):
            continue
        yield Problem(
            node.span,
            f"each turn reads `{python.source(node)}`: every client of a batch is answered with what that one sent",
            help="read the request of the turn",
            related=(Related(loop.header if isinstance(loop, For) else loop.span, "the loop over the requests"),),
            key="first",
        )


def _is_number(items: tuple[Expr, ...]) -> bool:
    return len(items) == 1 and isinstance(items[0], Constant) and isinstance(items[0].value, int)


def _loops(execute: Function, requests: str) -> Iterator[For | Comprehension]:
    for loop in own_nodes(execute, For, Comprehension):
        iterable = loop.iterable if isinstance(loop, For) else loop.clauses[0].iterable
        if iterates(iterable, requests):
            yield loop


def _in_turn(node: Node, loop: For | Comprehension) -> bool:
    parts = loop.body if isinstance(loop, For) else loop.elements
    return any(lies_in(node, part) for part in parts)


def _read(execute: Function, first: Subscript) -> Call | None:
    """The call that gets something of the first request."""
    for call in own_nodes(execute, Call):
        owner = call.func.value if isinstance(call.func, Attribute) else None
        if last_name(call.func) == _READ and call.argument(0, "inference_request") is first:
            return call
        if owner is first and isinstance(call.func, Attribute) and call.func.attr in RULE.words:
            return call
    return None


def _may_be_meant(loop: For | Comprehension, read: Call) -> bool:
    """Whether only some turns read the first request, or one compares it with its own."""
    return any(
        lies_in(read, node) and (not isinstance(node, Binary) or node.operator in {"and", "or"})
        for node in (*walk(loop, If, Conditional), *walk(loop, Compare, Binary))
    )


def _is_beside(loop: For | Comprehension, read: Call) -> bool:
    """Whether a log tells what is read, or the turn reads the same of its own request, too."""
    for call in walk(loop, Call):
        if last_name(call.func).startswith(("log", "debug", "info", "warn", "print")) and lies_in(read, call):
            return True
        if call is not read and last_name(call.func) == last_name(read.func) and _what(call) == _what(read):
            return True
    return False


def _what(read: Call) -> object:
    """The name of the input that is read."""
    name = read.argument(1, "name")
    return name.value if isinstance(name, Constant) else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
#                                                 ^^^^^^^^^^^ TLP295
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + 1)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy() for _ in range(len(requests))]
#                                                   ^^^^^^^^^^^ TLP295
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", np.sqrt(array))]) for array in arrays]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        first = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        responses, width = [], None
        for index, request in enumerate(requests):
            pb_utils.Logger.log_verbose(f"{requests[0].correlation_id()}: {index}")
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if index == 0:
                width = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy().shape[1]
            if request.request_id() != requests[0].request_id():
                pb_utils.Logger.log_verbose(f"another client, {width} columns, {first.shape[0]} rows before")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + 1)]))
        return responses
""",
)
