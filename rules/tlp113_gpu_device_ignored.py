"""Instances for several GPUs that all use the first one

## What it does
Reports a fixed CUDA device (`"cuda"`, `"cuda:0"`, `.cuda()`) in a model.py that never looks at
`model_instance_device_id`, where config.pbtxt puts instances on more than one GPU.

## What happens
Triton starts an instance for each GPU and tells it which one in `args`; it does not hide the others. All of them
compute on GPU 0: its memory runs out while the others are idle.

## How to fix
Write `torch.device(f"cuda:{args['model_instance_device_id']}")` in `initialize`, and use that device everywhere.

## Source
Facts, python-backend 6.3; pain points P04.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Constant
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(code="TLP113", name="gpu-device-ignored", effect="instability", certainty="likely")
CHOOSES = ("model_instance_device_id", "CUDA_VISIBLE_DEVICES", "set_device", "device_map", "local_rank", "device_count")


def check(python: PythonFacts, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    devices: set[int] = set()
    written = None
    for group in effective.instance_groups or ():
        if group.kind == "KIND_GPU" and group.message is not None:
            written = written or group.message.field("gpus") or group.message.field("kind")
            devices |= set(group.gpus or range(target.gpus or 0))
    if len(devices) < 2 or "cuda" not in python.text or any(word in python.text for word in CHOOSES):
        return
    for node in python.walk(Call):
        fixed = [
            a.value for a in node.arguments if isinstance(a.value, Constant) and a.value.value in {"cuda", "cuda:0"}
        ]
        moved = isinstance(node.func, Attribute) and node.func.attr == "cuda" and not node.arguments
        if not moved and not fixed:
            continue
        yield Problem(
            node.span if moved else fixed[0].span,
            f"every instance computes on GPU 0, and there is one for each of {len(devices)} GPUs",
            help="use the device `args['model_instance_device_id']`",
            related=(Related(written.span, "instances are placed here"),) if written is not None else (),
            key="cuda",
        )
        return


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { count: 1 kind: KIND_GPU gpus: [ 0, 1 ] }
-- add/1/model.py --
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.net = torch.jit.load("/models/add/1/model.pt").to("cuda:0")
#                                                              ^^^^^^^^ TLP113

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.net(torch.from_numpy(x)).cpu().numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { count: 1 kind: KIND_GPU gpus: [ 0, 1 ] }
-- add/1/model.py --
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        device = torch.device(f"cuda:{args['model_instance_device_id']}")
        self.net = torch.jit.load("/models/add/1/model.pt").to(device)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.net(torch.from_numpy(x)).cpu().numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { count: 1 kind: KIND_GPU gpus: [ 0 ] }
-- add/1/model.py --
import torch
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.net = torch.jit.load("/models/add/1/model.pt").to("cuda:0")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.net(torch.from_numpy(x)).cpu().numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
