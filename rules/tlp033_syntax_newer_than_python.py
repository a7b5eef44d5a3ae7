"""Syntax that the release's Python does not know

## What it does
Holds the syntax of model.py against the Python that will run it: that of the stub in the model's folder or in a given
backend folder, else that of the release. Known are `match`, `except*`, starred indexes, `type` statements, type
parameters, what f-strings may hold since 3.12, and `except A, B` without parentheses (before 3.14 also Python 2's way
to name the exception).

## What happens
`SyntaxError` where the file is imported: the model does not load. A server whose stub was built for another Python
than its release's may take syntax that is one version newer, so that is only likely.

## How to fix
Write it the older way, or give the model a stub of a newer Python.

## Source
What is new in Python 3.10 to 3.14; Pythons of the releases: facts, python-backend 3.1.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target, release_table

RULE = Rule(
    code="TLP033",
    name="syntax-newer-than-python",
    effect="load-failure",
    server_says=("SyntaxError:",),
)


def check(python: PythonFacts, plan: Plan, target: Target) -> Iterator[Problem]:
    runs = plan.stub_python
    if runs is None and plan.stub_origin == "release" and python.syntax:
        runs = newest_python(target)
    if runs is None:
        return
    for syntax in python.syntax:
        ahead = _minor(syntax.python) - _minor(runs)
        if ahead <= 0:
            continue
        whose = "the release's" if plan.stub_origin == "release" else "the stub's"
        # PyTriton's wheels run releases with 3.10 under 3.11 as well.
        sure = plan.stub_origin != "release" or ahead > 1
        yield Problem(
            syntax.span,
            f"{syntax.name}: syntax of Python {syntax.python}, and {whose} Python is {runs}: the model cannot load",
            help="write it the older way, or give the model a stub of a newer Python",
            certainty=None if sure else "likely",
            key=syntax.name,
        )


def newest_python(target: Target) -> str | None:
    """The newest Python that a release which counts is known to ship."""
    first, last = target.window
    known = [facts.get("python") for release, facts in release_table().items() if first <= release <= last]
    return max((str(version) for version in known if version), key=_minor, default=None)


def _minor(version: str) -> int:
    return int(version.split(".")[1])


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {"x": "first"}
TITLE = f"the {NAMES["x"]} input"
#              ^^^^^^^^^^ TLP033


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {"x": "first"}
TITLE = f"the {NAMES['x']} input"


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
