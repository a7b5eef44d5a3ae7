"""A failed call of another model answered with zeros

## What it does
Reports zeros that take the place of another model's output where `response.has_error()` says that the call failed: they
are returned or kept and sent as they are. Silent where something tells that they are made up, where they are added to
something else, and where the file says that it goes on without the other model.

## What happens
The client gets status OK and zeros that look like any other result. The error of the called model is lost, or stands in
the log only.

## How to fix
Raise `pb_utils.TritonModelException(response.error().message())`, or answer with `error=`.

## Source
Facts, python-backend 6.8; run on a server of 24.10: status 200 with the zeros.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_remarks import remarks
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Constant,
    Expr,
    Expression,
    Flow,
    Function,
    If,
    Name,
    Node,
    Return,
    Sequence,
    Stmt,
    Unary,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP313",
    name="default-after-failed-call",
    effect="wrong-result",
    certainty="likely",
    words=("has_error",),
)
_ZEROS = frozenset({"numpy.zeros", "numpy.zeros_like", "numpy.empty_like", "numpy.float32", "numpy.float64"})
_TELLS = re.compile(r"ok|valid|status|flag|found|success|fail|error|degraded|available|missing", re.IGNORECASE)
"""Names of a value beside the others that says whether they are there."""

_ON_PURPOSE = re.compile(r"fall(s|ing)?.?back|best.?effort|fail.?(open|soft)|degrad|graceful|neutral", re.IGNORECASE)
"""What a file says that goes on without another model on purpose."""
_SAID = re.compile(
    r"default|optional|without|instead|treat|assum|unavailable|absent|no \w+ (is|are)|means|use zeros|\bas (0|zero)",
    re.IGNORECASE,
)
"""What comments and docstrings of such a function say."""


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    outputs = tensors_of(python, config, "output")
    if not python.understood or any(_TELLS.search(name) for name in outputs):
        return
    asking = [python.function_at(node) for node in python.walk(Attribute) if node.attr == "has_error"]
    for function in dict.fromkeys(one for one in asking if one is not None):
        for node in own_nodes(function, If, Conditional):
            found = _asked(node.test)
            if found is None:
                continue
            call, failed = found
            made = _made_up(python, function, node, failed)
            if made is None or not _reads_outputs(python, function) or _is_meant(python, function, call):
                continue
            if _is_answer(python, function, made) and not _ON_PURPOSE.search(python.text):
                yield Problem(
                    made.span,
                    "when the called model fails, these zeros are the result: with status OK nobody can tell",
                    help="raise `pb_utils.TritonModelException(….error().message())`, or answer with `error=`",
                    related=(Related(call.span, "asked here"),),
                    key="zeros",
                )


def _asked(test: Expr) -> tuple[Call, bool] | None:
    """The call of ``has_error`` that a condition is, and whether it is true after a failure."""
    failed = True
    while isinstance(test, Unary) and test.operator == "not":
        test, failed = test.operand, not failed
    asks = isinstance(test, Call) and isinstance(test.func, Attribute) and test.func.attr == "has_error"
    return (test, failed) if isinstance(test, Call) and asks else None


def _made_up(python: PythonFacts, function: Function, node: If | Conditional, failed: bool) -> Node | None:
    """The zeros that a condition gives in the place of a result."""
    if isinstance(node, Conditional):
        value = node.body if failed else node.orelse
        return value if _is_zero(python, value) else None
    block = node.body if failed else node.orelse
    if not block and not failed:
        return _behind(python, function, node)
    if not block or not all(_only_tells(one) for one in block[:-1]):
        return None
    last = block[-1]
    if isinstance(last, Return):
        return last if last.value is not None and _is_zero(python, last.value) else None
    if isinstance(last, Assign) and not last.operator and last.value is not None and _is_zero(python, last.value):
        names = {dotted(target) or "" for target in last.targets}
        return last if node.orelse and not _is_looked_at(function, names) else None
    return None


def _behind(python: PythonFacts, function: Function, node: If) -> Node | None:
    """What is given back behind a condition under which the result is returned."""
    if not node.body or not isinstance(node.body[-1], Return) or function.body[-2:-1] != (node,):
        return None
    last = function.body[-1]
    given = isinstance(last, Return) and last.value is not None and _is_zero(python, last.value)
    return last if given else None


def _is_meant(python: PythonFacts, function: Function, call: Call) -> bool:
    """Whether a function says that it goes on with zeros, or asks a second time whether the call failed."""
    asked = [c for c in own_nodes(function, Call) if dotted(c.func) == dotted(call.func)]
    return _SAID.search(remarks(python, function)) is not None or len(asked) > 1


def _is_answer(python: PythonFacts, function: Function, made: Node) -> bool:
    """Whether zeros are sent as they are, and not added to something, counted, compared or written to the log."""
    if isinstance(made, Assign):
        names = {dotted(target) for target in made.targets}
        within = (node for node in own_nodes(function, Binary, Compare) if not lies_in(node, made))
        return not any(dotted(name) in names for node in within for name in walk(node, Name, Attribute))
    if not isinstance(made, Return):
        return not any(lies_in(made, node) for node in own_nodes(function, Binary, Compare))
    if made.value is not None and not isinstance(made.value, Call):
        return False
    calls = [c for c in python.walk(Call) if last_name(c.func) == function.name]
    held = {dotted(t) for a in python.walk(Assign) if any(lies_in(c, a) for c in calls) for t in a.targets} - {None}
    logs = (c for c in python.walk(Call) if _only_tells(Expression(c.span, c)))
    for node in (*python.walk(Binary, Compare), *logs):
        if any(lies_in(c, node) for c in calls) or any(dotted(n) in held for n in walk(node, Name, Attribute)):
            return False
    return True


def _is_zero(python: PythonFacts, value: Expr) -> bool:
    """Whether a value is a number of 0, or holds nothing else."""
    if isinstance(value, Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value == 0
    if isinstance(value, Sequence):
        return value.kind == "list" and bool(value.items) and all(_is_zero(python, item) for item in value.items)
    if isinstance(value, Binary):
        return value.operator == "*" and _is_zero(python, value.left)
    if not isinstance(value, Call):
        return False
    if isinstance(value.func, Attribute) and value.func.attr in {"astype", "reshape"}:
        return _is_zero(python, value.func.value)
    name = python.qualified(value.func)
    if name in {"numpy.array", "numpy.asarray", "numpy.float32", "numpy.float64"}:
        return bool(value.arguments) and _is_zero(python, value.arguments[0].value)
    if name in {"numpy.full", "numpy.full_like"}:
        filler = value.argument(1, "fill_value")
        return filler is not None and _is_zero(python, filler)
    shape = value.argument(0, "shape")
    sizes = shape.items if isinstance(shape, Sequence) else (shape,)
    nothing = any(isinstance(size, Constant) and size.value == 0 for size in sizes)
    return name in _ZEROS and not nothing


def _only_tells(statement: Stmt) -> bool:
    """Whether a statement does nothing but log or print."""
    if isinstance(statement, Expression) and isinstance(statement.value, Call):
        called = last_name(statement.value.func)
        return called.startswith(("log", "print", "warn", "debug", "info", "error", "exception"))
    if isinstance(statement, Assign) and isinstance(statement.targets[0], Name):
        # The message may be put together first.
        return "error" in {n.attr for n in walk(statement, Attribute)} and not _TELLS.fullmatch(statement.targets[0].id)
    return isinstance(statement, Flow) and statement.keyword == "pass"


def _is_looked_at(function: Function, names: set[str]) -> bool:
    """Whether something asks what came of it, or is named like something that tells."""
    tests: list[Node] = [node.test for node in own_nodes(function, If, Conditional)]
    tests += own_nodes(function, Compare)
    return any(_TELLS.search(name) for name in names) or any(
        name.id in names for test in tests for name in walk(test, Name)
    )


def _reads_outputs(python: PythonFacts, function: Function) -> bool:
    """Whether a function reads another model's outputs, and has no other way to tell."""
    reads = any(
        python.pb_name(call.func) == "get_output_tensor_by_name"
        or (isinstance(call.func, Attribute) and call.func.attr == "output_tensors")
        for call in own_nodes(function, Call)
    )
    pairs = any(isinstance(r.value, Sequence) and r.value.kind == "tuple" for r in own_nodes(function, Return))
    return reads and not pairs


