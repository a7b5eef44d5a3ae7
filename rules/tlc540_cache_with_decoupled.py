"""A decoupled model asks for the response cache

## What it does
Reports `response_cache { enable: true }` together with `model_transaction_policy { decoupled: true }`.

## What happens
From 22.07 on the server refuses the model: a decoupled model may send any number of responses, which the cache cannot
hold.

## How to fix
Remove one of the two.

## Source
Triton core, `ValidateModelConfig`; from 22.07.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC540",
    name="cache-with-decoupled",
    effect="load-failure",
    first="22.07",
    server_says=("with 'decoupled' transaction policy",),
)


def check(config: Document) -> Iterator[Problem]:
    # An ensemble's own decoupled flag is overwritten by what its steps are.
    if config.root.has("ensemble_scheduling"):
        return
    cache = config.root.message("response_cache")
    policy = config.root.message("model_transaction_policy")
    enable = cache.scalar("enable") if cache is not None else None
    decoupled = policy.scalar("decoupled") if policy is not None else None
    if enable is None or decoupled is None or enable.value is not True or decoupled.value is not True:
        return
    yield Problem(
        enable.span,
        "the response cache is on in a decoupled model, so the server refuses the model",
        help="remove `response_cache`, or the decoupled transaction policy",
        related=(Related(decoupled.span, "decoupled here"),),
        fix=Fix("turn the cache off", (Edit(enable.span, "false"),), safety="unsafe"),
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_transaction_policy { decoupled: true }
response_cache { enable: true }
#                        ^^^^ TLC540
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_transaction_policy { decoupled: true }
response_cache { enable: false }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
response_cache { enable: true }
-- add/1/ --
""",
)
