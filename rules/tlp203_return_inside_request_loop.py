"""A return inside the loop over requests

## What it does
Reports a `return` inside a loop over `requests`.

## What happens
Triton gives several requests to one call when it batches. The return ends the loop after the first, the number of
responses no longer matches, and every request of the batch fails. Without a batcher each call gets one request, and
the fault stays hidden; the finding is then a note.

## How to fix
Append a response for this request and `continue`, or move the return behind the loop.

## Source
Facts, python-backend 6.4: wrong number of responses (every release).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import request_loops
from tritonlint.inputs.python_tree import Return, walk
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP203",
    name="return-inside-request-loop",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None:
        return
    batched = config.root.has("dynamic_batching")
    for loop in request_loops(execute):
        for node in walk(loop.body, into_functions=False):
            if isinstance(node, Return):
                yield Problem(
                    node.span,
                    "this return leaves the loop over the requests: the others of the batch are not answered",
                    help="append a response for this request and `continue`; return behind the loop",
                    related=(Related(loop.header, "the loop over the requests"),),
                    effect=None if batched else "hygiene",
                    certainty="likely",
                    key="return",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
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
#           ^^^^^^^^^^^^^^^^ TLP203
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
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
)
