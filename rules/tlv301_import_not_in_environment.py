"""model.py imports what the environment does not hold

## What it does
Looks up every module that model.py surely imports, or a file beside it that it imports, in the packed environment: its
package folders, its standard library, and the files beside model.py and config.pbtxt. Imports in a `try` or below a
condition are left out, and so is a file that touches `sys.path`, and an environment that was not read to its end or
whose `.pth` files lead outside.

## What happens
`No module named …`: the model does not load, or the request fails where the import stands in `execute`. It worked
where the environment was made when the package came from the user's own folder (`~/.local`), which is not packed.

## How to fix
Install the package in the environment, with `PYTHONNOUSERSITE=1` set, and pack it again.

## Source
Seen on release 24.10 in model.py, in `initialize`, in `execute` and in a helper (docs/interpreter-matrix.md).
Facts: python-backend, sections 1.3, 2.3 and 3.3; the Python backend's README on PYTHONNOUSERSITE.
"""

import os
from collections.abc import Iterator

from tritonlint.facts import Helpers
from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts, normalised
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_imports import Imported, changes_imports, reached, sure_imports
from tritonlint.recipes import distribution, pack_again
from tritonlint.repository import Model
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.standard_library import is_standard, lacking
from tritonlint.target import Target

RULE = Rule(
    code="TLV301",
    name="import-not-in-environment",
    effect="load-failure",
    server_says=("No module named",),
)


# Theirs is another rule, or the server brings them.
NEVER = frozenset({PB_MODULE, "c_python_backend_utils", "numpy"})


def check(
    model: Model, python: PythonFacts, plan: Plan, environment: EnvironmentFacts, helpers: Helpers, target: Target
) -> Iterator[Problem]:
    runs = plan.stub_python
    if runs is None or not _known(plan, environment, target) or model.truncated:
        return

    def own_module(beside: str, name: str) -> PythonFacts | None:
        # The model's folders are searched last.
        return None if _holds(environment, name, "") else helpers.find(beside, name)

    files = reached(python, own_module)
    if any(changes_imports(file) for file, _ in files):
        return
    here = {entry.name.split(".")[0] for entry in model.entries.values() if entry.path.count("/") <= 1}
    paths = {os.path.splitext(os.path.basename(file.path))[0] for file, _ in files}
    # A package or a compiled module of the model's own may change the path before the next import.
    own = False
    seen = set()
    for file, when in files:
        for imported in sure_imports(file):
            name = imported.module.split(".")[0]
            own = own or (name in here and name not in paths)
            why = lacking(name, runs)
            if imported.relative or name in seen or name in here or _holds(environment, name, why):
                continue
            seen.add(name)
            loading = when == imported.when == "load"
            sure = loading and not own and environment.format != "folder"
            yield _problem(plan, environment, imported, runs, why, loading=loading, sure=sure)


def _holds(environment: EnvironmentFacts, name: str, why: str) -> bool:
    return (
        name in NEVER
        or name in environment.modules
        or name in environment.library_modules
        or (is_standard(name) and not why)
        # Installed under a name that the reading of folders did not see.
        or normalised(name) in environment.distributions
        or normalised(distribution(name)) in environment.distributions
        or (name == "distutils" and "setuptools" in environment.modules)
    )


def _problem(
    plan: Plan, environment: EnvironmentFacts, imported: Imported, runs: str, why: str, *, loading: bool, sure: bool
) -> Problem:
    name = imported.module.split(".")[0]
    detail = f"; the standard library has it {why}, the environment is Python {runs}" if why else ""
    happens = "the model will not load" if loading else "requests fail"
    package = distribution("setuptools" if name == "distutils" else name)
    step = f"`pip install {package}` in the environment with PYTHONNOUSERSITE=1 set, then `{pack_again()}`"
    if why.startswith("since"):
        step = f"use what Python {runs} has, or an environment and a stub with a newer Python"
    return Problem(
        imported.span,
        f"the environment does not hold `{name}`{detail}: {happens}",
        help=step,
        related=plan.archive(f"holds {len(environment.modules)} modules, `{name}` is not among them"),
        key=name,
        effect=None if loading else "request-failure",
        certainty=None if sure else "likely",
    )


def _known(plan: Plan, environment: EnvironmentFacts, target: Target) -> bool:
    """Whether the environment is surely used, and all that can be imported from it is known."""
    activation = environment.activation
    runs_bin = target.since("25.08") or (activation is not None and (activation.sets_path or bool(activation.sources)))
    return (
        environment.complete
        and runs_bin
        and plan.environment_python == plan.stub_python
        and environment.python3 in ("file", "link")
        and not environment.top_folder
        and not environment.venv_home
        and not environment.pth
        and not environment.pth_code
        and not environment.editables
        and "sitecustomize" not in environment.modules
        and "usercustomize" not in environment.modules
        # Where numpy is missing too, the reading of packages is in doubt, and that has a rule of its own.
        and "numpy" in environment.modules
    )


EXAMPLES = (
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import pandas as pd
#      ^^^^^^ TLV301
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
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import distutils.util
#      ^^^^^^^^^^^^^^ TLV301
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
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import json

import helper
import google.protobuf
import triton_python_backend_utils as pb_utils

try:
    import pandas
except ImportError:
    pandas = None


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
lib/python3.12/site-packages/google/protobuf/__init__.py
-- add/1/helper.py --
VALUE = 1
""",
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import sys

sys.path.append("/opt/packages")
import pandas
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
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
from .prepare import scaled
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/1/prepare.py --
import shapes


def scaled(array):
    return shapes.SIDE * array
-- add/shapes.py --
import scipy
#      ^^^^^ TLV301

SIDE = scipy.SIDE
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
