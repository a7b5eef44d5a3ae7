"""The environment was packed on another system or machine

## What it does
Reads the first bytes of the environment's interpreter and the tags of its extension modules: an environment of macOS
or Windows, or of another processor than the stub's (the declared machine, else x86-64).

## What happens
No extension module of it can be loaded, numpy's neither: `triton_python_backend_utils` cannot be imported and the
model does not load.

## How to fix
Make and pack the environment on the server's system: in the Triton image, or with `conda create --platform linux-64`.

## Source
Seen on releases 23.07 and 24.10 with environments of 64-bit ARM and Windows (docs/interpreter-matrix.md).
Facts: python-backend, sections 2.3 and 3.4: the stub is a Linux program that embeds the interpreter.
"""

from collections.abc import Iterator

from tritonlint.finding import Certainty, Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import create_environment
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV212",
    name="environment-for-another-system",
    effect="load-failure",
    server_says=("Error importing numpy", "The Python environment should contain an 'activate' script."),
)


SYSTEMS = {"macos": "macOS", "windows": "Windows"}
MACHINES = ("x86_64", "aarch64", "arm64", "i386", "i686", "ppc64le", "s390x")


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if environment.error or environment.top_folder or plan.ignored:
        return
    system, machine, shown = _made_for(environment)
    stub = plan.stub.machine if plan.stub is not None and plan.stub_entry is not None else ""
    own = plan.server_stub.machine if plan.server_stub is not None else ""
    expected = stub or target.machine or own or "x86_64"
    certainty: Certainty | None = None
    if system in SYSTEMS:
        found = f"{SYSTEMS[system]} (`{shown}`), and Triton's Python backend runs on Linux"
    elif machine and machine != expected:
        whose = (
            "the stub" if stub else "the server" if target.machine or own else "the server, unless declared otherwise,"
        )
        found = f"{machine} (`{shown}`), and {whose} is {expected}"
        certainty = None if stub or target.machine or own else "likely"
    else:
        return
    platform = "linux-aarch64" if expected == "aarch64" else "linux-64"
    yield Problem(
        plan.place,
        f"the environment was made for {found}: its numpy cannot be loaded, so the model will not load",
        help=f"make it where the server runs (in the Triton image, say), or with `conda create --platform {platform}`: "
        f"`{create_environment(plan.stub_python)}`"
        + (f'; for a server of that kind write `machine = "{machine}"` in the settings' if certainty else ""),
        related=plan.archive(f"holds {shown}"),
        key=system + machine,
        certainty=certainty,
    )


def _made_for(environment: EnvironmentFacts) -> tuple[str, str, str]:
    """System, machine and the member that shows it; "" for what is not known."""
    if environment.system in SYSTEMS or environment.machine:
        return environment.system, environment.machine, environment.interpreter or "Lib"
    for system, mark in (("macos", "darwin"), ("windows", "-win")):
        if environment.extensions and all(mark in tag for tag in environment.extensions):
            return system, "", next(iter(environment.extensions.values()))
    found = {next((m for m in MACHINES if m in tag.replace("-", "_")), "") for tag in environment.extensions}
    if len(found) == 1 and (machine := found.pop()):
        return "linux", machine, next(iter(environment.extensions.values()))
    return "", "", ""


EXAMPLES = (
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV212
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
bin/python3 -> python3.12
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
lib/python3.12/lib-dynload/math.cpython-312-darwin.so
lib/python3.12/site-packages/numpy/core/_multiarray_umath.cpython-312-darwin.so
""",
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV212
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
bin/python3 -> python3.12
bin/python3.12 = @elf machine=aarch64
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
lib/libpython3.12.so.1.0
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
    """\
-- target -- release=25.01
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
bin/python3 -> python3.12
bin/python3.12 = @elf machine=x86_64
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
)
