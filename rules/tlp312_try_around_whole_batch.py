"""One try around all requests

## What it does
Reports a `try` that holds the loop over the requests, a list comprehension over them, or a call of a function that
goes over them, when the model has a batcher and the `except` answers all of them alike: it raises again, or returns one
error for each request. Silent where the `try` holds more than the loop, where what the loop calls has a `try` of its
own, and where only exceptions of one's own are caught. A warning where Python raises for the values of some requests,
as for a text that is no JSON, or the file itself under a condition about them; a note elsewhere.

## What happens
One bad request fails the good ones that happened to come with it.

## How to fix
Put the `try` inside the loop, and append an error response for the request that failed.

## Source
Facts, python-backend 6.4 and 6.6: errors of execute go to all requests of the call.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_data_errors import ON_PURPOSE, DataErrors, is_caught_within
from tritonlint.inputs.python_flow import iterates, own_nodes, request_loops, returns
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_requests import from_request, mentions
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Clause,
    Comprehension,
    Expression,
    For,
    Function,
    Handler,
    If,
    Name,
    Raise,
    Return,
    Sequence,
    Stmt,
    Try,
    dotted,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP312", name="try-around-whole-batch", effect="hygiene")
_DEPTH = 3


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective):
        return
    loops = request_loops(execute)
    for node in own_nodes(execute, Try):
        if not node.handlers:
            continue
        held = [(execute, one) for one in node.body if one in loops or _is_comprehension(python, one)]
        held += [found for one in node.body if (found := _in_helper(python, one)) is not None]
        if len(held) != 1:
            continue
        function, each = held[0]
        if (
            (function is execute and _is_joint(node, each))
            or any(isinstance(n, Try) for n in walk(each, into_functions=False))
            or any(next(own_nodes(one, Try), None) for one in _called(python, each))
        ):
            continue
        for handler in node.handlers:
            if _is_of_any(python, handler) and (one := _fails_all(python, execute, handler)) is not None:
                # Of what is raised again, another rule tells.
                answered = not isinstance(one, Raise) and config.root.has("dynamic_batching")
                what = _for_values(python, config, function, handler, each) if answered else ""
                if function is not execute and not what:
                    break  # The helper may be there for all of them.
                yield Problem(
                    handler.header,
                    f"{what}, and this is then the answer to every request of the batch"
                    if what
                    else "an error of one request is the answer to every request of the batch",
                    help="put the `try` inside the loop and append an error response for the one that failed",
                    related=(Related(each.header if isinstance(each, For) else each.span, "all requests at once"),),
                    effect="request-failure" if what else None,
                    certainty="likely" if what else None,
                    key="try",
                )
                break


def _in_helper(python: PythonFacts, statement: Stmt) -> tuple[Function, For] | None:
    """The loop of a function that is handed all requests, where nothing is done for them together."""
    call = statement.value if isinstance(statement, Assign | Return) else None
    called = called_function(python, call) if isinstance(call, Call) else None
    if not isinstance(call, Call) or called is None:
        return None
    bound = isinstance(call.func, Attribute)
    places = [n + bound for n, one in enumerate(call.arguments) if python.is_request_list(one.value)]
    names = [called.positional[place].name for place in places if place < len(called.positional)]
    found = [loop for loop in own_nodes(called, For) if names and iterates(loop.iterable, names[0])]
    others = [s for s in called.body if s not in found and next(walk((s,), Call), None) is not None]
    return (called, found[0]) if len(found) == 1 and not others else None


def _is_comprehension(python: PythonFacts, statement: Stmt) -> bool:
    """Whether a statement makes a list of something of each request, and nothing else."""
    made = statement.value if isinstance(statement, Assign | Return) else None
    return (
        isinstance(made, Comprehension)
        and made.kind == "list"
        and any(python.is_request_list(clause.iterable) for clause in made.clauses)
    )


def _is_joint(attempt: Try, held: Stmt) -> bool:
    """Whether the requests are only gathered or answered there, and what may fail is done for all at once."""
    return any(next(walk((one,), Call), None) is not None for one in attempt.body if one is not held)


def _for_values(python: PythonFacts, config: Document, function: Function, handler: Handler, held: Stmt) -> str:
    """What Python raises for the values of some requests, and a handler catches; empty if nothing is known."""
    data = DataErrors(python, config)
    for node in walk((held,), into_functions=False):
        what = data.raised(node)
        if what and _catches(handler, what):
            return what
    for called in _called(python, held):
        for end in data.ends(called, ()):
            if end.what != ON_PURPOSE and _catches(handler, end.what):
                return end.what
    return next(_refusals(python, handler, function, (held,), _DEPTH), "")


def _refusals(
    python: PythonFacts, handler: Handler, function: Function, parts: tuple[Stmt, ...], depth: int
) -> Iterator[str]:
    """What the file itself raises of what a request brings, under a condition about that, and a handler catches."""
    given = set(from_request(function))
    for clause in walk(parts, Clause):
        given |= {name.id for name in walk((clause.target,), Name)} if mentions(clause.iterable, given) else set()
    for asked in walk(parts, If, into_functions=False):
        for raised in walk((*asked.body, *asked.orelse), Raise, into_functions=False):
            made = raised.exception
            kind = dotted(made.func if isinstance(made, Call) else made) if made is not None else None
            if kind is None or not mentions(asked.test, given) or is_caught_within(asked, raised):
                continue
            what = f"{kind} is raised for what single requests bring"
            if _catches(handler, what):
                yield what
    for call in walk(parts, Call, into_functions=False) if depth else ():
        called = called_function(python, call)
        brings = any(mentions(argument.value, given) for argument in call.arguments)
        if called is not None and brings and not any(is_caught_within(part, call) for part in parts):
            yield from _refusals(python, handler, called, called.body, depth - 1)


def _catches(handler: Handler, what: str) -> bool:
    """Whether a handler is for an exception, which the text of what is raised names."""
    if handler.type is None:
        return True
    kinds = [dotted(kind) for kind in (handler.type.items if isinstance(handler.type, Sequence) else [handler.type])]
    lookup = "LookupError" in kinds and ("KeyError" in what or "IndexError" in what)
    return lookup or any(kind in {"Exception", "BaseException"} or (kind or " ") in what.split() for kind in kinds)


def _called(python: PythonFacts, held: Stmt) -> Iterator[Function]:
    """Functions of the file that the loop calls."""
    for call in walk((held,), Call):
        function = called_function(python, call)
        if function is not None:
            yield function


def _is_of_any(python: PythonFacts, handler: Handler) -> bool:
    """Whether a handler is for Python's own exceptions: others may be about the model, and no request."""
    kinds = list(handler.type.items) if isinstance(handler.type, Sequence) else [handler.type]
    return all(kind is None or (python.qualified(kind) or ".").isalpha() for kind in kinds)


