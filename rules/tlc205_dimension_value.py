"""A dimension is 0 or below -1

## What it does
Reports a value in `dims` or in a `reshape` of an input or output that is neither at least 1 nor exactly -1.

## What happens
The server refuses the model.

## How to fix
Write the size, or -1 for a size that varies from request to request.

## Source
Triton core, `ValidateIOShape`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule
from tritonlint.tensors import Tensor, tensors

RULE = Rule(
    code="TLC205",
    name="dimension-value",
    effect="load-failure",
    server_says=("dimension must be integer >= 1", "reshape dimensions must be integer >= 1"),
)


def check(config: Document) -> Iterator[Problem]:
    for tensor in tensors(config):
        yield from _wrong(tensor, tensor.message, "dims", "dims")
        reshape = tensor.message.message("reshape")
        if reshape is not None:
            yield from _wrong(tensor, reshape, "shape", "reshape")


def _wrong(tensor: Tensor, message: Message, name: str, called: str) -> Iterator[Problem]:
    for index, value in enumerate(message.scalars(name)):
        if isinstance(value.value, int) and value.value < 1 and value.value != -1:
            yield Problem(
                value.span,
                f"{called} of {tensor.title} hold {value.value}, so the server refuses the model: "
                "a dimension is at least 1, or -1 when it varies",
                help="write the size of this dimension, or -1",
                key=f"{tensor.key}:{called}:{index}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 3, 0 ] }
#                                                 ^ TLC205
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ -2, 2 ] } }
#                                                                      ^^ TLC205
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 2 ] } }
-- add/1/ --
""",
)
