"""Two control inputs of one name

## What it does
Reports two `control_input` entries with the same name. Two controls inside one entry are accepted.

## What happens
The server refuses the model.

## How to fix
Use a tensor of its own for each control.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.sequence import control_inputs

RULE = Rule(
    code="TLC413",
    name="control-input-declared-twice",
    effect="load-failure",
    server_says=("is specified for multiple control kinds",),
)


def check(config: Document) -> Iterator[Problem]:
    first: dict[str, Scalar] = {}
    for _, tensor in control_inputs(config):
        name = tensor.scalar("name")
        if name is None or not isinstance(name.value, str) or not name.value:
            continue
        earlier = first.setdefault(name.value, name)
        if earlier is not name:
            yield Problem(
                name.span,
                f"control input '{name.value}' is declared twice",
                help="use a tensor of its own for each control",
                related=(Related(earlier.span, "declared here first"),),
                key=name.value,
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
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_END int32_false_true: [ 0, 1 ] } }
#                       ^^^^^^^ TLC413
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
