"""An ensemble with larger batches than a step's model

## What it does
Reports an ensemble whose `max_batch_size` is larger than that of a step's model. 0 is allowed on either side.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Lower the ensemble's `max_batch_size` to that of the smallest model, or raise the model's.

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
    code="TLE107",
    name="ensemble-batch-too-large",
    effect="load-failure",
    server_says=("which only allows maximum batch size to be",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    size = graph.ensemble.config.root.scalar("max_batch_size")
    for gap in graph.batches:
        theirs = gap.member.config.root.scalar("max_batch_size") if gap.member.config is not None else None
        yield Problem(
            size.span if size is not None else gap.step.name_span,
            f"max_batch_size {gap.ensemble_size} is more than the {gap.member_size} that {gap.step.title} "
            f"('{gap.step.model_name}') takes",
            help=f"write at most {gap.member_size} here, or raise max_batch_size of '{gap.step.model_name}'",
            related=(Related(theirs.span, f"'{gap.step.model_name}' takes {gap.member_size}"),) if theirs else (),
            key=f"step:{gap.step.index}",
            certainty=None if gap.certain else "likely",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
max_batch_size: 8
#               ^ TLE107
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
max_batch_size: 4
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
max_batch_size: 8
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
max_batch_size: 8
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
""",
)
