"""A packed virtual environment leans on an interpreter outside

## What it does
Reports an archive with a `pyvenv.cfg`: it was made from `python -m venv` or `virtualenv`, not with conda-pack.

## What happens
A virtual environment holds no standard library, and its `bin/python3` is a link to an absolute path. It works only
where the image has the same interpreter at the same place; otherwise the environment is ignored or the interpreter
dies at start.

## How to fix
Build the environment with conda and pack it with `conda-pack`, or install the packages in the image.

## Source
Facts: python-backend, section 2.3 (from source).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV209",
    name="environment-is-a-venv",
    effect="portability",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if environment.format not in ("tar", "tar.gz") or not environment.venv_home or environment.top_folder:
        return
    yield Problem(
        plan.place,
        f"the archive was made from a virtual environment, which needs the interpreter in `{environment.venv_home}` of "
        "the machine where it was made",
        help="build it with conda and pack it with conda-pack, or install the packages in the image",
        related=plan.archive("holds pyvenv.cfg"),
        key="venv",
    )


EXAMPLES = (
    r"""-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV209
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
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
pyvenv.cfg = home = /usr/local/bin\n
bin/python3 -> /usr/local/bin/python3
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
