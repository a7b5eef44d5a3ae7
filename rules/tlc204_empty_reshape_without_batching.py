"""A model without batching reshapes a tensor to a scalar

## What it does
Reports a `reshape` with an empty shape in a model whose `max_batch_size` is 0.

## What happens
The server refuses the model. An empty shape means "only the batch dimension is left"; without batching nothing is
left, and Triton has no scalar tensors.

## How to fix
Set `max_batch_size` to 1 or more, or remove the `reshape` and let the model take a tensor of shape `[ 1 ]`.

## Source
Triton core, `ValidateIOShape`; all releases. It is looked at before the dims.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC204",
    name="empty-reshape-without-batching",
    effect="load-failure",
    server_says=("cannot have empty reshape for non-batching model",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.max_batch_size != 0:
        return
    for tensor in tensors(config):
        if tensor.reshape == [] and tensor.dims:
            yield Problem(
                tensor.reshape_span,
                f"{tensor.title} is reshaped to a scalar, but max_batch_size is 0, so the server refuses the model",
                help="set `max_batch_size: 1` or more, or remove this `reshape`",
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] reshape { } }
#                                                  ^^^^^^^ TLC204
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] reshape { shape: [ ] } }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
