"""An error that nobody hears of

## What it does
Reports `except:`, `except Exception:` and `except BaseException:` with nothing behind it but `pass`, `continue`
or a value in place of the result, in the methods of the model that serve requests.

## What happens
Whatever fails there goes on as if it had succeeded: neither the client nor the log is told.

## How to fix
Append an InferenceResponse with `error=`, log the error, or catch the one exception that is meant.

## Source
Facts, python-backend 6.6: what an error response is.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, request_loops, returns
from tritonlint.inputs.python_response_flow import answers
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Constant,
    Expression,
    Flow,
    Function,
    If,
    Name,
    Stmt,
    Try,
    last_name,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP305", name="exception-swallowed", effect="hygiene", certainty="likely")

_OTHERS = frozenset({"initialize", "finalize", "auto_complete_config", "__init__", "__del__", "is_ready"})


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or "except" not in python.text:
        return
    # A handler that leaves its request without a response is told by TLP206.
    told = set()
    for name in {s.value.id for s in returns(execute) if isinstance(s.value, Name)}:
        for loop in request_loops(execute):
            ways = answers(loop, name)
            told |= {handler.span for handler in ways.handlers} if ways is not None else set()
    methods = [
        s for owner in python.model_classes for s in owner.body if isinstance(s, Function) and s.name not in _OTHERS
    ]
    tries = [node for method in methods for node in own_nodes(method, Try) if not _cleans_up(node)]
    for node in (handler for attempt in tries for handler in attempt.handlers):
        if node.span in told or not all(_nothing(s) for s in node.body):
            continue
        if node.type is None or python.qualified(node.type) in {"Exception", "BaseException"}:
            yield Problem(
                node.header,
                "every error is dropped here: neither the client nor the log is told",
                help="append a response with `error=`, log it, or catch only the exception that is meant",
                key="except",
            )


_CLEANS_UP = frozenset({"remove", "unlink", "rmtree", "rmdir", "close", "cleanup", "shutdown", "empty_cache"})


def _cleans_up(attempt: Try) -> bool:
    """Whether nothing is tried but to do away with something that no answer needs any more."""
    tried = [one for s in attempt.body for one in (s.body if isinstance(s, If) and not s.orelse else (s,))]
    calls = [s.value for s in tried if isinstance(s, Expression) and isinstance(s.value, Call)]
    return len(calls) == len(tried) and all(last_name(call.func) in _CLEANS_UP for call in calls)


def _nothing(statement: Stmt) -> bool:
    if isinstance(statement, Flow):
        return statement.keyword != "break"
    if isinstance(statement, Assign) and not statement.operator:
        # A value in place of the result; the exception itself may be kept for later.
        return isinstance(statement.value, Constant) and not isinstance(statement.value.value, str | bool)
    return isinstance(statement, Expression) and isinstance(statement.value, Constant)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                x = np.sqrt(x)
            except Exception:
#           ^^^^^^^^^^^^^^^^ TLP305
                pass
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                x = np.sqrt(x)
            except FloatingPointError:
                pass
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
