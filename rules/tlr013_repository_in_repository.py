"""A folder of the repository holds models itself

## What it does
Reports a folder in a model repository that is no model and whose sub-folders are models.

## What happens
The server takes the folder for a model, does not find its backend and refuses it; the models inside are not
seen.

## How to fix
Move the models one level up, or serve the inner folder as a repository of its own.

## Source
Triton core, `ModelRepositoryManager::Poll`; all releases.
"""

import os
from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLR013",
    name="repository-in-repository",
    effect="load-failure",
    certainty="likely",
    server_says=("Could not determine backend for model",),
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    for entry in repository.strays:
        if entry.kind == "directory":
            place = os.path.join(repository.path, entry.path)
            yield Problem(
                Span(place),
                f"served as a part of {repository.path}, the models in {entry.path} are one level too deep: "
                f"the server takes {entry.path} itself for a model and refuses it",
                help=f"move its models up, or move {entry.path} out and serve it as a repository of its own",
                key=entry.path,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- more/ -- TLR013
-- more/half/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- more/half/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
