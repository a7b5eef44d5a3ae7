"""An instance group has a profile and the model is not TensorRT's

## What it does
Reports `profile` in an instance group of a model whose platform is not `tensorrt_plan`.

## What happens
The server refuses the model.

## How to fix
Delete `profile`.

## Source
Triton core, `ValidateInstanceGroup`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC306",
    name="profile-outside-tensorrt",
    effect="load-failure",
    server_says=("specifies profile field which is only supported for TensorRT models",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.is_ensemble or effective.platform in (None, "tensorrt_plan") or not effective.backend:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        fields = group.occurrences("profile")
        if group.scalars("profile"):
            yield Problem(
                fields[-1].span,
                f"the server will refuse the model: profile is for TensorRT, the backend is {effective.backend!r}",
                help="delete profile",
                fix=Fix("delete profile", tuple(remove_field(config, field) for field in fields), safety="unsafe"),
                key=f"instance_group[{index}]",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { profile: "0" }
#                ^^^^^^^^^^^^ TLC306
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { profile: [ "0", "1" ] }
-- add/1/model.plan --
x
""",
)
