"""max_batch_size is negative

## What it does
Reports a `max_batch_size` below 0.

## What happens
The server refuses the model.

## How to fix
Write 0 for a model that does not batch, or the largest batch it takes.

## Source
Triton core, `ValidateModelConfig`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC111",
    name="negative-max-batch-size",
    effect="load-failure",
    server_says=("'max_batch_size' must be non-negative",),
)


def check(config: Document) -> Iterator[Problem]:
    size = config.root.scalar("max_batch_size")
    if size is not None and isinstance(size.value, int) and size.value < 0:
        yield Problem(
            size.span,
            f"the server will refuse the model: max_batch_size is {size.value}, it must be at least 0",
            help="max_batch_size: 0 for a model that does not batch, else the largest batch it takes",
            key="max_batch_size",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: -1
#               ^^ TLC111
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
