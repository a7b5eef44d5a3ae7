"""A label file lies outside the model folder

## What it does
Reports a `label_filename` that leaves the model folder, by `..` or through a symlink.

## What happens
From 26.02 on the server refuses the model. Older servers read the file wherever it is.

## How to fix
Copy the file into the model folder.

## Source
Triton core, `Model::Init`; from 26.02.
"""

import os
import posixpath
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC522",
    name="label-file-outside-model",
    effect="load-failure",
    first="26.02",
    server_says=("is outside model directory",),
)


def check(config: Document, model: Model, target: Target) -> Iterator[Problem]:
    for tensor in tensors(config, "output"):
        written = tensor.message.scalar("label_filename")
        if written is None or not isinstance(written.value, str) or not written.value:
            continue
        path = posixpath.normpath(written.value.lstrip("/"))
        entry = model.entries.get(path)
        home = model.real_path
        real = entry.link if entry is not None and entry.link else None
        if path.startswith(".."):
            # Up to 26.05 the server compares prefixes only: `../add_labels/x` passes for a model `add`.
            real = os.path.join(os.path.dirname(home), path[3:]) if path.count("..") == 1 else os.path.dirname(home)
        inside = home + os.sep if target.since("26.06") else home
        if real is None or real == home or real.startswith(inside):
            continue
        yield Problem(
            written.span,
            f"the label file of {tensor.title} lies outside the model folder, so the server refuses the model",
            help="copy the file into the model folder and name it by its path there",
            key=tensor.key,
        )


EXAMPLES = (
    """\
-- target -- release=26.02
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "../labels.txt" }
#                                                                   ^^^^^^^^^^^^^^^ TLC522
-- add/1/ --
-- labels.txt --
cat
""",
    """\
-- target -- release=26.02
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "1/../labels.txt" }
-- add/1/ --
-- add/labels.txt --
cat
""",
)
