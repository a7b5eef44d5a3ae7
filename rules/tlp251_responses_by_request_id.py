"""Requests kept by an id that they need not have

## What it does
Reports a dict that `execute` fills by `request.request_id()` (or, where requests are of no sequence, by
`request.correlation_id()`) with one item for each request, whatever way it is filled, and reads again for the
responses.

## What happens
The id is what a client writes into its request, and the empty text (the number 0) without it: of several requests
without an id, or with the same one, only the last stays in the dict. There are fewer responses than requests, or all
get the last result.

## How to fix
Keep them in a list, in the order of the requests.

## Source
Server documentation, protocol extensions: `id` is optional and not unique; run on a server of 24.10.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_threads import method_called, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Dict,
    Expr,
    Expression,
    For,
    Function,
    Name,
    Node,
    Return,
    Sequence,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP251",
    name="responses-by-request-id",
    effect="request-failure",
    certainty="likely",
    words=("request_id", "correlation_id"),
    server_says=("Number of InferenceResponse objects do not match",),
)

_CLOCKS = frozenset({"time", "monotonic", "perf_counter", "time_ns", "perf_counter_ns", "now"})


@dataclass(frozen=True, slots=True)
class _Filled:
    """Where a dict gets its items, what it is called, and where the id is asked for."""

    name: str
    whole: Node
    span: Span
    method: str

    @property
    def shown(self) -> str:
        """Its name, if it has one."""
        return f"`{self.name}`" if self.name else "this dict"


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective):
        return
    ids = {"request_id"} if effective.scheduling == "sequence" else {"request_id", "correlation_id"}
    told: set[str] = set()
    for filled in (*_in_loops(python, execute), *_at_once(python, execute)):
        if filled.method not in ids or filled.name in told or not _starts_empty(execute, filled.name):
            continue
        if _counts_different(execute):
            continue
        read = _reads(execute, filled)
        if not read:
            continue
        told.add(filled.name)
        lost = any(isinstance(one, Subscript) for one in read) or _asks_by_id(python, execute)
        yield _problem(filled, "wrong-result" if lost else None)
    if not told:
        yield from _in_helpers(python, execute, ids)


def _problem(filled: _Filled, effect: Effect | None) -> Problem:
    shared = "''" if filled.method == "request_id" else "0"
    return Problem(
        filled.span,
        f"{filled.shown} loses requests: an id is optional, those without one share the key {shared}",
        help="append to a list instead: it keeps the order of the requests, too",
        effect=effect,
        key=filled.name,
    )


def _counts_different(function: Function) -> bool:
    """Whoever counts the different ones knows that they may be the same."""
    return any(dotted(call.func) == "set" for test in own_nodes(function, Compare) for call in walk(test, Call))


def _in_helpers(python: PythonFacts, execute: Function, ids: set[str]) -> Iterator[Problem]:
    """A dict that another function fills and gives back, and that is asked by id for the responses, or gone through."""
    functions = reached(python, [execute])
    if any(_counts_different(function) for function in functions):
        return
    for helper in functions:
        if helper is execute:
            continue
        given = [statement.value for statement in returns(helper)]
        for filled in (*_in_loops(python, helper), *_at_once(python, helper)):
            handed = any(dotted(one) == filled.name for one in given if one is not None)
            if filled.name and not (handed and _starts_empty(helper, filled.name)):
                continue
            if filled.method not in ids:
                continue
            if any(_asks_by_id(python, function) for function in functions):
                yield _problem(filled, "wrong-result")
            elif _goes_through(python, execute, helper):
                yield _problem(filled, None)
            else:
                continue
            return


def _asks_by_id(python: PythonFacts, function: Function) -> bool:
    """Whether a function takes something out of a dict of its call by the id of a request."""
    stored = {target for assign in own_nodes(function, Assign) for target in assign.targets}
    for call in own_nodes(function, Call):
        if (
            method_called(call)[1] == "get"
            and call.arguments
            and _asked_id(python, call.arguments[0].value) is not None
        ):
            return True
    return any(
        node not in stored and isinstance(node.value, Name) and _asked_id(python, node.items[0]) is not None
        for node in own_nodes(function, Subscript)
    )


def _goes_through(python: PythonFacts, execute: Function, helper: Function) -> bool:
    """Whether execute makes a response for each item of what a helper gives."""
    for loop in own_nodes(execute, For):
        over = loop.iterable
        if (
            not isinstance(over, Call)
            or not isinstance(over.func, Attribute)
            or over.func.attr not in {"items", "values"}
        ):
            continue
        sources = python.follow(over.func.value) or []
        made = [one for one, _ in sources if isinstance(one, Call) and called_function(python, one) is helper]
        if made and any(python.pb_name(call.func) == "InferenceResponse" for call in walk(loop.body, Call)):
            return True
    return False


def _in_loops(python: PythonFacts, execute: Function) -> Iterator[_Filled]:
    """``table[id] = …``, ``table.update({id: …})`` and ``table.setdefault(id, …)`` in a loop over the requests."""
    for loop in own_nodes(execute, For):
        if not _are_requests(python, loop.iterable):
            continue
        chained = {node.value for node in walk(loop.body, Attribute)}
        for node in walk(loop.body, Assign, Call):
            if isinstance(node, Assign):
                place = node.targets[0] if len(node.targets) == 1 and not node.operator else None
                if isinstance(node.value, Call) and _is_clock(node.value):
                    continue  # How long each took is for the log.
                if isinstance(place, Subscript) and len(place.items) == 1:
                    yield from _filled(python, place.value, loop, place.items[0], place.span)
            elif isinstance(node.func, Attribute) and node.func.attr == "setdefault" and node not in chained:
                if len(node.arguments) == 2:
                    yield from _filled(python, node.func.value, loop, node.arguments[0].value, node.span)
            elif isinstance(node.func, Attribute) and node.func.attr == "update" and len(node.arguments) == 1:
                given = node.arguments[0].value
                key = given.keys[0] if isinstance(given, Dict) and len(given.keys) == 1 else None
                if key is not None:
                    yield from _filled(python, node.func.value, loop, key, node.span)


def _is_clock(call: Call) -> bool:
    return last_name(call.func) in _CLOCKS


def _filled(python: PythonFacts, table: Expr, whole: Node, key: Expr, place: Span) -> Iterator[_Filled]:
    name, asked = dotted(table), _asked_id(python, key)
    if name is not None and asked is not None and isinstance(asked.func, Attribute):
        yield _Filled(name, whole, asked.span if isinstance(key, Name) else place, asked.func.attr)


def _at_once(python: PythonFacts, execute: Function) -> Iterator[_Filled]:
    """``{id: … for request in requests}``, ``dict((id, …) for …)`` and ``dict(zip(ids, …))``."""
    for assign in own_nodes(execute, Assign, Return):
        made = assign.value
        if isinstance(assign, Return):
            name: str | None = ""
        else:
            name = dotted(assign.targets[0]) if len(assign.targets) == 1 and not assign.operator else None
        if name is None or made is None:
            continue
        if isinstance(made, Call) and dotted(made.func) == "dict" and len(made.arguments) == 1:
            made = made.arguments[0].value
        key: Expr | None = None
        if isinstance(made, Comprehension) and made.kind == "dict":
            if isinstance(made.elements[1], Call) and _is_clock(made.elements[1]):
                continue
            key = _of_each(python, made)
        elif isinstance(made, Comprehension) and made is not assign.value:
            pair = _of_each(python, made)
            key = pair.items[0] if isinstance(pair, Sequence) and len(pair.items) == 2 else None
        elif isinstance(made, Call) and dotted(made.func) == "zip" and made is not assign.value and made.arguments:
            sources = python.follow(made.arguments[0].value) or []
            listed = sources[0][0] if len(sources) == 1 else None
            key = _of_each(python, listed) if isinstance(listed, Comprehension) else None
        asked = _asked_id(python, key) if key is not None else None
        if asked is not None and isinstance(asked.func, Attribute):
            yield _Filled(name, assign, asked.span, asked.func.attr)


def _of_each(python: PythonFacts, made: Comprehension) -> Expr | None:
    """What a comprehension over the requests makes of each of them: the key, of a dict."""
    one = len(made.clauses) == 1 and _are_requests(python, made.clauses[0].iterable)
    return made.elements[0] if one else None


def _are_requests(python: PythonFacts, iterable: Expr) -> bool:
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "list", "reversed"} and iterable.arguments:
        iterable = iterable.arguments[0].value
    return isinstance(iterable, Name) and objects_of(python).kind(iterable) == "requests"


def _asked_id(python: PythonFacts, key: Expr) -> Call | None:
    """The call for the id of a request that a key is, and nothing else."""
    found = python.follow(key) or []
    asked = found[0][0] if len(found) == 1 else None
    if isinstance(asked, Call) and dotted(asked.func) in {"str", "int", "hash"} and len(asked.arguments) == 1:
        found = python.follow(asked.arguments[0].value) or []
        asked = found[0][0] if len(found) == 1 else None
    if not isinstance(asked, Call) or not isinstance(asked.func, Attribute) or asked.arguments:
        return None
    is_id = asked.func.attr in {"request_id", "correlation_id"}
    return asked if is_id and objects_of(python).kind(asked.func.value) == "request" else None


def _starts_empty(execute: Function, name: str) -> bool:
    """Whether each call of execute has a dict of its own."""
    return any(dotted(target) == name for node in own_nodes(execute, Assign) for target in node.targets)


def _reads(execute: Function, filled: _Filled) -> list[Node]:
    """Where items are taken out of a dict after it was filled: a subscript where its keys are known, else its name."""
    behind = filled.whole.span.end or 0
    nodes = walk(execute.body, Name, Attribute)
    uses = [
        n for n in nodes if dotted(n) == filled.name and not lies_in(n, filled.whole) and (n.span.start or 0) > behind
    ]
    counted = {
        argument.value
        for call in own_nodes(execute, Call)
        if dotted(call.func) == "len" or (dotted(call.func) or "").rpartition(".")[0].endswith(("logger", "Logger"))
        for argument in call.arguments
    }
    uses = [use for use in uses if use not in counted]
    # What is only written into the log is no answer.
    notes = [c for c in own_nodes(execute, Call) if dotted(c.func) == "print" or ".log" in f".{dotted(c.func)}".lower()]
    for loop in own_nodes(execute, For):
        if all(isinstance(s, Expression) and s.value in notes for s in loop.body):
            notes += walk(loop.iterable, Call)
    uses = [use for use in uses if not any(lies_in(use, note) for note in notes)]
    taken = [node for node in own_nodes(execute, Subscript) if node.value in uses]
    return list(taken) if taken and len(taken) == len(uses) else list(uses)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        found = {}
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found[request.request_id()] = x
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP251
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in found.values()]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        found = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found.append((request.request_id(), x))
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in found]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        results = {}
        for number, request in enumerate(requests):
            key = request.request_id()
#                 ^^^^^^^^^^^^^^^^^^^^ TLP251
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x < 0).any():
                error = pb_utils.TritonError(f"request {number} has negative values")
                results[key] = pb_utils.InferenceResponse(error=error)
            else:
                results[key] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return list(results.values())
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        answers = {request.correlation_id(): self.answer(request) for request in requests}
#                  ^^^^^^^^^^^^^^^^^^^^^^^^ TLP251
        return list(answers.values())
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        seen = {}
        groups = {}
        answers = {}
        for number, request in enumerate(requests):
            seen[request.request_id()] = number
            groups.setdefault(request.request_id(), []).append(number)
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answers[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        if len(seen) < len(requests):
            pb_utils.Logger.log_warn("requests share an id")
        return list(answers.values())
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        rows = {}
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            rows[request.request_id()] = len(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        pb_utils.Logger.log_info(f"rows of each request: {rows}")
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        ids = [request.request_id() for request in requests]
        if len(set(ids)) < len(ids):
            text = "each request needs an id of its own"
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(text)) for _ in requests]
        found = {}
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found[request.request_id()] = x
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in found.values()]
""",
    """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- score/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _scored(self, requests):
        scored = {}
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scored[request.request_id()] = x * 2
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP251
        return scored

    def execute(self, requests):
        scored = self._scored(requests)
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("y", scored[request.request_id()])]) for request in requests
        ]
""",
    """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- score/1/model.py --
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        started = {}
        responses = []
        for request in requests:
            started[request.request_id()] = time.monotonic()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        for request in requests:
            took = time.monotonic() - started[request.request_id()]
            pb_utils.Logger.log_verbose(f"{request.request_id()}: {took}")
        return responses
""",
)
