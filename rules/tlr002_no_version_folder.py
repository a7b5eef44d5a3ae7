"""The model has no version folder that the server would load

## What it does
Reports a model without any sub-folder that the server takes for a version. Ensembles need one as well, though
it stays empty.

## What happens
The server refuses the model. Git does not keep empty folders, so the version folder of an ensemble is easily
lost in a commit.

## How to fix
Make the folder `1` and put the model file into it. Where it stays empty, add a file such as `.gitkeep` so
that Git keeps it.

## Source
Triton core, `ModelLifeCycle::AsyncLoad` and `VersionsToLoad`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR002",
    name="no-version-folder",
    effect="load-failure",
    server_says=("at least one version must be available under the version policy",),
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    if not model.recognised or effective.versions != ():
        return
    if effective.backend == "" and not effective.is_ensemble:
        return
    if any(folder.number is not None for folder in effective.version_folders):
        return
    ignored = [folder for folder in effective.version_folders if folder.kind in ("not-a-number", "leading-zeros")]
    if ignored:
        names = ", ".join(folder.name for folder in ignored[:4])
        found = f"none of its folders ({names}) has a version number as its name"
    else:
        found = "it has no version folder"
    file = effective.default_model_filename
    if effective.is_ensemble:
        advice = f"mkdir {model.name}/1 && touch {model.name}/1/.gitkeep (Git does not keep empty folders)"
    elif ignored and len(ignored) == 1:
        advice = f"rename {model.name}/{ignored[0].name} to {model.name}/1"
    elif file and file in model.entries:
        advice = f"mkdir {model.name}/1 && mv {model.name}/{file} {model.name}/1/"
    elif effective.backend == "python":
        advice = f"make the folder {model.name}/1 and put {file or 'model.py'} into it"
    else:
        advice = f"make the folder {model.name}/1 and put the model file into it (.gitkeep where it stays empty)"
    yield Problem(model.span, f"the server will refuse {model.name}: {found}", help=advice, key="versions")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/ -- TLR002
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/v1/.gitkeep --
-- add/ -- TLR002
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/0/ --
""",
)
