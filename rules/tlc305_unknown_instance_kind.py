"""An instance group has a kind that does not exist

## What it does
Reports a number as `kind` that stands for no kind.

## What happens
The server refuses the model.

## How to fix
Write `KIND_CPU`, `KIND_GPU`, `KIND_MODEL`, or leave `kind` out.

## Source
Triton core, `ValidateInstanceGroup`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig, written_kind
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC305",
    name="unknown-instance-kind",
    effect="load-failure",
    server_says=("has unexpected kind KIND_AUTO",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.is_ensemble:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        kind = group.scalar("kind")
        number = written_kind(group)
        if kind is not None and isinstance(number, int):
            yield Problem(
                kind.span,
                f"the server will refuse the model: there is no instance kind {number}",
                help="KIND_CPU, KIND_GPU or KIND_MODEL; without a kind the server takes what there is",
                key=f"instance_group[{index}]",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: 9 }
#                      ^ TLC305
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_AUTO }
-- add/1/ --
""",
)
