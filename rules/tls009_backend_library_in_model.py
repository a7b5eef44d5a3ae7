"""The library of the Python backend lies in the model

## What it does
Reports a `libtriton_python.so` in the model's folder or in a version folder.

## What happens
The server takes it instead of the installed one. From 23.10 on it then treats the model as a backend written in
Python and looks for model.py in the wrong place; before, it looks for the stub beside the library. Either way the
model does not load.

## How to fix
Delete it; only the stub may lie in the model's folder.

## Source
Seen on releases 23.07 and 24.10 (docs/interpreter-matrix.md; facts: python-backend, section 1.7).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLS009",
    name="backend-library-in-model",
    effect="load-failure",
    server_says=("No module named 'model'", "Failed to give execute permission to triton_python_backend_stub"),
)

NAME = "libtriton_python.so"


def check(model: Model, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    if effective.backend != "python":
        return
    looks = "for its stub beside it" if target.before("23.10") else "for model.py in the wrong place"
    for path in (NAME, *(f"{folder}/{NAME}" for folder in model.subfolders if folder.isdigit())):
        entry = model.entries.get(path)
        if entry is not None and entry.kind == "file":
            yield Problem(
                model.at(path),
                f"the server takes this {NAME} instead of its own and then looks {looks}: the model will not load",
                help=f"delete {path}; a model may bring triton_python_backend_stub, never the library",
                key=path,
                certainty=None if target.since("23.07") else "likely",
            )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/libtriton_python.so -- TLS009
@elf interpreter= soname=libtriton_python.so
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
""",
)
