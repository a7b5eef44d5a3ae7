"""An error answered as if nothing had happened

## What it does
Reports, in an `except` block, an InferenceResponse that is made without outputs and without `error=`.

## What happens
The client gets status OK and no outputs: it fails later, at a place that says nothing about the reason, or takes the
missing output for an empty result.

## How to fix
Write `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`.

## Source
Seen on 24.10: status 200 with `"outputs": []`.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Call, Constant, Handler, Sequence, walk
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP309", name="empty-answer-after-error", effect="wrong-result", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    made = {r.call.span: r for r in python.responses if not r.outputs and r.complete and not r.has_error}
    if not made:
        return
    for frame in python.frames:
        for handler in own_nodes(frame.function, Handler) if frame.function is not None else ():
            for node in walk(handler.body, Call, into_functions=False):
                if node.span in made and _empty(node):
                    yield Problem(
                        node.span,
                        "after an error this answers with status OK and no outputs: the client is not told",
                        help="write `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`",
                        fix=_fix(python, handler, node),
                        key="empty",
                    )


def _empty(call: Call) -> bool:
    """Whether nothing else is given than an empty list: parameters or an unknown error may tell the client."""
    return call.certain and all(
        (isinstance(a.value, Sequence) and not a.value.items)
        or (a.keyword == "error" and isinstance(a.value, Constant) and a.value.value is None)
        for a in call.arguments
    )


def _fix(python: PythonFacts, handler: Handler, call: Call) -> Fix | None:
    pb = pb_alias(python)
    if pb is None or handler.type is None or any(a.keyword == "error" for a in call.arguments):
        return None
    error = handler.name or "error"
    end = handler.type.span.end
    edits = [] if handler.name else [Edit(Span(python.path, end, end), f" as {error}")]
    value = f"error={pb}.TritonError(str({error}))"
    at = (call.span.end or 1) - 1
    edits.append(Edit(Span(python.path, at, at), f", {value}" if call.arguments else value))
    return Fix("answer with the error", tuple(edits), safety="unsafe")


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
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError:
                responses.append(pb_utils.InferenceResponse(output_tensors=[]))
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP309
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(output_tensors=[], error=pb_utils.TritonError(str(error))))
        return responses
""",
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
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], error=pb_utils.TritonError(str(error))))
        return responses
""",
)
