"""An option of one request that stays in force for the next ones

## What it does
Reports an attribute that loading sets to a default and that a request replaces, only if it brings a value of its own:
`if "threshold" in options: self.threshold = …`, `self.k = options.get("k", self.k)`. Silent where the attribute is set
again for each request, where such a request is a command of its own, and where the file says that it is kept.

## What happens
The value of one client is used for all later requests that do not set one, and they are answered with status OK.

## How to fix
Use a local name: `threshold = options.get("threshold", self.threshold)`.

## Source
Python's attributes; run on a server of 24.10 with a request that sets the option and one that does not.
"""

import re
from collections import Counter
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_none, own_nodes
from tritonlint.inputs.python_remarks import remarks
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_threads import by_name, reached
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
    If,
    Name,
    Unary,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP522", name="option-of-request-kept", effect="wrong-result", certainty="likely")
_LOADING = ("__init__", "initialize", "auto_complete_config", "finalize")
_MEANT = re.compile(
    r"last|prev|histor|seen|count|total|sum|best|max_|min_|cache|model|session|state|version|client|conn|stat|current"
    r"|latest|time|lock|queue|thread|worker|buffer|metric|logger|loaded|ready|stop|running|error|baseline|reference|bank"
)
"""Names of what is meant to be remembered."""
_CHANGES = re.compile(
    r"^_*(set|update|change|configure|reconfigure|calibrate|tune|adjust|control|reload|admin|learn|adapt)"
)
"""Names of methods that are there to change the model."""
_SAYS = re.compile(
    r"in force|persist|sticky|calibrat|remember|until|from (now|then) on|run.?time|reconfigur|operator|admin|stays?\b"
    r"|\bkept\b|keeps\b|(for|all) (those|the next|later|subsequent|following|further)|latest|last (one|value|request)",
    re.IGNORECASE,
)
"""What is said of a value that is kept on purpose."""


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood or effective.scheduling == "sequence":
        return
    kept = [a for a in python.walk(Assign) if a.targets[0].__class__ is Attribute and _is_of_model(a.targets[0])]
    # The default, and what a request brings.
    times = Counter(a.targets[0].attr for a in kept if isinstance(a.targets[0], Attribute))
    kept = [a for a in kept if isinstance(a.targets[0], Attribute) and times[a.targets[0].attr] > 1]
    if not kept:
        return
    loading = {id(f) for name in _LOADING for f in by_name(python).get(name, ())}
    serving = {id(f): f for f in reached(python, [execute]) if id(f) not in loading}
    for assign in kept:
        target = assign.targets[0]
        function = python.function_at(assign)
        if function is None or id(function) not in serving or not isinstance(target, Attribute) or assign.operator:
            continue
        if python.method(function.name) is not function or _CHANGES.match(function.name):
            continue
        if _MEANT.search(target.attr.lower()) or len(assign.targets) != 1 or assign.value is None:
            continue
        others = [a for a in python.walk(Assign) if a is not assign and _sets(a, target.attr)]
        places = [python.function_at(a) for a in others]
        if not others or any(place is None or id(place) not in loading for place in places):
            continue
        if _SAYS.search(remarks(python)):
            return
        if not _is_option(python, function, assign, target) or not _is_used(python, serving, assign, target):
            continue
        yield Problem(
            assign.span,
            f"`self.{target.attr}` keeps what this request asks for: later requests that do not set it get it, too",
            help=f"use a local name, with `self.{target.attr}` as its default",
            related=(Related(others[0].span, "the default"),),
            key=target.attr,
        )


def _is_of_model(target: Expr) -> bool:
    return isinstance(target, Attribute) and isinstance(target.value, Name) and target.value.id == "self"


def _sets(assign: Assign, name: str) -> bool:
    return any(isinstance(t, Attribute) and t.attr == name for t in assign.targets)


