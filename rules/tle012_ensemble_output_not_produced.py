"""An ensemble output that no step produces

## What it does
Reports an ensemble output whose name is in no `output_map`.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Correct the name, map a step's output to it, or remove the output.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import ensemble_of
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE012",
    name="ensemble-output-not-produced",
    effect="load-failure",
    server_says=("ensemble output '",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for loose in ensemble.flow.outputs_missing:
        hint = f"did you mean '{loose.similar}'?" if loose.similar else "map a step's output to it, or remove it"
        meant = loose.likely_meant
        yield Problem(
            loose.span,
            f"output '{loose.name}' of the ensemble is produced by no step",
            help=hint,
            related=(Related(meant.span, f"'{meant.name}' is used by nothing"),) if meant is not None else (),
            key=loose.name,
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUTPUT" data_type: TYPE_FP32 dims: 4 }
#              ^^^^^^^^ TLE012
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
