"""Nothing tells which backend runs the model

## What it does
Reports a model without `backend`, `platform` and `default_model_filename` whose first sub-folder holds no
model file that the server knows.

## What happens
The server refuses the model. It looks into the first sub-folder in the order of bytes, whatever it is: a
hidden folder or an `assets` folder in front of the version folder hides the model file.

## How to fix
Name the backend in `config.pbtxt`.

## Source
Triton core, `AutoCompleteBackendFields`; from 22.08 on, before it with another text.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import CONFIG_NAME, MODEL_FILES, Model, is_misspelt_config
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC106",
    name="no-backend",
    effect="load-failure",
    server_says=("Could not determine backend for model", "unexpected platform type"),
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.backend != "" or effective.platform != "" or not effective.complete or not model.recognised:
        return
    if effective.scheduling == "ensemble":
        # What it lacks is the platform: TLE001.
        return
    has_config = CONFIG_NAME in model.entries
    if not has_config and any(is_misspelt_config(entry.name) for entry in model.children()):
        return
    if not has_config and any(f"{folder.name}/{CONFIG_NAME}" in model.entries for folder in effective.version_folders):
        return  # what is wrong is where the config lies: TLR008
    first = model.subfolders[0] if model.subfolders else None
    hidden = [
        entry.path
        for folder in model.subfolders[1:]
        for entry in model.children(folder)
        if entry.name in MODEL_FILES and folder.isdecimal()
    ]
    named = effective.default_model_filename
    if named:
        found = f"default_model_filename {named!r} belongs to no backend that the server knows"
    elif hidden:
        found = f"it looks into the folder {first} only, not at {hidden[0]}"
    elif first is None:
        found = "config.pbtxt names none and there is no version folder"
    else:
        inside = ", ".join(entry.name for entry in model.children(first)[:4]) or "nothing"
        found = f"config.pbtxt names none and {first}/ holds {inside}" if has_config else f"{first}/ holds {inside}"
    yield Problem(
        model.at(CONFIG_NAME) if has_config else model.span,
        f"the server will refuse {model.name}, it cannot tell the backend: {found}",
        help='add backend: "python" (or onnxruntime, tensorrt, openvino, ...) to config.pbtxt'
        + (f", and move {first} out of the model" if hidden else ""),
        key="backend",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt -- TLC106
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt -- TLC106
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/.cache/x --
-- add/1/model.onnx --
x
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
model_repository_agents { agents { name: "decrypt" } }
#                                        ^^^^^^^^^ TLC116
-- add/1/ --
""",
)
