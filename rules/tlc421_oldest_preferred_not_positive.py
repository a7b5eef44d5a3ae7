"""A preferred batch size of oldest sequences below 1

## What it does
Reports a `preferred_batch_size` of the `oldest` strategy that is 0 or negative.

## What happens
The server refuses the model.

## How to fix
Write sizes from 1 to `max_batch_size`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC421",
    name="oldest-preferred-not-positive",
    effect="load-failure",
    server_says=("sequence batching preferred batch size must be positive",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    strategy = batching.message("oldest") if batching is not None else None
    if strategy is None:
        return

    for value in strategy.scalars("preferred_batch_size"):
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
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { max_candidate_sequences: 4 preferred_batch_size: -1 }
#                                                           ^^ TLC421
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { max_candidate_sequences: 4 preferred_batch_size: 4 }
}
-- add/1/ --
""",
)
