"""An ensemble that contains itself

## What it does
Reports a step whose model leads back to the ensemble through ensembles, or is the ensemble.

## What happens
The server refuses the ensemble; the other models load. Every ensemble of the cycle is refused.

## How to fix
Break the cycle.

## Source
Triton core, `ConnectDependencyGraph`, `CircularDependencyCheck` and `CheckNode` in model_repository_manager.cc;
checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE102",
    name="ensemble-cycle",
    effect="load-failure",
    server_says=("circular dependency between ensembles",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for step in graph.cycle[:1]:
        yield Problem(
            step.name_span,
            f"this ensemble contains itself: {' -> '.join(graph.cycle_names)}",
            help="an ensemble cannot be one of its own steps, directly or through another ensemble",
            key="cycle",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "pipe" model_version: -1
#               ^^^^^^ TLE102
    input_map { key: "IN" value: "IN" }
    output_map { key: "OUT" value: "OUT" }
  }
}
-- pipe/1/ --
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
