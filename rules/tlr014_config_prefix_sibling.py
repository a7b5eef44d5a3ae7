"""A file named like the beginning of config.pbtxt hides changes

## What it does
Reports an entry such as `config` or `conf` beside `config.pbtxt`.

## What happens
From 24.08 on the server takes it for a second config when it looks for changes, logs an error and no longer
sees changes of this model in poll mode.

## How to fix
Rename the entry.

## Source
Triton core, `ModelTimestamp`; from 24.08 on.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.repository import CONFIG_NAME, Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR014",
    name="config-prefix-sibling",
    effect="portability",
    certainty="likely",
    first="24.08",
    server_says=("Duplicate model config is detected",),
)


def check(model: Model) -> Iterator[Problem]:
    if CONFIG_NAME not in model.entries:
        return
    for entry in model.children():
        if entry.name != CONFIG_NAME and CONFIG_NAME.startswith(entry.name):
            yield Problem(
                model.at(entry.path),
                f"the server takes {entry.name} for a second config and no longer sees changes of {model.name}",
                help=f"rename {model.name}/{entry.name}",
                key=entry.name,
            )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/config -- TLR014
x
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
