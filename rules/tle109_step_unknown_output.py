"""A step maps an output that its model does not have

## What it does
Reports an `output_map` key that is no output of the step's model, when that model's config lists its outputs. The
key is the model's name for the tensor, the value the ensemble's. A Python model with `auto_complete_config` may add
tensors: then the finding is only likely.

## What happens
The server refuses the ensemble; the other models load.

## How to fix
Use the name that the model's config gives the output; key and value may be swapped.

## Source
Triton core, `ValidateEnsembleConfig` in ensemble_utils.cc; checked against builds of r22.12 to r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import graph_of
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE109",
    name="step-unknown-output",
    effect="load-failure",
    server_says=("is mapped from non-existing output",),
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    graph = graph_of(repository, model.name)
    if graph is None or not effective.is_ensemble:
        return

    for bad, certain in [(b, True) for b in graph.unknown_outputs] + [(b, False) for b in graph.uncertain_outputs]:
        name, known = bad.step.model_name, ", ".join(f"'{n}'" for n in bad.names)
        swapped = bad.link.value in bad.names and bad.link.key not in bad.names
        if bad.similar:
            hint = f"did you mean '{bad.similar}'?"
        elif swapped:
            hint = f"key and value look swapped: the key is the output of '{name}'"
        else:
            hint = f"'{name}' has {known}"
        fix = None
        if bad.similar:
            edit = Edit(bad.link.key_span, f'"{bad.similar}"')
            fix = Fix(f"map '{bad.similar}'", (edit,), safety="unsafe")
        listed = bad.member.config.root.field("output") if bad.member.config is not None else None
        yield Problem(
            bad.link.key_span,
            f"model '{name}' has no output '{bad.link.key}'; it has {known}",
            help=hint,
            related=(Related(listed.name_span, f"the outputs of '{name}'"),) if listed is not None else (),
            fix=fix if bad.link.key else None,
            key=f"step:{bad.step.index}:{bad.link.key}",
            certainty=None if certain else "likely",
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
    output_map { key: "YY" value: "OUT" }
#                     ^^^^ TLE109
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
