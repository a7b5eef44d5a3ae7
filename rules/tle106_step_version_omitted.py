"""A step without model_version

## What it does
Reports a step that leaves `model_version` out. Left out it is 0, not the latest, and no version 0 is loaded.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Write `model_version: -1`.

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
from tritonlint.source import Span

RULE = Rule(code="TLE106", name="step-version-omitted", effect="load-failure", server_says=("whose required version",))


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for gap in graph.versions:
        if not gap.omitted:
            continue
        name = gap.step.message.scalar("model_name")
        fix = None
        if name is not None:
            edit = Edit(Span(name.path, name.end, name.end), " model_version: -1")
            fix = Fix("run the latest version", (edit,))
        yield Problem(
            gap.step.name_span,
            f"{gap.step.title} has no model_version, which means version 0; '{gap.step.model_name}' has none",
            help="write `model_version: -1` for the latest version",
            fix=fix,
            key=f"step:{gap.step.index}",
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
    model_name: "add"
#               ^^^^^ TLE106
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
-- fixed: pipe/config.pbtxt --
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
