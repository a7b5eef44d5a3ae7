"""A way through the loop that leaves a request without response

## What it does
Follows the loop over requests: a `continue`, an `except` block or a condition after which the iteration ends without
`responses.append(…)`, while other ways append.

## What happens
The number of responses no longer matches the number of requests, and every request of the batch fails, the good ones
too.

## How to fix
Append `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))` for the request.

## Source
Facts, python-backend 6.4: wrong number of responses (every release; seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answer_lists
from tritonlint.inputs.python_flow import completes, may_name_every_case, own_nodes
from tritonlint.inputs.python_response_flow import answering_loop, answers, stores
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Expr,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Return,
    Stmt,
    Subscript,
    Try,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.python_edits import append_error
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP206",
    name="request-without-response",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for execute, name in answer_lists(python):
        loop = answering_loop(execute, name)
        found = answers(loop, name) if loop is not None else None
        if found is None or loop is None:
            yield from _stays_none(python, execute, name)
            continue
        related = (Related(loop.header, "one response is needed for each of these"),)
        help_ = f"add `{name}.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))`"
        one_way = "one outcome of this condition appends nothing: then"
        places: list[tuple[Span, str, bool]] = [(n.span, "after this `continue`", False) for n in found.continues]
        # A chain of elif may name every case there is, when it goes by a counter.
        chained = {s.span for n in own_nodes(execute, If) for s in n.orelse if isinstance(s, If)}
        counters = {dotted(t) for a in walk(loop.body, Assign) if a.operator for t in a.targets}
        places += [
            (node.test.span, one_way, node.span in chained and {n.id for n in walk(node.test, Name)} <= counters)
            for node in found.branches
            if not may_name_every_case(python, execute, node)
        ]
        for handler in _around(execute, loop, name):
            yield Problem(
                handler.header,
                f"after this `except` block `{name}` is returned as it is: requests behind the error have no response",
                help="put the `try` inside the loop, and append an error response",
                related=related,
                key="around",
            )
        for span, when, doubtful in places:
            yield Problem(
                span,
                f"{when} the request has no response in `{name}`, so the whole batch fails",
                help=help_,
                related=related,
                effect="hygiene" if doubtful else None,
                key=when,
            )
        for manager in _suppressing(python, loop, name):
            yield Problem(
                manager.span,
                f"a request whose exception ends here has no response in `{name}`, so the whole batch fails",
                help="catch the exception with `except`, and append an error response",
                related=related,
                key="suppress",
            )
        for handler in found.handlers:
            edits = append_error(python, handler, name)
            end = _continue_of(handler)
            left = "`continue`" if end is not None else "`except` block"
            yield Problem(
                end or handler.header,
                f"after this {left} the request has no response in `{name}`, so the whole batch fails",
                help=help_,
                related=(Related(handler.header, "for a request with this error"), *related) if end else related,
                fix=Fix("answer the request with the error", edits, safety="unsafe") if edits else None,
                key="except",
            )


def _continue_of(handler: Handler) -> Span | None:
    """The ``continue`` at the end of an ``except`` block: what should stand before it is missing there."""
    last = handler.body[-1]
    return last.span if isinstance(last, Flow) and last.keyword == "continue" else None


def _is_place(target: Expr, name: str) -> bool:
    return isinstance(target, Subscript) and dotted(target.value) == name


def _stays_none(python: PythonFacts, execute: Function, name: str) -> Iterator[Problem]:
    """Places of a list of None that are not filled on every way."""
    stored = stores(execute, name)
    if stored is None:
        return
    loop, found = stored
    fills = [a for a in walk(loop.body, Assign) if any(_is_place(target, name) for target in a.targets)]
    if len(fills) == 1 and any(lies_in(fills[0], handler) for handler in walk(loop.body, Handler)):
        yield Problem(
            fills[0].span,
            f"only a request with an error gets a place in `{name}`: the others stay None, their clients wait for ever",
            help="move this line out of the `except` block",
            related=(Related(loop.header, "one response is needed for each of these"),),
            key="none",
        )
        return
    places = [node.span for node in found.continues]
    places += [node.test.span for node in found.branches if not may_name_every_case(python, execute, node)]
    places += [_continue_of(node) or node.header for node in found.handlers]
    for span in places:
        yield Problem(
            span,
            f"there is a way on which the request's place in `{name}` stays None: its client waits for ever",
            help=f"put a response with `error=` into `{name}` on every way",
            related=(Related(loop.header, "one response is needed for each of these"),),
            key="none",
        )


def _suppressing(python: PythonFacts, loop: For, name: str) -> Iterator[Expr]:
    """``suppress(…)`` of blocks in which all responses of a loop are appended, and no answer was made before."""
    appends = [call for call in walk(loop.body, Call) if dotted(call.func) == f"{name}.append"]
    for block in walk(loop.body, With):
        managers = [item.value for item in block.items if isinstance(item.value, Call)]
        inside = all(any(lies_in(call, statement) for statement in block.body) for call in appends)
        first = block.body[0]
        if (
            len(block.body) > 1
            and all(lies_in(call, first) for call in appends)
            and not _may_raise(python, first, name)
        ):
            continue  # What follows may fail.
        if appends and inside:
            yield from (m for m in managers if python.qualified(m.func) == "contextlib.suppress" and m.arguments)


def _may_raise(python: PythonFacts, statement: Stmt, name: str) -> bool:
    """Whether a statement does more than to append a response of what is there."""
    return any(
        dotted(call.func) != f"{name}.append" and python.pb_name(call.func) not in {"InferenceResponse", "Tensor"}
        for call in walk((statement,), Call)
    )


def _around(execute: Function, loop: For, name: str) -> Iterator[Handler]:
    """Handlers around the whole loop behind which the list is returned with what it holds by then."""
    for place, attempt in enumerate(execute.body):
        if not any(isinstance(s, Return) and dotted(s.value) == name for s in execute.body[place + 1 :]):
            return
        if not isinstance(attempt, Try) or not any(statement is loop for statement in attempt.body):
            continue
        for handler in attempt.handlers:
            if completes(handler.body) and not any(n.id == name for n in walk(handler.body, Name)):
                yield handler


EXAMPLES = (
    """\
