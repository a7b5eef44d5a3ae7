"""Preserved order with delayed requests

## What it does
Reports `preserve_ordering: true` together with a queue policy that has `timeout_action: DELAY` and a default
timeout. A policy for an unused level counts too.

## What happens
The server refuses the model.

## How to fix
Use `timeout_action: REJECT`, remove the timeout, or give up `preserve_ordering`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule
from tritonlint.tensors import enum_number

RULE = Rule(
    code="TLC406",
    name="preserve-ordering-with-delay",
    effect="load-failure",
    server_says=("Queue policy can not have DELAY",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("dynamic_batching")
    if batching is None:
        return

    ordering = batching.scalar("preserve_ordering")
    if ordering is None or ordering.value is not True:
        return
    policies = [batching.message("default_queue_policy")]
    policies += [e.value for e in batching.map("priority_queue_policy").values() if isinstance(e.value, Message)]
    for policy in policies:
        if policy is None or enum_number(policy, "timeout_action", ("REJECT", "DELAY")) != 1:
            continue
        timeout, action = policy.integer("default_timeout_microseconds"), policy.scalar("timeout_action")
        if timeout and action is not None:
            yield Problem(
                action.span,
                "a queue policy that delays requests after a timeout breaks the order that preserve_ordering promises",
                help="use `timeout_action: REJECT`, or remove preserve_ordering",
                related=(Related(ordering.span, "the order is to be preserved"),),
                key=f"policy:{policies.index(policy)}",
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
  default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 100 }
#                                        ^^^^^ TLC406
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
  default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 100 }
}
-- add/1/ --
""",
)
