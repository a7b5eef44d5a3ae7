"""A control input without a name

## What it does
Reports a `control_input` without `name`.

## What happens
The server refuses the model.

## How to fix
Name the tensor.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.sequence import control_inputs
from tritonlint.tensors import anchor, certainly_absent

RULE = Rule(
    code="TLC412",
    name="control-input-without-name",
    effect="load-failure",
    server_says=("control tensor must have a name",),
)


def check(config: Document) -> Iterator[Problem]:
    for written, tensor in control_inputs(config):
        missing = certainly_absent(config, tensor, "name") or (tensor.has("name") and tensor.string("name") == "")
        if missing:
            yield Problem(
                anchor(written, tensor),
                "a control_input has no name",
                help='add `name: "START"`, or what the model calls the tensor',
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { control { int32_false_true: [ 0, 1 ] } }
# ^^^^^^^^^^^^^ TLC412
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
