"""A name that the field does not take

## What it does
Reports names that are no value of an enum field, such as `FP32` for `TYPE_FP32`.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Write the full name in capitals; the finding lists what is allowed.

## Source
Triton's model_config.proto. Numbers are always accepted, since proto3 enums are open.
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.config_problems import stated
from tritonlint.finding import Problem
from tritonlint.pbtxt.schema import SCHEMA_RELEASE
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC004",
    name="unknown-enum-value",
    effect="load-failure",
    server_says=("Unknown enumeration value of",),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    # A release newer than the schema may have the value.
    newer = target.release is not None and target.release > SCHEMA_RELEASE
    for found in stated(config, "unknown-enum-value"):
        yield replace(found, certainty="likely") if newer else found


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: FP32 dims: [ 4 ] }
#                            ^^^^ TLC004
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_TPU }
#                      ^^^^^^^^ TLC004
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
