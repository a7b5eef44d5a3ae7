"""The list of responses replaced by the result of append

## What it does
Reports `responses = responses.append(…)` (also `extend`, `sort`, `reverse`, `insert`, `clear`) for a list that execute
returns, and `return responses.append(…)`.

## What happens
These methods return None. With one request in the call execute returns None, and since 24.06 the client waits for ever;
with two, the second append raises AttributeError.

## How to fix
Write `responses.append(…)` alone.

## Source
Facts, python-backend 6.4; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Expr, Name, dotted
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP220", name="responses-set-to-none", effect="request-failure")
METHODS = frozenset({"append", "extend", "sort", "reverse", "insert", "clear"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators:
        return
    values = [*(node.value for node in own_nodes(execute, Assign)), *(node.value for node in returns(execute))]
    # A decoupled model answers through senders, and returns None.
    if effective.decoupled is True or not any(map(_resets, values)):
        return
    lists = {dotted(target) for node in own_nodes(execute, Assign) if starts_list(node) for target in node.targets}
    # What is made in another way, too, may be a list whose methods return it.
    lists -= {
        dotted(target)
        for node in own_nodes(execute, Assign)
        if not (node.operator or starts_list(node) or _resets(node.value))
        for target in node.targets
    }
    names = {s.value.id for s in returns(execute) if isinstance(s.value, Name)}
    for node in own_nodes(execute, Assign):
        if node.operator or len(node.targets) != 1:
            continue
        name = dotted(node.targets[0])
        if name in names and _on_list(node.value, lists) == name and node.value is not None:
            edit = Edit(Span(python.path, node.span.start, node.value.span.start), "")
            yield Problem(
                node.span,
                f"list methods return None, so `{name}` is None from here on: no request is answered",
                help=f"write `{python.source(node.value)}` alone",
                fix=Fix("keep the list", (edit,), safety="unsafe"),
                key="assign",
            )
    for statement in returns(execute):
        name = _on_list(statement.value, lists)
        if name:
            yield Problem(
                statement.span,
                "list methods return None, so execute returns None here: no request is answered",
                help=f"write `return {name}` behind it",
                key="return",
            )


def _resets(expr: Expr | None) -> bool:
    """Whether an expression calls a method that returns None, if it is one of a list."""
    return isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in METHODS


def _on_list(expr: Expr | None, lists: set[str | None]) -> str:
    """The list that an expression calls a method of that returns None."""
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and _resets(expr):
        name = dotted(expr.func.value)
        return name if name is not None and name in lists else ""
    return ""


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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses = responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP220
        return responses
-- fixed: add/1/model.py --
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
