"""A default value that remembers earlier requests

## What it does
Reports a parameter with a list, dict, set, deque or Counter as its default, which the function fills, and gives back
or works out its answer from. A dict in which the function looks something up, and what it only asks for members, are
taken for caches, if the function does not give back the whole of it.

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
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Delete,
    Dict,
    Expr,
    For,
    Function,
    Name,
    Sequence,
    Slice,
    Subscript,
    Try,
    dotted,
    last_name,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP234", name="default-kept-between-calls", effect="wrong-result", certainty="likely")
FILLS = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "setdefault"})
_MAKERS = frozenset({"list", "dict", "set", "Counter", "OrderedDict", "defaultdict"})
_HARMLESS = frozenset({"len", "id", "isinstance", "print", "bool", "repr", "str"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for function in (frame.function for frame in python.frames if frame.function is not None):
        for parameter in function.parameters:
            name = parameter.name
            if parameter.default is None or name.startswith("_") or not _is_empty(parameter.default):
                continue
            if _rebound(function, name) or not _filled(function, name) or _emptied(function, name):
                continue
            if "partial" in python.identifiers:
                continue  # It may be given there.
            given = any(n.id == name for s in returns(function) if s.value is not None for n in walk(s.value, Name))
            if not given and not _read(function, name):
                continue
            whole = any(isinstance(s.value, Name) and s.value.id == name for s in returns(function))
            if (whole or not _looked_up(function, name)) and not _always_given(python, function, name):
                yield Problem(
                    parameter.default.span,
                    f"the default of `{name}` is made once: it keeps what earlier requests put into it",
                    help=f"write `{name}=None`, and make it in the function",
                    key=name,
                )


def _is_empty(value: Expr) -> bool:
    if isinstance(value, Call):
        made = last_name(value.func)
        if made == "deque":
            # One of bounded length is meant to slide.
            return value.argument(1, "maxlen") is None
        return made in _MAKERS and (not value.arguments or made == "defaultdict")
    return (isinstance(value, Sequence) and value.kind == "list") or isinstance(value, Dict)


def _always_given(python: PythonFacts, function: Function, name: str) -> bool:
    """Whether no call of the file leaves a parameter to its default."""
    calls = [call for part, call in objects_of(python).uses().get(function.name, ()) if call.func is part]
    names = [one.name for one in function.positional]
    position = names.index(name) - (python.frame_of(function).in_class is not None) if name in names else None
    loading = {"__init__", "initialize", "auto_complete_config"}
    return bool(calls) and all(
        not c.certain
        or c.argument(position, name) is not None
        or ((caller := python.function_at(c)) is not None and caller.name in loading)
        for c in calls
    )


def _read(function: Function, name: str) -> bool:
    """Whether a function works with all that is in a container: ``sum(seen)``, ``seen[-3:]``, a loop over it."""
    for node in own_nodes(function, Call, Subscript):
        if isinstance(node, Subscript):
            if isinstance(node.value, Name) and node.value.id == name and isinstance(node.items[0], Slice):
                return True
        elif dotted(node.func) not in _HARMLESS and any(_whole(a.value, name) for a in node.arguments):
            return True
    loops = [n.iterable for n in own_nodes(function, For)]
    loops += [clause.iterable for n in own_nodes(function, Comprehension) for clause in n.clauses]
    return any(_whole(loop, name) for loop in loops)


def _whole(value: Expr, name: str) -> bool:
    """Whether an expression is a container itself, or all its keys or values."""
    if isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr in {"items", "values", "keys"}:
        value = value.func.value
    return isinstance(value, Name) and value.id == name


def _rebound(function: Function, name: str) -> bool:
    return any(
        isinstance(target, Name) and target.id == name and not assign.operator
        for assign in own_nodes(function, Assign)
        for target in assign.targets
    )


def _emptied(function: Function, name: str) -> bool:
    """Whether a function takes out what is in a container, or finds out with KeyError what it lacks."""
    for node in own_nodes(function, Call, Delete, Try):
        if isinstance(node, Call) and dotted(node.func) in {f"{name}.clear", f"{name}.pop", f"{name}.remove"}:
            return True
        if isinstance(node, Delete) and any(n.id == name for n in walk(node, Name)):
            return True
        if isinstance(node, Try) and any(dotted(h.type) == "KeyError" for h in node.handlers):
            return True
    return False


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
    """Whether a function asks for what is in it already."""
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
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def total(x, parts=[]):
#                  ^^ TLP234
    for value in x:
        parts.append(value)
    result = sum(parts)
    return np.array([result], dtype=np.float32)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total(x))]))
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


def distinct(values, seen=[0.0]):
#                         ^^^^^ TLP234
    for value in values:
        if value not in seen:
            seen.append(value)
    return seen


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(distinct(x.tolist()), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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


def total(x, parts=[]):
    for value in x:
        parts.append(value)
    return np.array([sum(parts)], dtype=np.float32)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total(x, []))]))
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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def total(x, parts=[]):
    parts.clear()
    for value in x:
        parts.append(value)
    return np.array([sum(parts)], dtype=np.float32)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total(x))]))
        return responses
""",
)
