"""A batch input or batch output does not have exactly one source

## What it does
Reports `batch_input` and `batch_output` entries whose `source_input` list does not hold exactly one name.

## What happens
The server refuses the model.

## How to fix
Name the one input that the values are taken from; write a second entry for a second source.

## Source
Triton core, `ValidateBatchIO`; all releases, all kinds.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import anchor, certainly_absent, entries

RULE = Rule(code="TLC220", name="batch-source-count", effect="load-failure", server_says=("expects 1 source input",))


def check(config: Document) -> Iterator[Problem]:
    for name in ("batch_input", "batch_output"):
        for index, (written, message) in enumerate(entries(config.root, name)):
            sources = message.scalars("source_input")
            if len(sources) == 1 or message.uncertain:
                continue
            field = message.field("source_input")
            if field is None and not certainly_absent(config, message, "source_input"):
                continue
            span = anchor(written, message)
            if len(sources) > 1:
                span = sources[1].span
            elif field is not None:
                span = field.span
            yield Problem(
                span,
                f"{name} number {index + 1} has {len(sources)} source inputs, so the server refuses the model: "
                "it takes exactly one",
                help='write `source_input: [ "NAME" ]` with the name of one input',
                key=f"{name}:{index}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
 batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 }
#^^^^^^^^^^^ TLC220
batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: [ "x", "x" ] }
#                                                                                         ^^^ TLC220
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 source_input: "x" }
batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
-- add/1/ --
""",
)
