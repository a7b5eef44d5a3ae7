"""A version that shall be loaded has no folder

## What it does
Reports a number in `version_policy.specific` for which there is no version folder, while others exist.

## What happens
The server logs an error and loads the other versions; requests for this one are refused.

## How to fix
Add the folder or take the number out.

## Source
Triton core, `VersionsToLoad`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC113",
    name="version-without-folder",
    effect="request-failure",
    certainty="likely",
    server_says=("but the version directory is not present",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    policy = config.root.message("version_policy")
    specific = policy.message("specific") if policy is not None else None
    if specific is None or not effective.versions:
        return
    numbers = {folder.number for folder in effective.version_folders if folder.number is not None}
    for value in specific.scalars("versions"):
        if isinstance(value.value, int) and value.value not in numbers:
            present = ", ".join(str(number) for number in sorted(numbers)[:8])
            yield Problem(
                value.span,
                f"version {value.value} shall be loaded and has no folder; requests for it will be refused",
                help=f"add the folder {value.value}, or take the number out (there are {present})",
                key=str(value.value),
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { specific { versions: [ 1, 3 ] } }
#                                          ^ TLC113
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
