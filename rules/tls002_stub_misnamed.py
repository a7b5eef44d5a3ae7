"""A stub under a name that the server does not look for

## What it does
Reports an executable in the model's folder that is a Python backend stub, or whose name says so, and is not called
`triton_python_backend_stub`.

## What happens
Only that name counts. The server ignores the file without a message and runs the model with the release's own stub
and Python.

## How to fix
Rename it to `triton_python_backend_stub`.

## Source
Python backend, `StubLauncher`; seen on release 24.10 (facts: python-backend, section 1.4).
"""

import os
import re
from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import Model
from tritonlint.resolution import STUB_NAME, Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLS002",
    name="stub-misnamed",
    effect="wrong-result",
    certainty="likely",
)

SOUNDS = re.compile(
    r"(triton[_-]?)?(python|py)[_-]?(backend[_-]?)?stub([._-]?(py)?\d[\d._]*)?(\.so|\.bin|\.elf)?", re.IGNORECASE
)


def check(model: Model, plan: Plan) -> Iterator[Problem]:
    if plan.stub_entry is not None:
        return
    found = [e for e in model.children() if e.kind == "file" and e.name != STUB_NAME and SOUNDS.fullmatch(e.name)]
    for entry in found:
        source, destination = os.path.join(model.path, entry.path), os.path.join(model.path, STUB_NAME)
        rename = Fix("Rename it", renames=(Rename(source, destination),), safety="unsafe")
        yield Problem(
            model.at(entry.path),
            f"the server looks for {STUB_NAME} only: it ignores `{entry.name}` and runs its own stub",
            help=f"git mv {entry.name} {STUB_NAME}",
            fix=rename if len(found) == 1 else None,
            key=entry.path,
        )


EXAMPLES = (
    """\
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
-- add/triton_python_backend_stub.so -- TLS002
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
    """\
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
-- add/python_stub -- TLS002
@elf
""",
    """\
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
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
)
