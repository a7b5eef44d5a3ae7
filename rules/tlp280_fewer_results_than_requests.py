"""Results that were filtered are paired with all requests

## What it does
Reports `zip(requests, results)` from which `execute` makes its list of responses, where `results` come from a
comprehension with a condition, from `filter`, or from a loop that adds something for some requests only.

## What happens
`zip` ends with the shorter one: when something is left out, there are fewer responses than requests, the whole call
fails, and requests get the results of those behind them.

## How to fix
Keep a place for each request: answer the ones that are left out with an error or a default at their place.

## Source
The backend compares the numbers (`python_be.cc`); run on a server of 24.10.
"""

import re
from collections.abc import Iterator
from typing import TypeGuard

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP280",
    name="fewer-results-than-requests",
    effect="request-failure",
    certainty="likely",
    words=("zip",),
)
_MAKES_NONE = re.compile(r"(?<!is )(?<!is not )\bNone\b|\breturn\s*$", re.MULTILINE)
_ADDS = frozenset({"append", "extend", "insert"})
_SAME_LENGTH = frozenset(
    {"list", "tuple", "sorted", "reversed", "enumerate", "numpy.array", "numpy.asarray", "numpy.stack"}
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or len(execute.positional) < 2 or effective.decoupled is not False or uses_sender(python):
        return
    requests = execute.positional[1].name
    pairings = [
        call
        for call in own_nodes(execute, Call)
        if dotted(call.func) == "zip" and any(_is(a.value, requests) for a in call.arguments)
    ]
    if not pairings:
        return
    shorter = _shorter(python, execute, requests)
    # Whoever counts what is left knows that there may be less.
    counted = {
        dotted(c.arguments[0].value)
        for compare in own_nodes(execute, Compare)
        for c in walk((compare,), Call)
        if dotted(c.func) == "len" and len(c.arguments) == 1
    }
    shorter = {name: place for name, place in shorter.items() if name not in counted | _filled_up(execute)}
    for pairing in pairings:
        left = [shorter[a.value.id] for a in pairing.arguments if isinstance(a.value, Name) and a.value.id in shorter]
        left += [a.value for a in pairing.arguments if _filters(a.value, requests, set())]
        left = [one for one in left if not _only_none(python, one)]
        if left and pairing.certain and _makes_responses(execute, pairing) and not _asks_for_all(execute):
            yield Problem(
                left[0].span,
                "what this leaves out is missing in `zip`: there are fewer responses than requests, and the call fails",
                help="keep a place for each request, and answer what is left out with an error or a default",
                related=(Related(pairing.span, "paired with all requests"),),
                key="zip",
            )
            return


def _only_none(python: PythonFacts, place: Node) -> bool:
    """Whether only what is None is left out, in a file in which nothing is made None: an input is always there."""
    clause = place.clauses[0] if isinstance(place, Comprehension) else None
    tests = clause.conditions if clause is not None else (place,)
    if any(isinstance(t, Call) and dotted(t.func) == "isinstance" for t in tests):
        return True  # Mostly for the type checker.
    if not all(isinstance(t, Compare) and t.operators in {("is not",), ("is",)} for t in tests):
        return False
    return _MAKES_NONE.search(python.text) is None


def _filled_up(execute: Function) -> set[str]:
    """Lists that get more than what one loop adds: in another place, or by what they are handed to."""
    calls = [call for call in own_nodes(execute, Call) if isinstance(call.func, Attribute)]
    added = [dotted(c.func.value) or "" for c in calls if isinstance(c.func, Attribute) and c.func.attr in _ADDS]
    made = {dotted(t) or "" for assign in own_nodes(execute, Assign) if not starts_list(assign) for t in assign.targets}
    handed = {
        a.value.id
        for statement in own_nodes(execute, Expression)
        if isinstance(statement.value, Call)
        for a in statement.value.arguments
        if isinstance(a.value, Name)
    }
    return {name for name in added if added.count(name) > 1 or name in made} | handed


def _asks_for_all(execute: Function) -> bool:
    """Whether somebody looks beforehand whether anything would be left out."""
    tests = tuple(node.test for node in own_nodes(execute, If, Assert))
    return any(dotted(call.func) in {"any", "all"} for call in walk(tests, Call))


def _is(expr: Expr, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name


def _shorter(python: PythonFacts, execute: Function, requests: str) -> dict[str, Node]:
    """Lists that hold something for some of the requests only, and where the others are left out."""
    frame = python.frame_of(execute)
    whole = {requests}
    shorter: dict[str, Node] = {}
    for node in own_nodes(execute, Assign, For):
        if isinstance(node, For):
            if _counted(node.iterable) in whole:
                for name, place in _added_for_some(node):
                    if len(frame.bindings.get(name, ())) == 1:
                        shorter[name] = place
            elif (left := _left_out(node.iterable, shorter)) is not None:
                for call in walk(node.body, Call):
                    if isinstance(call.func, Attribute) and call.func.attr == "append":
                        shorter.setdefault(dotted(call.func.value) or "", left)
            continue
        value = node.value
        names = [t.id for t in node.targets if isinstance(t, Name) and len(frame.bindings.get(t.id, ())) == 1]
        if value is None or not names:
            continue
        if _filters(value, requests, whole):
            shorter |= dict.fromkeys(names, value)
        elif (gone := _left_out(value, shorter)) is not None:
            shorter |= dict.fromkeys(names, gone)
        elif _counted(value.clauses[0].iterable if _maps(value) else None) in whole:
            whole.update(names)
    return shorter


def _maps(value: Expr) -> TypeGuard[Comprehension]:
    return isinstance(value, Comprehension) and len(value.clauses) == 1 and not value.clauses[0].conditions


def _counted(iterable: Expr | None) -> str | None:
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip"} and iterable.arguments:
        iterable = iterable.arguments[0].value
    return iterable.id if isinstance(iterable, Name) else None


def _filters(value: Expr, requests: str, whole: set[str]) -> bool:
    """Whether an expression takes some of the requests, or of what belongs to them."""
    if isinstance(value, Call) and dotted(value.func) in {"list", "tuple"} and len(value.arguments) == 1:
        value = value.arguments[0].value
    if isinstance(value, Call) and dotted(value.func) == "filter" and len(value.arguments) == 2:
        given = value.arguments[1].value
    elif isinstance(value, Comprehension) and value.kind in {"list", "generator"} and len(value.clauses) == 1:
        if not value.clauses[0].conditions:
            return False
        given = value.clauses[0].iterable
    else:
        return False
    if isinstance(given, Call) and dotted(given.func) == "map" and len(given.arguments) == 2:
        given = given.arguments[1].value
    if _counted(given) in {requests, *whole}:
        return True
    # What a helper makes of all the requests.
    return (
        isinstance(given, Call)
        and isinstance(given.func, Attribute | Name)
        and any(_is(a.value, requests) for a in given.arguments)
    )


def _left_out(value: Expr, shorter: dict[str, Node]) -> Node | None:
    """Where things are left out of what an expression has one for one."""
    if isinstance(value, Name):
        return shorter.get(value.id)
    if isinstance(value, Comprehension) and value.kind in {"list", "generator"} and len(value.clauses) == 1:
        return _left_out(value.clauses[0].iterable, shorter)
    if isinstance(value, Call):
        name = dotted(value.func)
        if name in _SAME_LENGTH and value.arguments:
            return _left_out(value.arguments[0].value, shorter)
        if name == "map" and len(value.arguments) == 2:
            return _left_out(value.arguments[1].value, shorter)
    return None


def _added_for_some(loop: For) -> Iterator[tuple[str, Node]]:
    """Lists that a loop adds to in one place, which some turns do not come by."""
    adds: dict[str, list[Call]] = {}
    for call in walk(loop.body, Call):
        if isinstance(call.func, Attribute) and call.func.attr == "append" and isinstance(call.func.value, Name):
            adds.setdefault(call.func.value.id, []).append(call)
    tests = list(walk(loop.body, If))
    inner = list(walk(loop.body, For))
    for name, calls in adds.items():
        # Two places may be two sides of a condition.
        if len(calls) != 1 or any(lies_in(calls[0], other) for other in inner):
            continue
        for test in tests:
            within = any(lies_in(calls[0], s) for s in (*test.body, *test.orelse))
            skips = isinstance(test.body[-1], Flow) and test.body[-1].keyword == "continue"
            if within or (skips and (test.span.end or 0) <= (calls[0].span.start or 0)):
                yield name, test.test
                break


def _makes_responses(execute: Function, pairing: Call) -> bool:
    """Whether the list of responses is made of the pairs alone."""
    filled: set[str] = set()
    for statement in returns(execute):
        value = statement.value
        if isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) == 1:
            if value.clauses[0].iterable is pairing:
                return True
        elif isinstance(value, Name):
            filled.add(value.id)
    for node in own_nodes(execute, Assign):
        made = node.value
        if isinstance(made, Comprehension) and len(made.clauses) == 1 and made.clauses[0].iterable is pairing:
            names = {dotted(t) for t in node.targets}
            return bool(names & filled) and not _others(execute, names & filled, node)
    for loop in own_nodes(execute, For):
        if loop.iterable is pairing:
            names = {
                dotted(c.func.value)
                for c in walk(loop.body, Call)
                if isinstance(c.func, Attribute) and c.func.attr == "append"
            }
            return bool(names & filled) and not _others(execute, names & filled, loop)
    return False


def _others(execute: Function, names: set[str | None], place: Node) -> bool:
    """Whether something else is done to a list than to make and return it."""
    for call in own_nodes(execute, Call):
        if isinstance(call.func, Attribute) and dotted(call.func.value) in names and not lies_in(call, place):
            return True
    return any(
        (a.operator and dotted(a.targets[0]) in names)
        or any(dotted(getattr(t, "value", None)) in names for t in a.targets)
        for a in own_nodes(execute, Assign)
        if a is not place
    )


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _read(self, requests):
        for request in requests:
            yield pb_utils.get_input_tensor_by_name(request, "x").as_numpy()

    def execute(self, requests):
"""
EXAMPLES = (
    _CONFIG
    + """\
        arrays = [x for x in self._read(requests) if x[0] > 1000]
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP280
        roots = [np.sqrt(x) for x in arrays]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", root)]) for _, root in zip(requests, roots)]
""",
    _CONFIG
    + """\
        roots = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 1000:
#              ^^^^^^^^^^^ TLP280
                roots.append(np.sqrt(x))
        responses = []
        for request, root in zip(requests, roots):
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", root)]))
        return responses
""",
    _CONFIG
    + """\
        roots = [np.sqrt(x) if x[0] > 1000 else x for x in self._read(requests)]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", root)]) for _, root in zip(requests, roots)]
""",
    _CONFIG
    + """\
        large = [x for x in self._read(requests) if x[0] > 1000]
        pb_utils.Logger.log_verbose(f"{len(large)} large ones")
        arrays = list(self._read(requests))
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in zip(requests, arrays)]
""",
    # Each request is answered, some of them beforehand.
    _CONFIG
    + """\
        roots = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 1000:
                roots.append(np.sqrt(x))
            else:
                roots.append(x)
        responses = []
        for request, root in zip(requests, roots):
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", root)]))
        return responses
""",
    _CONFIG
    + """\
        large = [x for x in self._read(requests) if x[0] > -1000]
        if len(large) < len(requests):
            raise pb_utils.TritonModelException("a value is too small")
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in zip(requests, large)]
""",
    """\
-- empty/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- empty/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        if any(array.size == 0 for array in arrays):
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError("empty")) for _ in requests]
        full = [array for array in arrays if array.size]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for _, array in zip(requests, full)]
""",
)
