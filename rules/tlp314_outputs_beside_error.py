"""Outputs in a response that has an error

## What it does
Reports `InferenceResponse(outputs, error)` with a `TritonError`, outside of `except`, where the error is a note by its
name, by that of its text, or because the text says so, such as a warning that an input was cut. Outputs beside a real
error are needless and no more.

## What happens
A response with an error has no outputs: the request fails, and the client gets the text of the error only.

## How to fix
Put what the client should know into an output or the log, and leave `error` out; where the request is refused, leave
the outputs out.

## Source
python_backend, `src/pb_response.cc`: outputs of a response with an error are not sent; seen on 24.10: status 500 with
the text of the note.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Call,
    Conditional,
    Constant,
    Expr,
    FString,
    Function,
    Handler,
    Name,
    Sequence,
    dotted,
    lies_in,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP314",
    name="outputs-beside-error",
    effect="request-failure",
    certainty="likely",
    words=("TritonError",),
)
_NOTE = re.compile(r"warn|notice|advi[cs]|^notes?$|_notes?$|^note_|hint", re.IGNORECASE)
"""Names of what is no error."""
_SAYS = re.compile(r"\W*(warning|notice|note)\b", re.IGNORECASE)


def check(python: PythonFacts) -> Iterator[Problem]:
    for made in python.calls_of("InferenceResponse"):
        call, function = made.call, made.function
        outputs, error = call.argument(0, "output_tensors"), call.argument(1, "error")
        if outputs is None or error is None or function is None or not call.certain:
            continue
        why = _error(python, error)
        if why is None or not _are_some(python, outputs):
            continue
        handled = [statement for handler in own_nodes(function, Handler) for statement in handler.body]
        if any(lies_in(call, statement) or lies_in(why, statement) for statement in handled):
            continue  # Whatever is beside such an error is no answer.
        # A refusal may have outputs that nobody misses.
        if not _is_note(error) and not _is_note(why):
            continue
        sent = _sent_as_well(python, function, call, outputs)
        yield Problem(
            error.span,
            "with an error the outputs beside it are not sent: the client gets no answer, only this text",
            help="leave `error` out and put the note into an output or the log; or leave the outputs out to refuse",
            related=(Related(sent.span, "the same outputs are the answer here"),) if sent is not None else (),
            key="error",
        )


def _error(python: PythonFacts, expr: Expr) -> Call | None:
    """The ``TritonError(…)`` that an expression is, or is under a condition."""
    found = None
    parts = (expr.body, expr.orelse) if isinstance(expr, Conditional) else (expr,)
    for part in parts:
        for source, where in python.follow(part) or ((part, python.frame_at(part)),):
            if isinstance(source, Constant) and source.value is None:
                continue
            if found is not None or not isinstance(source, Call):
                return None
            if python.pb_name(source.func, where) != "TritonError":
                return None
            found = source
    return found


def _is_note(expr: Expr) -> bool:
    """Whether an error is a note by its name, by that of its text, or because the text says so."""
    if isinstance(expr, Conditional):
        return _is_note(expr.body) or _is_note(expr.orelse)
    name = dotted(expr)
    if name is not None:
        return _NOTE.search(name.rsplit(".", 1)[-1]) is not None
    if isinstance(expr, FString):
        return bool(expr.parts) and _is_note(expr.parts[0])
    if isinstance(expr, Constant):
        return isinstance(expr.value, str) and _SAYS.match(expr.value) is not None
    return isinstance(expr, Call) and any(_is_note(argument.value) for argument in expr.arguments[:1])


def _are_some(python: PythonFacts, outputs: Expr) -> bool:
    """Whether there surely are outputs: a list that is written with some, or what a caller gives."""
    sources = python.follow(outputs)
    if sources is None:
        # What is filled little by little may be empty where an error comes.
        found = python.lookup(outputs.id, python.frame_at(outputs)) if isinstance(outputs, Name) else None
        return found is not None and all(binding.kind == "parameter" for binding in found[0])
    return bool(sources) and all(isinstance(source, Sequence) and bool(source.items) for source, _ in sources)


def _sent_as_well(python: PythonFacts, function: Function, call: Call, outputs: Expr) -> Call | None:
    """Another response of the function with the same outputs and no error."""
    names = _names(outputs)
    if not names:
        return None
    for other in python.calls_of("InferenceResponse"):
        given = other.call.argument(0, "output_tensors")
        if other.call is call or other.function is not function or other.call.argument(1, "error") is not None:
            continue
        if given is not None and _names(given) == names and other.call.certain:
            return other.call
    return None


def _names(outputs: Expr) -> tuple[str, ...]:
    """The name of a list of outputs, or those of its items; nothing where a tensor is made in it."""
    items = outputs.items if isinstance(outputs, Sequence) else (outputs,)
    names = tuple(item.id for item in items if isinstance(item, Name))
    return names if len(names) == len(items) else ()


EXAMPLES = (
    """\
-- cut/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- cut/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        note = "" if len(x) < 1 else f"{len(x)} values, the first one is taken"
        outputs = [pb_utils.Tensor("y", x[:1])]
        if note:
            return pb_utils.InferenceResponse(outputs, pb_utils.TritonError(note))
#                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP314
        return pb_utils.InferenceResponse(outputs)

    def execute(self, requests):
        return [self._answer(request) for request in requests]
""",
    """\
-- cut/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- cut/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x[:1])
            warning = pb_utils.TritonError("only the first value was taken")
            responses.append(pb_utils.InferenceResponse(output_tensors=[y], error=warning if x.size > 0 else None))
#                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP314
        return responses
""",
    """\
-- cut/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- cut/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x.size == 0:
                nothing = [pb_utils.Tensor("y", np.zeros(1, dtype=np.float32))]
                error = pb_utils.TritonError("there are no values")
                responses.append(pb_utils.InferenceResponse(nothing, error))
                continue
            outputs = [pb_utils.Tensor("y", x[:1])]
            if x.size > 100:
                # It is refused, whatever is beside it.
                responses.append(pb_utils.InferenceResponse(outputs, pb_utils.TritonError("a truncated note")))
                continue
            try:
                self.check(x)
            except ValueError as wrong:
                responses.append(pb_utils.InferenceResponse(outputs, pb_utils.TritonError(str(wrong))))
                continue
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses

    def check(self, x):
        if np.isnan(x).any():
            raise ValueError("not a number")
""",
    """\
-- modes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- modes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            outputs, error = [], None
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                outputs.append(pb_utils.Tensor("y", np.sqrt(x)))
            except FloatingPointError as wrong:
                error = pb_utils.TritonError(str(wrong))
            if error:
                responses.append(pb_utils.InferenceResponse(output_tensors=outputs, error=error))
            else:
                responses.append(pb_utils.InferenceResponse(output_tensors=outputs))
        return responses
""",
)
