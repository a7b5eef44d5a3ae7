"""An iterator of the model that the first request uses up

## What it does
Reports `self.words = map(…)`, `filter`, `zip`, `enumerate`, `reversed`, `iter`, `csv.reader` or a generator in
`initialize` or in the file itself, where the code of requests goes through it, or asks it `in`.

## What happens
An iterator gives each item once: the first request finds everything, all later ones find nothing, with status OK.

## How to fix
Keep the items: `list(map(…))`, or a `set` where only `in` is asked.

## Source
Python's iterators; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Compare,
    Comprehension,
    Expr,
    For,
    Function,
    Name,
    Node,
    dotted,
    lies_in,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP279", name="iterator-used-up", effect="wrong-result", certainty="likely")
_ITERATORS = frozenset(
    {"map", "filter", "zip", "enumerate", "reversed", "iter", "csv.reader", "csv.DictReader", "re.finditer"}
)
_LAST = frozenset(name.rsplit(".", 1)[-1] for name in _ITERATORS)
_WHOLE = frozenset(
    {
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "sorted",
        "sum",
        "any",
        "all",
        "max",
        "min",
        "enumerate",
        "zip",
        "map",
    }
    | {"filter", "join"}
)
_LOADING = frozenset({"__init__", "initialize"})


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if not python.understood or execute is None:
        return
    kept = [assign for assign in python.walk(Assign) if not assign.operator and _gives_once(python, assign.value)]
    for made in kept:
        target = made.targets[0]
        function = python.function_at(made)
        name = dotted(target)
        of_file = isinstance(target, Name) and function is None and made in python.body
        of_model = isinstance(target, Attribute) and function is not None and function.name in _LOADING
        if len(made.targets) != 1 or name is None or not (of_file or of_model):
            continue
        if sum(dotted(t) == name for a in python.walk(Assign) for t in a.targets) != 1:
            continue
        use = _used(python, execute, name)
        if use is not None and made.value is not None:
            yield Problem(
                made.value.span,
                f"`{name}` is an iterator: the first request uses it up, and later ones find nothing in it",
                help="keep the items in a list",
                related=(Related(use.span, "used up here"),),
                key=name,
            )


def _gives_once(python: PythonFacts, value: Expr | None) -> bool:
    if isinstance(value, Comprehension):
        return value.kind == "generator"
    if not isinstance(value, Call) or (dotted(value.func) or "").rsplit(".", 1)[-1] not in _LAST:
        return False
    return python.qualified(value.func) in _ITERATORS


def _used(python: PythonFacts, execute: Function, name: str) -> Node | None:
    """Where the code of requests goes through something, if nothing takes its items one by one."""
    live = [f for f in reached(python, [execute]) if f.name not in _LOADING]
    # `next` takes an item at a time, which may well be meant.
    if any(dotted(c.func) == "next" and dotted(c.argument(0)) == name for c in python.walk(Call)):
        return None
    # What loading goes through itself is used up, or made for it alone.
    for node in (*python.walk(Compare), *python.walk(For, Clause), *python.walk(Call)):
        if isinstance(node, Compare):
            found = node.operators in {("in",), ("not in",)} and dotted(node.rights[0]) == name
        elif isinstance(node, For | Clause):
            found = dotted(node.iterable) == name
        elif isinstance(node, Call):
            called = (dotted(node.func) or "").rsplit(".", 1)[-1]
            if isinstance(node.func, Attribute):
                called = node.func.attr
            found = called in _WHOLE and any(dotted(a.value) == name for a in node.arguments)
        else:
            continue
        if found and any(lies_in(node, function) for function in live):
            return node
    return None


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

WORDS = ["The", "And"]


class TritonPythonModel:
    def initialize(self, args):
"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            y = np.array([found(self.words)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
        self.words = map(str.lower, WORDS)
#                    ^^^^^^^^^^^^^^^^^^^^^ TLP279
"""
    + _EXECUTE.replace("found(self.words)", '"and" in self.words'),
    _CONFIG
    + """\
        self.words = (word.lower() for word in WORDS)
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP279
"""
    + _EXECUTE.replace("found(self.words)", "len(list(self.words))"),
    _CONFIG
    + """\
        self.words = zip(WORDS, range(2))
#                    ^^^^^^^^^^^^^^^^^^^^ TLP279
"""
    + _EXECUTE.replace("found(self.words)", "sum(n for _, n in self.words)"),
    _CONFIG
    + """\
        self.words = list(map(str.lower, WORDS))
"""
    + _EXECUTE.replace("found(self.words)", '"and" in self.words'),
    _CONFIG
    + """\
        self.words = iter(range(10**9))
"""
    + _EXECUTE.replace("found(self.words)", "next(self.words)"),
)
