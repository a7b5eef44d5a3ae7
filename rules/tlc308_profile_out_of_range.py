"""An optimization profile is too large a number

## What it does
Reports a `profile` beyond 32 bits.

## What happens
The server process dies with every model in it: the number is converted without catching the error.

## How to fix
Write the index of the profile in the engine, from 0 on.

## Source
Triton core, `ValidateInstanceGroup` (`std::stoi`); every release tried.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC308",
    name="profile-out-of-range",
    effect="server-crash",
    server_says=("stoi",),
)


NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)")


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    # For other platforms the profile is refused before it is converted.
    if effective.platform != "tensorrt_plan" or config.problems:
        return
    for index, group in enumerate(config.root.messages("instance_group")):
        for value in group.scalars("profile"):
            match = NUMBER.match(value.value) if isinstance(value.value, str) else None
            if match is not None and (len(match[1]) > 40 or not -(2**31) <= int(match[1]) < 2**31):
                yield Problem(
                    value.span,
                    "the server process dies on this profile: the number is beyond 32 bits",
                    help='profile: [ "0" ]',
                    key=f"instance_group[{index}]:{value.value}",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { profile: "99999999999" }
#                         ^^^^^^^^^^^^^ TLC308
-- add/1/model.plan --
x
""",
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { profile: "1" }
-- add/1/model.plan --
x
""",
)
