"""A file in the version's folder that is looked for in the model's

## What it does
Follows paths that start with `args["model_repository"]`, the model's folder, and reports those to a file which is not
there, but in the folder of the version, beside model.py; and those that go on with the model's name, as if
`model_repository` were the folder of all models. Also paths from `pb_utils.get_model_dir()`, the folder of the version,
that go on with `args["model_version"]`.

## What happens
`FileNotFoundError`; in `initialize` the model is not loaded.

## How to fix
Put `args["model_version"]` between the two (and no `args["model_name"]`), or start from `Path(__file__).parent`.

## Source
Facts, python-backend 6.2: `model_repository` is the path of the model's folder; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_paths import NAME, VERSION, path_inside
from tritonlint.inputs.python_tree import Binary, Call, FString
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP040",
    name="file-of-version-looked-for-beside-it",
    effect="load-failure",
    certainty="likely",
    server_says=("No such file or directory",),
)
_STARTS = ("model_repository", "get_model_dir")


def check(python: PythonFacts, model: Model) -> Iterator[Problem]:
    text = python.text
    if not any(word in text for word in _STARTS) or "exists" in text or "is_file" in text:
        return
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    doubled: list[tuple[int, Problem]] = []
    within: set[int] = set()
    for node in python.walk(Call, Binary, FString):
        if isinstance(node, Binary):
            within.add(id(node.left))
        if (isinstance(node, Binary) and node.operator not in "/+") or id(node) in within:
            continue
        inside = path_inside(python, node, python.frame_at(node))
        if inside is not None and inside.startswith(NAME):
            meant = inside.removeprefix(NAME).lstrip("/").replace(VERSION, version)
            made = "makedirs" in python.text or "mkdir" in python.text
            if not made and _is_there(model, meant) and not _is_there(model, model.name):
                problem = Problem(
                    node.span,
                    "`model_repository` is the model's own folder already: there is no folder of its name in it",
                    help='leave `args["model_name"]` out',
                    key="model_name",
                )
                doubled.append((len(inside), problem))
            continue
        inside = inside and inside.replace(VERSION, version)
        twice = f"{version}/{version}"
        if inside and f"{inside}/".startswith(f"{twice}/"):
            meant = inside.removeprefix(f"{version}/")
            makes = "makedirs" in python.text or "mkdir" in python.text
            if not makes and _is_there(model, meant) and not _is_there(model, twice):
                problem = Problem(
                    node.span,
                    f"this is the folder of version {version} within the folder of version {version}: there is none",
                    help='leave `args["model_version"]` out: `get_model_dir()` is the folder of model.py',
                    key="model_version",
                )
                doubled.append((len(inside), problem))
            continue
        if not inside or inside in model.entries or f"{version}/{inside}" not in model.entries:
            continue
        if not guarded(python.body, node):
            yield Problem(
                node.span,
                f"`{inside}` lies beside model.py in `{version}/`, not in the model's folder: it is not found",
                help='put `args["model_version"]` between the two',
                key=inside,
            )
    # The shortest path is where the folder is named; what is put behind it may be elsewhere.
    yield from [problem for _, problem in sorted(doubled, key=lambda one: one[0])[:1]]


def _is_there(model: Model, path: str) -> bool:
    """Whether a file or folder lies in the model's folder."""
    return not path or any(entry == path or entry.startswith(f"{path}/") for entry in model.entries)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/offset.txt --
2.5
-- add/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        path = Path(args["model_repository"]) / "offset.txt"
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP040
        self.offset = np.float32(path.read_text())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offset)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/offset.txt --
2.5
-- add/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        path = Path(args["model_repository"]) / args["model_version"] / "offset.txt"
        self.offset = np.float32(path.read_text())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offset)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/offset.txt --
2.5
-- add/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = os.path.join(args["model_repository"], args["model_name"], args["model_version"])
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP040
        with open(os.path.join(folder, "offset.txt")) as file:
            self.offset = np.float32(file.read())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offset)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/offset.txt --
2.5
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open(args["model_repository"] + "/offset.txt") as file:
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP040
            self.offset = np.float32(file.read())
        with open(f"{args['model_repository']}/{args['model_version']}/offset.txt") as file:
            self.offset += np.float32(file.read())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offset)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/offset.txt --
2.5
-- add/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open(os.path.join(pb_utils.get_model_dir(), args["model_version"], "offset.txt")) as file:
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP040
            self.offset = np.float32(file.read())
        with open(os.path.join(pb_utils.get_model_dir(), "offset.txt")) as file:
            self.offset += np.float32(file.read())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.offset)]))
        return responses
""",
)
