"""A number looked up in an object that JSON made

## What it does
Reports `labels[int(i)]`, `labels.get(int(i))` and `int(i) in labels` where `labels` comes from `json.load` or
`json.loads` and holds an object: the file lies with the model, or the code asks it for `items()`, `keys()` or `get()`,
or it is the `id2label` of a config of transformers.

## What happens
The keys of a JSON object are texts, also those that look like numbers: the look-up raises KeyError, and `get` gives its
default, for every request.

## How to fix
Look up `str(i)`, or make numbers of the keys when the file is read: `{int(k): v for k, v in labels.items()}`.

## Source
The JSON format and Python's `json`; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.facts import Helpers
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Compare,
    Constant,
    Expr,
    Function,
    Name,
    Node,
    Slice,
    Subscript,
    Try,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP278",
    name="json-key-is-a-number",
    effect="request-failure",
    certainty="likely",
    words=("load", "loads"),
)
_READERS = frozenset({"json.load", "json.loads"})
_HOOKS = frozenset({"object_hook", "object_pairs_hook", "cls"})
_OF_DICTS = frozenset({"items", "keys", "values", "get"})
_COUNTS = frozenset({"int", "len", "ord", "numpy.argmax", "numpy.argmin", "numpy.int64", "numpy.int32"})
_PLACES = frozenset({"argmax", "argmin", "argsort"})
_ARITHMETIC = frozenset("+-*%") | {"//"}
_REKEYED = re.compile(r"\[int\([^]\n]*\)\] ?=[^=]|\{\s*int\(")
"""Keys that are made numbers somewhere, under whatever name."""
_STEPS = 4


def check(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    execute = python.method("execute")
    if not python.understood or execute is None:
        return
    if _REKEYED.search(python.text) is not None:
        return
    # Most files only read the config, and look up names in it.
    if all(
        "model_config" in python.source(call) for call in python.walk(Call) if python.qualified(call.func) in _READERS
    ):
        return
    loading = [f for f in (python.method("__init__"), python.method("initialize")) if f is not None]
    answering = {id(function) for function in reached(python, [execute])}
    once = {id(function) for function in reached(python, loading)} - answering
    for function in python.walk(Function):
        if id(function) in once or function.name in {"__init__", "auto_complete_config", "finalize"}:
            continue
        for node, owner, key in _look_ups(function):
            if not _is_number(python, key, 0):
                continue
            # Whoever makes a text of the number as well tries both, or knows what is there.
            if f"str({python.source(key)})" in python.text[function.span.start : function.span.end]:
                continue
            made = _made_by_json(python, owner)
            if made is None or not _is_object(python, helpers, owner, made):
                continue
            if any(t.handlers and any(lies_in(node, s) for s in t.body) for t in own_nodes(function, Try)):
                continue
            raises = isinstance(node, Subscript)
            what = "this raises KeyError" if raises else "nothing is ever found"
            yield Problem(
                node.span,
                f"the keys of a JSON object are texts, and `{python.source(key)}` is a number: {what}",
                help=f"look up `str({python.source(key)})`, or turn the keys into numbers when the file is read",
                related=(Related(made.span, "made here"),),
                effect=None if raises else "wrong-result",
                key=python.source(owner),
            )


def _look_ups(function: Function) -> Iterator[tuple[Node, Expr, Expr]]:
    """What a function looks up: the look-up, where, and the key."""
    stored = {id(t) for a in own_nodes(function, Assign) for t in a.targets}
    for node in own_nodes(function, Subscript, Call, Compare):
        if isinstance(node, Subscript):
            if id(node) not in stored and len(node.items) == 1 and not isinstance(node.items[0], Slice):
                yield node, node.value, node.items[0]
        elif isinstance(node, Call):
            if isinstance(node.func, Attribute) and node.func.attr == "get" and node.arguments and node.certain:
                yield node, node.func.value, node.arguments[0].value
        elif node.operators in {("in",), ("not in",)}:
            yield node, node.rights[0], node.left


def _is_number(python: PythonFacts, expr: Expr, steps: int) -> bool:
    """Whether an expression is a whole number, of Python or NumPy."""
    if isinstance(expr, Constant):
        return isinstance(expr.value, int) and not isinstance(expr.value, bool)
    if isinstance(expr, Binary):
        both = _is_number(python, expr.left, steps) and _is_number(python, expr.right, steps)
        return both and expr.operator in _ARITHMETIC
    if isinstance(expr, Call):
        if python.qualified(expr.func) in _COUNTS:
            return True
        # A place in an array, or one of several.
        inner = expr.func.value if isinstance(expr.func, Attribute) and expr.func.attr in {"item", "tolist"} else expr
        return isinstance(inner, Call) and isinstance(inner.func, Attribute) and inner.func.attr in _PLACES
    if not isinstance(expr, Name) or steps > _STEPS:
        return False
    found = python.lookup(expr.id, python.frame_at(expr))
    if found is None or len(found[0]) != 1 or found[0][0].expr is None:
        return False
    binding, value = found[0][0], found[0][0].expr
    if binding.kind == "value":
        return _is_number(python, value, steps + 1)
    if binding.kind != "element":
        return False
    if isinstance(value, Call) and isinstance(value.func, Name):
        if value.func.id == "range" and binding.index is None:
            return True
        if value.func.id == "enumerate" and binding.index == 0:
            return True
        if value.func.id == "zip" and binding.index is not None:
            part = value.argument(binding.index)
            return part is not None and _are_places(python, part)
    return binding.index is None and _are_places(python, value)


def _are_places(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression is an array or list of places in another one."""
    sources = python.follow(expr)
    for source, _ in sources or ():
        array: Expr = source
        while isinstance(array, Subscript):
            array = array.value
        if isinstance(array, Call) and isinstance(array.func, Attribute) and array.func.attr == "tolist":
            array = array.func.value
        if not isinstance(array, Call) or not isinstance(array.func, Attribute) or array.func.attr not in _PLACES:
            return False
    return bool(sources)


