"""A file of the model is opened by a relative path

## What it does
Reports `open("labels.txt")`, `np.load("x.npy")`, `Path("x")` and the like with a relative path, when that file lies in
the version folder or in the model folder; also where such a path is given to a function of the model that opens it.

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

from tritonlint.facts import Helpers
from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Class, Expr, Function, Try, dotted, lies_in
from tritonlint.repository import Model
from tritonlint.rule import Rule

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
)


def check(python: PythonFacts, model: Model, helpers: Helpers) -> Iterator[Problem]:
    if "chdir" in python.text:
        return
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    initialize = python.method("initialize")
    files = {posixpath.basename(path) for path in model.entries} - {version}
    if not any(name in python.text for name in files):
        return
    for node in python.walk(Call):
        if not node.arguments:
            continue
        for first in _opened(python, helpers, node, files):
            path = _path(python, first)
            if not path or path.startswith(("/", "~")):
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


def _opened(python: PythonFacts, helpers: Helpers, call: Call, files: set[str]) -> Iterator[Expr]:
    """The arguments of a call that are paths of files which it opens, itself or in a function of the model."""
    first = call.argument(0)
    if python.qualified(call.func) in READERS:
        if first is not None and (python.qualified(call.func) != "pathlib.Path" or _is_read(python, call)):
            yield first
        return
    named = [(place, a) for place, a in enumerate(call.arguments) if _names_file(python, a.value, files)]
    if not named or not call.certain:
        return
    where, function = python, called_function(python, call)
    module, _, name = (python.qualified(call.func) or "").rpartition(".")
    beside = helpers.module(python.path, module) if function is None and module else None
    if beside is not None and beside.error is None and "chdir" not in beside.text:
        where, function = beside, _named(beside, name)
    if function is None or function.decorators or _is_tried(python, call):
        return
    parameters = [p.name for p in function.positional]
    if parameters[:1] == ["self"]:
        del parameters[0]
    for place, argument in named:
        given_to = argument.keyword or (parameters[place] if place < len(parameters) else "")
        if _opens(where, function, given_to):
            yield argument.value


def _named(python: PythonFacts, name: str) -> Function | None:
    """The function of a module by its name, or what makes the objects of a class."""
    for node in python.body:
        if isinstance(node, Function) and node.name == name:
            return node
        if isinstance(node, Class) and node.name == name and not node.decorators and not node.keywords:
            methods = {one.name: one for one in node.body if isinstance(one, Function)}
            return methods.get("__init__") if "__new__" not in methods else None
    return None


def _names_file(python: PythonFacts, expr: Expr, files: set[str]) -> bool:
    path = _path(python, expr)
    return path is not None and posixpath.basename(path) in files


def _opens(python: PythonFacts, function: Function, name: str) -> bool:
    """Whether a function opens what a parameter gives, as it is and in any case."""
    if any(dotted(target) == name for assign in own_nodes(function, Assign) for target in assign.targets):
        return False
    return any(
        dotted(call.argument(0)) == name
        and (opener := python.qualified(call.func)) in READERS
        and (opener != "pathlib.Path" or _is_read(python, call))
        and unconditional(function, call)
        and not _is_tried(python, call)
        for call in own_nodes(function, Call)
    )


def _is_tried(python: PythonFacts, call: Call) -> bool:
    attempts = [attempt for attempt in python.walk(Try) if attempt.handlers]
    return any(lies_in(call, part) for attempt in attempts for part in attempt.body)


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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from labelfile import read_labels


class TritonPythonModel:
    def initialize(self, args):
        self.labels = read_labels("labels.txt")
#                                 ^^^^^^^^^^^^ TLP027

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
-- add/1/labelfile.py --
from pathlib import Path


def read_labels(path):
    return Path(path).read_text(encoding="utf-8").splitlines()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from labelfile import Labels


class TritonPythonModel:
    def initialize(self, args):
        self.labels = Labels("labels.txt")
#                            ^^^^^^^^^^^^ TLP027

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
-- add/1/labelfile.py --
class Labels:
    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.names = lines.read().splitlines()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from labelfile import read_labels


class TritonPythonModel:
    def initialize(self, args):
        self.labels = read_labels("labels.txt")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/labels.txt --
cat
dog
-- add/1/labelfile.py --
from pathlib import Path


HERE = Path(__file__).parent


def read_labels(path):
    path = HERE / path
    return path.read_text(encoding="utf-8").splitlines()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


def read_labels(name):
    return open(name).read().splitlines()


class TritonPythonModel:
    def initialize(self, args):
        self.labels = read_labels("labels.txt")
#                                 ^^^^^^^^^^^^ TLP027

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


def read_labels(name):
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()


class TritonPythonModel:
    def initialize(self, args):
        self.labels = read_labels("labels.txt")

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
