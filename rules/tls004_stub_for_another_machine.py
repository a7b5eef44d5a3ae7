"""The stub is built for a machine that Triton does not run on

## What it does
Reports a stub in the model's folder that is neither for x86-64 nor for 64-bit ARM, or for another machine than the
server's: the one that the settings declare (`machine = "aarch64"`), else that of the server's own stub where a backend
directory is given, else x86-64.

## What happens
The kernel cannot run it. Up to 25.07 the load hangs for ever; from 25.08 on it fails after 10 seconds.

## How to fix
Build the stub on the server's architecture. On a Mac with an ARM processor, Docker builds for ARM unless told
`--platform linux/amd64`.

## Source
Seen on release 24.10 with stubs marked as 64-bit ARM and 32-bit x86 (docs/interpreter-matrix.md); images exist for
x86-64 and 64-bit ARM.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS004",
    name="stub-for-another-machine",
    effect="load-failure",
    server_says=("Stub process '' is not healthy.",),
)

MACHINES = ("x86_64", "aarch64")


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if plan.stub_entry is None or stub is None or stub.not_elf or stub.error:
        return
    own = plan.server_stub.machine if plan.server_stub is not None else ""
    known = target.machine or own
    expected = known or MACHINES[0]
    if stub.machine == expected and stub.bits == 64:
        return
    if stub.machine not in MACHINES or stub.bits != 64:
        where, sure = "Triton runs on x86_64 and aarch64 only", True
    else:
        where, sure = f"the server {'is' if known else 'is taken for'} {expected}", bool(known)
    setting = f'; for a server of that kind write `machine = "{stub.machine}"` in the settings'
    platform = "arm64" if expected == "aarch64" else "amd64"
    yield Problem(
        Span(stub.path),
        f"the stub is built for {stub.machine}, {stub.bits} bits; {where}: the model will not load",
        help=f"build it on a machine like the server's, or with `docker build --platform linux/{platform}`"
        + ("" if sure else setting),
        key=stub.machine,
        certainty=None if sure else "likely",
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
-- add/triton_python_backend_stub -- TLS004
@elf machine=ppc64le needed=libpython3.12.so.1.0,libc.so.6
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
-- add/triton_python_backend_stub -- TLS004
@elf machine=aarch64 needed=libpython3.12.so.1.0,libc.so.6
""",
    """\
-- target -- machine=aarch64
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
@elf machine=aarch64 needed=libpython3.12.so.1.0,libc.so.6
""",
)
