"""The stub needs libraries that stayed in the wheel it was copied from

## What it does
Reports needed libraries with the hash names that auditwheel gives, such as `libcudart-09529672.so.12.6.77`, when the
stub looks for them in a folder outside the model that is not there.

## What happens
The loader does not find them and the stub cannot start. Up to 25.07 the load hangs for ever; from 25.08 on it fails
after 10 seconds.

## How to fix
Build the stub for the release, or copy the libraries as well and point to them with `patchelf --set-rpath`.

## Source
Seen on release 24.10 (facts: python-backend, section 3.2; real-servers.md).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.recipes import stub_again
from tritonlint.resolution import STUB_NAME, Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS008",
    name="stub-copied-out-of-a-wheel",
    effect="load-failure",
    certainty="likely",
    server_says=("error while loading shared libraries",),
)


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or not plan.missing_beside:
        return
    folder = (stub.runpath or stub.rpath)[0]
    yield Problem(
        Span(stub.path),
        f"the stub was copied out of a Python wheel and needs `{plan.missing_beside[0]}` from `{folder}`, which is not "
        "there: unless LD_LIBRARY_PATH holds it, the stub cannot start and the model will not load",
        help=stub_again(target.release, stub.python, plan.release_python)
        + f"\nor copy the library too: `cp …/{plan.missing_beside[0]} . && patchelf --set-rpath '$ORIGIN' {STUB_NAME}`",
        key=plan.missing_beside[0],
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
-- add/triton_python_backend_stub -- TLS008
@elf needed=libcudart-09529672.so.12.6.77,libpython3.10.so.1.0 rpath=$ORIGIN/../../../../nvidia_pytriton.libs
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
-- add/triton_python_backend_stub --
@elf needed=libcudart.so.12,libpython3.10.so.1.0
""",
)
