"""JSON or C notation in a config

## What it does
Reports quoted field names, quoted numbers, booleans and enum values, trailing commas, comments with slashes, and
files that are JSON as a whole.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Write protobuf text format: `name: value`, only texts in quotes, `#` before comments, no comma behind the last
element.

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
    code="TLC008",
    name="json-habit",
    effect="load-failure",
    server_says=("Expected integer or identifier, got:", "Expected identifier, got:"),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "json-habit")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: "TYPE_FP32" dims: [ 4 ] }
#                            ^^^^^^^^^^^ TLC008
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
input { name: "x" data_type: TYPE_FP32 dims: [ 4, ] }
#                                               ^ TLC008
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
 // two lines
#^^ TLC008
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
 # two lines
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
