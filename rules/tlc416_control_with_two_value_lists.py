"""A control with values of two types

## What it does
Reports a START, END or READY control with more than one of the three value lists.

## What happens
The server refuses the model.

## How to fix
Keep the list of the tensor's type.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import controls

RULE = Rule(
    code="TLC416",
    name="control-with-two-value-lists",
    effect="load-failure",
    server_says=("specifies more than one from",),
)


def check(config: Document) -> Iterator[Problem]:
    for control in controls(config):
        if control.kind is None or control.kind == "CONTROL_SEQUENCE_CORRID":
            continue

        lists = control.lists()
        if len(lists) > 1:
            yield Problem(
                lists[1].name_span,
                f"{control.kind} of '{control.tensor}' has both {lists[0].name} and {lists[1].name}",
                help="keep the list of the tensor's type",
                related=(Related(lists[0].name_span, "the other list"),),
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
  control_input { name: "START" control { int32_false_true: [ 0, 1 ] fp32_false_true: [ 0, 1 ] } }
#                                                                    ^^^^^^^^^^^^^^^ TLC416
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
