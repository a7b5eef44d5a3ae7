"""A call to another model while loading

## What it does
Reports `InferenceRequest.exec()` in `initialize` and `auto_complete_config`, and in the functions and
objects of the file that `initialize` calls.

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
from tritonlint.inputs.python_tree import Attribute, Call, Function
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
    words=("exec",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    seen = set()
    for name in ("initialize", "auto_complete_config"):
        method = python.method(name)
        for node in _calls(python, method) if method is not None else ():
            if not isinstance(node.func, Attribute) or node.func.attr != "exec":
                continue
            sources = python.follow(node.func.value)
            if not sources or guarded(python.body, node):
                continue
            if all(isinstance(s, Call) and python.pb_name(s.func, where) == "InferenceRequest" for s, where in sources):
                seen.add(node.span)
                yield _problem(node.span, name)
    for raised in rehearse(python, config, effective).raises:
        if raised.message.endswith(OUTSIDE) and not raised.caught and raised.span not in seen:
            seen.add(raised.span)
            yield _problem(raised.span, raised.phase)


def _problem(span: Span, method: str) -> Problem:
    return Problem(
        span,
        f"other models can be called in execute only: in {method} the call is refused",
        help="make the call in `execute`, for the first request if it is needed once",
        key=method,
    )


def _calls(python: PythonFacts, method: Function) -> Iterator[Call]:
    """The calls in a method and in the methods of the model that it calls itself."""
    frame = python.frame_of(method)
    for call in own_nodes(method, Call):
        yield call
        called = function_called(python, call, frame)
        if called is not None and called is not method and called.name not in {"execute", "finalize"}:
            yield from own_nodes(called, Call)


EXAMPLES = (
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
