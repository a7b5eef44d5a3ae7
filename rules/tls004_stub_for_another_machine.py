"""The stub is built for a machine that Triton does not run on

## What it does
Reports a stub in the model's folder that is neither for x86-64 nor for 64-bit ARM, or for another machine than the
server's own stub, where a backend directory is given.

## What happens
The kernel cannot run it. Up to 25.07 the load hangs for ever; from 25.08 on it fails after 10 seconds.

## How to fix
Build the stub on the server's architecture.

## Source
Seen on release 24.10 with stubs marked as 64-bit ARM and 32-bit x86 (docs/interpreter-matrix.md); images exist for
x86-64 and 64-bit ARM.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLS004",
    name="stub-for-another-machine",
    effect="load-failure",
    server_says=("Stub process '' is not healthy.",),
)

MACHINES = ("x86_64", "aarch64")


def check(plan: Plan) -> Iterator[Problem]:
    stub = plan.stub
    if plan.stub_entry is None or stub is None or stub.not_elf or stub.error:
        return
    own = plan.server_stub
    if own is not None and own.machine and own.machine != stub.machine:
        where = f"the server's own is built for {own.machine}"
    elif stub.machine not in MACHINES or stub.bits != 64:
        where = "Triton runs on x86_64 and aarch64 only"
    else:
        return
    yield Problem(
        Span(stub.path),
        f"the stub is built for {stub.machine}, {stub.bits} bits; {where}: the model will not load",
        help="build the stub on a machine like the server's",
        key=stub.machine,
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
-- add/triton_python_backend_stub --
@elf machine=aarch64 needed=libpython3.12.so.1.0,libc.so.6
""",
)
