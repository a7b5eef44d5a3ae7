"""A control with other than two values

## What it does
Reports a value list of a START, END or READY control that does not hold exactly two values.

## What happens
The server refuses the model.

## How to fix
Write the value for false, then the value for true.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import controls

RULE = Rule(
    code="TLC417",
    name="control-value-count",
    effect="load-failure",
    server_says=("must have exactly 2 entries",),
)


def check(config: Document) -> Iterator[Problem]:
    for control in controls(config):
        if control.kind is None or control.kind == "CONTROL_SEQUENCE_CORRID":
            continue

        lists = control.lists()
        if len(lists) != 1 or control.message.uncertain:
            continue
        count = len(control.message.scalars(lists[0].name))
        if count != 2:
            yield Problem(
                lists[0].span,
                f"{lists[0].name} of '{control.tensor}' must hold exactly 2 values, not {count}",
                help=f"write the value for false, then the one for true: `{lists[0].name}: [ 0, 1 ]`",
                key=control.kind,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { int32_false_true: [ 1 ] } }
#                                         ^^^^^^^^^^^^^^^^^^^^^^^ TLC417
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
}
-- add/1/ --
""",
)
