"""A shape tensor in a model that is no TensorRT plan

## What it does
Reports `is_shape_tensor: true` in a model whose platform is not `tensorrt_plan`.

## What happens
The server refuses the model.

## How to fix
Remove the line. Only TensorRT engines have shape tensors.

## Source
Triton core, `ValidateModelInput` / `ValidateModelOutput`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import meant_for_tensorrt, tensors

RULE = Rule(
    code="TLC209",
    name="shape-tensor-outside-tensorrt",
    effect="load-failure",
    server_says=("shape tensors are only supported for TensorRT",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.platform is None or meant_for_tensorrt(effective):
        return
    for tensor in tensors(config):
        written = tensor.message.scalar("is_shape_tensor")
        if written is not None and written.value is True:
            yield Problem(
                written.span,
                f"{tensor.title} is declared a shape tensor, so the server refuses the model: "
                "only TensorRT engines have these",
                help="remove `is_shape_tensor`, or set it to false",
                fix=Fix("set it to false", (Edit(written.span, "false"),), safety="unsafe"),
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] is_shape_tensor: true }
#                                                                    ^^^^ TLC209
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] is_shape_tensor: false }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] is_shape_tensor: false }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
