"""Two inputs or two outputs have one name

## What it does
Reports an `input` whose name an earlier input has, and an `output` whose name an earlier output has. An input and an
output may share a name.

## What happens
The model loads, but with a duplicate input every request is refused: the server counts the entries, expects that many
inputs, and a request can give a name only once. A warm-up of the model then fails the load. A duplicate output is
accepted and misleading only: the later entry is never used.

## How to fix
Rename or remove one of them.

## Source
Run on nine core builds, 22.12 to 26.06 (facts, `io.duplicate-input`).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import Direction, Tensor, tensors
from tritonlint.warmup import samples

RULE = Rule(
    code="TLC230",
    name="duplicate-tensor-name",
    effect="request-failure",
    server_says=("expected 2 inputs but got 1",),
)

DIRECTIONS: tuple[Direction, ...] = ("input", "output")


def check(config: Document) -> Iterator[Problem]:
    for direction in DIRECTIONS:
        seen: dict[str, Tensor] = {}
        for tensor in tensors(config, direction):
            if not tensor.name:
                continue
            first = seen.setdefault(tensor.name, tensor)
            if first is tensor:
                continue
            optional = tensor.message.boolean("optional") or first.message.boolean("optional")
            refused = direction == "input"
            warmed = refused and not optional and any(sample.batch_size for sample in samples(config))
            yield Problem(
                tensor.span,
                f"{tensor.title} is declared twice"
                + (
                    ", so the server refuses the warm-up and with it the model"
                    if warmed
                    else ", so every request to the model is refused"
                    if refused
                    else "; the second entry has no effect"
                ),
                help=f"rename or remove one of the two {direction} entries",
                related=(Related(first.span, "first declared here"),),
                key=f"{tensor.key}:{tensor.index}",
                effect="load-failure" if warmed else "request-failure" if refused else "hygiene",
                certainty="likely" if refused and optional else "certain",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input [
  { name: "x" data_type: TYPE_FP32 dims: [ 1 ] },
  { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
  #       ^^^ TLC230
]
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/ --
""",
)
