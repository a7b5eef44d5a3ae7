"""A label file is a folder

## What it does
Reports a `label_filename` that leads to a folder, for example `.` or `1`.

## What happens
The server process dies of an exception that nothing catches, and every model in it goes down.

## How to fix
Name the file inside the folder.

## Source
Triton core, `ReadTextFile`; seen on nine core builds, 22.12 to 26.06.
"""

import posixpath
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC521",
    name="label-file-is-folder",
    effect="server-crash",
    server_says=("basic_string::_M_replace_aux",),
)


def check(config: Document, model: Model) -> Iterator[Problem]:
    for tensor in tensors(config, "output"):
        written = tensor.message.scalar("label_filename")
        if written is None or not isinstance(written.value, str) or not written.value:
            continue
        path = posixpath.normpath(written.value.lstrip("/") or ".")
        entry = model.entries.get(path)
        if path == "." or (entry is not None and entry.kind == "directory"):
            yield Problem(
                written.span,
                f"the label file of {tensor.title} is a folder, of which the whole server process dies",
                help="name a text file with one label a line",
                key=tensor.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels" }
#                                                                   ^^^^^^^^ TLC521
-- add/1/ --
-- add/labels/labels.txt --
cat
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" }
-- add/1/ --
-- add/labels.txt --
cat
""",
)
