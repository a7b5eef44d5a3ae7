"""Which ways control can take through a function: ends that are reached, returns, loops over requests."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, overload

from tritonlint.inputs.python_tree import (
    A,
    Assert,
    Assign,
    Attribute,
    B,
    Binary,
    C,
    Call,
    Class,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Delete,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    If,
    Lambda,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Subscript,
    Try,
    Unary,
    While,
    With,
    Yield,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.remember import remembered
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts

_PASSED = frozenset({Assign, Delete, Function})
"""Statements that control comes by, whatever they hold: most of a block."""
_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "count", "cycle"})
_BRINGS = frozenset({"get_input_tensor_by_name", "parameters"})
_AS_IT_IS = frozenset(
    {"as_numpy", "decode", "strip", "lower", "upper", "str", "int", "item", "flatten", "ravel", "reshape", "tolist"}
    | {"loads", "get"}
)
"""Functions and methods that leave open which value comes out."""
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


def completes(body: tuple[Stmt, ...]) -> bool:
    """Whether control can reach the end of a block; a condition is believed to go either way."""
    return all(_passes(statement) for statement in body)


def _passes(statement: Stmt) -> bool:
    if statement.__class__ in _PASSED:
        return True
    if isinstance(statement, Return | Raise):
        return False
    if isinstance(statement, Flow):
        return statement.keyword == "pass"
    if isinstance(statement, Expression):
        return not (isinstance(statement.value, Call) and dotted(statement.value.func) in _EXITS)
    if isinstance(statement, If):
        return completes(statement.body) or completes(statement.orelse)
    if isinstance(statement, Assert):
        return not (isinstance(statement.test, Constant) and not statement.test.value)
    if isinstance(statement, For | While):
        if isinstance(statement, While):
            endless = isinstance(statement.test, Constant) and bool(statement.test.value)
        else:
            endless = isinstance(statement.iterable, Call) and dotted(statement.iterable.func) in _ENDLESS
        stuck = endless or not completes(statement.orelse)
        return not stuck or breaks(statement.body)
    if isinstance(statement, With):
        # A context manager may swallow what is raised in it, but not a return.
        return completes(statement.body) or _raises_only(statement.body)
    if isinstance(statement, Try):
        if statement.final and not completes(statement.final):
            return False
        body = completes(statement.body) and completes(statement.orelse)
        return body or any(completes(handler.body) for handler in statement.handlers)
    if isinstance(statement, Match):
        if not any(case.catch_all for case in statement.cases):
            return True
        return any(completes(case.body) for case in statement.cases)
    return True


def _raises_only(body: tuple[Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], Raise)


def breaks(body: tuple[Stmt, ...]) -> bool:
    """Whether a block leaves the loop that it stands in."""
    stack: list[Node] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, Flow) and node.keyword == "break":
            return True
        if isinstance(node, For | While | Function):
            continue
        if isinstance(node, If):
            stack += [*node.body, *node.orelse]
        elif isinstance(node, Try):
            stack += [*node.body, *node.orelse, *node.final, *(s for h in node.handlers for s in h.body)]
        elif isinstance(node, With):
            stack += node.body
        elif isinstance(node, Match):
            stack += [s for case in node.cases for s in case.body]
    return False


@overload
def own_nodes(function: Function, /) -> Iterator[Node]: ...
@overload
def own_nodes(function: Function, kind: type[A], /) -> Iterator[A]: ...
@overload
def own_nodes(function: Function, kind: type[A], other: type[B], /) -> Iterator[A | B]: ...
@overload
def own_nodes(function: Function, kind: type[A], other: type[B], third: type[C], /) -> Iterator[A | B | C]: ...
def own_nodes(function: Function, *kinds: type[Node]) -> Iterator[Node]:
    """Every node of a function's body, or every one of these classes; functions defined in it are not entered."""
    return iter(_by_kind(function).get(kinds[0], ()) if len(kinds) == 1 else _own_nodes(function, *kinds))


def _own_nodes(function: Function, *kinds: type[Node]) -> list[Node]:
    if len(kinds) == 1:
        return _by_kind(function).get(kinds[0], [])
    return _of_kinds(function, *kinds) if kinds else _all_own(function)


