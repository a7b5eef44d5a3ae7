"""initialize's arguments used as numbers

## What it does
Reports `args["model_version"]` and `args["model_instance_device_id"]` in arithmetic with a number, in `<` and `>` with
a number, as the index of a list, and as an argument of `range`.

## What happens
Every value in `args` is a string: TypeError. In `initialize` the model does not load.

## How to fix
Write `int(args["model_version"])`.

## Source
Facts, python-backend 6.3; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Constant,
    Expr,
    Function,
    Name,
    Node,
    Subscript,
    Walrus,
    dotted,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP029",
    name="argument-used-as-number",
    effect="request-failure",
    server_says=("TypeError",),
)
NUMBERS = frozenset({"model_instance_device_id", "model_version"})


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or len(initialize.positional) != 2 or not any(key in python.text for key in NUMBERS):
        return
    told: set[Span] = set()
    for node in (*python.walk(Binary, Compare), *python.walk(Subscript, Call)):
        for expr, what in _uses(python, initialize, node):
            if expr.span in told or not _is_argument(python, initialize, expr) or guarded(python.body, node):
                continue
            told.add(expr.span)
            effect: Effect | None = "load-failure" if unconditional(initialize, node) else None
            start, end = expr.span.start, expr.span.end
            edits = (Edit(Span(python.path, start, start), "int("), Edit(Span(python.path, end, end), ")"))
            yield Problem(
                expr.span,
                f"this is a string, and {what}: it raises TypeError",
                help=f"write `int({python.source(expr)})`",
                fix=Fix("make it a number", edits, safety="unsafe"),
                effect=effect,
                key=what,
            )


def _uses(python: PythonFacts, initialize: Function, node: Node) -> Iterator[tuple[Expr, str]]:
    """Expressions that have to be numbers, and why."""
    if isinstance(node, Binary) and node.operator in {"+", "-", "/", "//", "**"}:
        yield from (
            (mine, "the other side is a number") for mine, other in _pairs(node.left, node.right) if _number(other)
        )
    elif isinstance(node, Compare) and len(node.rights) == 1 and node.operators[0] in {"<", ">", "<=", ">="}:
        yield from (
            (mine, "it is compared with a number")
            for mine, other in _pairs(node.left, node.rights[0])
            if _number(other)
        )
    elif isinstance(node, Subscript) and len(node.items) == 1 and _is_argument(python, initialize, node.items[0]):
        if kind_of(python, node.value) in {"list", "tuple"}:
            yield node.items[0], "the index of a list is a number"
    elif isinstance(node, Call) and python.qualified(node.func) == "range":
        yield from ((argument.value, "range takes numbers") for argument in node.arguments)


def _pairs(left: Expr, right: Expr) -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    return (left, right), (right, left)


def _number(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool)


def _is_argument(python: PythonFacts, initialize: Function, expr: Expr) -> bool:
    """Whether an expression can be nothing else than one of the arguments that look like numbers."""
    sources = python.follow(expr) if isinstance(expr, Name | Attribute | Subscript | Conditional | Walrus) else None
    if not sources or len(sources) != 1:
        return False
    source, where = sources[0]
    if not isinstance(source, Subscript) or len(source.items) != 1 or where.owner is not initialize:
        return False
    if not isinstance(source.value, Name) or source.value.id != initialize.positional[1].name:
        return False
    key = source.items[0]
    return isinstance(key, Constant) and key.value in NUMBERS and not _made_numbers(initialize)


def _made_numbers(initialize: Function) -> bool:
    """Whether the arguments are given other values: numbers."""
    name = initialize.positional[1].name
    targets = (target for assign in own_nodes(initialize, Assign) for target in assign.targets)
    return any(name in (dotted(t), dotted(t.value) if isinstance(t, Subscript) else None) for t in targets)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next = args["model_version"] + 1
#                   ^^^^^^^^^^^^^^^^^^^^^ TLP029

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next = int(args["model_version"]) + 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
        devices = ["cpu", "gpu"]
        self.device = devices[args["model_instance_device_id"]]
#                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP029

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
        devices = ["cpu", "gpu"]
        self.device = devices[int(args["model_instance_device_id"])]
        self.next = int(args["model_version"]) + 1
        self.name = args["model_name"] + "-" + args["model_version"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # They are numbers by then.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        args = {key: int(value) if value.isdigit() else value for key, value in args.items()}
        self.next = args["model_version"] + 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
