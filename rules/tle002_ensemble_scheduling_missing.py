"""An ensemble without ensemble scheduling

## What it does
Reports a config with platform `ensemble` and no `ensemble_scheduling`.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Describe the steps in `ensemble_scheduling`, or name the backend that runs the model instead of the platform.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import certainly_absent

RULE = Rule(
    code="TLE002",
    name="ensemble-scheduling-missing",
    effect="load-failure",
    server_says=("ensemble scheduling must be set for ensemble",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    platform = config.root.scalar("platform")
    if platform is None or not effective.is_ensemble:
        return
    if not certainly_absent(config, config.root, "ensemble_scheduling"):
        return
    yield Problem(
        platform.span,
        "this is an ensemble, but it has no ensemble_scheduling that names its steps",
        help="add `ensemble_scheduling { step [ ... ] }`, or name the backend that runs this model",
    )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
#         ^^^^^^^^^^ TLE002
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
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
