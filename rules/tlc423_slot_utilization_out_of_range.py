"""A minimum slot utilization outside 0 to 1

## What it does
Reports a `minimum_slot_utilization` of the `direct` strategy below 0 or above 1. 0 is accepted, although the
server's message says otherwise.

## What happens
The server refuses the model.

## How to fix
Write a fraction from 0 to 1.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC423",
    name="slot-utilization-out-of-range",
    effect="load-failure",
    server_says=("minimum slot utilization must be in range",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    strategy = batching.message("direct") if batching is not None else None
    if strategy is None:
        return

    value = strategy.scalar("minimum_slot_utilization")
    if value is None or isinstance(value.value, bool) or not isinstance(value.value, int | float):
        return
    if value.value < 0 or value.value > 1:
        yield Problem(
            value.span,
            f"minimum_slot_utilization is {value.value}, but it is a fraction from 0 to 1",
            help="write a number from 0 to 1, for example 0.75",
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
  direct { minimum_slot_utilization: 1.5 }
#                                    ^^^ TLC423
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
  direct { minimum_slot_utilization: 0 }
}
-- add/1/ --
""",
)
