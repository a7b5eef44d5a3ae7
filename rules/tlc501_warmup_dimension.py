"""A warm-up input has a dimension without a size

## What it does
Reports -1, and anything below, in the `dims` of a warm-up input.

## What happens
The server refuses the model: it makes a real tensor and needs every size. Values below -1 were accepted up to 24.05.
A sample without `batch_size` is skipped unread, so it is not reported.

## How to fix
Write the size to warm up with. The input's own `dims` may keep their -1.

## Source
Triton core, `GenerateWarmupData`; -1 in all releases, smaller values from 24.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Certainty, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.warmup import active_inputs

RULE = Rule(
    code="TLC501",
    name="warmup-dimension",
    effect="load-failure",
    server_says=("expects all variable-size dimensions are specified", "contains an invalid dimension"),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    for given in active_inputs(config):
        if given.value is None:
            continue
        for index, value in enumerate(given.value.scalars("dims")):
            if not isinstance(value.value, int) or value.value >= 0:
                continue
            certainty: Certainty = "certain"
            if value.value < -1:
                if not target.may_be_since("24.06"):
                    continue
                certainty = "certain" if target.since("24.06") else "likely"
            yield Problem(
                value.span,
                f"warm-up input '{given.name}' has the dimension {value.value}, so the server refuses the model: "
                "it needs a real size",
                help="write the size to warm up with, 1 or more",
                key=f"{given.key}:{index}",
                certainty=certainty,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ -1 ] zero_data: true } }
  #                                                      ^^ TLC501
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 16 ] zero_data: true } }
}
-- add/1/ --
""",
)
