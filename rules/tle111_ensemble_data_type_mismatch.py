"""Two ends of an ensemble tensor have different data types

## What it does
Reports a tensor whose data type differs between the ensemble's declaration and a step's model, or between two
steps. The ensemble's declaration counts first, then the steps in file order.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Make the data types equal, or put a step between that converts.

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
    code="TLE111",
    name="ensemble-data-type-mismatch",
    effect="load-failure",
    server_says=("inconsistent data type",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for mismatch in graph.types:
        first, later = mismatch.first, mismatch.later
        yield Problem(
            later.span,
            f"'{mismatch.tensor}' is {later.data_type} in {later.owner}, but {first.data_type} in {first.owner}",
            help=f"use one data type at both ends, or convert in a step between {first.owner} and {later.owner}",
            related=(
                Related(first.declared, f"{first.data_type} here"),
                Related(later.declared, f"{later.data_type} here"),
            ),
            key=f"{mismatch.tensor}:{later.owner}",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_INT64 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "OUT" }
#                                ^^^^^ TLE111
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
