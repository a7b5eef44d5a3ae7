"""An array for the work of one request that is never cleared

## What it does
Reports an array of zeros that loading makes, in which each request adds to places or marks them, and that is handed on
as a whole, where it is also divided by its own largest value or sum in place, or where its name says that it
is for the work of one request (`blank`, `scratch`, `work_buffer`, …). Silent where anything clears it or makes it anew.

## What happens
What earlier requests, of other clients, have put there is still in it: each answer shows all of them, with status OK.

## How to fix
Make the array for each request (`np.zeros_like(self.grid)`), or begin with `self.grid.fill(0)`.

## Source
NumPy's in-place operations; seen on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Expr,
    Function,
    Name,
    Slice,
    Subscript,
    Unary,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP516",
    name="scratch-array-never-cleared",
    effect="wrong-result",
    certainty="likely",
    words=("zeros", "zeros_like"),
)
_LOADING = frozenset({"__init__", "initialize"})
_THING = r"(buf|buffer|arr|array|grid|mask|map|rows?|vector|matrix|image|img|frame|space|area|plane|canvas|page|hot)"
_SCRATCH = re.compile(rf"scratch|blank|^_?(template|zeros)$|^_?(work|tmp|temp|template|zeros|zero|empty)_?{_THING}s?$")
_LEARNT = re.compile(
    r"prior|poster|belief|popul|weight|prob|freq|count|hist|stat|total|running|ema|usage|seen|learn|memo"
)
"""What goes on from request to request."""
_LOOKS = frozenset({"copy", "astype", "shape", "size", "ndim", "dtype", "max", "min", "sum", "mean", "any", "all"})
_HIDDEN = frozenset({"setattr", "getattr", "vars", "__dict__"})
"""What may make it anew without its name."""
_OWN = frozenset({"max", "sum", "norm", "mean", "amax"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or effective.scheduling == "sequence" or not _HIDDEN.isdisjoint(python.identifiers):
        return
    for made in python.walk(Assign):
        target, around = made.targets[0], python.function_at(made)
        if not isinstance(target, Attribute) or around is None or around.name not in _LOADING or made.operator:
            continue
        if not any(lies_in(made, owner) for owner in python.model_classes):
            continue  # An object of another class may live for one request.
        value = made.value
        if not isinstance(value, Call) or python.qualified(value.func) not in {"numpy.zeros", "numpy.zeros_like"}:
            continue
        uses = [n for n in python.walk(Attribute) if n.attr == target.attr and n is not target]
        functions = {id(f): f for n in uses if (f := python.function_at(n)) is not None and f.name not in _LOADING}
        if len(functions) != 1:
            continue
        function = next(iter(functions.values()))
        names = _names_of(function, target.attr)
        change = _change(function, names) if names is not None else None
        if names is None or change is None or not _handed_on(python, function, names):
            continue
        name = target.attr.lower()
        if _SCRATCH.search(name) or (_divided(function, names) and not _LEARNT.search(name)):
            yield Problem(
                change.span,
                f"`self.{target.attr}` still holds what earlier requests have put there: nothing clears it",
                help="make a new array for each request, or clear it first: `.fill(0)`",
                related=(Related(made.span, "made once"),),
                key=target.attr,
            )


def _names_of(function: Function, attribute: str) -> set[str] | None:
    """What the array is called in a function; None where something else may be done with it."""
    own = f"self.{attribute}"
    names = {own}
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            if isinstance(target, Name) and not assign.operator and dotted(assign.value) == own:
                names.add(target.id)
    known: set[int] = set()
    for assign in own_nodes(function, Assign):
        if not assign.operator and dotted(assign.value) == own and all(isinstance(t, Name) for t in assign.targets):
            known |= {id(assign.value), *map(id, assign.targets)}
        for target in assign.targets:
            # It is made anew, or changed as a whole: that may clear it, or let it fade.
            if dotted(target) in names and (assign.operator != "/" if assign.operator else id(target) not in known):
                return None
            if isinstance(target, Subscript) and dotted(target.value) in names:
                if _may_clear(assign, target):
                    return None
                known.add(id(target.value))
            known.add(id(target))
    added = 0
    for call in own_nodes(function, Call):
        name = dotted(call.func) or ""
        added += name.endswith(".at")
        if name.rsplit(".", 1)[-1] in {"Tensor", "len"} | _OWN or (name.endswith("add.at") and added == 1):
            known |= {id(_bare(argument.value)) for argument in call.arguments}
    known |= {id(_bare(end.value)) for end in returns(function) if end.value is not None}
    known |= {id(node.value) for node in own_nodes(function, Attribute) if node.attr in _LOOKS}
    # Whoever gets it elsewhere may clear it.
    uses = (node for node in own_nodes(function, Name, Attribute) if dotted(node) in names)
    return names if all(id(use) in known for use in uses) else None


def _may_clear(assign: Assign, target: Subscript) -> bool:
    """Whether something written into an array may take away what was there: anything but marks and sums."""
    if assign.operator:
        return assign.operator != "+" or next(walk((assign.value,) if assign.value else (), Unary), None) is not None
    marks = isinstance(assign.value, Constant) and bool(assign.value.value)
    whole = any(isinstance(i, Slice) and i.lower is None is i.upper for i in target.items)
    whole = whole or next(walk(target.items, Name), None) is None
    return whole or not marks


def _change(function: Function, names: set[str]) -> Assign | Call | None:
    """Where the places that a request names are written."""
    given = from_request(function) - names

    def of_request(*parts: Expr) -> bool:
        return any(name.id in given for part in parts for name in walk(part, Name))

    for assign in own_nodes(function, Assign):
        target = assign.targets[0]
        if isinstance(target, Subscript) and dotted(target.value) in names and of_request(*target.items):
            return assign
    for call in own_nodes(function, Call):
        adds = (dotted(call.func) or "").endswith(".add.at") and len(call.arguments) > 1
        if adds and dotted(call.arguments[0].value) in names and of_request(call.arguments[1].value):
            return call
    return None


def _handed_on(python: PythonFacts, function: Function, names: set[str]) -> bool:
    """Whether the whole array is returned or sent."""
    values = [statement.value for statement in returns(function)]
    values += [call.argument(1) for call in own_nodes(function, Call) if python.pb_name(call.func) == "Tensor"]
    return any(dotted(_bare(value)) in names for value in values if value is not None)


def _bare(value: Expr) -> Expr:
    """An array, of ``array[None]``, ``array.copy()`` and ``array.astype(…)``."""
    while True:
        if isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr in {"copy", "astype"}:
            value = value.func.value
        elif isinstance(value, Subscript) and all(dotted(item) == "np.newaxis" for item in value.items):
            value = value.value
        else:
            return value


def _divided(function: Function, names: set[str]) -> bool:
    """Whether the array is divided by its own largest value or sum in place."""
    for assign in own_nodes(function, Assign):
        if assign.operator == "/" and dotted(assign.targets[0]) in names and assign.value is not None:
            for call in walk(assign.value, Call):
                func = call.func
                of_itself = isinstance(func, Attribute) and (
                    dotted(func.value) in names or any(dotted(a.value) in names for a in call.arguments)
                )
                if of_itself and isinstance(func, Attribute) and func.attr in _OWN:
                    return True
    return False


_CONFIG = """\
-- heat/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- heat/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.grid = np.zeros(3, dtype=np.float32)

    def draw(self, points):
