"""A warm-up input is larger than 64 bits can count

## What it does
Reports a warm-up input whose dims, times the bytes of an element, pass int64.

## What happens
The server refuses the model.

## How to fix
Write the dims of a real request.

## Source
Triton core, `GenerateWarmupData`; from 26.03.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import ELEMENT_BYTES, overflows
from tritonlint.warmup import active_inputs

RULE = Rule(
    code="TLC502",
    name="warmup-too-large",
    effect="load-failure",
    first="26.03",
    server_says=("byte size for tensor", "exceeds maximum size"),
)


def check(config: Document) -> Iterator[Problem]:
    for given in active_inputs(config):
        dims, size = given.dims, ELEMENT_BYTES.get(given.data_type or "", 1)
        if dims and all(dim > 0 for dim in dims) and overflows([*dims, size]):
            yield Problem(
                given.dims_span,
                f"warm-up input '{given.name}' has more bytes than 64 bits can count, so the server refuses the model",
                help="write the dims of a real request",
                key=given.key,
            )


EXAMPLES = (
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4611686018427387904 ] zero_data: true } }
  #                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC502
}
-- add/1/ --
""",
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 1024 ] zero_data: true } }
}
-- add/1/ --
""",
)
