"""The runtime is no library of the backend

## What it does
Reports `runtime: "model.py"` beside `backend: "python"`, and a `runtime` that names the library of another
backend.

## What happens
The server looks for the file in the version folder, the model folder and the backend's folder, and refuses
the model when it is nowhere. `model.py` means a `model.py` in the *backend's* folder, which the Python
backend itself does not have.

## How to fix
Delete `runtime`: the server finds the backend's library by itself.

## Source
Triton core, `TritonModel::Create`; from 24.01 on.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig, known_backends
from tritonlint.finding import Fix, Problem
from tritonlint.pbtxt.edit import remove_field
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC110",
    name="runtime-not-found",
    effect="load-failure",
    first="24.01",
    server_says=("unable to find backend library", "unable to find Python backend based backend library"),
)


def check(model: Model, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    runtime, backend = config.root.scalar("runtime"), effective.backend
    field = config.root.field("runtime")
    if field is None or runtime is None or not isinstance(runtime.value, str) or not runtime.value or not backend:
        return
    name = runtime.value
    brought = any(entry.name == name and entry.path.count("/") <= 1 for entry in model.entries.values())
    # `model.py` is looked for in the backend's folder, whatever lies in the model.
    if name == f"libtriton_{backend}.so" or (brought and name != "model.py"):
        return
    certainty = None
    if name == "model.py":
        # Other backends may be written in Python, with a model.py in their folder; pytorch and tensorflow are in part.
        if backend != "python":
            return
        why = f"the backend {backend!r} has no model.py in its folder"
    elif "/" in name:
        why = f"it looks for {name} in the folders of the version, the model and the backend"
        certainty = "likely"
    else:
        other = name.removeprefix("libtriton_").removesuffix(".so")
        why = f"{name} is not in the model and not a library of the backend {backend!r}"
        certainty = None if other in known_backends() and backend in known_backends() else "likely"
    yield Problem(
        runtime.span,
        f"the server will refuse the model: {why}" if certainty is None else f"the server may refuse the model: {why}",
        help="delete runtime",
        fix=Fix("delete runtime", (remove_field(config, field),), safety="unsafe"),
        key="runtime",
        certainty="likely" if certainty else None,
    )


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
)
