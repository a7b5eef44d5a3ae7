"""The model's name is not the name of its folder

## What it does
Reports a `name` that differs from the name of the model's folder; capitals and blanks count.

## What happens
The server refuses the model.

## How to fix
Write the folder's name, or leave `name` out: the server then takes the folder's name.

## Source
Triton core, `ModelRepositoryManager::InitializeModelInfo`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import quoted
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC101",
    name="name-differs-from-folder",
    effect="load-failure",
    server_says=("unexpected directory name", "directory name must equal model name"),
)


def check(model: Model, config: Document) -> Iterator[Problem]:
    name = config.root.scalar("name")
    if name is None or not isinstance(name.value, str) or name.value in ("", model.name):
        return
    yield Problem(
        name.span,
        f"the server will refuse the model: its name is {name.value!r}, its folder is {model.name!r}",
        help=f"name: {quoted(model.name)}, or leave the field out",
        fix=Fix("write the folder's name", (Edit(name.span, quoted(model.name)),)),
        key="name",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
name: "addition"
#     ^^^^^^^^^^ TLC101
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
name: "add"
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
name: "add"
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
