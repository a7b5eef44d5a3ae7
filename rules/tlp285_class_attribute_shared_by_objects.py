"""A dict or list in a class that all its objects share

## What it does
Reports a list, dict or set that stands in the body of a class and that its methods fill through `self`, where requests
make objects of the class. Silent for names that say what they are meant for (`cache`, `registry`, `CONSTANT`, …), and
where the attribute is reached through the class.

## What happens
There is one for all objects: what one request, or one sequence, puts into it is found by all others.

## How to fix
Make it in `__init__`: `self.slots = {}`.

## Source
Python's own behaviour; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Dict,
    Expr,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    dotted,
    last_name,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP285", name="class-attribute-shared-by-objects", effect="wrong-result", certainty="likely")
_SHARED = re.compile(r"cache|regist|instanc|pool|shared|memo|lock|global|known|all_|total|count|default|seen|loaded")
_MAKERS = frozenset({"list", "dict", "set", "collections.deque", "collections.defaultdict", "collections.Counter"})
_FILLS = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "setdefault"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    candidates = [
        (cls, node)
        for cls in python.walk(Class)
        if cls is not python.model_class and not cls.keywords and not cls.decorators
        for node in cls.body
        if isinstance(node, Assign) and node.value is not None and _is_empty(python, node.value)
    ]
    made = _made_by_requests(python) if candidates else {}
    for cls, node in candidates:
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, Name) or cls.name not in made:
            continue
        name = target.id
        if name.isupper() or name.startswith("__") or _SHARED.search(name.lower()):
            continue
        fill = _filled(python, cls, name)
        if fill is not None:
            yield Problem(
                node.span,
                f"`{name}` is one for all objects of `{cls.name}`: what one request puts into it, the others find",
                help=f"make it in `__init__`: `self.{name} = {python.source(node.value) if node.value else ''}`",
                related=(Related(fill.span, "filled here"), Related(made[cls.name].span, "an object is made here")),
                key=name,
            )


def _is_empty(python: PythonFacts, value: Expr) -> bool:
    if isinstance(value, Call):
        return (python.qualified(value.func) or dotted(value.func)) in _MAKERS
    return isinstance(value, Dict) or (isinstance(value, Sequence) and value.kind in {"list", "set"})


def _filled(python: PythonFacts, cls: Class, name: str) -> Node | None:
    """Where a method fills the attribute; None if one makes it anew, or if it is reached through the class."""
    for node in python.walk(Attribute):
        if node.attr == name and last_name(node.value) in {cls.name, "cls", "__class__"}:
            return None
    found: Node | None = None
    for method in (m for m in cls.body if isinstance(m, Function)):
        own = method.parameters[0].name if method.parameters else ""
        for assign in own_nodes(method, Assign):
            for target in assign.targets:
                if _is(target, own, name) and not assign.operator:
                    return None
                if isinstance(target, Subscript) and _is(target.value, own, name):
                    found = found or assign
        for call in own_nodes(method, Call):
            if isinstance(call.func, Attribute) and call.func.attr in _FILLS and _is(call.func.value, own, name):
                found = found or call
    if any(_is(t, "", name) for a in python.walk(Assign) if not a.operator for t in a.targets):
        return None
    return found


def _is(node: Node, owner: str, name: str) -> bool:
    """``owner.name``, or ``anything.name`` without an owner."""
    return isinstance(node, Attribute) and node.attr == name and (not owner or dotted(node.value) == owner)


def _made_by_requests(python: PythonFacts) -> dict[str, Call]:
    """The names that are called in ``execute``, and in what it calls, each with a call."""
    execute = python.method("execute")
    functions: dict[str, list[Function]] = {}
    for frame in python.frames:
        if frame.function is not None:
            functions.setdefault(frame.function.name, []).append(frame.function)
    found: dict[str, Call] = {}
    waiting = [execute] if execute is not None else []
    seen = {"initialize", "__init__", "execute"}
    while waiting:
        for call in own_nodes(waiting.pop(), Call):
            func = call.func
            name = func.id if isinstance(func, Name) else func.attr if isinstance(func, Attribute) else ""
            if isinstance(func, Name):
                found.setdefault(name, call)
            if name not in seen:
                seen.add(name)
                waiting += functions.get(name, [])
    return found


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Basket:
    items = []
#   ^^^^^^^^^^ TLP285

    def put(self, item):
        self.items.append(item)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            basket = Basket()
            for value in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                basket.put(value)
            y = np.array([len(basket.items)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Basket:
    def __init__(self):
        self.items = []

    def put(self, item):
        self.items.append(item)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            basket = Basket()
            for value in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                basket.put(value)
            y = np.array([len(basket.items)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
