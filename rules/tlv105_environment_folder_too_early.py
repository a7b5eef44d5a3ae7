"""The environment is a folder, which the release cannot use

## What it does
Reports an EXECUTION_ENV_PATH that names a folder when the target is older than 23.07.

## What happens
Up to 23.06 the server hands the folder to the archive reader and refuses the model.

## How to fix
Pack it as tar.gz, or use release 23.07 or newer.

## Source
Python backend 23.07 (facts: python-backend, section 2.1).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV105",
    name="environment-folder-too-early",
    effect="load-failure",
    last="23.06",
    server_says=("archive_read_open_filename() failed.",),
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if environment.format != "folder":
        return
    yield Problem(
        plan.place,
        "the environment is a folder; releases up to 23.06 open only archives, so the model will not load",
        help="pack it: `tar -czf env.tar.gz -C ENV .`, or move to release 23.07 or newer",
        related=plan.archive("this folder"),
        key="folder",
    )


EXAMPLES = (
    """\
-- target -- release=23.06
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV105
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env/bin/activate --
export PATH="$VIRTUAL_ENV/bin:$PATH"
-- add/env/bin/python3 --
@executable
-- add/env/lib/python3.10/site-packages/numpy/__init__.py --
""",
    """\
-- target -- release=23.07
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env/bin/activate --
export PATH="$VIRTUAL_ENV/bin:$PATH"
-- add/env/bin/python3 --
@executable
-- add/env/lib/python3.10/site-packages/numpy/__init__.py --
""",
)
