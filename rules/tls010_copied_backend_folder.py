"""A copy of the Python backend under another name

## What it does
Reports `backend: "python_3_8"` and the like: the recipe of copying `backends/python` to `backends/python_3_8` with
another stub in it.

## What happens
From 23.10 on the server takes such a folder for a backend written in Python: it finds no library of that name, or
imports `model.py` of the backend folder, and the model does not load.

## How to fix
Say `backend: "python"`, put the stub beside config.pbtxt and name the environment in EXECUTION_ENV_PATH.

## Source
Seen on releases 24.03 and 24.10 (facts: python-backend, sections 1.7 and 8b; server#3847).
"""

import re
from collections.abc import Iterator

from tritonlint.effective import COPIED_PYTHON_BACKEND, in_backend_folder
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.recipes import build_stub, configure, numbered
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLS010",
    name="copied-backend-folder",
    effect="load-failure",
    first="23.10",
    server_says=("unable to find backend library for backend", "No module named 'model'"),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    backend = config.root.scalar("backend")
    if backend is None or not isinstance(backend.value, str) or not COPIED_PYTHON_BACKEND.fullmatch(backend.value):
        return
    # A model.py of its own makes it a true backend written in Python, whatever its name.
    if in_backend_folder(backend.value, "model.py", target):
        return
    digits = re.search(r"(\d)[._-]?(\d+)$", backend.value)
    python = f"{digits[1]}.{digits[2]}" if digits else None
    yield Problem(
        backend.span,
        f"`{backend.value}` looks like a copy of the Python backend's folder, which does not work since 23.10: the "
        "model will not load",
        help=numbered(
            'write backend: "python"',
            "put the stub of that folder beside config.pbtxt, if it was built for this release; else build it: "
            f"`{build_stub(target.release, python)}`",
            f"name the environment in config.pbtxt: {configure()}",
        ),
        fix=Fix("Use the Python backend itself", (Edit(backend.span, '"python"'),), safety="unsafe"),
        key=backend.value,
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python_3_8"
#        ^^^^^^^^^^^^ TLS010
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- fixed: add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
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
)
