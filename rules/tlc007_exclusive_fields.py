"""Two fields that exclude each other

## What it does
Reports fields of which only one may be set: the three kinds of scheduling, the three version policies, the sources of
warm-up data, the two sequence strategies.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Keep one of them.

## Source
Triton's model_config.proto (oneof); protobuf's text parser refuses the second.
"""

from collections.abc import Iterator

from tritonlint.config_problems import stated
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC007",
    name="exclusive-fields",
    effect="load-failure",
    server_says=("is specified along with field",),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "oneof-conflict")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
   sequence_batching { direct { } }
#  ^^^^^^^^^^^^^^^^^ TLC007
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
