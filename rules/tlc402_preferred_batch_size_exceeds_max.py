"""A preferred batch size above max_batch_size

## What it does
Reports a `preferred_batch_size` of dynamic batching above the `max_batch_size` written in the config. The server
checks it before a backend fills in a `max_batch_size`, so that one left out counts as 0.

## What happens
The server refuses the model.

## How to fix
Raise `max_batch_size`, or write sizes up to it. To leave the size to the backend, leave `preferred_batch_size` out.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC402",
    name="preferred-batch-size-exceeds-max",
    effect="load-failure",
    server_says=("dynamic batching preferred size must be <= max batch size",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    limit = effective.max_batch_size
    if limit is None or limit < 0 or (config.problems and not config.root.has("max_batch_size")):
        return
    size = config.root.scalar("max_batch_size")
    for value in batching.scalars("preferred_batch_size"):
        if isinstance(value.value, int) and value.value > limit and value.value > 0:
            yield Problem(
                value.span,
                f"preferred batch size {value.value} is more than max_batch_size, which is {limit}"
                + ("" if size is not None else " as it is left out"),
                help="raise max_batch_size or lower the preferred size",
                related=(Related(size.span, "the largest batch"),) if size is not None else (),
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
  preferred_batch_size: [ 4, 16 ]
#                            ^^ TLC402
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
