"""A step leaves a required input of its model unmapped

## What it does
Reports an input of a step's model that has no `input_map` entry and is not `optional`.

## What happens
The server refuses the ensemble; the other models load. The log may end without a clear message.

## How to fix
Map the input, or mark it `optional: true` in the model's config if the model can do without it.

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
    code="TLE110",
    name="step-input-unmapped",
    effect="load-failure",
    server_says=("is not mapped to any ensemble tensors",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for gap in graph.unmapped:
        yield Problem(
            gap.step.name_span,
            f"{gap.step.title} does not feed input '{gap.tensor.name}' of '{gap.step.model_name}', which is required",
            help=f'add `input_map {{ key: "{gap.tensor.name}" value: "..." }}`, or mark it optional in that model',
            related=(Related(gap.tensor.span, "the input, not optional"),),
            key=f"step:{gap.step.index}:{gap.tensor.name}",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "add" model_version: -1
#               ^^^^^ TLE110
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "OUT" }
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
input { name: "B" data_type: TYPE_FP32 dims: 4 }
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
input { name: "B" data_type: TYPE_FP32 dims: 4 optional: true }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
)
