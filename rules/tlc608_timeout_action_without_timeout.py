"""A timeout action, and nothing that times out

## What it does
Reports a queue policy with `timeout_action: DELAY` whose default timeout is 0 and which no request may override.

## What happens
Nothing: no request of this queue ever times out, so none is put off.

## How to fix
Set `default_timeout_microseconds`, or `allow_timeout_override: true`, or delete the action.

## Source
Triton core, `PolicyQueue`; model configuration documentation: a timeout of 0 is none.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC608",
    name="timeout-action-without-timeout",
    effect="hygiene",
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return
    default = batching.message("default_queue_policy")
    others = [entry.value for entry in batching.map("priority_queue_policy").values()]
    for policy in (default, *others):
        if not isinstance(policy, Message):
            continue
        action = policy.scalar("timeout_action")
        if action is None or action.value != "DELAY":
            continue
        if policy.integer("default_timeout_microseconds") == 0 and policy.boolean("allow_timeout_override") is False:
            yield Problem(
                action.span,
                "no request of this queue times out, so this action is never taken",
                help="set default_timeout_microseconds, or allow_timeout_override: true",
                key=f"timeout_action {action.start}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { default_queue_policy { timeout_action: DELAY max_queue_size: 10 } }
#                                                         ^^^^^ TLC608
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 500 } }
-- add/1/ --
""",
)
