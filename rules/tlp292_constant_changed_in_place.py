"""A constant array of the model is changed in place through another name

## What it does
Reports `y = self.bias` followed by `y += …` where `initialize` makes the array, nothing else writes to it, and its name
says that it is no state (`bias`, `scale`, …), in a function that gives the result back. Silent where the file speaks of
learning or updates.

## What happens
Both names are one array, and `+=` changes it: each request starts from what the earlier ones left, with status OK.

## How to fix
Write `y = self.bias + …`, or begin with `self.bias.copy()`.

## Source
NumPy's in-place operators; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Expr,
    Function,
    Name,
    Sequence,
    Subscript,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP292", name="constant-changed-in-place", effect="wrong-result", certainty="likely")
_CONSTANT = re.compile(r"(^|_)(bias(es)?|offsets?|scales?|coefs?|coefficients|kernel|template)$")
_LEARNS = re.compile(r"learn|grad|\blr\b|update|running|adapt|calibrat|momentum")
_LOADING = frozenset({"initialize", "__init__"})
_OPERATORS = frozenset("+-*/")


def check(python: PythonFacts) -> Iterator[Problem]:
    # Few files change an array in place at all.
    if not python.understood or not any(a.operator in _OPERATORS for a in python.walk(Assign)):
        return
    for frame in python.frames:
        function = frame.function
        if function is None or function.name in _LOADING:
            continue
        assigns = list(own_nodes(function, Assign))
        for changed in assigns:
            target = changed.targets[0]
            if changed.operator not in _OPERATORS or not isinstance(target, Name):
                continue
            first = [a for a in assigns if not a.operator and any(_is_name(t, target.id) for t in a.targets)]
            if len(first) != 1 or (first[0].span.end or 0) > (changed.span.start or 0):
                continue
            if len(frame.bindings.get(target.id, ())) != sum(
                _is_name(t, target.id) for a in assigns for t in a.targets
            ):
                continue
            value = first[0].value
            given = any(
                n.id == target.id for s in returns(function) if s.value is not None for n in walk(s.value, Name)
            )
            if given and isinstance(value, Attribute) and _is_constant(python, value) and not _learns(python):
                shown = python.source(value)
                yield Problem(
                    changed.span,
                    f"this changes `{shown}` itself: the next request starts from this one's result",
                    help=f"begin with `{target.id} = {shown}.copy()`",
                    related=(Related(first[0].span, "the same array"),),
                    key=shown,
                )
                break


def _learns(python: PythonFacts) -> bool:
    """Whether the model may mean to change what it knows."""
    return _LEARNS.search(python.text.lower()) is not None


def _is_name(node: Expr, name: str) -> bool:
    return isinstance(node, Name) and node.id == name


def _is_constant(python: PythonFacts, value: Attribute) -> bool:
    """Whether an attribute is an array that is made once, and written to nowhere under its own name."""
    name = dotted(value) or ""
    if not name.startswith("self.") or _CONSTANT.search(value.attr.lower()) is None:
        return False
    made: list[tuple[Assign, Function | None]] = []
    for assign in python.walk(Assign):
        for target in assign.targets:
            if isinstance(target, Attribute) and target.attr == value.attr:
                made.append((assign, python.function_at(assign)))
            if isinstance(target, Subscript) and (dotted(target.value) or "").endswith(f".{value.attr}"):
                return False
    if any(isinstance(c.func, Attribute) and dotted(c.func.value) == name for c in python.walk(Call)):
        return False
    if len(made) != 1 or made[0][0].operator or made[0][1] is None or made[0][1].name not in _LOADING:
        return False
    array = made[0][0].value
    if not isinstance(array, Call) or python.qualified(array.func) not in {"numpy.array", "numpy.asarray"}:
        return False
    given = array.argument(0)
    return isinstance(given, Sequence) and given.kind == "list"


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.bias = np.array([0.5, -0.5], dtype=np.float32)

    def shifted(self, x):
        y = self.bias
        y += x
#       ^^^^^^ TLP292
        return y.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.shifted(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.bias = np.array([0.5, -0.5], dtype=np.float32)

    def shifted(self, x):
        y = self.bias.copy()
        y += x
        return y

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.shifted(x))]))
        return responses
""",
)
