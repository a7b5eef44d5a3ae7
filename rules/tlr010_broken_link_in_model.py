"""A link in the model leads nowhere

## What it does
Reports a symbolic link in the model folder whose target does not exist.

## What happens
Directly in the model folder: the server refuses the model. Deeper: the server logs an error and cannot tell
when the model changes.

## How to fix
Remove the link or restore what it points to. Git LFS, `dvc` and mounts that are not there at build time leave
such links.

## Source
Triton core, `AutoCompleteBackendFields` (its listing of the folder) and `GetPathModifiedTime`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.repository import Model, leads_inside
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR010",
    name="broken-link-in-model",
    effect="load-failure",
    server_says=("failed to stat file", "Failed to determine modification time for"),
)


def check(model: Model) -> Iterator[Problem]:
    if not model.recognised:
        return
    for entry in model.entries.values():
        if entry.kind != "broken-link":
            continue
        direct = "/" not in entry.path
        yield Problem(
            model.at(entry.path),
            f"the server will refuse {model.name}: {entry.path} is a link that leads nowhere"
            if direct
            else f"{entry.path} is a link that leads nowhere; whatever reads it fails",
            help=f"remove {model.name}/{entry.path} or restore its target",
            key=entry.path,
            # What it points to outside of the repository may exist where the server runs.
            certainty=None if direct and leads_inside(entry, model.repository) else "likely",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/labels.txt -- TLR010
@link nowhere.txt
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
