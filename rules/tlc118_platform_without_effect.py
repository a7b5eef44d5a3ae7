"""A platform beside this backend has no effect

## What it does
Reports a `platform` in a model of a backend that has no platforms, such as `python`.

## What happens
None from release 23.07 on; releases before it refuse some of these pairs.

## How to fix
Delete `platform`.

## Source
Triton core, `ValidateModelConfig`; from 23.07 on.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import OWN_PLATFORMS, EffectiveConfig
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC118",
    name="platform-without-effect",
    effect="hygiene",
    first="23.07",
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    platform, field = config.root.scalar("platform"), config.root.field("platform")
    written = config.root.scalar("backend")
    if platform is None or field is None or written is None or not effective.backend:
        return
    if effective.backend in OWN_PLATFORMS or not isinstance(platform.value, str) or platform.value in ("", "ensemble"):
        return
    # These two fill in a file name of their own when none is written.
    if platform.value.startswith("tensorflow_"):
        return
    yield Problem(
        field.span,
        f"platform {platform.value!r} has no effect beside backend {effective.backend!r}",
        help="delete platform",
        fix=Fix("delete platform", (remove_field(config, field),)),
        key="platform",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
  platform: "identity"
# ^^^^^^^^^^^^^^^^^^^^ TLC118
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
