"""A blocking call to another model in an async execute

## What it does
Reports `exec()` of an InferenceRequest inside `async def execute`.

## What happens
The call blocks the event loop, so that nothing else of this model goes on until the other model has answered. What is
gathered, or started as tasks, goes on one after the other.

## How to fix
Write `await request.async_exec()`.

## Source
Facts, python-backend 6.8; pain points P08.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Await, Call, Lambda, lies_in
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP502",
    name="blocking-exec-in-async",
    effect="performance",
    words=("exec",),
)

_TOGETHER = frozenset({"gather", "create_task", "ensure_future", "TaskGroup", "as_completed"})


def check(python: PythonFacts) -> Iterator[Problem]:
    awaited = {node.value.span for node in python.walk(Await)}
    # What was to go on at the same time goes on one after the other.
    together = bool(_TOGETHER & python.identifiers)
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute) or node.func.attr != "exec":
            continue
        if node.span in awaited:
            continue  # It raises TypeError at once, and another rule says so.
        function = python.function_at(node)
        if function is None or not function.is_async:
            continue
        if any(lies_in(node, one.body) for one in python.walk(Lambda)):
            continue  # It runs where it is called: in a thread, mostly.
        sources = python.follow(node.func.value)
        if not sources:
            continue
        if all(isinstance(s, Call) and python.pb_name(s.func, where) == "InferenceRequest" for s, where in sources):
            start = Span(python.path, node.span.start, node.span.start)
            edits = (Edit(start, "(await "), Edit(node.func.attr_span, "async_exec"))
            end = Span(python.path, node.span.end, node.span.end)
            yield Problem(
                node.func.attr_span,
                "`exec` blocks the event loop of this async function until the other model has answered",
                help="write `await ….async_exec()`",
                fix=Fix("await async_exec", (*edits, Edit(end, ")")), safety="unsafe"),
                effect="instability" if together else None,
                certainty="likely" if together else None,
                key="exec",
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
    async def execute(self, requests):
        responses = []
        call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[])
        call.exec()
#            ^^^^ TLP502
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
-- threads/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- threads/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = await asyncio.to_thread(lambda: call.exec())
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
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
)
