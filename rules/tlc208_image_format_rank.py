"""An image format stands on a tensor without three dims

## What it does
Reports an input with `format: FORMAT_NHWC` or `FORMAT_NCHW` whose dims are not exactly three.

## What happens
The server refuses the model. N is the batch dimension, which `dims` leave out, so three are left: height, width and
channels in either order.

## How to fix
Write the three dims without the batch dimension, or remove the `format` line: no backend needs it.

## Source
Triton core, `ValidateModelInput`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import enum_number, shape_text, tensors

RULE = Rule(
    code="TLC208",
    name="image-format-rank",
    effect="load-failure",
    server_says=("NHWC/NCHW require 3 dims",),
)

FORMATS = ("FORMAT_NONE", "FORMAT_NHWC", "FORMAT_NCHW")


def check(config: Document) -> Iterator[Problem]:
    for tensor in tensors(config, "input"):
        number, dims = enum_number(tensor.message, "format", FORMATS), tensor.dims
        written = tensor.message.scalar("format")
        if number not in (1, 2) or written is None or not dims or len(dims) == 3:
            continue
        hint = "remove this `format`, or write three dims"
        if len(dims) == 4:
            hint = f"leave the batch dimension out: `dims: {shape_text(dims[1:])}` with `max_batch_size` set"
        yield Problem(
            written.span,
            f"{tensor.title} has {FORMATS[number]} but {len(dims)} dims, so the server refuses the model: "
            "image formats need three",
            help=hint,
            related=(Related(tensor.dims_span, f"{len(dims)} dims"),),
            key=tensor.key,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 1, 3, 8, 8 ] }
#                                              ^^^^^^^^^^^ TLC208
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 8, 8 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
