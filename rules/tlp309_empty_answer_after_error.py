"""An error answered as if nothing had happened

## What it does
Reports, in an `except` block, an InferenceResponse that is made without outputs and without `error=`, and an `except`
block that only logs where the list of outputs stays empty by it.

## What happens
The client gets status OK and no outputs: it fails later, at a place that says nothing about the reason, or takes the
missing output for an empty result.

## How to fix
Write `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`.

## Source
Seen on 24.10: status 200 with `"outputs": []`.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Constant,
    Expression,
    Flow,
    Handler,
    Name,
    Sequence,
    Stmt,
    Try,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP309", name="empty-answer-after-error", effect="wrong-result", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    if "except" in python.text:
        yield from _left_empty(python)
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


def _left_empty(python: PythonFacts) -> Iterator[Problem]:
    """Lists of outputs that are filled in a ``try`` only, and sent whatever happened there."""
    for made in python.calls_of("InferenceResponse"):
        given, function = made.call.argument(0, "output_tensors"), made.function
        alone = len(made.call.arguments) == 1 and made.call.certain
        if function is None or not isinstance(given, Name) or not alone:
            continue
        uses = [node for node in own_nodes(function, Name) if node.id == given.id]
        starts = [n for n in own_nodes(function, Assign) if starts_list(n) and dotted(n.targets[0]) == given.id]
        for attempt in own_nodes(function, Try):
            if (attempt.span.end or 0) > (made.span.start or 0) or attempt.final:
                continue
            inside = [node for node in uses if any(lies_in(node, part) for part in (*attempt.body, *attempt.orelse))]
            handled = [h for h in attempt.handlers if all(_is_quiet(s, given.id) for s in h.body)]
            known = {id(given), *(id(node) for node in inside), *(id(t) for s in starts for t in s.targets)}
            before = any((s.span.end or 0) <= (attempt.span.start or 0) for s in starts)
            if inside and all(id(node) in known for node in uses):
                for handler in (h for h in handled if before or any(lies_in(s, h) for s in starts)):
                    yield Problem(
                        handler.header,
                        f"after this the response has status OK and no outputs, as `{given.id}` stays empty: the "
                        "client is not told",
                        help="answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`",
                        related=(Related(made.span, "sent here"),),
                        key="empty",
                    )


def _is_quiet(statement: Stmt, name: str) -> bool:
    """Whether a statement of a handler tells the client nothing: it logs, or empties the list."""
    if isinstance(statement, Assign):
        return starts_list(statement) and dotted(statement.targets[0]) == name
    if isinstance(statement, Expression) and isinstance(statement.value, Call):
        called = last_name(statement.value.func)
        return called.startswith(("log", "print", "warn", "debug", "info", "error", "exception"))
    return isinstance(statement, Flow) and statement.keyword == "pass"


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
    """\
-- days/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- days/1/model.py --
import sys

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            tensors = []
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                tensors.append(pb_utils.Tensor("y", x.astype(np.float32)))
            except Exception as error:
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP309
                print("request failed:", error, file=sys.stderr)
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- days/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- days/1/model.py --
import sys

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            tensors = []
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                tensors.append(pb_utils.Tensor("y", x.astype(np.float32)))
            except Exception as error:
                print("request failed:", error, file=sys.stderr)
            if not tensors:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("the request failed")))
                continue
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
)
