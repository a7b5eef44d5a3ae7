"""A relative import of a module that is not there

## What it does
Reports `from .helper import …` where the version folder holds no `helper`, and imports that climb out of the version
folder (`from ..common import …`), as far as every load reaches them.

## What happens
Triton imports the file as a part of a package that has the version folder's name (`1.model`): `No module named
'1.helper'`, or `attempted relative import beyond top-level package`. The model does not load.

## How to fix
Put the file beside model.py. What several versions share lies in the model folder and is imported without dots.

## Source
Facts, python-backend 1.3; loaded on a real server of 24.10.
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_load import failures
from tritonlint.inputs.python_tree import ImportFrom
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP032",
    name="relative-import-missing",
    effect="load-failure",
    server_says=("attempted relative import beyond top-level package", "No module named '1."),
)


def check(model: Model, python: PythonFacts) -> Iterator[Problem]:
    failed = [failure for failure in failures(python) if failure.kind == "import"]
    if not failed or "sys.modules" in python.text:
        return
    place = os.path.relpath(python.path, model.path).replace(os.sep, "/").split("/")
    if len(place) != 2 or model.truncated or f"{place[0]}/{place[0]}" in model.entries:
        return
    folder = place[0]
    for failure in failed:
        node = failure.node
        if not isinstance(node, ImportFrom):
            continue
        module = node.module.lstrip(".")
        if node.module.startswith(".."):
            yield Problem(
                node.span,
                f"`{node.module}` climbs out of the version folder, which is the top of the package: "
                "the model cannot load",
                help="put the module into the model folder and import it without dots",
                key=node.module,
            )
            continue
        if module:
            missing = _first_missing(model, folder, module)
        else:
            names = [alias.name for alias in node.names if not _has(model, folder, alias.name)]
            missing = f"{folder}/{names[0]}" if names and not _has(model, folder, "__init__") else None
        if missing is not None:
            yield Problem(
                node.span,
                f"there is no module {missing}.py: the model cannot load",
                help=f"add {missing}.py",
                key=missing,
            )


def _first_missing(model: Model, folder: str, module: str) -> str | None:
    """The first part of a dotted name that is neither a module nor a package below the version folder."""
    for part in module.split("."):
        if not _has(model, folder, part):
            return f"{folder}/{part}"
        folder = f"{folder}/{part}"
    return None


def _has(model: Model, folder: str, name: str) -> bool:
    return any(entry.name.split(".")[0] == name for entry in model.children(folder))


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
        from .helper import prepare
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP032

        prepare(args)

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
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        from ..shared.helper import prepare
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP032

        prepare(args)

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
from .helper import prepare

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        prepare(args)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- add/1/helper.py --
def prepare(args):
    pass
""",
    """\
-- hook/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- hook/1/model.py --
import triton_python_backend_utils as pb_utils
import sys, types

m = types.ModuleType(__package__ + ".helper")
m.double = lambda x: x * 2
sys.modules[m.__name__] = m
from .helper import double


class TritonPythonModel:
    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", double(pb_utils.get_input_tensor_by_name(r, "x").as_numpy()))]
            )
            for r in requests
        ]
""",
)
