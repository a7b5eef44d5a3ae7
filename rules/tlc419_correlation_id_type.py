"""A correlation id of a type that it cannot have

## What it does
Reports a `CONTROL_SEQUENCE_CORRID` control whose `data_type` is missing or is not UINT64, INT64, UINT32, INT32 or
STRING.

## What happens
The server refuses the model.

## How to fix
Set one of these types; `TYPE_UINT64` fits every numeric id.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import controls
from tritonlint.tensors import data_type

RULE = Rule(
    code="TLC419",
    name="correlation-id-type",
    effect="load-failure",
    server_says=("unexpected data type for control",),
)
ALLOWED = frozenset({"TYPE_UINT64", "TYPE_INT64", "TYPE_UINT32", "TYPE_INT32", "TYPE_STRING"})


def check(config: Document) -> Iterator[Problem]:
    for control in controls(config):
        found = data_type(config, control.message)
        if control.kind != "CONTROL_SEQUENCE_CORRID" or control.lists() or found is None or found in ALLOWED:
            continue
        written = control.message.scalar("data_type")
        yield Problem(
            written.span if written is not None else control.span,
            f"CONTROL_SEQUENCE_CORRID of '{control.tensor}' "
            + (f"cannot be {found}" if written is not None else "has no data_type"),
            help="use TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 or TYPE_STRING",
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
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_FP32 } }
#                                                                               ^^^^^^^^^ TLC419
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
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_STRING } }
}
-- add/1/ --
""",
)
