"""A state and its initial state without a data type

## What it does
Reports a `state` with an `initial_state` of which neither has a `data_type`.

## What happens
From 26.03 on the server process dies, with every model in it. Earlier releases accept it.

## How to fix
Give both the same `data_type`.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.tensors import data_type

RULE = Rule(code="TLC439", name="initial-state-without-types", effect="server-crash", first="26.03")


def check(config: Document) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        if data_type(config, state.message) == "TYPE_INVALID" and data_type(config, initial) == "TYPE_INVALID":
            yield Problem(
                state.initial_span,
                f"neither {state.title} nor its initial state has a data_type: the server dies of it",
                help="give both the same data_type",
                key=state.key,
            )


EXAMPLES = (
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  state {
    input_name: "S" output_name: "T" dims: 4
    initial_state { name: "s" dims: 4 zero_data: true }
#   ^^^^^^^^^^^^^ TLC439
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
