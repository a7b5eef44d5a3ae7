"""An ensemble names a backend

## What it does
Reports a model of platform `ensemble` that names a backend, or a model file that belongs to one.

## What happens
The server refuses the model.

## How to fix
Delete `backend` (or `default_model_filename`): ensembles have none.

## Source
Triton core, `ValidateModelConfig`; from 22.05 on.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC107",
    name="ensemble-with-backend",
    effect="load-failure",
    first="22.05",
    server_says=("must have platform type 'ensemble' and empty backend type",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    platform = config.root.scalar("platform")
    if platform is None or platform.value != "ensemble" or not effective.backend:
        return
    field = config.root.field("backend") or config.root.field("default_model_filename")
    if field is None:
        return
    yield Problem(
        field.span,
        f"the server will refuse the model: an ensemble has no backend, and this makes it {effective.backend!r}",
        help=f"delete {field.name}",
        related=(Related(platform.span, "an ensemble"),),
        fix=Fix(f"delete {field.name}", (remove_field(config, field),), safety="unsafe"),
        key=field.name,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "ensemble"
  backend: "identity"
# ^^^^^^^^^^^^^^^^^^^ TLC107
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
ensemble_scheduling {
  step { model_name: "half" model_version: -1 input_map { key: "x" value: "x" } output_map { key: "y" value: "y" } }
}
-- add/1/ --
-- half/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- half/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
