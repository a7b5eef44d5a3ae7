"""Arguments that InferenceRequest does not take

## What it does
Reports `pb_utils.InferenceRequest(…)` without one of `model_name`, `requested_output_names` and `inputs`, with
positional arguments or keywords it never had, with a `model_version` that is no number, with a string where the list of
output names belongs, and with arrays among the inputs.

## What happens
`incompatible constructor arguments`: the request fails.

## How to fix
Write `InferenceRequest(model_name="…", requested_output_names=["…"], inputs=[pb_utils.Tensor("…", array)])`.
`decoupled=True` belongs to `exec`.

## Source
Facts, python-backend 6.8; every form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_dtypes import Types
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import meant_to_fail
from tritonlint.inputs.python_tree import Call, Constant, Dict, Sequence
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP403",
    name="inference-request-arguments",
    effect="request-failure",
    server_says=("__init__(): incompatible constructor arguments", "c_python_backend_utils.InferenceRequest("),
    words=("InferenceRequest",),
)
NEEDED = ("model_name", "requested_output_names", "inputs")
KEYWORDS = frozenset({*NEEDED, "request_id", "correlation_id", "model_version"})


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    for made in python.calls_of("InferenceRequest"):
        call = made.call
        if not call.certain or meant_to_fail(python.body, call):
            continue
        sure = execute is not None and unconditional(execute, call)
        for span, message, help_text in _wrong(python, call):
            yield Problem(
                span,
                f"{message}: this raises TypeError and the request fails",
                help=help_text,
                certainty="certain" if sure else "likely",
                key=message,
            )


def _wrong(python: PythonFacts, call: Call) -> Iterator[tuple[Span, str, str]]:
    types = Types(python)
    known = KEYWORDS | set(pb_api().keywords.get("InferenceRequest", {}))
    given = {a.keyword: a for a in call.arguments if a.keyword is not None}
    if any(a.keyword is None for a in call.arguments):
        # By position the first one is request_id, then correlation_id: nobody means that.
        yield call.span, "InferenceRequest takes keywords", "write `model_name=…, requested_output_names=…, inputs=…`"
        return
    for keyword, argument in given.items():
        if keyword not in known:
            span = Span(python.path, argument.span.start, (argument.span.start or 0) + len(keyword))
            help_text = "give it to `exec`" if keyword == "decoupled" else "leave it out"
            yield span, f"InferenceRequest has no argument `{keyword}`", help_text
            return
    for keyword in NEEDED:
        if keyword not in given:
            help_text = "an empty list asks for all outputs" if keyword == "requested_output_names" else ""
            yield call.span, f"InferenceRequest needs `{keyword}`", help_text
            return
    frame = python.frame_at(call)
    version = call.argument(None, "model_version")
    values = python.values(version, frame) if version is not None else None
    if version is not None and values and all(isinstance(v, str) or v is None for v in values):
        yield version.span, "`model_version` is a number", "write `int(…)`, or leave it out for the newest version"
        return
    parameters = call.argument(None, "parameters")
    for source, where in (python.follow(parameters, frame) or ()) if parameters is not None else ():
        for value in source.values if isinstance(source, Dict) else ():
            constants = python.values(value, where)
            if constants and not all(isinstance(v, bool | int | str) for v in constants):
                yield value.span, "a parameter is a bool, an int or a str", "write `str(…)`"
                return
    names = call.argument(None, "requested_output_names")
    if names is not None and python.strings(names, frame):
        yield names.span, "`requested_output_names` is a list", f"write `[{python.source(names)}]`"
        return
    inputs = call.argument(None, "inputs")
    for source, where in (python.follow(inputs, frame) or ()) if inputs is not None else ():
        if isinstance(source, Call) and python.pb_name(source.func, where) in {"Tensor", "get_input_tensor_by_name"}:
            yield (
                inputs.span if inputs is not None else source.span,
                "`inputs` is a list",
                f"write `[{python.source(inputs) if inputs is not None else ''}]`",
            )
            return
    for source, where in (python.follow(inputs, frame) or ()) if inputs is not None else ():
        for item in source.items if isinstance(source, Sequence) else ():
            found = python.follow(item, where) or ()
            if types.is_array(item, where) or (found and all(isinstance(s, Constant) for s, _ in found)):
                yield item.span, "the inputs are tensors, not arrays", 'write `pb_utils.Tensor("…", array)`'
                return


EXAMPLES = (
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(
                model_name="b", model_version="1", requested_output_names=["r"], inputs=[p]
#                                             ^^^ TLP403
            )
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=p)
#                                                                                                 ^ TLP403
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[x])
#                                                                                                  ^ TLP403
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", inputs=[p])
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP403
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
)
