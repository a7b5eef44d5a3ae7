"""The archive of the environment is cut or damaged

## What it does
Reads the archive to its end, without unpacking it, and reports one that ends in the middle of a member or whose
headers are wrong: half an upload, a full disk, a line-end conversion.

## What happens
The server unpacks until the damage and refuses the model. Every further new archive then fails as well until the
server is restarted.

## How to fix
Pack or upload it again; `gzip -t env.tar.gz` and `tar -tzf env.tar.gz` tell when it is whole.

## Source
Python backend, `env.cc` (facts: python-backend, sections 2.2 and 2.6); every kind of damage tried on release 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV102",
    name="environment-archive-damaged",
    effect="load-failure",
    server_says=("archive_read_next_header() failed with error code", "archive_read_data_block() failed"),
)

REFUSED = ("truncated", "the archive holds no member", "damaged: a member header")


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if environment.format not in ("tar", "tar.gz") or not environment.error:
        return
    if environment.error.endswith("no tar inside"):
        return
    yield Problem(
        plan.place,
        f"the archive of the environment cannot be unpacked, so the model will not load: {environment.error} "
        f"(after {environment.members} members)",
        help="pack or copy it again; `tar -tf FILE > /dev/null` tells whether it is whole",
        related=plan.archive("this file"),
        key="damaged",
        # What isal finds wrong inside compressed data may be forgiven by the server's own library.
        certainty="certain" if environment.error.startswith(REFUSED) else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV102
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
@tar.gz cut=200
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
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
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV102
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
@tar cut=540
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
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
