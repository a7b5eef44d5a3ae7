"""A folder meant as a version is ignored

## What it does
Reports a sub-folder whose name looks like a version (`v2`, `01`) and that the server does not take for one,
beside versions that it does load.

## What happens
The server logs a warning and serves the other versions only. A name of more than one character with a leading
`0` is ignored; `0` itself is a version.

## How to fix
Name the folder by its number alone: `2`.

## Source
Triton core, `VersionsToLoad`; all releases.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR003",
    name="version-folder-is-ignored",
    effect="wrong-result",
    certainty="likely",
    server_says=("contains leading zeros in its directory name", "which fails to convert to integral number"),
)


MEANT_AS_VERSION = re.compile(r"(?:v|ver|version)?[-_. ]?0*(\d+)", re.IGNORECASE)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    if not effective.versions:
        return
    for folder in effective.version_folders:
        match = MEANT_AS_VERSION.fullmatch(folder.name)
        if folder.kind not in ("not-a-number", "leading-zeros") or match is None:
            continue
        number = str(int(match[1]))
        fix = None
        if number not in model.entries:
            destination = model.at(number).path
            fix = Fix(
                f"rename it to {number}", renames=(Rename(model.at(folder.name).path, destination),), safety="unsafe"
            )
        why = "leading zeros" if folder.kind == "leading-zeros" else "a name that does not start with a number"
        yield Problem(
            model.at(folder.name),
            f"the server ignores {folder.name} ({why}) and serves other versions only",
            help=f"mv {model.name}/{folder.name} {model.name}/{number}"
            if fix
            else f"{number} exists already: remove one",
            fix=fix,
            key=folder.name,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/v2/.gitkeep --
-- add/v2/ -- TLR003
-- add/03/.gitkeep --
-- add/03/ -- TLR003
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/assets/vocabulary.txt --
a
""",
)
