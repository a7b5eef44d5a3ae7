"""A call to a version that the called model does not have

## What it does
Compares `model_version` of an InferenceRequest with the versions that the server loads of the called model.

## What happens
`Model '…' is not ready`: the call always fails.

## How to fix
Leave `model_version` out for the newest loaded version, add the version, or widen the version policy.

## Source
Observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import always, bls_requests
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP127",
    name="bls-version-not-loaded",
    effect="request-failure",
    server_says=("is not ready.",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, repository: RepositoryFacts) -> Iterator[Problem]:
    if "is_model_ready" in python.identifiers:
        return  # Whoever asks which versions there are calls one of these.
    for request in bls_requests(python):
        target = repository.models.get(request.model or "")
        if target is None or request.version is None or not request.executions:
            continue
        values = python.values(request.version, request.frame)
        loaded = target.effective.versions
        if not loaded or not target.effective.complete or values is None or len(values) != 1:
            continue
        numbers = sorted({number for number, _ in loaded})
        version = values[0]
        if not isinstance(version, int) or isinstance(version, bool) or version == -1 or version in numbers:
            continue
        yield Problem(
            request.version.span,
            f"the server loads no version {version} of model '{request.model}': this call always fails",
            help=f"loaded: {', '.join(str(n) for n in numbers)}; without `model_version` the newest one answers",
            certainty="certain" if always(python, request) else "likely",
            key=f"{request.model}:{version}",
        )


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
                model_name="b", model_version=3, requested_output_names=["r"], inputs=[p]
#                                             ^ TLP127
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
            call = pb_utils.InferenceRequest(
                model_name="b", model_version=1, requested_output_names=["r"], inputs=[p]
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
)
