"""A batch input has a data type other than INT32 and FP32

## What it does
Reports a `batch_input` whose `data_type` is left out or is neither `TYPE_INT32` nor `TYPE_FP32`.

## What happens
The server refuses the model; a backend built on Triton's shared code (the Python backend, for one) refuses a missing
type itself, before the core does.

## How to fix
Write `data_type: TYPE_INT32` or `data_type: TYPE_FP32`, whichever the model takes.

## Source
Triton core, `ValidateBatchIO`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import anchor, data_type, entries

RULE = Rule(
    code="TLC222",
    name="batch-input-data-type",
    effect="load-failure",
    server_says=("batch input data type must be", "unexpected batch input data type"),
)


def check(config: Document) -> Iterator[Problem]:
    for index, (written, message) in enumerate(entries(config.root, "batch_input")):
        given = data_type(config, message)
        if given in (None, "TYPE_INT32", "TYPE_FP32"):
            continue
        value = message.scalar("data_type")
        found = f"has the data type {given}" if value is not None else "has no data type"
        yield Problem(
            value.span if value is not None else anchor(written, message),
            f"batch_input number {index + 1} {found}, so the server refuses the model: only INT32 and FP32 do",
            help="write `data_type: TYPE_INT32` or `data_type: TYPE_FP32`",
            key=str(index),
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT64 source_input: "x" }
#                                                                   ^^^^^^^^^^ TLC222
 batch_input { kind: BATCH_ELEMENT_COUNT target_name: "m" source_input: "x" }
#^^^^^^^^^^^ TLC222
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT32 source_input: "x" }
-- add/1/ --
""",
)
