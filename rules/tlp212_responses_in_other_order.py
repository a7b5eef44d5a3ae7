"""Responses in another order than their requests

## What it does
Reports a loop over `reversed(requests)`, `requests[::-1]`, `sorted(requests, …)` or `set(requests)` whose responses
are returned as they come, also over a sorted list with one item for each request or over their numbers in the order
of something (`sorted(range(len(…)), key=…)`, `np.argsort(lengths)`), over parts of it, or over what a function makes of
the items in that order, and responses that are reversed, sorted, or inserted at the front before they are returned;
also futures, one for each request, whose results are taken `as_completed`, and a loop that takes the last of a copy
with `pop()` or counts the requests down.

## What happens
Triton gives response number i to request number i of its own list: when requests are batched, clients get each
other's results, with status OK.

## How to fix
Keep the order of `requests`; if the work needs another order, put each response at the index of its request.

## Source
Facts, python-backend 6.4 (observed on 24.10: three batched clients got each other's results).
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_response_flow import starts_list, used_elsewhere
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Constant,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Lambda,
    Name,
    Node,
    Slice,
    Subscript,
    Unary,
    While,
    Yield,
    dotted,
    last_name,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP212", name="responses-in-other-order", effect="wrong-result")

_NUMBER = re.compile(r"^(?:i|n|k|no|num|at)$|ind|idx|pos|place|order|num|slot|seq|rank|turn")
"""What the number of a request may be called."""
_RESTORES = re.compile(r"restor|unsort|invers|invert|original|undo|scatter|reorder|place|position|index")
_PARTS = re.compile(r"chunk|batch|bucket|group|split|part|slices|windows", re.IGNORECASE)
COMPLETED = frozenset({"concurrent.futures.as_completed", "asyncio.as_completed"})
TURNING = frozenset(
    {"reversed", "sorted", "set", "frozenset", "insert", "reverse", "sort", "as_completed", "argsort", "pop"}
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or uses_sender(python) or len(execute.positional) < 2 or effective.decoupled is not False:
        return
    stepped = any(part.step is not None for part in python.walk(Slice)) or ", -1)" in python.text
    if python.used_names.isdisjoint(TURNING) and not stepped:
        return
    requests = execute.positional[1].name
    frame = python.frame_of(execute)
    if any(name in bound for name in ("reversed", "sorted") for bound in (frame.bindings, python.frames[0].bindings)):
        return  # These are functions of the file.
    reordered = {
        target.id: node.value
        for node in own_nodes(execute, Assign)
        if node.value is not None and _reordered(node.value, requests)
        for target in node.targets
        if isinstance(target, Name) and len(frame.bindings.get(target.id, ())) == 1
    }
    reordered |= _sorted_items(execute, requests)
    futures = _one_for_each(execute, requests)
    reordered |= _made_as_completed(python, execute, futures)
    names = {s.value.id for s in returns(execute) if isinstance(s.value, Name)}
    turned: list[tuple[Node, str]] = []
    for node in own_nodes(execute, For, Call):
        if isinstance(node, For):
            other = reordered.get(node.iterable.id) if isinstance(node.iterable, Name) else None
            iterable = other or (node.iterable if _reordered(node.iterable, requests) else None)
            if _are_completed(python, node.iterable, futures):
                iterable = node.iterable
            if iterable is not None:
                turned += [(iterable, name) for name in sorted(names) if _appends_to(node, name)]
        elif isinstance(node.func, Attribute) and dotted(node.func.value) in names:
            front = node.func.attr == "insert" and isinstance(node.argument(0), Constant)
            if node.func.attr in {"reverse", "sort"} or (front and _value(node.argument(0)) == 0):
                turned.append((node, dotted(node.func.value) or ""))
    given = (_reordered_name(statement.value) for statement in returns(execute))
    turned += _taken_backwards(python, execute, requests, names | {name for name in given if name is not None})
    for statement in returns(execute):
        value = statement.value
        if isinstance(value, Call) and dotted(value.func) == "list" and len(value.arguments) == 1:
            value = value.arguments[0].value
        if isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) == 1:
            iterable = value.clauses[0].iterable
            if isinstance(iterable, Name):
                iterable = reordered.get(iterable.id, iterable)
            if _reordered(iterable, requests) or _are_completed(python, iterable, futures):
                turned.append((iterable, ""))
            continue
        name = _reordered_name(value)
        if name is not None and value is not None and _is_local_list(execute, name):
            turned.append((value, name))
    left_sorted = None if turned else _left_sorted(python, execute, requests)
    if left_sorted is not None:
        turned.append((left_sorted, ""))
    # Two of them may undo each other, and so may one of them and a turned copy of the requests.
    if len(turned) != 1 or (left_sorted is None and _turns_copy(execute, requests, turned[0][0])):
        return
    place, name = turned[0]
    if isinstance(place, Call) and dotted(place.func) == f"{requests}.pop":
        return  # That changes Triton's own list, and another rule says so.
    if name and (_filled_otherwise(execute, name) or used_elsewhere(execute, name)):
        return
    yield Problem(
        place.span,
        "responses leave in another order than the requests came: clients of a batch get each other's results",
        help="keep the order of `requests`; put each response at the index of its request",
        effect=None if may_batch(effective) else "hygiene",
        certainty=None if may_batch(effective) else "likely",
        key="order",
    )


def _taken_backwards(python: PythonFacts, execute: Function, requests: str, names: set[str]) -> list[tuple[Node, str]]:
    """Loops that begin with the last request: over its number downwards, or over what ``pop`` takes from the end."""
    found: list[tuple[Node, str]] = []
    for loop in own_nodes(execute, For, While):
        filled = [name for name in sorted(names) if _appends_to(loop, name)]
        if isinstance(loop, For):
            place: Node | None = loop.iterable if _counts_down(loop.iterable, requests) else None
        else:
            place = next((call for call in walk(loop.body, Call) if _pops_last(python, execute, call, requests)), None)
        if place is not None:
            found += [(place, name) for name in filled]
    return found


def _counts_down(iterable: Expr, requests: str) -> bool:
    """Whether an iterable is ``range(len(requests) - 1, -1, -1)``."""
    if not isinstance(iterable, Call) or dotted(iterable.func) != "range" or len(iterable.arguments) != 3:
        return False
    first, _, step = (argument.value for argument in iterable.arguments)
    return _is_minus_one(step) and any(name.id == requests for name in walk(first, Name))


def _pops_last(python: PythonFacts, execute: Function, call: Call, requests: str) -> bool:
    """Whether a call takes the last one from a copy of the list of requests, or from that list itself."""
    stack = call.func.value if isinstance(call.func, Attribute) and call.func.attr == "pop" else None
    if not isinstance(stack, Name) or not (not call.arguments or _is_minus_one(call.argument(0))):
        return False
    if stack.id == requests:
        return True
    made = [n for n in own_nodes(execute, Assign) if any(dotted(target) == stack.id for target in n.targets)]
    if len(made) != 1 or made[0].value is None or len(python.frame_of(execute).bindings.get(stack.id, ())) != 1:
        return False
    copies = {f"list({requests})", f"{requests}[:]", f"{requests}.copy()", f"[*{requests}]"}
    return python.source(made[0].value) in copies


def _is_minus_one(expr: Expr | None) -> bool:
    return (isinstance(expr, Unary) and expr.operator == "-" and _value(expr.operand) == 1) or _value(expr) == -1


def _left_sorted(python: PythonFacts, execute: Function, requests: str) -> Node | None:
    """Where responses get the order of requests that were sorted, or of their numbers in the order of something."""
    items = _gathered(execute, requests) | _given_by_helper(python, execute, requests) | {requests}
    sortings = [call for call in own_nodes(execute, Call) if _is_sorting(python, call, items, requests)]
    # A second one may undo the first, and so may whatever asks for places.
    places = {"argsort", "index", "lexsort", "argpartition", "empty_like", "sort"}
    others = sum(last_name(call.func) in {*places, "sorted"} for call in own_nodes(execute, Call))
    if len(sortings) != 1 or others != 1:
        return None
    sorting = sortings[0]
    if _sorted_in_place(sorting) == requests:
        return None  # That changes Triton's own list, and another rule says so.
    frame = python.frame_of(execute)
    order = {name for name in (_sorted_in_place(sorting),) if name is not None}
    filled: dict[str, Node] = {}
    parts: set[str] = set()
    taken: set[str] = set()
    for node in own_nodes(execute, Assign, For, Call):
        if (node.span.end or 0) <= (sorting.span.start or 0):
            continue
        if isinstance(node, Call) or (isinstance(node, Assign) and node.operator):
            owner, more = _added_to(node)
            source = more.clauses[0].iterable if isinstance(more, Comprehension) else more
            sure = source is not None and (dotted(source) in parts or _worked_out(source, sorting, order, taken))
            if sure and len(frame.bindings.get(owner, ())) == 1 + isinstance(node, Assign):
                order.add(owner)
                filled[owner] = node
        elif isinstance(node, Assign):
            names = [t.id for t in node.targets if isinstance(t, Name)]
            # The sorted list may take the name of the one that it is made of.
            most = 2 if node.value is sorting and set(names) <= items - {requests} else 1
            once = all(len(frame.bindings.get(name, ())) <= most for name in names)
            worked_out = node.value is not None and _worked_out(node.value, sorting, order, taken)
            if once and node.value is not None and (worked_out or _keeps_order(node.value, sorting, order)):
                order.update(names)
                if worked_out or isinstance(node.value, Subscript):
                    parts.update(names)
                if _takes_items(node.value):
                    taken.update(names)
        elif isinstance(node.target, Name) and _are_parts(node.iterable, sorting, order):
            if len(frame.bindings.get(node.target.id, ())) == 1:
                order.add(node.target.id)
                parts.add(node.target.id)
        elif _keeps_order(node.iterable, sorting, order) or _worked_out(node.iterable, sorting, order, taken):
            for call in walk(node.body, Call):
                owner, more = _added_to(call)
                if more is None and owner and len(frame.bindings.get(owner, ())) == 1:
                    order.add(owner)
                    # Of a loop over a part of it, the sorting is out of sight.
                    filled[owner] = node.iterable if _is_whole(node.iterable, parts) else call
    for statement in returns(execute):
        if statement.value is not None and _keeps_order(statement.value, sorting, order):
            value = statement.value
            return filled.get(value.id, value) if isinstance(value, Name) else value
    return None


def _gathered(execute: Function, requests: str) -> set[str]:
    """Lists with something of each request, also its number."""
    found = {
        target.id
        for node in own_nodes(execute, Assign)
        if isinstance(made := node.value, Comprehension)
        and made.kind == "list"
        and len(made.clauses) == 1
        and not made.clauses[0].conditions
        and _counted(made.clauses[0].iterable) == requests
        for target in node.targets
        if isinstance(target, Name)
    }
    for loop in own_nodes(execute, For):
        if _counted(loop.iterable) == requests:
            for statement in loop.body:
                call = statement.value if isinstance(statement, Expression) else None
                func = call.func if isinstance(call, Call) else None
                if isinstance(func, Attribute) and func.attr == "append" and isinstance(func.value, Name):
                    found.add(func.value.id)
    return found


def _given_by_helper(python: PythonFacts, execute: Function, requests: str) -> set[str]:
    """Lists with something of each request that a function of the file makes, also as a generator."""
    found = set()
    for node in own_nodes(execute, Assign):
        made = node.value
        if isinstance(made, Call) and dotted(made.func) in {"list", "tuple"} and len(made.arguments) == 1:
            made = made.arguments[0].value
        if isinstance(made, Comprehension) and made.kind == "list" and len(made.clauses) == 1:
            made = None if made.clauses[0].conditions else made.clauses[0].iterable
        if isinstance(made, Call) and _gathers(python, made, requests):
            found |= {target.id for target in node.targets if isinstance(target, Name)}
    return found


def _yields_for_each(python: PythonFacts, function: Function, requests: str) -> bool:
    """Whether a generator gives one thing for each request: its only ``yield`` is a step of a loop over them."""
    steps = list(own_nodes(function, Yield))
    # ``yield from`` may give several.
    if len(steps) != 1 or python.source(steps[0]).startswith("yield from"):
        return False
    return any(
        _counted(loop.iterable) == requests
        and not any(flow.keyword != "pass" for flow in walk(loop.body, Flow))
        and any(isinstance(step, Expression) and step.value is steps[0] for step in loop.body)
        for loop in own_nodes(function, For)
    )


def _gathers(python: PythonFacts, call: Call, requests: str) -> bool:
    """Whether a function of the file gives a list with something of each of the requests that it is given."""
    called = called_function(python, call)
    given = [number for number, a in enumerate(call.arguments) if dotted(a.value) == requests and a.keyword is None]
    if called is None or len(given) != 1:
        return False
    bound = isinstance(call.func, Attribute) and "staticmethod" not in {dotted(d) for d in called.decorators}
    if given[0] + bound >= len(called.positional):
        return False
    parameter = called.positional[given[0] + bound].name
    if is_generator(called):
        return _yields_for_each(python, called, parameter)
    ends = [statement.value for statement in returns(called)]
    value = ends[0] if len(ends) == 1 else None
    if isinstance(value, Comprehension) and value.kind == "list" and len(value.clauses) == 1:
        return not value.clauses[0].conditions and _counted(value.clauses[0].iterable) == parameter
    return isinstance(value, Name) and value.id in _gathered(called, parameter)


def _counted(iterable: Expr) -> str | None:
    """``requests`` of ``enumerate(requests)``, too."""
    if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and iterable.arguments:
        iterable = iterable.arguments[0].value
    return iterable.id if isinstance(iterable, Name) else None


def _sorted_in_place(call: Call) -> str | None:
    func = call.func
    if isinstance(func, Attribute) and func.attr == "sort" and isinstance(func.value, Name):
        return func.value.id if call.argument(None, "key") is not None else None
    return None


def _is_sorting(python: PythonFacts, call: Call, items: set[str], requests: str) -> bool:
    """Whether a call sorts the requests, their numbers or one thing for each of them, by a key."""
    if _sorted_in_place(call) in items:
        return not _is_number(python, call.argument(None, "key"))
    given = call.argument(0)
    name = dotted(call.func)
    if given is None:
        return False
    if name == "sorted" and call.argument(None, "key") is not None:
        if isinstance(given, Name):
            # The first of what stands there for a request is mostly its number.
            return given.id in items and not _is_number(python, call.argument(None, "key"))
        if isinstance(given, Call) and _gathers(python, given, requests):
            return True
        if isinstance(given, Call) and dotted(given.func) == "range" and len(given.arguments) == 1:
            counted = given.arguments[0].value
            given = counted if isinstance(counted, Call) and dotted(counted.func) == "len" else None
            return isinstance(given, Call) and dotted(given.argument(0)) in items
        numbered = isinstance(given, Call) and dotted(given.func) in {"enumerate", "zip"} and bool(given.arguments)
        return numbered and isinstance(given, Call) and dotted(given.arguments[0].value) in items
    if python.qualified(call.func) != "numpy.argsort":
        return False
    # Of a list with one length for each request, also with a sign before it.
    while isinstance(given, Unary):
        given = given.operand
    if isinstance(given, Call) and len(given.arguments) == 1:
        given = given.arguments[0].value
    if isinstance(given, Comprehension) and len(given.clauses) == 1 and not given.clauses[0].conditions:
        given = given.clauses[0].iterable
    return isinstance(given, Name) and given.id in items


def _is_number(python: PythonFacts, key: Expr | None) -> bool:
    """Whether a key may be the number of a request: ``lambda job: job[0]``, ``attrgetter("index")``."""
    asked: object = None
    if isinstance(key, Lambda) and isinstance(key.body, Subscript) and len(key.body.items) == 1:
        asked = _value(key.body.items[0])
    elif isinstance(key, Lambda) and isinstance(key.body, Attribute):
        asked = key.body.attr
    elif isinstance(key, Call) and python.qualified(key.func) in {"operator.itemgetter", "operator.attrgetter"}:
        asked = _value(key.argument(0))
    return asked == 0 or (isinstance(asked, str) and _NUMBER.search(asked.lower()) is not None)


def _keeps_order(value: Expr, sorting: Call, order: set[str]) -> bool:
    """Whether something has an item for each one of a sorted list, in its order."""
    if value is sorting:
        return True
    if isinstance(value, Name):
        return value.id in order
    if isinstance(value, Comprehension):
        return (
            value.kind == "list" and len(value.clauses) == 1 and _keeps_order(value.clauses[0].iterable, sorting, order)
        )
    if isinstance(value, Subscript):
        return len(value.items) == 1 and isinstance(value.items[0], Slice) and _keeps_order(value.value, sorting, order)
    if isinstance(value, Call):
        if dotted(value.func) in {"list", "tuple", "zip", "enumerate"} and value.arguments:
            return any(_keeps_order(argument.value, sorting, order) for argument in value.arguments)
        if dotted(value.func) == "map" and len(value.arguments) == 2:
            return _keeps_order(value.arguments[1].value, sorting, order)
        if isinstance(value.func, Attribute) and value.func.attr in {"tolist", "copy"} and not value.arguments:
            return _keeps_order(value.func.value, sorting, order)
    return False


def _is_whole(iterable: Expr, parts: set[str]) -> bool:
    """Whether a loop shows the sorting: it goes over the sorted list itself."""
    return dotted(iterable) not in parts and not any(name.id in parts for name in walk(iterable, Name))


def _added_to(node: Call | Assign) -> tuple[str, Expr | None]:
    """The list that something is appended to, and what is put behind it if these are several."""
    if isinstance(node, Assign):
        target = node.targets[0]
        return (target.id, node.value) if isinstance(target, Name) and node.operator == "+" else ("", None)
    func = node.func
    if not isinstance(func, Attribute) or not isinstance(func.value, Name) or len(node.arguments) != 1:
        return "", None
    if func.attr == "append":
        return func.value.id, None
    return (func.value.id, node.arguments[0].value) if func.attr == "extend" else ("", None)


def _takes_items(made: Expr) -> bool:
    """Whether a comprehension takes what stands at places: ``[arrays[i] for i in order]``."""
    if not isinstance(made, Comprehension) or len(made.clauses) != 1 or made.kind == "dict":
        return False
    place, item = made.clauses[0].target, made.elements[0]
    by_place = isinstance(item, Subscript) and len(item.items) == 1 and isinstance(place, Name)
    return by_place and isinstance(item, Subscript) and dotted(item.items[0]) == dotted(place)


def _worked_out(value: Expr, sorting: Call, order: set[str], taken: set[str]) -> bool:
    """Whether a call makes something of the items that stand at sorted places, without a look at the places."""
    if not isinstance(value, Call) or _RESTORES.search((dotted(value.func) or "").lower()):
        return False
    found = 0
    for argument in value.arguments:
        made = argument.value
        if isinstance(made, Call) and made.arguments and dotted(made.func) != "zip":
            made = made.arguments[0].value  # `np.concatenate([…])`
        found += dotted(made) in taken or (_takes_items(made) and _keeps_order(made, sorting, order))
    # Whoever also gets the places may put the results in order.
    return found == 1 and sum(name.id in order for name in walk(value, Name)) == 1


def _are_parts(iterable: Expr, sorting: Call, order: set[str]) -> bool:
    """Whether something cuts a sorted list into parts: ``chunks(order, 8)``."""
    if not isinstance(iterable, Call) or not iterable.arguments or not _PARTS.search(dotted(iterable.func) or ""):
        return False
    return _keeps_order(iterable.arguments[0].value, sorting, order)


def _turns_copy(execute: Function, requests: str, place: Node) -> bool:
    """Whether a list of the requests, other than the list itself, is turned or sorted in place."""
    copies = {
        target.id
        for node in own_nodes(execute, Assign)
        if node.value is not None and any(name.id == requests for name in walk(node.value, Name))
        for target in node.targets
        if isinstance(target, Name)
    }
    return any(
        node is not place
        and isinstance(node.func, Attribute)
        and node.func.attr in {"sort", "reverse"}
        and dotted(node.func.value) in copies
        for node in own_nodes(execute, Call)
    )


def _are_completed(python: PythonFacts, iterable: Expr, futures: set[str]) -> bool:
    """Whether futures, one for each request, are taken in the order in which they are done."""
    if not isinstance(iterable, Call) or python.qualified(iterable.func) not in COMPLETED:
        return False
    first = iterable.argument(0)
    return isinstance(first, Name) and first.id in futures


def _made_as_completed(python: PythonFacts, execute: Function, futures: set[str]) -> dict[str, Expr]:
    """Lists and generators that are made of futures in the order in which they are done."""
    frame = python.frame_of(execute)
    return {
        target.id: made.clauses[0].iterable
        for node in own_nodes(execute, Assign)
        if isinstance(made := node.value, Comprehension)
        and made.kind in {"list", "generator"}
        and len(made.clauses) == 1
        and not made.clauses[0].conditions
        and _are_completed(python, made.clauses[0].iterable, futures)
        for target in node.targets
        if isinstance(target, Name) and len(frame.bindings.get(target.id, ())) == 1
    }


def _one_for_each(execute: Function, requests: str) -> set[str]:
    """Lists with one item for each request, nothing of which says for which."""
    return {
        target.id
        for node in own_nodes(execute, Assign)
        if isinstance(made := node.value, Comprehension)
        and made.kind == "list"
        and len(made.clauses) == 1
        and not made.clauses[0].conditions
        and isinstance(made.clauses[0].iterable, Name)
        and made.clauses[0].iterable.id == requests
        and isinstance(made.elements[0], Call)
        for target in node.targets
        if isinstance(target, Name)
    }


def _sorted_items(execute: Function, requests: str) -> dict[str, Expr]:
    """Lists with one item for each request, nothing of which says for which, that are sorted later."""
    items = _one_for_each(execute, requests)
    found: dict[str, Expr] = {}
    for node in own_nodes(execute, Call, Assign):
        if isinstance(node, Assign):
            for target in node.targets if node.value is not None and _reordered_name(node.value) in items else ():
                if isinstance(target, Name) and node.value is not None:
                    found[target.id] = node.value
        elif isinstance(node.func, Attribute) and node.func.attr in {"sort", "reverse"}:
            name = dotted(node.func.value)
            if name in items:
                found[name] = node
    return found


def _value(expr: Expr | None) -> object:
    return expr.value if isinstance(expr, Constant) else None


def _reordered(expr: Expr, requests: str) -> bool:
    return _reordered_name(expr) == requests


def _reordered_name(expr: Expr | None) -> str | None:
    """``x`` of ``reversed(x)``, ``sorted(x)``, ``set(x)`` and ``x[::-1]``."""
    if isinstance(expr, Call) and dotted(expr.func) in {"reversed", "sorted", "set", "frozenset"} and expr.arguments:
        return expr.arguments[0].value.id if isinstance(expr.arguments[0].value, Name) else None
    if isinstance(expr, Subscript) and len(expr.items) == 1 and isinstance(expr.items[0], Slice):
        return expr.value.id if isinstance(expr.value, Name) and _is_minus_one(expr.items[0].step) else None
    return None


def _appends_to(loop: For | While, name: str) -> bool:
    return any(isinstance(n, Call) and dotted(n.func) in {f"{name}.append", f"{name}.insert"} for n in walk(loop.body))


def _is_local_list(execute: Function, name: str) -> bool:
    starts = (n for n in own_nodes(execute, Assign) if starts_list(n))
    return any(dotted(target) == name for start in starts for target in start.targets)


def _filled_otherwise(execute: Function, name: str) -> bool:
    """Whether responses are also put in by index, or the list is made anew: then the order may be right."""
    for node in own_nodes(execute, Subscript, Assign):
        if isinstance(node, Subscript) and dotted(node.value) == name:
            step = node.items[0] if node.items else None
            if not isinstance(step, Slice):
                return True
        if isinstance(node, Assign) and any(dotted(t) == name for t in node.targets) and not starts_list(node):
            return True
    return False


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        arrays = arrays[::-1]
#                ^^^^^^^^^^^^ TLP212
        responses = []
        for x in arrays:
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in reversed(requests):
#                      ^^^^^^^^^^^^^^^^^^ TLP212
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.insert(0, pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses[::-1]
#              ^^^^^^^^^^^^^^^ TLP212
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        turned = requests[::-1]
#                ^^^^^^^^^^^^^^ TLP212
        for request in turned:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in reversed(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        responses.reverse()
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        latest_first = list(requests)
        latest_first.reverse()
        responses = []
        for request in latest_first:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses[::-1]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor, as_completed

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        futures = [self.pool.submit(self.answer, request) for request in requests]
        return [future.result() for future in as_completed(futures)]
#                                             ^^^^^^^^^^^^^^^^^^^^^ TLP212

    def finalize(self):
        self.pool.shutdown()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = sorted(range(len(arrays)), key=lambda i: -arrays[i].sum())
        results = [arrays[i] for i in order]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]) for y in results]
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = np.argsort([-x.sum() for x in arrays])
        responses = []
        for start in range(0, len(order), 2):
            for i in order[start : start + 2]:
#                    ^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", arrays[i])]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        pairs = sorted(zip(requests, arrays), key=lambda pair: -pair[1].sum())
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in pairs]
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = sorted(range(len(arrays)), key=lambda i: -arrays[i].sum())
        responses = [None] * len(arrays)
        for i in order:
            responses[i] = pb_utils.InferenceResponse([pb_utils.Tensor("y", arrays[i])])
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = np.argsort([-x.sum() for x in arrays])
        results = [arrays[i] for i in order]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", results[i])]) for i in np.argsort(order)]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = sorted(range(len(arrays)), key=lambda i: -arrays[i].sum())
        results = dict(zip(order, [arrays[i] for i in order]))
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", results[i])]) for i in range(len(arrays))]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        jobs = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            jobs.append((request, x))
        jobs.sort(key=lambda job: -job[1].sum())
        responses = []
        for _, x in jobs:
#                   ^^^^ TLP212
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- short/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- short/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _load(self, requests):
        texts = []
        for request in requests:
            cells = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            texts.append([cell.decode("utf-8") for cell in cells[:, 0]])
        return texts

    def execute(self, requests):
        todo = sorted(self._load(requests), key=lambda texts: texts[0], reverse=True)
        responses = []
        for start in range(0, len(todo), 2):
            chunk = todo[start : start + 2]
            for texts in chunk:
                y = np.array([[text] for text in texts], dtype=object)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
        return responses
""",
    """\
-- short/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- short/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _load(self, requests):
        texts = []
        for number, request in enumerate(requests):
            cells = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            texts.append((number, [cell.decode("utf-8") for cell in cells[:, 0]]))
        return texts

    def execute(self, requests):
        todo = sorted(self._load(requests), key=lambda one: one[1][0], reverse=True)
        responses = [None] * len(requests)
        for start in range(0, len(todo), 2):
            chunk = todo[start : start + 2]
            for number, texts in chunk:
                y = np.array([[text] for text in texts], dtype=object)
                responses[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, requests):
        for number, request in enumerate(requests):
            yield number, pb_utils.get_input_tensor_by_name(request, "x").as_numpy()

    def execute(self, requests):
        jobs = list(self.read(requests))
        jobs.sort(key=lambda job: job[0])
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for _, x in jobs]
""",
    # Whoever works on some of them gets them in the order of something.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def run(self, group):
        joined = np.concatenate(group)
        return np.split(joined, np.cumsum([len(x) for x in group])[:-1])

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = sorted(range(len(arrays)), key=lambda place: -float(arrays[place].max()))
        responses = []
        for start in range(0, len(order), 2):
            members = order[start : start + 2]
            for part in self.run([arrays[place] for place in members]):
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def run(self, group):
        joined = np.concatenate(group)
        return np.split(joined, np.cumsum([len(x) for x in group])[:-1])

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        order = sorted(range(len(arrays)), key=lambda place: -float(arrays[place].max()))
        responses = [None] * len(arrays)
        for start in range(0, len(order), 2):
            members = order[start : start + 2]
            parts = self.run([arrays[place] for place in members])
            for place, part in zip(members, parts):
                responses[place] = pb_utils.InferenceResponse([pb_utils.Tensor("y", part)])
        return responses
