"""A bracket is not closed, or closes nothing

## What it does
Reports a bracket without its partner, at the place where it most probably went missing.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Add or delete the bracket; indent each level, so that the missing one shows.

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
    code="TLC002",
    name="bracket-mismatch",
    effect="load-failure",
    server_says=("Expected identifier, got: }", "Expected identifier, got:"),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "unclosed")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input {
  name: "x"
  data_type: TYPE_FP32
  dims: [ 4
#       ^ TLC002
}
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input {
  name: "x"
  data_type: TYPE_FP32
  dims: [ 4 ]
}
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
 dynamic_batching { }}
#                    ^ TLC002
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
 dynamic_batching { }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
