"""A step mixes tensors of different decoupled models

## What it does
Reports a step, or the outputs of the ensemble, that brings together tensors which do not come from the same
decoupled model: one original input re-used after a decoupled step, or a branch around it.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Pass what is needed later through the decoupled model, so that all tensors of a step come with the same response.

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
    code="TLE114",
    name="decoupled-streams-mixed",
    effect="load-failure",
    server_says=("originated from different decoupled models",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for mixed in graph.mixed:
        one, other = mixed.tensors
        yield Problem(
            mixed.span,
            f"{mixed.where} needs '{one}' and '{other}', which do not come with the same responses "
            "of a decoupled model",
            help="pass both through the decoupled model, so that they come out of it together",
            related=tuple(Related(span, label) for span, label in mixed.related),
            key=f"{mixed.where}:{one}:{other}",
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
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "many" }
  }
  step {
    model_name: "join" model_version: -1
    input_map { key: "X" value: "many" }
    input_map { key: "B" value: "IN" }
#                               ^^^^ TLE114
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
-- join/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
input { name: "B" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- join/1/ --
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
