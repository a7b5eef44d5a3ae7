"""A library of the environment needs a newer system than the release's image

## What it does
Compares what `lib/libpython*` and `lib/libstdc++*` of the environment need with what the image offers: `lib` of the
environment comes first in the loader's path, so the stub is started with them.

## What happens
The loader refuses them, version `GLIBC_2.38' not found, and the stub cannot start: up to 25.07 the load hangs for
ever, from 25.08 on it fails after 10 seconds.

## How to fix
Make the environment with conda, whose packages need an old glibc only, or inside the image of the release.

## Source
glibc of Ubuntu's updates, read with readelf (facts: releases.toml; python-backend, sections 2.5 and 3.4).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import create_environment, numpy_pin
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV214",
    name="environment-library-too-new",
    effect="load-failure",
    server_says=("not found (required by",),
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    found = [unmet for unmet in plan.unmet if not unmet.by_stub and unmet.library == "libc.so.6"]
    if not found or plan.ignored or environment.error:
        return
    first = found[0]
    which = f"release {target.release}" if target.release else "every release of the last two years"
    yield Problem(
        plan.place,
        f"`{first.user}` of the environment needs {first.version}, and the image of {which} (Ubuntu "
        f"{target.fact('ubuntu')}) ends at GLIBC_{first.offered}: the stub cannot start and the model will not load",
        help=f"make it with conda: `{create_environment(plan.stub_python, numpy_pin(target.fact('numpy2')))}`",
        related=plan.archive(f"holds {first.user}"),
        key=first.version,
        certainty=None if target.release else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV214
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
lib/libpython3.10.so.1.0 = @elf soname=libpython3.10.so.1.0 interpreter= needed=libc.so.6 versions=GLIBC_2.38
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
lib/libpython3.10.so.1.0 = @elf soname=libpython3.10.so.1.0 interpreter= needed=libc.so.6 versions=GLIBC_2.17
""",
)