@remembered
def _of_kinds(function: Function, *kinds: type[Node]) -> list[Node]:
    by_kind = _by_kind(function)
    present = [kind for kind in kinds if kind in by_kind]
    if len(present) < 2:
        return by_kind[present[0]] if present else []
    return [node for node in _all_own(function) if node.__class__ in present]


@remembered
def _all_own(function: Function) -> list[Node]:
    return list(walk(function.body, into_functions=False))


@remembered
def _by_kind(function: Function) -> dict[type[Node], list[Node]]:
    found: defaultdict[type[Node], list[Node]] = defaultdict(list)
    for node in _all_own(function):
        found[node.__class__].append(node)
    return found


@remembered
def returns(function: Function) -> list[Return]:
    """The return statements of a function itself."""
    return list(own_nodes(function, Return))


@remembered
def is_generator(function: Function) -> bool:
    """Whether a function yields."""
    return any(True for _ in own_nodes(function, Yield))


def is_none(node: Node | None) -> bool:
    """Whether an expression is absent or the literal None."""
    return node is None or (isinstance(node, Constant) and node.value is None)


@remembered
def names_of_requests(python: PythonFacts, execute: Function) -> set[str | None]:
    """The second parameter of execute and local names that are only ever the same list."""
    bindings = python.frame_of(execute).bindings
    first = execute.positional[1].name
    # An assignment in place (``+=``) binds the name again, to the same list.
    if any(b.kind not in {"parameter", "unknown"} for b in bindings.get(first, [])):
        return set()
    aliases = (
        name
        for name, bound in bindings.items()
        if len(bound) == 1 and bound[0].kind == "value" and dotted(bound[0].expr) == first
    )
    return {first, *aliases}


@remembered
def request_loops(function: Function) -> list[For]:
    """Loops over the second parameter of execute: plainly, or through enumerate, zip or range(len())."""
    if len(function.positional) < 2:
        return []
    name = function.positional[1].name
    return [loop for loop in own_nodes(function, For) if iterates(loop.iterable, name)]


def iterates(iterable: Node, name: str) -> bool:
    """Whether a loop has a turn for each item of what a name stands for."""
    if isinstance(iterable, Name):
        return iterable.id == name
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip", "range", "len", "tqdm"}:
        # A range with a step goes over parts of the list.
        if dotted(iterable.func) == "range" and len(iterable.arguments) == 3:
            return False
        return any(iterates(argument.value, name) for argument in iterable.arguments)
    return False


def behind_test_for_requests(execute: Function, *, never_met: bool = False) -> set[Span]:
    """Returns below ``if not requests`` and the like: Triton never gives an empty list.

    ``never_met`` leaves those out that some number of requests comes to: below ``len(requests) < 2``.
    """
    names = numbers_of_requests(execute)
    out: set[Span] = set()
    for node in own_nodes(execute, If, Match):
        test = node.test if isinstance(node, If) else node.subject
        empty = isinstance(test, Unary) and test.operator == "not" and dotted(test.operand) in names
        counted = isinstance(test, Compare) or isinstance(node, Match)
        met = never_met and numbers_met(test, names)
        if empty or (counted and any(n.id in names for n in walk(test, Name)) and not met):
            inside = node.body if isinstance(node, If) else tuple(part for case in node.cases for part in case.body)
            out |= {n.span for n in walk(inside, Return, into_functions=False)}
    return out


def numbers_of_requests(execute: Function) -> set[str]:
    """The list of requests, and names that stand for its length."""
    name = execute.positional[1].name if len(execute.positional) > 1 else ""
    names = {name}
    for node in own_nodes(execute, Assign):
        made = node.value
        given = made.arguments if isinstance(made, Call) and dotted(made.func) == "len" else ()
        if any(dotted(one.value) == name for one in given):
            names |= {target.id for target in node.targets if isinstance(target, Name)}
    return names


_SOME_NUMBERS = (1, 2, 3, 7, 64)
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def numbers_met(test: Expr, names: set[str]) -> tuple[int, ...]:
    """Which of some numbers of requests fulfil a comparison with a written number; () where it is no such one."""
    if not isinstance(test, Compare) or len(test.rights) != 1 or test.operators[0] not in _COMPARED:
        return ()
    counted, limit = test.left, test.rights[0]
    if isinstance(counted, Call) and dotted(counted.func) == "len" and len(counted.arguments) == 1:
        counted = counted.arguments[0].value
    if dotted(counted) not in names or not isinstance(limit, Constant) or type(limit.value) is not int:
        return ()
    compared = _COMPARED[test.operators[0]]
    return tuple(number for number in _SOME_NUMBERS if compared(number, limit.value))


