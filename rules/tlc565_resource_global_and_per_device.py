"""A rate limiter resource is global in one place and per device in another

## What it does
Collects the resources of all `rate_limiter` settings in the repository, and reports names that are `global: true` in
one and not in another.

## What happens
With `--rate-limit=execution_count` the server refuses whichever of the two it loads later. Without that option the
resources have no effect at all; hence the finding is likely.

## How to fix
Use two names, or make it global everywhere.

## Source
Triton core, `ResourceManager`; all releases.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC565",
    name="resource-global-and-per-device",
    effect="load-failure",
    certainty="likely",
    server_says=("is present as both global and device-specific",),
)

MEMO = "rate limiter resources"
Places: TypeAlias = dict[tuple[str, bool], tuple[str, Scalar]]


def check(config: Document, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    told: set[str] = set()
    everywhere = _everywhere(repository) if any(_resources(config)) else {}
    for resource, is_global, place in _resources(config):
        other = everywhere.get((resource, not is_global))
        if other is None or resource in told:
            continue
        told.add(resource)
        owner, where = other
        yield Problem(
            place.span,
            f"resource '{resource}' is {_kind(is_global)} here and {_kind(not is_global)} in model '{owner}'; "
            "with the rate limiter on, the server refuses one of the models",
            help="use two names, or write `global: true` in both places",
            related=(Related(where.span, f"{_kind(not is_global)} here"),),
            key=resource,
        )


def _everywhere(repository: RepositoryFacts) -> Places:
    """Where each resource is first used as global and per device, once per repository."""
    known: Any = repository.memo.get(MEMO)
    if known is None:
        known = repository.memo[MEMO] = {}
        for name, facts in repository.models.items():
            if facts.config is not None:
                for resource, is_global, place in _resources(facts.config):
                    known.setdefault((resource, is_global), (name, place))
    places: Places = known
    return places


def _kind(is_global: bool) -> str:
    return "global" if is_global else "per device"


def _resources(config: Document) -> Iterator[tuple[str, bool, Scalar]]:
    for group in config.root.messages("instance_group"):
        limiter = group.message("rate_limiter")
        if limiter is None or group.boolean("passive") is not False:
            continue
        for resource in limiter.messages("resources"):
            name, is_global = resource.scalar("name"), resource.boolean("global")
            if name is not None and isinstance(name.value, str) and name.value and is_global is not None:
                yield name.value, is_global, name


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_CPU rate_limiter { resources { name: "R" global: true count: 1 } } }
#                                                                ^^^ TLC565
-- add/1/ --
-- sub/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_CPU rate_limiter { resources { name: "R" count: 1 } } }
#                                                                ^^^ TLC565
-- sub/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
instance_group { kind: KIND_CPU rate_limiter { resources { name: "R" global: true count: 1 } } }
instance_group { kind: KIND_CPU rate_limiter { resources { name: "S" count: 1 } } }
-- add/1/ --
""",
)
