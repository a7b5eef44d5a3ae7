"""The batch dimension probably stands in the dims, too

## What it does
Reports a model that batches (`max_batch_size` above 0) and in which every input and every output begins with -1, or
every one begins with the value of `max_batch_size`, when at least one of them has four dims or more. The server adds
the batch dimension itself, so the dims must leave it out.

## What happens
The model loads if nothing contradicts it, but requests need one dimension more than the model has:
`unexpected shape for input`. A model whose tensors really begin with a dimension of their own is meant to be written
like this, so the finding is likely only.

## How to fix
Remove the first dim of every input and output, or set `max_batch_size: 0` and keep them.

## Source
The most reported mistake in configs (facts, pain points C01).
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.tensors import Tensor, shape_text, tensors

RULE = Rule(
    code="TLC601",
    name="batch-dimension-in-dims",
    effect="request-failure",
    certainty="likely",
    server_says=("unexpected shape for input", "model expects the shape to have"),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    limit = effective.max_batch_size
    maximum = config.root.scalar("max_batch_size")
    declared = tensors(config)
    if not limit or limit < 2 or maximum is None or effective.is_ensemble or effective.backend == "python":
        return
    if not tensors(config, "input") or not tensors(config, "output"):
        return
    shapes = [tensor.dims or [] for tensor in declared]
    if not all(len(shape) >= 2 and shape[0] in (-1, limit) for shape in shapes):
        return
    if len({shape[0] for shape in shapes}) != 1 or any(-1 in shape[1:] for shape in shapes):
        return
    if max(len(shape) for shape in shapes) < 4 or any(tensor.message.has("reshape") for tensor in declared):
        return
    first = declared[0]
    leading = first.message.scalars("dims")[0]
    yield Problem(
        leading.span,
        f"every input and output begins with {leading.value}, but max_batch_size: {limit} adds a batch dimension "
        "of its own: requests then need one dimension more than the model has",
        help=f"write `dims: {shape_text(shapes[0][1:])}` (and the others alike), or set `max_batch_size: 0`",
        related=(Related(maximum.span, "adds the batch dimension"),),
        # The dims may be meant; the server that loads this model takes other requests afterwards.
        fix=Fix("leave the first dim of every tensor out", _without_first(config, declared), safety="unsafe"),
        key="dims",
    )


def _without_first(config: Document, declared: list[Tensor]) -> tuple[Edit, ...]:
    edits = []
    for tensor in declared:
        field = tensor.message.occurrences("dims")[0]
        first, second = tensor.message.scalars("dims")[:2]
        if len(field.values) > 1:
            edits.append(Edit(Span(config.path, first.start, second.start), ""))
        else:
            edits.append(remove_field(config, field))
    return tuple(edits)


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
max_batch_size: 8
input { name: "image" data_type: TYPE_FP32 dims: [ -1, 3, 224, 224 ] }
#                                                  ^^ TLC601
output { name: "score" data_type: TYPE_FP32 dims: [ -1, 1000 ] }
-- add/1/model.plan --
engine
-- fixed: add/config.pbtxt --
platform: "tensorrt_plan"
max_batch_size: 8
input { name: "image" data_type: TYPE_FP32 dims: [ 3, 224, 224 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1000 ] }
""",
    """\
-- add/config.pbtxt --
platform: "tensorrt_plan"
max_batch_size: 8
input { name: "tokens" data_type: TYPE_INT64 dims: [ -1 ] }
output { name: "hidden" data_type: TYPE_FP32 dims: [ -1, 768 ] }
-- add/1/model.plan --
engine
""",
)
