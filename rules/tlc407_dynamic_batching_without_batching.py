"""Dynamic batching on a model that takes no batches

## What it does
Reports `dynamic_batching` with an explicit `max_batch_size: 0`.

## What happens
The server accepts it. Requests are queued one by one; no batch is ever formed.

## How to fix
Write the largest batch in `max_batch_size`, and leave the batch dimension out of `dims`; or remove
`dynamic_batching`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLC407", name="dynamic-batching-without-batching", effect="performance")


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    written, field = config.root.scalar("max_batch_size"), config.root.field("dynamic_batching")
    if field is not None and written is not None and written.value == 0:
        # With its inputs and outputs listed, no backend fills in a batch size.
        if not (config.root.has("input") and config.root.has("output")):
            return
        yield Problem(
            field.name_span,
            "dynamic_batching forms no batches, because max_batch_size is 0",
            help="write the largest batch in max_batch_size, or remove dynamic_batching",
            related=(Related(written.span, "no batching"),),
            certainty="likely",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 0
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
 dynamic_batching { }
#^^^^^^^^^^^^^^^^ TLC407
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  preferred_batch_size: [ 4, 8 ]
}
-- add/1/ --
""",
)
