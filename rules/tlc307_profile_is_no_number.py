"""An optimization profile is no number

## What it does
Reports a `profile` that is empty, does not start with a number, or is negative.

## What happens
The server refuses the model.

## How to fix
Write the index of the profile in the engine, from 0 on.

## Source
Triton core, `ValidateInstanceGroup`; all releases.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC307",
    name="profile-is-no-number",
    effect="load-failure",
    server_says=("profile name must not be empty", "unable to parse", "specifies invalid profile"),
)


NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)")


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.platform != "tensorrt_plan":
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        for value in group.scalars("profile"):
            if not isinstance(value.value, str):
                continue
            match = NUMBER.match(value.value)
            if match is None or -(2**31) <= int(match[1]) < 0:
                yield Problem(
                    value.span,
                    f"the server will refuse the model: {value.value!r} is no profile, these are numbers from 0 on",
                    help='profile: [ "0" ]',
                    key=f"instance_group[{index}]:{value.value}",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { profile: [ "0", "best" ] }
#                                ^^^^^^ TLC307
-- add/1/model.plan --
x
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
