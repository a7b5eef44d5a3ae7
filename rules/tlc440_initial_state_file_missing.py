"""The data file of an initial state is missing

## What it does
Reports a `data_file` that is not in the model's `initial_state` folder.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Put the file into `initial_state/` beside `config.pbtxt`.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.sequence import states

RULE = Rule(
    code="TLC440",
    name="initial-state-file-missing",
    effect="load-failure",
    server_says=("failed to open text file for read",),
)


def check(config: Document, model: Model) -> Iterator[Problem]:
    for state in states(config):
        initial = state.initial
        if initial is None:
            continue

        written = initial.scalar("data_file")
        if written is None or not isinstance(written.value, str):
            continue
        name = os.path.normpath(os.path.join("initial_state", written.value.lstrip("/")))
        if name.startswith("..") or model.truncated:
            continue
        entry = model.entries.get(name.replace(os.sep, "/"))

        if entry is None or entry.kind == "broken-link":
            yield Problem(
                written.span,
                f"the initial state of {state.title} is read from {name}, which does not exist",
                help=f"put the file at {name} in the model's folder",
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
    initial_state { name: "s" data_type: TYPE_FP32 dims: 4 data_file: "s.bin" }
#                                                                     ^^^^^^^ TLC440
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
