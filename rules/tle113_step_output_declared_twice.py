"""A step maps an output that its model declares twice

## What it does
Reports an `output_map` key that the step's model lists twice among its outputs. The model alone is accepted.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Give each output of the model a name of its own.

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
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLE113",
    name="step-output-declared-twice",
    effect="load-failure",
    server_says=("are mapped to the same ensemble tensor",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for bad in graph.duplicates:
        config = bad.member.config
        places = [t.span for t in tensors(config, "output") if t.name == bad.link.key] if config is not None else []
        yield Problem(
            bad.link.key_span,
            f"model '{bad.step.model_name}' declares output '{bad.link.key}' twice, so it cannot be mapped",
            help=f"rename one of the two outputs of '{bad.step.model_name}'",
            related=tuple(Related(place, "declared here") for place in places),
            key=f"step:{bad.step.index}:{bad.link.key}",
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
    output_map { key: "Y" value: "OUT" }
#                     ^^^ TLE113
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
#              ^^^ TLC230
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
