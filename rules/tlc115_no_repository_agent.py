"""model_repository_agents lists no agent

## What it does
Reports `model_repository_agents {}` without `agents`.

## What happens
The server process dies with every model in it: it reads the last element of an empty list.

## How to fix
Delete the field or list an agent.

## Source
Triton core, `InitializeModelInfo`; every release tried, 24.10 included.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC115",
    name="no-repository-agent",
    effect="server-crash",
)


def check(config: Document) -> Iterator[Problem]:
    field = config.root.field("model_repository_agents")
    agents = config.root.message("model_repository_agents")
    if field is None or agents is None or agents.uncertain or agents.messages("agents") or refused_before(config):
        return
    yield Problem(
        field.span,
        "the server process dies on this: model_repository_agents lists no agent",
        help='delete model_repository_agents, or add agents { name: "..." }',
        fix=Fix("delete model_repository_agents", (remove_field(config, field),), safety="unsafe"),
        key="model_repository_agents",
    )


def refused_before(config: Document) -> bool:
    """Whether the server stops at the text already, before it looks at agents."""
    return bool(config.problems)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
  model_repository_agents { }
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC115
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_repository_agents { agents { name: "checksum" } }
-- add/1/ --
""",
)
