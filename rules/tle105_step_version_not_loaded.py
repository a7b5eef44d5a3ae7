"""A step asks for a version that is not loaded

## What it does
Reports a `model_version` that is not among the versions which the step's model loads under its own version policy
(by default only the latest).

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Write `model_version: -1` for the latest, or load the version: `version_policy { specific { versions: [...] } }` in
the step's model.

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
    code="TLE105",
    name="step-version-not-loaded",
    effect="load-failure",
    server_says=("whose required version",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for gap in graph.versions:
        written = gap.step.message.scalar("model_version")
        if gap.omitted or written is None:
            continue
        loaded = ", ".join(str(number) for number in gap.loaded)
        related: tuple[Related, ...] = ()
        if gap.member.config is not None and (policy := gap.member.config.root.field("version_policy")) is not None:
            related = (Related(policy.name_span, "the policy that selects the versions"),)
        yield Problem(
            written.span,
            f"{gap.step.title} wants version {gap.asked} of '{gap.step.model_name}', which loads only {loaded}",
            help="write `model_version: -1` for the latest version, or load this one by its version_policy",
            related=related,
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
    model_name: "add" model_version: 7
#                                    ^ TLE105
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
