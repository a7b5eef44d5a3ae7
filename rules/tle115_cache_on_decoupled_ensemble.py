"""Response cache on an ensemble with a decoupled step

## What it does
Reports `response_cache { enable: true }` on an ensemble that runs a decoupled model, directly or through another
ensemble, or that says `decoupled: true` itself.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Remove `response_cache` from the ensemble, or do without the decoupled model.

## Source
Triton core, `ValidateEnsembleConfig` in ensemble_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE115",
    name="cache-on-decoupled-ensemble",
    effect="load-failure",
    first="22.07",
    server_says=("with 'decoupled' transaction policy",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    cache = graph.ensemble.config.root.message("response_cache")
    enable = cache.scalar("enable") if cache is not None else None
    step = graph.decoupled_step
    if enable is None or enable.value is not True:
        return
    if step is None and effective.decoupled:
        # Checked while the config is read, before core overwrites the flag by what the steps are.
        policy = graph.ensemble.config.root.field("model_transaction_policy")
        yield Problem(
            enable.span,
            "the response cache cannot serve a decoupled model, and this ensemble is written as one",
            help="remove model_transaction_policy: an ensemble is decoupled when a step is",
            related=(Related(policy.name_span, "decoupled here"),) if policy is not None else (),
        )
    elif step is not None:
        yield Problem(
            enable.span,
            f"the response cache cannot serve this ensemble: {step.title} ('{step.model_name}') is decoupled",
            help="remove response_cache here",
            related=(Related(step.name_span, "the decoupled step"),),
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
response_cache { enable: true }
#                        ^^^^ TLE115
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
model_transaction_policy { decoupled: true }
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
model_transaction_policy { decoupled: true }
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
)
