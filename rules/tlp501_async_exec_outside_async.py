"""async_exec in a function that is not async

## What it does
Reports `async_exec()` in an `execute` that is a plain `def`, and in the plain methods of such a model.

## What happens
`no running event loop`: the request fails.

## How to fix
Make it `async def execute` and `await` the call, or use `exec()`.

## Source
Facts, python-backend 6.8 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Await, Call, Lambda, lies_in, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP501",
    name="async-exec-outside-async",
    effect="request-failure",
    server_says=("no running event loop",),
    words=("async_exec",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.is_async:
        return
    awaited = {id(node.value) for node in python.walk(Await)}
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute) or node.func.attr != "async_exec":
            continue
        if id(node) in awaited:
            continue  # `await` in a plain function does not even compile: TLP001.
        sources = python.follow(node.func.value)
        function = python.function_at(node)
        if not sources or function is None or function.is_async:
            continue
        if any(lies_in(node, inner) for inner in walk(function.body, Lambda)):
            continue  # Called wherever it is handed to.
        # A helper may be handed to a loop of its own.
        if function is not execute and ("asyncio" in python.text or python.frame_at(node).in_class is None):
            continue
        if all(isinstance(s, Call) and python.pb_name(s.func, where) == "InferenceRequest" for s, where in sources):
            yield Problem(
                node.span,
                "`async_exec` needs a running event loop, and execute is not async: the request fails",
                help="write `async def execute` and `await` the call, or use `exec()`",
                certainty="certain" if function is execute else "likely",
                key="async_exec",
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


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        call.async_exec()
#       ^^^^^^^^^^^^^^^^^ TLP501
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


class TritonPythonModel:
    def ask(self, x):
        tensor = pb_utils.Tensor("x", x)
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
        return call.async_exec()
#              ^^^^^^^^^^^^^^^^^ TLP501

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer = self.ask(x)
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            x = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- other/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- loops/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- loops/1/model.py --
import triton_python_backend_utils as pb_utils
import asyncio, inspect


class Own:
    def async_exec(self):
        return 1


def sync(coroutine):
    return asyncio.run(coroutine)


class TritonPythonModel:
    def execute(self, requests):
        out = []
        for r in requests:
            x = pb_utils.get_input_tensor_by_name(r, "x")

            async def one():
                q = pb_utils.InferenceRequest(
                    model_name="TLP501_in", inputs=[x], requested_output_names=["y"]
                )
                return await q.async_exec()

            f = lambda: pb_utils.InferenceRequest(
                model_name="TLP501_in", inputs=[x], requested_output_names=["y"]
            ).async_exec()

            async def two():
                return await f()

            Own().async_exec()
            out.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return out
""",
)
