"""Preserved order with several priority levels

## What it does
Reports `preserve_ordering: true` with more than one priority level.

## What happens
The server refuses the model.

## How to fix
Use one priority level, or give up `preserve_ordering`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC405",
    name="preserve-ordering-with-priorities",
    effect="load-failure",
    server_says=("Only one priority level is allowed",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    ordering, levels = batching.scalar("preserve_ordering"), batching.integer("priority_levels")
    if ordering is not None and ordering.value is True and levels is not None and levels > 1:
        written = batching.scalar("priority_levels")
        yield Problem(
            ordering.span,
            f"preserve_ordering allows only one priority level, and there are {levels}",
            help="remove preserve_ordering, or the priority levels",
            related=(Related(written.span, "the priority levels"),) if written is not None else (),
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  preserve_ordering: true
#                    ^^^^ TLC405
  priority_levels: 2
  default_priority_level: 1
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  preserve_ordering: true
  priority_levels: 1
  default_priority_level: 1
}
-- add/1/ --
""",
)
