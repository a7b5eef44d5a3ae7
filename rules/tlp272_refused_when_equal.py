"""A check that refuses what it asks for

## What it does
Reports `if a == b:` in front of an error whose text shows both `a` and `b`, as in `expected {a}, got {b}`, and
`if a in b:` in front of one that says `one of {b}`. Silent where the text speaks of values that must differ.

## What happens
The check is the wrong way round: what fits is refused, with a text such as `expected 4, got 4`, and what does not fit
goes on. In `initialize` the model does not load, in `execute` good requests get an error.

## How to fix
Write `!=` for `==`, `not in` for `in`.

## Source
Seen on a server of 24.10: a model that compares the number of its labels with the config this way does not load.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Call, Compare, Constant, Expression, If, Node, Raise, Stmt, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(code="TLP272", name="refused-when-equal", effect="request-failure", certainty="likely")

_LOADING = frozenset({"initialize", "__init__"})
_MEANT = re.compile(
    r"differ|distinct|same|equal|identical|uni(que|form)|duplicate|twice|already|coincide|collide|conflict|both|again"
    r"|itself|must not|cannot be|reserved|forbidden|blocked",
    re.IGNORECASE,
)
"""Words of a text about values that must not be equal."""
_CHOICE = re.compile(r"\bone of\b|choose from|\bknown are\b|available", re.IGNORECASE)


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk(If):
        test = node.test
        if not isinstance(test, Compare) or len(test.operators) != 1 or test.operators[0] not in {"==", "in"}:
            continue
        left, right = test.left, test.rights[0]
        if isinstance(left, Constant) or isinstance(right, Constant):
            continue
        error = _error(python, node.body)
        if error is None:
            continue
        text, shown = python.source(error), {_written(python, part) for part in walk(error)}
        both = {_written(python, left), _written(python, right)} <= shown
        if not both or _MEANT.search(text) or (test.operators[0] == "in" and not _CHOICE.search(text)):
            continue
        function = python.function_at(node)
        loading = function is not None and function.name in _LOADING
        yield Problem(
            test.span,
            f"what fits is refused: the error shows `{python.source(left)}` and `{python.source(right)}`, which "
            + ("are equal then" if test.operators[0] == "==" else "holds it then"),
            help="write `!=`" if test.operators[0] == "==" else "write `not in`",
            effect="load-failure" if loading else "request-failure",
            key="equal",
            general=node.span,
        )


def _written(python: PythonFacts, node: Node) -> str:
    """The source of an expression, whichever quotes it is written with."""
    return python.source(node).replace("'", '"')


def _error(python: PythonFacts, body: tuple[Stmt, ...]) -> Node | None:
    """The error that a branch raises, or answers with."""
    for statement in body:
        if isinstance(statement, Raise) and isinstance(statement.exception, Call):
            return statement.exception
        if isinstance(statement, Expression):
            for call in walk(statement.value, Call):
                if (dotted(call.func) or "").endswith("TritonError"):
                    return call
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.offsets = [float(part) for part in os.environ.get("OFFSETS", "1,2").split(",")]
        width = config["input"][0]["dims"][0]
        if len(self.offsets) == width:
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP272
            raise ValueError(f"{width} offsets are needed, not {len(self.offsets)}")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (x + np.array(self.offsets)).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.offsets = [float(part) for part in os.environ.get("OFFSETS", "1,2").split(",")]
        width = config["input"][0]["dims"][0]
        if len(self.offsets) != width:
            raise ValueError(f"{width} offsets are needed, not {len(self.offsets)}")
        first, last = self.offsets[0], self.offsets[-1]
        if first == last:
            raise ValueError(f"the offsets {first} and {last} must differ")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (x + np.array(self.offsets)).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
