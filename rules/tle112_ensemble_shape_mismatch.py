"""Two ends of an ensemble tensor have different shapes

## What it does
Reports a tensor whose shape differs between the ensemble's declaration and a step's model, or between two steps.
Shapes agree when the dims match or when they match with the batch dimension in front; -1 matches any size, the rank
must be equal. The ensemble's own tensors count with their `reshape`, those of models without.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Make the dims equal. A model with `max_batch_size: 0` shows its batch dimension in the dims.

## Source
Triton core, `ValidateEnsembleConfig` in ensemble_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import Use, graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.tensors import shape_text

RULE = Rule(code="TLE112", name="ensemble-shape-mismatch", effect="load-failure", server_says=("inconsistent shape",))


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for mismatch in graph.shapes:
        first, later = mismatch.first, mismatch.later
        yield Problem(
            later.span,
            f"'{mismatch.tensor}' has dims {_shown(later)} in {later.owner}, but {_shown(first)} in {first.owner}",
            help="make the dims equal; a model with max_batch_size 0 lists its batch dimension, others do not",
            related=(
                Related(first.declared, f"{_shown(first)} here"),
                Related(later.declared, f"{_shown(later)} here"),
            ),
            key=f"{mismatch.tensor}:{later.owner}",
        )


def _shown(use: Use) -> str:
    return shape_text(use.dims) + (" (batched)" if use.batching else "")


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: [ 2, 2 ] }
ensemble_scheduling {
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "IN" }
    output_map { key: "Y" value: "OUT" }
#                                ^^^^^ TLE112
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
output { name: "OUT" data_type: TYPE_FP32 dims: -1 }
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
