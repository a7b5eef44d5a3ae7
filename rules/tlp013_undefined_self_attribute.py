"""An attribute of self that nobody sets

## What it does
Reports `self.name` that is read in a method of the model, while no method sets it, no class of the file defines it,
and nothing dynamic (setattr, a base from another file, `self` given away) could. `self.logger` is the usual case:
Triton offers `pb_utils.Logger`. Also `self.name` that `initialize` reads before anything sets it.

## What happens
The line raises AttributeError whenever it is reached, often only while another error is being handled. In `initialize`
the model does not load.

## How to fix
Set the attribute in `initialize` before it is read, or use `pb_utils.Logger`.

## Source
Python's attribute lookup; `pb_utils.Logger` since 22.09 (facts, python-backend 7).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import (
    Argument,
    Assign,
    Attribute,
    Call,
    Function,
    Name,
    Node,
    Return,
    Sequence,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLP013",
    name="undefined-self-attribute",
    effect="request-failure",
    certainty="likely",
    server_says=("object has no attribute",),
)
LEVELS = {
    "info": "log_info",
    "debug": "log_verbose",
    "warning": "log_warn",
    "warn": "log_warn",
    "error": "log_error",
    "critical": "log_error",
}
AT_LOAD = frozenset({"__init__", "initialize"})
SETTERS = frozenset({"vars", "setattr", "super", "__dict__"})
OF_EVERY_OBJECT = frozenset(dir(object)) | {"__dict__"}


def _given_away(python: PythonFacts, method: Function, own: str, uses: list[Attribute]) -> bool:
    """Whether ``self`` is handed to something that could set attributes on it; ``uses`` are its attributes."""
    if len([name for name in walk(method.body, Name) if name.id == own]) > len(uses):
        for node in walk(method.body, Argument, Sequence, Return):
            given = node.items if isinstance(node, Sequence) else (node.value,)
            if any(isinstance(value, Name) and value.id == own for value in given):
                return True
    if python.identifiers.isdisjoint(SETTERS):
        return False
    for call in walk(method.body, Call):
        if isinstance(call.func, Name) and call.func.id in SETTERS - {"__dict__"}:
            return True
    return any(node.attr == "__dict__" for node in walk(method.body, Attribute))


def _logger(python: PythonFacts, nodes: list[Attribute], target: Target) -> Fix | None:
    """Replace ``self.logger.info(one text)`` by Triton's logger, when every use is of that form."""
    if not target.since("22.09"):
        return None
    alias = next(
        (n for n, b in python.frames[0].bindings.items() if b[0].target == "triton_python_backend_utils"), None
    )
    if alias is None:
        return None
    starts = {node.span.start for node in nodes}
    edits: list[Edit] = []
    for call in python.walk(Call):
        if not isinstance(call.func, Attribute):
            continue
        if not isinstance(call.func.value, Attribute) or call.func.value.span.start not in starts:
            continue
        level = LEVELS.get(call.func.attr)
        if level is None or len(call.arguments) != 1 or not _is_text(python, call.arguments[0].value):
            return None
        edits.append(Edit(Span(python.path, call.func.span.start, call.func.span.end), f"{alias}.Logger.{level}"))
    return Fix("log through Triton", tuple(edits)) if len(edits) == len(nodes) else None


def _is_text(python: PythonFacts, node: Node) -> bool:
    return python.source(node)[:2].lstrip("rRfFuU")[:1] in {'"', "'"}


