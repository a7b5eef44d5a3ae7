"""A reshape holds another number of elements than the dims

## What it does
Compares `dims` and `reshape` of every input and output as the server does: equal number of elements, equally many
variable dimensions, and equal products of the stretches between these.

## What happens
The server refuses the model.

## How to fix
Make both shapes hold the same elements: `[ 2, 4, -1, 6 ]` may become `[ 8, -1, 6 ]`. A reshape cannot turn a fixed
shape into a variable one.

## Source
Triton core, `ValidateIOShape`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import element_count, overflows, reshape_difference, segments, shape_text, tensors

RULE = Rule(
    code="TLC206",
    name="reshape-mismatch",
    effect="load-failure",
    server_says=(
        "has different size for dims and reshape",
        "has different number of variable-size dimensions",
    ),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    for tensor in tensors(config):
        dims, reshape = tensor.dims, tensor.reshape
        if not dims or reshape is None or any(d < 1 and d != -1 for d in [*dims, *reshape]):
            continue
        # From 26.03 on tensor-too-large is the cause; before, the counts wrap around and are compared so.
        if (overflows(dims) or overflows(reshape)) and not target.until("26.02"):
            continue
        if not reshape and not config.root.integer("max_batch_size"):
            continue
        difference = reshape_difference(dims, reshape)
        if difference is None:
            continue
        if difference == "size":
            reason = f"{_size(dims)} cannot become {_size(reshape)}"
        elif difference == "variable-count":
            reason = f"{dims.count(-1)} variable dimensions cannot become {reshape.count(-1)}"
        else:
            reason = (
                f"the fixed sizes around the variable dimensions multiply to {segments(dims)} and {segments(reshape)}"
            )
        yield Problem(
            tensor.reshape_span,
            f"reshape {shape_text(reshape)} of {tensor.title} does not fit its dims {shape_text(dims)}, "
            f"so the server refuses the model: {reason}",
            help="change one of the two shapes so that both hold the same elements",
            related=(Related(tensor.dims_span, "the shape that requests have"),),
            key=tensor.key,
        )


def _size(dims: list[int]) -> str:
    count = element_count(dims)
    if count == -1:
        return "a variable number of elements"
    return "a single value" if not dims else f"{count} element{'' if count == 1 else 's'}"


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 3 ] } }
#                                                            ^^^^^^^^^^^^^^^ TLC206
output { name: "y" data_type: TYPE_FP32 dims: [ 2, -1 ] reshape { shape: [ -1, 2 ] } }
#                                                                 ^^^^^^^^^^^^^^^^ TLC206
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 4, -1, 6 ] reshape { shape: [ 8, -1, 1, 6 ] } }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 4, 1 ] } }
-- add/1/ --
""",
)
