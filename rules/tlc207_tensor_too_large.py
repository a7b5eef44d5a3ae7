"""The elements of a tensor do not fit 64 bits

## What it does
Reports an input whose dims, or an input or output whose dims or reshape next to a `reshape`, multiply beyond int64
before a variable dimension is met.

## What happens
From 26.03 on the server refuses the model. For an input without reshape this happens in the last step of loading,
where a failure often kills the whole server. Older servers wrap the number around without a word.

## How to fix
Write the real dims, or -1 for the sizes that vary.

## Source
Triton core, `ValidateIOShape` (with a reshape) and the check of inputs in `SetConfiguredScheduler`; from 26.03.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import overflows, tensors

RULE = Rule(
    code="TLC207",
    name="tensor-too-large",
    effect="load-failure",
    first="26.03",
    server_says=("exceeds maximum size",),
)


def check(config: Document) -> Iterator[Problem]:
    for tensor in tensors(config):
        dims, reshape = tensor.dims, tensor.reshape
        if not dims or any(d < 1 and d != -1 for d in [*dims, *(reshape or ())]):
            continue
        if overflows(dims) and (tensor.direction == "input" or reshape is not None):
            span = tensor.dims_span
        elif reshape is not None and overflows(reshape):
            span = tensor.reshape_span
        else:
            continue
        yield Problem(
            span,
            f"{tensor.title} has more elements than 64 bits can count, so the server refuses the model",
            help="write the real sizes, or -1 for those that vary",
            key=tensor.key,
        )


EXAMPLES = (
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4294967296, 4294967296 ] }
#                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC207
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4294967296, 4294967296 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
