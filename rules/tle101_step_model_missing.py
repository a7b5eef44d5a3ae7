"""A step names a model that is not in the repository

## What it does
Reports a `model_name` of a step for which the repository has no folder. A model in another repository of the same
run makes the finding likely only, since the server may be started with both.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Correct the name, or add the model.

## Source
Triton core, `ConnectDependencyGraph`, `CircularDependencyCheck` and `CheckNode` in model_repository_manager.cc;
checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE101",
    name="step-model-missing",
    effect="load-failure",
    server_says=("contains models that are not available or ambiguous",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for missing in graph.missing:
        fix = None
        if missing.similar:
            edit = Edit(missing.step.name_span, f'"{missing.similar}"')
            fix = Fix(f"run '{missing.similar}'", (edit,), safety="unsafe")
        yield Problem(
            missing.step.name_span,
            f"{missing.step.title} runs model '{missing.name}', and the repository has no folder of that name",
            help=f"did you mean '{missing.similar}'?" if missing.similar else "add the model, or correct the name",
            fix=fix,
            key=missing.name,
            certainty="likely" if missing.elsewhere else None,
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "ad" model_version: -1
#               ^^^^ TLE101
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
