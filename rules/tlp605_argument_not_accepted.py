"""An argument that a function of pb_utils does not have

## What it does
Reports keywords that a class or function of `triton_python_backend_utils` does not take in any release (also those of
a dict after `**`), too many arguments, and required ones that are missing.

## What happens
TypeError when the line is reached: in `initialize` the model does not load, elsewhere the request fails.

## How to fix
Use the parameters named in the message.

`InferenceRequest` has a rule of its own (TLP403), and so has `Tensor` (TLP402).

## Source
python_backend, `src/pb_stub.cc` and `src/resources/triton_python_backend_utils.py`, every release; seen on 24.10.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Effect, Fix, Problem, Related
from tritonlint.inputs.python import PbCall, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import while_loading
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_objects import spread_keys
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP605",
    name="argument-not-accepted",
    effect="request-failure",
    server_says=(
        "incompatible constructor arguments",
        "incompatible function arguments",
        "unexpected keyword argument",
    ),
)
OTHER_NAMES = {
    "outputs": "output_tensors",
    "tensors": "output_tensors",
    "error_message": "error",
    "msg": "message",
    "tensor_name": "name",
    "request": "inference_request",
    "response": "inference_response",
    "output_names": "requested_output_names",
    "requested_outputs": "requested_output_names",
    "outputs_names": "requested_output_names",
    "version": "model_version",
    "model": "model_name",
    "input_tensors": "inputs",
}


def check(python: PythonFacts) -> Iterator[Problem]:
    signatures = pb_api().signatures
    for call in python.pb_calls:
        if call.name not in signatures or call.name == "InferenceRequest":
            continue
        if not call.call.certain:
            yield from _spread(python, call, signatures[call.name][0])
            continue
        found = _wrong(call, *signatures[call.name])
        if found is not None and not guarded(python.body, call.call):
            effect: Effect | None = None
            if while_loading(python, call.call):
                effect = "load-failure"
            span, message, help_, right = found
            fix = Fix(f"write {right}", (Edit(span, right),), safety="unsafe") if right else None
            yield Problem(span, message, help=help_, fix=fix, effect=effect, key=call.name)


def _spread(python: PythonFacts, made: PbCall, names: tuple[str, ...]) -> Iterator[Problem]:
    """Keywords that come out of a dict."""
    for keyword, place in spread_keys(python, made.call):
        if keyword not in names and not guarded(python.body, made.call):
            yield Problem(
                place.span,
                f"`{made.name}` has no parameter `{keyword}`: where this comes to it, it raises TypeError",
                help=_takes(made, names),
                related=(Related(made.call.span, "handed over here"),),
                certainty="likely",
                key=made.name,
            )


def _takes(made: PbCall, names: tuple[str, ...]) -> str:
    return f"`{made.name}` takes {', '.join(names) or 'nothing'}"


def _wrong(made: PbCall, names: tuple[str, ...], required: frozenset[str]) -> tuple[Span, str, str, str] | None:
    """Span, message, help, and the right keyword when the span is one."""
    call = made.call
    positional = [a for a in call.arguments if a.keyword is None]
    given = {a.keyword for a in call.arguments} | set(names[: len(positional)])
    for argument in call.arguments:
        keyword = argument.keyword
        if keyword is not None and keyword not in names:
            free = [name for name in names if name not in given]
            meant = OTHER_NAMES.get(keyword, "")
            near = [meant] if meant in free else get_close_matches(keyword, free, 1)
            start = argument.span.start or 0
            return (
                Span(argument.span.path, start, start + len(keyword)),
                f"`{made.name}` has no parameter `{keyword}`: this raises TypeError",
                f"write `{near[0]}=`" if near else _takes(made, names),
                near[0] if near else "",
            )
    if len(positional) > len(names):
        return (
            positional[len(names)].span,
            f"`{made.name}` takes {len(names)} arguments at most: this raises TypeError",
            _takes(made, names),
            "",
        )
    missing = [name for name in names if name in required and name not in given]
    if missing:
        return (
            call.span,
            f"`{made.name}` needs {', '.join(f'`{name}`' for name in missing)}: this raises TypeError",
            _takes(made, names),
            "",
        )
    return None


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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(outputs=[pb_utils.Tensor("y", x)]))
#                                                       ^^^^^^^ TLP605
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            error = pb_utils.TritonError()
#                   ^^^^^^^^^^^^^^^^^^^^^^ TLP605
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)], error))
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
            x = pb_utils.get_input_tensor_by_name(inference_request=request, name="x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer = {"output_tensors": [pb_utils.Tensor("y", x)]}
            if x[0] > 0:
                answer["error_message"] = pb_utils.TritonError("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^ TLP605
            responses.append(pb_utils.InferenceResponse(**answer))
        return responses
""",
    # One name, two dicts.
    """\
-- rebound_dict/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- rebound_dict/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            options = {"value": 1, "scale": 2.0}
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy() * np.float32(options["scale"])
            options = {"output_tensors": [pb_utils.Tensor("y", x)]}
            responses.append(pb_utils.InferenceResponse(**options))
            options["value"] = 3
        return responses
""",
)
