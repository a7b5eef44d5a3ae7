"""A way through execute that returns nothing

## What it does
Reports ways through an `execute` in default mode that end without a list although other ways return one: an `except`
block that only logs, a `return` without value, a condition without `else` at the end, a last statement that drops the
list. The same in methods whose value execute returns or puts into its list. Models that use a response sender are left
out.

## What happens
Since 24.06 Triton takes None for 'answered through the response sender' and waits: the client hangs, without a line
in the log. Before, each request of the call failed with an error.

## How to fix
Return one response per request on every way; in an `except` block, responses with `error=`.

## Source
Facts, python-backend 6.4 (observed on 23.10, 24.05, 24.10, 26.07).
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answering_functions, called_function, response_makers
from tritonlint.inputs.python_flow import (
    behind_test_for_requests,
    completes,
    is_generator,
    is_none,
    may_name_every_case,
    numbers_of_requests,
    only_some_numbers,
    own_nodes,
    returns,
)
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import (
    Attribute,
    Binary,
    Call,
    Clause,
    Compare,
    Conditional,
    Constant,
    Dict,
    Expr,
    Expression,
    For,
    Function,
    If,
    Match,
    Name,
    Return,
    Sequence,
    Stmt,
    Subscript,
    Try,
    Unary,
    With,
    last_name,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP209",
    name="execute-may-return-nothing",
    effect="request-failure",
    certainty="likely",
    server_says=("Expected a list in the execute return, found type '<class 'NoneType'>'",),
)

_BEHIND = "behind this"
_TIDIES = frozenset({"lower", "upper", "strip", "casefold", "decode"})
_TEXT = re.compile(r"""[bB]?("[^"\\]*"|'[^'\\]*')""")
_TEXTS = re.compile(rf"case\s*\(?\s*({_TEXT.pattern}(?:\s*\|\s*{_TEXT.pattern})*)\s*\)?\s*:\s*(?:#.*\s*)*")
"""The head of a case that names nothing but texts."""


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or is_generator(execute) or effective.decoupled is not False:
        return
    if uses_sender(python):
        return
    told = set()
    for function in answering_functions(python):
        found = returns(function)
        if function is not execute and completes(function.body) and all(is_none(s.value) for s in found):
            yield _problem(function.name_span, f"`{function.name}` returns nothing, and execute returns that")
        elif not all(is_none(s.value) for s in found):
            for span, what in _nothing(python, function):
                yield _problem(span, f"{what} `{function.name}` returns nothing")
        for maker, call in response_makers(python, function) if not _asks_each(function) else ():
            made = returns(maker)
            if maker.span in told or maker.is_async or is_generator(maker):
                continue
            told.add(maker.span)
            if completes(maker.body) and all(is_none(s.value) for s in made):
                yield _problem(call.span, f"`{maker.name}` returns nothing", one=True)
            elif not all(is_none(s.value) for s in made):
                for span, what in _nothing(python, maker):
                    yield _problem(span, f"{what} `{maker.name}` returns nothing", one=True)


def _asks_each(function: Function) -> bool:
    """Whether a function looks which responses are missing yet: ``if responses[i] is None``, ``if not response``."""
    listed = {name.id for loop in own_nodes(function, For, Clause) for name in walk((loop.target,), Name)}
    asked: list[Expr] = [
        test.left
        for test in own_nodes(function, Compare)
        if test.operators[0] in {"is", "is not"} and is_none(test.rights[0])
    ]
    asked += [test.operand for test in own_nodes(function, Unary) if test.operator == "not"]
    asked += [test.test for test in own_nodes(function, If, Conditional)]
    asked += [test.left for test in own_nodes(function, Binary) if test.operator == "or"]
    asked += [condition for clause in own_nodes(function, Clause) for condition in clause.conditions]
    return any(isinstance(one, Subscript) or (isinstance(one, Name) and one.id in listed) for one in asked)


def _problem(span: Span, what: str, *, one: bool = False) -> Problem:
    return Problem(
        span,
        f"{what}: the request is never answered" if one else f"{what}: no request of the call is ever answered",
        help="return a response on every way; after an error: one with `error=`"
        if one
        else "return a list with one response per request; after an error: responses with `error=`",
        key=what,
        general=span if what.startswith(_BEHIND) else None,
    )