EXAMPLES = (
    """\
-- scale/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- scale/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def scaled(self, x):
        call = pb_utils.InferenceRequest(
            model_name="other", requested_output_names=["y"], inputs=[pb_utils.Tensor("x", x)]
        )
        response = call.exec()
        if response.has_error():
            pb_utils.Logger.log_error(response.error().message())
            return np.zeros_like(x)
#           ^^^^^^^^^^^^^^^^^^^^^^^ TLP313
        return pb_utils.get_output_tensor_by_name(response, "y").as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x))]))
        return responses
""",
    """\
-- scale/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- scale/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def scaled(self, x):
        call = pb_utils.InferenceRequest(
            model_name="other", requested_output_names=["y"], inputs=[pb_utils.Tensor("x", x)]
        )
        response = call.exec()
        if response.has_error():
            return np.zeros_like(x), False
        return pb_utils.get_output_tensor_by_name(response, "y").as_numpy(), True

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y, known = self.scaled(x)
            if not known:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("the other model failed")))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # What is added without the other model is nothing.
    """\
-- boost/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- boost/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def boost(self, x):
        call = pb_utils.InferenceRequest(
            model_name="other", requested_output_names=["y"], inputs=[pb_utils.Tensor("x", x)]
        )
        response = call.exec()
        if response.has_error():
            pb_utils.Logger.log_warn(response.error().message())
            return np.zeros_like(x)
        return pb_utils.get_output_tensor_by_name(response, "y").as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x + self.boost(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
