"""A name that is defined nowhere

## What it does
Reports names that no statement of the file binds and that are no builtins, an annotation without its import included.
Also what a function changes (`count += 1`) without having given it a value: what has that name outside counts only
after `global`. Silent where names may come from elsewhere (`import *`, `exec`, `globals()`).

## What happens
`NameError`, or `UnboundLocalError`. Where every load comes by, the model does not load; elsewhere the requests that
come by fail.

## How to fix
Import the name, or correct it.

## Source
Python's own rules; loaded on a real server of 24.10. Annotations are evaluated with their function up to Python 3.13.
"""

import builtins
from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_load import bound_in_passing, failures, undefined_names
from tritonlint.inputs.python_tree import (
    Assign,
    Comprehension,
    Function,
    ImportFrom,
    Lambda,
    Name,
    Scope,
    Try,
    Walrus,
    lies_in,
    walk,
)
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP034",
    name="undefined-name",
    effect="load-failure",
    server_says=("NameError: name",),
)
BUILTINS = frozenset(dir(builtins))


def check(python: PythonFacts, plan: Plan) -> Iterator[Problem]:
    told: set[str] = set()
    places: set[int | None] = set()
    runs = plan.stub_python
    # No release ships a Python that leaves annotations alone; a stub of somebody's own may be for one.
    lazy = plan.stub_origin != "release" and (runs is None or int(runs.split(".")[1]) >= 14)
    for failure in failures(python):
        if failure.kind in {"name", "annotation"} and failure.detail not in told and isinstance(failure.node, Name):
            told.add(failure.detail)
            unsure = failure.kind == "annotation" and lazy
            yield _problem(python, failure.node, "the model cannot load", certain=not unsure, loading=True)
    names = [node for node in undefined_names(python) if node.id not in told] if python.understood else []
    for node in names:
        # Annotations of a function that nothing calls, a branch that is never taken: not worth more than a hint.
        function = python.function_at(node)
        if node.id in told or node.span.start in places or function is None:
            continue
        told.add(node.id)
        yield _problem(python, node, "whatever comes by here fails", certain=False, loading=False)
    execute = python.method("execute")
    for name in _of_another_function(python) if python.understood else ():
        inside = python.function_at(name)
        hook = inside is not None and python.method(inside.name) is inside and unconditional(inside, name)
        loading = inside is not None and hook and inside.name in {"__init__", "initialize"}
        yield Problem(
            name.span,
            f"`{name.id}` is a variable of another function only: this raises NameError",
            help=f"keep it in `self.{name.id}`, or pass it on",
            effect="load-failure" if loading else "request-failure",
            certainty="likely",
            key=name.id,
        )
    for function, name in _read_before(python) if python.understood else ():
        hook = python.method(function.name) is function and function.name in {"__init__", "initialize", "execute"}
        yield Problem(
            name.span,
            f"`{name.id}` gets its value further down in `{function.name}`: this raises UnboundLocalError",
            help=f"assign `{name.id}` before this line",
            effect="load-failure" if hook and function is not execute else "request-failure",
            certainty="certain" if hook else "likely",
            key=name.id,
        )
    for name in _changed_without_value(python) if python.understood else ():
        yield Problem(
            name.span,
            f"`{name.id}` has no value here: as the function assigns it, it is not the one outside, and this raises "
            "UnboundLocalError",
            help=f"write `global {name.id}` first, or keep it in an attribute of `self`",
            effect="request-failure",
            certainty="certain" if execute is not None and unconditional(execute, name) else "likely",
            key=name.id,
        )


def _of_another_function(python: PythonFacts) -> Iterator[Name]:
    """Names that only functions bind from which they cannot be seen, the first place of each."""
    if any(node.star for node in python.walk(ImportFrom)) or python.calls_any("globals", "exec", "vars", "eval"):
        return
    # Mostly no name is left, and then no place has to be looked at.
    frames = [(frame, frame.function) for frame in python.frames]
    names = {name for frame, function in frames if function is not None for name in frame.bindings}
    names.difference_update(*(frame.bindings for frame, function in frames if function is None))
    names = names - BUILTINS - bound_in_passing(python)
    told: set[str] = set()
    for frame in python.frames if names else ():
        if frame.function is None or frame.in_class is None:
            continue
        foreign = {node.id for node in own_nodes(frame.function, Name)} & names
        foreign.difference_update(frame.bindings)
        for node in own_nodes(frame.function, Name) if foreign else ():
            if node.id not in foreign or node.id in told or node.id.startswith("__"):
                continue
            if python.lookup(node.id, frame) is not None:
                continue
            if _is_own(python, frame, node) and not guarded(python.body, node):
                told.add(node.id)
                yield node


