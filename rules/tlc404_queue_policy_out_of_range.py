"""A queue policy for a priority level that does not exist

## What it does
Reports a key of `priority_queue_policy` that is 0 or above `priority_levels`, when `priority_levels` is given.

## What happens
The server refuses the model.

## How to fix
Use keys from 1 to `priority_levels`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC404",
    name="queue-policy-out-of-range",
    effect="load-failure",
    server_says=("priority queue policy must have priority level in range",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    levels = batching.integer("priority_levels")
    if not levels:
        return
    for key, entry in batching.map("priority_queue_policy").items():
        if (entry.key is None and entry.entry.uncertain) or (isinstance(key, int) and 1 <= key <= levels):
            continue
        level = key if isinstance(key, int) else 0
        yield Problem(
            entry.span,
            f"queue policy for priority level {level}, but with priority_levels {levels} levels are 1 to {levels}",
            help=f"use a key from 1 to {levels}, or raise priority_levels",
            key=f"level:{level}",
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
  default_priority_level: 1
  priority_queue_policy { key: 3 value { max_queue_size: 4 } }
#                              ^ TLC404
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
  default_priority_level: 1
  priority_queue_policy { key: 2 value { max_queue_size: 4 } }
}
-- add/1/ --
""",
)
