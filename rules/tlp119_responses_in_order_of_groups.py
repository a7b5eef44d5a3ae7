"""Responses in the order of groups

## What it does
Reports requests that `execute` sorts into groups (`groups[key].append(request)`, two lists filled in `if` and `else`)
and answers group by group into one list that is returned as it is, or of which each item gives a response. A helper
may make the groups, and what is sorted into them may be an object for each request, or something that is made of it.
Also answers of a cache that leave before those that had to be worked out.

## What happens
Triton gives response number i to request number i of its own list: when requests of different groups are batched,
clients get each other's results, with status OK.

## How to fix
Keep the index of each request with it, and put its response there: `responses[index] = …`.

## Source
Facts, python-backend 6.4; run on a server of 24.10 with requests of two groups in one batch.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Constant,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    Sequence,
    Starred,
    Subscript,
    dotted,
    last_name,
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
_NUMBER = re.compile(r"^(?:i|n|k|no|num|at)$|ind|idx|pos|place|order|num(?!py)|slot|seq|rank|turn")
"""What the number of a request may be called."""


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective) or effective.decoupled is not False or uses_sender(python):
        return
    groups, parts = _groups(python, execute)
    found = _group_by_group(python, execute, groups, parts) if groups or len(parts) > 1 else None
    found = found or _one_kind_first(python, execute)
    if found is not None:
        yield Problem(
            found.span,
            "responses leave in the order of the groups, not in that of the requests: clients of a batch get each "
            "other's results",
            help="keep the index of each request, and put its response there",
            key="groups",
        )


def _group_by_group(python: PythonFacts, execute: Function, groups: set[str], parts: set[str]) -> Node | None:
    """Where groups of requests are answered one after the other."""
    kept = {s.value.id for s in returns(execute) if isinstance(s.value, Name)}
    last = [s.value for s in returns(execute)]
    last += [a.value for a in own_nodes(execute, Assign) if any(dotted(target) in kept for target in a.targets)]
    kept |= {name for value in last if (name := _goes_through(value)) is not None}
    kept -= _put_in_order(execute)
    filled: dict[str, list[Node]] = {}
    for loop in own_nodes(execute, For):
        whole = _goes_over(python, loop.iterable, groups, parts) or _by_key(python, loop, groups)
        single = dotted(loop.iterable) in parts
        for name in kept if whole or single else ():
            place = _adds_to(loop, name)
            if place is not None and whole:
                return place
            if place is not None:
                filled.setdefault(name, []).append(place)
    for places in filled.values():
        if len(places) > 1:
            return places[1]
    made = [s.value for s in returns(execute)]
    made += [a.value for a in own_nodes(execute, Assign) if any(dotted(target) in kept for target in a.targets)]
    for value in made:
        nested = isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) > 1
        if nested and isinstance(value, Comprehension) and _goes_over(python, value.clauses[0].iterable, groups, parts):
            return value
    return None


def _by_key(python: PythonFacts, loop: For, groups: set[str]) -> bool:
    """Whether a function of the file says in which order groups are taken: ``for key in longest_first(groups)``."""
    made = loop.iterable
    if not isinstance(made, Call) or called_function(python, made) is None:
        return False
    given = {name.id for argument in made.arguments for name in walk((argument.value,), Name)} & groups
    taken = (part for part in walk(loop.body, Subscript) if dotted(part.value) in given and len(part.items) == 1)
    return any(isinstance(loop.target, Name) and dotted(part.items[0]) == loop.target.id for part in taken)


def _goes_through(value: Expr | None) -> str | None:
    """The list that a list comprehension makes something of each item of."""
    if not isinstance(value, Comprehension) or value.kind != "list" or len(value.clauses) != 1:
        return None
    clause = value.clauses[0]
    return clause.iterable.id if isinstance(clause.iterable, Name) and not clause.conditions else None


def _one_kind_first(python: PythonFacts, execute: Function) -> Node | None:
    """Where requests of two kinds are answered one kind behind the other."""
    parts = _kinds(python, execute)
    if len(parts) < 2:
        return None
    roots = {name: name for name in parts}
    late: Node | None = None
    kept = {s.value.id for s in returns(execute) if isinstance(s.value, Name)} - _put_in_order(execute)
    made = [s.value for s in returns(execute) if s.value is not None]
    for node in own_nodes(execute, Assign, For, Call):
        if isinstance(node, Assign):
            if node.value is None:
                continue
            root = _root(node.value, roots)
            names = [t.id for t in node.targets if isinstance(t, Name)]
            if not node.operator:
                roots |= {name: root for name in names if root is not None and name not in parts}
                made += [node.value for name in names if name in kept]
            elif any(name in kept and _apart(parts, roots.get(name), root) for name in names):
                late = late or node
        elif isinstance(node, For):
            root = _root(node.iterable, roots)
            for owner, call in _appends(node) if root is not None else ():
                if owner in kept and _apart(parts, roots.get(owner), root):
                    late = late or call
                elif root is not None:
                    roots.setdefault(owner, root)
        elif isinstance(node.func, Attribute) and node.func.attr == "extend" and node.arguments:
            name = dotted(node.func.value)
            root = _root(node.arguments[0].value, roots)
            if name is not None and name in kept:
                if _apart(parts, roots.get(name), root):
                    late = late or node
                elif root is not None:
                    roots.setdefault(name, root)
    for value in made:
        both = _joined(value)
        if len(both) > 1 and _apart(parts, _root(both[0], roots), _root(both[1], roots)):
            late = late or value
    return late


def _kinds(python: PythonFacts, execute: Function) -> dict[str, tuple[For, list[Call]]]:
    """Lists that a loop over the requests adds to."""
    found: dict[str, tuple[For, list[Call]]] = {}
    for loop in own_nodes(execute, For):
        iterable = loop.iterable
        if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip"} and iterable.arguments:
            iterable = iterable.arguments[0].value
        if isinstance(iterable, Name) and objects_of(python).kind(iterable) == "requests":
            for owner, call in _appends(loop):
                found.setdefault(owner, (loop, []))[1].append(call)
    return found


def _appends(loop: For) -> Iterator[tuple[str, Call]]:
    """The lists that a loop adds to, and where."""
    for call in walk(loop.body, Call):
        func = call.func
        if isinstance(func, Attribute) and func.attr == "append" and isinstance(func.value, Name):
            yield func.value.id, call


def _apart(parts: dict[str, tuple[For, list[Call]]], one: str | None, other: str | None) -> bool:
    """Whether each turn of a loop adds to one of two lists only."""
    if one is None or other is None or one == other:
        return False
    (loop, some), (same, others) = parts[one], parts[other]
    return loop is same and all(_exclude(loop, a, b) for a in some for b in others)


def _exclude(loop: For, one: Node, other: Node) -> bool:
    """Whether only one of two statements runs in a turn."""
    for test in walk(loop.body, If):
        if _by_place(test.test, loop):
            continue
        for a, b in ((one, other), (other, one)):
            if not any(lies_in(a, s) for s in test.body):
                continue
            if any(lies_in(b, s) for s in test.orelse):
                return True
            leaves = isinstance(test.body[-1], Flow) and test.body[-1].keyword == "continue"
            if leaves and (b.span.start or 0) > (test.span.end or 0):
                return True
    return False


def _joined(value: Expr) -> tuple[Expr, ...]:
    """What is put together, one behind the other."""
    if isinstance(value, Binary) and value.operator == "+":
        return value.left, value.right
    if isinstance(value, Call) and dotted(value.func) == "list" and len(value.arguments) == 1:
        return _joined(value.arguments[0].value)
    if isinstance(value, Call) and last_name(value.func) == "chain":
        return tuple(argument.value for argument in value.arguments)
    if isinstance(value, Sequence) and all(isinstance(item, Starred) for item in value.items):
        return tuple(item.value for item in value.items if isinstance(item, Starred))
    return ()


def _root(value: Expr, roots: dict[str, str]) -> str | None:
    """The list whose items something has one for one."""
    if isinstance(value, Name):
        return roots.get(value.id)
    if isinstance(value, Comprehension):
        plain = len(value.clauses) == 1 and not value.clauses[0].conditions
        return _root(value.clauses[0].iterable, roots) if plain else None
    if isinstance(value, Call):
        # What a helper makes of a list has one item for each, too.
        found = {_root(argument.value, roots) for argument in value.arguments} - {None}
        return found.pop() if len(found) == 1 else None
    return None


def _groups(python: PythonFacts, execute: Function) -> tuple[set[str], set[str]]:
    """Dicts of lists that requests are put into, or calls that give them, and lists that get some of them each."""
    each = {
        target.id
        for node in own_nodes(execute, Assign)
        if isinstance(node.value, Comprehension) and node.value.kind == "list" and len(node.value.clauses) == 1
        if not node.value.clauses[0].conditions and _is_requests(python, _counted(node.value.clauses[0].iterable))
        for target in node.targets
        if isinstance(target, Name) and not node.operator
    }
    groups, parts = _filled(python, execute, each)
    for call in own_nodes(execute, Call):
        given = [
            number
            for number, argument in enumerate(call.arguments)
            if argument.keyword is None
            and isinstance(argument.value, Name)
            and (argument.value.id in each or _is_requests(python, argument.value))
        ]
        helper = called_function(python, call) if len(given) == 1 else None
        if helper is None:
            continue
        bound = isinstance(call.func, Attribute) and "staticmethod" not in {dotted(d) for d in helper.decorators}
        if given[0] + bound < len(helper.positional):
            made, _ = _filled(python, helper, {helper.positional[given[0] + bound].name})
            ends = returns(helper)
            if len(ends) == 1 and dotted(ends[0].value) in made:
                groups.add(python.source(call))
    for node in own_nodes(execute, Assign):
        if node.value is not None and python.source(node.value) in groups and not node.operator:
            groups |= {target.id for target in node.targets if isinstance(target, Name)}
    return groups, parts


def _is_requests(python: PythonFacts, iterable: Expr) -> bool:
    return isinstance(iterable, Name) and objects_of(python).kind(iterable) == "requests"


def _counted(iterable: Expr) -> Expr:
    """``requests`` of ``enumerate(requests)``, too."""
    if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and iterable.arguments:
        return iterable.arguments[0].value
    return iterable


def _filled(python: PythonFacts, function: Function, each: set[str]) -> tuple[set[str], set[str]]:
    """What loops over the requests, or over lists with something of each, put them into."""
    groups: set[str] = set()
    parts: set[str] = set()
    for loop in own_nodes(function, For):
        iterable = _counted(loop.iterable)
        if dotted(iterable) not in each and not _is_requests(python, iterable):
            continue
        target = loop.target.items[-1] if isinstance(loop.target, Sequence) else loop.target
        branches = [branch for branch in walk(loop.body, If) if not _by_place(branch.test, loop)]
        for call in walk(loop.body, Call):
            func = call.func
            if not isinstance(func, Attribute) or func.attr != "append" or len(call.arguments) != 1:
                continue
            if not isinstance(target, Name):
                continue
            owner = func.value
            made = not isinstance(owner, Name) and _holds_made(loop, call, target.id)
            if not made and not _holds(call.arguments[0].value, target.id):
                continue
            if isinstance(owner, Subscript) and dotted(owner.value) is not None:
                if not any(_by_place(item, loop) for item in owner.items):
                    groups.add(dotted(owner.value) or "")
            elif isinstance(owner, Call) and isinstance(owner.func, Attribute) and owner.func.attr == "setdefault":
                if owner.arguments and not _by_place(owner.arguments[0].value, loop):
                    groups.add(dotted(owner.func.value) or "")
            elif isinstance(owner, Name) and any(lies_in(call, branch) for branch in branches):
                parts.add(owner.id)
    return groups - {""}, parts


def _by_place(expr: Expr, loop: For) -> bool:
    """Whether something depends on the number of the turn only, or is always the same: the order may stay."""
    names = {name.id for name in walk((expr,), Name)} - {"len"}
    counted = {name for name, _ in _appends(loop)}
    counted |= {dotted(a.targets[0]) or "" for a in walk(loop.body, Assign) if a.operator}
    if isinstance(loop.target, Sequence):
        counted |= {dotted(item) or "" for item in loop.target.items[:-1]}
    # An object for a request may hold its number.
    if any(_NUMBER.search(part.attr.lower()) for part in walk((expr,), Attribute)):
        return True
    target = dotted(loop.target)
    for part in walk((expr,), Subscript):
        first = part.items[0] if len(part.items) == 1 else None
        if dotted(part.value) == target is not None and isinstance(first, Constant) and first.value == 0:
            return True
    return not names or not names.isdisjoint(counted)


def _holds(given: Expr, name: str) -> bool:
    """Whether a list gets a request itself, alone or in a tuple."""
    items = given.items if isinstance(given, Sequence) else (given,)
    return any(isinstance(item, Name) and item.id == name for item in items)


def _holds_made(loop: For, call: Call, name: str) -> bool:
    """Whether a list outside of a loop gets, once in each turn, something that is made of the request there."""
    if any(lies_in(call, inner) for inner in walk(loop.body, For)):
        return False
    assigns = [one for one in walk(loop.body, Assign) if not one.operator and one.value is not None]
    anew = {target.id for one in assigns for target in one.targets if isinstance(target, Name)}
    if (dotted(_root_of(call)) or "") in anew:
        return False
    made = {name}
    for one in assigns:
        if one.value is not None and made & {part.id for part in walk((one.value,), Name)}:
            made |= {target.id for target in one.targets if isinstance(target, Name)}
    return any(_holds(call.arguments[0].value, one) for one in made)


def _root_of(call: Call) -> Expr:
    """``groups`` of ``groups[key].append(…)`` and ``groups.setdefault(key, []).append(…)``."""
    owner: Expr = call
    while isinstance(owner, Call | Attribute | Subscript):
        owner = owner.func if isinstance(owner, Call) else owner.value
    return owner


def _goes_over(python: PythonFacts, iterable: Expr, groups: set[str], parts: set[str]) -> bool:
    """Whether something goes over one group after the other."""
    if isinstance(iterable, Call) and dotted(iterable.func) in {"sorted", "list", "tuple", "enumerate", "reversed"}:
        return bool(iterable.arguments) and _goes_over(python, iterable.arguments[0].value, groups, parts)
    if isinstance(iterable, Call) and isinstance(iterable.func, Attribute):
        if iterable.func.attr in {"values", "items", "keys"}:
            return python.source(iterable.func.value) in groups
        if iterable.func.attr == "chain":
            return len(iterable.arguments) > 1 and all(dotted(a.value) in parts for a in iterable.arguments)
    if isinstance(iterable, Binary) and iterable.operator == "+":
        return dotted(iterable.left) in parts and dotted(iterable.right) in parts
    if isinstance(iterable, Sequence) and len(iterable.items) > 1:
        return all(dotted(item) in parts for item in iterable.items)
    return isinstance(iterable, Name | Call) and python.source(iterable) in groups


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
    made: set[str] = set()
    for node in own_nodes(execute, Assign, Call):
        if isinstance(node, Assign) and not node.operator:
            again = {dotted(target) or "" for target in node.targets}
            # What is made anew of itself may be put in order there.
            found |= {n.id for n in walk((node.value,), Name) if n.id in again & made} if node.value else set()
            made |= again
        if isinstance(node, Assign):
            found |= {dotted(t.value) or "" for t in node.targets if isinstance(t, Subscript)}
            found |= {
                dotted(target) or ""
                for target in node.targets
                if isinstance(node.value, Call) and dotted(node.value.func) == "sorted"
            }
        elif isinstance(node.func, Attribute) and node.func.attr in {"sort", "insert"}:
            found.add(dotted(node.func.value) or "")
    for statement in own_nodes(execute, Expression):
        # Whoever is given a list, and gives nothing back, may put it in order.
        if isinstance(statement.value, Call) and getattr(statement.value.func, "attr", "") not in {"append", "extend"}:
            found |= {dotted(argument.value) or "" for argument in statement.value.arguments}
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        known, pending = [], []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                pending.append(x)
            else:
                known.append(self.answer(x))
        computed = []
        for x in pending:
            computed.append(self.answer(x))
        return known + computed
#              ^^^^^^^^^^^^^^^^ TLP119
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        responses, pending = [], []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                pending.append(x)
                continue
            responses.append(self.answer(x))
        for x in pending:
            responses.append(self.answer(x))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP119
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        responses, pending = [None] * len(requests), []
        for position, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                pending.append((position, x))
            else:
                responses[position] = self.answer(x)
        for position, x in pending:
            responses[position] = self.answer(x)
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        known, pending = [], []
        for position, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                pending.append((position, x))
            else:
                known.append((position, self.answer(x)))
        computed = [(position, self.answer(x)) for position, x in pending]
        return [response for _, response in sorted(known + computed, key=lambda pair: pair[0])]
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        responses, warnings = [], []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] % 2:
                warnings.append(request.request_id())
            responses.append(self.answer(x))
        for name in warnings:
            pb_utils.Logger.log_warn(name)
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
    def answer(self, x):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        chunks = {}
        for index, request in enumerate(requests):
            chunks.setdefault(index // 4, []).append(request)
        responses = []
        for chunk in chunks.values():
            for request in chunk:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                responses.append(self.answer(x))
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


class Job:
    def __init__(self, position, x):
        self.position = position
        self.x = x


class TritonPythonModel:
    def _job(self, position, request):
        return Job(position, pb_utils.get_input_tensor_by_name(request, "x").as_numpy())

    def _groups(self, jobs):
        groups = defaultdict(list)
        for job in jobs:
            groups[bool(job.x[0, 0] % 2)].append(job)
        return groups

    def _run(self, members):
        return members

    def execute(self, requests):
        jobs = [self._job(position, request) for position, request in enumerate(requests)]
        done = []
        for _, members in sorted(self._groups(jobs).items()):
            done.extend(self._run(members))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP119
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", job.x)]) for job in done]
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


class Job:
    def __init__(self, position, x):
        self.position = position
        self.x = x


class TritonPythonModel:
    def _job(self, position, request):
        return Job(position, pb_utils.get_input_tensor_by_name(request, "x").as_numpy())

    def _groups(self, jobs):
        groups = defaultdict(list)
        for job in jobs:
            groups[bool(job.x[0, 0] % 2)].append(job)
        return groups

    def _run(self, members):
        return members

    def execute(self, requests):
        jobs = [self._job(position, request) for position, request in enumerate(requests)]
        done = []
        for _, members in sorted(self._groups(jobs).items()):
            done.extend(self._run(members))
        done.sort(key=lambda job: job.position)
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", job.x)]) for job in done]
""",
    # What is made of each request.
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- pool/1/model.py --
from collections import defaultdict