""",
    """\
-- count/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { }
-- count/1/model.py --
from concurrent.futures import ThreadPoolExecutor, as_completed

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def execute(self, requests):
        jobs = [self.pool.submit(abs, pb_utils.get_input_tensor_by_name(r, "x").as_numpy()) for r in requests]
        done = (job.result() for job in as_completed(jobs))
#                                       ^^^^^^^^^^^^^^^^^^ TLP212
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]) for y in done]

    def finalize(self):
        self.pool.shutdown()
""",
    """\
-- pop_end_copy/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- pop_end_copy/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        stack = list(requests)
        out = []
        while stack:
            out.append(self.one(stack.pop()))
#                               ^^^^^^^^^^^ TLP212
        return out
""",
    """\
-- count_down/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- count_down/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for i in range(len(requests) - 1, -1, -1):
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP212
            x = pb_utils.get_input_tensor_by_name(requests[i], "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- back_insert/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- back_insert/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for i in range(len(requests) - 1, -1, -1):
            x = pb_utils.get_input_tensor_by_name(requests[i], "INPUT0").as_numpy()
            responses.insert(0, pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- pop_end_reverse/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- pop_end_reverse/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        pending = list(requests)
        out = []
        while pending:
            out.append(self.one(pending.pop()))
        out.reverse()
        return out
""",
    """\
-- pop_end_slice/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- pop_end_slice/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        stack = requests[:]
        out = []
        while len(stack) > 0:
            out.append(self.one(stack.pop()))
        return out[::-1]
""",
    """\
-- reversed_stack/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- reversed_stack/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        stack = list(reversed(requests))
        out = []
        while stack:
            out.append(self.one(stack.pop()))
        return out
""",
    """\
-- pop_number/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- pop_number/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        order = list(range(len(requests)))
        responses = [None] * len(requests)
        while order:
            i = order.pop()
            x = pb_utils.get_input_tensor_by_name(requests[i], "INPUT0").as_numpy()
            responses[i] = pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])
        return responses
""",
)
