"""A warm-up data file is missing

## What it does
Looks for `input_data_file` of every warm-up input in the model's `warmup` folder.

## What happens
The server refuses the model. A folder in the file's place probably kills the whole server: the same read does so for
a label file.

## How to fix
Put the raw bytes of the tensor at `<model>/warmup/<input_data_file>`, for example with `array.tofile(path)`. The
folder stands beside the version folders, not in one.

## Source
Triton core, `GenerateWarmupData`; all releases. A path that leaves the model folder is not judged.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.warmup import FOLDER, active_inputs, data_file

RULE = Rule(
    code="TLC503",
    name="warmup-file-missing",
    effect="load-failure",
    server_says=("failed to open text file for read",),
)


def check(config: Document, model: Model) -> Iterator[Problem]:
    for given in active_inputs(config):
        written = given.value.scalar("input_data_file") if given.value is not None else None
        if written is None or not isinstance(written.value, str):
            continue
        found = data_file(model, written.value)
        if found is None:
            continue
        path, entry = found
        if entry is not None and entry.kind == "directory":
            yield Problem(
                written.span,
                f"warm-up file {path} is a folder, of which the server process may die",
                help="name a file with the raw bytes of the tensor",
                key=given.key,
                effect="server-crash",
                certainty="likely",
            )
        elif entry is None or entry.kind == "broken-link":
            elsewhere = [e.path for e in model.entries.values() if e.kind == "file" and e.name == path.split("/")[-1]]
            names = [e.name for e in model.children(FOLDER) if e.kind == "file"]
            hint = f"write the raw bytes of the tensor to {path} (`array.tofile(...)`)"
            if elsewhere:
                hint = f"move {elsewhere[0]} to {path}"
            elif names:
                hint = f"{FOLDER}/ holds {', '.join(names[:5])}; {hint}"
            yield Problem(
                written.span,
                f"{path} does not exist in the model folder, so the server refuses the model",
                help=hint,
                key=given.key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_UINT8 dims: [ 4 ] }
output { name: "y" data_type: TYPE_UINT8 dims: [ 4 ] }
model_warmup {
  name: "real"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_UINT8 dims: [ 4 ] input_data_file: "raw.bin" } }
  #                                                                            ^^^^^^^^^ TLC503
}
-- add/1/ --
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
