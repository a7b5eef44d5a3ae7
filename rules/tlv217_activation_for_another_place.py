"""bin/activate names the folder in which the environment was made

## What it does
Reports an archive whose activation script sets VIRTUAL_ENV to an absolute path.

## What happens
The archive is unpacked in a temporary folder. Up to 25.07 the script then puts the old folder on PATH, the interpreter
finds the `python3` of the image, and the environment is ignored, or the stub dies at start. From 25.08 on the script
is not run.

## How to fix
Pack with `conda-pack`, whose script finds its own place, or write
`VIRTUAL_ENV="$(cd "$(dirname "$BASH_SOURCE")/.." && pwd)"`.

## Source
Seen on release 24.10 with stubs of 3.9 and 3.11 (docs/interpreter-matrix.md).
Facts: python-backend, sections 2.3, 2.4 and 8b (an activate that leaves the environment off PATH: 23.07 to 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import activation_script, numbered, pack_again, pack_folder
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV217",
    name="activation-for-another-place",
    effect="wrong-result",
    certainty="likely",
    last="25.07",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    activation = environment.activation
    if activation is None or not activation.prefix or environment.format not in ("tar", "tar.gz"):
        return
    # A virtual environment has a rule of its own.
    if environment.venv_home or environment.top_folder or environment.error or plan.ignored:
        return
    dies = plan.falls_back is False
    outcome = "the stub dies at start" if dies else "the server runs the model with the packages of the image"
    yield Problem(
        plan.place,
        f"`bin/activate` of the archive puts `{activation.prefix}` on PATH, where it was made: up to 25.07 the "
        f"environment is not found, and {outcome}",
        help=numbered(
            f"with conda: `{pack_again()}`, whose script finds its own folder",
            f"or write such a one, `{activation_script()}`, and pack with `{pack_folder()}`",
        ),
        related=plan.archive("this archive"),
        key=activation.prefix,
        effect="load-failure" if dies else None,
    )


EXAMPLES = (
    r"""-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV217
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
bin/activate = VIRTUAL_ENV="/home/me/env"\nexport PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- target -- release=24.10
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
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
""",
)
