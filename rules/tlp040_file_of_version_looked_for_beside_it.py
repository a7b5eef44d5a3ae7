"""A file in the version's folder that is looked for in the model's

## What it does
Follows paths that start with `args["model_repository"]`, the model's folder, and reports those to a file which is not
there, but in the folder of the version, beside model.py.

## What happens
`FileNotFoundError`; in `initialize` the model is not loaded.

## How to fix
Put `args["model_version"]` between the two, or start from `Path(__file__).parent`.

## Source
Facts, python-backend 6.2: `model_repository` is the path of the model's folder; seen on 24.10.
"""

import posixpath
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import guarded
from tritonlint.inputs.python_tree import Attribute, Binary, Call, Constant, Expr, Subscript
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP040",
    name="file-of-version-looked-for-beside-it",
    effect="load-failure",
    certainty="likely",
    server_says=("No such file or directory",),
)
WRAPPERS = frozenset({"pathlib.Path", "str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"})


def check(python: PythonFacts, model: Model) -> Iterator[Problem]:
    if "model_repository" not in python.text or "exists" in python.text or "is_file" in python.text:
        return
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    for node in python.walk(Call, Binary):
        if isinstance(node, Binary) and node.operator != "/":
            continue
        inside = _inside(python, node, python.frame_at(node), 0)
        if not inside or inside in model.entries or f"{version}/{inside}" not in model.entries:
            continue
        if not guarded(python.body, node):
            yield Problem(
                node.span,
                f"`{inside}` lies beside model.py in `{version}/`, not in the model's folder: it is not found",
                help='put `args["model_version"]` between the two',
                key=inside,
            )


def _inside(python: PythonFacts, expr: Expr, frame: Frame, depth: int) -> str | None:
    """The path within the model's folder that an expression means, "" for the folder itself."""
    if depth > 4:
        return None
    if isinstance(expr, Binary) and expr.operator == "/":
        return _joined(_inside(python, expr.left, frame, depth + 1), [expr.right])
    if isinstance(expr, Call) and expr.arguments and expr.certain:
        name = python.qualified(expr.func, frame)
        if name == "os.path.join" or (name in WRAPPERS and len(expr.arguments) == 1) or name == "pathlib.Path":
            first = _inside(python, expr.arguments[0].value, frame, depth + 1)
            return _joined(first, [argument.value for argument in expr.arguments[1:]])
        if isinstance(expr.func, Attribute) and expr.func.attr == "get":
            key = expr.argument(0)
            return "" if isinstance(key, Constant) and key.value == "model_repository" else None
        return None
    if isinstance(expr, Subscript):
        key = expr.items[0]
        return "" if isinstance(key, Constant) and key.value == "model_repository" else None
    sources = python.follow(expr, frame)
    if sources is None or len(sources) != 1 or sources[0][0] is expr:
        return None
    return _inside(python, sources[0][0], sources[0][1], depth + 1)


def _joined(start: str | None, parts: list[Expr]) -> str | None:
    texts = [part.value for part in parts if isinstance(part, Constant) and isinstance(part.value, str)]
    return posixpath.normpath(posixpath.join(start, *texts)) if start is not None and len(texts) == len(parts) else None


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
)
