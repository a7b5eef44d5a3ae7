"""A method whose name is nearly one that Triton calls

## What it does
Reports methods of the model class such as `initialise`, `init`, `excute` or `finalise`: nothing in the file calls
them, and the method that Triton would call is missing.

## What happens
Triton never calls it. What `initialize` should have set is missing when a request comes.

## How to fix
Use the names that Triton calls: `initialize`, `execute`, `finalize`, `auto_complete_config`, `is_ready`.

## Source
Facts, python-backend 6.1.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Function
from tritonlint.rule import Rule

RULE = Rule(code="TLP025", name="method-name-misspelt", effect="request-failure", certainty="likely")
HOOKS = {"initialize": 2, "finalize": 1, "auto_complete_config": 1}
OTHER_NAMES = {
    "init": "initialize",
    "auto_complete": "auto_complete_config",
    "autocomplete_config": "auto_complete_config",
}

_FIRST_LETTERS = frozenset(name[0] for name in HOOKS)


def check(python: PythonFacts) -> Iterator[Problem]:
    if python.model_class is None or not python.bases_known:
        return
    used: set[str] | None = None
    for statement in python.model_class.body:
        if not isinstance(statement, Function) or statement.name in HOOKS or statement.name[:2] == "__":
            continue
        if statement.name.lower().strip("_")[:1] not in _FIRST_LETTERS and statement.name not in OTHER_NAMES:
            continue
        near = get_close_matches(statement.name.strip("_").lower(), HOOKS, 1, 0.8)
        meant = OTHER_NAMES.get(statement.name, near[0] if near else "")
        if not meant or python.method(meant) is not None or not statement.takes(HOOKS[meant]):
            continue
        if used is None:
            used = {n.attr for n in python.walk(Attribute)}
        if statement.name in used:
            continue
        yield Problem(
            statement.name_span,
            f"Triton never calls `{statement.name}`; it calls `{meant}`",
            help=f"rename it to `{meant}`",
            fix=Fix(f"rename to {meant}", (Edit(statement.name_span, meant),), safety="unsafe"),
            effect=None if meant == "initialize" else "hygiene",
            key=statement.name,
            # Another rule knows what a clean-up leaves behind.
            general=statement.name_span if meant == "finalize" else None,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialise(self, args):
#       ^^^^^^^^^^ TLP025
        self.factor = 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x * x.dtype.type(self.factor)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x * x.dtype.type(self.factor)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x * x.dtype.type(self.factor)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
