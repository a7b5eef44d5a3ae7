"""FORCE_CPU_ONLY_INPUT_TENSORS is neither yes nor no

## What it does
Checks the parameter `FORCE_CPU_ONLY_INPUT_TENSORS` of models that the Python backend runs.

## What happens
The Python backend refuses the model for anything but exactly `yes` or `no`: `true`, `1`, `Yes` and an empty value,
too.

## How to fix
Write `yes` (the default: inputs always lie in host memory) or `no`.

## Source
python_backend, `python_be.cc`; run on NVIDIA's 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC560",
    name="force-cpu-only-value",
    effect="load-failure",
    server_says=("Incorrect value for FORCE_CPU_ONLY_INPUT_TENSORS",),
)

PARAMETER = "FORCE_CPU_ONLY_INPUT_TENSORS"
MEANT = {"true": "yes", "1": "yes", "on": "yes", "yes": "yes", "false": "no", "0": "no", "off": "no", "no": "no"}


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    entry = config.root.map("parameters").get(PARAMETER)
    if effective.backend != "python" or entry is None or not isinstance(entry.value, Message):
        return
    value, written = entry.value.string("string_value"), entry.value.scalar("string_value")
    if value is None or value in ("yes", "no"):
        return
    meant = MEANT.get(value.strip().lower())
    yield Problem(
        written.span if written is not None else entry.span,
        f"{PARAMETER} is '{value}', so the Python backend refuses the model: only `yes` and `no` are known",
        help=f'write `string_value: "{meant}"`' if meant else 'write `string_value: "yes"` or `"no"`',
        fix=Fix(f"write {meant}", (Edit(written.span, f'"{meant}"'),)) if meant and written is not None else None,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "false" } }
#                                                                      ^^^^^^^ TLC560
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "no" } }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "false" } }
-- add/1/ --
""",
)
