"""The extension modules of the environment are built for another Python

## What it does
Compares the tags of the extension modules in the package folders (`cpython-39-x86_64-linux-gnu`) with the Python of the
environment.

## What happens
Python ignores extension modules with another version's tag: `import numpy` says that its C extensions are missing, and
the model does not load.

## How to fix
Install the packages with the environment's own interpreter (`bin/python3 -m pip install`), not with another one's
`pip --target`.

## Source
Tags of extension modules: PEP 3149; facts: python-backend, section 3.2.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV213",
    name="extension-modules-for-another-python",
    effect="load-failure",
    certainty="likely",
    server_says=("Importing the numpy C-extensions failed", "No module named 'numpy.core._multiarray_umath'"),
)


TAG = re.compile(r"(?:cpython-|cp)3(\d+)(t?)")


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if environment.python is None or environment.top_folder or environment.error or plan.ignored:
        return
    found = {f"3.{match[1]}" for tag in environment.extensions if (match := TAG.match(tag))}
    if not found or environment.python in found:
        return
    tag, member = next(iter(environment.extensions.items()))
    yield Problem(
        plan.place,
        f"the packages of this environment are built for Python {' and '.join(sorted(found))} (`{member}`), and it is "
        f"Python {environment.python}: none of their extension modules can be imported",
        help=f"install them with `bin/python3 -m pip install --force-reinstall` of Python {environment.python}, and "
        "pack again",
        related=plan.archive(f"holds only {tag} modules"),
        key=tag,
    )


EXAMPLES = (
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV213
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
lib/python3.12/site-packages/numpy/core/_multiarray_umath.cpython-310-x86_64-linux-gnu.so
""",
    """\
-- target -- release=25.01
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
lib/python3.12/site-packages/numpy/core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so
lib/python3.12/site-packages/many/a.cpython-310-x86_64-linux-gnu.so
""",
)