"""
_EXECUTE = """\
        for place in points % 3:
            grid[place] += 1.0
#           ^^^^^^^^^^^^^^^^^^ TLP516
        if grid.max() > 0:
            grid /= grid.max()
        return grid

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.draw(x))]))
        return responses
"""
_CLEAN = _EXECUTE.replace("#           ^^^^^^^^^^^^^^^^^^ TLP516\n", "")
EXAMPLES = (
    _CONFIG + "        grid = self.grid\n" + _EXECUTE,
    _CONFIG + "        grid = np.zeros_like(self.grid)\n" + _CLEAN,
    _CONFIG + "        grid = self.grid\n        grid.fill(0)\n" + _CLEAN,
    _CONFIG + "        grid = self.grid\n        grid *= 0\n" + _CLEAN,
    # An object that lives for one request.
    (_CONFIG + "        grid = self.grid\n" + _CLEAN)
    .replace("class TritonPythonModel:\n    def initialize(self, args):", "class Map:\n    def __init__(self):")
    .replace("    def execute(", "\nclass TritonPythonModel:\n    def execute(")
    .replace("self.draw(x)", "Map().draw(x)"),
    # The counts of all requests are what is asked for.
    _CONFIG + "        grid = self.grid\n" + _CLEAN.replace("            grid /= grid.max()\n", "            pass\n"),
)
