"""An input or output has no name

## What it does
Reports an `input` or `output` entry without `name`, or with an empty one.

## What happens
The server refuses the model: no backend can complete a tensor that it cannot find by name.

## How to fix
Give the tensor the name that the model file or model.py uses, or remove the empty entry.

## Source
Triton core, `ValidateModelInput` / `ValidateModelOutput`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import certainly_absent, tensors

RULE = Rule(code="TLC201", name="tensor-without-name", effect="load-failure", server_says=("must specify 'name'",))


def check(config: Document) -> Iterator[Problem]:
    for tensor in tensors(config):
        written = tensor.message.scalar("name")
        if certainly_absent(config, tensor.message, "name"):
            found = f"{tensor.direction} number {tensor.index + 1} has no name"
        elif written is not None and written.value == "":
            found = f"{tensor.direction} number {tensor.index + 1} has an empty name"
        else:
            continue
        yield Problem(
            written.span if written is not None else tensor.span,
            f"{found}, so the server refuses the model",
            help=f'write `name: "..."` into this {tensor.direction}, or remove the whole entry',
            key=tensor.key,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
 input { data_type: TYPE_FP32 dims: [ 1 ] }
#^^^^^ TLC201
output [
  {
    name: ""
    #     ^^ TLC201
    data_type: TYPE_FP32
    dims: [ 1 ]
  }
]
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
