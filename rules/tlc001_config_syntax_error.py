"""The config is not valid text format

## What it does
Reports what is not protobuf text format: a missing colon, value or comma, a stray character, an unknown escape, a
text over several lines.

## What happens
The server cannot read the config and refuses the model.

## How to fix
As the finding says; most have a fix.

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
    code="TLC001",
    name="config-syntax-error",
    effect="load-failure",
    server_says=("Error parsing text-format inference.ModelConfig", "failed to read text proto from"),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "syntax", "too-deep")


EXAMPLES = (
    """\
-- add/config.pbtxt --
max_batch_size: 0
 backend = "identity"
#        ^ TLC001
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
max_batch_size: 0
 backend : "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 5 ] }
#                                              ^^^ TLC001
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4, 5 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name "x" data_type: TYPE_FP32 dims: [ 4 ] }
#       ^^^^ TLC001
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
-- add/1/ --
""",
)
