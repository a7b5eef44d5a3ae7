"""Some requests are never looked at

## What it does
Reports loops over a part of `requests` (`requests[1:]`, `range(len(requests) - 1)`, `range(1, len(requests))`) that
fill the list execute returns, a part of the list of responses that is returned (`responses[:1]`), and a condition in
the comprehension that is returned, also under a name. In a decoupled model with a batcher: an execute that looks at
`requests[0]` only.

## What happens
The number of responses does not match the number of requests, and every request of the call fails. In a decoupled model
the clients of the requests that are left out wait for ever. Without a batcher each call gets one request: what takes
the first one only stays hidden, and is a note.

## How to fix
Loop over all of `requests`, and return one response for each.

## Source
Facts, python-backend 6.4: wrong number of responses (every release; seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answering_functions, called_function, one_for_each
from tritonlint.inputs.python_flow import completes, is_none, own_nodes, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Clause,
    Compare,
    Comprehension,
    Constant,
    Expr,
    For,
    Function,
    If,
    Name,
    Slice,
    Subscript,
    Unary,
    Walrus,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP223",
    name="some-requests-left-out",
    effect="request-failure",
    server_says=("Number of InferenceResponse objects do not match",),
)
_READS_TEXT = frozenset({"decode", "strip", "lower", "upper"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.decoupled is True and may_batch(effective):
        yield from _first_only(python)
    if uses_sender(python) or effective.decoupled is not False:
        return
    for function in answering_functions(python):
        for expr in _parts(python, function):
            taken = _taken(expr)
            if _is_used_beside(function, expr) or (may_batch(effective) and taken >= (effective.max_batch_size or 0)):
                continue
            yield Problem(
                expr.span,
                "some requests are left out here: the number of responses does not match, and all of them fail",
                help="take all of them, and make one response for each",
                effect="hygiene" if taken and not may_batch(effective) else None,
                key="part",
            )
        for expr in _conditions(python, function):
            yield Problem(
                expr.span,
                "requests for which this is false get no response: the number does not match, and all of the call fail",
                help="answer them too, with `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))`",
                certainty="likely",
                key="condition",
            )


def _first_only(python: PythonFacts) -> Iterator[Problem]:
    """A decoupled execute that never looks at more than ``requests[0]``."""
    execute = python.method("execute")
    if execute is None or execute.decorators or len(execute.positional) < 2:
        return
    requests = execute.positional[1].name
    first = [
        node
        for node in walk(execute.body, Subscript)
        if dotted(node.value) == requests and isinstance(node.items[0], Constant) and node.items[0].value == 0
    ]
    if first and sum(name.id == requests for name in walk(execute.body, Name)) == len(first):
        yield Problem(
            first[0].span,
            "only the first request is looked at: when Triton batches, the clients of the others wait for ever",
            help="write `for request in requests:`",
            certainty="likely",
            key="first",
        )


def _parts(python: PythonFacts, function: Function) -> Iterator[Expr]:
    requests = function.positional[1].name
    lists = {dotted(target) for node in own_nodes(function, Assign) if starts_list(node) for target in node.targets}
    returned = {s.value.id for s in returns(function) if isinstance(s.value, Name)} & lists
    parts = [loop for loop in own_nodes(function, For) if _is_part(loop.iterable, requests)]
    if len(parts) == 1:
        appends = {f"{name}.append" for name in returned}
        filling = [
            loop
            for loop in own_nodes(function, For)
            if any(dotted(call.func) in appends for call in walk(loop.body, Call))
        ]
        if filling == parts:
            yield parts[0].iterable
    for statement in returns(function):
        value = statement.value
        if isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) == 1:
            if _is_part(value.clauses[0].iterable, requests):
                yield value.clauses[0].iterable
        elif isinstance(value, Subscript) and _is_in_loops_only(function, value.value) and _drops(value):
            yield value


def _conditions(python: PythonFacts, function: Function) -> Iterator[Expr]:
    """What decides in a returned comprehension whether a request gets a response."""
    for statement in returns(function):
        value = _made(function, statement.value)
        if isinstance(value, Comprehension) and value.kind in {"list", "generator"} and len(value.clauses) == 1:
            clause = value.clauses[0]
            if clause.conditions and one_for_each(python, function, clause.iterable):
                none = _may_be_none(python, clause.iterable)
                yield from (
                    one
                    for one in clause.conditions
                    if (none or not _tests_for_none(one) or _holds_texts(python, clause, one))
                    and (
                        _drops_exceptions(python, clause.iterable, one)
                        or not _may_hold_for_all(python, function, one, value)
                    )
                )
        filtered = _filtered(statement.value)
        if filtered is not None and one_for_each(python, function, filtered.arguments[1].value):
            test = filtered.arguments[0].value
            if not is_none(test) or _may_be_none(python, filtered.arguments[1].value):
                yield filtered


def _made(function: Function, value: Expr | None) -> Expr | None:
    """What a returned list is made of: a name that is for nothing else, or ``list(…)`` of something."""
    if isinstance(value, Name):
        made = [a for a in own_nodes(function, Assign) if any(dotted(target) == value.id for target in a.targets)]
        uses = sum(name.id == value.id for name in own_nodes(function, Name))
        only = len(made) == 1 and uses == 1 + sum(dotted(one.value) == value.id for one in returns(function))
        value = made[0].value if only else None
    if isinstance(value, Call) and dotted(value.func) == "list" and len(value.arguments) == 1:
        inner = value.arguments[0].value
        return inner if isinstance(inner, Comprehension) else None
    return value if isinstance(value, Comprehension) and value.kind == "list" else None


def _filtered(value: Expr | None) -> Call | None:
    """``filter(test, items)`` in ``list(filter(test, items))``."""
    inner = value.argument(0) if isinstance(value, Call) and dotted(value.func) == "list" else None
    named = isinstance(inner, Call) and dotted(inner.func) == "filter" and len(inner.arguments) == 2
    return inner if isinstance(inner, Call) and named else None


def _is_in_loops_only(function: Function, listed: Expr) -> bool:
    """Whether an expression is a list that begins empty and grows in loops only: nothing that belongs to no request."""
    name = dotted(listed)
    begins = [a for a in own_nodes(function, Assign) if starts_list(a) and any(dotted(t) == name for t in a.targets)]
    inside = [*own_nodes(function, For), *returns(function)]
    outside = [n for n in own_nodes(function, Name) if n.id == name and not any(lies_in(n, one) for one in inside)]
    return len(begins) == len(outside) == 1 and lies_in(outside[0], begins[0])


def _may_hold_for_all(python: PythonFacts, function: Function, test: Expr, place: Expr) -> bool:
    """Whether a condition may be true for every request that comes to it."""
    if any(lies_in(place, one) for one in own_nodes(function, If)) or any(True for _ in walk(test, Walrus)):
        return True  # Somebody has looked before, or looks at more than the condition.
    for call in walk(test, Call):
        if last_name(call.func) in {"isinstance", "hasattr", "callable", "inputs"}:
            return True
        asked = called_function(python, call)
        given = [one.value for one in returns(asked)] if asked is not None else []
        if asked is None or not all(one is None or isinstance(one, Constant) for one in given):
            continue
        if len({python.source(one) if one is not None else "None" for one in given}) + completes(asked.body) < 2:
            return True  # It gives one and the same whatever it is asked about.
    return False


def _drops_exceptions(python: PythonFacts, iterable: Expr, test: Expr) -> bool:
    """Whether a condition leaves out what failed: ``not isinstance(…, Exception)``, of ``return_exceptions=True``."""
    asked = test.operand if isinstance(test, Unary) and test.operator == "not" else None
    if not isinstance(asked, Call) or dotted(asked.func) != "isinstance":
        return False
    kept = [source for source, _ in python.follow(iterable) or ()] if isinstance(iterable, Name) else [iterable]
    calls = [one.value for one in kept if isinstance(one, Await) and isinstance(one.value, Call)]
    flags = [call.argument(None, "return_exceptions") for call in calls]
    caught = dotted(asked.argument(1)) in {"Exception", "BaseException"}
    return caught and bool(flags) and all(isinstance(flag, Constant) and flag.value is True for flag in flags)


def _may_be_none(python: PythonFacts, expr: Expr) -> bool:
    """Whether a list holds what a method of the model returns, one that says ``return None`` for some requests."""
    for source, where in python.follow(expr) or ():
        call = source.elements[0] if isinstance(source, Comprehension) and len(source.elements) == 1 else None
        func = call.func if isinstance(call, Call) else None
        if isinstance(source, Call) and dotted(source.func) == "map":
            func = source.arguments[0].value
        if isinstance(func, Attribute):
            own = python.self_name(where)
            method = python.method(func.attr) if own is not None and dotted(func.value) == own else None
            given = [s.value for s in returns(method)] if method is not None else []
            if any(map(is_none, given)) and not all(map(is_none, given)):
                return True
    return False


def _holds_texts(python: PythonFacts, clause: Clause, test: Expr) -> bool:
    """Whether a condition asks whether a text that was read of each request is empty."""
    if not isinstance(test, Name) or dotted(clause.target) != test.id:
        return False
    sources = python.follow(clause.iterable) or ()
    return bool(sources) and all(
        isinstance(source, Comprehension)
        and len(source.elements) == 1
        and isinstance(source.elements[0], Call)
        and last_name(source.elements[0].func) in _READS_TEXT
        for source, _ in sources
    )


def _tests_for_none(test: Expr) -> bool:
    """Whether a condition may always be true: a value of its own, or one held against None."""
    if isinstance(test, Compare):
        return any(isinstance(right, Constant) and right.value is None for right in test.rights)
    return isinstance(test, Name) or (isinstance(test, Attribute) and test.attr != "size")


def _is_used_beside(function: Function, part: Expr) -> bool:
    """Whether the list of requests is bound anew, or used for more than this part of it and its length."""
    requests = function.positional[1].name
    counted = {id(call.argument(0)) for call in own_nodes(function, Call) if dotted(call.func) == "len"}
    uses = [name for name in own_nodes(function, Name) if name.id == requests and id(name) not in counted]
    here = [lies_in(name, part) for name in uses]
    return any(here) and not all(here)


def _taken(expr: Expr) -> int:
    """How many of the first ones a slice keeps: there may be no others."""
    if isinstance(expr, Call):
        return max((_taken(argument.value) for argument in expr.arguments), default=0)
    part = expr.items[0] if isinstance(expr, Subscript) and len(expr.items) == 1 else None
    upper = part.upper if isinstance(part, Slice) and part.lower is None else None
    return upper.value if isinstance(upper, Constant) and isinstance(upper.value, int) else 0


def _is_part(expr: Expr, requests: str) -> bool:
    if isinstance(expr, Call) and dotted(expr.func) == "enumerate" and expr.arguments:
        return _is_part(expr.arguments[0].value, requests)
    if isinstance(expr, Subscript):
        return dotted(expr.value) == requests and _drops(expr)
    if not isinstance(expr, Call) or dotted(expr.func) != "range" or not 1 <= len(expr.arguments) <= 2:
        return False
    start = expr.arguments[0].value if len(expr.arguments) == 2 else None
    end = expr.arguments[-1].value
    less = isinstance(end, Binary) and end.operator == "-" and isinstance(end.right, Constant)
    counted = end.left if isinstance(end, Binary) and less else end
    if not isinstance(counted, Call) or dotted(counted.func) != "len" or dotted(counted.argument(0)) != requests:
        return False
    return less or (isinstance(start, Constant) and start.value not in (0, None))


def _drops(expr: Subscript) -> bool:
    """Whether a slice leaves out elements whatever the length is, or takes a fixed number."""
    part = expr.items[0] if len(expr.items) == 1 else None
    if not isinstance(part, Slice) or part.step is not None:
        return False
    lower, upper = part.lower, part.upper
    if isinstance(lower, Constant) and lower.value not in (0, None) and not isinstance(lower.value, str):
        return True
    return isinstance(upper, Constant) or (isinstance(upper, Unary) and isinstance(upper.operand, Constant))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests[1:]:
#                      ^^^^^^^^^^^^ TLP223
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for i in range(len(requests) - 1):
#                ^^^^^^^^^^^^^^^^^^^^^^^^ TLP223
            x = pb_utils.get_input_tensor_by_name(requests[i], "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for i in range(0, len(requests)):
            x = pb_utils.get_input_tensor_by_name(requests[i], "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses[:]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in arrays if x.sum() < 0]
#                                                                                        ^^^^^^^^^^^ TLP223
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        results = [self.respond(request) for request in requests]
        return [result for result in results if result is not None]
#                                               ^^^^^^^^^^^^^^^^^^ TLP223

    def respond(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x.sum() > 0:
            return None
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
    """\
-- ends/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- ends/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def accepts(self, request):
        return True

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        if len(requests) == 1:
            return [self.answer(request) for request in requests if self.accepts(request)]
        responses = []
        responses.append("begin")
        for request in requests:
            responses.append(self.answer(request))
        return responses[1:]
""",
    """\
-- host/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- host/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0] > 1000:
            return None
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        return list(filter(None, map(self.answer, requests)))
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP223
""",
    """\
-- host/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- host/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        return list(filter(None, map(self.answer, requests)))
""",
    """\
-- hidden/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- hidden/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests[:1]:
#                      ^^^^^^^^^^^^ TLP223
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # What failed is left out.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        answers = await asyncio.gather(*(self._answer(request) for request in requests), return_exceptions=True)
        return [answer for answer in answers if not isinstance(answer, Exception)]
#                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP223

    async def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0, 0] > 0:
            raise ValueError("too large")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)]) for x in xs if x.size]
#                                                                                        ^^^^^^ TLP223
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        responses = list(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)]) for x in xs if len(x))
#                                                                                                 ^^^^^^ TLP223
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        responses = [pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)]) for x in xs if x.size]
        while len(responses) < len(requests):
            responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("nothing to add")))
        return responses
""",
)
