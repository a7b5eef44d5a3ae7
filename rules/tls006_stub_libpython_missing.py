"""The libpython of the stub is nowhere to be found

## What it does
Reports a stub in the model's folder that needs another libpython than the one of the release, when the environment
does not hold it and the stub names no folder for it.

## What happens
The loader cannot start the stub (exit status 127). Up to 25.07 the load hangs for ever; from 25.08 on it fails after
10 seconds.

## How to fix
Name an environment with the stub's Python in EXECUTION_ENV_PATH, or install that libpython in the image.

## Source
Seen on release 24.10 and with the library of 25.08 (facts: python-backend, section 3.2).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import AUDITWHEEL_NAME
from tritonlint.recipes import bring_environment, pack_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLS006",
    name="stub-libpython-missing",
    effect="load-failure",
    certainty="likely",
    server_says=("error while loading shared libraries",),
)


def check(plan: Plan) -> Iterator[Problem]:
    stub = plan.stub
    if plan.stub_entry is None or stub is None or stub.python is None or plan.release_python is None:
        return
    # What stayed in a wheel, and an environment for another Python, have rules of their own.
    if plan.missing_beside or plan.ignored or AUDITWHEEL_NAME.search(stub.libpython):
        return
    if not any(library.name == stub.libpython and library.where == "absent" for library in plan.libraries):
        return
    if plan.environment is None:
        where, way = "and no environment brings it", bring_environment(stub.python, plan.stub_numpy2)
    else:
        where = "and `lib` of the environment does not hold it"
        way = f"pack the environment with its `lib/{stub.libpython}` (conda's python brings it): `{pack_again()}`"
    yield Problem(
        Span(stub.path),
        f"the stub needs {stub.libpython}, the release has Python {plan.release_python}, {where}: it cannot start",
        help=way,
        related=plan.archive("this environment"),
        key=stub.python,
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
-- add/triton_python_backend_stub -- TLS006
@elf needed=libpython3.9.so.1.0,libc.so.6
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
bin/python3 -> python3.9
bin/python3.9
lib/python3.9/os.py
lib/python3.9/site-packages/numpy/__init__.py
lib/python3.9/site-packages/numpy-1.26.4.dist-info/METADATA
-- add/triton_python_backend_stub -- TLS006
@elf needed=libpython3.9.so.1.0,libc.so.6
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
bin/python3 -> python3.9
bin/python3.9
lib/python3.9/os.py
lib/python3.9/site-packages/numpy/__init__.py
lib/python3.9/site-packages/numpy-1.26.4.dist-info/METADATA
lib/libpython3.9.so.1.0
-- add/triton_python_backend_stub --
@elf needed=libpython3.9.so.1.0,libc.so.6
""",
)
