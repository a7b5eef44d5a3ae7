"""Two repositories hold a model of this name

## What it does
Reports a model name that occurs in two of the repositories that were given together.

## What happens
When one server is given both repositories, it loads neither model, unless model namespacing is on.

## How to fix
Rename one of them, or start the servers with one repository each.

## Source
Triton core, `ModelRepositoryManager::Poll`; all releases.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR012",
    name="model-in-two-repositories",
    effect="portability",
    certainty="likely",
    server_says=("not unique across all model repositories",),
)


def check(model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    groups = repository.memo.get("repositories")
    if not isinstance(groups, dict) or not model.recognised:
        return
    others = [
        group.models[model.name].model
        for path, group in sorted(groups.items())
        if path != repository.path and model.name in group.models and group.models[model.name].model.recognised
    ]
    if others:
        yield Problem(
            model.span,
            f"a server given both repositories loads neither {model.name}: {others[0].repository} has one too",
            help="rename one of the two, or serve them by two servers",
            related=(Related(others[0].span, "the other model"),),
            key="name",
        )


EXAMPLES = (
    """\
-- first/add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- first/add/1/ --
-- first/add/ -- TLR012
-- second/add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- second/add/1/ --
-- second/add/ -- TLR012
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
