"""The environment leans on code outside

## What it does
Reports what `pip install -e`, `setup.py develop` and hand-written `.pth` files leave in the package folder of an
archive: an absolute folder from which Python is to import.

## What happens
The folder is not packed. On the server the import fails, in `initialize` at the latest; in the place where the archive
was made all works.

## How to fix
Install the package itself (`pip install .`) and pack again.

## Source
Python's `site` module; packing of editable installs: conda-pack refuses them unless told to ignore them.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV218",
    name="editable-install-in-environment",
    effect="portability",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if environment.format not in ("tar", "tar.gz") or environment.error or environment.top_folder or plan.ignored:
        return
    outside = [(name, folder) for name, folder in environment.pth if folder.startswith("/")]
    if outside:
        name, folder = outside[0]
        found = f"`{name}` sends imports to `{folder}`"
        # By hand somebody may name a folder of the image.
        sure = name == "easy-install.pth" or name.startswith("__editable__") or bool(environment.editables)
    elif environment.editables:
        name = environment.editables[0]
        found = f"`{name}` stands for a package installed with `pip install -e`"
        sure = True
    else:
        return
    yield Problem(
        plan.place,
        f"{found}, which the archive does not hold: the import fails on the server",
        help="`pip install .` without -e in the environment, and pack again",
        related=plan.archive("this archive"),
        key=name,
        certainty=None if sure else "likely",
    )


EXAMPLES = (
    r"""-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV218
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
lib/python3.12/site-packages/mine.pth = /home/me/mine/src\n
""",
    r"""-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV218
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
lib/python3.12/site-packages/__editable__.mine-1.0.pth = import x\n
""",
    r"""-- target -- release=25.01
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
lib/python3.12/site-packages/distutils-precedence.pth = import os; os.getcwd()\n
""",
)
