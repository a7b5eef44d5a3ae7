"""The preferred batch size is the one that the server fills in itself

## What it does
Reports `preferred_batch_size` that holds nothing but the value of `max_batch_size`.

## What happens
Nothing: without it the server prefers exactly that size.

## How to fix
Delete it. To let requests wait for each other, set `max_queue_delay_microseconds`.

## Source
Triton core, `NormalizeModelConfig`; read back from a real server of release 24.10.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC603",
    name="preferred-batch-size-default",
    effect="hygiene",
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    limit = effective.max_batch_size
    batching = config.root.message("dynamic_batching")
    sequence = config.root.message("sequence_batching")
    oldest = sequence.message("oldest") if sequence is not None else None
    for scheduler in (batching, oldest):
        if scheduler is None or not limit:
            continue
        fields = scheduler.occurrences("preferred_batch_size")
        if fields and scheduler.integers("preferred_batch_size") == [limit]:
            yield Problem(
                fields[-1].span,
                f"{limit} is max_batch_size, which the server prefers anyway: this has no effect",
                help="delete it; max_queue_delay_microseconds is what lets requests wait for each other",
                fix=Fix("delete preferred_batch_size", tuple(remove_field(config, field) for field in fields)),
                key="preferred_batch_size",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { preferred_batch_size: [ 8 ] max_queue_delay_microseconds: 100 }
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC603
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 100 }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { preferred_batch_size: [ 4, 8 ] }
-- add/1/ --
""",
)
