"""The version policy says what holds anyway

## What it does
Reports `version_policy { latest { num_versions: 1 } }`.

## What happens
None: the newest version is loaded without it too.

## How to fix
Delete it.

## Source
Triton core, `NormalizeModelConfig`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC114",
    name="default-version-policy",
    effect="hygiene",
)


def check(config: Document) -> Iterator[Problem]:
    field = config.root.field("version_policy")
    policy = config.root.message("version_policy")
    latest = policy.message("latest") if policy is not None else None
    if field is None or policy is None or latest is None or latest.integer("num_versions") != 1:
        return
    if len(policy.fields) != 1 or len(latest.fields) != 1:
        return
    if any(field.start <= comment.start < field.end for comment in config.comments):
        return
    yield Problem(
        field.span,
        "the newest version is loaded without this version_policy too",
        help="delete version_policy",
        fix=Fix("delete version_policy", (remove_field(config, field),)),
        key="version_policy",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
  version_policy { latest { num_versions: 1 } }
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC114
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { latest { num_versions: 2 } }
-- add/1/ --
""",
)
