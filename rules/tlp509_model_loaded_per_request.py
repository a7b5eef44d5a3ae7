"""Weights that are loaded for every request

## What it does
Reports loading calls (`from_pretrained`, `torch.load`, `onnxruntime.InferenceSession`, `joblib.load`, …) that every run
of `execute`, or every request in its loop, comes by.

## What happens
Every request waits for the weights to be read again, seconds to minutes each time, and memory goes up and down with it.

## How to fix
Load in `initialize` and keep the object on `self`.

## Source
Documentation of the Python backend on `initialize`; pain points.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_loading import LOADERS, loading_call
from tritonlint.inputs.python_requests import from_request, mentions
from tritonlint.inputs.python_tree import Call, Expr, Function, Name, With, walk
from tritonlint.rule import Rule, last_parts

RULE = Rule(
    code="TLP509",
    name="model-loaded-per-request",
    effect="performance",
    words=last_parts(LOADERS) | {"from_pretrained"},
)


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None:
        return
    for node in own_nodes(execute, Call):
        name = loading_call(python, node)
        if name is not None and unconditional(execute, node) and not _from_request(python, execute, node):
            yield Problem(
                node.span,
                f"`{name}` loads the weights again for every request",
                help="load them in `initialize` and keep them on `self`",
                key=name,
            )


def _from_request(python: PythonFacts, execute: Function, call: Call) -> bool:
    """Whether what is read may come with the request: bytes, a path, or a file made for it."""
    given = call.argument(0)
    if given is None:
        return False
    made = {
        n.id
        for block in own_nodes(execute, With)
        for item in block.items
        if item.target is not None and not _opens(python, item.value)
        for n in walk(item.target, Name)
    }
    return mentions(given, from_request(execute) | made)


def _opens(python: PythonFacts, value: Expr) -> bool:
    """Whether a ``with`` opens a file, under whichever name."""
    return isinstance(value, Call) and (python.qualified(value.func) or python.source(value.func)).endswith("open")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            session = onnxruntime.InferenceSession("/models/add/1/net.onnx")
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP509
            (y,) = session.run(None, {"x": x})
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
    """\
-- stream/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- stream/1/model.py --
import io
import pickle

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with io.BytesIO(pickle.dumps(len(x))) as stream:
                size = pickle.load(stream)
            y = np.array([size], dtype=np.int32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
