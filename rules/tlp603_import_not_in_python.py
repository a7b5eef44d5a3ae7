"""A module or name that the standard library of this Python does not have

## What it does
Compares what model.py surely imports with the standard library of the Python that will run it: that of the stub, or
the release's own. `distutils` and `imp` are gone since 3.12, `telnetlib` and others since 3.13; `tomllib` came with
3.11, `typing.Self` too, `collections.Mapping` went with 3.10.

## What happens
`No module named …` or `cannot import name …` where the file is imported: the model does not load.

## How to fix
Import what that Python has, install the package that took its place, or give the model a stub of another Python.

## Source
Seen on release 24.10 with Python 3.9 and 3.11 (docs/interpreter-matrix.md).
The module lists of Python 3.6 to 3.14 and their What's New documents; Pythons of the releases: facts, python-backend
3.1.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import version_key
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_imports import changes_imports, sure_imports
from tritonlint.repository import Model
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.standard_library import lacking

RULE = Rule(
    code="TLP603",
    name="import-not-in-python",
    effect="load-failure",
    server_says=("No module named", "cannot import name"),
)


INSTEAD = {
    "distutils": "setuptools brings a copy: `pip install setuptools`; better, use sysconfig, shutil or packaging",
    "imp": "use importlib",
    "asyncore": "use asyncio",
    "asynchat": "use asyncio",
    "cgi": "use email.message, or `pip install legacy-cgi`",
    "imghdr": "use filetype or pillow",
    "pipes": "use subprocess and shlex",
    "telnetlib": "`pip install telnetlib3`",
    "tomllib": "`pip install tomli` and import that",
    "zoneinfo": "`pip install backports.zoneinfo` and import that",
    "typing": "import it from typing_extensions (`pip install typing-extensions`)",
    "collections": "import it from collections.abc",
    "datetime": "use datetime.timezone.utc",
    "enum": "derive from both str and Enum",
}


def check(model: Model, python: PythonFacts, plan: Plan) -> Iterator[Problem]:
    runs = plan.stub_python
    if runs is None or model.truncated:
        return
    problems = list(_lacking(model, python, plan, runs))
    if problems and not changes_imports(python):
        yield from problems


def _lacking(model: Model, python: PythonFacts, plan: Plan, runs: str) -> Iterator[Problem]:
    environment = plan.environment
    if plan.form != "none" and (environment is None or plan.ignored):
        return
    for imported in sure_imports(python):
        name = imported.module.split(".")[0]
        gone = lacking(name, runs)
        members = [] if gone else [(a, lacking(f"{imported.module}.{a.name}", runs)) for a in imported.members]
        if not gone and not any(why for _, why in members):
            continue
        here = any(e.name.split(".")[0] == name and e.path.count("/") <= 1 for e in model.entries.values())
        if imported.relative or here or (environment is not None and name in environment.modules):
            continue
        if gone:
            # With an environment that is known the missing module is the other rule's.
            if environment is None and name != "distutils":
                yield _problem(plan, runs, imported.span, name, name, gone, imported.when == "load")
            continue
        for alias, why in members:
            if why:
                what = f"{imported.module}.{alias.name}"
                yield _problem(plan, runs, alias.span, what, imported.module, why, imported.when == "load")


def _problem(plan: Plan, runs: str, span: Span, what: str, module: str, why: str, loading: bool) -> Problem:
    whose = "the release's" if plan.stub_origin == "release" else "the stub's"
    ahead = version_key(why.rpartition(" ")[2])[1] - version_key(runs)[1]
    # PyTriton's wheels run releases with 3.10 under 3.11 as well; a package of that name may take the place of a module
    # that is gone, never that of a name in a module.
    newer = why.startswith("since")
    sure = (plan.stub_origin != "release" or ahead > 1) if newer else "." in what
    happens = "the model cannot load" if loading else "requests fail"
    return Problem(
        span,
        f"Python has `{what}` {why}, and {whose} Python is {runs}: {happens}",
        help=INSTEAD.get(module.partition(".")[0], f"use what Python {runs} has, or a stub of another Python"),
        key=what,
        effect=None if loading else "request-failure",
        certainty=None if sure else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import tomllib
#      ^^^^^^^ TLP603
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
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import imp
#      ^^^ TLP603
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
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
from collections import Mapping, OrderedDict
#                       ^^^^^^^ TLP603
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
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
from collections.abc import Mapping

import triton_python_backend_utils as pb_utils

try:
    import tomllib
except ImportError:
    tomllib = None


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
""",
)
