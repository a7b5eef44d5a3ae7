"""A call to another model while loading

## What it does
Reports `InferenceRequest.exec()` and `async_exec()` in `initialize` and `auto_complete_config`, and in the functions
and objects that `initialize` calls, also in modules beside model.py.

## What happens
Since 23.04 the backend refuses it: `BLS is only supported during the 'execute' function.` The model does not load.

## How to fix
Make the call in `execute`, for the first request if it is needed once.

## Source
Facts, python-backend 6.2 and 6.3 (initialize observed).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_dtypes import function_called
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute, Call, Function, If, lies_in
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.pb_utils import OUTSIDE
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP504",
    name="bls-outside-execute",
    effect="load-failure",
    certainty="likely",
    first="23.04",
    server_says=("BLS is only supported during the 'execute' function",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    seen = set()
    played = rehearse(python, config, effective)
    refused = [one for one in played.raises if one.message.endswith(OUTSIDE)]
    for name in ("initialize", "auto_complete_config") if "exec" in python.identifiers else ():
        method = python.method(name)
        if method is None:
            continue
        for node, come_by in _calls(python, method):
            if not isinstance(node.func, Attribute) or node.func.attr != "exec":
                continue
            through = name == "initialize" and played.ended in {"initialize", "execute"}
            if through and not refused and any(lies_in(come_by, branch) for branch in own_nodes(method, If)):
                continue  # The config decides that it is not made.
            sources = python.follow(node.func.value)
            if not sources or guarded(python.body, node):
                continue
            if all(isinstance(s, Call) and python.pb_name(s.func, where) == "InferenceRequest" for s, where in sources):
                seen.add(node.span)
                yield _problem(node.span, name)
    for raised in refused:
        if not raised.caught and raised.span not in seen:
            seen.add(raised.span)
            yield _problem(raised.span, raised.phase)


def _problem(span: Span, method: str) -> Problem:
    return Problem(
        span,
        f"other models can be called in execute only: in {method} the call is refused",
        help="make the call in `execute`, for the first request if it is needed once",
        key=method,
    )


def _calls(python: PythonFacts, method: Function) -> Iterator[tuple[Call, Call]]:
    """The calls in a method and in the methods of the model that it calls itself, each with the one in the method."""
    frame = python.frame_of(method)
    for call in own_nodes(method, Call):
        yield call, call
        called = function_called(python, call, frame)
        if called is not None and called is not method and called.name not in {"execute", "finalize"}:
            yield from ((inner, call) for inner in own_nodes(called, Call))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/warm.py --
import triton_python_backend_utils as pb_utils


def scale_of(model):
    call = pb_utils.InferenceRequest(model_name=model, requested_output_names=["y"], inputs=[])
    answer = call.exec()
#            ^^^^^^^^^^^ TLP504
    if answer.has_error():
        raise pb_utils.TritonModelException(answer.error().message())
    return pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
-- add/1/model.py --
import os
import sys

import triton_python_backend_utils as pb_utils

sys.path.insert(0, os.path.dirname(__file__))
from warm import scale_of


class TritonPythonModel:
    def initialize(self, args):
        self.scale = scale_of("scaler")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", (x * self.scale).astype(x.dtype))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        asyncio.run(self._warm_up())

    async def _warm_up(self):
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        answer = await call.async_exec()
#                      ^^^^^^^^^^^^^^^^^ TLP504
        if answer.has_error():
            raise pb_utils.TritonModelException(answer.error().message())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "warm_up" value { string_value: "false" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        if parameters["warm_up"]["string_value"] == "true":
            self._warm_up()

    def _warm_up(self):
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        answer = call.exec()
        if answer.has_error():
            raise pb_utils.TritonModelException(answer.error().message())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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


class Stage:
    def __init__(self, name):
        self.name = name

    def __call__(self):
        call = pb_utils.InferenceRequest(model_name=self.name, requested_output_names=["y"], inputs=[])
        return call.exec()
#              ^^^^^^^^^^^ TLP504


class TritonPythonModel:
    def initialize(self, args):
        self.other = Stage("other")
        self.other()

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


class TritonPythonModel:
    def initialize(self, args):
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        call.exec()
#       ^^^^^^^^^^^ TLP504

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


class TritonPythonModel:
    def initialize(self, args):
        self.warm_up()

    def warm_up(self):
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        call.exec()
#       ^^^^^^^^^^^ TLP504

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


class TritonPythonModel:
    def initialize(self, args):
        self.scale = np.float32(2)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
