"""An input that may lie in GPU memory, turned into a NumPy array

## What it does
Reports `as_numpy()` on inputs where config.pbtxt sets `FORCE_CPU_ONLY_INPUT_TENSORS` to `no` and the file never asks
`is_cpu()`.

## What happens
Such an input stays where it is: behind an ensemble step on the GPU, or sent in CUDA shared memory, it is not copied.
`Tensor is stored in GPU and cannot be converted to NumPy.`, and the request fails. From a client's own bytes it works.

## How to fix
Take the tensor with `torch.from_dlpack(tensor.to_dlpack())`, ask `is_cpu()` first, or leave the parameter out.

## Source
Facts, python-backend 5.1 and 6.7 (read in the source; no GPU at hand).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP114",
    name="gpu-input-as-numpy",
    effect="request-failure",
    certainty="likely",
    server_says=("Tensor is stored in GPU and cannot be converted to NumPy.",),
    words=("as_numpy",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "as_numpy" not in python.text or "is_cpu" in python.text:
        return
    place = None
    for entry in config.root.messages("parameters"):
        value = entry.message("value")
        if entry.string("key") == "FORCE_CPU_ONLY_INPUT_TENSORS" and value is not None:
            written = value.scalar("string_value")
            place = written.span if written is not None and written.value == "no" else None
    if place is None:
        return
    inputs = tensors_of(python, config, "input")
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute) or node.func.attr != "as_numpy":
            continue
        for source, where in python.follow(node.func.value) or ():
            if not isinstance(source, Call) or python.pb_name(source.func, where) != "get_input_tensor_by_name":
                break
            names = python.strings(source.argument(1, "name"), where) or ()
            kinds = [inputs[name].scalar("data_type") for name in names if name in inputs]
            # Strings always come in the memory of the CPU.
            if not kinds or any(kind is None or kind.value == "TYPE_STRING" for kind in kinds):
                break
            yield Problem(
                node.span,
                f"input '{names[0]}' may lie in GPU memory, and then `as_numpy` raises an exception",
                help="ask `is_cpu()` first, go through `to_dlpack()`, or leave FORCE_CPU_ONLY_INPUT_TENSORS out",
                related=(Related(place, "inputs are left where they are by this"),),
                key=names[0],
            )
            break


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value: { string_value: "no" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP114
            y = x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value: { string_value: "no" } }
-- add/1/model.py --
import numpy as np
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            t = pb_utils.get_input_tensor_by_name(request, "x")
            y = np.from_dlpack(t) if t.is_cpu() else torch.from_dlpack(t.to_dlpack()).cpu().numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
