"""A batch output has no target, or one target twice

## What it does
Reports a `batch_output` without `target_name`, and a name that stands twice in one `target_name` list.

## What happens
A repeated target makes the server refuse the model. Without a target, Triton core accepts the model, but backends
built on Triton's shared code read the first element of an empty list: with the Python backend of 24.10 the whole
server died of it. Since other backends were not tried, that finding is likely, not certain.

## How to fix
Name the output that shall be scattered, once.

## Source
Triton core, `ValidateBatchIO` (all releases); backend repository, `BatchOutput::ParseFromModelConfig`.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.tensors import anchor, certainly_absent, entries

RULE = Rule(
    code="TLC224",
    name="batch-output-targets",
    effect="load-failure",
    server_says=("can only be specified once",),
)


def check(config: Document) -> Iterator[Problem]:
    for index, (written, message) in enumerate(entries(config.root, "batch_output")):
        field = message.field("target_name")
        targets = message.scalars("target_name")
        if not targets and (field is not None or certainly_absent(config, message, "target_name")):
            yield Problem(
                field.span if field is not None else anchor(written, message),
                f"batch_output number {index + 1} has no target, of which the server process may die",
                help='write `target_name: "NAME"` with the name of an output, or remove this batch_output',
                key=f"{index}:none",
                effect="server-crash",
                certainty="likely",
            )
        seen: dict[str, Scalar] = {}
        for value in targets:
            if not isinstance(value.value, str):
                continue
            if value.value in seen:
                yield Problem(
                    value.span,
                    f"'{value.value}' is a target of this batch_output already, so the server refuses the model",
                    help="name every target once",
                    related=(Related(seen[value.value].span, "first named here"),),
                    key=f"{index}:{value.value}",
                )
            else:
                seen[value.value] = value


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_output { target_name: [ "y", "y" ] kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
#                                  ^^^ TLC224
 batch_output { kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
#^^^^^^^^^^^^ TLC224
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_output { target_name: [ "y" ] kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
batch_output { target_name: [ "y" ] kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
-- add/1/ --
""",
)
