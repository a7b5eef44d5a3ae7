"""A way through execute that returns nothing

## What it does
Reports ways through an `execute` in default mode that end without a list although other ways return one: an `except`
block that only logs, a `return` without value, a condition without `else` at the end. Models that use a response sender
are left out.

## What happens
Since 24.06 Triton takes None for 'answered through the response sender' and waits: the client hangs, without a line
in the log. Before, each request of the call failed with an error.

## How to fix
Return one response per request on every way; in an `except` block, responses with `error=`.

## Source
Facts, python-backend 6.4 (observed on 23.10, 24.05, 24.10, 26.07).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import behind_test_for_requests, completes, is_generator, is_none, returns
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import If, Return, Stmt, Try, With, walk
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP209",
    name="execute-may-return-nothing",
    effect="request-failure",
    certainty="likely",
    server_says=("Expected a list in the execute return, found type '<class 'NoneType'>'",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or is_generator(execute) or effective.decoupled is not False:
        return
    found = returns(execute)
    if uses_sender(python) or all(is_none(statement.value) for statement in found):
        return
    help_ = "return a list with one response per request here; after an error: responses with `error=`"
    harmless = behind_test_for_requests(execute)
    for statement in found:
        if is_none(statement.value) and statement.span not in harmless:
            yield Problem(
                statement.span,
                "`execute` returns nothing here: no request of the call is ever answered",
                help=help_,
                key="return",
            )
    for span, what in _ends(execute.body):
        yield Problem(
            span,
            f"{what} `execute` ends without returning its responses: no request of the call is ever answered",
            help=help_,
            key=what,
        )


def _ends(body: tuple[Stmt, ...]) -> Iterator[tuple[Span, str]]:
    """Where the end of a block is reached although the block returns something elsewhere."""
    if not body or not completes(body):
        return
    last = body[-1]
    if not any(isinstance(n, Return) for n in walk((last,), into_functions=False)):
        return
    if isinstance(last, If):
        if not last.orelse:
            yield last.test.span, "when this is false,"
        yield from _ends(last.body)
        yield from _ends(last.orelse)
    elif isinstance(last, Try):
        yield from _ends(last.orelse or last.body)
        for handler in last.handlers:
            if completes(handler.body):
                yield handler.header, "after this `except` block"
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
)
