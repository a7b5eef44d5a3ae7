"""A warm-up file of strings does not hold the elements that its shape says

## What it does
Reads the `input_data_file` of TYPE_STRING warm-up inputs and counts its elements: each stands behind its length in
four little-endian bytes.

## What happens
From 24.06 on the server refuses the model when the file holds another number of elements, or ends within one. Plain
text is the usual cause: its first four characters are then read as a length.

## How to fix
Write every string with its length: `struct.pack("<I", len(s)) + s`, as often as the dims multiply to.

## Source
Triton core, `InferenceRequest::ValidateBytesInputs` on the warm-up request; from 24.06.
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.warmup import read_string_elements
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.tensors import element_count, tensors
from tritonlint.warmup import active_inputs, data_file

RULE = Rule(
    code="TLC509",
    name="warmup-string-elements",
    effect="load-failure",
    first="24.06",
    server_says=(
        "string elements for inference input",
        "incomplete string length indicator",
        "element byte size indicator exceeds",
    ),
)


def check(config: Document, model: Model) -> Iterator[Problem]:
    declared = {tensor.name: tensor for tensor in tensors(config, "input")}
    for given in active_inputs(config):
        written = given.value.scalar("input_data_file") if given.value is not None else None
        dims, tensor = given.dims, declared.get(given.name)
        if written is None or not isinstance(written.value, str) or not dims or any(dim < 0 for dim in dims):
            continue
        if given.data_type != "TYPE_STRING" or tensor is None or tensor.data_type != "TYPE_STRING":
            continue
        found = data_file(model, written.value)
        if found is None or found[1] is None or found[1].kind != "file":
            continue
        elements, needed = read_string_elements(os.path.join(model.path, found[0])), element_count(dims)
        if elements is None or (elements.count == needed and elements.broken_at is None):
            continue
        if elements.broken_at is not None:
            reason = f"does not hold whole strings: what starts at byte {elements.broken_at} has no end"
        else:
            reason = f"holds {elements.count} strings, the shape says {needed}"
        yield Problem(
            written.span,
            f"{found[0]} {reason}, so the server refuses the model",
            help='write each string as `struct.pack("<I", len(s)) + s`',
            related=(Related(model.at(found[0]), f"{elements.count} whole strings"),),
            key=given.key,
        )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_warmup {
  name: "text"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_STRING dims: [ 1 ] input_data_file: "text" } }
  #                                                                             ^^^^^^ TLC509
}
-- add/1/ --
-- add/warmup/text --
hello
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_warmup {
  name: "text"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_STRING dims: [ 1 ] zero_data: true } }
}
-- add/1/ --
""",
)
