"""Two states with initial values for one input

## What it does
Reports two states that have an `initial_state` and the same `input_name`.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Give each state an input of its own.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.sequence import states

RULE = Rule(code="TLC434", name="state-input-twice", effect="load-failure", server_says=("specified more than once",))


def check(config: Document) -> Iterator[Problem]:
    first: dict[str, Scalar] = {}
    for state in states(config):
        name = state.message.scalar("input_name")
        if state.initial is None or name is None or not isinstance(name.value, str):
            continue
        earlier = first.setdefault(name.value, name)
        if earlier is not name:
            yield Problem(
                name.span,
                f"two states with an initial_state have input_name '{name.value}'",
                help="give each state an input of its own",
                related=(Related(earlier.span, "the first one"),),
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
    input_name: "S"
    output_name: "T"
    data_type: TYPE_FP32
    dims: 4
    initial_state { name: "s" data_type: TYPE_FP32 dims: 4 zero_data: true }
  }
  state {
    input_name: "S"
#               ^^^ TLC434
    output_name: "T"
    data_type: TYPE_FP32
    dims: 4
    initial_state { name: "s" data_type: TYPE_FP32 dims: 4 zero_data: true }
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
