"""A negative number of candidate sequences

## What it does
Reports a negative `max_candidate_sequences` of the `oldest` strategy.

## What happens
Up to 23.08 the server process dies. From 23.09 on the value is replaced by `max_batch_size`.

## How to fix
Write how many sequences may be active at a time.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC424",
    name="negative-candidate-sequences",
    effect="server-crash",
    last="23.08",
    server_says=("cannot create std::vector",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    strategy = batching.message("oldest") if batching is not None else None
    if strategy is None:
        return

    value = strategy.scalar("max_candidate_sequences")
    if value is not None and isinstance(value.value, int) and value.value < 0:
        yield Problem(
            value.span,
            f"max_candidate_sequences is {value.value}: this release dies of a negative number",
            help="write how many sequences may be active at a time",
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
  oldest { max_candidate_sequences: -1 }
#                                   ^^ TLC424
}
-- add/1/ --
""",
    """\
-- target -- release=23.09
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  oldest { max_candidate_sequences: -1 }
}
-- add/1/ --
""",
)