-- ratio/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- ratio/1/model.py --
from contextlib import suppress

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with suppress(ValueError):
#                ^^^^^^^^^^^^^^^^^^^^ TLP206
                if x[0] > 1000:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- ratio/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- ratio/1/model.py --
from contextlib import suppress

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            response = pb_utils.InferenceResponse(error=pb_utils.TritonError("too large"))
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with suppress(ValueError):
                if x[0] > 1000:
                    raise ValueError("too large")
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            responses.append(response)
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = [None] * len(requests)
        for number, request in enumerate(requests):
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])
            except ValueError as error:
                response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                responses[number] = response
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP206
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
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError:
#           ^^^^^^^^^^^^^^^^^ TLP206
                pb_utils.Logger.log_warn(request.request_id())
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                pb_utils.Logger.log_warn(request.request_id())
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                continue
#               ^^^^^^^^ TLP206
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] < 0:
#              ^^^^^^^^ TLP206
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
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            bad = x[0] < 0
            if bad:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("too small")))
            if not bad:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # The two conditions leave nothing out.
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
            if len(x) > 1:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("too long")))
            elif len(x) <= 1:
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
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 100:
                    raise ValueError("too large")
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            except ValueError as error:
                response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                continue
            finally:
                responses.append(response)
        return responses
""",
    """\
-- parse/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- parse/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def checked(self, x):
        if x[0] > 0:
            raise ValueError("too large")
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = self.checked(x)
            except ValueError as error:
                pb_utils.Logger.log_warn(str(error))
                continue
#               ^^^^^^^^ TLP206
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: parse/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def checked(self, x):
        if x[0] > 0:
            raise ValueError("too large")
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = self.checked(x)
            except ValueError as error:
                pb_utils.Logger.log_warn(str(error))
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # Only what follows the response may fail.
    """\
-- once/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- once/1/model.py --
from contextlib import suppress

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.expected = {"first", "second"}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with suppress(KeyError):
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                self.expected.remove(request.request_id())
        return responses
""",
)
