"""The version policy leaves the newest version out

## What it does
Reports a `version_policy` of kind `specific` that does not name the highest version folder.

## What happens
Requests without a version go to the highest version that is loaded, which is an older one. That is right while a
version is being tried or rolled back, and easily forgotten afterwards.

## How to fix
Add the version to the list, or delete its folder.

## Source
Triton core, `VersionsToLoad`; all releases. Facts: what a version policy selects.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC606",
    name="policy-hides-newest-version",
    effect="hygiene",
    certainty="likely",
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    policy = config.root.message("version_policy")
    specific = policy.message("specific") if policy is not None else None
    field = specific.field("versions") if specific is not None else None
    if field is None or not effective.versions:
        return
    newest = max((f.number for f in effective.version_folders if f.number is not None), default=None)
    loaded = max(number for number, _ in effective.versions)
    if newest is not None and newest > loaded:
        yield Problem(
            field.span,
            f"version {newest} is there and is not loaded: requests without a version go to version {loaded}",
            help=f"add {newest} to the versions, or delete the folder {newest}",
            key="versions",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { specific { versions: [ 1 ] } }
#                           ^^^^^^^^^^^^^^^ TLC606
-- add/1/ --
-- add/2/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { specific { versions: [ 2 ] } }
-- add/1/ --
-- add/2/ --
""",
)
