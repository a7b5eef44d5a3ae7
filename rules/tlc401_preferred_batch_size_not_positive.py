"""A preferred batch size below 1

## What it does
Reports a `preferred_batch_size` of dynamic batching that is 0 or negative.

## What happens
The server refuses the model.

## How to fix
Write sizes from 1 to `max_batch_size`, or leave the list out.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC401",
    name="preferred-batch-size-not-positive",
    effect="load-failure",
    server_says=("dynamic batching preferred size must be positive",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    for value in batching.scalars("preferred_batch_size"):
        if isinstance(value.value, int) and value.value <= 0:
            yield Problem(
                value.span,
                f"preferred batch size {value.value} is not positive",
                help="write sizes from 1 to max_batch_size, or leave preferred_batch_size out",
                key=f"preferred:{value.value}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  preferred_batch_size: [ 0, 8 ]
#                         ^ TLC401
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  preferred_batch_size: [ 4, 8 ]
}
-- add/1/ --
""",
)
