"""A value of the wrong type, or out of range

## What it does
Reports values that the field's type cannot hold: a text for a number, a list for a single value, a fraction for a
whole number, a number too large.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Write a value of the field's type.

## Source
protobuf's C++ text parser, which Triton core calls with its defaults; every form was tried with `protoc --encode`;
all releases.
"""

from collections.abc import Iterator

from tritonlint.config_problems import stated
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC005",
    name="wrong-value-type",
    effect="load-failure",
    server_says=(
        "Expected integer, got",
        "Expected string, got",
        "Integer out of range",
        "Invalid value for boolean field",
    ),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "wrong-type", "out-of-range")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: identity
#        ^^^^^^^^ TLC005
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
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
max_batch_size: 8.5
#               ^^^ TLC005
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4294967296
#               ^^^^^^^^^^ TLC005
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
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
