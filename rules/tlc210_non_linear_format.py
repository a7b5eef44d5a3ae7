"""A non-linear tensor format that the server does not take

## What it does
Reports `is_non_linear_format_io: true` in a model whose platform is not `tensorrt_plan`, and on a tensor whose dims
are not exactly three.

## What happens
The server refuses the model.

## How to fix
Remove the line outside TensorRT; inside, write three dims without the batch dimension.

## Source
Triton core, `ValidateNonLinearFormatIO`; from 24.08, when the field appeared.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import meant_for_tensorrt, tensors

RULE = Rule(
    code="TLC210",
    name="non-linear-format",
    effect="load-failure",
    first="24.08",
    server_says=("Non-linear IO format is only supported", "requires 3 dims"),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.platform is None:
        return
    for tensor in tensors(config):
        written, dims = tensor.message.scalar("is_non_linear_format_io"), tensor.dims
        if written is None or written.value is not True:
            continue
        if not meant_for_tensorrt(effective):
            yield Problem(
                written.span,
                f"{tensor.title} has a non-linear format, so the server refuses the model: TensorRT alone has these",
                help="remove `is_non_linear_format_io`",
                key=tensor.key,
            )
        elif dims and len(dims) != 3:
            yield Problem(
                written.span,
                f"{tensor.title} has a non-linear format but {len(dims)} dims, so the server refuses the model: "
                "it needs three",
                help="write three dims, without the batch dimension, or remove `is_non_linear_format_io`",
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP16 dims: [ 3, 8, 8 ] is_non_linear_format_io: true }
#                                                                                 ^^^^ TLC210
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
platform: "tensorrt_plan"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP16 dims: [ 3, 8, 8 ] is_non_linear_format_io: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.plan --
engine
""",
)
