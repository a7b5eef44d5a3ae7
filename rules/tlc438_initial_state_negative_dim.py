"""An initial state with a negative size

## What it does
Reports a dim below -1 in an `initial_state`.

## What happens
Before 26.03 the server process dies, with every model in it; later releases refuse the model.

## How to fix
Write a positive number.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.target import Target
from tritonlint.tensors import integers, shape_text

RULE = Rule(
    code="TLC438",
    name="initial-state-negative-dim",
    effect="server-crash",
    server_says=("contains an invalid dimension",),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        wanted, given = integers(config, state.message, "dims"), integers(config, initial, "dims")
        if wanted is None or given is None:
            continue
        written = initial.field("dims")
        place = written.span if written is not None else state.initial_span

        if len(wanted) == len(given) and any(dim < -1 for dim in given):
            yield Problem(
                place,
                f"the initial state of {state.title} has a negative size: {shape_text(given)}",
                help="write positive numbers",
                key=state.key,
                effect=None if target.before("26.03") else "load-failure",
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
  state {
    input_name: "S" output_name: "T" data_type: TYPE_FP32 dims: -1
    initial_state { name: "s" data_type: TYPE_FP32 dims: -2 zero_data: true }
#                                                  ^^^^^^^^ TLC438
  }
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
  state {
    input_name: "S" output_name: "T" data_type: TYPE_FP32 dims: 4
    initial_state { name: "s" data_type: TYPE_FP32 dims: 4 zero_data: true }
  }
}
-- add/1/ --
""",
)
