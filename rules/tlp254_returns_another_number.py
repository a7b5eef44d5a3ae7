"""A helper that returns one value on one way and several on another

## What it does
Reports `return a` in a function whose other ways return `a, b`, where each call of it is unpacked into as many names.

## What happens
On that way the one value is taken apart: `not enough values to unpack`, `too many values to unpack` or `cannot unpack
non-iterable …`, and the request fails.

## How to fix
Return as many values on each way.

## Source
Python's assignment; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Comprehension,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Return,
    Sequence,
    Starred,
    Yield,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP254", name="returns-another-number", effect="request-failure", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or not any(isinstance(one.value, Sequence) for one in python.walk(Return)):
        return
    for frame in python.frames:
        function = frame.function
        if function is None or function.is_async or set(function.decorator_names) - {"staticmethod", "classmethod"}:
            continue
        returns = list(own_nodes(function, Return))
        several = [r for r in returns if isinstance(r.value, Sequence) and r.value.kind == "tuple"]
        sizes = {len(r.value.items) for r in several if isinstance(r.value, Sequence)}
        if len(sizes) != 1 or len(several) == len(returns) or next(own_nodes(function, Yield), None) is not None:
            continue
        given = several[0].value
        assert isinstance(given, Sequence)  # noqa: S101
        if any(isinstance(item, Starred) for item in given.items) or not _unpacked(python, function, len(given.items)):
            continue
        names = {item.id for r in several for item in walk(r, Name)}
        for one in returns:
            if one not in several and _is_single(one.value, names):
                yield Problem(
                    one.span,
                    f"this returns one value where the callers of `{function.name}` take {len(given.items)}",
                    help=f"return {len(given.items)} values here, too",
                    related=(Related(several[0].span, "returned there"),),
                    key=function.name,
                )


def _is_single(value: Expr | None, names: set[str]) -> bool:
    """Whether a returned value is surely no tuple: None, a number, or what other ways put into one."""
    if value is None or (isinstance(value, Constant) and not isinstance(value.value, str | bytes)):
        return True
    return isinstance(value, Name) and value.id in names


def _unpacked(python: PythonFacts, function: Function, size: int) -> bool:
    """Whether all uses of a function are calls whose result is unpacked into as many targets."""
    uses = objects_of(python).uses().get(function.name, ())
    if not uses or any(reference is not call.func for reference, call in uses):
        return False
    calls = [call for _, call in uses]
    taken: list[Call] = []
    for assign in python.walk(Assign):
        target = assign.targets[0]
        call = next((call for call in calls if call is assign.value), None)
        if call is not None and _takes(target, size):
            taken.append(call)
    for listed in python.walk(Comprehension):
        call = next((call for call in calls if listed.elements == (call,)), None)
        if call is not None and _taken_apart(python, listed, size):
            taken.append(call)
    named = [n for n in python.walk(Name, Attribute) if (n.id if isinstance(n, Name) else n.attr) == function.name]
    return len(taken) == len(calls) == len(named)


def _takes(target: Expr, size: int) -> bool:
    """Whether a target takes exactly as many values."""
    if not isinstance(target, Sequence) or len(target.items) != size:
        return False
    return not any(isinstance(item, Starred) for item in target.items)


def _taken_apart(python: PythonFacts, listed: Comprehension, size: int) -> bool:
    """Whether each item of a comprehension is unpacked: by a loop over it, or over its only name."""
    sources: list[Expr] = [listed]
    frame = python.frame_at(listed)
    for assign in python.walk_function(frame.function, Assign) if frame.function is not None else ():
        if assign.value is listed and len(assign.targets) == 1 and isinstance(assign.targets[0], Name):
            name = assign.targets[0].id
            if len(frame.bindings.get(name, ())) != 1:
                return False
            used = [n for n in python.walk_function(frame.function, Name) if n.id == name]  # type: ignore[arg-type]
            sources += used
    loops = [loop for loop in python.walk(For, Clause) if any(loop.iterable is one for one in sources)]
    return bool(loops) and all(_takes(loop.target, size) for loop in loops)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _scaled(self, x):
        if x.sum() > 0:
            return x
#           ^^^^^^^^ TLP254
        return x, 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x, scale = self._scaled(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
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
    def _scaled(self, x):
        if x.sum() > 0:
            return x, 1
        return x, 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x, scale = self._scaled(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _scaled(self, value, scale):
        if value > 0:
            return scale
#           ^^^^^^^^^^^^ TLP254
        return value, scale

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = [self._scaled(value, 2) for value in x]
            y = np.array([value * scale for value, scale in found], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
