"""An initial state of another size

## What it does
Reports a dim of an `initial_state` that differs from a fixed dim of its state.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Make the dims equal.

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
    code="TLC437",
    name="initial-state-dims",
    effect="load-failure",
    server_says=("doesn't match 'state' dim description",),
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

        if len(wanted) != len(given) or any(dim < 0 for dim in given):
            continue
        if any(w not in (-1, g) for w, g in zip(wanted, given, strict=True)):
            yield Problem(
                place,
                f"the initial state of {state.title} has dims {shape_text(given)}, the state {shape_text(wanted)}",
                help="make the dims equal",
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
    input_name: "S" output_name: "T" data_type: TYPE_FP32 dims: 4
    initial_state { name: "s" data_type: TYPE_FP32 dims: 5 zero_data: true }
#                                                  ^^^^^^^ TLC437
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
