"""Exceptions that gather gives back are taken for results

## What it does
Reports `asyncio.gather(…, return_exceptions=True)` whose results are used, where nothing asks which of them are
exceptions, and a coroutine of the file that it waits for raises for some requests.

## What happens
The exception is an item of the list like any other: it is counted, its text is sent as an answer, or it stands in the
list of responses, and the batch fails. Nobody hears of the error.

## How to fix
Leave `return_exceptions` out, or ask each result: `isinstance(result, BaseException)`.

## Source
Documentation of `asyncio.gather`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_data_errors import first_risk
from tritonlint.inputs.python_flow import is_none, own_nodes, returns
from tritonlint.inputs.python_threads import by_name, function_named, method_called, words_of
from tritonlint.inputs.python_tree import (
    Argument,
    Assign,
    Await,
    Call,
    Comprehension,
    Constant,
    Expr,
    Expression,
    Function,
    Match,
    Name,
    Node,
    Return,
    Sequence,
    Starred,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP515",
    name="gathered-exceptions-used",
    effect="wrong-result",
    certainty="likely",
    words=("return_exceptions",),
)
_ASKS = frozenset({"isinstance", "issubclass", "type", "hasattr", "getattr", "callable", "filter"})
_TELLS = frozenset({"__class__", "__traceback__", "exception", "cancelled", "with_traceback", "TypeError"})
"""Names that say that the file knows of exceptions among its results."""
_FAILURES = ("Error", "Exception", "Failure")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for call in python.walk(Call):
        flag = next((a for a in call.arguments if a.keyword == "return_exceptions"), None)
        if flag is None or not isinstance(flag.value, Constant) or flag.value.value is not True:
            continue
        function = python.function_at(call)
        if function is None or python.qualified(call.func) != "asyncio.gather" or _asked(python, function):
            continue
        awaited = next((n for n in own_nodes(function, Await) if n.value is call), None)
        use = _use(function, awaited) if awaited is not None else None
        if use is None:
            continue
        raising = next((f for f in _coroutines(python, function, call) if _raises(python, f)), None)
        if raising is None:
            continue
        answers = isinstance(use, Return) and function is python.method("execute")
        yield Problem(
            flag.span,
            f"what `{raising.name}` raises is an item of this list, and is taken for a result",
            help="leave `return_exceptions` out, or ask each result: `isinstance(result, BaseException)`",
            related=(Related(use.span, "used here"), Related(raising.name_span, "raises for some requests")),
            key=raising.name,
            effect="request-failure" if answers else None,
        )


def _asked(python: PythonFacts, function: Function) -> bool:
    """Whether something may tell exceptions from results: the function, what it hands them to, or who calls it."""
    if next(own_nodes(function, Match), None) is not None or not _TELLS.isdisjoint(words_of(function)):
        return True
    near = {id(function)}
    for word in words_of(function):
        near |= {id(f) for f in by_name(python).get(word, ())}
    for call in python.walk(Call):
        if not isinstance(call.func, Name) or call.func.id not in _ASKS:
            continue
        place = python.function_at(call)
        if place is None or id(place) in near or function.name in words_of(place):
            return True
        kinds = call.argument(1)
        if kinds is not None and any(n.endswith(_FAILURES) for n in words_of(kinds)):
            return True
    return False


def _use(function: Function, awaited: Await) -> Node | None:
    """What uses the results; None where they are thrown away, or where it is not plain what becomes of them."""
    for statement in own_nodes(function, Expression, Assign, Return):
        if not lies_in(awaited, statement) or statement.value is None:
            continue
        if isinstance(statement, Expression):
            return None if statement.value is awaited else statement
        if isinstance(statement, Return):
            return statement
        target = statement.targets[0]
        if statement.value is not awaited:
            return statement
        if isinstance(target, Sequence):
            return statement
        if not isinstance(target, Name):
            return None
        end = statement.span.end or 0
        later = (n for n in own_nodes(function, Name) if n.id == target.id and (n.span.start or 0) >= end)
        found = next(later, None)
        for back in own_nodes(function, Return):
            if found is not None and back.value is found:
                return back
        return found
    return awaited  # `for reply in await asyncio.gather(…)`


def _coroutines(python: PythonFacts, function: Function, call: Call) -> Iterator[Function]:
    """The functions of this file that a call of gather waits for."""
    for argument in call.arguments:
        if argument.keyword is None:
            yield from _made_by(python, function, argument)


def _made_by(python: PythonFacts, function: Function, argument: Argument) -> Iterator[Function]:
    made: list[Expr] = [argument.value]
    if isinstance(argument.value, Name):
        name = argument.value.id
        for assign in own_nodes(function, Assign):
            if assign.value is not None and any(isinstance(t, Name) and t.id == name for t in assign.targets):
                made.append(assign.value)
        for call in own_nodes(function, Call):
            if method_called(call) == (name, "append") and call.arguments:
                made.append(call.arguments[0].value)
    for expr in made:
        inner = expr.value if isinstance(expr, Starred) else expr
        for part in inner.elements if isinstance(inner, Comprehension) else [inner]:
            found = _called(python, part)
            if found is not None:
                yield found


def _called(python: PythonFacts, expr: Expr) -> Function | None:
    """The coroutine function behind ``f(x)``, ``create_task(f(x))`` and ``map(f, items)``."""
    for call in walk(expr, Call):
        if isinstance(call.func, Name) and call.func.id == "map":
            found = function_named(python, call.argument(0))
        else:
            found = function_named(python, call.func)
        if found is not None and found.is_async:
            return found
    return None


def _raises(python: PythonFacts, function: Function) -> bool:
    # Where a coroutine gives nothing back, whatever is in the list is an exception, and `if result` tells it.
    gives = any(not is_none(s.value) for s in returns(function))
    return gives and first_risk(python, function, function.body) is not None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def root(self, x):
        if x < 0:
            raise ValueError("x has no root")
        return x**0.5

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            roots = await asyncio.gather(*[self.root(v) for v in x], return_exceptions=True)
#                                                                    ^^^^^^^^^^^^^^^^^^^^^^ TLP515
            y = np.array([str(root).encode() for root in roots], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def root(self, x):
        if x < 0:
            raise ValueError("x has no root")
        return x**0.5

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            roots = await asyncio.gather(*[self.root(v) for v in x], return_exceptions=True)
            if any(isinstance(root, Exception) for root in roots):
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("x has no root")))
                continue
            y = np.array([str(root).encode() for root in roots], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # A coroutine that gives nothing back: what is in the list is an exception.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def root(self, value, roots):
        if value < 0:
            raise ValueError("negative")
        roots.append(np.sqrt(value))

    async def roots(self, values):
        roots = []
        failed = await asyncio.gather(*(self.root(value, roots) for value in values), return_exceptions=True)
        return roots, [error for error in failed if error]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y, errors = asyncio.run(self.roots(x))
            if errors:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(errors[0]))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(y, dtype=np.float32))]))
        return responses
""",
)
