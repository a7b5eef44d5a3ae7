"""Results are put together in the order in which they arrive

## What it does
Reports a loop over `as_completed(…)` that only appends what each task gives to a list, where that list becomes the
value of an output (`np.concatenate`, `np.stack` and the like) or is told apart by the places of another one (`zip`).

## What happens
The task that is done first comes first: as soon as one takes longer than usual, values stand in the place of others.

## How to fix
`await asyncio.gather(…)` and `executor.map(…)` keep the order; or keep the place with each task.

## Source
Python's documentation; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import Assign, Attribute, Await, Call, Expr, Expression, For, Function, Name, dotted
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP527",
    name="results-in-order-of-arrival",
    effect="wrong-result",
    certainty="likely",
    words=("as_completed",),
)
COMPLETED = frozenset({"asyncio.as_completed", "concurrent.futures.as_completed"})
JOINS = frozenset(
    {"numpy.concatenate", "numpy.stack", "numpy.hstack", "numpy.vstack", "numpy.column_stack", "numpy.array"}
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for frame in python.frames:
        function = frame.function
        for loop in own_nodes(function, For) if function is not None else ():
            name = _filled(python, loop)
            use = _use(python, function, name) if name is not None and function is not None else None
            if use is not None:
                yield Problem(
                    loop.header,
                    f"the tasks come as they are done: what `{name}` holds is in another order with every call",
                    help="`await asyncio.gather(…)` or `executor.map(…)` keep the order of the tasks",
                    related=(Related(use.span, "each place has its meaning here"),),
                    key=name or "",
                )


def _filled(python: PythonFacts, loop: For) -> str | None:
    """The list to which a loop over finished tasks appends what each gives, and nothing that tells them apart."""
    over, target, made = loop.iterable, loop.target, loop.body[0]
    if not isinstance(over, Call) or python.qualified(over.func) not in COMPLETED or not isinstance(target, Name):
        return None
    call = made.value if len(loop.body) == 1 and isinstance(made, Expression) else None
    if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != "append":
        return None
    given = call.argument(0)
    awaited = isinstance(given, Await) and dotted(given.value) == target.id
    asked = isinstance(given, Call) and dotted(given.func) == f"{target.id}.result"
    return dotted(call.func.value) if awaited or asked else None


def _use(python: PythonFacts, function: Function, name: str) -> Expr | None:
    """Where the places of a list count that nothing else looks at."""
    started = [node for node in own_nodes(function, Assign) if dotted(node.targets[0]) == name]
    if len(started) != 1 or not starts_list(started[0]):
        return None
    uses = [one for one in own_nodes(function, Name) if one.id == name and one is not started[0].targets[0]]
    found: list[Expr] = []
    for call in own_nodes(function, Call):
        taken = [argument.value for argument in call.arguments if argument.value in uses]
        zipped = dotted(call.func) == "zip" and len(call.arguments) > 1
        if taken and (zipped or (python.qualified(call.func) in JOINS and _is_output(python, call))):
            found.append(call)
    return found[0] if len(found) == 1 and len(uses) == 2 else None


def _is_output(python: PythonFacts, made: Call) -> bool:
    """Whether an array is the value of an output as it is."""
    values = [tensor.call.argument(1) for tensor in python.calls_of("Tensor")]
    return any(source is made for value in values if value is not None for source, _ in python.follow(value) or ())


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def scaled(self, x, factor, seconds):
        await asyncio.sleep(seconds)
        return x * np.float32(factor)

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tasks = [self.scaled(x, 1, 0.1), self.scaled(x, 7, 0)]
            columns = []
            for done in asyncio.as_completed(tasks):
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP527
                columns.append(await done)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.concatenate(columns))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def scaled(self, x, factor, seconds):
        await asyncio.sleep(seconds)
        return x * np.float32(factor)

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            columns = []
            for done in asyncio.as_completed([self.scaled(x, 1, 0.1), self.scaled(x, 7, 0)]):
                columns.append(await done)
            ranked = []
            for done in asyncio.as_completed([self.scaled(x, 2, 0.1), self.scaled(x, 4, 0)]):
                ranked.append(await done)
            ranked.sort(key=float)
            y = np.stack(columns).mean(axis=0) + np.concatenate(ranked)[:1]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