def _nothing(python: PythonFacts, function: Function) -> Iterator[tuple[Span, str]]:
    """Ways through a function that end without a value."""
    empty = [s.span for s in returns(function) if is_none(s.value)]
    harmless = behind_test_for_requests(function, never_met=True) if empty else ()
    yield from ((span, "here") for span in empty if span not in harmless)
    for span, what, last in (*_ends(function.body), *_end_behind_returns(function.body)):
        if isinstance(last, If):
            numbers = numbers_of_requests(function) if function.name == "execute" else ()
            counted = any(n.id in numbers for n in walk(last.test, Name)) and not only_some_numbers(function, last.test)
            if counted or may_name_every_case(python, function, last):
                continue
        if isinstance(last, Match) and span == last.subject.span and _may_match_every_value(python, last):
            continue
        # What only raises does not come to its end.
        call = last.value if isinstance(last, Expression) and isinstance(last.value, Call) else None
        called = called_function(python, call) if call is not None else None
        if called is None or completes(called.body) or returns(called):
            yield span, what


def _may_match_every_value(python: PythonFacts, node: Match) -> bool:
    """Whether the cases of a ``match`` without ``case _`` may be all that there are.

    They are not where texts are compared with what somebody sends, and nothing in the file says which of them are let
    in: no other comparison, no list or dict of the same texts.
    """
    subject = node.subject
    while isinstance(subject, Call) and isinstance(subject.func, Attribute) and subject.func.attr in _TIDIES:
        subject = subject.func.value
    name = last_name(subject)
    if not name or "Literal" in python.identifiers or "Enum" in python.text:
        return True
    texts: set[object] = set()
    for case in node.cases:
        first = case.body[0].span.start if case.body else None
        pattern = _TEXTS.fullmatch(python.text[case.span.start or 0 : first])
        if pattern is None or case.guard is not None:
            return True
        texts |= {one[1:-1] for one in _TEXT.findall(pattern[1])}
    for other in python.walk(Compare):
        if any(last_name(side) == name for side in (other.left, *other.rights)):
            return True
    for listed in python.walk(Sequence, Dict):
        inside = listed.items if isinstance(listed, Sequence) else listed.keys
        if len(texts & {one.value for one in inside if isinstance(one, Constant)}) > min(len(texts) - 1, 1):
            return True
    return False


_End = tuple[Span, str, Stmt | None]


def _side(body: tuple[Stmt, ...]) -> Iterator[_End]:
    """One side of a condition of which another returns something."""
    if body and completes(body) and not any(isinstance(n, Return) for n in walk(body, into_functions=False)):
        yield body[-1].span, _BEHIND, body[-1]
    else:
        yield from _ends(body)


def _end_behind_returns(body: tuple[Stmt, ...]) -> Iterator[_End]:
    """The last statement of a function that returns something before it, and nothing there."""
    if body and completes(body) and not any(isinstance(n, Return) for n in walk((body[-1],), into_functions=False)):
        last = body[-1]
        while isinstance(last, For | With):
            last = last.body[-1]
        yield last.span, _BEHIND, last


def _ends(body: tuple[Stmt, ...]) -> Iterator[_End]:
    """Where the end of a block is reached although the block returns something elsewhere."""
    if not body or not completes(body):
        return
    last = body[-1]
    if not any(isinstance(n, Return) for n in walk((last,), into_functions=False)):
        return
    if isinstance(last, If):
        if not last.orelse:
            yield last.test.span, "when this is false,", last
        for side in (last.body, last.orelse):
            yield from _side(side)
    elif isinstance(last, Match):
        if not any(case.catch_all for case in last.cases):
            yield last.subject.span, "when none of these cases fits,", last
        for case in last.cases:
            yield from _side(case.body)
    elif isinstance(last, Try):
        yield from _side(last.orelse or last.body)
        for handler in last.handlers:
            if completes(handler.body):
                last_one = handler.body[-1]
                # A helper that only raises is no end.
                yield (
                    handler.header,
                    "after this `except` block",
                    last_one if isinstance(last_one, Expression) else None,
                )
    elif isinstance(last, With):
        yield from _ends(last.body)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.sums = []

    def execute(self, requests):
        if len(self.sums) > 1000:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError("full")) for _ in requests]
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            self.sums.append(x.sum())
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP209
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
        try:
            responses = []
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            return responses
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP209
            pb_utils.Logger.log_error(str(error))
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        if x[0] < 0:
#          ^^^^^^^^ TLP209
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
        try:
            responses = []
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            return responses
        except ValueError as error:
            pb_utils.Logger.log_error(str(error))
            raise
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            response = self.build(x)
#                      ^^^^^^^^^^^^^ TLP209
            responses.append(response)
        return responses

    def build(self, x):
        response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
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
        return [self.answer(request) for request in requests]

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0] > 0:
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP209
        else:
            return pb_utils.InferenceResponse([pb_utils.Tensor("y", -x)])
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def refuse(x):
    raise pb_utils.TritonModelException(f"{x[0]} is no number")


