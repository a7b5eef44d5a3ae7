"""A batch input or batch output has a kind that does not exist

## What it does
Reports a numeric `kind` of a `batch_input` or `batch_output` that is none of the enum's values. The text format takes
any number for an enum, so this is no syntax error.

## What happens
The server refuses the model.

## How to fix
Write the kind by its name.

## Source
Triton core, `ValidateBatchIO`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import entries

RULE = Rule(
    code="TLC221",
    name="batch-kind",
    effect="load-failure",
    server_says=("unknown batch input kind", "unknown batch output kind"),
)

KINDS = {
    "batch_input": (
        "BATCH_ELEMENT_COUNT",
        "BATCH_ACCUMULATED_ELEMENT_COUNT",
        "BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
        "BATCH_MAX_ELEMENT_COUNT_AS_SHAPE",
        "BATCH_ITEM_SHAPE",
        "BATCH_ITEM_SHAPE_FLATTEN",
    ),
    "batch_output": ("BATCH_SCATTER_WITH_INPUT_SHAPE",),
}


def check(config: Document) -> Iterator[Problem]:
    for name, kinds in KINDS.items():
        for index, (_, message) in enumerate(entries(config.root, name)):
            kind = message.scalar("kind")
            if kind is None or not isinstance(kind.value, int) or 0 <= kind.value < len(kinds):
                continue
            yield Problem(
                kind.span,
                f"{kind.value} is no kind of a {name}, so the server refuses the model",
                help=f"write one of {', '.join(kinds)}",
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
batch_output { target_name: "y" kind: 3 source_input: "x" }
#                                     ^ TLC221
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
-- add/1/ --
""",
)
