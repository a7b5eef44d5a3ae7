"""State that is made anew, and then looked up as if it may be missing

## What it does
Reports `self.states[key] = …` right before a look-up of the same key whose result is asked for `None`, or right before
a test whether the key is there.

## What happens
The test always finds what was just put there: what earlier requests left under this key is lost, so a sequence starts
anew with every request.

## How to fix
Put the new state there only where it is due: under the start flag of the sequence, or where the key is missing.

## Source
Python's dicts; the examples were run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    Function,
    If,
    Name,
    Stmt,
    Subscript,
    Unary,
    dotted,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP283", name="new-state-each-time", effect="wrong-result", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not any(
        isinstance(t, Subscript) and isinstance(t.value, Attribute) for a in python.walk(Assign) for t in a.targets
    ):
        return
    for function in python.walk(Function):
        for body in (function.body, *(node.body for node in walk(function.body, If))):
            for number, statement in enumerate(body):
                test = _looked_up(python, statement, body[number + 1 : number + 3])
                if test is not None:
                    yield Problem(
                        statement.span,
                        "the entry is made anew each time, so what earlier requests left there is lost",
                        help="make it only where the sequence starts, or where the key is missing",
                        related=(Related(test, "never missing here"),),
                        key="anew",
                    )


def _looked_up(python: PythonFacts, statement: Stmt, behind: tuple[Stmt, ...]) -> Span | None:
    """The test behind a statement that asks whether what it stores is there."""
    if not isinstance(statement, Assign) or len(statement.targets) != 1 or not isinstance(statement.value, Call):
        return None
    place = statement.targets[0]
    owner = dotted(place.value) if isinstance(place, Subscript) else None
    if owner is None or not owner.startswith("self.") or not isinstance(place, Subscript) or len(place.items) != 1:
        return None
    key = place.items[0]
    same = python.source(key)
    if not isinstance(key, Name | Constant | Attribute) or owner in python.source(statement.value):
        return None
    first = behind[0] if behind else None
    if isinstance(first, If):
        test = first.test
        if isinstance(test, Unary) and test.operator == "not":
            test = test.operand
        if not isinstance(test, Compare) or test.operators not in {("in",), ("not in",)}:
            return None
        return first.test.span if python.source(test.left) == same and dotted(test.rights[0]) == owner else None
    if not isinstance(first, Assign) or len(behind) < 2 or not isinstance(behind[1], If):
        return None
    got, asked = first.value, behind[1].test
    if not isinstance(got, Call) or dotted(got.func) != f"{owner}.get" or len(got.arguments) != 1:
        return None
    if python.source(got.arguments[0].value) != same or not isinstance(first.targets[0], Name):
        return None
    return asked.span if _asks_for_none(asked, first.targets[0].id) else None


def _asks_for_none(test: Expr, name: str) -> bool:
    if isinstance(test, Unary) and test.operator == "not":
        return isinstance(test.operand, Name) and test.operand.id == name
    if not isinstance(test, Compare) or test.operators not in {("is",), ("is not",), ("==",), ("!=",)}:
        return False
    none = isinstance(test.rights[0], Constant) and test.rights[0].value is None
    return none and isinstance(test.left, Name) and test.left.id == name


_CONFIG = """\
-- turns/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching {
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
}
-- turns/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}

"""
_EXECUTE = """\

    def execute(self, requests):
        responses = []
        for request in requests:
            key = int(pb_utils.get_input_tensor_by_name(request, "ID").as_numpy()[0, 0])
            total = self._total(key)
            total += pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total.copy())]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
    def _total(self, key):
        self.totals[key] = np.zeros((1, 1), dtype=np.float32)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP283
        total = self.totals.get(key)
        if total is None:
            raise KeyError(f"sequence {key} has not started")
        return total
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def _total(self, key):
        if key not in self.totals:
            self.totals[key] = np.zeros((1, 1), dtype=np.float32)
        total = self.totals.get(key)
        if total is None:
            raise KeyError(f"sequence {key} has not started")
        return total
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def _total(self, key):
        self.totals[key] = np.zeros((1, 1), dtype=np.float32)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP283
        if key not in self.totals:
            raise KeyError(f"sequence {key} has not started")
        return self.totals[key]
"""
    + _EXECUTE,
)
