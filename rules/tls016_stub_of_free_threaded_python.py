"""The stub is linked to a free-threaded Python

## What it does
Reports a stub that needs `libpython3.13t` or a newer library with that mark.

## What happens
The Python backend's pybind11 (2.12 at most) does not know free-threaded builds: objects are counted without a lock, and
the stub crashes sooner or later. An environment for the usual build of the same version does not fit it either.

## How to fix
Build the stub with the usual build of Python.

## Source
pybind11 knows free-threaded Python since 2.13; the Python backend pins 2.12.0 up to 26.07 (facts: releases.toml).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.recipes import stub_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS016",
    name="stub-of-free-threaded-python",
    effect="instability",
    certainty="likely",
)


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or not stub.free_threaded:
        return
    yield Problem(
        Span(stub.path),
        f"the stub embeds a free-threaded Python ({stub.libpython}), which the backend's pybind11 does not support",
        help=stub_again(target.release, stub.python, plan.release_python),
        key=stub.libpython,
    )


EXAMPLES = (
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
-- add/triton_python_backend_stub -- TLS016
@elf needed=libpython3.13t.so.1.0,libc.so.6 runpath=/opt/python/lib
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
""",
)
