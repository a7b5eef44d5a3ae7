"""A decoupled setting on an ensemble is ignored

## What it does
Reports `model_transaction_policy { decoupled: ... }` on an ensemble.

## What happens
The server overwrites it: an ensemble is decoupled exactly when one of its steps is.

## How to fix
Remove it.

## Source
Triton core, `ValidateEnsembleConfig` in ensemble_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLE202", name="ensemble-decoupled-ignored", effect="hygiene")


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    policy = config.root.message("model_transaction_policy")
    written = policy.field("decoupled") if policy is not None else None
    cache = config.root.message("response_cache")
    if cache is not None and cache.boolean("enable") is True:
        # There it has an effect: TLE115.
        return
    if written is not None and effective.is_ensemble and config.root.has("ensemble_scheduling"):
        yield Problem(
            written.name_span,
            "decoupled has no effect on an ensemble: it follows from the steps",
            help="remove it here; set it on the step's model",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
model_transaction_policy { decoupled: true }
#                          ^^^^^^^^^ TLE202
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "OUT" }
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "OUT" }
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
)
