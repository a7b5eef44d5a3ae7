"""A warm-up without a batch size is never run

## What it does
Reports a warm-up sample whose `batch_size` is left out or 0.

## What happens
The server skips the sample unread, without a word: nothing is warmed up, and mistakes in it stay hidden.

## How to fix
Write `batch_size: 1`. Models without batching need it, too.

## Source
Triton core, `GenerateWarmupData`; all releases. The comment in the schema says "must be >= 1", but nothing checks it.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.warmup import samples

RULE = Rule(code="TLC512", name="warmup-skipped", effect="hygiene")


def check(config: Document) -> Iterator[Problem]:
    for sample in samples(config):
        if sample.batch_size == 0:
            written = sample.message.scalar("batch_size")
            yield Problem(
                written.span if written is not None else sample.span,
                f"{sample.title} has no batch size, so the server skips it",
                help="write `batch_size: 1` into it",
                key=str(sample.index),
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  #     ^^^^^^^ TLC512
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
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
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
