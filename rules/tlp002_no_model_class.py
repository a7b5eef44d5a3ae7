"""A model.py without the class TritonPythonModel

## What it does
Reports a Python model file that defines no `TritonPythonModel` at module level, or defines it below a condition that is
false while Triton imports the file (`if __name__ == "__main__":`, `if False:`). A name that is imported, assigned or
possibly made by `import *` counts as there.

## What happens
The model does not load.

## How to fix
Name the class `TritonPythonModel`.

## Source
Facts, python-backend 6.1 (observed on 24.10).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import MODEL_CLASS, PythonFacts
from tritonlint.inputs.python_load import skipped
from tritonlint.inputs.python_tree import Class
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP002",
    name="no-model-class",
    effect="load-failure",
    server_says=("has no attribute 'TritonPythonModel'",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if python.error is not None:
        return
    model = python.model_class
    if model is not None and skipped(python, model):
        yield Problem(
            model.name_span,
            f"`{MODEL_CLASS}` is defined below a condition that is false when Triton imports this file: "
            "the model cannot load",
            help="move the class to the left margin",
            key=MODEL_CLASS,
        )
    if python.class_status != "missing":
        return
    classes = [s for s in python.body if isinstance(s, Class)]
    with_execute = [c for c in classes if any(getattr(s, "name", "") == "execute" for s in c.body)]
    near = get_close_matches(MODEL_CLASS, [c.name for c in classes], 1, 0.7)
    candidates = [c for c in classes if c.name in near] or with_execute
    if len(candidates) == 1:
        found = candidates[0]
        # Renaming is safe only where nothing else uses the old name.
        alone = python.text.count(found.name) == 1
        yield Problem(
            found.name_span,
            f"the class is called `{found.name}`; Triton looks for `{MODEL_CLASS}` only",
            help=f"rename it to `{MODEL_CLASS}`",
            fix=Fix(f"rename the class to {MODEL_CLASS}", (Edit(found.name_span, MODEL_CLASS),)) if alone else None,
            key=MODEL_CLASS,
        )
        return
    hidden = [n for n in python.walk(Class) if n.name == MODEL_CLASS]
    if hidden:
        yield Problem(
            hidden[0].name_span,
            f"`{MODEL_CLASS}` is defined inside another block; Triton looks for it at module level",
            help="move the class to the left margin",
            key=MODEL_CLASS,
        )
        return
    yield Problem(
        Span(python.path),
        f"this file defines no class `{MODEL_CLASS}`, so the model cannot load",
        help=f"define `class {MODEL_CLASS}:` with `execute(self, requests)` at module level",
        key=MODEL_CLASS,
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


class TritonPytonModel:
#     ^^^^^^^^^^^^^^^^ TLP002
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
-- add/1/model.py -- TLP002
def main():
    pass
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from helper import TritonPythonModel
-- add/1/helper.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in tensors]
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

if __name__ == "__main__":

    class TritonPythonModel:
#         ^^^^^^^^^^^^^^^^^ TLP002
        def execute(self, requests):
            responses = []
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                y = pb_utils.Tensor("y", x.astype(np.float32))
                responses.append(pb_utils.InferenceResponse([y]))
            return responses
""",
    """\
-- global_in_function/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- global_in_function/1/model.py --
import triton_python_backend_utils as pb_utils


def define():
    global TritonPythonModel

    class TritonPythonModel:
        def execute(self, requests):
            return [
                pb_utils.InferenceResponse(
                    [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
                )
                for r in requests
            ]


define()
""",
)