def only_some_numbers(execute: Function, test: Expr) -> bool:
    """Whether a comparison with the number of requests is the one in a function, and false for some numbers."""
    names = numbers_of_requests(execute)
    asked = [node.test for node in own_nodes(execute, If, While) if any(n.id in names for n in walk(node.test, Name))]
    return len(asked) == 1 and asked[0] is test and 0 < len(numbers_met(test, names)) < len(_SOME_NUMBERS)


def may_name_every_case(python: PythonFacts, function: Function, last: If) -> bool:
    """Whether a condition without ``else`` asks the same as one that it is ``elif`` of, or one before it that leaves.

    Whoever wrote ``n > 0`` and ``n <= 0``, or every mode that was let in, needs no ``else``.
    """
    asked = _asked_of(python, last.test)
    if _leaves_some_out(python, function, last):
        return False
    for other in own_nodes(function, If):
        chained = any(lies_in(last, part) for part in other.orelse)
        left = _ends_before(other, last) and not completes(other.body)
        if (chained or left) and asked & _asked_of(python, other.test):
            return True
    return False


def _leaves_some_out(python: PythonFacts, function: Function, last: If) -> bool:
    """Whether a request may bring what no condition of a chain of ``elif`` names.

    That is so of a text or a number of the request that is held against some, and asked nothing else before, and where
    ``>`` and ``<`` are asked of the same two values.
    """
    chain = [last]
    while (above := next((one for one in own_nodes(function, If) if one.orelse == (chain[0],)), None)) is not None:
        chain.insert(0, above)
    tests = [one.test for one in chain if isinstance(one.test, Compare) and len(one.test.operators) == 1]
    if len(chain) < 2 or len(tests) < len(chain) or len({python.source(test.left) for test in tests}) != 1:
        return False
    rights = [test.rights[0] for test in tests]
    operators = {test.operators[0] for test in tests}
    if operators == {">", "<"}:
        return len({python.source(right) for right in rights}) == 1
    subject = tests[0].left
    named = all(isinstance(one, Constant) and type(one.value) in {str, bytes, int} for one in rights)
    return operators == {"=="} and named and isinstance(subject, Name) and _is_sent(function, subject, chain[0])


def _is_sent(function: Function, subject: Name, first: If) -> bool:
    """Whether a name holds a value as the request brings it, and is used by nothing before a condition."""
    bound = [a for a in own_nodes(function, Assign) if any(_mentions_name(t, subject.id) for t in a.targets)]
    used = [n for n in own_nodes(function, Name) if n.id == subject.id and not lies_in(n, first)]
    return len(bound) == 1 and len(used) == 1 and _brings(function, bound[0].value, 0)


def _brings(function: Function, value: Expr | None, depth: int) -> bool:
    """Whether an expression is a value of a request that is looked up in nothing else."""
    calls = list(walk(value, Call)) if value is not None else []
    named = {call.func.attr if isinstance(call.func, Attribute) else last_name(call.func) for call in calls}
    looked_up = [call.argument(0) for call in calls if isinstance(call.func, Attribute) and call.func.attr == "get"]
    looked_up += [item for one in walk(value, Subscript) for item in one.items] if value is not None else []
    if value is None or not named <= _BRINGS | _AS_IT_IS or not all(isinstance(one, Constant) for one in looked_up):
        return False
    if named & _BRINGS:
        return True
    names = {name.id for name in walk(value, Name)}
    sources = [a.value for a in own_nodes(function, Assign) if any(dotted(target) in names for target in a.targets)]
    return depth < 2 and len(sources) == 1 and _brings(function, sources[0], depth + 1)


def _mentions_name(target: Expr, name: str) -> bool:
    return any(one.id == name for one in walk(target, Name))


def _ends_before(first: Node, second: Node) -> bool:
    return (first.span.end or 0) <= (second.span.start or 0)


def _asked_of(python: PythonFacts, test: Expr) -> set[str]:
    """What a condition is about, as it is written."""
    if isinstance(test, Compare):
        return {python.source(one) for one in (test.left, *test.rights) if not isinstance(one, Constant)}
    if isinstance(test, Unary):
        return _asked_of(python, test.operand)
    if isinstance(test, Binary):
        return _asked_of(python, test.left) | _asked_of(python, test.right)
    return {python.source(test)}


