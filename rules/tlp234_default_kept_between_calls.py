"""A default value that remembers earlier requests

## What it does
Reports a parameter with a list, dict or set as its default, which the function fills and gives back. A dict in which
the function looks something up is taken for a cache.

## What happens
Python makes the default once: what one request leaves in it is in the answer to the next one, also to that of another
client.

## How to fix
Take None as the default, and make the list in the function.

## Source
Python's own behaviour; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Dict,
    Expr,
    Function,
    Name,
    Sequence,
    Subscript,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP234", name="default-kept-between-calls", effect="wrong-result", certainty="likely")
FILLS = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "setdefault"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for function in (frame.function for frame in python.frames if frame.function is not None):
        for parameter in function.parameters:
            name = parameter.name
            if parameter.default is None or name.startswith("_") or not _is_empty(parameter.default):
                continue
            if _rebound(function, name) or not _filled(function, name):
                continue
            given = any(n.id == name for s in returns(function) if s.value is not None for n in walk(s.value, Name))
            if given and not (isinstance(parameter.default, Dict) and _looked_up(function, name)):
                yield Problem(
                    parameter.default.span,
                    f"the default of `{name}` is made once: it keeps what earlier requests put into it",
                    help=f"write `{name}=None`, and make it in the function",
                    key=name,
                )


def _is_empty(value: Expr) -> bool:
    if isinstance(value, Call):
        return isinstance(value.func, Name) and value.func.id in {"list", "dict", "set"} and not value.arguments
    return (isinstance(value, Sequence) and value.kind == "list") or isinstance(value, Dict)


def _rebound(function: Function, name: str) -> bool:
    return any(
        isinstance(target, Name) and target.id == name and not assign.operator
        for assign in own_nodes(function, Assign)
        for target in assign.targets
    )


def _filled(function: Function, name: str) -> bool:
    for node in own_nodes(function, Call, Assign):
        if isinstance(node, Call):
            owner = node.func.value if isinstance(node.func, Attribute) and node.func.attr in FILLS else None
            if isinstance(owner, Name) and owner.id == name:
                return True
            continue
        for target in node.targets:
            held = target.value if isinstance(target, Subscript) else target if node.operator else None
            if isinstance(held, Name) and held.id == name:
                return True
    return False


def _looked_up(function: Function, name: str) -> bool:
    """Whether a function asks for what is in a dict already."""
    for node in own_nodes(function, Compare, Call):
        if isinstance(node, Compare):
            if any(isinstance(right, Name) and right.id == name for right in node.rights):
                return True
        elif isinstance(node.func, Attribute) and node.func.attr in {"get", "setdefault"}:
            owner = node.func.value
            if isinstance(owner, Name) and owner.id == name:
                return True
    return False


EXAMPLES = (
    """\
-- tags/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "found" data_type: TYPE_FP32 dims: [ -1 ] }
-- tags/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _positive(self, x, found=[]):
#                                ^^ TLP234
        for value in x:
            if value > 0:
                found.append(value)
        return found

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = np.array(self._positive(x), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("found", found)]))
        return responses
""",
    """\
-- tags/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "found" data_type: TYPE_FP32 dims: [ -1 ] }
-- tags/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _positive(self, x, found=None):
        found = [] if found is None else found
        for value in x:
            if value > 0:
                found.append(value)
        return found

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = np.array(self._positive(x), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("found", found)]))
        return responses
""",
)
