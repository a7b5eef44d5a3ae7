"""The version policy selects no version

## What it does
Reports a version policy that selects none of the version folders that exist: `latest` with `num_versions` 0
or left out, `specific` without a version that is there.

## What happens
The server refuses the model. `latest {}` means 0 versions; the default of 1 counts only when there is no
`version_policy` at all.

## How to fix
Write the number of versions, name versions that exist, or delete `version_policy`: the newest version is then
loaded.

## Source
Triton core, `VersionsToLoad`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC112",
    name="version-policy-selects-nothing",
    effect="load-failure",
    server_says=("at least one version must be available under the version policy",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    policy = config.root.message("version_policy")
    numbers = sorted({folder.number for folder in effective.version_folders if folder.number is not None})
    if policy is None or effective.versions != () or not numbers:
        return
    present = ", ".join(str(number) for number in numbers[:8])
    latest, specific = policy.message("latest"), policy.message("specific")
    if latest is not None:
        count = latest.scalar("num_versions")
        yield Problem(
            count.span if count is not None else latest.span,
            "the server will refuse the model: latest selects 0 versions"
            + ("" if count is not None else ", for num_versions has no default here"),
            help="latest { num_versions: 1 }, or delete version_policy",
            key="version_policy",
        )
    elif specific is not None:
        wanted = ", ".join(str(value.value) for value in specific.scalars("versions"))
        yield Problem(
            specific.span,
            f"the server will refuse the model: it shall load version {wanted} and has only {present}"
            if wanted
            else "the server will refuse the model: specific names no version",
            help=f"versions: [ {present} ], or add the folder",
            key="version_policy",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { latest { } }
#                       ^^^ TLC112
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { specific { versions: [ 3 ] } }
#                         ^^^^^^^^^^^^^^^^^^^ TLC112
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
version_policy { specific { versions: [ 2 ] } }
-- add/1/ --
-- add/2/ --
""",
)
