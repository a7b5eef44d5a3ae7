"""An optional input of an ensemble on a release that has none

## What it does
Reports an ensemble input marked `optional`.

## What happens
The server refuses the ensemble; no step runs. Later releases accept it.

## How to fix
Remove `optional`, or use release 22.04 or later.

## Source
Triton core, `ValidateEnsembleSchedulingConfig` in model_config_utils.cc; checked against builds of r22.12 to
r26.06. Only r22.02 and r22.03.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLE016",
    name="optional-ensemble-input",
    effect="load-failure",
    first="22.02",
    last="22.03",
    server_says=("optional ensemble input is not currently supported",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not effective.is_ensemble:
        return
    for tensor in tensors(config, "input"):
        optional = tensor.message.scalar("optional")
        if optional is not None and optional.value is True:
            yield Problem(
                optional.span,
                f"{tensor.title} of an ensemble cannot be optional in this release",
                help="remove `optional: true`, or use release 22.04 or later",
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- target -- release=22.03
-- pipe/config.pbtxt --
platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 4 optional: true }
#                                                         ^^^^ TLE016
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
