"""config.pbtxt is a folder

## What it does
Reports a folder named `config.pbtxt`. A container engine makes one when the file of a bind mount does not
exist on the host.

## What happens
The server process dies with every model in it.

## How to fix
Replace the folder by the file; look at the mounts of the deployment.

## Source
Triton core, `ReadTextFile`; every release tried, 24.10 included.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.repository import CONFIG_NAME, Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR009",
    name="config-is-a-folder",
    effect="server-crash",
    server_says=("basic_string::_M_replace_aux",),
)


def check(model: Model) -> Iterator[Problem]:
    entry = model.entries.get(CONFIG_NAME)
    if entry is not None and entry.kind == "directory":
        yield Problem(
            model.at(CONFIG_NAME),
            f"the server process dies when it reads {model.name}/{CONFIG_NAME}: it is a folder",
            help=f"rmdir {model.name}/{CONFIG_NAME} and put the file there (bind mounts of missing files make folders)",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt/ -- TLR009
-- add/1/model.py --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