def _read_before(python: PythonFacts) -> Iterator[tuple[Function, Name]]:
    """Names that a function surely reads before anything in it binds them, the first of each function."""
    loose = bound_in_passing(python)
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        # Parameters stand before the body; mostly the first binding of any other name comes first, too.
        first = {
            name: bindings[0].span.start or 0
            for name, bindings in frame.bindings.items()
            if bindings[0].kind != "parameter"
        }
        early = [
            node
            for node in own_nodes(function, Name)
            if (at := first.get(node.id)) is not None
            and at >= (end := node.span.end or 0)
            and node.id not in loose
            and all((binding.span.start or 0) >= end for binding in frame.bindings[node.id])
        ]
        if not early:
            continue
        tried = {n.span for one in own_nodes(function, Try) if one.handlers for n in walk(one.body, Name)}
        for node in early:
            if node.span not in tried and _is_own(python, frame, node) and unconditional(function, node):
                yield function, node
                break


def _is_own(python: PythonFacts, frame: Frame, node: Name) -> bool:
    """Whether a name is read by the function of a frame itself, not by one that is defined in it."""
    if python.frame_at(node) is not frame or frame.function is None:
        return False
    return any(name is node for name in own_nodes(frame.function, Name))


def _changed_without_value(python: PythonFacts) -> Iterator[Name]:
    """What a function gives a value made of its own value, ``x += 1``, and no other one."""
    changed = [
        target
        for node in python.walk(Assign)
        for target in node.targets
        if isinstance(target, Name) and _needs(python, node, target.id)
    ]
    if not changed:
        return
    declared = {name for scope in python.walk(Scope) for name in scope.names}
    for frame in python.frames:
        if frame.function is None:
            continue
        inside = [name for name in changed if lies_in(name, frame.function) and name.id not in declared]
        for name in inside:
            spans = {one.span for one in inside if one.id == name.id}
            bound = frame.bindings.get(name.id, [])
            # What is a parameter, or gets a value in another way too, has one.
            if bound and bound[0].kind in {"value", "unknown"} and all(binding.span in spans for binding in bound):
                yield name
                break


def _needs(python: PythonFacts, node: Assign, name: str) -> bool:
    """Whether an assignment reads the name that it assigns."""
    if node.operator:
        return True
    # The text tells fast what mostly is so: the name does not stand there.
    if node.value is None or python.text.find(name, node.value.span.start, node.value.span.end) == -1:
        return False
    if not any(part.id == name for part in walk(node.value, Name)):
        return False
    return next(walk(node.value, Comprehension, Lambda, Walrus), None) is None


def _problem(python: PythonFacts, node: Name, what: str, *, certain: bool, loading: bool) -> Problem:
    if node.id in python.frames[0].bindings and loading:
        return Problem(
            node.span,
            f"`{node.id}` is defined further down only: {what}",
            help=f"move the definition of `{node.id}` before this line",
            effect="load-failure",
            certainty="certain" if certain else "likely",
            key=node.id,
        )
    bound = {name for frame in python.frames for name in frame.bindings} | BUILTINS
    near = get_close_matches(node.id, bound, 1, 0.75)
    return Problem(
        node.span,
        f"`{node.id}` is defined nowhere in this file: {what}",
        help=f"did you mean `{near[0]}`?" if near else f"import `{node.id}`, or define it",
        effect="load-failure" if loading else "request-failure",
        certainty="certain" if certain else "likely",
        key=node.id,
    )


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
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
#                     ^^^^ TLP034

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def prepare(self, names: List[str]):
#                            ^^^^ TLP034
        self.names = names

    def execute(self, requests):
        responses = []
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
from __future__ import annotations

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def prepare(self, names: list[str]):
        self.names = names

    def execute(self, requests):
        responses = []
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

SCALE = read_scale("2")
#       ^^^^^^^^^^ TLP034


def read_scale(text):
    return float(text)


class TritonPythonModel:
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


def read_scale(text):
    return float(text) * FACTOR


FACTOR = 2
SCALE = read_scale("2")


class TritonPythonModel:
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

CALLS = 0


class TritonPythonModel:
    def execute(self, requests):
        CALLS += 1
#       ^^^^^ TLP034
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

CALLS = 0


class TritonPythonModel:
    def execute(self, requests):
        global CALLS
        CALLS = CALLS + 1
        failed = 0
        failed += 1
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
        self.labels = labels
#                     ^^^^^^ TLP034
        labels = ["a", "b"]

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
        labels = None
        for label in ("a", "b"):
            if labels:
                labels = labels + last
            else:
                labels = label
            last = label
        self.labels = labels

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
        scale = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
#                                                                                 ^^^^^ TLP034
        return responses
""",
)