import numpy as np
import triton_python_backend_utils as pb_utils


def largest_first(groups):
    return sorted(groups, reverse=True)


class TritonPythonModel:
    def execute(self, requests):
        groups = defaultdict(list)
        for index, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[int(x[0, 0]) % 2].append((index, x))
        responses = []
        for kind in largest_first(groups):
            members = groups[kind]
            joined = np.concatenate([x for _, x in members])
            start = 0
            for _, x in members:
                y = joined[start : start + len(x)]
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP119
                start += len(x)
        return responses
""",
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- pool/1/model.py --
from collections import defaultdict

import numpy as np
import triton_python_backend_utils as pb_utils


def largest_first(groups):
    return sorted(groups, reverse=True)


class TritonPythonModel:
    def execute(self, requests):
        groups = defaultdict(list)
        for index, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[int(x[0, 0]) % 2].append((index, x))
        responses = [None] * len(requests)
        for kind in largest_first(groups):
            for index, x in groups[kind]:
                responses[index] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return responses
""",
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 400000 }
-- pool/1/model.py --
from collections import defaultdict

import numpy as np
import triton_python_backend_utils as pb_utils


def largest_first(groups):
    return sorted(groups, reverse=True)


class TritonPythonModel:
    def execute(self, requests):
        groups = defaultdict(list)
        for index, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            groups[int(x[0, 0]) % 2].append((index, x))
        answers = []
        for kind in largest_first(groups):
            for index, x in groups[kind]:
                answers.append((index, pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])))
        answers.sort(key=lambda answer: answer[0])
        return [response for _, response in answers]
""",
)
