"""A version folder's number is too large

## What it does
Reports a sub-folder whose name starts with a number beyond 64 bits.

## What happens
The server process dies with every model in it: the number is converted without catching the error.

## How to fix
Rename the folder: versions are numbers up to 9223372036854775807. A time stamp fits when it is in seconds.

## Source
Triton core, `VersionsToLoad` (`std::stoll`); all releases; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR006",
    name="version-number-out-of-range",
    effect="server-crash",
    server_says=("stoll",),
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    # The number is looked at only when the model gets past the checks of its config.
    if effective.backend == "" and not effective.is_ensemble:
        return
    for folder in effective.version_folders:
        if folder.kind == "out-of-range":
            yield Problem(
                model.at(folder.name),
                f"the server process dies on this folder: {folder.name} is a version number beyond 64 bits",
                help=f"rename {model.name}/{folder.name} to a smaller number, or move it out of the model",
                key=folder.name,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/20240101120000000000/.gitkeep --
-- add/20240101120000000000/ -- TLR006
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/20240101120000/.gitkeep --
""",
)
