"""The same number of responses, however many requests there are

## What it does
Reports an `execute` that answers with a list of one response written out, or appends to its list behind the loop over
the requests only, when the model has a batcher and so gets several requests in one call. Without a batcher each call
gets one request, and the fault stays hidden; an append behind the loop is a note then. An empty list is reported in
every model: Triton never calls execute without requests.

## What happens
As soon as two requests come together the number of responses does not match, and all of them fail. With single
requests, as in most tests, everything looks well.

## How to fix
Make one response per request: append inside the loop over `requests`.

## Source
Facts, python-backend 6.4: wrong number of responses (every release; seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import (
    behind_test_for_requests,
    numbers_of_requests,
    own_nodes,
    request_loops,
    returns,
)
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Expr,
    Expression,
    For,
    Function,
    Handler,
    If,
    Match,
    Name,
    Node,
    Sequence,
    Starred,
    While,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP211",
    name="fixed-number-of-responses",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or uses_sender(python) or effective.decoupled is not False:
        return
    yield from _empty(execute)
    loops = request_loops(execute)
    if not (loops or may_batch(effective)):
        return
    related = tuple(Related(loop.header, "the requests are read here") for loop in loops[:1])
    for statement in returns(execute):
        value = statement.value
        if value is None or any(lies_in(statement, node) for node in own_nodes(execute, For, While, Handler)):
            continue
        one: Node | None = None
        if isinstance(value, Name):
            one = _single_append(execute, value.id)
        if one is None and may_batch(effective):
            one = _list_of_one(python, value)
        if one is not None and not _counts_requests(execute):
            yield Problem(
                one.span,
                "this is one response, however many requests the call holds: when Triton batches, all of them fail",
                help="make one response per request: append inside the loop over the requests",
                related=related,
                effect=None if may_batch(effective) else "hygiene",
                key="one",
            )


def _empty(execute: Function) -> Iterator[Problem]:
    """Lists that are returned with nothing in them."""
    displays = [s for s in returns(execute) if isinstance(s.value, Sequence) and _is_empty(s.value)]
    names = [
        (s, s.value.id) for s in returns(execute) if isinstance(s.value, Name) and _never_filled(execute, s.value.id)
    ]
    if not displays and not names:
        return
    # A return in the loop over the requests is told by TLP203.
    known = behind_test_for_requests(execute) | {
        statement.span
        for statement in returns(execute)
        if any(lies_in(statement, part) for loop in request_loops(execute) for part in loop.body)
    }
    for statement in displays:
        if statement.span not in known:
            yield Problem(
                statement.span,
                "no response at all: every request of the call fails",
                help="answer each request: `[pb_utils.InferenceResponse(error=…) for _ in requests]`",
                key="none",
            )
    for statement, name in names:
        if statement.span not in known:
            yield Problem(
                statement.span,
                f"nothing is ever put into `{name}`: no response at all, and every request fails",
                help=f"append a response for each request: `{name}.append(…)`",
                certainty="certain" if statement is execute.body[-1] else "likely",
                key="none",
            )


def _is_empty(display: Sequence) -> bool:
    return display.kind == "list" and not display.items


def _list_of_one(python: PythonFacts, value: Expr) -> Node | None:
    """The list of one response that is written out, or for which a name stands and nothing changes."""
    sources = python.follow(value) if isinstance(value, Name) else [(value, None)]
    made = sources[0][0] if sources and len(sources) == 1 else None
    if not isinstance(made, Sequence) or made.kind != "list" or len(made.items) != 1:
        return None
    return None if isinstance(made.items[0], Starred) else made


def _never_filled(execute: Function, name: str) -> bool:
    """Whether a local list starts empty and nothing is done with it but returning it."""
    starts = [node for node in own_nodes(execute, Assign) if any(dotted(t) == name for t in node.targets)]
    if not starts or not all(starts_list(node) and not node.operator for node in starts):
        return False
    fine = {t.span for node in starts for t in node.targets} | {s.value.span for s in returns(execute) if s.value}
    # A method that is named and not called does nothing.
    fine |= {
        s.value.value.span
        for s in own_nodes(execute, Expression)
        if isinstance(s.value, Attribute) and dotted(s.value.value) == name
    }
    return all(node.span in fine for node in walk(execute.body, Name) if node.id == name)


def _counts_requests(execute: Function) -> bool:
    """Whether the function asks how many requests there are, and so may know that there is one."""
    names = numbers_of_requests(execute)
    requests = execute.positional[1].name if len(execute.positional) > 1 else ""
    tests = [
        *(node if isinstance(node, Compare) else node.test for node in own_nodes(execute, If, Assert, Compare)),
        *(node.subject for node in own_nodes(execute, Match)),
    ]
    return any(
        n.id in names - {requests}
        if isinstance(n, Name)
        else dotted(n.func) == "len" and any(dotted(a.value) == requests for a in n.arguments)
        for test in tests
        for n in walk(test, Name, Call)
    ) or any(dotted(node.subject) == requests for node in own_nodes(execute, Match))


def _single_append(execute: Function, name: str) -> Node | None:
    """The only append to a list that starts empty, when it is in no loop; None when anything else may fill it."""
    appends: list[Node] = []
    for node in own_nodes(execute, Call, Assign, Attribute):
        if isinstance(node, Call) and dotted(node.func) == f"{name}.append":
            appends.append(node)
        elif isinstance(node, Assign) and any(dotted(t) == name for t in node.targets):
            if node.operator or not starts_list(node):
                return None
        elif isinstance(node, Attribute | Call) and _may_fill(node, name):
            return None
    top = {statement.value.span for statement in execute.body if isinstance(statement, Expression)}
    return appends[0] if len(appends) == 1 and appends[0].span in top else None


def _may_fill(node: Attribute | Call, name: str) -> bool:
    if isinstance(node, Attribute):
        return dotted(node.value) == name and node.attr != "append"
    return any(dotted(argument.value) == name for argument in node.arguments)


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
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        responses.append(response)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP211
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
        x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])]
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP211
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
        if x[0] > 0:
            pb_utils.Logger.log_error("too large")
            return []
#           ^^^^^^^^^ TLP211
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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])]
""",
    # Whoever counts the requests knows how many there are.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        match len(requests):
            case 0:
                return []
            case 1:
                return [self.answer(requests[0])]
        return [self.answer(request) for request in requests]
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP211
        return responses
""",
)
