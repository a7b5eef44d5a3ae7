"""An ensemble step without a model

## What it does
Reports a step whose `model_name` is missing or empty.

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
    code="TLE007",
    name="step-without-model",
    effect="load-failure",
    server_says=("must specify 'model_name' in step",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for step in ensemble.steps:
        absent = certainly_absent(config, step.message, "model_name")
        if absent or (step.message.has("model_name") and step.model_name == ""):
            yield Problem(
                step.name_span,
                f"{step.title} does not say which model it runs: model_name is missing or empty",
                help='add `model_name: "..."` with the folder name of the model',
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
# ^^^^ TLE007
     model_version: -1 input_map { key: "X" value: "IN" } output_map { key: "Y" value: "OUT" } }
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
