"""The server's images hold no such repository agent

## What it does
Reports an agent other than `checksum`, the one that the standard images hold, and an agent without a name, which no
image can hold.

## What happens
Without the library `libtritonrepoagent_<name>.so` in the server's agent folder the model is refused.

## How to fix
Correct the name, or make sure that the image brings the agent.

## Source
Triton core, `TritonRepoAgentManager::CreateAgent`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC116",
    name="unknown-repository-agent",
    effect="load-failure",
    certainty="likely",
    server_says=("for repo agent",),
)


def check(config: Document) -> Iterator[Problem]:
    agents = config.root.message("model_repository_agents")
    for agent in agents.messages("agents") if agents is not None else ():
        name = agent.scalar("name")
        if agent.string("name") == "":
            yield Problem(
                name.span if name is not None else agent.span,
                "a repository agent without a name: the server finds no library for it and refuses the model",
                help='name it, for example name: "checksum"',
                certainty="certain",
                key="",
            )
        elif name is not None and isinstance(name.value, str) and name.value != "checksum":
            yield Problem(
                name.span,
                f"the standard images hold no repository agent {name.value!r}; without it the model is refused",
                help="the standard images hold checksum; another one must lie in the image's repoagents folder",
                key=name.value,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_repository_agents { agents { name: "decrypt" } }
#                                        ^^^^^^^^^ TLC116
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_repository_agents { agents { parameters { key: "a" value: "b" } } }
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC116
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
