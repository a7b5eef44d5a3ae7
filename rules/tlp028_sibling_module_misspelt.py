"""An import of something that is not beside model.py

## What it does
Reports `import name` and `from name import …` of a module that neither the standard library nor the model's folders
have, when a module with nearly that name lies beside model.py, or when the name is nearly triton_python_backend_utils.
Also `from name import …` of what the module beside model.py does not define.

## What happens
`No module named …` or `cannot import name …`: the model does not load, unless a package of that name is installed.

## How to fix
Use the name of the file, or of what it defines.

## Source
Facts, python-backend 1.3: the folders that are searched.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.facts import Helpers
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_imports import THIRD_PARTY, changes_imports
from tritonlint.inputs.python_tree import Import, ImportFrom, Scope
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.standard_library import is_standard

RULE = Rule(
    code="TLP028",
    name="sibling-module-misspelt",
    effect="load-failure",
    certainty="likely",
    server_says=("No module named", "cannot import name"),
)


def check(python: PythonFacts, model: Model, helpers: Helpers) -> Iterator[Problem]:
    yield from _names(python, helpers)
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    beside = {
        entry.name.removesuffix(".py")
        for folder in (version, "")
        for entry in model.children(folder)
        if entry.name.endswith(".py") or (folder and f"{folder}/{entry.name}/__init__.py" in model.entries)
    } - {"model", "__init__"} | {PB_MODULE}
    for node in python.walk(Import, ImportFrom):
        places = [(a.name, a.span) for a in node.names] if isinstance(node, Import) else []
        if isinstance(node, ImportFrom):
            at = (node.span.start or 0) + python.source(node).find(node.module, len("from"))
            places = [(node.module, Span(python.path, at, at + len(node.module)))]
        for module, span in places:
            top = module.split(".")[0]
            if (
                not top
                or top in beside
                or top in THIRD_PARTY
                or is_standard(top)
                or f"{version}/{top}" in model.entries
            ):
                continue
            near = get_close_matches(top, beside, 1, 0.8)
            if not near or changes_imports(python) or guarded(python.body, node):
                continue
            # `tokenizers` is a package, whatever lies in tokenizer.py.
            if near[0] != PB_MODULE and {top, near[0]} == {top.rstrip("s"), top.rstrip("s") + "s"}:
                continue
            edit = Edit(Span(python.path, span.start, (span.start or 0) + len(top)), near[0])
            yield Problem(
                span,
                f"there is no `{top}` beside model.py, but a `{near[0]}`"
                if near[0] != PB_MODULE
                else f"there is no `{top}`; Triton's module is `{PB_MODULE}`",
                help=f"write `{near[0]}`",
                fix=Fix(f"import {near[0]}", (edit,), safety="unsafe"),
                key=top,
            )


def _names(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    """Names that a module beside model.py is asked for and does not define."""
    if python.error is not None:
        return
    for node in python.walk(ImportFrom):
        top = node.module
        if node.star or "." in top or top in THIRD_PARTY or is_standard(top):
            continue
        if changes_imports(python) or guarded(python.body, node):
            continue
        # To read a module takes as long as to read the model; mostly its lines tell at once that the names are there.
        lines = helpers.text(python.path, top)
        if lines is None or all(_begins_line(lines, alias.name) for alias in node.names):
            continue
        module = helpers.find(python.path, top)
        if module is None or not _all_names_seen(module):
            continue
        bound = module.frames[0].bindings.keys() | {n for scope in module.walk(Scope) for n in scope.names}
        for alias in node.names:
            if alias.name in bound or alias.name.startswith("__"):
                continue
            near = get_close_matches(alias.name, bound, 1, 0.6)
            function = python.function_at(node)
            yield Problem(
                Span(python.path, alias.span.start, (alias.span.start or 0) + len(alias.name)),
                f"`{top}.py` defines no `{alias.name}`: this import fails",
                help=f"did you mean `{near[0]}`?" if near else f"define `{alias.name}` in `{top}.py`",
                effect=None if function is None or function.name in {"__init__", "initialize"} else "request-failure",
                key=alias.name,
            )


def _begins_line(text: str, name: str) -> bool:
    """Whether a line of a module begins with what defines a name."""
    return re.search(rf"(?m)^(?:(?:(?:async )?def|class) {name}\b|{name} *=(?!=))", text) is not None


def _all_names_seen(module: PythonFacts) -> bool:
    """Whether a module's names are those that are bound in its text."""
    if module.error is not None or "__getattr__" in module.frames[0].bindings:
        return False
    if any(node.star for node in module.walk(ImportFrom)) or "sys.modules" in module.text:
        return False
    return not module.calls_any("globals", "exec", "vars", "locals", "setattr")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from preprocessing import FACTOR
#    ^^^^^^^^^^^^^ TLP028

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
-- add/1/preprocess.py --
FACTOR = 1
-- fixed: add/1/model.py --
from preprocess import FACTOR

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
from preprocess import FACTOR

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(FACTOR))]))
        return responses
-- add/1/preprocess.py --
FACTOR = 1
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from helpers import normalise
#                   ^^^^^^^^^ TLP028

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", normalise(x))]))
        return responses
-- add/1/helpers.py --
def normalize(x):
    return x / x.max()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_util as pb_utils
#      ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP028


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
