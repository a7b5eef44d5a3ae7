"""A module of the model that the standard library hides

## What it does
Reports `import name` and `from name import …` where `name.py` (or a package) lies beside model.py but is also a module
of Python's standard library, or `numpy`.

## What happens
Triton puts the model's folders at the end of `sys.path`, so the standard library wins: `from types import Thing` ends
in `cannot import name`, and the model does not load; a plain import gives another module than the one that was meant.
A folder at the front of `sys.path` helps unless the module is imported already: NumPy imports `types`, `tokenize`,
`enum` and others.

## How to fix
Rename the file, or import it relatively: `from .types import Thing`.

## Source
Facts, python-backend 1.3; seen on 24.10: `from types import …` with a `types.py` beside model.py is refused, with a dot
it loads.
"""

import re
from collections.abc import Iterator

from tritonlint.facts import Helpers
from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_imports import may_prefer_own_modules
from tritonlint.inputs.python_tree import Attribute, Import, ImportFrom, dotted
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.standard_library import is_standard

RULE = Rule(
    code="TLP018",
    name="module-hidden-by-standard-library",
    effect="load-failure",
    certainty="likely",
    server_says=("cannot import name",),
)


def check(python: PythonFacts, model: Model, helpers: Helpers) -> Iterator[Problem]:
    if not any(path.endswith(".py") and not path.endswith("/model.py") for path in model.entries):
        return
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    # Whoever takes the own module by a dot means Python's where there is none.
    relative = {
        module.lstrip(".").split(".")[0]
        for node in python.walk(ImportFrom)
        if node.module.startswith(".")
        for module in (node.module, *(alias.name for alias in node.names))
    }
    for node in python.walk(Import, ImportFrom):
        if isinstance(node, ImportFrom):
            places = [(node.module, node.span, {alias.name for alias in node.names})]
        else:
            places = [(one.name, one.span, _asked(python, one.bound)) for one in node.names]
        for module, span, names in places:
            top = module.split(".")[0]
            if not top or not (top == "numpy" or is_standard(top)) or top.startswith("_"):
                continue
            found = next(
                (
                    place
                    for folder in (f"{version}/", "")
                    for place in (f"{folder}{top}.py", f"{folder}{top}/__init__.py")
                    if place in model.entries
                ),
                None,
            )
            if found is None or top in relative or may_prefer_own_modules(python, top, node):
                continue
            # The file may be a script, or a module of another one: only what it has is meant to come out of it.
            folder = found[: -len("__init__.py")] if found.endswith("/__init__.py") else ""
            below = [*module.split(".")[1:2], *names] if folder else []
            if not any(f"{folder}{name}.py" in model.entries for name in below) and not _has(
                helpers.content(found) or "", names
            ):
                continue
            place = span
            if isinstance(node, ImportFrom):
                at = (node.span.start or 0) + python.source(node).find(module, len("from"))
                place = Span(python.path, at, at + len(module))
            effect: Effect | None = None if isinstance(node, ImportFrom) else "wrong-result"
            fix = None
            if isinstance(node, ImportFrom) and found.startswith(f"{version}/"):
                edit = Edit(Span(python.path, place.start, place.start), ".")
                fix = Fix("import the model's own module", (edit,), safety="unsafe")
            yield Problem(
                place,
                f"this imports Python's own `{top}`, not `{found}`",
                help=f"rename the file, or write `from .{module} import …`",
                fix=fix,
                effect=effect,
                key=top,
            )


def _asked(python: PythonFacts, module: str) -> set[str]:
    """What is asked of a module."""
    return {node.attr for node in python.walk(Attribute) if dotted(node.value) == module}


def _has(text: str, names: set[str]) -> bool:
    """Whether a module binds one of some names."""
    made = r"(?m)^(?:(?:async )?def|class) {0}\b|^{0}\b[^\n]*=|^from \.[^\n]*\b{0}\b"
    return any(re.search(made.format(re.escape(name)), text) is not None for name in names)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from types import FACTOR
#    ^^^^^ TLP018

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
-- add/1/types.py --
FACTOR = 1
-- fixed: add/1/model.py --
from .types import FACTOR

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from factors import FACTOR

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
-- add/1/factors.py --
FACTOR = 1
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import statistics

import triton_python_backend_utils as pb_utils

from .statistics import FACTOR


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = x.dtype.type(FACTOR * statistics.fmean([1.0, 3.0]))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
        return responses
-- add/1/statistics.py --
FACTOR = 1
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import sys

import triton_python_backend_utils as pb_utils

sys.path.append(os.path.dirname(__file__))

from tokenize import FACTOR
#    ^^^^^^^^ TLP018


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
-- add/1/tokenize.py --
FACTOR = 1
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import sys

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tokenize import factor
#    ^^^^^^^^ TLP018


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * np.float32(factor()))]))
        return responses
-- add/1/tokenize.py --
def factor():
    return 1
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import sys

import triton_python_backend_utils as pb_utils

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from statistics import factor


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(factor()))]))
        return responses
-- add/1/statistics.py --
def factor():
    return 1
""",
    # A script of the same name, and a module that another one takes.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import statistics
from queue import Queue

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.waiting = Queue()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = x.dtype.type(statistics.fmean([1.0, 3.0]))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
        return responses
-- add/statistics.py --
if __name__ == "__main__":
    print("of the training data")
-- add/1/queue.py --
LIMIT = 4
""",
)
