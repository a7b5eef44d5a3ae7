"""A file of the model is opened by a relative path

## What it does
Reports `open("labels.txt")`, `np.load("x.npy")`, `Path("x")` and the like with a relative path, when that file lies in
the version folder or in the model folder.

## What happens
Relative paths start in the folder from which tritonserver was started, not beside model.py: FileNotFoundError. In
`initialize` the model does not load.

## How to fix
Start from `pb_utils.get_model_dir()` (the version folder, since 23.07) or from `Path(__file__).parent`.

## Source
Facts, python-backend 1.3 and 7; seen on 24.10.
"""

import posixpath
from collections.abc import Iterator

from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute, Call, Expr
from tritonlint.repository import Model
from tritonlint.rule import Rule, last_parts

READERS = frozenset(
    {
        "open", "io.open", "numpy.load", "numpy.loadtxt", "torch.load", "torch.jit.load", "joblib.load",
        "onnxruntime.InferenceSession", "pandas.read_csv", "pandas.read_parquet", "pandas.read_pickle",
        "PIL.Image.open", "pathlib.Path", "tokenizers.Tokenizer.from_file", "safetensors.torch.load_file",
        "xgboost.Booster", "cv2.imread", "tensorflow.keras.models.load_model",
    }
)  # fmt: skip

RULE = Rule(
    code="TLP027",
    name="file-of-model-opened-relatively",
    effect="request-failure",
    certainty="likely",
    server_says=("No such file or directory",),
    words=last_parts(READERS),
)


def check(python: PythonFacts, model: Model) -> Iterator[Problem]:
    if "chdir" in python.text:
        return
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    initialize = python.method("initialize")
    for node in python.walk(Call):
        if not node.arguments:
            continue
        first = node.argument(0)
        if first is None or python.qualified(node.func) not in READERS:
            continue
        path = _path(python, first)
        if not path or path.startswith(("/", "~")):
            continue
        if python.qualified(node.func) == "pathlib.Path" and not _is_read(python, node):
            continue
        inside = posixpath.normpath(path)
        found = next((p for p in (f"{version}/{inside}", inside) if p in model.entries), None)
        loading = initialize is not None and unconditional(initialize, node)
        effect: Effect | None = "load-failure" if loading or python.function_at(node) is None else None
        if found is None or guarded(python.body, node):
            continue
        start = "Path(__file__).parent" if found.startswith(f"{version}/") else "Path(__file__).parent.parent"
        yield Problem(
            first.span,
            f"this path starts where the server was started, not beside model.py: `{found}` is not found",
            help=f'write `{start} / "{inside}"`',
            effect=effect,
            key=inside,
        )


def _path(python: PythonFacts, expr: Expr) -> str | None:
    """A path as it is written, in one piece or joined."""
    if isinstance(expr, Call):
        if python.qualified(expr.func) != "os.path.join" or not expr.certain:
            return None
        parts = [_path(python, argument.value) for argument in expr.arguments]
        return posixpath.join(*(part or "" for part in parts)) if parts and None not in parts else None
    found = python.strings(expr)
    return found[0] if found is not None and len(found) == 1 else None


def _is_read(python: PythonFacts, path: Call) -> bool:
    """Whether a path is read as it is, and not put behind another one."""
    return any(
        attribute.attr in {"open", "read_text", "read_bytes"} and attribute.value is path
        for attribute in python.walk(Attribute)
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open("labels.txt") as stream:
#                 ^^^^^^^^^^^^ TLP027
            self.labels = stream.read().splitlines()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from pathlib import Path

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open(Path(__file__).parent / "labels.txt") as stream:
            self.labels = stream.read().splitlines()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils

LABELS = "labels.txt"


class TritonPythonModel:
    def initialize(self, args):
        with open(os.path.join(".", LABELS)) as stream:
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP027
            self.labels = stream.read().splitlines()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
""",
)
