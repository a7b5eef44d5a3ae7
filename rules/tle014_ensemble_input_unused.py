"""An ensemble input that no step reads

## What it does
Reports an ensemble input that is in no step's `input_map`.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Map it to an input of a step, or remove it.

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

RULE = Rule(code="TLE014", name="ensemble-input-unused", effect="load-failure", server_says=("ensemble input '",))


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for loose in ensemble.flow.inputs_unused:
        yield Problem(
            loose.span,
            f"input '{loose.name}' of the ensemble is read by no step",
            help="map it to a step's input, or remove it from the ensemble",
            key=loose.name,
        )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
input { name: "unused" data_type: TYPE_FP32 dims: 4 }
#             ^^^^^^^^ TLE014
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
