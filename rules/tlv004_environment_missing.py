"""EXECUTION_ENV_PATH leads to nothing

## What it does
Reports a value that leads into the model's folder, or into a folder that the settings map to this machine, when
nothing is there.

## What happens
The server refuses the model. An environment that is only put there at deployment is not seen by tritonlint: then
leave this rule out with a comment.

## How to fix
Put the archive there, correct the name, or suppress the rule where the archive comes later.

## Source
Python backend; seen on release 24.10 (facts: python-backend, section 2.1).
"""

import difflib
import os
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.repository import Model
from tritonlint.resolution import KEYWORD, Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV004",
    name="environment-missing",
    effect="load-failure",
    server_says=("Failed to get the canonical path for",),
)


def check(model: Model, plan: Plan) -> Iterator[Problem]:
    if plan.written is None or plan.resolved is None or plan.exists is not False:
        return
    inside = os.path.relpath(plan.resolved, model.path)
    glued = plan.form == "model-directory" and not str(plan.written.value).startswith(f"{KEYWORD}/")
    names = [path for path, entry in model.entries.items() if entry.kind in ("file", "directory")]
    near = difflib.get_close_matches(inside, names, 1, 0.75)
    fix = None
    if near and plan.form == "model-directory" and inside in plan.written.raw:
        edit = Edit(plan.written.span, plan.written.raw.replace(inside, near[0]))
        fix = Fix(f"Name {near[0]}", (edit,), safety="unsafe")
    yield Problem(
        plan.written.span,
        f"EXECUTION_ENV_PATH leads to `{plan.resolved}`, where nothing is: the model will not load",
        help=f"write a slash behind `{KEYWORD}`: the server puts the model's folder in its place, and nothing more"
        if glued
        else f"did you mean `{near[0]}`?"
        if near
        else "put the packed environment there, or correct the path",
        fix=fix,
        key=str(plan.written.value),
        # A mapped path is only as right as the mapping.
        certainty="certain" if plan.form == "model-directory" and plan.inside else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORYenv.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV004
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse([]) for request in requests]
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV004
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
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/enw.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV004
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
