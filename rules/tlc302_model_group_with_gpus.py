"""A KIND_MODEL instance group lists GPUs

## What it does
Reports an instance group of kind `KIND_MODEL` with a `gpus` list.

## What happens
The server refuses the model: with KIND_MODEL the model itself chooses its devices.

## How to fix
Delete `gpus`, or write `KIND_GPU`.

## Source
Triton core, `ValidateInstanceGroup`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig, written_kind
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC302",
    name="model-group-with-gpus",
    effect="load-failure",
    server_says=("has kind KIND_MODEL but specifies one or more GPUs",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.is_ensemble:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        fields = group.occurrences("gpus")
        if written_kind(group) != "KIND_MODEL" or not group.scalars("gpus"):
            continue
        edits = tuple(remove_field(config, field) for field in fields)
        yield Problem(
            fields[-1].span,
            "the server will refuse the model: an instance group of KIND_MODEL lists GPUs",
            help="delete gpus, or write kind: KIND_GPU",
            fix=Fix("delete gpus", edits),
            key=f"instance_group[{index}]",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_MODEL gpus: [ 0 ] }
#                                 ^^^^^^^^^^^ TLC302
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_MODEL }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_MODEL }
-- add/1/ --
""",
)
