"""The stub does not lie beside config.pbtxt

## What it does
Reports a `triton_python_backend_stub` in a version folder or another folder of the model, when the model's own folder
has none.

## What happens
The server looks beside config.pbtxt only. It ignores this file without a message and runs the model with the
release's own stub and Python.

## How to fix
Move the file beside config.pbtxt.

## Source
Python backend, `StubLauncher`; seen on release 24.10 (facts: python-backend, section 1.4).
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import Model
from tritonlint.resolution import STUB_NAME, Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLS001",
    name="stub-in-the-wrong-folder",
    effect="wrong-result",
    certainty="likely",
)


def check(model: Model, plan: Plan) -> Iterator[Problem]:
    if plan.stub_entry is not None or model.truncated:
        return
    found = [e for e in model.entries.values() if e.name == STUB_NAME and e.kind == "file" and "/" in e.path]
    # Deeper ones belong to something else, an unpacked environment with a Triton in it for example.
    found = [entry for entry in found if entry.path.count("/") == 1]
    for entry in found:
        source, destination = os.path.join(model.path, entry.path), os.path.join(model.path, STUB_NAME)
        move = Fix("Move it beside config.pbtxt", renames=(Rename(source, destination),), safety="unsafe")
        yield Problem(
            model.at(entry.path),
            f"the server looks for {STUB_NAME} beside config.pbtxt only: it ignores this one and runs its own",
            help=f"git mv {entry.path} {STUB_NAME}",
            fix=move if len(found) == 1 else None,
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
-- add/1/triton_python_backend_stub -- TLS001
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
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
)
