"""An ensemble step without outputs

## What it does
Reports a step whose `output_map` is missing.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Complete the step.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import ensemble_of
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import certainly_absent

RULE = Rule(
    code="TLE009",
    name="step-without-output-map",
    effect="load-failure",
    server_says=("must specify 'output_map' in step",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for step in ensemble.steps:
        if certainly_absent(config, step.message, "output_map") or (ensemble.sure and not step.outputs):
            yield Problem(
                step.span,
                f"{step.title} passes nothing on: output_map is missing",
                help='add `output_map { key: "OUTPUT OF THE MODEL" value: "TENSOR OF THE ENSEMBLE" }`',
                key=f"step:{step.index}",
            )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
ensemble_scheduling {
  step {
# ^^^^ TLE009
     model_name: "add" model_version: -1 input_map { key: "X" value: "IN" } }
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
