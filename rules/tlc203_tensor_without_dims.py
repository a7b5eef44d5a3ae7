"""An input or output has no dims

## What it does
Reports an `input` or `output` entry whose `dims` are left out or an empty list.

## What happens
Unless the backend completes the entry from the model file (or model.py has `auto_complete_config`), the server
refuses the model. It is reported as certain where nothing can complete it, else as likely.

## How to fix
Write the dims without the batch dimension. A tensor with one value per request has `dims: [ 1 ]`; Triton has no
scalars. With batching, `dims: [ 1 ] reshape { shape: [ ] }` hands the backend a tensor of the batch dimension only.

## Source
Triton core, `ValidateIOShape`; all releases.
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

RULE = Rule(code="TLC203", name="tensor-without-dims", effect="load-failure", server_says=("must specify 'dims'",))


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    for tensor in tensors(config):
        if not tensor.name or tensor.dims != []:
            continue
        if tensor.data_type == "TYPE_INVALID":
            # One entry that is left to completion is one cause; TLC202 speaks about it.
            continue
        if is_completed(repository.models[model.name], tensor):
            continue
        completed = may_be_completed(repository.models[model.name], target)
        yield Problem(
            tensor.dims_span,
            f"{tensor.title} has no dims"
            + (
                ", so the server refuses the model unless the backend completes it"
                if completed
                else " and nothing completes it, so the server refuses the model"
            ),
            help="write `dims: [ ... ]` without the batch dimension; -1 stands for a size that varies, "
            "`dims: [ 1 ]` for a single value",
            key=tensor.key,
            certainty="likely" if completed else "certain",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 }
#             ^^^ TLC203
output { name: "y" data_type: TYPE_FP32 dims: [ ] }
#                                       ^^^^^^^^^ TLC203
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/ --
""",
)
