"""A config file lies in a version folder

## What it does
Reports a `config.pbtxt` inside a version folder; the server reads the one beside the version folders only.

## What happens
The file has no effect. When there is no other, the model has no configuration, and is refused when nothing else
tells its backend.

## How to fix
Move it up into the model folder.

## Source
Triton core, `ModelRepositoryManager::InitializeModelInfo`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import CONFIG_NAME, Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR008",
    name="config-in-version-folder",
    effect="load-failure",
    certainty="likely",
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    other = CONFIG_NAME in model.entries
    for folder in effective.version_folders:
        path = f"{folder.name}/{CONFIG_NAME}"
        if folder.number is None or path not in model.entries:
            continue
        fix = None
        if not other:
            renames = (Rename(model.at(path).path, model.at(CONFIG_NAME).path),)
            fix = Fix("move it into the model folder", renames=renames)
        yield Problem(
            model.at(path),
            f"the server never reads a {CONFIG_NAME} in a version folder"
            + (f"; the one of {model.name} is used" if other else f", so {model.name} has no configuration for it"),
            help=f"delete {model.name}/{path}" if other else f"mv {model.name}/{path} {model.name}/{CONFIG_NAME}",
            fix=fix,
            key=path,
            effect="hygiene" if other else None,
            certainty="certain" if not other and effective.backend == "" and effective.platform == "" else None,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/config.pbtxt -- TLR008
backend: "identity"
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
