"""An input or output has no data type

## What it does
Reports an `input` or `output` entry whose `data_type` is left out or `TYPE_INVALID`.

## What happens
Unless the backend completes the entry from the model file (or model.py has `auto_complete_config`), the server
refuses the model. It is reported as certain where nothing can complete it, else as likely.

## How to fix
Write the data type. Types carry the prefix `TYPE_`: `TYPE_FP32`, `TYPE_INT64`, `TYPE_STRING`.

## Source
Triton core, `ValidateIOShape`; all releases. Up to 24.06 the message says `model output` for inputs, too.
"""

from collections.abc import Iterator

from tritonlint.completion import is_completed, may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC202",
    name="tensor-without-data-type",
    effect="load-failure",
    server_says=("must specify 'data_type'",),
)


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    for tensor in tensors(config):
        if not tensor.name or tensor.data_type != "TYPE_INVALID":
            continue
        if is_completed(repository.models[model.name], tensor):
            continue
        completed = may_be_completed(repository.models[model.name], target)
        written = tensor.message.scalar("data_type")
        yield Problem(
            written.span if written is not None else tensor.span,
            f"{tensor.title} has no data type"
            + (
                ", so the server refuses the model unless the backend completes it"
                if completed
                else " and nothing completes it, so the server refuses the model"
            ),
            help=f"write `data_type: TYPE_FP32` (or the type that the model has) into this {tensor.direction}",
            key=tensor.key,
            certainty="likely" if completed else "certain",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" dims: [ 1 ] }
#             ^^^ TLC202
output { name: "y" data_type: TYPE_INVALID dims: [ 1 ] }
#                             ^^^^^^^^^^^^ TLC202
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
