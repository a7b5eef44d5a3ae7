"""Requests may wait for seconds until a batch is full

## What it does
Reports `max_queue_delay_microseconds` of a second or more; the unit is easily taken for milliseconds or nanoseconds.

## What happens
A request that finds no others waits that long before it runs.

## How to fix
Write microseconds: 100 to a few thousand are usual.

## Source
Triton core, dynamic batcher; model configuration documentation.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC607",
    name="queue-delay-of-seconds",
    effect="performance",
    certainty="likely",
)
SECOND = 1_000_000


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    sequence = config.root.message("sequence_batching")
    strategies = [sequence.message(name) for name in ("direct", "oldest")] if sequence is not None else []
    for scheduler in (batching, *strategies):
        delay = scheduler.scalar("max_queue_delay_microseconds") if scheduler is not None else None
        if delay is not None and isinstance(delay.value, int) and delay.value >= SECOND:
            yield Problem(
                delay.span,
                f"a request may wait {delay.value / SECOND:g} s for others to fill its batch",
                help="the unit is microseconds; 100 to a few thousand are usual",
                key="max_queue_delay_microseconds",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 5000000 }
#                                                ^^^^^^^ TLC607
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 5000 }
-- add/1/ --
""",
)
