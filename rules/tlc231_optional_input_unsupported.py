"""An optional input for a backend that takes none

## What it does
Reports `optional: true` on an input of a DALI model.

## What happens
The DALI backend does not declare support for optional inputs, and Triton's shared backend code then refuses the model.
It is the backend that decides, so the finding is likely, not certain.

## How to fix
Remove `optional: true`, and let clients send a default value.

## Source
Backend repository, `BackendModel` constructor (facts, `backend.optional-unsupported`).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC231",
    name="optional-input-unsupported",
    effect="load-failure",
    certainty="likely",
    server_says=("while the backend model doesn't support optional input",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.backend != "dali":
        return
    for tensor in tensors(config, "input"):
        written = tensor.message.scalar("optional")
        if written is not None and written.value is True:
            yield Problem(
                written.span,
                f"{tensor.title} is optional, which the DALI backend does not support",
                help="remove `optional: true`",
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "dali"
max_batch_size: 8
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] optional: true }
#                                                              ^^^^ TLC231
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.dali --
pipeline
""",
    """\
-- add/config.pbtxt --
backend: "dali"
max_batch_size: 8
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.dali --
pipeline
""",
)
