"""Requests kept by an id that they need not have

## What it does
Reports a dict that `execute` fills with `table[request.request_id()] = …` in a loop over the requests and reads again
for the responses.

## What happens
The id is what a client writes into its request, and the empty text without it: of several requests without an id, or
with the same one, only the last stays in the dict. There are fewer responses than requests, or all get the last result.

## How to fix
Keep them in a list, in the order of the requests.

## Source
Server documentation, protocol extensions: `id` is optional and not unique; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Assign, Attribute, Call, For, Function, Name, Subscript, lies_in, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP251",
    name="responses-by-request-id",
    effect="request-failure",
    certainty="likely",
    words=("request_id",),
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective):
        return
    for loop in own_nodes(execute, For):
        if not isinstance(loop.iterable, Name) or objects_of(python).kind(loop.iterable) != "requests":
            continue
        for assign in loop.body:
            if not isinstance(assign, Assign) or assign.operator or len(assign.targets) != 1:
                continue
            place = assign.targets[0]
            if not isinstance(place, Subscript) or not isinstance(place.value, Name) or len(place.items) != 1:
                continue
            if _is_id(python, place) and _is_read(execute, loop, place.value.id):
                yield Problem(
                    place.span,
                    f"`{place.value.id}` loses requests: an id is optional, those without one share the key ''",
                    help="append to a list instead: it keeps the order of the requests, too",
                    key=place.value.id,
                )


def _is_id(python: PythonFacts, place: Subscript) -> bool:
    found = python.follow(place.items[0])
    return bool(found) and all(
        isinstance(source, Call)
        and isinstance(source.func, Attribute)
        and source.func.attr == "request_id"
        and objects_of(python).kind(source.func.value) == "request"
        for source, _ in found or ()
    )


def _is_read(execute: Function, loop: For, name: str) -> bool:
    """Whether another loop goes over the dict, or takes its items out, after the one that fills it."""
    end = loop.span.end or 0
    for node in walk(execute.body, Name):
        if node.id == name and not lies_in(node, loop) and (node.span.start or 0) > end:
            return True
    return False


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        found = {}
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found[request.request_id()] = x
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP251
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in found.values()]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        found = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found.append((request.request_id(), x))
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in found]
""",
)
