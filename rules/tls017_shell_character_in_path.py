"""A character in a folder's name that the server's shell takes apart

## What it does
Looks for spaces and shell characters in the name of a Python model's folder, and in the path of an environment that is
a folder. An archive may have any name.

## What happens
Up to 25.07 the stub is started by an unquoted line of `bash`, in which the path falls apart: the load hangs for ever.
From 25.08 on no shell is used; the server refuses names with shell characters and accepts spaces.

## How to fix
Rename the folder with letters, digits, `_`, `-` and `.` only.

## Source
Seen on releases 23.07 and 24.10 (docs/interpreter-matrix.md); from 25.08 on from the Python backend's source (facts:
python-backend, section 1.6).
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.resolution import KEYWORD, Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLS017",
    name="shell-character-in-path",
    effect="load-failure",
    server_says=("syntax error near unexpected token", "Invalid stub name: contains invalid characters"),
)

# Patterns without a match and lone braces stay as they are.
TAKEN_APART = re.compile(r"[\s;&|()<>'\"`\\]|\$(?=[\w({])")
REFUSED = re.compile(r"[;|&$`<>()\[\]{}\\\"'*?~#!]")


def check(model: Model, plan: Plan, target: Target) -> Iterator[Problem]:
    if target.until("25.07"):
        found = TAKEN_APART.search(model.name)
        outcome = "the shell that starts the stub takes the path apart, and the load hangs"
    elif target.since("25.08"):
        found = REFUSED.search(model.name)
        outcome = "the server refuses such names for Python models"
    else:
        return
    if found is not None:
        yield Problem(
            model.span,
            f"the folder's name has {_shown(found[0])}: {outcome}",
            help="rename the folder with letters, digits, `_`, `-` and `.` only",
            key=model.name,
            certainty="certain" if target.until("25.07") else "likely",
        )
    if plan.written is None or plan.environment is None or plan.environment.format != "folder":
        return
    value = str(plan.written.value).removeprefix(KEYWORD)
    taken = TAKEN_APART.search(value)
    if taken is not None and target.until("25.07"):
        yield Problem(
            plan.place,
            f"the path of the environment has {_shown(taken[0])}: {outcome}",
            help="rename the folder, or pack it: an archive may have any name",
            key=value,
        )


def _shown(character: str) -> str:
    return "a space" if character == " " else f"`{character}`"


EXAMPLES = (
    """\
-- target -- release=24.10
-- add copy/ -- TLS017
-- add copy/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add copy/1/model.py --
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
-- target -- release=24.10
-- add(1)/ -- TLS017
-- add(1)/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add(1)/1/model.py --
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
-- target -- release=25.08
-- add(1)/ -- TLS017
-- add(1)/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add(1)/1/model.py --
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
-- target -- release=25.08
-- add copy/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add copy/1/model.py --
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
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/my env" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLS017
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/my env/bin/activate --
export PATH="$VIRTUAL_ENV/bin:$PATH"
-- add/my env/bin/python3 --
@executable
#!/bin/sh
-- add/my env/lib/python3.10/os.py --
-- add/my env/lib/python3.10/site-packages/numpy/__init__.py --
-- add/my env/lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA --
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/my env.tar.gz" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/my env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
""",
)
