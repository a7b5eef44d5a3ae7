"""A call whose inputs are not those of the called model

## What it does
Compares the tensors in `inputs` of an InferenceRequest with the inputs that the called model's config declares:
names it does not have, and required ones that are not given.

## What happens
`expected 2 inputs but got 1 inputs for model '…'`: the call always fails.

## How to fix
Give every input that is not optional, under the name that the called model declares.

## Source
Triton core, InferenceRequest::Normalize; observed on 24.10.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Certainty, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import always, bls_requests, target_tensors
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP124",
    name="bls-inputs-mismatch",
    effect="request-failure",
    server_says=("inputs but got", "unexpected inference input"),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, repository: RepositoryFacts) -> Iterator[Problem]:
    for request in bls_requests(python):
        target = repository.models.get(request.model or "")
        inputs = target_tensors(target, "input") if target is not None and request.executions else None
        if inputs is None:
            continue
        certainty: Certainty = "certain" if always(python, request) else "likely"
        given = {tensor.name for tensor in request.inputs}
        strange = [t for t in request.inputs if t.name is not None and t.name_span is not None and t.name not in inputs]
        for tensor in strange:
            near = get_close_matches((tensor.name or "").lower(), [known.lower() for known in inputs], 1, 0.6)
            meant = next((known for known in inputs if near and known.lower() == near[0]), None)
            yield Problem(
                tensor.span if tensor.received or tensor.name_span is None else tensor.name_span,
                f"model '{request.model}' has no input '{tensor.name}': this call always fails",
                help=f"did you mean '{meant}'?" if meant else f"its inputs: {', '.join(sorted(inputs))}",
                certainty=certainty,
                key=f"{request.model}:{tensor.name}",
            )
        if strange or not request.complete:
            continue
        for name, tensor_message in inputs.items():
            optional = tensor_message.scalar("optional")
            if name in given or (optional is not None and optional.value is not False):
                continue
            written = tensor_message.scalar("name")
            place = request.call.argument(None, "inputs")
            yield Problem(
                place.span if place is not None else request.call.span,
                f"model '{request.model}' needs the input '{name}' too: this call always fails",
                help=f'add a `pb_utils.Tensor("{name}", …)`',
                related=(Related(written.span, "declared here, and not optional"),) if written is not None else (),
                certainty=certainty,
                key=f"{request.model}:{name}",
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
            p = pb_utils.Tensor("P", x)
#                               ^^^ TLP124
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
#                                                                                                 ^^^ TLP124
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "q" data_type: TYPE_FP32 dims: [ 2 ] }
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
