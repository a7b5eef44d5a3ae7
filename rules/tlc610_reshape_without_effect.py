"""A reshape to the same shape

## What it does
Reports a `reshape` whose shape equals the dims of its tensor.

## What happens
Nothing.

## How to fix
Delete it.

## Source
Model configuration documentation.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC610",
    name="reshape-without-effect",
    effect="hygiene",
)


def check(config: Document) -> Iterator[Problem]:
    for tensor in tensors(config):
        field = tensor.message.field("reshape")
        if field is not None and tensor.dims and tensor.reshape == tensor.dims:
            yield Problem(
                field.span,
                f"the reshape of {tensor.title} is its shape: it has no effect",
                help="delete reshape",
                fix=Fix("delete reshape", (remove_field(config, field),)),
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 4 ] } }
#                                                  ^^^^^^^^^^^^^^^^^^^^^^^^ TLC610
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
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 1, 4 ] } }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
