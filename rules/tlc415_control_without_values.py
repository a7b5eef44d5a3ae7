"""A control without its two values

## What it does
Reports a START, END or READY control without `int32_false_true`, `fp32_false_true` or `bool_false_true`.

## What happens
The server refuses the model.

## How to fix
Say which values mean false and true, for example `int32_false_true: [ 0, 1 ]`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import VALUE_LISTS, controls
from tritonlint.tensors import certainly_absent

RULE = Rule(
    code="TLC415",
    name="control-without-values",
    effect="load-failure",
    server_says=("must specify either 'int32_false_true'",),
)


def check(config: Document) -> Iterator[Problem]:
    for control in controls(config):
        if control.kind is None or control.kind == "CONTROL_SEQUENCE_CORRID":
            continue

        if control.lists() or any(control.message.scalars(name) for name in VALUE_LISTS):
            continue
        if control.message.uncertain or not all(
            control.message.has(name) or certainly_absent(config, control.message, name) for name in VALUE_LISTS
        ):
            continue
        yield Problem(
            control.span,
            f"{control.kind} of '{control.tensor}' does not say which values mean false and true",
            help="add `int32_false_true: [ 0, 1 ]` (or fp32_false_true, bool_false_true)",
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
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START } }
#                                               ^^^^^^^^^^^^^^^^^^^^^^ TLC415
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
