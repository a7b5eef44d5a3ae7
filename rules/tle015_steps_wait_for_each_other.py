"""Steps that wait for each other

## What it does
Reports steps of an ensemble of which each needs what another one writes, so that none can start.

## What happens
The server refuses the ensemble; no step runs.

## How to fix
Break the loop: a step may only read ensemble inputs and outputs of steps that can run before it.

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
    code="TLE015",
    name="steps-wait-for-each-other",
    effect="load-failure",
    server_says=(
        "is not written",
        "is unused in ensemble",
    ),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble or not ensemble.flow.waiting:
        return
    waiting = ensemble.flow.waiting
    names = ", ".join(step.title for step in waiting)
    pending = [link for link in waiting[0].inputs if link.value not in ensemble.flow.ready]
    yield Problem(
        pending[0].value_span,
        f"{waiting[0].title} never starts: '{pending[0].value}' is only written after it has run "
        f"({names} wait in a loop)",
        help="let a step read only ensemble inputs and what earlier steps write",
        related=tuple(Related(step.name_span, f"{step.title} waits as well") for step in waiting[1:]),
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
    input_map { key: "B" value: "loop" }
#                               ^^^^^^ TLE015
    output_map { key: "Y" value: "OUT" }
  }
  step {
    model_name: "copy" model_version: -1
    input_map { key: "X" value: "OUT" }
    output_map { key: "Y" value: "loop" }
  }
}
-- pipe/1/ --
-- add/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
input { name: "B" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- add/1/ --
-- copy/config.pbtxt --
backend: "identity"
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "Y" data_type: TYPE_FP32 dims: 4 }
-- copy/1/ --
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
