"""Instance groups on an ensemble

## What it does
Reports `instance_group` in an ensemble. An ensemble has no instances of its own; even an empty `instance_group` is
refused.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Remove `instance_group` from the ensemble; set instance_group on the models of the steps.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE003",
    name="ensemble-instance-group",
    effect="load-failure",
    server_says=("instance group should not be specified for ensemble",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    written = config.root.field("instance_group")
    if written is None or not written.values or not effective.is_ensemble or not config.root.has("ensemble_scheduling"):
        return

    yield Problem(
        written.name_span,
        "an ensemble must not have instance_group: it has no instances of its own",
        help="remove it here and set instance_group on the models of the steps",
    )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
platform: "ensemble"
 instance_group { }
#^^^^^^^^^^^^^^ TLE003
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
