"""EXECUTION_ENV_PATH is an absolute path into the model

## What it does
Reports an absolute path that leads to an archive in the model's own folder.

## What happens
The model loads only where the repository lies at exactly that place.

## How to fix
Write `$$TRITON_MODEL_DIRECTORY` for the folder of the model.

## Source
Python backend; the keyword exists since 21.09 (facts: python-backend, section 2.1).
"""

import os
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.repository import Model
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV005",
    name="environment-path-absolute",
    effect="portability",
    certainty="likely",
    first="21.09",
)


def check(model: Model, plan: Plan) -> Iterator[Problem]:
    if plan.written is None or plan.form != "absolute" or plan.resolved is None or not plan.inside:
        return
    inside = os.path.relpath(plan.resolved, model.path).replace(os.sep, "/")
    right = f"$$TRITON_MODEL_DIRECTORY/{inside}"
    yield Problem(
        plan.written.span,
        f"EXECUTION_ENV_PATH names the place of this repository; `{inside}` lies in the model's own folder",
        help=f'write "{right}", which holds wherever the repository is mounted',
        fix=Fix("Name the model's folder by its keyword", (Edit(plan.written.span, f'"{right}"'),)),
        key="absolute",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "/models/add/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^ TLV005
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
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "/opt/environments/py312.tar.gz" } }
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
