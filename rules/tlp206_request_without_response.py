"""A way through the loop that leaves a request without response

## What it does
Follows the loop over requests: a `continue`, an `except` block or a condition after which the iteration ends without
`responses.append(…)`, while other ways append. The loop may go over futures or over what is gathered, be that of a
generator whose items are returned in a list, or keep the inputs that the responses are made from later.

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
from tritonlint.inputs.python_answers import answer_lists, answering_functions, called_function, one_for_each
from tritonlint.inputs.python_flow import (
    completes,
    is_generator,
    iterates,
    may_name_every_case,
    own_nodes,
    request_loops,
    returns,
)
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_response_flow import (
    Answers,
    answering_loop,
    answers,
    filling_loop,
    starts_list,
    stores,
    yields,
)
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Expr,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Return,
    Sequence,
    Starred,
    Stmt,
    Subscript,
    Try,
    With,
    Yield,
    dotted,
    last_name,
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
        loop = answering_loop(execute, name) or _loop_over_what_is_made_of_them(python, execute, name)
        found = answers(loop, name) if loop is not None else None
        if found is None or loop is None:
            yield from _stays_none(python, execute, name)
            continue
        related = (Related(loop.header, "one response is needed for each of these"),)
        help_ = f"add `{name}.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))`"
        # A chain of elif may name every case there is, when it goes by a counter.
        chained = {s.span for n in own_nodes(execute, If) for s in n.orelse if isinstance(s, If)}
        counters = {dotted(t) for a in walk(loop.body, Assign) if a.operator for t in a.targets}
        doubtful = {
            n.test.span for n in found.branches if n.span in chained and {m.id for m in walk(n.test, Name)} <= counters
        }
        for handler in _around(execute, loop, name):
            yield Problem(
                handler.header,
                f"after this `except` block `{name}` is returned as it is: requests behind the error have no response",
                help="put the `try` inside the loop, and append an error response",
                related=related,
                key="around",
            )
        for span, when in _skips(python, execute, found):
            yield Problem(
                span,
                f"{when} the request has no response in `{name}`, so the whole batch fails",
                help=help_,
                related=related,
                effect="hygiene" if span in doubtful else None,
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
    if not uses_sender(python):
        yield from _never_kept(python)
        yield from _never_yielded(python)


def _skips(python: PythonFacts, function: Function, found: Answers) -> Iterator[tuple[Span, str]]:
    """What decides in a loop, but for handlers, that a turn adds nothing."""
    for node in found.continues:
        yield node.span, "after this `continue`"
    for branch in found.branches:
        if not may_name_every_case(python, function, branch):
            yield branch.test.span, "one outcome of this condition appends nothing: then"


def _all_skips(python: PythonFacts, function: Function, found: Answers) -> Iterator[tuple[Span, str]]:
    """The same, handlers included."""
    yield from _skips(python, function, found)
    for handler in found.handlers:
        end = _continue_of(handler)
        yield end or handler.header, "after this `continue`" if end is not None else "after this `except` block"


def _loop_over_what_is_made_of_them(python: PythonFacts, function: Function, name: str) -> For | None:
    """The one loop that fills a list with a turn for each request: over futures, or over what is gathered."""
    loops = [loop for loop in own_nodes(function, For) if one_for_each(python, function, loop.iterable)]
    return filling_loop(function, name, loops)


def _never_kept(python: PythonFacts) -> Iterator[Problem]:
    """Requests of which a loop keeps nothing in the list that the responses are made from."""
    for function in answering_functions(python):
        for kept in dict.fromkeys(_made_from(python, function)):
            loops = [one for one in request_loops(function) if kept in {n.id for n in walk(one.body, Name)}]
            found = answers(loops[0], kept) if len(loops) == 1 else None
            if found is None or _may_grow(python, function, kept, loops[0]) or _is_counted(function, kept):
                continue
            for span, when in _all_skips(python, function, found):
                yield Problem(
                    span,
                    f"{when} the request is missing in `{kept}`, from which the responses are made: the whole batch "
                    "fails",
                    help="keep a place for each request, and answer what is left out with an error",
                    related=(Related(loops[0].header, "one response is needed for each of these"),),
                    key="kept",
                )


def _made_from(python: PythonFacts, function: Function) -> Iterator[str]:
    """The lists that have an item for each response that a function returns."""
    for statement in returns(function):
        value = statement.value
        if isinstance(value, Name):
            loop = filling_loop(function, value.id, list(own_nodes(function, For)))
            found = answers(loop, value.id) if loop is not None else None
            if loop is not None and found is not None and not (found.continues or found.branches or found.handlers):
                yield from _gone_through(python, function, loop.iterable)
            bound = [a for a in own_nodes(function, Assign) if any(dotted(t) == value.id for t in a.targets)]
            only = len(bound) == 1 and not any(
                isinstance(call.func, Attribute) and dotted(call.func.value) == value.id
                for call in own_nodes(function, Call)
            )
            value = bound[0].value if only else None
        clauses = value.clauses if isinstance(value, Comprehension) and value.kind == "list" else ()
        if len(clauses) == 1 and not clauses[0].conditions:
            yield from _gone_through(python, function, clauses[0].iterable)


def _gone_through(python: PythonFacts, function: Function, iterable: Expr) -> Iterator[str]:
    """The lists that a loop has a turn for each item of; what is paired with the requests is told elsewhere."""
    if one_for_each(python, function, iterable):
        return
    if isinstance(iterable, Name):
        yield iterable.id
        bound = [a for a in own_nodes(function, Assign) if any(dotted(t) == iterable.id for t in a.targets)]
        made = bound[0].value if len(bound) == 1 else None
        if isinstance(made, Call) and called_function(python, made) is not None and len(made.arguments) == 1:
            # A helper that gets this list alone gives one result for each of its items.
            handed = made.arguments[0].value
            if isinstance(handed, Name):
                yield handed.id
    elif isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip"}:
        for argument in iterable.arguments:
            if isinstance(argument.value, Name):
                yield argument.value.id


def _may_grow(python: PythonFacts, function: Function, name: str, loop: For) -> bool:
    """Whether a list may get more items than those that a loop appends, from whatever function of the file."""
    for node in own_nodes(function, Call, Assign):
        if lies_in(node, loop):
            continue
        if isinstance(node, Assign):
            named = {n.id for target in node.targets for n in walk(target, Name)}
            if name in named and not starts_list(node):
                return True
        elif isinstance(node.func, Attribute) and dotted(node.func.value) == name:
            return True
        elif any(dotted(argument.value) == name for argument in node.arguments):
            called = called_function(python, node)
            adding = own_nodes(called, Call) if called is not None else ()
            if any(last_name(one.func) in {"append", "extend", "insert"} for one in adding):
                return True
    return False


def _is_counted(function: Function, name: str) -> bool:
    """Whether somebody compares how many items a list has: then what lacks is known."""
    return any(
        dotted(call.func) == "len" and dotted(call.argument(0)) == name
        for compare in own_nodes(function, Compare)
        for call in walk((compare,), Call)
    )


def _never_yielded(python: PythonFacts) -> Iterator[Problem]:
    """Requests of which a generator yields nothing, where all that it yields is returned in a list."""
    for function in answering_functions(python) if any(True for _ in python.walk(Yield)) else ():
        for call in _listed(python, function):
            made = called_function(python, call)
            if made is None or not is_generator(made):
                continue
            own = len(made.positional) - len(call.arguments)
            handed = {
                made.positional[place + own].name
                for place, argument in enumerate(call.arguments)
                if own in {0, 1} and not argument.star and one_for_each(python, function, argument.value)
            }
            loops = [loop for loop in own_nodes(made, For) if any(iterates(loop.iterable, given) for given in handed)]
            yielding = [loop for loop in loops if any(True for _ in walk(loop.body, Yield))]
            outside = [y for y in own_nodes(made, Yield) if not any(lies_in(y, loop) for loop in yielding)]
            found = yields(yielding[0]) if len(yielding) == 1 and not outside else None
            for span, when in _all_skips(python, made, found) if found is not None else ():
                yield Problem(
                    span,
                    f"{when.replace('appends', 'yields')} no response is yielded for the request, so the whole batch "
                    "fails",
                    help="yield `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))` for the request",
                    related=(Related(yielding[0].header, "one response is needed for each of these"),),
                    key="yield",
                )


def _listed(python: PythonFacts, function: Function) -> Iterator[Call]:
    """The calls of which a function returns all items in a list: ``list(call)``, ``[*call]``."""
    for statement in returns(function):
        value = statement.value
        sources = python.follow(value) if isinstance(value, Name) else None
        value = sources[0][0] if sources is not None and len(sources) == 1 else value
        items: Expr | None = None
        if isinstance(value, Call) and dotted(value.func) == "list" and len(value.arguments) == 1:
            items = value.argument(0)
        elif isinstance(value, Sequence) and value.kind == "list" and len(value.items) == 1:
            items = value.items[0].value if isinstance(value.items[0], Starred) else None
        if isinstance(items, Call) and items.certain and all(a.keyword is None for a in items.arguments):
            yield items


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
    # A generator whose items are returned in a list.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return list(self._answers(requests))

    def _answers(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                continue
#               ^^^^^^^^ TLP206
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return list(self._answers(requests))

    def _answers(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 1000:
                yield pb_utils.InferenceResponse([], pb_utils.TritonError("too large"))
                continue
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
    # The responses are made from what a loop over the requests keeps.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        kept = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                pb_utils.Logger.log_warn("too large")
                continue
#               ^^^^^^^^ TLP206
            kept.append(x)
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in kept]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        kept = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 1000:
                pb_utils.Logger.log_warn("too large")
                continue
            kept.append(x)
        if len(kept) < len(requests):
            raise pb_utils.TritonModelException("too large")
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in kept]
""",
    # What is gathered has one item for each request.
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
        responses = []
        for answer in answers:
            if isinstance(answer, Exception):
                pb_utils.Logger.log_error(str(answer))
                continue
#               ^^^^^^^^ TLP206
            responses.append(answer)
        return responses

    async def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0, 0] > 0:
            raise ValueError("too large")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
    # A request may name none of the two.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            unit = int(x[0, 0])
            if unit == 2:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            elif unit == 3:
#                ^^^^^^^^^ TLP206
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 1000)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            unit = int(x[0, 0])
            if unit not in (2, 3):
                unit = 2
            if unit == 2:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            elif unit == 3:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 1000)]))
        return responses
""",
)
