"""The runtime is no library of the backend

## What it does
Reports `runtime: "model.py"` beside `backend: "python"`, and a `runtime` that names the library of another
backend, or a folder of the model.

## What happens
The server looks for the file in the version folder, the model folder and the backend's folder, and refuses
the model when it is nowhere. `model.py` means a `model.py` in the *backend's* folder, which the Python
backend itself does not have.

## How to fix
Delete `runtime`: the server finds the backend's library by itself.

## Source
Triton core, `TritonModel::Create`; from 24.01 on.
"""

import posixpath
from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import EffectiveConfig, in_backend_folder, known_backends
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC110",
    name="runtime-not-found",
    effect="load-failure",
    first="24.01",
    server_says=(
        "unable to find backend library",
        "unable to find Python backend based backend library",
        "escapes backend directory",
    ),
)


def check(model: Model, config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    runtime, backend = config.root.scalar("runtime"), effective.backend
    field = config.root.field("runtime")
    if field is None or runtime is None or not isinstance(runtime.value, str) or not runtime.value or not backend:
        return
    name = runtime.value
    if name == "model.py":
        # Other backends may be written in Python, with a model.py in their folder; pytorch and tensorflow are in part.
        if backend != "python":
            return
        sure, why = True, "the Python backend has no model.py in its folder"
    elif _is_folder(name, model):
        sure, why = True, f"{name} is a folder of the model, not a library"
    elif name == f"libtriton_{backend}.so" or _exists(name, backend, model, target):
        return
    elif posixpath.normpath(name).startswith("../"):
        outside = posixpath.normpath(name).lstrip("./").partition("/")[0]
        # A path that leaves the folder and comes back is accepted (up to 26.05 by a plain prefix test).
        loaded = (f.name for f in effective.version_folders if f.number is not None)
        sure = not outside.startswith((backend, model.name, *loaded))
        why = f"{name} leaves the folder in which it is looked for"
    else:
        sure = backend in known_backends() and "/" not in name
        why = f"{name} is not in the model and not the library of the backend {backend!r}"
    yield Problem(
        runtime.span,
        f"the server {'will' if sure else 'may'} refuse the model: {why}",
        help="delete runtime",
        fix=Fix("delete runtime", (remove_field(config, field),), safety="unsafe"),
        key="runtime",
        certainty=None if sure else "likely",
    )


def _is_folder(name: str, model: Model) -> bool:
    """Whether the server finds a folder of that name first."""
    entry = model.entries.get(name)
    inside = any(f"{folder}/{name}" in model.entries for folder in model.subfolders)
    return entry is not None and entry.kind == "directory" and not inside


def _exists(name: str, backend: str, model: Model, target: Target) -> bool:
    deepest = name.count("/") + 1
    brought = any(entry.path.endswith(name) and entry.path.count("/") <= deepest for entry in model.entries.values())
    return brought or in_backend_folder(backend, name, target)


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
runtime: "libtriton_python.so"
#        ^^^^^^^^^^^^^^^^^^^^^ TLC110
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
runtime: "libtriton_identity.so"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
runtime: "../libraries/libtriton_identity.so"
#        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC110
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- add/libraries/libtriton_identity.so --
x
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "identity"
runtime: "1"
#        ^^^ TLC110
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
