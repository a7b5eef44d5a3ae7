"""The environment holds a free-threaded Python

## What it does
Reports `lib/python3.13t` (or newer) in the environment, when the stub is linked to the usual build.

## What happens
The usual build looks for `lib/python3.13`, does not find it and leaves the environment aside: the packages of the image
are used, or the stub dies at start. Extension modules of one build cannot be loaded by the other.

## How to fix
Make the environment with the usual build: `conda create python=3.13` without `python-freethreading`.

## Source
CPython's library folder has the mark of the build since 3.13 (sysconfig); facts: python-backend, section 3.2.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV220",
    name="environment-of-free-threaded-python",
    effect="wrong-result",
    certainty="likely",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if not environment.free_threaded or environment.error or environment.top_folder or plan.ignored:
        return
    if plan.stub is not None and (plan.stub.free_threaded or plan.stub.python is None):
        return
    python = environment.pythons[0]
    yield Problem(
        plan.place,
        f"the environment holds a free-threaded Python (lib/python{python}t), and the stub embeds the usual build: the "
        "environment is ignored, or the stub dies at start",
        help=f"make the environment with the usual build of Python {plan.stub_python or python}, and pack again",
        related=plan.archive(f"holds lib/python{python}t"),
        key=python,
    )


EXAMPLES = (
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV220
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
bin/python3 -> python3.13
bin/python3.13
lib/python3.13t/os.py
lib/python3.13t/site-packages/numpy/__init__.py
lib/python3.13t/site-packages/numpy-1.26.4.dist-info/METADATA
-- add/triton_python_backend_stub --
@elf needed=libpython3.13.so.1.0,libc.so.6 runpath=/opt/python/lib
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
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
)
