"""A version folder lacks the model file

## What it does
Reports a version that will be loaded and whose folder does not hold the file that its backend reads.

## What happens
The Python backend does not load the model: up to 25.07 the load never ends, later it fails after ten seconds.
Other backends refuse it; of these, and of a file name other than `model.py`, the rule says likely, since the
image can bring a backend of its own.

## How to fix
Put the file into the version folder, or name it in `default_model_filename`.

## Source
Python backend, stub start-up (seen on 24.10); default file names of Triton core.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR015",
    name="model-file-missing",
    effect="load-failure",
    server_says=("Python model file not found in",),
)


FILE_BACKENDS = frozenset({"python", "onnxruntime", "tensorrt", "pytorch", "tensorflow", "openvino"})


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    backend, name = effective.backend, effective.default_model_filename
    if backend not in FILE_BACKENDS or not name or not effective.complete or model.truncated or effective.runtime:
        return
    if effective.versions is None or not model.recognised:
        return
    for number, folder in effective.versions:
        # A folder such as 1_old is the cause then, and has a rule of its own.
        entry = model.entries.get(f"{folder}/{name}")
        unusable = entry is not None and backend == "python" and entry.kind == "directory"
        if folder != str(number) or (entry is not None and not unusable):
            continue
        inside = model.children(folder)
        beside = name in model.entries
        fix = None
        near = [] if unusable else [entry.name for entry in inside if _meant(entry.name, name)]
        if unusable:
            found = f"{folder}/{name} is a folder"
            advice = f"put the code into a file {model.name}/{folder}/{name}"
        elif near:
            found = f"{folder}/ holds {near[0]}"
            advice = f"mv {model.name}/{folder}/{near[0]} {model.name}/{folder}/{name}"
            advice += f', or default_model_filename: "{near[0]}"'
            renames = (Rename(model.at(f"{folder}/{near[0]}").path, model.at(f"{folder}/{name}").path),)
            fix = Fix(f"rename it to {name}", renames=renames, safety="unsafe")
        elif beside:
            found = f"{name} lies beside {folder}/, not in it"
            advice = f"mv {model.name}/{name} {model.name}/{folder}/{name}"
            if len(effective.versions) == 1:
                renames = (Rename(model.at(name).path, model.at(f"{folder}/{name}").path),)
                fix = Fix("move it into the version folder", renames=renames)
        else:
            found = f"{folder}/ holds {', '.join(entry.name for entry in inside[:4]) or 'nothing'}"
            advice = f"put {name} into {model.name}/{folder}"
        yield Problem(
            model.at(folder),
            f"{model.name} will not load: the {backend} backend reads {folder}/{name}, and {found}",
            help=advice,
            fix=fix,
            key=folder,
            certainty=None if backend == "python" and name == "model.py" else "likely",
        )


def _meant(found: str, name: str) -> bool:
    """Whether a file is meant to be the model file: the same suffix, or the same name in other capitals."""
    suffix = name.rpartition(".")[2]
    if name == "model.py":
        return found.lower() == name or found in ("models.py", "main.py", "Model.py")
    return found.lower() == name or found.rpartition(".")[2] == suffix


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/Model.py --
x = 1
-- add/1/ -- TLR015
""",
    """\
-- add/config.pbtxt --
backend: "onnxruntime"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/net.onnx --
x
-- add/1/ -- TLR015
""",
    """\
-- add/config.pbtxt --
backend: "onnxruntime"
default_model_filename: "net.onnx"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/net.onnx --
x
""",
)
