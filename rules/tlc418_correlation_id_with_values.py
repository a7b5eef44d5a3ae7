"""A correlation id control with values for false and true

## What it does
Reports a `CONTROL_SEQUENCE_CORRID` control with a value list; it carries the id of the sequence.

## What happens
The server refuses the model.

## How to fix
Remove the list and set `data_type`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import controls

RULE = Rule(
    code="TLC418",
    name="correlation-id-with-values",
    effect="load-failure",
    server_says=("must not specify either",),
)


def check(config: Document) -> Iterator[Problem]:
    for control in controls(config):
        if control.kind == "CONTROL_SEQUENCE_CORRID":
            for written in control.lists()[:1]:
                yield Problem(
                    written.name_span,
                    f"CONTROL_SEQUENCE_CORRID of '{control.tensor}' must not have {written.name}",
                    help="remove it: the tensor carries the sequence id; set `data_type: TYPE_UINT64`",
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
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID
    data_type: TYPE_UINT64 int32_false_true: [ 0, 1 ] } }
#                          ^^^^^^^^^^^^^^^^ TLC418
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
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
}
-- add/1/ --
""",
)