def answer(request):
    x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
    if np.isnan(x[0]):
        refuse(x)
    else:
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])


class TritonPythonModel:
    def execute(self, requests):
        return [answer(request) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def known(self, x):
        if x[0] == 0:
            return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        responses = [self.known(x) for x in arrays]
        for number, x in enumerate(arrays):
            if responses[number] is None:
                responses[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x + 1)])
        return responses
""",
    # The two conditions leave nothing out.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x.size > 3:
            return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        elif x.size <= 3:
            return pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])

    def execute(self, requests):
        return [self.answer(request) for request in requests]
""",
    """\
-- ops/config.pbtxt --
backend: "python"
input { name: "op" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- ops/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, text):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([text], dtype=object))])

    def _apply(self, op):
        match op:
#             ^^ TLP209
            case "hello":
                return self._answer("good day")
            case "bye" | "leave":
                return self._answer("see you")

    def execute(self, requests):
        responses = []
        for request in requests:
            op = pb_utils.get_input_tensor_by_name(request, "op").as_numpy()[0].decode("utf-8")
            responses.append(self._apply(op))
        return responses
""",
    """\
-- ops/config.pbtxt --
backend: "python"
input { name: "op" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- ops/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, text):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([text], dtype=object))])

    def _apply(self, op):
        match op:
            case "hello":
                return self._answer("good day")
            case "bye" | "leave":
                return self._answer("see you")
            case _:
                return self._answer("pardon?")

    def execute(self, requests):
        responses = []
        for request in requests:
            op = pb_utils.get_input_tensor_by_name(request, "op").as_numpy()[0].decode("utf-8")
            responses.append(self._apply(op))
        return responses
""",
    """\
-- large_batch_path/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- large_batch_path/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        sizes = [len(a) for a in arrays]
        joined = np.concatenate(arrays) * 2
        if len(requests) > 1:
#          ^^^^^^^^^^^^^^^^^ TLP209
            parts = np.split(joined, np.cumsum(sizes)[:-1])
            return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", p)]) for p in parts]
""",
    """\
-- try_else/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- try_else/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        try:
            tensors = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        except Exception as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]
        else:
            answers = [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", t * 2)]) for t in tensors]
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP209
""",
    """\
-- few_return/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- few_return/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        n = len(requests)
        if n < 2:
            return
#           ^^^^^^ TLP209
        return [self.one(r) for r in requests]

    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])
""",
    """\
-- two_tests/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- two_tests/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        if len(requests) == 1:
            return [self.one(requests[0])]
        if len(requests) > 1:
            return [self.one(r) for r in requests]

    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])
""",
    """\
-- always/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- always/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        if len(requests) >= 1:
            return [self.one(r) for r in requests]

    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])
""",
    """\
-- none_return/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- none_return/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        n = len(requests)
        if n < 1:
            return
        if n == 0:
            return None
        return [self.one(r) for r in requests]

    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])
""",
    """\
-- try_finally/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- try_finally/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        try:
            arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        except Exception as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]
        else:
            return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", a * 2)]) for a in arrays]
        finally:
            self.done = True
""",
    # Who has no response yet is asked, and what raises is no end.
    """\
-- slots/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 1000 }
-- slots/1/model.py --
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        answers = [self._early(request) for request in requests]
        for place, request in enumerate(requests):
            if not answers[place]:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                answers[place] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return answers

    def _early(self, request):
        if request.timeout() < 0:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("too late"))
""",
)