def _is_option(python: PythonFacts, function: Function, assign: Assign, target: Attribute) -> bool:
    """Whether a request may bring the value, or not."""
    brought = from_request(function) | _arguments(python, function)
    value = assign.value
    if value is None or not {n.id for n in walk(value, Name)} & brought:
        return False
    own = dotted(target)
    if any(dotted(part) == own for part in walk(value, Attribute)):
        return _has_default(value, own)
    for test in own_nodes(function, If):
        if assign in test.body and not test.orelse and all(isinstance(s, Assign) for s in test.body):
            return _asks_whether_given(test.test, brought)
    return False


def _has_default(value: Expr, own: str | None) -> bool:
    """Whether the old value is what is taken when there is no new one."""
    while isinstance(value, Call) and not isinstance(value.func, Attribute) and len(value.arguments) == 1:
        value = value.arguments[0].value  # `float(…)`
    if isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr == "get":
        return len(value.arguments) == 2 and dotted(value.arguments[1].value) == own
    if isinstance(value, Binary) and value.operator == "or":
        return dotted(value.right) == own
    if isinstance(value, Conditional):
        return own in {dotted(value.body), dotted(value.orelse)}
    return False


def _asks_whether_given(test: Expr, brought: frozenset[str] | set[str]) -> bool:
    """Whether a condition asks for a key, or whether something is None."""
    if isinstance(test, Compare) and len(test.operators) == 1:
        if test.operators == ("in",):
            holder = {n.id for n in walk(test.rights[0], Name)}
            return isinstance(test.left, Constant) and isinstance(test.left.value, str) and bool(holder & brought)
        if test.operators in {("is not",), ("!=",)} and is_none(test.rights[0]):
            return bool({n.id for n in walk(test.left, Name)} & brought)
        return False
    if isinstance(test, Unary):
        return False
    if isinstance(test, Call):
        asks = isinstance(test.func, Attribute) and test.func.attr == "get" and len(test.arguments) == 1
        return asks and bool({n.id for n in walk(test, Name)} & brought)
    return isinstance(test, Name) and test.id in brought and not test.id.startswith(("is_", "has_", "reset", "update"))


def _arguments(python: PythonFacts, function: Function) -> set[str]:
    """The parameters of a function."""
    return {p.name for p in function.parameters if p.name not in {"self", "cls"}}


def _is_used(python: PythonFacts, serving: dict[int, Function], assign: Assign, target: Attribute) -> bool:
    """Whether a request is answered with what is kept: the code of requests reads it elsewhere."""
    for function in serving.values():
        for node in own_nodes(function, Attribute):
            inside = (assign.span.start or 0) <= (node.span.start or 0) < (assign.span.end or 0)
            if node.attr == target.attr and not inside and _is_of_model(node):
                return True
    return False


_CONFIG = """\
-- keep/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
input { name: "limit" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
output { name: "keep" data_type: TYPE_BOOL dims: [ -1 ] }
-- keep/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.limit = 0.5

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
"""
_END = """\
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("keep", keep)]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
            limit = pb_utils.get_input_tensor_by_name(request, "limit")
            if limit is not None:
                self.limit = float(limit.as_numpy()[0])
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP522
            keep = x >= self.limit
"""
    + _END,
    _CONFIG
    + """\
            options = json.loads(request.parameters() or "{}")
            self.limit = float(options.get("limit", self.limit))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP522
            keep = x >= self.limit
"""
    + _END,
    _CONFIG
    + """\
            tensor = pb_utils.get_input_tensor_by_name(request, "limit")
            limit = self.limit
            if tensor is not None:
                limit = float(tensor.as_numpy()[0])
            keep = x >= limit
"""
    + _END,
    # Each request begins with the default.
    _CONFIG
    + """\
            self.limit = 0.5
            limit = pb_utils.get_input_tensor_by_name(request, "limit")
            if limit is not None:
                self.limit = float(limit.as_numpy()[0])
            keep = x >= self.limit
"""
    + _END,
    # Such a request is a command.
    _CONFIG
    + """\
            self.set_limit(pb_utils.get_input_tensor_by_name(request, "limit"))
            keep = x >= self.limit
"""
    + _END
    + """\

    def set_limit(self, limit):
        if limit is not None:
            self.limit = float(limit.as_numpy()[0])
""",
)
