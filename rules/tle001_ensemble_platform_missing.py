"""Ensemble scheduling on a model that is no ensemble

## What it does
Reports `ensemble_scheduling` in a config whose `platform` is not `ensemble`.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Write `platform: "ensemble"` and leave `backend` out, or remove `ensemble_scheduling`.

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
    code="TLE001",
    name="ensemble-platform-missing",
    effect="load-failure",
    server_says=("ensemble scheduling cannot be set for model",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    written = config.root.field("ensemble_scheduling")
    if written is None or effective.platform is None or effective.backend is None:
        return
    # Without a backend and without the platform, another refusal comes first: that nothing says what runs the model.
    platform = config.root.scalar("platform")
    if effective.platform == "ensemble" or (platform is None and effective.backend == "" and config.problems):
        return
    found = f"platform is '{effective.platform}'" if effective.platform else "no platform is given"
    backend = config.root.scalar("backend")
    if backend is not None:
        found += f" and backend is {backend.raw}"
    yield Problem(
        written.name_span,
        f"ensemble_scheduling only works with platform 'ensemble', but {found}",
        help='write `platform: "ensemble"` and no `backend`, or remove ensemble_scheduling',
    )


EXAMPLES = (
    """\
-- pipe/config.pbtxt --
backend: "identity"
input { name: "IN" data_type: TYPE_FP32 dims: 4 }
output { name: "OUT" data_type: TYPE_FP32 dims: 4 }
 ensemble_scheduling {
#^^^^^^^^^^^^^^^^^^^ TLE001
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
