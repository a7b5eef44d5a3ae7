"""A FIL model's tensors have names that the backend does not know

## What it does
Reports inputs other than `input__0` and outputs other than `output__0` and `treeshap_output` in a model
of the FIL backend.

## What happens
The FIL backend uses fixed names. With others the model loads, or not, and requests fail.

## How to fix
Name the input `input__0` and the output `output__0`.

## Source
FIL backend documentation (facts, pain points C05). Not tried on a server here, so the finding is likely.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(code="TLC605", name="fil-tensor-name", effect="request-failure", certainty="likely")

NAMES = {"input": ("input__0",), "output": ("output__0", "treeshap_output")}


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.backend != "fil":
        return
    for tensor in tensors(config):
        known = NAMES[tensor.direction]
        if tensor.name and tensor.name not in known:
            yield Problem(
                tensor.span,
                f"{tensor.title} is not known to the FIL backend, which has the {tensor.direction} {known[0]}",
                help=f'write `name: "{known[0]}"`',
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- trees/config.pbtxt --
backend: "fil"
max_batch_size: 64
input { name: "features" data_type: TYPE_FP32 dims: [ 8 ] }
#             ^^^^^^^^^^ TLC605
output { name: "output__0" data_type: TYPE_FP32 dims: [ 1 ] }
-- trees/1/xgboost.model --
trees
""",
    """\
-- trees/config.pbtxt --
backend: "fil"
max_batch_size: 64
input { name: "input__0" data_type: TYPE_FP32 dims: [ 8 ] }
output { name: "output__0" data_type: TYPE_FP32 dims: [ 1 ] }
-- trees/1/xgboost.model --
trees
""",
)
