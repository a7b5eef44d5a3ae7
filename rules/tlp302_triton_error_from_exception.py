"""TritonError made from an exception object

## What it does
Reports `TritonError(error)` where `error` is the name an `except` clause binds, and
`InferenceResponse(error="text")`.

## What happens
TypeError `incompatible constructor arguments` inside the error handler: the client gets that instead of the message,
and the whole batch fails.

## How to fix
Write `pb_utils.TritonError(str(error))`.

## Source
Facts, python-backend 6.6 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Constant, FString, Handler, Name, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP302",
    name="triton-error-from-exception",
    effect="request-failure",
    server_says=("incompatible constructor arguments",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk():
        if not isinstance(node, Handler) or node.name is None:
            continue
        inside = {n.span for n in walk(node.body)}
        for call in python.calls_of("TritonError"):
            first = call.call.argument(0, "message")
            if call.span not in inside:
                continue
            if isinstance(first, Name) and first.id == node.name:
                edit = Edit(first.span, f"str({first.id})")
                yield Problem(
                    first.span,
                    "TritonError takes a string; an exception object raises TypeError in the middle of error handling",
                    help=f"write `str({first.id})`",
                    fix=Fix("convert to a string", (edit,)),
                    key="TritonError",
                )
    for call in python.calls_of("InferenceResponse"):
        error = call.call.argument(1, "error")
        text = isinstance(error, FString) or (isinstance(error, Constant) and isinstance(error.value, str))
        if error is not None and text:
            yield Problem(
                error.span,
                "`error` takes a pb_utils.TritonError, not a string: this raises TypeError",
                help="write `error=pb_utils.TritonError(…)`",
                key="error",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                tensor = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor)]))
            except Exception as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(error)))
#                                                                                      ^^^^^ TLP302
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
        if not requests:
            return [pb_utils.InferenceResponse([], error="no")]
#                                                        ^^^^ TLP302
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
)
