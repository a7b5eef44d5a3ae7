"""A preferred batch size of oldest sequences above max_batch_size

## What it does
Reports a `preferred_batch_size` of the `oldest` strategy above the `max_batch_size` written in the config.

## What happens
The server refuses the model.

## How to fix
Raise `max_batch_size`, or write sizes up to it.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC422",
    name="oldest-preferred-exceeds-max",
    effect="load-failure",
    server_says=("sequence batching preferred batch size must be <= max",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    strategy = batching.message("oldest") if batching is not None else None
    if strategy is None:
        return

    limit = effective.max_batch_size
    if limit is None or limit < 0 or (config.problems and not config.root.has("max_batch_size")):
        return
    size = config.root.scalar("max_batch_size")
    for value in strategy.scalars("preferred_batch_size"):
        if isinstance(value.value, int) and value.value > limit and value.value > 0:
            yield Problem(
                value.span,
                f"preferred batch size {value.value} is more than max_batch_size, which is {limit}",
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
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { max_candidate_sequences: 4 preferred_batch_size: 9 }
#                                                           ^ TLC422
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
