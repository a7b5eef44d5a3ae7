"""A label file is missing

## What it does
Looks for `label_filename` of every output in the model folder.

## What happens
The server refuses the model.

## How to fix
Put the file into the model folder, beside `config.pbtxt`. Label files are not looked up in the version folders; a
path into one (`1/labels.txt`) works. A leading `/` does not make the path absolute.

## Source
Triton core, `LabelProvider::AddLabels`; all releases.
"""

import posixpath
from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import MAX_DEPTH, Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLC520",
    name="label-file-missing",
    effect="load-failure",
    server_says=("failed to open text file for read",),
)


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    if model.truncated or model.error:
        return
    for tensor in tensors(config, "output"):
        written = tensor.message.scalar("label_filename")
        if written is None or not isinstance(written.value, str) or not written.value:
            continue
        path = posixpath.normpath(written.value.lstrip("/"))
        beside = path.removeprefix("../")
        if path.startswith("../") and "/" not in beside and beside != ".." and not target.since("26.02"):
            # From 26.02 the path alone is refused, there or not: TLC522.
            others = {entry.name for entry in (*repository.plain_files, *repository.strays)}
            if beside not in others and beside not in repository.models:
                yield Problem(
                    written.span,
                    f"the label file {beside} does not exist beside the model folder, so the server refuses the model",
                    help="put the file into the model folder and name it by its path there",
                    key=tensor.key,
                )
        if path.startswith("..") or path.count("/") >= MAX_DEPTH:
            continue
        entry = model.entries.get(path)
        if entry is not None and entry.kind != "broken-link":
            continue
        if written.value.startswith("/") and path.count("/"):
            hint = "a leading / does not make the path absolute: it is looked up inside the model folder"
        else:
            hint = f"create {path} in the model folder, or remove `label_filename`"
        same = [e.path for e in model.entries.values() if e.kind == "file" and e.name == posixpath.basename(path)]
        if same:
            hint = f'write `label_filename: "{same[0]}"`, or move that file up to {path}'
        yield Problem(
            written.span,
            f"the label file {path} does not exist in the model folder, so the server refuses the model",
            help=hint,
            key=tensor.key,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" }
#                                                                   ^^^^^^^^^^^^ TLC520
-- add/1/labels.txt --
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
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "../labels.txt" }
#                                                                   ^^^^^^^^^^^^^^^ TLC520
-- add/1/ --
-- labels.text --
cat
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "../labels.txt" }
-- add/1/ --
-- labels.txt --
cat
""",
)
