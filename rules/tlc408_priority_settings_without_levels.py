"""Priority settings without priority levels

## What it does
Reports `default_priority_level` or `priority_queue_policy` where `priority_levels` is 0 or left out.

## What happens
The server accepts them and uses neither: every request has the same priority.

## How to fix
Set `priority_levels`, or remove the settings.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLC408", name="priority-settings-without-levels", effect="hygiene")


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    if not (batching.integer("priority_levels") == 0 and not config.problems):
        return
    for name in ("default_priority_level", "priority_queue_policy"):
        written = batching.field(name)
        if written is not None and written.values:
            yield Problem(
                written.name_span,
                f"{name} has no effect without priority_levels",
                help="set priority_levels, or remove it",
                key=name,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
dynamic_batching {
  default_priority_level: 1
# ^^^^^^^^^^^^^^^^^^^^^^ TLC408
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
  preferred_batch_size: [ 4, 8 ]
}
-- add/1/ --
""",
)
