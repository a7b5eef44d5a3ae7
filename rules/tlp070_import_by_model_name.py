"""A file of the model imported by the model's name

## What it does
Reports `from my_model.helper import …` in the model `my_model` whose folder or version folder holds `helper`, where it
stands in the file itself or in `initialize`, under no condition.

## What happens
`No module named 'my_model'`: the repository is not on Python's path, the version folder and the model folder are. The
model does not load.

## How to fix
Import the module without the model's name: `from helper import …`.

## Source
Facts, python-backend 1.3; loaded on a real server of 24.10. Not certain: a package of that name may be installed.
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Import, ImportFrom
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP070",
    name="import-by-model-name",
    effect="load-failure",
    certainty="likely",
    server_says=("No module named",),
)


def check(model: Model, python: PythonFacts) -> Iterator[Problem]:
    if model.truncated or not any(name.startswith(f"{model.name}.") for name in python.imports):
        return
    if "sys" in python.identifiers:
        return
    folder = os.path.relpath(os.path.dirname(python.path), model.path).replace(os.sep, "/")
    if _has(model, folder, model.name) or _has(model, "", model.name):
        return
    initialize = python.method("initialize")
    for node in (*python.body, *(initialize.body if initialize is not None else ())):
        if isinstance(node, ImportFrom):
            modules = [node.module]
        elif isinstance(node, Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            first, _, rest = module.partition(".")
            inner = rest.split(".")[0]
            if first == model.name and inner and (_has(model, folder, inner) or _has(model, "", inner)):
                yield Problem(
                    node.span,
                    f"no `{first}` can be imported: the repository is not on Python's path",
                    help=f"import `{rest}`: the version folder and the model folder are on the path",
                    key=module,
                )


def _has(model: Model, folder: str, name: str) -> bool:
    return any(entry.name.split(".")[0] == name for entry in model.children(folder))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/helper.py --
def double(x):
    return x * 2
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        from add.helper import double
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP070

        self.double = double

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.double(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/helper.py --
def double(x):
    return x * 2
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from helper import double


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", double(x))]))
        return responses
""",
)
