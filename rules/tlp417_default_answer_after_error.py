"""An error answered with an empty result

## What it does
Reports a handler of every exception (`except Exception`, `except:`) that puts empty values (`[]`, `""`, `np.zeros(…)`)
in the place of the results and at most writes to a log, where all outputs of the response are made of these values and
nothing asks for them later.

## What happens
The client gets status OK and an empty result. It cannot tell a failure, which may be a bug in the model, from a request
for which nothing was found.

## How to fix
Answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`, or catch only the exception that means
an empty result.

## Source
Seen on 24.10: status 200 with outputs of no elements.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Compare,
    Conditional,
    Constant,
    Dict,
    Expr,
    Expression,
    Flow,
    Function,
    Handler,
    If,
    Name,
    Node,
    Sequence,
    Stmt,
    Try,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP417",
    name="default-answer-after-error",
    effect="wrong-result",
    certainty="likely",
    words=("InferenceResponse",),
)
_BROAD = frozenset({"Exception", "BaseException"})
_EMPTY = frozenset({"numpy.zeros", "numpy.empty", "numpy.zeros_like", "numpy.empty_like", "list", "dict", "tuple"})
_SAID = ("log", "print", "warn", "debug", "info", "error", "exception")


def check(python: PythonFacts) -> Iterator[Problem]:
    if "except" not in python.text:
        return
    functions = {id(f): f for f in (python.function_at(made.call) for made in python.responses) if f is not None}
    for function in functions.values():
        for attempt in own_nodes(function, Try):
            for handler in attempt.handlers:
                if handler.type is None or python.qualified(handler.type) in _BROAD:
                    yield from _defaults(python, function, attempt, handler)


def _defaults(python: PythonFacts, function: Function, attempt: Try, handler: Handler) -> Iterator[Problem]:
    """The values that a handler puts in the place of all results of a response."""
    made = [one for one in handler.body if isinstance(one, Assign)]
    names = {name.id for one in made for target in one.targets for name in walk((target,), Name)}
    if not made or not all(_is_quiet(python, one) for one in handler.body):
        return
    tried = {name.id for one in walk(attempt.body, Assign) for target in one.targets for name in walk((target,), Name)}
    if not names <= tried or _is_asked(function, names):
        return
    end = attempt.span.end or 0
    for response in python.responses:
        call = response.call
        if (call.span.start or 0) < end or python.function_at(call) is not function or response.has_error:
            continue
        made_behind = (one.call for one in python.calls_of("Tensor") if (one.call.span.start or 0) >= end)
        values = [one.argument(1) for one in made_behind if python.function_at(one) is function]
        if values and all(v is not None and any(n.id in names for n in walk((v,), Name)) for v in values):
            yield Problem(
                made[0].span,
                "after any error this empty result is answered with status OK: the client cannot tell that it failed",
                help="answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`",
                key=",".join(sorted(names)),
            )
            return


def _is_quiet(python: PythonFacts, statement: Stmt) -> bool:
    """Whether a statement of a handler tells the client nothing."""
    if isinstance(statement, Assign):
        return not statement.operator and _is_empty(python, statement.value)
    if isinstance(statement, Expression) and isinstance(statement.value, Call):
        return (dotted(statement.value.func) or "").rsplit(".", 1)[-1].startswith(_SAID)
    return isinstance(statement, Flow) and statement.keyword == "pass"


def _is_empty(python: PythonFacts, value: Expr | None) -> bool:
    """Whether a value holds nothing, or zeros."""
    if isinstance(value, Constant):
        return value.value in ("", b"", 0) and not isinstance(value.value, bool)
    if isinstance(value, Dict):
        return not value.keys
    if isinstance(value, Sequence):
        return all(_is_empty(python, item) for item in value.items)
    if not isinstance(value, Call):
        return False
    name = python.qualified(value.func) or dotted(value.func) or ""
    if name in {"numpy.array", "numpy.asarray"}:
        return bool(value.arguments) and _is_empty(python, value.arguments[0].value)
    return name in _EMPTY


def _is_asked(function: Function, names: set[str]) -> bool:
    """Whether something looks at these values: an empty result may be meant, or turned into an error."""
    tests: list[Node] = [node.test for node in walk(function.body, If)]
    tests += [node.test for node in walk(function.body, Conditional)]
    tests += walk(function.body, Compare)
    return any(name.id in names for name in walk(tuple(tests), Name))


EXAMPLES = (
    """\
-- codes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ -1 ] }
-- codes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def read(bars):
    if bars.sum() % 10 == 0:
        raise ValueError("no code")
    return bars[:1]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                code = read(x)
            except Exception as error:
                pb_utils.Logger.log_warn(str(error))
                code = np.zeros(0, dtype=np.int32)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", code)]))
        return responses
""",
    """\
-- codes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "failed" data_type: TYPE_BOOL dims: [ 1 ] }
-- codes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def read(bars):
    if bars.sum() % 10 == 0:
        raise ValueError("no code")
    return bars[:1]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            failed = np.array([False])
            try:
                code = read(x)
            except Exception:
                code = np.zeros(0, dtype=np.int32)
                failed = np.array([True])
            try:
                code = read(code)
            except ValueError:
                code = np.zeros(0, dtype=np.int32)
            outputs = [pb_utils.Tensor("y", code), pb_utils.Tensor("failed", failed)]
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
)
