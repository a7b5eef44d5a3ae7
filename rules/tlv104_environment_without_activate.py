"""The environment has no bin/activate

## What it does
Reports an archive or folder without `bin/activate` at its top. A folder made by `conda create -p` has none.

## What happens
Every release looks whether the file exists and refuses the model otherwise; from 25.08 on the content does not
matter, but the file must be there.

## How to fix
Pack with `conda-pack`, which adds the script, or copy conda-pack's script to `bin/activate`.

## Source
Python backend; seen on release 24.10 (facts: python-backend, section 2.3).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import activation_script, numbered, pack_again, pack_folder
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV104",
    name="environment-without-activate",
    effect="load-failure",
    server_says=("The Python environment should contain an 'activate' script.",),
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    # What was packed on Windows has a rule of its own.
    if environment.system == "windows":
        return
    if not environment.complete or environment.activate or environment.top_folder:
        return
    yield Problem(
        plan.place,
        "the environment has no `bin/activate`, so the model will not load",
        help=numbered(
            f"with conda: `{pack_again()}`, which adds the script",
            f"or write one, `{activation_script()}`, and pack with `{pack_folder()}`",
        ),
        related=plan.archive("this environment"),
        key="activate",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV104
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
bin/python3 -> python3.12
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV104
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
@tar
bin/python3 -> python3.12
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
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
