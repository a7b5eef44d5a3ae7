"""The environment has no numpy

## What it does
Looks for numpy in the package folders of the environment.

## What happens
`triton_python_backend_utils`, which every model imports, needs numpy: the model does not load.

## How to fix
Install numpy in the environment, below 2 for releases before 24.11.

## Source
Seen on release 24.10 (facts: python-backend, section 2.3).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import numpy_pin, pack_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV205",
    name="environment-without-numpy",
    effect="load-failure",
    server_says=("No module named 'numpy'",),
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if not environment.complete or not environment.activate or environment.top_folder or plan.ignored:
        return
    if "numpy" in environment.modules or environment.version("numpy") is not None or not environment.pythons:
        return
    # Without bin/python3 the packages of the image are used, so nothing is missing.
    if environment.python3 not in ("file", "link"):
        return
    yield Problem(
        plan.place,
        "the environment has no numpy, which every Python model needs: it will not load",
        help=f"`PYTHONNOUSERSITE=1 conda install -n ENV -c conda-forge {numpy_pin(target.fact('numpy2'))}`, then "
        f"`{pack_again()}`",
        related=plan.archive(f"holds {len(environment.modules)} other modules"),
        key="numpy",
        # Packages of a virtual environment, of a user or of a .pth file can lie outside.
        certainty="likely"
        if environment.venv_home or environment.pth or environment.pth_code or environment.format == "folder"
        else "certain",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV205
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
