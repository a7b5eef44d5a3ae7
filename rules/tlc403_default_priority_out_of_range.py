"""A default priority level that does not exist

## What it does
Reports a `default_priority_level` of 0 or above `priority_levels`, when `priority_levels` is given. Left out it is
0.

## What happens
The server refuses the model.

## How to fix
Write a level from 1 (highest) to `priority_levels`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import certainly_absent

RULE = Rule(
    code="TLC403",
    name="default-priority-out-of-range",
    effect="load-failure",
    server_says=("default priority level must be in range",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    levels, default = batching.integer("priority_levels"), batching.integer("default_priority_level")
    if not levels or default is None or 1 <= default <= levels:
        return
    written = batching.scalar("default_priority_level")
    if written is None and not certainly_absent(config, batching, "default_priority_level"):
        return
    place = written or batching.scalar("priority_levels")
    if place is not None:
        found = f"default_priority_level is {default}" if written is not None else "default_priority_level is left out"
        yield Problem(
            place.span,
            f"{found}, but with priority_levels {levels} it must be from 1 to {levels}",
            help=f"write `default_priority_level: {(levels + 1) // 2}`, say; 1 is the highest",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  priority_levels: 2
#                  ^ TLC403
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
  priority_levels: 2
  default_priority_level: 3
#                         ^ TLC403
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
  priority_levels: 2
  default_priority_level: 2
}
-- add/1/ --
""",
)