def _fails_all(python: PythonFacts, execute: Function, handler: Handler) -> Stmt | None:
    """The statement of a handler that fails all requests: it raises, or makes one error for each of them."""
    last = handler.body[-1]
    name = execute.positional[1].name if len(execute.positional) > 1 else ""
    if isinstance(last, Raise):
        return last
    if isinstance(last, For) and iterates(last.iterable, name):
        return last if _refills(execute, handler, last) else None
    value = last.value if isinstance(last, Return | Assign) else None
    if isinstance(last, Assign) and dotted(last.targets[0]) not in {dotted(s.value) for s in returns(execute)}:
        return None
    if isinstance(value, Binary) and value.operator == "*" and isinstance(value.left, Sequence):
        # ``[error] * len(requests)``
        counted = value.right.argument(0) if isinstance(value.right, Call) else None
        by_len = isinstance(value.right, Call) and dotted(value.right.func) == "len"
        return last if by_len and counted is not None and python.is_request_list(counted) else None
    if not isinstance(value, Comprehension):
        return None
    # What is made of the request may be a second attempt at it alone.
    used = {name.id for element in value.elements for name in walk((element,), Name)}
    if any(name.id in used for clause in value.clauses for name in walk((clause.target,), Name)):
        return None
    return last if any(iterates(clause.iterable, name) for clause in value.clauses) else None


def _refills(execute: Function, handler: Handler, loop: For) -> bool:
    """Whether a loop puts one error for each request into the list that is returned, and that was emptied before."""
    names = {dotted(s.value) for s in returns(execute) if s.value is not None}
    bound = {name.id for name in walk((loop.target,), Name)}
    emptied = {
        dotted(statement.targets[0])
        for statement in handler.body
        if isinstance(statement, Assign) and isinstance(statement.value, Sequence) and not statement.value.items
    }
    emptied |= {
        (dotted(call.func) or "").removesuffix(".clear")
        for call in walk(handler.body, Call)
        if (dotted(call.func) or "").endswith(".clear")
    }
    for statement in loop.body:
        call = statement.value if isinstance(statement, Expression) else None
        filled = (dotted(call.func) or "").removesuffix(".append") if isinstance(call, Call) else None
        if filled in names & emptied and not mentions(statement, bound):
            return len(loop.body) == 1
    return False


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
        try:
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0, 0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP312
            return [pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))) for _ in requests]
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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0, 0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
""",
    """\
-- price/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- price/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        rules = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().ravel()
        prices = [[float(json.loads(rule))] for rule in rules]
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(prices, dtype=np.float32))])

    def execute(self, requests):
        try:
            return [self.answer(request) for request in requests]
        except (ValueError, TypeError) as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP312
            text = f"bad rule: {error}"
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(text)) for _ in requests]
""",
    """\
-- price/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- price/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        try:
            rules = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().ravel()
            prices = [[float(json.loads(rule))] for rule in rules]
        except ValueError as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(prices, dtype=np.float32))])

    def execute(self, requests):
        try:
            return [self.answer(request) for request in requests]
        except MemoryError as error:
            text = str(error)
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(text)) for _ in requests]
""",
    # Each one is tried again, alone.
    """\
-- price/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- price/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        rules = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().ravel()
        prices = [[float(json.loads(rule))] for rule in rules]
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(prices, dtype=np.float32))])

    def alone(self, request):
        try:
            return self.answer(request)
        except ValueError as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))

    def execute(self, requests):
        try:
            return [self.answer(request) for request in requests]
        except ValueError:
            return [self.alone(request) for request in requests]
""",
    """\
-- scale/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- scale/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def checked(self, x):
        if x.max() > 100:
            raise ValueError("x is above 100")
        return x

    def answers(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.checked(x))]))
        return responses

    def execute(self, requests):
        try:
            responses = self.answers(requests)
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP312
            pb_utils.Logger.log_error(str(error))
            responses = []
            for _ in requests:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
        return responses
""",
)
