"""Each request changes what all of them use

## What it does
Reports lists and dicts that loading fills (or that stand in the file as constants) and that the code of requests
changes for its own purpose: a list that it turns round with `reverse()` or shuffles, one that it fills through another
name (`tokens = self.prefix`, `tokens.append(…)`), a dict of defaults that it updates through another name. Silent where
the change is taken back, where the container starts empty, and for names of memories and counters.

## What happens
Another name is no copy: the list of the model changes. The next request finds it turned round, longer, or with the
options of somebody else's request, and is answered accordingly, with status OK.

## How to fix
Change a copy: `reversed(self.steps)`, `list(self.prefix)`, `{**self.defaults, …}`.

## Source
Python's own behaviour; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_threads import method_called, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Constant,
    Delete,
    Dict,
    Expr,
    Expression,
    Function,
    If,
    Name,
    Node,
    Sequence,
    Slice,
    Stmt,
    Subscript,
    Try,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP517",
    name="kept-container-changed",
    effect="wrong-result",
    certainty="likely",
)
_LOADING = frozenset({"__init__", "initialize", "auto_complete_config", "finalize", "__del__"})
_TURNS = frozenset({"reverse"})
_SHUFFLES = frozenset({"random.shuffle", "numpy.random.shuffle"})
_GROWS = frozenset({"append", "extend", "insert"})
_RESTORES = frozenset({"clear", "copy", "sort"})
_REMEMBERS = re.compile(
    r"histor|seen|window|buffer|memor|log|past|previous|last|recent|record|accum|cumul|running|state|session|queue"
    r"|pending|cache|pool|thread|worker|count|stat|total|metric|counter|turn|conversation|context|messages"
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if not python.understood or execute is None or effective.scheduling == "sequence":
        return
    turns = not {"reverse", "shuffle"}.isdisjoint(python.identifiers)
    aliased = {
        assign.value.attr if isinstance(assign.value, Attribute) else assign.value.id
        for assign in python.walk(Assign)
        if isinstance(assign.targets[0], Name) and isinstance(assign.value, Attribute | Name)
    }
    if not turns and not aliased:
        return
    kept = _names_of_containers(python)
    if not kept or not (turns or kept & aliased):
        return
    for function in reached(python, [execute]):
        if function.name in _LOADING:
            continue
        if turns:
            yield from _turned(python, function)
        yield from _filled(python, function, kept)


def _names_of_containers(python: PythonFacts) -> set[str]:
    """What loading, or the file itself, makes a filled list or dict."""
    found = set()
    for assign in python.walk(Assign):
        if _container(assign.value) is None:
            continue
        function = python.function_at(assign)
        if function is None or function.name in _LOADING:
            found |= {
                t.attr if isinstance(t, Attribute) else t.id for t in assign.targets if isinstance(t, Attribute | Name)
            }
    return found


def _turned(python: PythonFacts, function: Function) -> Iterator[Problem]:
    """Lists that each call leaves in another order."""
    for call in own_nodes(function, Call):
        owner, method = method_called(call)
        held = call.func.value if isinstance(call.func, Attribute) and method in _TURNS and not call.arguments else None
        if held is None and isinstance(call.func, Name | Attribute) and python.qualified(call.func) in _SHUFFLES:
            held = call.argument(0)
            owner, method = dotted(held), "shuffle"
        if held is None or owner is None:
            continue
        made = _kept(python, function, held)
        if made is None or not isinstance(made, Sequence | Call | Comprehension) or _is_called_apart(python, function):
            continue
        # Turned round twice, or put back.
        times = sum(method_called(other)[1] == method for other in own_nodes(function, Call))
        if times != 1 or any(method_called(other)[1] in _RESTORES for other in own_nodes(function, Call)):
            continue
        if not any(call is statement.value for statement in own_nodes(function, Expression)):
            continue
        # To spread work, any order is as good as another.
        if method == "shuffle" and not _places_matter(python, held):
            continue
        yield Problem(
            call.span,
            f"this changes the order of `{owner}` for good: the next request finds it in the other one"
            if method in _TURNS
            else f"this changes the order of `{owner}` for good, for all requests",
            help=f"go through `reversed({owner})`" if method in _TURNS else f"shuffle a copy: `list({owner})`",
            related=(Related(made.span, "made once"),),
            key=owner,
        )


def _is_called_apart(python: PythonFacts, function: Function) -> bool:
    """Whether a helper is called under a condition, or twice: once only, or there and back."""
    calls = [c for c in python.walk(Call) if last_name(c.func) == function.name]
    tests = list(python.walk(If))
    return len(calls) > 1 or any(lies_in(c, s) for c in calls for one in tests for s in (*one.body, *one.orelse))


def _is_renewed(python: PythonFacts, function: Function, name: str) -> bool:
    """Whether the file also takes things out of a container of this name, or the function calls what makes it anew."""

    def same(expr: Expr) -> bool:
        return isinstance(expr, Attribute) and expr.attr == name

    if any(isinstance(t, Subscript) and same(t.value) for d in python.walk(Delete) for t in d.targets):
        return True
    if any(
        isinstance(t, Subscript) and same(t.value) and isinstance(t.items[0], Slice)
        for a in python.walk(Assign)
        for t in a.targets
    ):
        return True
    taken = (c.func for c in python.walk(Call) if isinstance(c.func, Attribute))
    if any(f.attr in {"pop", "clear", "remove", "popitem"} and same(f.value) for f in taken):
        return True
    return any(method_called(call)[1] in _LOADING for call in own_nodes(function, Call))


def _places_matter(python: PythonFacts, held: Expr) -> bool:
    """Whether something takes an item of a list by its place."""
    last = last_name(held)

    def same(expr: Expr | None) -> bool:
        return last_name(expr) == last

    return any(same(n.value) for n in python.walk(Subscript)) or any(
        same(a.value) for c in python.walk(Call) if dotted(c.func) in {"enumerate", "zip"} for a in c.arguments
    )


def _filled(python: PythonFacts, function: Function, kept: set[str]) -> Iterator[Problem]:
    """Containers that a function changes under a name which looks like its own."""
    for assign in own_nodes(function, Assign):
        target = assign.targets[0]
        if assign.operator or len(assign.targets) != 1 or not isinstance(target, Name) or assign.value is None:
            continue
        if not isinstance(assign.value, Attribute | Name) or last_name(assign.value) not in kept:
            continue
        if _REMEMBERS.search((dotted(assign.value) or "x").lower()):
            continue
        if _REMEMBERS.search(target.id.lower()) or not _only_binding(function, assign, target.id):
            continue
        made = _kept(python, function, assign.value)
        if made is None:
            continue
        change = _change(function, target.id, made, from_request(function))
        if change is None or _taken_back(function, {target.id, dotted(assign.value) or target.id}):
            continue
        if isinstance(assign.value, Attribute) and _is_renewed(python, function, assign.value.attr):
            continue
        if isinstance(made, Dict | Call | Comprehension) and _notes_down(function, target.id):
            continue
        shown = python.source(assign.value)
        copy = f"dict({shown})" if isinstance(made, Dict) else f"list({shown})"
        yield Problem(
            change.span,
            f"`{target.id}` is `{shown}` itself, no copy: later requests find what this one leaves in it",
            help=f"begin with `{target.id} = {copy}`",
            related=(Related(assign.span, "the same object"), Related(made.span, "made once")),
            key=shown,
        )


def _kept(python: PythonFacts, function: Function, expr: Expr) -> Expr | None:
    """The filled container that loading makes an attribute of, or that a constant of the file is."""
    frame = python.frame_at(expr)
    if isinstance(expr, Name):
        found = python.lookup(expr.id, frame)
        if found is None or len(found[0]) != 1 or found[0][0].kind != "value":
            return None
        binding, where = found[0][0], found[1]
        if where.number == 0:
            return _container(binding.expr)
        if where.function is not function or not isinstance(binding.expr, Attribute | Name):
            return None
        if isinstance(binding.expr, Name) and binding.expr.id == expr.id:
            return None
        return _kept(python, function, binding.expr)
    if not isinstance(expr, Attribute) or dotted(expr.value) != python.self_name(frame):
        return None
    if frame.in_class is None and python.self_name(frame) is None:
        return None
    makers = [
        a for a in python.walk(Assign) if any(isinstance(t, Attribute) and t.attr == expr.attr for t in a.targets)
    ]
    if len(makers) != 1 or makers[0].operator:
        return None
    place = python.function_at(makers[0])
    if place is None or place.name not in _LOADING:
        return None
    return _container(makers[0].value)


def _container(value: Expr | None) -> Expr | None:
    """A list or dict that begins with something in it."""
    if isinstance(value, Sequence) and value.kind == "list" and value.items:
        return value
    if isinstance(value, Dict) and value.keys:
        return value
    if isinstance(value, Comprehension) and value.kind in {"list", "dict"}:
        return value
    if isinstance(value, Call) and isinstance(value.func, Name) and value.func.id in {"list", "dict", "sorted"}:
        return value if value.arguments else None
    return None


def _only_binding(function: Function, assign: Assign, name: str) -> bool:
    return not any(
        isinstance(target, Name) and target.id == name and not other.operator
        for other in own_nodes(function, Assign)
        if other is not assign
        for target in other.targets
    )


def _change(function: Function, name: str, made: Expr, given: frozenset[str]) -> Node | None:
    """Where something of a request is put into a container of this name."""
    ifs = list(own_nodes(function, If))
    for node in own_nodes(function, Call, Assign):
        if isinstance(node, Call):
            owner, method = method_called(node)
            if owner != name or not node.arguments:
                continue
            grows = method in _GROWS and not isinstance(made, Dict)
            # Keys that are written out are the same ones for every request; others come and go.
            loose = method == "update" and not any(isinstance(a.value, Dict) or a.keyword for a in node.arguments)
            if grows or (loose and any(n.id in given for n in walk(node.arguments[0].value, Name))):
                return node
            continue
        target = node.targets[0]
        if node.operator == "+" and isinstance(target, Name) and target.id == name and not isinstance(made, Dict):
            return node
        if isinstance(target, Subscript) and dotted(target.value) == name and isinstance(made, Dict):
            fixed = isinstance(target.items[0], Constant)
            below = any(lies_in(node, s) for test in ifs for s in (*test.body, *test.orelse))
            brings = any(n.id in given for n in walk(node, Name) if n.id != name)
            if brings and (below or not fixed):
                return node
    return None


def _taken_back(function: Function, names: set[str]) -> bool:
    """Whether a function removes again what it put into a container."""
    if any(
        isinstance(t, Subscript) and dotted(t.value) in names for d in own_nodes(function, Delete) for t in d.targets
    ):
        return True
    if any(
        isinstance(t, Subscript) and dotted(t.value) in names and isinstance(t.items[0], Slice)
        for a in own_nodes(function, Assign)
        for t in a.targets
    ):
        return True
    return any(
        owner in names and method in {"pop", "clear", "remove", "popitem"}
        for owner, method in map(method_called, own_nodes(function, Call))
    )


def _notes_down(function: Function, name: str) -> bool:
    """Whether a dict is filled with what it lacked, as a memory is, or its items get a value on both ways."""
    for compare in own_nodes(function, Compare):
        sides = zip(compare.operators, compare.rights, strict=True)
        if any(op == "not in" and dotted(right) == name for op, right in sides):
            return True
    if any(
        method_called(c) == (name, "get") for a in own_nodes(function, Assign) if a.value for c in walk(a.value, Call)
    ):
        return True
    for attempt in own_nodes(function, Try):
        if any(n.id in {"KeyError", "LookupError"} for h in attempt.handlers if h.type for n in walk(h.type, Name)):
            return True
    return any(_stored(test.body, name) & _stored(test.orelse, name) for test in own_nodes(function, If))


def _stored(body: tuple[Stmt, ...], name: str) -> set[object]:
    """The keys written out that statements give a value."""
    return {
        key.value
        for assign in walk(body, Assign)
        for target in assign.targets
        if isinstance(target, Subscript) and dotted(target.value) == name
        for key in target.items
        if isinstance(key, Constant)
    }


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.steps = [np.float32(2), np.float32(3)]

    def undo(self, y):
        self.steps.reverse()
#       ^^^^^^^^^^^^^^^^^^^^ TLP517
        return y * 0 + self.steps[0]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.undo(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.prefix = [1.0, 2.0]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            values = self.prefix
            values.extend(x.tolist())
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP517
            y = np.array([sum(values)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.prefix = [1.0, 2.0]
        self.steps = [np.float32(2), np.float32(3)]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            values = list(self.prefix)
            values.extend(x.tolist())
            for step in reversed(self.steps):
                values.append(step)
            y = np.array([sum(values)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # A memory, whatever it is called.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factors = {1: 1.0, 2: 2.0}

    def factor(self, n):
        table = self.factors
        if n not in table:
            table[n] = float(np.prod(np.arange(1, n + 1)))
        return table[n]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.factor(x.size)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- restored/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- restored/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.steps = [2.0, 1.0]
        self.ordered = False

    def order(self):
        self.steps.reverse()

    def restore(self):
        del self.steps[2:]

    def execute(self, requests):
        if not self.ordered:
            self.order()
            self.ordered = True
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            steps = self.steps
            steps.append(float(x[0]))
            y = np.array(steps, dtype=np.float32)
            self.restore()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
