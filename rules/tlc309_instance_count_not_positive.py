"""An instance count of 0 makes one instance

## What it does
Reports an instance group whose `count` is written as 0 or less.

## What happens
The server takes 1 instead: the group is not switched off.

## How to fix
Delete the group, or write the number of instances.

## Source
Triton core, `NormalizeInstanceGroup`; read back from a real server of release 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC309",
    name="instance-count-not-positive",
    effect="hygiene",
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.is_ensemble:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        count = group.scalar("count")
        if count is not None and isinstance(count.value, int) and count.value < 1:
            yield Problem(
                count.span,
                f"a count of {count.value} does not switch the group off: the server makes one instance",
                help="delete the group, or write the number of instances",
                key=f"instance_group[{index}]",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_CPU count: 0 }
#                                      ^ TLC309
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_CPU count: 2 }
-- add/1/ --
""",
)
