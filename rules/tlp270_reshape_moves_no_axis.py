"""An axis moved with reshape

## What it does
Plays the model through, and reports `x.reshape(…)` that names the lengths of `x` itself in another order: `b, h, w, c =
x.shape` and `x.reshape(b, c, h, w)`, also through names, `x.shape[3]`, `-1` and lengths that the config declares (of
images with 2 to 4 channels, and of smaller ones where a name or a remark says that channels come first). Silent where
an axis has one place only, for another `order`, and where the result is transposed afterwards.

## What happens
`reshape` keeps the order of the values in memory and only counts them anew. The shape is the one that is wanted, but no
value is where it belongs: planes hold pixels of all channels, rows of one sample stand in another one's, with status
OK.

## How to fix
Move the axis: `x.transpose(0, 3, 1, 2)`, or `np.moveaxis(x, -1, 1)`.

## Source
NumPy's reshape; seen on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_remarks import remarks
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Conditional,
    Constant,
    Function,
    If,
    Match,
    Name,
    dotted,
    lies_in,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP270",
    name="reshape-moves-no-axis",
    effect="wrong-result",
    certainty="likely",
    words=("reshape",),
)
_TURNS = frozenset({"T", "mT", "transpose", "swapaxes", "moveaxis", "rollaxis", "einsum", "rearrange", "permute"})
_CHANNELS_FIRST = re.compile(
    r"(?<![a-zA-Z])n?chw(?![a-zA-Z])|channels?[_ -]?first|planar|planes|\[(n|b|batch), ?c, ?h, ?w\]", re.IGNORECASE
)
_OTHER_ORDER = re.compile(r"[Ff]ortran|FORTRAN|[Cc]olumn[- ]major|by (the )?column|M(atlab|ATLAB)|Julia|\bR\b")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    found = list(mistakes(python, config, effective, "axis-moved"))
    # So few places may as well be groups, where nobody says what they are.
    found += [
        one for one in mistakes(python, config, effective, "small-axis-moved") if _is_named(python, config, one.span)
    ]
    if not found or _asks_for_one(python) or _OTHER_ORDER.search(remarks(python)):
        return
    for mistake in found:
        call = next((call for call in python.walk(Call) if call.span == mistake.span), None)
        if call is None or _is_turned(python, call) or _is_asked_for(python, call):
            continue
        yield Problem(
            mistake.span,
            "this has the lengths of the array in another order, and moves no axis: the values stay in the order in "
            "which they are, and stand in the wrong places",
            help="move the axis: `x.transpose(0, 3, 1, 2)`, with the axes in the order that is wanted",
            key=python.source(call),
        )


def _is_named(python: PythonFacts, config: Document, place: Span) -> bool:
    """Whether names say that the channels come first: of the function, of what is assigned, or of an output."""
    call = next((call for call in python.walk(Call) if call.span == place), None)
    function = python.function_at(call) if call is not None else None
    if call is None or function is None:
        return False
    names = [function.name, remarks(python, function), *tensors_of(python, config, "output")]
    for assign in own_nodes(function, Assign):
        if assign.value is not None and lies_in(call, assign.value):
            names += [dotted(target) or "" for target in assign.targets]
    return any(_CHANNELS_FIRST.search(name) for name in names)


def _is_turned(python: PythonFacts, call: Call) -> bool:
    """Whether something behind a call in its function, around it or in another function moves axes.

    What was laid out so is put right.
    """
    function: Function | None = python.function_at(call)
    if function is None:
        return True
    end = call.span.end or 0
    turns = [n for n in python.walk(Attribute, Name) if (n.attr if isinstance(n, Attribute) else n.id) in _TURNS]
    if any(python.function_at(node) is not function for node in turns):
        return True
    for node in walk(function.body, Attribute, Name):
        if (node.attr if isinstance(node, Attribute) else node.id) in _TURNS:
            around = isinstance(node, Attribute) and lies_in(call, node)
            if (
                around
                or (node.span.start or 0) >= end
                or any(outer.func is node and lies_in(call, outer) for outer in walk(function.body, Call))
            ):
                return True
    return False


def _is_asked_for(python: PythonFacts, call: Call) -> bool:
    """Whether a condition in the function of a call is about the lengths that it names."""
    function = python.function_at(call)
    names = {name.id for argument in call.arguments for name in walk(argument.value, Name)}
    tests = [node.test for node in walk(function.body, If, Conditional, Assert)] if function is not None else []
    before = [test for test in tests if (test.span.start or 0) <= (call.span.start or 0)]
    return any(name.id in names for test in before for name in walk(test, Name))


def _asks_for_one(python: PythonFacts) -> bool:
    """Whether a condition may keep away what has more than one place along an axis."""
    asked = (part for test in python.walk(Compare) for part in (test.left, *test.rights))
    return any(isinstance(p, Constant) and p.value in {1, 2} for p in asked) or any(python.walk(Match))


_CONFIG = """\
-- planes/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_UINT8 dims: [ -1, -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3, -1, -1 ] }
-- planes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
"""
_EXECUTE = """\

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.planes(x))]))
        return responses
"""
_SMALL = """\
-- tiny/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_UINT8 dims: [ 2, 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3, 2, 2 ] }
-- tiny/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.dims = pb_utils.get_output_config_by_name(config, "y")["dims"]

    def to_chw(self, x):
        return x.astype(np.float32).reshape(len(x), *self.dims)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP270

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.to_chw(x))]))
        return responses
"""
EXAMPLES = (
    _SMALL,
    # Nobody says what the axes are.
    "".join(line for line in _SMALL.splitlines(True) if "TLP270" not in line).replace("to_chw", "grouped"),
    _CONFIG
    + """\
    def planes(self, x):
        scaled = x.astype(np.float32) * np.float32(2)
        batch, height, width, channels = x.shape
        return scaled.reshape(batch, channels, height, width)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP270
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def planes(self, x):
        x = x.astype(np.float32)
        return np.reshape(x, (-1, 3, *x.shape[1:3]))
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP270
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def planes(self, x):
        scaled = x.astype(np.float32) * np.float32(2)
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
"""
    + _EXECUTE,
    # The same order, or one that is put right afterwards.
    _CONFIG
    + """\
    def planes(self, x):
        batch, height, width, channels = x.shape
        rows = x.astype(np.float32).reshape(batch, height * width, channels)
        return rows.transpose(0, 2, 1).reshape(batch, channels, height, width)
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def planes(self, x):
        batch, height, width, channels = x.shape
        turned = np.moveaxis(x.astype(np.float32), -1, 1)
        return turned.reshape(batch, channels, height, width)
"""
    + _EXECUTE,
    # What a helper lays out is turned elsewhere.
    _CONFIG
    + """\
    def turned(self, x):
        batch, height, width, channels = x.shape
        return x.astype(np.float32).reshape(batch, width, height, channels)

    def planes(self, x):
        return np.transpose(self.turned(x), (0, 3, 2, 1))
"""
    + _EXECUTE,
    # An axis with one place may stand anywhere.
    _CONFIG
    + """\
    def planes(self, x):
        batch, height, width, channels = x.shape
        if width != 1:
            raise ValueError("one column only")
        return x.astype(np.float32).reshape(batch, width, height, channels)
"""
    + _EXECUTE.replace("self.planes(x)", "np.moveaxis(self.planes(x), -1, 1)"),
    """\
-- rows/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1, -1 ] }
-- rows/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            batch, length, one = x.shape
            y = x.reshape(batch, one, length)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
