"""An execution accelerator that the backend does not read

## What it does
Reports `execution_accelerators` on a backend that has none: only onnxruntime, tensorflow and openvino read them.

## What happens
Nothing: the model runs without, as fast or slow as before.

## How to fix
Delete the block, or move the model to a backend that has the accelerator.

## Source
Model optimization documentation; Triton core never looks at the field (facts, section R).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC609",
    name="accelerator-without-effect",
    effect="performance",
    certainty="likely",
)
WITHOUT = frozenset({"python", "tensorrt", "pytorch", "dali", "fil", "vllm", "tensorrtllm", "identity"})


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    optimization = config.root.message("optimization")
    field = optimization.field("execution_accelerators") if optimization is not None else None
    if field is not None and effective.backend in WITHOUT:
        yield Problem(
            field.name_span,
            f"the backend {effective.backend} has no execution accelerators: this has no effect",
            help="delete execution_accelerators",
            key="execution_accelerators",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
optimization { execution_accelerators { gpu_execution_accelerator { name: "tensorrt" } } }
#              ^^^^^^^^^^^^^^^^^^^^^^ TLC609
-- add/1/model.plan --
x
""",
    """\
-- add/config.pbtxt --
platform: "onnxruntime_onnx"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
optimization { execution_accelerators { gpu_execution_accelerator { name: "tensorrt" } } }
-- add/1/model.onnx --
x
""",
)
