"""Weights that are loaded, or threads that are started, when model.py is imported

## What it does
Reports loading calls (`from_pretrained`, `torch.load`, `InferenceSession`, …), tensors and models moved to the GPU, and
started threads and processes at module level or in a class body, also through a function of the file that is called
there, as a note.

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
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_loading import LOADERS, loading_call
from tritonlint.inputs.python_threads import starts_by_hand
from tritonlint.inputs.python_tree import Attribute, Call, Constant, lies_in
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
    by_hand = [part for block in starts_by_hand(python) for part in block.body]
    for node in python.walk(Call):
        if python.function_at(node) is not None or any(lies_in(node, part) for part in by_hand):
            continue
        what = _heavy(python, node)
        if what is None and (helper := called_function(python, node)) is not None:
            # What a helper does whenever it is called is done here.
            does = (_heavy(python, call) for call in own_nodes(helper, Call) if unconditional(helper, call))
            what = next(filter(None, does), None)
        if what is not None:
            yield Problem(
                node.span,
                f"`{what}` runs at import: once per instance, and once more in a process that is thrown away",
                help="do it in `initialize`",
                key=what,
            )


def _heavy(python: PythonFacts, node: Call) -> str | None:
    """What a call loads, moves to the GPU or starts."""
    what = loading_call(python, node)
    if what is not None or not isinstance(node.func, Attribute):
        return what
    first = node.argument(0)
    if node.func.attr == "cuda" and not node.arguments:
        return "cuda()"
    if node.func.attr == "to" and isinstance(first, Constant) and first.value in {"cuda", "cuda:0"}:
        return f"to({python.source(first)})"
    if node.func.attr == "start" and any(
        isinstance(source, Call) and python.qualified(source.func, where) in STARTED
        for source, where in python.follow(node.func.value) or ()
    ):
        return "start()"
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import os

import onnxruntime
import triton_python_backend_utils as pb_utils


def build():
    path = os.path.join(os.path.dirname(__file__), "net.onnx")
    return onnxruntime.InferenceSession(path)


SESSION = build()
#         ^^^^^^^ TLP510


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

_KEPT = {}


def session(path=None):
    if path is not None:
        _KEPT[path] = onnxruntime.InferenceSession(path)
    return _KEPT.get(path)


NONE = session()


class TritonPythonModel:
    def initialize(self, args):
        self.session = session("/models/add/1/net.onnx")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            (y,) = self.session.run(None, {"x": x})
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses


if __name__ == "__main__":
    print(onnxruntime.InferenceSession("/models/add/1/net.onnx").get_inputs())
""",
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
