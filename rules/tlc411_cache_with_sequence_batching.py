"""Response cache on a sequence model

## What it does
Reports `response_cache { enable: true }` together with `sequence_batching`.

## What happens
The server refuses the model. Before 23.09 it was accepted.

## How to fix
Remove `response_cache`.

## Source
Triton core, `ValidateModelConfig` in model_config_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC411",
    name="cache-with-sequence-batching",
    effect="load-failure",
    first="23.09",
    server_says=("with sequence batching scheduler. Please disable",),
)


def check(config: Document) -> Iterator[Problem]:
    cache = config.root.message("response_cache")
    enable = cache.scalar("enable") if cache is not None else None
    batching = config.root.field("sequence_batching")
    if enable is not None and enable.value is True and batching is not None:
        yield Problem(
            enable.span,
            "the response cache does not work with sequence batching",
            help="remove response_cache",
            related=(Related(batching.name_span, "the sequence batching"),),
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
response_cache { enable: true }
#                        ^^^^ TLC411
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
}
-- add/1/ --
""",
)
