"""The data file of an initial state is too short

## What it does
Reports a `data_file` that holds fewer bytes than dims and data type need. What is beyond is ignored.

## What happens
The server refuses the model at the last step of the load. In about a third of the runs seen, the server process
died of it instead.

## How to fix
Write all elements into the file.

## Source
Triton core, sequence_batch_scheduler.cc; checked against builds of r22.12 to r26.06.
"""

import os
from collections.abc import Iterator
from math import prod

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.sequence import states
from tritonlint.tensors import ELEMENT_BYTES, data_type, integers, shape_text

RULE = Rule(
    code="TLC441",
    name="initial-state-file-short",
    effect="load-failure",
    server_says=("initial_state setting expects",),
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

        dims, size = integers(config, initial, "dims"), ELEMENT_BYTES.get(data_type(config, initial) or "")
        if entry is None or entry.kind != "file" or not dims or size is None or min(dims) < 1:
            continue
        needed = prod(dims) * size
        if entry.size < needed:
            yield Problem(
                written.span,
                f"the initial state of {state.title} needs {needed} bytes, and {name} has {entry.size}",
                help=f"dims {shape_text(dims)} of {data_type(config, initial)} take {needed} bytes",
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
#                                                                     ^^^^^^^ TLC441
  }
}
-- add/1/ --
-- add/initial_state/s.bin --
short
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
