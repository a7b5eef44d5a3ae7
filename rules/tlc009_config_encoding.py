"""The config is not plain UTF-8 text

## What it does
Reports byte order marks, UTF-16, control characters, invisible blanks and typographic quotation marks outside of
texts. Inside quotes and comments all characters are fine.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Save the file as UTF-8 without a byte order mark and type the character anew.

## Source
protobuf's C++ text parser, which Triton core calls with its defaults; every form was tried with `protoc --encode`;
all releases.
"""

from collections.abc import Iterator
from itertools import islice

from tritonlint.config_problems import stated
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC009",
    name="config-encoding",
    effect="load-failure",
    server_says=("Interpreting non ascii codepoint", "Invalid control characters encountered in text"),
)

SHOWN = 3


def check(config: Document) -> Iterator[Problem]:
    # A binary file has thousands; the first few say what it is.
    yield from islice(stated(config, "encoding"), SHOWN)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: “identity”
#        ^^^^^^^^^^ TLC009
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
backend:\u00a0"identity"
#       ^ TLC009
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
# café
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
