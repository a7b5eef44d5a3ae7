"""An answer of a model on the GPU turned into a NumPy array

## What it does
Reports `as_numpy()` on the outputs of a call where config.pbtxt of the called model puts it on the GPU (a backend
other than `python`, `kind: KIND_GPU`) and neither `preferred_memory` nor `is_cpu()` is used.

## What happens
The answer of such a model usually stays in GPU memory: `Tensor is stored in GPU and cannot be converted to NumPy.`

## How to fix
Ask for CPU memory with `preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU)`, or take the
tensor with `torch.from_dlpack(tensor.to_dlpack())`.

## Source
Facts, python-backend 6.7; pain points P03.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import answers, bls_requests
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP412",
    name="gpu-answer-as-numpy",
    effect="request-failure",
    certainty="likely",
    server_says=("Tensor is stored in GPU and cannot be converted to NumPy.",),
    words=("InferenceRequest",),
)
ON_THE_GPU = frozenset({"onnxruntime", "pytorch", "tensorrt", "tensorflow"})


def check(python: PythonFacts, repository: RepositoryFacts) -> Iterator[Problem]:
    if "as_numpy" not in python.text or "is_cpu" in python.text:
        return
    requests = bls_requests(python)
    if not requests:
        return
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute) or node.func.attr != "as_numpy":
            continue
        sources = python.follow(node.func.value)
        if not sources or len(sources) != 1 or not isinstance(sources[0][0], Call):
            continue
        read, where = sources[0][0], sources[0][1]
        answer = read.argument(0)
        if python.pb_name(read.func, where) != "get_output_tensor_by_name" or answer is None:
            continue
        spans = {call.span for call in answers(python, answer, where) or ()}
        for request in requests:
            if request.preferred_memory is not None or not any(e.call.span in spans for e in request.executions):
                continue
            target = repository.models.get(request.model or "")
            if target is None or target.effective.intended_backend not in ON_THE_GPU:
                continue
            groups = target.effective.instance_groups or ()
            if not groups or any(group.kind != "KIND_GPU" or group.message is None for group in groups):
                continue
            kind = groups[0].message.field("kind") if groups[0].message is not None else None
            yield Problem(
                node.span,
                f"model '{request.model}' runs on the GPU, and its answer may lie there: `as_numpy` raises then",
                help="add `preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU)` to the request",
                related=(Related(kind.span, "placed on the GPU here"),) if kind is not None else (),
                key=request.model or "",
            )
            break


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
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP412
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
platform: "onnxruntime_onnx"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { kind: KIND_GPU count: 1 gpus: [ 0 ] }
-- b/1/model.onnx --
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
            memory = pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU)
            call = pb_utils.InferenceRequest(
                model_name="b", requested_output_names=["r"], inputs=[p], preferred_memory=memory
            )
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
platform: "onnxruntime_onnx"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { kind: KIND_GPU count: 1 gpus: [ 0 ] }
-- b/1/model.onnx --
""",
)
