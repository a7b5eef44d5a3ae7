"""A call that blocks the event loop of an async execute

## What it does
Reports `time.sleep`, calls of `requests`, `urllib.request.urlopen`, and waiting calls of `subprocess` in the
`async def` functions of the file.

## What happens
While the call waits, nothing else of this model goes on: the calls to other models that `async` was chosen for run one
after the other.

## How to fix
Write `await asyncio.sleep(…)`, use an asynchronous client (`aiohttp`, `httpx`), or `await asyncio.to_thread(…)`.

## Source
Pain points P08; documentation of asyncio.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, walk
from tritonlint.rule import Rule, last_parts
from tritonlint.source import Span

BLOCKING = frozenset(
    {
        "time.sleep", "urllib.request.urlopen", "urllib.request.urlretrieve", "subprocess.run", "subprocess.call",
        "subprocess.check_call", "subprocess.check_output", "os.system",
        *(f"requests.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "request")),
    }
)  # fmt: skip

RULE = Rule(code="TLP508", name="blocking-call-in-async", effect="performance", words=last_parts(BLOCKING))


def check(python: PythonFacts) -> Iterator[Problem]:
    for frame in python.frames:
        function = frame.function
        if function is None or not function.is_async:
            continue
        for node in walk(function.body, into_functions=False):
            name = python.qualified(node.func, frame) if isinstance(node, Call) else None
            if name not in BLOCKING or not isinstance(node, Call):
                continue
            fix = None
            if name == "time.sleep" and "asyncio" in python.frames[0].bindings and isinstance(node.func, Attribute):
                start = Span(python.path, node.span.start, node.func.span.end)
                fix = Fix("await asyncio.sleep", (Edit(start, "await asyncio.sleep"),), safety="unsafe")
            yield Problem(
                node.func.span,
                f"`{name}` blocks the event loop of this async function, and with it everything that runs beside it",
                help="write `await asyncio.sleep(…)`" if name == "time.sleep" else "write `await asyncio.to_thread(…)`",
                fix=fix,
                key=name or "",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import asyncio
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            time.sleep(0.01)
#           ^^^^^^^^^^ TLP508
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import asyncio
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            await asyncio.sleep(0.01)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            time.sleep(0.01)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
