"""An instance group wants a GPU and the target has none

## What it does
Reports an instance group of `KIND_GPU` when the declared target has no GPU.

## What happens
The server refuses the model.

## How to fix
Write `KIND_CPU`, leave `kind` out (the server then takes what there is), or correct the target.

## Source
Triton core, `ValidateInstanceGroup`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig, written_kind
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC304",
    name="gpu-group-without-gpu",
    effect="load-failure",
    server_says=("but server does not support GPUs", "but no GPUs are available"),
)


def check(config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    if target.gpus != 0 or effective.is_ensemble:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        kind = group.scalar("kind")
        if kind is None or written_kind(group) != "KIND_GPU":
            continue
        if any(isinstance(value.value, int) and value.value < 0 for value in group.scalars("gpus")):
            continue
        fix = None
        if not group.scalars("gpus"):
            fix = Fix("write KIND_CPU", (Edit(kind.span, "KIND_CPU"),), safety="unsafe")
        yield Problem(
            kind.span,
            "the server will refuse the model: the instance group wants a GPU and the target has none",
            help="kind: KIND_CPU, or delete kind: the server then takes what there is",
            fix=fix,
            key=f"instance_group[{index}]",
        )


EXAMPLES = (
    """\
-- target -- gpus=0
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_GPU }
#                      ^^^^^^^^ TLC304
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_GPU }
-- add/1/ --
""",
)
