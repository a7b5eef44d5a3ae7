"""A step output that nothing uses

## What it does
Reports an `output_map` value that no step reads and that is no output of the ensemble. Outputs of a model that are
not mapped at all are fine.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Remove the `output_map` entry, or use the tensor.

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

RULE = Rule(code="TLE013", name="step-output-unused", effect="load-failure", server_says=("is unused in ensemble",))


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for loose in ensemble.flow.unread:
        step = loose.step.title if loose.step is not None else "a step"
        yield Problem(
            loose.span,
            f"{step} writes '{loose.name}', which no step reads and which is no output of the ensemble",
            help="remove this output_map entry, or read the tensor: a model's output need not be mapped",
            key=loose.name,
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
    output_map { key: "Y" value: "OUT" }
    output_map { key: "Z" value: "extra" }
#                                ^^^^^^^ TLE013
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
output { name: "Z" data_type: TYPE_FP32 dims: 4 }
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
