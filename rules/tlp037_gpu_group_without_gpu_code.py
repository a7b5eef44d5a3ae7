"""GPU instances of code that uses no GPU

## What it does
Reports an instance group of `KIND_GPU` for a model.py that imports nothing but the standard library, NumPy and Triton's
utilities, and never asks which device it has.

## What happens
One instance is made for every GPU, each with a process and a CUDA context of its own, and all of them compute on the
CPU. On a machine without a GPU the model does not load.

## How to fix
Write `kind: KIND_CPU` and the count that the CPU can take.

## Source
Facts, pain points P04, P16 and C24.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.standard_library import is_standard

RULE = Rule(
    code="TLP037",
    name="gpu-group-without-gpu-code",
    effect="performance",
    certainty="likely",
)
PLAIN = {"numpy", PB_MODULE, "__future__"}
DEVICES = ("model_instance_kind", "model_instance_device_id", "dlpack", "CUDA", "cuda", "PreferredMemory", "ctypes")


def check(config: Document, python: PythonFacts) -> Iterator[Problem]:
    groups = [
        (index, group, kind)
        for index, group in enumerate(config.root.messages("instance_group"))
        if (kind := group.scalar("kind")) is not None and kind.value == "KIND_GPU" and not group.uncertain
    ]
    if not groups or not python.understood or any(word in python.text for word in DEVICES):
        return
    tops = [name.split(".")[0] for name in python.imports]
    if any(top not in PLAIN and not (top and is_standard(top)) for top in tops):
        return
    if "__import__" in python.text or "importlib" in python.text or "subprocess" in python.text:
        return
    # Tensors on the GPU may only pass through on their way to another model.
    if any(python.calls_of("InferenceRequest")):
        return
    for index, group, kind in groups:
        edit = Edit(kind.span, "KIND_CPU")
        yield Problem(
            kind.span,
            "GPU instances, and model.py imports nothing that could use a GPU",
            help="write kind: KIND_CPU, and the count that the CPU can take",
            fix=Fix("run on the CPU", (edit,), safety="unsafe") if not group.has("gpus") else None,
            key=f"instance_group[{index}]",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_GPU }
#                      ^^^^^^^^ TLP037
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_CPU }
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_GPU }
-- add/1/model.py --
import torch

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
