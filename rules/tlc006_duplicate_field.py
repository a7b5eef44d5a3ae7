"""A single field is set twice

## What it does
Reports a field that may occur once and is written again, where the first occurrence says something: protobuf does not
notice a first value of 0, false or `""`.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Keep one of the two.

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
    code="TLC006",
    name="duplicate-field",
    effect="load-failure",
    server_says=("is specified multiple times",),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "duplicate-field")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
 backend: "identity"
#^^^^^^^ TLC006
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
max_batch_size: 0
max_batch_size: 8
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