def check(python: PythonFacts, target: Target) -> Iterator[Problem]:
    if not python.understood or python.may_define("__getattr__"):
        return
    known = python.attributes.keys() | OF_EVERY_OBJECT
    for owner in python.model_classes:
        if owner.decorators:
            return
        for method in owner.body:
            if isinstance(method, Function) and method.name in {"__getattr__", "__getattribute__"}:
                return
    places: dict[str, list[Attribute]] = {}
    at_load: list[tuple[Function, Attribute]] = []
    for owner in python.model_classes:
        for method in owner.body:
            if not isinstance(method, Function):
                continue
            own = python.self_name(python.frame_of(method))
            if own is None:
                continue
            # The methods of a class that stands in here have a `self` of their own.
            others = [one for one in walk(method.body, Function) if any(p.name == own for p in one.parameters)]
            uses = [
                node
                for node in walk(method.body, Attribute)
                if isinstance(node.value, Name)
                and node.value.id == own
                and not any(lies_in(node, other) for other in others)
            ]
            if _given_away(python, method, own, uses):
                return
            for node in uses:
                places.setdefault(node.attr, []).append(node)
            if method.name in AT_LOAD and python.method(method.name) is method:
                at_load += [(method, node) for node in uses]
    for name, nodes in places.items():
        if name in known or any(guarded(python.body, node) for node in nodes) or _set_outside(python, name):
            continue
        # The one that ends the load is met before any other.
        loading = [node for method, node in at_load if node.attr == name and unconditional(method, node)]
        first = loading[0] if loading else nodes[0]
        is_logger = name in {"logger", "log", "_logger"}
        near = get_close_matches(name, known, 1, 0.8)
        if is_logger:
            help_text = "use `pb_utils.Logger.log_info(…)`, `log_warn`, `log_error` or `log_verbose`"
        elif near:
            help_text = f"did you mean `self.{near[0]}`?"
        else:
            help_text = f"set `self.{name}` in `initialize`"
        yield Problem(
            first.span,
            f"nothing sets `self.{name}`: this line raises AttributeError",
            help=help_text,
            fix=_logger(python, nodes, target) if is_logger else None,
            effect="load-failure" if loading else None,
            key=name,
        )
    late = [node.attr for method, node in at_load if _set_later(python, method, node)]
    for name in dict.fromkeys(late):
        first_use = next(((m, n) for m, n in at_load if n.attr == name and unconditional(m, n)), None)
        if first_use is None or not _set_later(python, *first_use):
            continue
        node = first_use[1]
        if not guarded(python.body, node):
            yield Problem(
                node.span,
                f"`self.{name}` is set further down only: this line raises AttributeError",
                help=f"set `self.{name}` before this line",
                effect="load-failure",
                key=name,
            )


def _set_outside(python: PythonFacts, name: str) -> bool:
    """Whether a function outside of any class sets an attribute of this name: a decorator that gets the object."""
    targets = (target for assign in python.walk(Assign) for target in assign.targets)
    set_ = (t for t in targets if isinstance(t, Attribute) and t.attr == name)
    return any(python.frame_at(target).in_class is None for target in set_)


def _set_later(python: PythonFacts, method: Function, node: Attribute) -> bool:
    """Whether whatever sets an attribute comes behind a statement of the method, or when requests are served."""
    if node.attr not in python.attributes or node.attr in OF_EVERY_OBJECT:
        return False
    for binding, number in python.attributes[node.attr]:
        function = python.frames[number].function
        if function is None:
            return False
        behind = function is method and (binding.span.start or 0) > (node.span.start or 0)
        if not behind and function.name not in {"execute", "finalize"}:
            return False
    return True


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        self.logger.info("called")
#       ^^^^^^^^^^^ TLP013
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        pb_utils.Logger.log_info("called")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
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


class TritonPythonModel:
    def initialize(self, args):
        self.count = 0

    def execute(self, requests):
        responses = []
        self.count += 1
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
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
    def initialize(self, args):
        self._prepare()
#       ^^^^^^^^^^^^^ TLP013

    def prepare(self):
        self.scale = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def initialize(self, args):
        self.size = self.width * 2
#                   ^^^^^^^^^^ TLP013
        self.width = 4

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    width = 2

    def initialize(self, args):
        self.prepare()
        self.size = self.width * self.height
        self.width = 4

    def prepare(self):
        self.height = 3

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # A decorator sets it.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


def answered(each):
    def execute(self, requests):
        self.responses = []
        each(self, requests)
        return self.responses

    return execute


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))

    execute = answered(execute)
""",
    # A class in a method.
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- words/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        class Sum:
            def __init__(self):
                self.total = 0

            def add(self, value):
                self.total = self.total + value

        responses = []
        for request in requests:
            total = Sum()
            total.add(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total.total)]))
        return responses
""",
)
