"""A package of the environment is built for another C library

## What it does
Reads the platform tags of the installed wheels: `manylinux_2_39` needs glibc 2.39, and `musllinux` packages are for
Alpine Linux.

## What happens
Importing the package fails: version `GLIBC_2.39' not found, or `libc.musl-x86_64.so.1` is missing. When model.py needs
it, the model does not load.

## How to fix
Install the packages where the C library is that of the image or older, in the image itself for example.

## Source
Platform tags: PEP 600 and PEP 656; glibc of the images: facts, releases.toml.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import version_key
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV215",
    name="wheel-for-newer-glibc",
    effect="load-failure",
    certainty="likely",
    server_says=("not found (required by", "libc.musl"),
)


MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_\w+")


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    glibc = target.fact("glibc")
    if environment.error or environment.top_folder or plan.ignored:
        return
    found = ""
    for platform, package in environment.platforms.items():
        match = MANYLINUX.fullmatch(platform)
        needs = f"{match[1]}.{match[2]}" if match else "0"
        if platform.startswith("musllinux"):
            found = found or f"`{package}` is built for musl ({platform}), the C library of Alpine Linux"
        elif glibc is not None and version_key(needs) > version_key(glibc):
            found = found or f"`{package}` is built for glibc {needs}, the image of the release has {glibc}"
    if found:
        yield Problem(
            plan.place,
            f"{found}: importing it fails",
            help="install the packages inside the image of the release (or in conda) and pack again",
            related=plan.archive("this environment"),
            key=found,
        )


EXAMPLES = (
    r"""-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV215
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
lib/python3.10/site-packages/numpy-1.26.4.dist-info/WHEEL = Wheel-Version: 1.0\nTag: cp310-cp310-manylinux_2_39_x86_64\n
""",
    r"""-- target -- release=24.10
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
lib/python3.10/site-packages/numpy-1.26.4.dist-info/WHEEL = Tag: cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64
""",
)
