"""A warm-up data file has another size than its tensor

## What it does
Compares the size of `input_data_file` with the bytes that the warm-up input's dims and data type need. String data
has no fixed size and is left to `warmup-string-elements`.

## What happens
The server refuses the model when the file is too small. A larger file is accepted and cut: the warm-up then runs on
the file's first bytes, often because an image was given where raw tensor bytes belong.

## How to fix
Write the array itself: `array.astype(numpy.float32).tofile(path)`.

## Source
Triton core, `GenerateWarmupData`; all releases.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.tensors import shape_text
from tritonlint.warmup import active_inputs, data_file

RULE = Rule(
    code="TLC504",
    name="warmup-file-size",
    effect="load-failure",
    server_says=("warmup setting expects", "only has"),
)


def check(config: Document, model: Model) -> Iterator[Problem]:
    for given in active_inputs(config):
        written = given.value.scalar("input_data_file") if given.value is not None else None
        needed = given.byte_size
        if written is None or not isinstance(written.value, str) or needed is None:
            continue
        found = data_file(model, written.value)
        path, entry = found if found is not None else ("", None)
        if entry is None or entry.kind != "file" or entry.size == needed:
            continue
        short = entry.size < needed
        yield Problem(
            written.span,
            f"{path} has {entry.size} bytes, warm-up input '{given.name}' needs {needed}"
            + (", so the server refuses the model" if short else "; the rest is cut off"),
            help=f"{shape_text(given.dims or [])} of {given.data_type} takes {needed} raw bytes; "
            "write the array itself with `array.tofile(...)`",
            related=(Related(model.at(path), f"{entry.size} bytes"),),
            key=given.key,
            effect="load-failure" if short else "hygiene",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "real"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] input_data_file: "raw.bin" } }
  #                                                                           ^^^^^^^^^ TLC504
}
-- add/1/ --
-- add/warmup/raw.bin --
abc
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_UINT8 dims: [ 4 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ 4 ] }
model_warmup {
  name: "real"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_UINT8 dims: [ 4 ] input_data_file: "raw.bin" } }
}
-- add/1/ --
-- add/warmup/raw.bin --
abc
""",
)