def _made_by_json(python: PythonFacts, owner: Expr) -> Expr | None:
    """The one expression that reads what is looked into, or a member of it."""
    values = _values(python, owner)
    if len(values) != 1:
        return None
    made = values[0]
    inner = made.value if isinstance(made, Subscript) else made
    if isinstance(inner, Name) and isinstance(made, Subscript):
        outer = _values(python, inner)
        inner = outer[0] if len(outer) == 1 else inner
    if isinstance(inner, Call) and python.qualified(inner.func) not in _READERS:
        called = called_function(python, inner)
        given = [s.value for s in returns(called)] if called is not None else []
        inner = given[0] if len(given) == 1 and given[0] is not None else inner
    if not isinstance(inner, Call) or python.qualified(inner.func) not in _READERS:
        return None
    return None if any(a.keyword in _HOOKS or a.star for a in inner.arguments) else made


def _values(python: PythonFacts, owner: Expr) -> list[Expr]:
    """What a name, or an attribute of the class in which it is asked for, is set to."""
    if isinstance(owner, Subscript):
        return [owner]
    if isinstance(owner, Name):
        found = python.lookup(owner.id, python.frame_at(owner))
        bindings = found[0] if found is not None else []
        return [b.expr for b in bindings if b.kind == "value" and b.expr is not None] if len(bindings) == 1 else []
    if not isinstance(owner, Attribute) or not isinstance(owner.value, Name):
        return []
    frame: Frame | None = python.frame_at(owner)
    if python.self_name(python.frame_at(owner)) != owner.value.id:
        return []
    while frame is not None and frame.in_class is None:
        frame = python.frames[frame.parent] if frame.parent is not None else None
    around = frame.in_class if frame is not None else None
    classes: tuple[Class, ...] = python.model_classes if around in python.model_classes else (around,) if around else ()
    found_values: list[Expr] = []
    for assign in (a for one in classes for a in walk(one, Assign)):
        for target in assign.targets:
            if isinstance(target, Attribute) and target.attr == owner.attr:
                if assign.value is None or assign.operator:
                    return []
                found_values.append(assign.value)
            if (
                isinstance(target, Subscript)
                and isinstance(target.value, Attribute)
                and target.value.attr == owner.attr
            ):
                return []
    return found_values


def _is_object(python: PythonFacts, helpers: Helpers, owner: Expr, made: Expr) -> bool:
    """Whether what was read is an object and no list."""
    member = made.items[0] if isinstance(made, Subscript) and len(made.items) == 1 else None
    if isinstance(made, Subscript) and not (isinstance(member, Constant) and isinstance(member.value, str)):
        return False
    name = dotted(owner)
    asked = {
        c.func.attr
        for c in python.walk(Call)
        if isinstance(c.func, Attribute) and name and dotted(c.func.value) == name
    }
    if asked & {"update", "setdefault", "append", "pop"}:
        return False
    if asked & _OF_DICTS:
        return True
    if isinstance(member, Constant) and member.value == "id2label":
        return True
    files = {c.value for c in python.walk(Constant) if isinstance(c.value, str) and c.value.endswith(".json")}
    held = helpers.json(python.path, files.pop()) if len(files) == 1 else None
    if isinstance(member, Constant):
        held = held.get(member.value) if isinstance(held, dict) else None
    return isinstance(held, dict)


_TREE = """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/labels.json --
{"0": "no", "1": "yes"}
-- add/1/list.json --
["no", "yes"]
-- add/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = os.path.dirname(os.path.abspath(__file__))
"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            best = int(x[0] > 0)
"""
_REST = """\
            y = np.array([name], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
"""
_READ = """\
        with open(os.path.join(folder, "labels.json")) as stream:
            self.labels = json.load(stream)
"""
EXAMPLES = (
    _TREE
    + _READ
    + _EXECUTE
    + """\
            name = self.labels[best]
#                  ^^^^^^^^^^^^^^^^^ TLP278
"""
    + _REST,
    _TREE
    + _READ
    + _EXECUTE
    + """\
            name = self.labels.get(best, "unknown")
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP278
"""
    + _REST,
    _TREE
    + _READ
    + _EXECUTE
    + """\
            name = self.labels[str(best)]
"""
    + _REST,
    _TREE
    + _READ.replace("labels.json", "list.json")
    + _EXECUTE
    + """\
            name = self.labels[best]
"""
    + _REST,
    _TREE
    + _READ.replace("json.load(stream)", "{int(key): value for key, value in json.load(stream).items()}")
    + _EXECUTE
    + """\
            name = self.labels[best]
"""
    + _REST,
)
