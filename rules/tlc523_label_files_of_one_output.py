"""Two outputs of one name have label files

## What it does
Reports a second output of the same name that also has a `label_filename`.

## What happens
The server refuses the model. Without the label files, the duplicate would be accepted.

## How to fix
Remove one of the two outputs.

## Source
Triton core, `LabelProvider::AddLabels`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC523",
    name="label-files-of-one-output",
    effect="load-failure",
    server_says=("multiple label files for",),
)


def check(config: Document) -> Iterator[Problem]:
    seen: dict[str, Scalar] = {}
    for tensor in tensors(config, "output"):
        written = tensor.message.scalar("label_filename")
        if written is None or not written.value or not tensor.name:
            continue
        first = seen.setdefault(tensor.name, written)
        if first is not written:
            yield Problem(
                written.span,
                f"{tensor.title} has a label file already, so the server refuses the model",
                help="remove one of the two outputs, or rename it",
                related=(Related(first.span, "the first label file"),),
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output [
  { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" },
  { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" }
  #       ^^^ TLC230
  #                                                            ^^^^^^^^^^^^ TLC523
]
-- add/1/ --
-- add/labels.txt --
cat
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output [
  { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" },
  { name: "z" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" }
]
-- add/1/ --
-- add/labels.txt --
cat
""",
)
