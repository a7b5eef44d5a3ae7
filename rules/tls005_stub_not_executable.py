"""The stub has no execute permission

## What it does
Reports a `triton_python_backend_stub` in the model's folder whose owner may not execute it, or that has the mode 0100
which the server leaves behind.

## What happens
The server then sets the mode to 0100 itself. Where it may not (a read-only mount, a ConfigMap, another owner) the
model does not load; where it may, other users can no longer read or copy the file.

## How to fix
`chmod 755`, and `git update-index --chmod=+x` so that the repository keeps it.

## Source
Python backend, `StubLauncher` (facts: python-backend, section 1.5; server#3608, server#5819).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLS005",
    name="stub-not-executable",
    effect="load-failure",
    certainty="likely",
    server_says=("Failed to give execute permission to triton_python_backend_stub",),
)


def check(plan: Plan) -> Iterator[Problem]:
    stub = plan.stub
    if plan.stub_entry is None or stub is None:
        return
    if stub.mode == 0o100 and not stub.error:
        yield Problem(
            Span(stub.path),
            "the stub has mode 0100, which the server gives to one that it could not start: it was not executable, or "
            "up to 25.07 a library was not found; nobody else can copy or read it now",
            help="chmod 755 triton_python_backend_stub, and see what `ldd` says of it",
            key="mode",
            effect="hygiene",
        )
        return
    if stub.executable:
        return
    # What is no program at all has a rule of its own.
    if stub.error or stub.not_elf not in ("", "script"):
        return
    yield Problem(
        Span(stub.path),
        f"the stub has mode {stub.mode:04o} and is not executable; the model will not load from a read-only mount or "
        "when the file has another owner",
        help="chmod 755 triton_python_backend_stub && git update-index --chmod=+x triton_python_backend_stub",
        key="mode",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- add/triton_python_backend_stub -- TLS005
@elf needed=libpython3.10.so.1.0,libc.so.6 mode=100
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- add/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6 mode=500
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
-- add/triton_python_backend_stub -- TLS005
@elf needed=libpython3.12.so.1.0,libc.so.6 mode=644
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
