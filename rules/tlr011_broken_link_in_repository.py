"""A link in the repository leads nowhere

## What it does
Reports a symbolic link directly in a model repository whose target does not exist.

## What happens
The server cannot list the repository: none of its models is loaded.

## How to fix
Remove the link or restore its target.

## Source
Triton core, `ModelRepositoryManager::Poll`; all releases.
"""

import os
from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.repository import leads_inside
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLR011",
    name="broken-link-in-repository",
    effect="load-failure",
    server_says=("failed to poll model repository", "failed to stat file"),
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    for entry in repository.strays:
        if entry.kind == "broken-link":
            yield Problem(
                Span(os.path.join(repository.path, entry.path)),
                f"the server will load no model of {repository.path}: {entry.path} is a link that leads nowhere",
                help=f"remove {os.path.join(repository.path, entry.path)} or restore its target",
                key=entry.path,
                # What it points to outside of the repository may exist where the server runs.
                certainty=None if leads_inside(entry, repository.path) else "likely",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- old -- TLR011
@link nowhere
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
