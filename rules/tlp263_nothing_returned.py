"""A function of the file returns nothing, and its result is used

## What it does
Reports methods of the model, and functions of the file, that have no `return` with a value although a call puts their
result into an expression, an argument or a name that is read later. Generators, coroutines, overridden and decorated
functions and those that always raise are left out.

## What happens
The result is `None`: the answer holds the text `None` or `nan`, or the request fails where the value is used.

## How to fix
Return the value.

## Source
Python's functions; run on a server of 24.10: an array of objects with None in it is sent as the text "None".
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import completes, is_generator, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Dict,
    Expr,
    Expression,
    Function,
    Name,
    Node,
    Sequence,
    is_text,
    walk,
)
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP263", name="nothing-returned", effect="wrong-result", certainty="likely")
_LOGS = re.compile(r"\b(print|log(ger|ging)?|log_\w+|info|debug|warning)\b", re.IGNORECASE)
_HOOKS = frozenset({"initialize", "execute", "finalize", "auto_complete_config", "is_ready", "__init__"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    # Mostly only what Triton calls returns nothing, and other such functions are called for what they do.
    silent = {
        frame.function.name
        for frame in python.frames
        if frame.function is not None
        and not (frame.in_class is not None and frame.function.name in _HOOKS)
        and _returns_nothing(frame.function)
    }
    if not silent:
        return
    alone = {id(statement.value) for statement in python.walk(Expression)}
    if all(id(call) in alone for call in python.walk(Call) if _last_name(call.func) in silent):
        return
    told: set[int] = set()
    for call in _used(python, alone):
        function = _function(python, call)
        if function is None or id(function) in told or not _returns_nothing(function):
            continue
        played = rehearse(python, config, effective)
        if any(raised.phase == "execute" and not raised.explicit for raised in played.raises):
            return
        if any(mistake.kind == "elements" for mistake in played.mistakes):
            return
        told.add(id(function))
        last = function.body[-1]
        yield Problem(
            last.span if isinstance(last, Expression | Assign) else function.name_span,
            f"`{function.name}` returns nothing, and its result is used: it is None",
            help="return the value",
            related=(Related(call.span, "used here"),),
            key=function.name,
            general=last.span,
        )


def _last_name(func: Expr) -> str | None:
    return func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else None


def _used(python: PythonFacts, alone: set[int]) -> Iterator[Call]:
    """The calls whose result becomes part of another value; ``alone`` are those that are statements."""
    for node in python.walk():
        if id(node) in alone and not isinstance(node, Call):
            continue
        if isinstance(node, Comprehension) and node.kind in {"list", "dict"}:
            parts: tuple[Node | None, ...] = node.elements
        elif isinstance(node, Sequence):
            parts = node.items
        elif isinstance(node, Dict):
            parts = node.values
        elif isinstance(node, Call) and not _LOGS.search(python.source(node.func)):
            parts = tuple(argument.value for argument in node.arguments)
        elif isinstance(node, Binary) and node.operator not in {"and", "or"}:
            parts = (node.left, node.right)
        else:
            continue
        yield from (part for part in parts if isinstance(part, Call))


def _function(python: PythonFacts, call: Call) -> Function | None:
    """The function of the file that a call can only mean."""
    func, frame = call.func, python.frame_at(call)
    if isinstance(func, Name):
        found = python.lookup(func.id, frame)
        if found is None or found[1] is not python.frames[0] or len(found[0]) != 1 or found[0][0].kind != "function":
            return None
        made = python.function_bound(found[0][0])
        return made if made is not None and not made.decorators else None
    if not isinstance(func, Attribute) or not isinstance(func.value, Name) or func.attr in _HOOKS:
        return None
    # In a class of the file that nobody inherits from.
    while frame.in_class is None and frame.parent is not None:
        frame = python.frames[frame.parent]
    own = python.self_name(python.frame_at(call))
    if own is None or func.value.id != own or not any(frame.in_class is one for one in python.model_classes):
        return None
    bindings = python.attributes.get(func.attr, [])
    method = python.method(func.attr)
    if method is None or len(bindings) != 1 or any(binding.kind != "function" for binding, _ in bindings):
        return None
    return None if set(method.decorator_names) - {"staticmethod", "classmethod"} else method


def _returns_nothing(function: Function) -> bool:
    if function.is_async or is_generator(function) or not completes(function.body):
        return False
    if any(statement.value is not None for statement in returns(function)):
        return False
    # An empty body is there to be replaced.
    return any(not isinstance(s, Expression) or not is_text(s.value) for s in function.body) and bool(
        list(walk(function.body, Call, Assign))
    )


EXAMPLES = (
    """\
-- say/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "said" data_type: TYPE_STRING dims: [ 1 ] }
-- say/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _say(self, x):
        said = f"from {x.min()} to {x.max()}"
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP263

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            said = np.array([json.dumps({"range": self._say(x)})], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("said", said)]))
        return responses
""",
    """\
-- say/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "said" data_type: TYPE_STRING dims: [ 1 ] }
-- say/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _say(self, x):
        return f"from {x.min()} to {x.max()}"

    def _check(self, x):
        if x.size != 2:
            raise pb_utils.TritonModelException("two numbers, please")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self._check(x)
            said = np.array([json.dumps({"range": self._say(x)})], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("said", said)]))
        return responses
""",
)
