"""A model.py without the class TritonPythonModel

## What it does
Reports a Python model file that defines no `TritonPythonModel` at module level, or defines it only below a condition
that is false while Triton imports the file (`if __name__ == "__main__":`, `if False:`). A name that is imported,
assigned or possibly made by `import *` counts as there.

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
from tritonlint.inputs.python_tree import Class, ImportFrom, Name, Scope
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
    never = _never_bound(python) if python.class_status != "missing" else None
    if never is not None:
        yield Problem(
            never,
            f"`{MODEL_CLASS}` is only defined below a condition that is false when Triton imports this file: "
            "the model cannot load",
            help="move the definition to the left margin",
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


def _never_bound(python: PythonFacts) -> Span | None:
    """Where the name is bound that Triton looks for, if importing the file surely never comes there."""
    if python.model_class is not None:
        return python.model_class.name_span if skipped(python, python.model_class.span) else None
    frame = python.frames[0]
    if "__getattr__" in frame.bindings or any(node.star for node in python.walk(ImportFrom)):
        return None
    if python.calls_any("globals", "exec", "setattr", "vars"):
        return None
    # Functions bind it by `global`.
    makers = [python.function_at(scope) for scope in python.walk(Scope) if MODEL_CLASS in scope.names]
    places = [binding.span for binding in frame.bindings.get(MODEL_CLASS, ()) if binding.kind != "unknown"]
    names = {maker.name for maker in makers if maker is not None and maker in python.body and not maker.decorators}
    calls = [node.span for node in python.walk(Name) if node.id in names]
    if len(names) != len(makers) or not all(skipped(python, place) for place in (*places, *calls)):
        return None
    places += [maker.name_span for maker in makers if maker is not None]
    return places[0] if places else None


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
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]


if __name__ == "__main__":
    TritonPythonModel = Model
#   ^^^^^^^^^^^^^^^^^ TLP002
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]


class Trial(Model):
    pass


if __name__ == "__main__":
    TritonPythonModel = Trial
else:
    TritonPythonModel = Model
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
