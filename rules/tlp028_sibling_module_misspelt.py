"""An import whose name is nearly that of a module beside model.py

## What it does
Reports `import name` and `from name import …` of a module that neither the standard library nor the model's folders
have, when a module with nearly that name lies beside model.py.

## What happens
`No module named …`: the model does not load, unless a package of that name is installed.

## How to fix
Use the name of the file.

## Source
Facts, python-backend 1.3: the folders that are searched.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import guarded
from tritonlint.inputs.python_imports import changes_imports
from tritonlint.inputs.python_tree import Import, ImportFrom, walk
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.standard_library import is_standard

RULE = Rule(
    code="TLP028",
    name="sibling-module-misspelt",
    effect="load-failure",
    certainty="likely",
    server_says=("No module named",),
)
KNOWN = frozenset(
    {
        "triton_python_backend_utils", "c_python_backend_utils", "tritonclient", "numpy", "torch",
        "torchvision", "cupy", "pandas", "scipy", "sklearn", "cv2", "PIL", "transformers", "tokenizers",
        "sentencepiece", "onnxruntime", "onnx", "tensorflow", "tensorrt", "requests", "datasets", "diffusers",
        "accelerate", "librosa", "soundfile", "nltk", "spacy", "yaml",
    }
)  # fmt: skip


def check(python: PythonFacts, model: Model) -> Iterator[Problem]:
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    beside = {
        entry.name.removesuffix(".py")
        for folder in (version, "")
        for entry in model.children(folder)
        if entry.name.endswith(".py") or (folder and f"{folder}/{entry.name}/__init__.py" in model.entries)
    } - {"model", "__init__"}
    if not beside:
        return
    for node in walk(python.body, Import, ImportFrom):
        places = [(a.name, a.span) for a in node.names] if isinstance(node, Import) else []
        if isinstance(node, ImportFrom):
            at = (node.span.start or 0) + python.source(node).find(node.module, len("from"))
            places = [(node.module, Span(python.path, at, at + len(node.module)))]
        for module, span in places:
            top = module.split(".")[0]
            if not top or top in beside or top in KNOWN or is_standard(top) or f"{version}/{top}" in model.entries:
                continue
            near = get_close_matches(top, beside, 1, 0.8)
            if not near or changes_imports(python) or guarded(python.body, node):
                continue
            # `tokenizers` is a package, whatever lies in tokenizer.py.
            if {top, near[0]} == {top.rstrip("s"), top.rstrip("s") + "s"}:
                continue
            edit = Edit(Span(python.path, span.start, (span.start or 0) + len(top)), near[0])
            yield Problem(
                span,
                f"there is no `{top}` beside model.py, but a `{near[0]}`",
                help=f"write `{near[0]}`",
                fix=Fix(f"import {near[0]}", (edit,), safety="unsafe"),
                key=top,
            )


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
)
