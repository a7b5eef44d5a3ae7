"""An instance group names a GPU that does not exist

## What it does
Reports a number in `gpus` that is negative, or not below the number of GPUs of the declared target, in a
group of `KIND_GPU` or without a kind.

## What happens
The server refuses the model. In a group without a kind it says so in terms of `KIND_CPU`, for that is what it
takes such a group for.

## How to fix
GPUs are counted from 0; leave `gpus` out to use all of them.

## Source
Triton core, `ValidateInstanceGroup` and `NormalizeInstanceGroup`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig, written_kind
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC303",
    name="gpu-does-not-exist",
    effect="load-failure",
    server_says=("specifies invalid or unsupported gpu id", "has kind KIND_CPU but specifies one or more GPUs"),
)


def check(config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    if effective.is_ensemble:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        kind = written_kind(group)
        if kind not in ("KIND_GPU", "KIND_AUTO"):
            continue
        for value in group.scalars("gpus"):
            if not isinstance(value.value, int) or isinstance(value.value, bool):
                continue
            beyond = target.gpus is not None and value.value >= target.gpus
            if value.value >= 0 and (not beyond or (target.gpus == 0 and kind == "KIND_GPU")):
                continue
            allowed = "GPUs are counted from 0"
            if target.gpus is not None:
                allowed = f"the target has {target.gpus} GPU{'' if target.gpus == 1 else 's'}"
            yield Problem(
                value.span,
                f"the server will refuse the model: there is no GPU {value.value}, {allowed}",
                help="name GPUs that exist, or delete gpus to use all of them",
                key=f"instance_group[{index}]:{value.value}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_GPU gpus: [ 0, -1 ] }
#                                          ^^ TLC303
-- add/1/ --
""",
    """\
-- target -- gpus=2
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { gpus: [ 1, 2 ] }
#                           ^ TLC303
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_GPU gpus: [ 0, 1 ] }
-- add/1/ --
""",
)
