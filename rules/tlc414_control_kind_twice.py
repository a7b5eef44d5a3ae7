"""A control kind that appears twice

## What it does
Reports two controls of the same kind. A control without `kind` is a `CONTROL_SEQUENCE_START`.

## What happens
The server refuses the model.

## How to fix
Keep one control of each kind.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import Control, controls

RULE = Rule(
    code="TLC414",
    name="control-kind-twice",
    effect="load-failure",
    server_says=("sequence batching specifies multiple",),
)


def check(config: Document) -> Iterator[Problem]:
    first: dict[str, Control] = {}
    for control in controls(config):
        if control.kind is None:
            continue
        earlier = first.setdefault(control.kind, control)
        if earlier is not control:
            yield Problem(
                control.span,
                f"{control.kind} is given twice"
                + ("" if control.message.has("kind") else " (it is the kind of a control that names none)"),
                help="keep one control of each kind",
                related=(Related(earlier.span, "the first one"),),
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
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  control_input { name: "AGAIN" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
#                                               ^^^^^^^^^^^^^^^^^^^^^^ TLC414
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
