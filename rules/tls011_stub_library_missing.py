"""A library that the stub needs is nowhere to be found

## What it does
Follows what the stub in the model's folder is linked to, as the loader will: the folders it names itself, `lib` of the
environment, then the libraries of the release's image. Reported is what none of them has: `libcudart` of another CUDA
major, OpenSSL 1.1 on Ubuntu 22.04 and newer, OpenSSL 3 on 20.04.

## What happens
The loader cannot start the stub (exit status 127). Up to 25.07 the load hangs for ever; from 25.08 on it fails after
10 seconds.

## How to fix
Build the stub in the image of the release it is for, or put the library into `lib` of the environment.

## Source
Facts: python-backend, sections 1.6, 3.1 and 3.4; sonames by Ubuntu release and CUDA major.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import AUDITWHEEL_NAME, LIBPYTHON
from tritonlint.recipes import stub_again
from tritonlint.resolution import CUDART, Plan, cuda_major
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS011",
    name="stub-library-missing",
    effect="load-failure",
    certainty="likely",
    server_says=("error while loading shared libraries",),
)


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    if plan.stub is None or plan.stub_entry is None:
        return
    absent = [library.name for library in plan.libraries if library.where == "absent"]
    # The libpython and what stayed in a wheel have rules of their own.
    names = [name for name in absent if not LIBPYTHON.match(name) and not AUDITWHEEL_NAME.search(name)]
    for name in names:
        which = f"release {target.release}" if target.release else "every release of the last two years"
        held = f"CUDA {cuda_major(target)}" if CUDART.fullmatch(name) else f"Ubuntu {target.fact('ubuntu')}"
        yield Problem(
            Span(plan.stub.path),
            f"the stub needs `{name}`, and the image of {which} ({held}) does not have it: the stub cannot start and "
            "the model will not load",
            help=stub_again(target.release, plan.stub.python, plan.release_python),
            related=plan.archive(f"no lib/{name} in here either"),
            key=name,
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
-- add/triton_python_backend_stub -- TLS011
@elf needed=libcudart.so.11.0,libpython3.10.so.1.0,libc.so.6
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
-- add/triton_python_backend_stub -- TLS011
@elf needed=libssl.so.1.1,libpython3.10.so.1.0,libc.so.6
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
lib/libssl.so.1.1
-- add/triton_python_backend_stub --
@elf needed=libcudart.so.12,libssl.so.1.1,libpython3.10.so.1.0,libc.so.6
""",
)
