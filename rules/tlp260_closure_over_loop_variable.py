"""Functions made in a loop that all see its last turn

## What it does
Reports a `lambda` or a function made in a loop, and kept beyond it (`table[key] = lambda …`, `steps.append(lambda …)`,
a list or dict of lambdas), that uses a name which each turn of the loop binds anew.

## What happens
The name is looked up when the function is called: all of them work with the values of the last turn, with status OK.

## How to fix
Bind the value when the function is made: `lambda value, factor=factor: value * factor`, or `functools.partial`.

## Source
Python's scopes; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Expr,
    Flow,
    For,
    Function,
    Lambda,
    Name,
    Node,
    Return,
    Sequence,
    Starred,
    Subscript,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP260", name="closure-over-loop-variable", effect="wrong-result", certainty="likely")
_KEEP = frozenset({"append", "add", "insert", "appendleft", "setdefault", "__setitem__"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for loop in python.walk(For):
        if next(walk(loop.body, Lambda, Function), None) is None:
            continue
        # A loop that is left early keeps the values of the turn it was left in.
        if any(isinstance(n, Return) or n.keyword == "break" for n in walk(loop.body, Flow, Return)):
            continue
        bound = _names(loop.target)
        for statement in walk(loop.body, Assign):
            for target in statement.targets:
                bound |= _names(target)
        for made in _kept(loop, bound):
            yield from _problem(python, made, bound, loop.header)
    for comprehension in python.walk(Comprehension):
        if comprehension.kind in {"list", "dict"} and isinstance(comprehension.elements[-1], Lambda):
            bound = {name for clause in comprehension.clauses for name in _names(clause.target)}
            yield from _problem(python, comprehension.elements[-1], bound, comprehension.clauses[0].span)


def _kept(loop: For, bound: set[str]) -> Iterator[Lambda | Function]:
    """The functions of a loop's body that something outside of it holds."""
    functions = {node.name: node for node in loop.body if isinstance(node, Function) and not node.decorators}

    def function(value: Expr | None) -> Lambda | Function | None:
        if isinstance(value, Lambda):
            return value
        return functions.get(value.id) if isinstance(value, Name) else None

    for node in walk(loop.body, Assign, Call):
        held: Expr | None = None
        if isinstance(node, Assign) and isinstance(node.targets[0], Subscript) and not node.operator:
            made, held = function(node.value), node.targets[0].value
        elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr in _KEEP and node.arguments:
            made, held = function(node.arguments[-1].value), node.func.value
        else:
            continue
        root = held
        while isinstance(root, Attribute | Subscript):
            root = root.value
        if made is not None and isinstance(root, Name) and root.id not in bound:
            yield made


def _names(target: Expr) -> set[str]:
    if isinstance(target, Name):
        return {target.id}
    if isinstance(target, Starred):
        return _names(target.value)
    return {name for item in target.items for name in _names(item)} if isinstance(target, Sequence) else set()


def _problem(python: PythonFacts, made: Lambda | Function, bound: set[str], loop: Span) -> Iterator[Problem]:
    own = {parameter.name for parameter in made.parameters}
    body: tuple[Node, ...] = (made.body,) if isinstance(made, Lambda) else made.body
    inner = {name for node in walk(body, Assign) for target in node.targets for name in _names(target)}
    inner |= {name for node in walk(body, Comprehension) for c in node.clauses for name in _names(c.target)}
    inner |= {name for node in walk(body, For) for name in _names(node.target)}
    inner |= {parameter.name for node in walk(body, Lambda, Function) for parameter in node.parameters}
    used = next((n for n in walk(body, Name) if n.id in bound and n.id not in own and n.id not in inner), None)
    if used is None:
        return
    name = used.id
    fix = None
    if isinstance(made, Lambda) and all(p.kind == "normal" for p in made.parameters):
        colon = python.text.index(":", made.parameters[-1].span.end or 0) if made.parameters else None
        if colon is not None:
            place = Span(python.path, colon, colon)
            fix = Fix("bind the value", (Edit(place, f", {name}={name}"),), safety="unsafe")
    yield Problem(
        used.span,
        f"`{name}` is looked up when the function is called: all functions of this loop use its last value",
        help=f"bind it when the function is made: `{name}={name}` as its last parameter",
        related=(Related(loop, "the loop"),),
        fix=fix,
        key=name,
    )


EXAMPLES = (
    """\
-- units/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {}
        for unit, factor in FACTORS.items():
            self.converters[unit] = lambda value: value * factor
#                                                         ^^^^^^ TLP260

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
-- fixed: units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {}
        for unit, factor in FACTORS.items():
            self.converters[unit] = lambda value, factor=factor: value * factor

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
""",
    """\
-- units/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {unit: lambda value, factor=factor: value * factor for unit, factor in FACTORS.items()}
        for unit, factor in FACTORS.items():
            self.converters[f"{unit}s"] = lambda value, by=factor: value * by

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
""",
)
