"""An event loop started inside the running one

## What it does
Reports `asyncio.run(…)` and `….run_until_complete(…)` in an `async def execute`.

## What happens
Triton runs an async execute in an event loop of its own; a second one in the same thread is refused:
`asyncio.run() cannot be called from a running event loop` or `This event loop is already running`. The request fails.

## How to fix
Write `await …`.

## Source
Facts, python-backend 6.4; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Attribute, Await, Call, Function, If, Try, lies_in, walk
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP217",
    name="event-loop-in-async-execute",
    effect="request-failure",
    server_says=("cannot be called from a running event loop", "This event loop is already running"),
    words=("run", "run_until_complete"),
)
LOOPS = frozenset({"asyncio.get_event_loop", "asyncio.get_running_loop"})


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.is_async or execute.decorators or "nest_asyncio" in python.text:
        return
    for node in own_nodes(execute, Call):
        if not node.arguments:
            continue
        name = python.qualified(node.func)
        own = False
        if isinstance(node.func, Attribute) and node.func.attr == "run_until_complete":
            sources = python.follow(node.func.value) or []
            own = any(isinstance(s, Call) and python.qualified(s.func, where) in LOOPS for s, where in sources)
        if name != "asyncio.run" and not own:
            continue
        if _awaited_otherwise(execute, node):
            continue
        first = node.arguments[0]
        fix = None
        if len(node.arguments) == 1 and not first.star and first.keyword is None:
            before = Edit(Span(python.path, node.span.start, first.value.span.start), "(await ")
            fix = Fix("await it", (before,), safety="unsafe")
        yield Problem(
            node.func.span,
            "this execute already runs in an event loop: starting another one raises RuntimeError",
            help=f"write `await {python.source(first.value)}`",
            fix=fix,
            key="loop",
        )


def _awaited_otherwise(execute: Function, node: Call) -> bool:
    """Whether one side of a condition or of a `try` starts a loop, and the other one awaits."""
    for outer in own_nodes(execute, If, Try):
        sides = (outer.body, outer.orelse if isinstance(outer, If) else outer.handlers)
        here = [any(lies_in(node, part) for part in side) for side in sides]
        if any(here) and next(walk(sides[here.index(False)] if False in here else (), Await), None) is not None:
            return True
    return False


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def load(self):
        return 1

    async def execute(self, requests):
        factor = asyncio.run(self.load())
#                ^^^^^^^^^^^ TLP217
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(factor))]))
        return responses
-- fixed: add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def load(self):
        return 1

    async def execute(self, requests):
        factor = (await self.load())
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(factor))]))
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
    async def load(self):
        return 1

    def execute(self, requests):
        factor = asyncio.run(self.load())
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * x.dtype.type(factor))]))
        return responses
""",
)
