"""The backend names a platform

## What it does
Reports `backend: "onnxruntime_onnx"` and the like: a platform, or another name of a backend, in place of the
backend's name.

## What happens
The server looks for the library of a backend with that name, finds none and refuses the model.

## How to fix
Write the backend's name, or name the platform as `platform`.

## Source
Triton core, `TritonModel::Create`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import quoted
from tritonlint.effective import EffectiveConfig, has_backend_library, known_backends
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC104",
    name="backend-names-a-platform",
    effect="load-failure",
    server_says=("unable to find backend library for backend",),
)


# What people call a backend, and what it is called.
MISNAMED = {
    "onnxruntime_onnx": "onnxruntime",
    "onnx": "onnxruntime",
    "onnx_runtime": "onnxruntime",
    "ort": "onnxruntime",
    "tensorrt_plan": "tensorrt",
    "trt": "tensorrt",
    "pytorch_libtorch": "pytorch",
    "libtorch": "pytorch",
    "torch": "pytorch",
    "torchscript": "pytorch",
    "torch_aoti": "pytorch",
    "tensorflow_savedmodel": "tensorflow",
    "tensorflow_graphdef": "tensorflow",
    "tf": "tensorflow",
    "trtllm": "tensorrtllm",
    "tensorrt_llm": "tensorrtllm",
    "python3": "python",
    "py": "python",
}


def check(model: Model, config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    backend = config.root.scalar("backend")
    if backend is None or not isinstance(backend.value, str) or effective.runtime:
        return
    meant = MISNAMED.get(backend.value)
    if meant is None and backend.value not in known_backends() and backend.value.lower() in known_backends():
        meant = backend.value.lower()
    if meant is None or has_backend_library(model, backend.value, target):
        return
    yield Problem(
        backend.span,
        f"the server will refuse the model: there is no backend {backend.value!r}, its name is {meant!r}",
        help=f"backend: {quoted(meant)}",
        fix=Fix(f"write {meant}", (Edit(backend.span, quoted(meant)),)),
        key="backend",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "onnxruntime_onnx"
#        ^^^^^^^^^^^^^^^^^^ TLC104
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.onnx --
x
-- fixed: add/config.pbtxt --
backend: "onnxruntime"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
