"""A step reads a tensor that nothing writes

## What it does
Reports an `input_map` value that is neither an ensemble input nor written by any step.

## What happens
The server refuses the ensemble. Its message names an output at the far end of the chain, or a tensor that is
unused; this rule points at the break.

## How to fix
Correct the name, or map the output that shall feed it.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.ensemble import ensemble_of
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLE011",
    name="tensor-not-written",
    effect="load-failure",
    server_says=(
        "is not written",
        "is unused in ensemble",
    ),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    ensemble = ensemble_of(config)
    if ensemble is None or not effective.is_ensemble:
        return
    for loose in ensemble.flow.not_written:
        step = loose.step.title if loose.step is not None else "a step"
        hint = f"did you mean '{loose.similar}'?" if loose.similar else "write it in a step, or declare it as input"
        meant = loose.likely_meant
        related = (Related(meant.span, f"'{meant.name}' is used by nothing"),) if meant is not None else ()
        fix = None
        if loose.similar:
            edit = Edit(loose.span, f'"{loose.similar}"')
            fix = Fix(f"read '{loose.similar}'", (edit,), safety="unsafe")
        yield Problem(
            loose.span,
            f"{step} reads '{loose.name}', which no step writes and which is no input of the ensemble",
            help=hint,
            related=related,
            fix=fix,
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
    output_map { key: "Y" value: "mask" }
  }
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "mask_" }
#                               ^^^^^^^ TLE011
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
    output_map { key: "Y" value: "mask" }
  }
  step {
    model_name: "add" model_version: -1
    input_map { key: "X" value: "mask" }
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
