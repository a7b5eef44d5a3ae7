"""Weights that are loaded, or threads that are started, when model.py is imported

## What it does
Reports loading calls (`from_pretrained`, `torch.load`, `InferenceSession`, …), tensors and models moved to the GPU, and
started threads and processes at module level or in a class body, as a note.

## What happens
Triton imports model.py once for every instance, and once more in a process of its own that asks for
`auto_complete_config` and is thrown away: the weights are read that one time too often, and GPU memory that does not
suffice for both makes the load fail. An exception there carries no word of the model's `initialize`.

## How to fix
Do it in `initialize`.

## Source
Facts, python-backend 1.1.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_loading import LOADERS, loading_call
from tritonlint.inputs.python_tree import Attribute, Call, Constant
from tritonlint.rule import Rule, last_parts

RULE = Rule(
    code="TLP510",
    name="heavy-work-at-import",
    effect="performance",
    certainty="likely",
    words=last_parts(LOADERS) | {"from_pretrained", "cuda", "to", "start"},
)
STARTED = frozenset({"threading.Thread", "multiprocessing.Process", "concurrent.futures.ProcessPoolExecutor"})


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk(Call):
        if python.function_at(node) is not None:
            continue
        what = loading_call(python, node)
        if what is None and isinstance(node.func, Attribute):
            first = node.argument(0)
            if node.func.attr == "cuda" and not node.arguments:
                what = "cuda()"
            elif node.func.attr == "to" and isinstance(first, Constant) and first.value in {"cuda", "cuda:0"}:
                what = f"to({python.source(first)})"
            elif node.func.attr == "start" and any(
                isinstance(source, Call) and python.qualified(source.func, where) in STARTED
                for source, where in python.follow(node.func.value) or ()
            ):
                what = "start()"
        if what is not None:
            yield Problem(
                node.span,
                f"`{what}` runs at import: once per instance, and once more in a process that is thrown away",
                help="do it in `initialize`",
                key=what,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import onnxruntime
import triton_python_backend_utils as pb_utils

SESSION = onnxruntime.InferenceSession("/models/add/1/net.onnx")
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP510


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            (y,) = SESSION.run(None, {"x": x})
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.session = onnxruntime.InferenceSession("/models/add/1/net.onnx")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            (y,) = self.session.run(None, {"x": x})
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
