"""The list of responses is made anew for every request

## What it does
Reports `responses = []` inside the loop over requests, when the list that execute returns behind the loop is appended
to inside it.

## What happens
Only the last request's response is returned; when Triton batches requests, every request of the batch fails.

## How to fix
Make the list before the loop.

## Source
Facts, python-backend 6.4: wrong number of responses (every release).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import request_loops, returns
from tritonlint.inputs.python_tree import Assign, Name, Sequence
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP205",
    name="response-list-made-in-loop",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None:
        return
    returned = {s.value.id: s for s in returns(execute) if s in execute.body and isinstance(s.value, Name)}
    for loop in request_loops(execute):
        for statement in loop.body:
            if not isinstance(statement, Assign) or not isinstance(statement.value, Sequence) or statement.value.items:
                continue
            for target in statement.targets:
                if isinstance(target, Name) and target.id in returned:
                    yield Problem(
                        statement.span,
                        f"`{target.id}` is emptied for every request, so only the last one's response is returned",
                        help="move this line before the loop",
                        related=(
                            Related(loop.header, "the loop over the requests"),
                            Related(returned[target.id].span, "returned here"),
                        ),
                        key=target.id,
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
        for request in requests:
            responses = []
#           ^^^^^^^^^^^^^^ TLP205
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
)
