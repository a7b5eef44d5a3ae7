"""A call with an input of another data type than the called model declares

## What it does
Compares the data types of the arrays in `inputs` of an InferenceRequest, where NumPy's rules or this model's config
decide them, with the data types that the called model declares.

## What happens
`inference input '…' data-type is 'FP64', but model '…' expects 'FP32'`: the call always fails.

## How to fix
Convert with `.astype(…)`.

## Source
Triton core, InferenceRequest::Normalize; observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import always, bls_requests, target_tensors
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_join import conversion, types_of
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP125",
    name="bls-input-data-type",
    effect="request-failure",
    server_says=("data-type is",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, config: Document, repository: RepositoryFacts) -> Iterator[Problem]:
    types = types_of(python, config)
    for request in bls_requests(python):
        target = repository.models.get(request.model or "")
        inputs = target_tensors(target, "input") if target is not None and request.executions else None
        if inputs is None:
            continue
        for tensor in request.inputs:
            declared = inputs[tensor.name].scalar("data_type") if tensor.name in inputs else None
            if declared is None or declared.value not in TRITON_TO_NUMPY:
                continue
            right = TRITON_TO_NUMPY[str(declared.value)]
            if tensor.received:
                dtype = types.inputs.get(tensor.name or "")
            else:
                dtype = types.of(tensor.value, tensor.frame) if tensor.value is not None else None
            if dtype in {None, "str", right} or (right == "object" and dtype == "bytes"):
                continue
            span = tensor.value.span if tensor.value is not None else tensor.span
            written = conversion(python, tensor.value, right) if tensor.value is not None else ()
            edits = tuple(Edit(*edit) for edit in written)
            yield Problem(
                span,
                f"model '{request.model}' takes '{tensor.name}' as {declared.value}, this is {dtype}: the call fails",
                help=f"add `.astype(np.{right})`" if right != "object" else "give an array of bytes with dtype=object",
                related=(Related(declared.span, "declared here"),),
                fix=Fix(f"convert to {right}", edits, safety="unsafe") if edits else None,
                certainty="certain" if always(python, request) else "likely",
                key=f"{request.model}:{tensor.name}",
            )


EXAMPLES = (
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x.astype(np.float64))
#                                    ^^^^^^^^^^^^^^^^^^^^ TLP125
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
-- fixed: a/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x.astype(np.float64).astype(np.float32))
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
