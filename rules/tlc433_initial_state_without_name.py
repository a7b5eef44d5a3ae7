"""An initial state without a name

## What it does
Reports an `initial_state` without `name`.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Give it a name.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.tensors import certainly_absent

RULE = Rule(
    code="TLC433",
    name="initial-state-without-name",
    effect="load-failure",
    server_says=("Field 'name' must be set",),
)


def check(config: Document) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        if certainly_absent(config, initial, "name") or (initial.has("name") and initial.string("name") == ""):
            yield Problem(
                state.initial_span,
                f"the initial state of {state.title} has no name",
                help='add `name: "..."`',
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
    initial_state { data_type: TYPE_FP32 dims: 4 zero_data: true }
#   ^^^^^^^^^^^^^ TLC433
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
