"""An initial state of another data type

## What it does
Reports an `initial_state` whose `data_type` is not that of its state.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Use one data type.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.tensors import data_type

RULE = Rule(
    code="TLC432",
    name="initial-state-type",
    effect="load-failure",
    server_says=("does not match the state data type",),
)


def check(config: Document) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        theirs, own = data_type(config, state.message), data_type(config, initial)
        if theirs is None or own is None or theirs == own:
            continue
        written, other = initial.scalar("data_type"), state.message.scalar("data_type")
        yield Problem(
            written.span if written is not None else state.initial_span,
            f"the initial state of {state.title} "
            + (f"is {own}" if written is not None else "has no data_type")
            + f", and the state {'is ' + theirs if other is not None else 'has no data_type'}",
            help="give state and initial_state the same data_type",
            related=(Related(other.span, "the state's type"),) if other is not None else (),
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
    initial_state { name: "s" data_type: TYPE_INT32 dims: 4 zero_data: true }
#                                        ^^^^^^^^^^ TLC432
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
