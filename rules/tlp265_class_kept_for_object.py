"""A class is kept where an object of it is meant

## What it does
Reports `self.states[key] = State` where `State` is a class of the file, and what is taken out of `self.states` is used
like an object: one of its methods is called, and the thing itself never is.

## What happens
The method lacks its `self`: `missing 1 required positional argument`, and the request fails. Attributes that are set
are those of the class, which all keys share.

## How to fix
Write `State()`.

## Source
Python's classes; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Expr,
    Function,
    Name,
    Subscript,
    dotted,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP265",
    name="class-kept-for-object",
    effect="request-failure",
    certainty="likely",
    server_says=("missing 1 required positional argument",),
)
_TAKES = frozenset({"get", "pop", "setdefault"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    classes = {s.name: s for s in python.body if isinstance(s, Class) and not (s.bases or s.keywords or s.decorators)}
    stores = [
        (node.targets[0], node.value, name)
        for node in python.walk(Assign)
        if isinstance(node.targets[0], Subscript) and not node.operator and (name := dotted(node.targets[0].value))
    ]
    for _, value, place in stores:
        made = classes.get(value.id) if isinstance(value, Name) else None
        if made is None or value is None or any(n == place and dotted(v) != made.name for _, v, n in stores):
            continue
        init = next((s for s in made.body if isinstance(s, Function) and s.name == "__init__"), None)
        methods = {s.name for s in made.body if isinstance(s, Function) and not s.decorators and s.positional}
        used = _used_as_object(python, place, methods)
        if used is None:
            continue
        bare = init is None or len(init.positional) == 1
        end = Span(python.path, value.span.end, value.span.end)
        yield Problem(
            value.span,
            f"`{made.name}` itself is kept, not an object of it: its methods lack `self`",
            help=f"write `{made.name}({'' if bare else '…'})`",
            related=(Related(used, "used like an object here"),),
            fix=Fix("make an object", (Edit(end, "()"),), safety="unsafe") if bare else None,
            key=place,
        )


def _used_as_object(python: PythonFacts, place: str, methods: set[str]) -> Span | None:
    """Where a method of something that was kept is called; None if the thing itself is called anywhere."""

    def taken(expr: Expr | None) -> bool:
        if isinstance(expr, Subscript):
            return dotted(expr.value) == place
        func = expr.func if isinstance(expr, Call) else None
        return isinstance(func, Attribute) and func.attr in _TAKES and dotted(func.value) == place

    names = {
        (target.id, id(python.frame_at(node)))
        for node in python.walk(Assign)
        if taken(node.value)
        for target in node.targets
        if isinstance(target, Name)
    }

    def one_of_them(expr: Expr) -> bool:
        return taken(expr) or (isinstance(expr, Name) and (expr.id, id(python.frame_at(expr))) in names)

    found: Span | None = None
    for call in python.walk(Call):
        if one_of_them(call.func) and not taken(call):
            return None
        if isinstance(call.func, Attribute) and call.func.attr in methods and one_of_them(call.func.value):
            found = found or call.span
    return found


EXAMPLES = (
    """\
-- sum/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- sum/1/model.py --
import triton_python_backend_utils as pb_utils


class Total:
    def __init__(self):
        self.value = 0

    def add(self, x):
        self.value = self.value + x
        return self.value


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}
        for name in ("x", "y"):
            self.totals[name] = Total
#                               ^^^^^ TLP265

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = self.totals["x"]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total.add(x))]))
        return responses
""",
    """\
-- sum/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- sum/1/model.py --
import triton_python_backend_utils as pb_utils


class Total:
    def __init__(self):
        self.value = 0

    def add(self, x):
        self.value = self.value + x
        return self.value


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}
        for name in ("x", "y"):
            self.totals[name] = Total()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = self.totals["x"]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total.add(x))]))
        return responses
""",
)
