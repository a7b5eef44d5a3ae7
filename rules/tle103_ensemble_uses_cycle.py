"""An ensemble that runs a member of an ensemble cycle

## What it does
Reports an ensemble outside a cycle that runs an ensemble in one.

## What happens
Since 23.03 the server's search for cycles never ends and the server process dies, with every model in it. Earlier
releases refuse the ensemble.

## How to fix
Break the cycle.

## Source
Triton core, `ConnectDependencyGraph`, `CircularDependencyCheck` and `CheckNode` in model_repository_manager.cc;
checked against builds of r22.12 to r26.06. The crash was also seen on NVIDIA's own 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(code="TLE103", name="ensemble-uses-cycle", effect="server-crash")


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    step = graph.onto_cycle
    if step is not None:
        yield Problem(
            step.name_span,
            f"{step.title} runs '{step.model_name}', which leads into a cycle of ensembles: the server dies",
            help="break the cycle; this ensemble itself is fine",
            key="cycle",
            effect="server-crash" if target.since("23.03") else "load-failure",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "loop" model_version: -1
#               ^^^^^^ TLE103
    input_map { key: "IN" value: "IN" }
    output_map { key: "OUT" value: "OUT" }
  }
}
-- pipe/1/ --
-- loop/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "loop" model_version: -1
#               ^^^^^^ TLE102
    input_map { key: "IN" value: "IN" }
    output_map { key: "OUT" value: "OUT" }
  }
}
-- loop/1/ --
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
