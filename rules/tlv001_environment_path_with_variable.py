"""EXECUTION_ENV_PATH holds a variable that nobody expands

## What it does
Reports a value with `$TRITON_MODEL_DIRECTORY` (one dollar sign) or `${TRITON_MODEL_DIRECTORY}`, `$HOME`, any
other `$NAME`, or `~`.

## What happens
The server expands one keyword only, `$$TRITON_MODEL_DIRECTORY` with two dollar signs at the start. Everything else is
taken as a path literally, and the model does not load.

## How to fix
Write `$$TRITON_MODEL_DIRECTORY/env.tar.gz`, or the absolute path in the container.

## Source
Python backend, `StubLauncher`; seen on release 24.10 (facts: python-backend, section 2.1).
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV001",
    name="environment-path-with-variable",
    effect="load-failure",
    server_says=("Failed to get the canonical path for",),
)

MESSAGES = {
    "single-dollar": "has one dollar sign before TRITON_MODEL_DIRECTORY, so it is not replaced",
    "home": "starts with `~`, which the server does not expand, so the path does not exist",
    "variable": "holds an environment variable, which the server does not expand, so the path does not exist",
}
WRONG_KEYWORD = re.compile(r"\$+(?:TRITON_MODEL_DIRECTORY|\{TRITON_MODEL_DIRECTORY\})")


def check(plan: Plan) -> Iterator[Problem]:
    if plan.written is None or plan.form not in MESSAGES:
        return
    fix = None
    right = "$$TRITON_MODEL_DIRECTORY/env.tar.gz"
    known = plan.written.value is not None
    written = str(plan.written.value) if known else plan.written.raw[1:-1]
    message = MESSAGES[plan.form]
    if plan.form == "single-dollar" and "{" in written:
        message = "has braces around TRITON_MODEL_DIRECTORY, so it is not replaced"
    if plan.form == "single-dollar" and WRONG_KEYWORD.match(written):
        right = WRONG_KEYWORD.sub("$$TRITON_MODEL_DIRECTORY", written, count=1)
        raw = WRONG_KEYWORD.sub("$$TRITON_MODEL_DIRECTORY", plan.written.raw, count=1)
        fix = Fix("Write the keyword with two dollar signs", (Edit(plan.written.span, raw),))
    yield Problem(
        plan.written.span,
        f"EXECUTION_ENV_PATH {message}: the model will not load",
        help=f'write "{right}"; the only thing that is replaced is `$$TRITON_MODEL_DIRECTORY` at the very start',
        fix=fix,
        key=plan.written.raw,
        # What is written with braces may be filled in before the server reads it.
        certainty="certain" if known else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV001
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
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "~/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^ TLV001
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
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$HOME/envs/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^ TLV001
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
