"""A warm-up input says nothing about its data

## What it does
Reports a warm-up input with none of `zero_data`, `random_data` and `input_data_file`.

## What happens
The server refuses the model. `zero_data: false` counts as zero data, so the value does not matter.

## How to fix
Add `zero_data: true` or `random_data: true`, or name a file with `input_data_file`.

## Source
Triton core, `GenerateWarmupData`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.warmup import active_inputs

RULE = Rule(
    code="TLC505",
    name="warmup-input-without-data",
    effect="load-failure",
    server_says=("to have input_data_type set",),
)


def check(config: Document) -> Iterator[Problem]:
    for given in active_inputs(config):
        if given.has_no_data:
            yield Problem(
                given.span,
                f"warm-up input '{given.name}' does not say which data to send, so the server refuses the model",
                help='add `zero_data: true`, `random_data: true` or `input_data_file: "..."` to its value',
                key=given.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] } }
  #             ^^^ TLC505
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] random_data: true } }
}
-- add/1/ --
""",
)
