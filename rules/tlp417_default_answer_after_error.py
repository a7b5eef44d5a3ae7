"""An error answered with an empty result

## What it does
Reports a handler of every exception (`except Exception`, `except:`) that puts empty values (`[]`, `""`, `np.zeros(…)`)
in the place of the results and at most writes to a log, where all outputs of the response are made of these values and
nothing asks for them later. A handler of an exception that the file defines and raises itself is reported when it warns
in the log and answers with zeros.

## What happens
The client gets status OK and an empty result. It cannot tell a failure, which may be a bug in the model, from a request
for which nothing was found.

## How to fix
Answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`, or catch only the exception that means
an empty result.

## Source
Seen on 24.10: status 200 with outputs of no elements.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_tree import (
    Assign,
    Binary,
    Call,
    Class,
    Compare,
    Conditional,
    Constant,
    Dict,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Node,
    Raise,
    Sequence,
    Stmt,
    Try,
    dotted,
    lies_in,
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
            if _tried_again(function, attempt) or not _of_request(function, attempt):
                continue
            for handler in attempt.handlers:
                broad = handler.type is None or python.qualified(handler.type) in _BROAD
                if broad or _is_refusal(python, handler):
                    yield from _defaults(python, function, attempt, handler, broad)


def _tried_again(function: Function, attempt: Try) -> bool:
    """Whether a loop tries it several times, and raises when all of them fail."""
    loops = [loop for loop in own_nodes(function, For) if any(lies_in(attempt, part) for part in loop.body)]
    return any(isinstance(last, Raise) for loop in loops for last in loop.orelse[-1:])


def _of_request(function: Function, attempt: Try) -> bool:
    """Whether what is tried has to do with a request; what is read from elsewhere may be missing."""
    names = from_request(function)
    return any(name.id in names for name in walk(attempt.body, Name))


def _is_refusal(python: PythonFacts, handler: Handler) -> bool:
    """Whether an input that the file itself refuses, and warns of, gets zeros: they look like any other result."""
    kind = dotted(handler.type) if handler.type is not None else None
    made_by = [r.exception for r in python.walk(Raise) if r.exception is not None]
    raised = {dotted(one.func if isinstance(one, Call) else one) for one in made_by}
    own = any(node.name == kind for node in python.walk(Class))
    warned = any((dotted(call.func) or "").rsplit(".", 1)[-1] in _WARNED for call in walk(handler.body, Call))
    assigns = [statement for statement in handler.body if isinstance(statement, Assign)]
    made = [assign.value for assign in assigns]
    if any(_TELLS.search(name.id) for assign in assigns for t in assign.targets for name in walk(t, Name)):
        return False
    return own and kind in raised and warned and bool(made) and all(_is_zero(python, value) for value in made)


def _is_zero(python: PythonFacts, value: Expr | None) -> bool:
    """Whether a value is a number of 0, or an array of zeros that is not empty."""
    if isinstance(value, Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value == 0
    if isinstance(value, Sequence):
        return bool(value.items) and all(_is_zero(python, item) for item in value.items)
    if isinstance(value, Binary):
        return value.operator == "*" and _is_zero(python, value.left)
    if not isinstance(value, Call) or not value.arguments:
        return False
    name, first = python.qualified(value.func), value.arguments[0].value
    if name in {"numpy.array", "numpy.asarray", "numpy.float32", "numpy.float64"}:
        return _is_zero(python, first)
    nothing = any(isinstance(part, Constant) and part.value == 0 for part in _sizes(first))
    return name == "numpy.zeros_like" or (name == "numpy.zeros" and not nothing)


def _sizes(shape: Expr) -> tuple[Expr, ...]:
    return shape.items if isinstance(shape, Sequence) else (shape,)


_TELLS = re.compile(r"ok|valid|status|flag|found|success|fail|error", re.IGNORECASE)
"""Names of a value beside the others that says whether they are there."""
_WARNED = frozenset({"log_warn", "log_error", "warning", "warn", "error", "exception"})


def _defaults(
    python: PythonFacts, function: Function, attempt: Try, handler: Handler, broad: bool
) -> Iterator[Problem]:
    """The values that a handler puts in the place of all results of a response."""
    made = [one for one in handler.body if isinstance(one, Assign)]
    names = {name.id for one in made for target in one.targets for name in walk((target,), Name)}
    if not made or not all(_is_quiet(python, one) for one in handler.body):
        return
    tried = {name.id for one in walk(attempt.body, Assign) for target in one.targets for name in walk((target,), Name)}
    if not names <= tried or _is_asked(function, names):
        return
    end = attempt.span.end or 0
    # What is only made of these values behind the `try` holds nothing else: `y = np.asarray(values)`.
    shown = set(names)
    bound = {n.id for one in own_nodes(function, Assign) for target in one.targets for n in walk(target, Name)}
    for one in own_nodes(function, Assign):
        read = {name.id for name in walk((one.value,), Name)} if one.value is not None else set()
        if (
            (one.span.start or 0) >= end
            and read & shown
            and not (read & bound) - shown
            and isinstance(one.targets[0], Name)
        ):
            shown.add(one.targets[0].id)
    if _is_asked(function, shown):
        return
    for response in python.responses:
        call = response.call
        if (call.span.start or 0) < end or python.function_at(call) is not function or response.has_error:
            continue
        made_behind = (one.call for one in python.calls_of("Tensor") if (one.call.span.start or 0) >= end)
        values = [one.argument(1) for one in made_behind if python.function_at(one) is function]
        if values and all(v is not None and any(n.id in shown for n in walk((v,), Name)) for v in values):
            yield Problem(
                made[0].span,
                "after any error this empty result is answered with status OK: the client cannot tell that it failed"
                if broad
                else "a refused input gets these zeros with status OK: the client cannot tell them from a result",
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
    """\
-- pulse/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- pulse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class PoorSignal(ValueError):
    pass


def rate(wave):
    if np.ptp(wave) < 1e6:
        raise PoorSignal("no pulse")
    return float(np.ptp(wave))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                rates = [[rate(row)] for row in x]
            except PoorSignal as problem:
                pb_utils.Logger.log_warn(f"refused: {problem}")
                rates = np.zeros((x.shape[0], 1))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
            y = np.asarray(rates, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- price/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- price/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def discount(x):
    if x[0] < 1e6:
        raise ValueError("no discount")
    return x / 10


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                less = discount(x)
            except Exception as error:
                pb_utils.Logger.log_warn(str(error))
                less = np.zeros_like(x)
            y = x - less
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # It is tried again, and the last error is raised.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.zeros(0, dtype=np.float32)
            for _ in range(3):
                try:
                    y = np.sqrt(x)
                    break
                except Exception:
                    y = np.zeros(0, dtype=np.float32)
            else:
                raise RuntimeError("three times")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
