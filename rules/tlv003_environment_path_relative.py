"""EXECUTION_ENV_PATH is a relative path

## What it does
Reports a value such as `env.tar.gz` or `./envs/py310.tar.gz`, and an address such as `file:///envs/py310.tar.gz`;
`s3://`, `gs://` and `as://` are known to the server.

## What happens
The server resolves it against its own working directory, not against the model's folder. Unless the server happens to
be started there, the model does not load.

## How to fix
Begin the value with `$$TRITON_MODEL_DIRECTORY/`, or write an absolute path.

## Source
Python backend, `realpath` of the value; seen on release 24.10 (facts: python-backend, section 2.1).
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.repository import Model
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV003",
    name="environment-path-relative",
    effect="load-failure",
    server_says=("Failed to get the canonical path for",),
)


def check(model: Model, plan: Plan) -> Iterator[Problem]:
    if plan.written is None or plan.form != "relative":
        return
    value = str(plan.written.value)
    inside = os.path.normpath(value)
    # What lies in the model's folder under that name was meant; anything else may be the server's working directory.
    meant = inside in model.entries
    right = f"$$TRITON_MODEL_DIRECTORY/{inside}"
    fix = None
    if meant and plan.written.raw[1:-1] == value:
        fix = Fix("Begin with the model's folder", (Edit(plan.written.span, f'"{right}"'),))
    if "://" in value:
        scheme = value.partition("://")[0]
        yield Problem(
            plan.written.span,
            f"EXECUTION_ENV_PATH begins with `{scheme}://`, which the server takes for the name of a folder: the model "
            "will not load",
            help="write the path without it" if scheme == "file" else "copy it to the machine, and name it here",
            key=value,
        )
        return
    yield Problem(
        plan.written.span,
        f"EXECUTION_ENV_PATH `{value}` is relative to the server's working directory, not to the model's folder: "
        f"the model will not load{'' if meant else ' unless the server is started in the right place'}",
        help=f'write "{right}"' + ("" if meant else ", or an absolute path in the container"),
        fix=fix,
        key=value,
        certainty="certain" if meant else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "file:///envs/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ TLV003
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "s3://bucket/env.tar.gz" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "env.tar.gz" } }
#                                                            ^^^^^^^^^^^^ TLV003
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
-- fixed: add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "envs/py312.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^ TLV003
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
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
