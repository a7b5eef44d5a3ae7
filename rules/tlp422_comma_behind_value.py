"""A comma behind a value makes a tuple of it

## What it does
Reports `name = value(…),`: a tuple of one item without parentheses, for a name that is not of several things, that
nothing goes through, and that is taken for one thing: called, asked for an attribute, compared, calculated with, or put
into a text. Silent for names and numbers, of which shapes and axes are made.

## What happens
The name holds a tuple: what is called on it raises AttributeError, comparisons with it are false, and in a text it
stands in parentheses.

## How to fix
Take the comma away. Where a tuple is meant, write `(value(…),)`.

## Source
Python's grammar; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_names import words_in
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Clause,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expr,
    For,
    FString,
    Sequence,
    Starred,
    Subscript,
    dotted,
    last_name,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP422", name="comma-behind-value", effect="wrong-result", certainty="likely")
_SEVERAL = frozenset({"shape", "size", "arg", "axis", "axes", "pair", "key", "tuple", "row", "batch"})
"""Names that may well be tuples."""
_NUMBERS = frozenset({"len", "int", "max", "min", "sum", "round", "tuple"})
"""What gives the only dimension of a shape, too."""


def check(python: PythonFacts) -> Iterator[Problem]:
    for assign in python.walk(Assign):
        value = assign.value
        if not isinstance(value, Sequence) or value.kind != "tuple" or len(value.items) != 1 or assign.operator:
            continue
        item, target = value.items[0], assign.targets[0]
        name, last = dotted(target), last_name(target)
        # The parentheses of a tuple lie outside of its span.
        before = python.text[target.span.end : value.span.start]
        if (
            "(" in before
            or name is None
            or len(assign.targets) > 1
            or assign.annotation is not None
            or not python.source(value).endswith(",")
        ):
            continue
        if not _is_one(item) or last.endswith("s") or _SEVERAL & set(words_in(last)):
            continue
        if not _taken_for_one(python, name, target) or any(dotted(one) == name for one in _gone_through(python)):
            continue
        comma = Span(python.path, item.span.end, value.span.end)
        yield Problem(
            value.span,
            f"the comma makes a tuple of what `{name}` should be",
            help="take the comma away, or write the parentheses of the tuple",
            fix=Fix("take the comma away", (Edit(comma, ""),), safety="unsafe"),
            key=name,
        )


def _is_one(item: Expr) -> bool:
    """Whether nobody makes a tuple of just that."""
    if isinstance(item, Call) and last_name(item.func) in _NUMBERS:
        return False
    return isinstance(item, Call | Comprehension | Dict | FString) or (
        isinstance(item, Constant) and isinstance(item.value, str | bytes)
    )


def _taken_for_one(python: PythonFacts, name: str, target: Expr) -> bool:
    """Whether something is done with a name that nobody does with a tuple; as an index or arguments it may be one."""
    function = python.function_at(target)
    body = python.body if function is None or "." in name else function.body

    def is_it(expr: Expr) -> bool:
        return dotted(expr) == name

    for owner in walk(body, Attribute):
        if is_it(owner.value) and owner.attr not in {"count", "index"}:
            return True
    for text in walk(body, FString):
        if any(is_it(part) for part in text.parts):
            return True
    for compare in walk(body, Compare):
        sides = (compare.left, *compare.rights)
        ordered = not {"==", "!=", "is", "is not"} & set(compare.operators)
        if any(map(is_it, sides)) and (ordered or any(isinstance(side, Constant) for side in sides)):
            return True
    for sum_ in walk(body, Binary):
        other = sum_.right if is_it(sum_.left) else sum_.left if is_it(sum_.right) else None
        known = isinstance(other, FString | Constant) and sum_.operator == "+"
        if other is not None and (known or sum_.operator not in {"+", "*", "%", "and", "or"}):
            return True
    return any(is_it(call.func) for call in walk(body, Call))


def _gone_through(python: PythonFacts) -> Iterator[Expr]:
    """What is taken for several things: gone through, handed on one by one, added to others, or asked for an item."""
    for loop in python.walk(For, Clause):
        yield loop.iterable
    for compare in python.walk(Compare):
        yield from (
            right for operator, right in zip(compare.operators, compare.rights, strict=True) if "in" in operator
        )
    for assign in python.walk(Assign):
        if isinstance(assign.targets[0], Sequence) and assign.value is not None:
            yield assign.value
    for star in python.walk(Starred):
        yield star.value
    for part in python.walk(Subscript):
        yield part.value
    for call in python.walk(Call):
        counted = last_name(call.func) in {"len", "list", "zip", "enumerate", "isinstance", "startswith", "endswith"}
        yield from (a.value for a in call.arguments if a.star or a.keyword == "args" or counted)


EXAMPLES = (
    """\
-- upper/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- upper/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.mark = "<" + ">",
        self.name = args["model_name"].upper(),
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP422

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([f"{self.name}: {x[0].decode()}"], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- upper/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- upper/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.names = args["model_name"].upper(),
        self.first = (args["model_version"].strip(),)
        self.shape = len(self.names),
        self.only = str(args["model_instance_device_id"]),
        self.kind: tuple[str] = args["model_instance_kind"].lower(),
        self.mark = args["model_name"].lower(),
        self.part = slice(0, 1),
        self.width = len(args),
        self.last = None
        (self.place,) = self.mark

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            word, = x[self.part].ravel()
            text = word.decode().upper()
            shape = max(1, len(self.first)),
            state = request.request_id(),
            if state != self.last:
                self.last = state
            y = np.array([f"{text} {self.names[0]} {self.only[0]}"], dtype=object).reshape(shape)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
