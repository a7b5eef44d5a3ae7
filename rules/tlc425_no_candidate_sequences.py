"""No candidate sequences

## What it does
Reports an `oldest` strategy whose `max_candidate_sequences` is 0 or left out.

## What happens
Up to 23.08 no sequence ever starts: requests wait for ever. From 23.09 on `max_batch_size` is used instead.

## How to fix
Write how many sequences may be active at a time.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLC425", name="no-candidate-sequences", effect="request-failure", last="23.08")


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    strategy = batching.message("oldest") if batching is not None else None
    if strategy is None:
        return

    field = batching.field("oldest") if batching is not None else None
    value = strategy.scalar("max_candidate_sequences")
    if field is None or strategy.integer("max_candidate_sequences") != 0 or config.problems:
        return
    yield Problem(
        value.span if value is not None else field.name_span,
        "max_candidate_sequences is 0: in this release no sequence ever starts",
        help="write how many sequences may be active at a time, for example `max_candidate_sequences: 64`",
    )


EXAMPLES = (
    """\
-- target -- release=23.07
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { }
# ^^^^^^ TLC425
}
-- add/1/ --
""",
    """\
-- target -- release=23.07
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { max_candidate_sequences: 4 }
}
-- add/1/ --
""",
)
