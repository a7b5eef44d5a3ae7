"""The environment has no library of its Python

## What it does
Reports an environment with `bin/python3` and without `lib/pythonX.Y`.

## What happens
The embedded interpreter finds no standard library in the environment and falls back to that of the image: the
environment is ignored, or the stub dies at start.

## How to fix
Pack the whole environment; take `--exclude lib/pythonX.Y` out of the packing command.

## Source
Seen on release 24.10 (facts: python-backend, section 2.3).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import pack_again, pack_folder
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV206",
    name="environment-without-library",
    effect="wrong-result",
    server_says=("No module named 'encodings'",),
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if not environment.complete or environment.top_folder or environment.pythons or not environment.activate:
        return
    if environment.python3 not in ("file", "link"):
        return
    yield Problem(
        plan.place,
        "the environment has no `lib/pythonX.Y`, so the interpreter falls back to the packages of the image",
        help=f"pack the whole environment, without excluding its `lib` folder: `{pack_again()}` or `{pack_folder()}`",
        related=plan.archive("this environment"),
        key="library",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV206
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
