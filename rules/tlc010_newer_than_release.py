"""A field or value that the target release does not have yet

## What it does
Reports fields and enum values that came into `ModelConfig` after the target release. Without a declared target it
reports those that some release of the last two years lacks.

## What happens
An older server cannot read the config and refuses the model.

## How to fix
Remove the field, or raise the release: `--triton-version`, `triton-version` in the settings, or the image's tag.

## Source
Triton's model_config.proto, compared branch by branch from 18.11 to 26.07 (proto/README.md).
"""

from collections.abc import Iterator

from tritonlint.config_problems import newer_than
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC010",
    name="newer-than-release",
    effect="load-failure",
    server_says=("has no field named", "Unknown enumeration value of"),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    for span, name, first in newer_than(config, target.window[0]):
        short = name.rsplit(".", 1)[1]
        if target.release is not None:
            yield Problem(
                span,
                f"the server will refuse the model: {target.release} does not know {short}, which came with {first}",
                help=f"remove it, or run release {first} or newer",
                key=name,
            )
        else:
            yield Problem(
                span,
                f"servers older than {first} refuse the model: they do not know {short}",
                help=f"if you run {first} or newer, declare it with --triton-version or in the settings",
                key=name,
                effect="portability",
                certainty="likely",
            )


EXAMPLES = (
    """\
-- target -- release=22.04
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_BF16 dims: [ 4 ] }
#                            ^^^^^^^^^ TLC010
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- target -- release=23.12
-- add/config.pbtxt --
backend: "identity"
 runtime: "libtriton_identity.so"
#^^^^^^^ TLC010
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- target -- release=24.01
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_BF16 dims: [ 4 ] }
output { name: "y" data_type: TYPE_BF16 dims: [ 4 ] }
-- add/1/ --
""",
)
