"""A way through the loop that leaves a request without response

## What it does
Follows the loop over requests: a `continue` or an `except` block after which the iteration ends without
`responses.append(…)`, while other ways append.

## What happens
The number of responses no longer matches the number of requests, and every request of the batch fails, the good ones
too.

## How to fix
Append `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))` for the request.

## Source
Facts, python-backend 6.4: wrong number of responses (every release).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import request_loops, returns, unanswered
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import Name
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP206",
    name="request-without-response",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or uses_sender(python):
        return
    loops = request_loops(execute)
    for name in dict.fromkeys(s.value.id for s in returns(execute) if isinstance(s.value, Name)):
        if len(loops) != 1:
            return
        missing = unanswered(loops[0], name)
        if missing is None:
            continue
        places = [(node.span, "`continue`") for node in missing.continues]
        places += [(node.header, "this `except` block") for node in missing.handlers]
        for span, what in places:
            yield Problem(
                span,
                f"after {what} the request has no response in `{name}`, so the whole batch fails",
                help=f"add `{name}.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))`",
                related=(Related(loops[0].header, "one response is needed for each of these"),),
                key=what,
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
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                y = pb_utils.Tensor("y", x.astype(np.float32))
                responses.append(pb_utils.InferenceResponse([y]))
            except ValueError:
#           ^^^^^^^^^^^^^^^^^ TLP206
                print(request.request_id())
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
            if x.size == 0:
                continue
#               ^^^^^^^^ TLP206
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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                y = pb_utils.Tensor("y", x.astype(np.float32))
                responses.append(pb_utils.InferenceResponse([y]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
        return responses
""",
)
