"""A packed virtual environment leans on an interpreter outside

## What it does
Reports an archive with a `pyvenv.cfg`: it was made from `python -m venv` or `virtualenv`, not with conda-pack.

## What happens
A virtual environment holds no standard library, its `bin/python3` is a link to an absolute path, and its
`bin/activate` puts the folder on PATH where it was made. Up to 25.07 that folder is what counts: the archive is
ignored, or the interpreter dies at start. From 25.08 on it works where the image has the same interpreter at the same
place.

## How to fix
Build the environment with conda and pack it with `conda-pack`, or install the packages in the image.

## Source
Seen on release 24.10: packed it is ignored, as a folder at its own place it works (docs/interpreter-matrix.md).
Facts: python-backend, section 2.3 (from source).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import create_environment, numbered, numpy_pin, use_the_image
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV209",
    name="environment-is-a-venv",
    effect="portability",
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if environment.format not in ("tar", "tar.gz") or not environment.venv_home or environment.top_folder:
        return
    activation = environment.activation
    elsewhere = activation.prefix if activation is not None else ""
    # From 25.08 on the script is not run, and the server itself puts the unpacked folder on PATH.
    lost = bool(elsewhere) and target.until("25.07")
    dies = lost and plan.falls_back is False
    if lost:
        outcome = "the stub dies at start" if dies else "the server ignores the archive without a message"
        what = f"its `bin/activate` puts `{elsewhere}` on PATH, where it was made: {outcome}"
    else:
        what = f"it needs the interpreter in `{environment.venv_home}` of the machine where it was made"
    yield Problem(
        plan.place,
        f"the archive was made from a virtual environment; {what}",
        help=numbered(
            f"shortest, without any environment: {use_the_image(plan.stub_python)}",
            f"or make it with conda: `{create_environment(plan.stub_python, numpy_pin(plan.stub_numpy2))}`",
        ),
        related=plan.archive("holds pyvenv.cfg"),
        key="venv",
        effect="load-failure" if dies else "wrong-result" if lost else None,
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
    r"""-- target -- release=24.10
-- add/config.pbtxt --
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
bin/activate = VIRTUAL_ENV="/home/me/env"\nexport VIRTUAL_ENV\nPATH="$VIRTUAL_ENV/bin:$PATH"\nexport PATH
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
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