def innermost_block(function: Function, node: Node) -> tuple[Stmt, ...]:
    """The body of the innermost loop of a function that a node stands in, or of the function."""
    best: For | While | None = None
    for outer in own_nodes(function, For, While):
        if outer is not node and lies_in(node, outer):
            best = outer
    return best.body if best is not None else function.body


def thread_targets(body: tuple[Stmt, ...]) -> set[str]:
    """Names of the functions that are started as threads or tasks, or submitted to an executor."""
    found = set()
    for call in walk(body, Call):
        name = last_name(call.func)
        started: Node | None = None
        if name in {"Thread", "Timer"}:
            started = call.argument(None if name == "Thread" else 1, "target" if name == "Thread" else "function")
        elif name == "submit":
            started = call.argument(0)
        elif name == "run_in_executor":
            started = call.argument(1)
        elif name in {"create_task", "ensure_future", "run_coroutine_threadsafe"}:
            task = call.argument(0)
            started = task.func if isinstance(task, Call) else None
        if started is not None:
            found.add(last_name(started))
    return found - {""}


def comes_before(body: tuple[Stmt, ...], first: Stmt, node: Node) -> bool:
    """Whether a statement stands before a node in one of the blocks around it: control comes by."""
    if (first.span.end or 0) > (node.span.start or 0):
        return False
    return any(statement is first for block in blocks_around(body, node) for statement in block)


def blocks_around(body: tuple[Stmt, ...], node: Node) -> Iterator[tuple[Stmt, ...]]:
    """Every block around a node."""
    for statement in body:
        if not lies_in(node, statement):
            continue
        yield body
        inner: list[tuple[Stmt, ...]] = []
        if isinstance(statement, If | For | While):
            inner = [statement.body, statement.orelse]
        elif isinstance(statement, With | Function | Class):
            inner = [statement.body]
        elif isinstance(statement, Try):
            inner = [statement.body, statement.orelse, statement.final, *(h.body for h in statement.handlers)]
        elif isinstance(statement, Match):
            inner = [case.body for case in statement.cases]
        for block in inner:
            yield from blocks_around(block, node)


@remembered
def unconditional(function: Function, node: Node) -> bool:
    """Whether every call of a function that meets no error comes by a node (a request loop runs at least once)."""
    return _reached(function.body, node, {f.span for f in request_loops(function)})


def while_loading(python: PythonFacts, node: Node) -> bool:
    """Whether every load comes by a node: in initialize, or in a method that initialize calls for sure."""
    initialize, function = python.method("initialize"), python.function_at(node)
    if initialize is None or function is None:
        return False
    if function is initialize:
        return unconditional(initialize, node)
    if python.method(function.name) is not function or function.decorators or not unconditional(function, node):
        return False
    own = python.self_name(python.frame_of(initialize))
    return own is not None and any(
        dotted(call.func) == f"{own}.{function.name}" and unconditional(initialize, call)
        for call in own_nodes(initialize, Call)
    )


def _reached(body: tuple[Stmt, ...], node: Node, loops: set[Span]) -> bool:
    for statement in body:
        if not lies_in(node, statement):
            if _may_leave(statement):
                return False
            continue
        if isinstance(statement, With | Try):
            return _reached(statement.body, node, loops) or any(
                lies_in(node, i.value) for i in getattr(statement, "items", ())
            )
        if isinstance(statement, For):
            if statement.span in loops:
                return _reached(statement.body, node, loops)
            return False
        return not isinstance(statement, If | While | Match | Function | Class) and not (
            any(lies_in(node, n) for n in walk(statement, Conditional, Comprehension, Lambda))
            or any(n.operator in {"and", "or"} and lies_in(node, n) for n in walk(statement, Binary))
        )
    return False


@remembered
def _may_leave(statement: Stmt) -> bool:
    # What has nothing of the kind anywhere below it needs no closer look.
    return any(not _plain(node) for node in walk(statement, Return, Flow)) and any(
        not _plain(node) for node in walk((statement,), Return, Flow, into_functions=False)
    )


def _plain(node: Node) -> bool:
    return isinstance(node, Flow) and node.keyword == "pass"
