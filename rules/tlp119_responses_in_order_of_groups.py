"""Responses in the order of groups

## What it does
Reports requests that `execute` sorts into groups (`groups[key].append(request)`, two lists filled in `if` and `else`)
and answers group by group into one list that is returned as it is.

## What happens
Triton gives response number i to request number i of its own list: when requests of different groups are batched,
clients get each other's results, with status OK.

## How to fix
Keep the index of each request with it, and put its response there: `responses[index] = …`.

## Source
Facts, python-backend 6.4; run on a server of 24.10 with requests of two groups in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Sequence,
    Subscript,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP119",
    name="responses-in-order-of-groups",
    effect="wrong-result",
    certainty="likely",
    words=("append",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective) or effective.decoupled is not False or uses_sender(python):
        return
    groups, parts = _groups(python, execute)
    if not groups and len(parts) < 2:
        return
    kept = {s.value.id for s in returns(execute) if isinstance(s.value, Name)}
    kept -= _put_in_order(execute)
    filled: dict[str, list[Node]] = {}
    for loop in own_nodes(execute, For):
        whole = _goes_over(loop.iterable, groups, parts)
        single = dotted(loop.iterable) in parts
        for name in kept if whole or single else ():
            place = _adds_to(loop, name)
            if place is not None and whole:
                yield _problem(place)
                return
            if place is not None:
                filled.setdefault(name, []).append(place)
    for places in filled.values():
        if len(places) > 1:
            yield _problem(places[1])
            return
    made = [s.value for s in returns(execute)]
    made += [a.value for a in own_nodes(execute, Assign) if any(dotted(target) in kept for target in a.targets)]
    for value in made:
        nested = isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) > 1
        if nested and isinstance(value, Comprehension) and _goes_over(value.clauses[0].iterable, groups, parts):
            yield _problem(value)
            return


def _problem(place: Node) -> Problem:
    return Problem(
        place.span,
        "responses leave in the order of the groups, not in that of the requests: clients of a batch get each "
        "other's results",
        help="keep the index of each request, and put its response there",
        key="groups",
    )


def _groups(python: PythonFacts, execute: Function) -> tuple[set[str], set[str]]:
    """Dicts of lists that requests are put into, and lists that get some of them each."""
    groups: set[str] = set()
    parts: set[str] = set()
    for loop in own_nodes(execute, For):
        iterable = loop.iterable
        if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and iterable.arguments:
            iterable = iterable.arguments[0].value
        if not isinstance(iterable, Name) or objects_of(python).kind(iterable) != "requests":
            continue
        target = loop.target.items[-1] if isinstance(loop.target, Sequence) else loop.target
        branches = list(walk(loop.body, If))
        for call in walk(loop.body, Call):
            func = call.func
            if not isinstance(func, Attribute) or func.attr != "append" or len(call.arguments) != 1:
                continue
            if not isinstance(target, Name) or not _holds(call.arguments[0].value, target.id):
                continue
            owner = func.value
            if isinstance(owner, Subscript) and dotted(owner.value) is not None:
                groups.add(dotted(owner.value) or "")
            elif isinstance(owner, Call) and isinstance(owner.func, Attribute) and owner.func.attr == "setdefault":
                groups.add(dotted(owner.func.value) or "")
            elif isinstance(owner, Name) and any(lies_in(call, branch) for branch in branches):
                parts.add(owner.id)
    return groups - {""}, parts


def _holds(given: Expr, name: str) -> bool:
    """Whether a list gets a request itself, alone or in a tuple."""
    items = given.items if isinstance(given, Sequence) else (given,)
    return any(isinstance(item, Name) and item.id == name for item in items)


def _goes_over(iterable: Expr, groups: set[str], parts: set[str]) -> bool:
    """Whether something goes over one group after the other."""
    if isinstance(iterable, Call) and dotted(iterable.func) in {"sorted", "list", "tuple", "enumerate", "reversed"}:
        return bool(iterable.arguments) and _goes_over(iterable.arguments[0].value, groups, parts)
    if isinstance(iterable, Call) and isinstance(iterable.func, Attribute):
        if iterable.func.attr in {"values", "items", "keys"}:
            return dotted(iterable.func.value) in groups
        if iterable.func.attr == "chain":
            return len(iterable.arguments) > 1 and all(dotted(a.value) in parts for a in iterable.arguments)
    if isinstance(iterable, Binary) and iterable.operator == "+":
        return dotted(iterable.left) in parts and dotted(iterable.right) in parts
    if isinstance(iterable, Sequence) and len(iterable.items) > 1:
        return all(dotted(item) in parts for item in iterable.items)
    return isinstance(iterable, Name) and iterable.id in groups


def _adds_to(loop: For, name: str) -> Node | None:
    """Where a loop adds to a list."""
    for node in walk(loop.body, Call, Assign):
        if isinstance(node, Call):
            added = isinstance(node.func, Attribute) and node.func.attr in {"append", "extend"}
            if added and isinstance(node.func, Attribute) and dotted(node.func.value) == name:
                return node
        elif node.operator == "+" and dotted(node.targets[0]) == name:
            return node
    return None


def _put_in_order(execute: Function) -> set[str]:
    """Lists that something is put into at a place, or that are sorted."""
    found: set[str] = set()
    for node in own_nodes(execute, Assign, Call):
        if isinstance(node, Assign):
            found |= {dotted(t.value) or "" for t in node.targets if isinstance(t, Subscript)}
            found |= {
                dotted(target) or ""
                for target in node.targets
                if isinstance(node.value, Call) and dotted(node.value.func) == "sorted"
            }
        elif isinstance(node.func, Attribute) and node.func.attr in {"sort", "insert"}:
            found.add(dotted(node.func.value) or "")
    return found


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from collections import defaultdict

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        groups = defaultdict(list)
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[bool(x[0, 0] % 2)].append(request)
        responses = []
        for key in sorted(groups):
            for request in groups[key]:
                responses.append(self.answer(request))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP119
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        even, odd = [], []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                odd.append(request)
            else:
                even.append(request)
        responses = []
        for request in even + odd:
            responses.append(self.answer(request))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP119
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from collections import defaultdict

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        groups = defaultdict(list)
        for index, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[bool(x[0, 0] % 2)].append((index, request))
        answered = []
        for members in groups.values():
            answered.extend((index, self.answer(request)) for index, request in members)
        return [response for _, response in sorted(answered, key=lambda pair: pair[0])]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from collections import defaultdict

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        groups = defaultdict(list)
        for index, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[bool(x[0, 0] % 2)].append((index, request))
        responses = [None] * len(requests)
        for members in groups.values():
            for index, request in members:
                responses[index] = self.answer(request)
        return responses
""",
)
