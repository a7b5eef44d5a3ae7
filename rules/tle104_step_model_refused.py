"""A step whose model the server refuses

## What it does
Reports a step whose model has a certain load failure of its own, or needs a model that has one.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Mend the model of the step; its own finding says how.

## Source
Triton core, `ConnectDependencyGraph`, `CircularDependencyCheck` and `CheckNode` in model_repository_manager.cc;
checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE104",
    name="step-model-refused",
    effect="load-failure",
    server_says=(
        "which has no loaded version",
        "which is not valid",
    ),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    if graph.cycle or graph.onto_cycle is not None:
        return
    for refused in graph.refused:
        yield Problem(
            refused.step.name_span,
            f"the server refuses '{refused.name}' ({refused.code}), so it refuses this ensemble too",
            help=f"mend '{refused.name}'",
            related=(Related(refused.span, f"{refused.code} in '{refused.name}'"),),
            key=refused.name,
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "inner" model_version: -1
#               ^^^^^^^ TLE104
    input_map { key: "IN" value: "IN" }
    output_map { key: "OUT" value: "OUT" }
  }
}
-- pipe/1/ --
-- inner/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "ad" model_version: -1
#               ^^^^ TLE101
    input_map { key: "IN" value: "IN" }
    output_map { key: "OUT" value: "OUT" }
  }
}
-- inner/1/ --
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
