"""The stub is from another release than the server

## What it does
Finds out from constant strings which Triton releases a stub can be from, and compares that with the target. Releases
whose stub and server share the same memory layout count as equal.

## What happens
There is no handshake between server and stub. A foreign stub loads, passes the health checks, and the first request
(or the first call of another model) kills the whole server with every model in it; an older one lets the load hang.

## How to fix
Build the stub from the python_backend branch of the server's release: `git clone -b rYY.MM`, then `make
triton-python-backend-stub`.

## Source
Seen on release 24.10 with stubs of 22.12 to 26.07 (facts: python-backend, sections 4.2, 4.4 and 8b).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import same_layout
from tritonlint.recipes import stub_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target, release_table

RULE = Rule(
    code="TLS007",
    name="stub-from-another-release",
    effect="server-crash",
    server_says=("boost::interprocess::lock_exception",),
)


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or stub.releases is None:
        return
    first, last = stub.releases
    built = [release for release in release_table() if first <= release <= last]
    low, high = target.window
    meant = [release for release in release_table() if low <= release <= high]
    if any(same_layout(one, other) for one in built for other in meant):
        return
    is_from = f"release {first}" if first == last else f"a release from {first} to {last}"
    known = target.release is not None
    yield Problem(
        Span(stub.path),
        f"the stub is from {is_from}"
        + (
            f", the server is {target.release}: it loads or hangs, and a request then kills the whole server"
            if known
            else "; no release of the last two years works with it, and the first request kills such a server"
        ),
        help=stub_again(target.release, stub.python, plan.release_python)
        if known
        else "declare the release of the server (--triton-version), or build the stub from its python_backend branch",
        key=f"{first} {last}",
        # An old server that nobody declared may be just the right one.
        effect=None if known else "portability",
        certainty="certain" if known else "likely",
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
-- add/triton_python_backend_stub -- TLS007
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.05
""",
    """\
-- target -- release=24.05
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
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.05
""",
    """\
-- target -- release=25.01
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
@stub 24.10
""",
    """\
-- target -- release=26.03
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
@stub 26.03
""",
)
