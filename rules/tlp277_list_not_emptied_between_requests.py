"""A list that is not emptied between the requests of a call

## What it does
Reports a list that is made before the loop over the requests, filled in each turn and sent in the same turn as a whole
(`np.array(rows)`, `InferenceResponse(output_tensors=outputs)`), where the config lets several requests come together.

## What happens
The first request of a call gets its own values, the second one those of the first as well.

## How to fix
Make the list in the loop.

## Source
Python's own behaviour; seen on 24.10 with two requests that meet in one call.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Constant, For, Name, dotted, lies_in, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP277",
    name="list-not-emptied-between-requests",
    effect="wrong-result",
    certainty="likely",
    words=("append", "extend"),
)
_FILLS = frozenset({"append", "extend"})
_WHOLE = frozenset({"numpy.array", "numpy.asarray", "numpy.stack", "numpy.vstack", "numpy.concatenate", "json.dumps"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if not python.understood or execute is None or not may_batch(effective):
        return
    frame = python.frame_of(execute)
    for loop in request_loops(execute):
        for made in own_nodes(execute, Assign):
            target = made.targets[0] if len(made.targets) == 1 and not made.operator else None
            if not isinstance(target, Name) or not starts_list(made) or lies_in(made, loop):
                continue
            if len(frame.bindings.get(target.id, ())) != 1:
                continue
            sent = _sent(python, loop, target.id)
            uses = [n for n in walk(execute.body, Name) if n.id == target.id and n is not target]
            if sent is not None and all(lies_in(use, loop) for use in uses):
                yield Problem(
                    made.span,
                    f"`{target.id}` is made once for all requests of a call: each one gets what the others left in it",
                    help="move this line into the loop over the requests",
                    related=(Related(sent.span, "sent with each request"),),
                    key=target.id,
                )


def _sent(python: PythonFacts, loop: For, name: str) -> Name | None:
    """Where a list is sent as a whole that a loop only fills."""
    explained: set[int] = set()
    sent: Name | None = None
    filled = False
    for call in walk(loop.body, Call):
        func = call.func
        if isinstance(func, Attribute) and isinstance(func.value, Name) and func.value.id == name:
            filled = filled or func.attr in _FILLS
            explained |= {id(func.value)} if func.attr in _FILLS else set()
            continue
        joins = isinstance(func, Attribute) and func.attr == "join" and isinstance(func.value, Constant)
        given = call.argument(0)
        if python.pb_name(func) == "InferenceResponse":
            given = call.argument(0, "output_tensors")
        elif not joins and python.qualified(func) not in _WHOLE:
            given = None
        if isinstance(given, Name) and given.id == name:
            sent = given
            explained.add(id(given))
        elif dotted(func) == "len" and isinstance(call.argument(0), Name):
            explained.add(id(call.argument(0)))
    others = [n for n in walk(loop.body, Name) if n.id == name and id(n) not in explained]
    return sent if filled and not others else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        rows = []
#       ^^^^^^^^^ TLP277
        for request in requests:
            for row in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                rows.append(row * 2)
            y = np.array(rows, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            rows = []
            for row in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                rows.append(row * 2)
            y = np.array(rows, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
