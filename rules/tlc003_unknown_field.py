"""A field that the config does not have

## What it does
Reports field names that Triton's `ModelConfig` does not have at that place: misspelt, in camel case, in the wrong message, or gone.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Take the suggested name, or move the field to the message it belongs to. Settings of your own go into `parameters`.

## Source
Triton's model_config.proto, release by release (proto/README.md); names are compared exactly.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.judge import stated
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC003",
    name="unknown-field",
    effect="load-failure",
    server_says=("has no field named",),
)


def check(config: Document) -> Iterator[Problem]:
    yield from stated(config, "unknown-field")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" datatype: TYPE_FP32 dims: [ 4 ] }
#                 ^^^^^^^^ TLC003
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
dynamic_batching { preferred_batch_sizes: [ 4 ] }
#                  ^^^^^^^^^^^^^^^^^^^^^ TLC003
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
