"""A version folder has a negative number

## What it does
Reports a sub-folder such as `-1`, which the server takes for version -1.

## What happens
Clients use -1 for "the latest version", so this version cannot be asked for by its number.

## How to fix
Use a number from 1 on.

## Source
Triton core, `VersionsToLoad`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR005",
    name="negative-version-folder",
    effect="request-failure",
    certainty="likely",
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    for folder in effective.version_folders:
        if folder.kind == "negative":
            yield Problem(
                model.at(folder.name),
                f"the server takes {folder.name} for version {folder.number}, which no client can ask for",
                help=f"rename {model.name}/{folder.name} to a number from 1 on, or move it out of the model",
                key=folder.name,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/-2/.gitkeep --
-- add/-2/ -- TLR005
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
