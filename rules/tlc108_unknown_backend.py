"""No image of the server holds this backend

## What it does
Reports a `backend` that no release's image holds, that lies in none of the given backend folders and whose
library is not in the model. Where nothing else tells the backend, the server takes what stands behind the first dot
of the model's name.

## What happens
Without a library `libtriton_<backend>.so`, or a `model.py` in the backend's folder, the server refuses the
model. A backend of your own is fine when the image brings it.

## How to fix
Correct the name; for a backend of your own give `--backend-directory`.

## Source
Triton core, `TritonModel::Create`; backends of the images per release.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.config_edits import quoted
from tritonlint.effective import COPIED_PYTHON_BACKEND, EffectiveConfig, has_backend_library, known_backends
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import CONFIG_NAME, Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC108",
    name="unknown-backend",
    effect="load-failure",
    certainty="likely",
    server_says=("unable to find backend library for backend",),
)


PLATFORMS_AND_NICKNAMES = frozenset(
    {
        "onnx",
        "onnx_runtime",
        "ort",
        "trt",
        "torch",
        "torchscript",
        "libtorch",
        "tf",
        "trtllm",
        "tensorrt_llm",
        "python3",
        "py",
        "onnxruntime_onnx",
        "tensorrt_plan",
        "pytorch_libtorch",
        "torch_aoti",
        "tensorflow_savedmodel",
        "tensorflow_graphdef",
    }
)
"""Left to backend-names-a-platform, which is certain of them."""


def check(model: Model, config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    backend = config.root.scalar("backend")
    known = known_backends()
    if backend is None and effective.backend and model.name.endswith("." + effective.backend):
        if effective.backend not in known and not has_backend_library(model, effective.backend, target):
            yield Problem(
                model.at(CONFIG_NAME),
                f"nothing tells the backend but the folder's name, and no image holds a backend {effective.backend!r}",
                help='write backend: "..." into config.pbtxt',
                key="backend",
            )
        return
    if backend is None or not isinstance(backend.value, str) or not backend.value or effective.runtime:
        return
    if backend.value in known or backend.value.lower() in known or backend.value in PLATFORMS_AND_NICKNAMES:
        return
    if COPIED_PYTHON_BACKEND.fullmatch(backend.value) and target.may_be_since("23.10"):
        return  # copied-backend-folder says more about it
    if has_backend_library(model, backend.value, target):
        return
    near = get_close_matches(backend.value.lower(), sorted(known), 1, 0.8)
    fix = Fix(f"write {near[0]}", (Edit(backend.span, quoted(near[0])),), safety="unsafe") if near else None
    missing = bool(target.backend_directories)
    yield Problem(
        backend.span,
        f"no image of the server holds a backend {backend.value!r}"
        + (" and neither do the given backend folders, so the server will refuse the model" if missing else ""),
        help=f"backend: {quoted(near[0])}" if near else "a backend of your own: give --backend-directory",
        fix=fix,
        key="backend",
        certainty="certain" if missing else None,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "openvinno"
#        ^^^^^^^^^^^ TLC108
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.xml --
x
-- fixed: add/config.pbtxt --
backend: "openvino"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "ours"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/libtriton_ours.so --
x
-- add/1/ --
""",
    """\
-- add.ours/config.pbtxt -- TLC108
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add.ours/1/ --
""",
)
