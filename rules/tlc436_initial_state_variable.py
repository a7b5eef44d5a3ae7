"""An initial state with a variable size

## What it does
Reports a -1 in the dims of an `initial_state`: its data must have a size.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Write a number.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.tensors import integers, shape_text

RULE = Rule(
    code="TLC436",
    name="initial-state-variable",
    effect="load-failure",
    server_says=("contains variable dimensions",),
)


def check(config: Document) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        wanted, given = integers(config, state.message, "dims"), integers(config, initial, "dims")
        if wanted is None or given is None:
            continue
        written = initial.field("dims")
        place = written.span if written is not None else state.initial_span

        if len(wanted) == len(given) and -1 in given:
            yield Problem(
                place,
                f"the initial state of {state.title} has variable dims {shape_text(given)}",
                help="write a number for every -1; a state's own dims may stay variable",
                key=state.key,
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
    initial_state { name: "s" data_type: TYPE_FP32 dims: -1 zero_data: true }
#                                                  ^^^^^^^^ TLC436
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
