"""The number of a version folder has something before or behind it

## What it does
Reports a version folder such as `1_old`, `1.5` or `+1`: the server reads the number at the start of the name
and ignores the rest.

## What happens
The server counts `1_old` as version 1 and then looks into a folder `1`. When there is none, a backend that
needs a file finds nothing and the model does not load; a backend that needs no file serves an empty version.

## How to fix
Name the folder by its number alone, or move it out of the model (a copy kept for later).

## Source
Triton core, `VersionsToLoad` (`std::stoll`); all releases.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR004",
    name="version-folder-with-suffix",
    effect="load-failure",
    certainty="likely",
)


ONLY_SIGN = re.compile(r"[ +]*\d+")


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    loaded = {folder for _, folder in effective.versions or ()}
    for folder in effective.version_folders:
        if folder.kind != "prefix":
            continue
        number = str(folder.number)
        if folder.name in loaded:
            message = (
                f"the server counts {folder.name} as version {number} and then looks for {model.name}/{number}, "
                "which does not exist"
            )
        else:
            message = f"the server counts {folder.name} as version {number}, not as a folder of its own"
        fix = None
        if ONLY_SIGN.fullmatch(folder.name) and number not in model.entries:
            renames = (Rename(model.at(folder.name).path, model.at(number).path),)
            fix = Fix(f"rename it to {number}", renames=renames, safety="unsafe")
        yield Problem(
            model.at(folder.name),
            message,
            help=f"mv {model.name}/{folder.name} {model.name}/{number}, or move the folder out of {model.name}",
            fix=fix,
            key=folder.name,
            effect=None if folder.name in loaded else "portability",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1_old/.gitkeep --
-- add/1_old/ -- TLR004
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/old_1/.gitkeep --
""",
)
