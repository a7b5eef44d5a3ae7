"""What keeps control from a place, or expects an error there: conditions, tries, tests that are meant to fail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tritonlint.inputs.python_flow import comes_before, completes
from tritonlint.inputs.python_tree import (
    Assert,
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
    Node,
    Raise,
    Return,
    Sequence,
    Stmt,
    Try,
    While,
    With,
    dotted,
    last_name,
    lies_in,
    walk,
)

_CATCHERS = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "Exception", "BaseException", "TypeError"}
)

_EXPECTING = frozenset({"assertRaises", "assertRaisesRegex", "raises", "suppress"})

_ASKERS = frozenset({"hasattr", "getattr", "TYPE_CHECKING", "signature", "dir", "vars", "__doc__"})
"""Names that ask what there is."""


def guarded(body: tuple[Stmt, ...], node: Node) -> bool:
    """Whether an error of a node is expected: in a try that catches missing names, behind hasattr, in assertRaises."""
    if meant_to_fail(body, node):
        return True
    if any(_expects_missing(t) and any(lies_in(node, part) for part in t.body) for t in walk(body, Try)):
        return True
    return _only_where_asked(body, node, _kept_answers(body), 0)


def _only_where_asked(body: tuple[Stmt, ...], node: Node, asked: set[str], depth: int) -> bool:
    """Whether control comes to a node only where somebody asked for what there is, maybe before the function's call."""
    for outer in walk(body, If, Conditional, Binary):
        if lies_in(node, outer):
            if isinstance(outer, Binary):
                known = outer.operator in {"and", "or"} and lies_in(node, outer.right) and _asks(outer.left, asked)
            else:
                known = _asks(outer.test, asked)
            if known:
                return True
        elif isinstance(outer, If) and _leaves(outer) and _asks(outer.test, asked) and comes_before(body, outer, node):
            return True
    around = [f for f in walk(body, Function) if any(lies_in(node, part) for part in f.body)]
    if not around or depth == 2:
        return False
    function = around[-1]
    uses: list[Node] = [n for n in walk(body, Attribute) if n.attr == function.name and not lies_in(n, function)]
    uses += [n for n in walk(body, Name) if n.id == function.name and not lies_in(n, function)]
    return bool(uses) and all(_only_where_asked(body, use, asked, depth + 1) for use in uses)


def _expects_missing(attempt: Try) -> bool:
    """Whether a try catches the error of a name or an argument that is not there."""
    for handler in attempt.handlers:
        caught = {n.id for n in walk(handler.type, Name)} if handler.type is not None else None
        if caught is None or caught & _CATCHERS:
            return True
    return False


def _asks(test: Expr, asked: set[str]) -> bool:
    """Whether a condition asks for what there is, or for the release."""
    for part in walk(test, Name, Attribute, Constant):
        name = part.id if isinstance(part, Name) else part.attr if isinstance(part, Attribute) else part.value
        if isinstance(part, Constant):
            if isinstance(name, str) and _is_release(name):
                return True
        elif name in _ASKERS or name in asked or _is_release(str(name)):
            return True
    return False


def _is_release(name: str) -> bool:
    """Whether a name or a text names the server's release: `TRITON_VERSION`, `NVIDIA_TRITON_SERVER_VERSION`."""
    name = name.lower()
    return "triton" in name and ("version" in name or "release" in name)


def _kept_answers(body: tuple[Stmt, ...]) -> set[str]:
    """Names of variables, attributes and functions that hold what somebody asked for."""
    asked: set[str] = set()
    for attempt in walk(body, Try):
        # `try: …; NEW = True` `except TypeError: NEW = False`
        if _expects_missing(attempt) and any(_is_of_triton(name) for name in walk(attempt.body, Name)):
            asked |= _decided(body, attempt)
    for _ in range(3):
        before = len(asked)
        for condition in walk(body, If):
            if _asks(condition.test, asked):
                asked |= _decided(body, condition)
        for made in walk(body, Assign):
            if _is_answer(made.value, asked):
                asked.update(_last_names(made.targets))
        for function in walk(body, Function):
            if any(_is_answer(r.value, asked) for r in walk(function.body, Return, into_functions=False)):
                asked.add(function.name)
        if len(asked) == before:
            break
    return asked


def _decided(body: tuple[Stmt, ...], statement: Stmt) -> set[str]:
    """Names that get True or False in a statement, and the function that gives it back there."""
    found: set[str] = set()
    for node in walk(statement, Assign, Return, into_functions=False):
        if isinstance(node.value, Constant) and isinstance(node.value.value, bool):
            if isinstance(node, Assign):
                found.update(_last_names(node.targets))
            else:
                found.update([f.name for f in walk(body, Function) if lies_in(node, f)][-1:])
    return found


def _is_answer(value: Expr | None, asked: set[str]) -> bool:
    """Whether a value says what Triton has; one that is only chosen by that says nothing."""
    if value is None or not _asks(value, asked):
        return False
    if isinstance(value, Conditional):
        return isinstance(value.body, Constant) and isinstance(value.orelse, Constant)
    # `getattr` and `dir` are asked for other things, too.
    others = any(name.id in {"getattr", "dir", "vars"} for name in walk(value, Name))
    return not others or any(_is_of_triton(name) for name in walk(value, Name))


def _is_of_triton(name: Name) -> bool:
    return name.id.startswith(("pb", "triton", "c_python"))


def _last_names(targets: tuple[Expr, ...]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, Name):
            yield target.id
        elif isinstance(target, Attribute):
            yield target.attr


def _leaves(condition: If) -> bool:
    """Whether one side of a condition leaves the block."""
    return not completes(condition.body) or (bool(condition.orelse) and not completes(condition.orelse))


def meant_to_fail(body: tuple[Stmt, ...], node: Node) -> bool:
    """Whether a node stands in a block that wants its error: ``with self.assertRaises(…)``, ``with suppress(…)``."""
    for outer in walk(body, With):
        if any(lies_in(node, part) for part in outer.body):
            contexts = (item.value.func for item in outer.items if isinstance(item.value, Call))
            if any(last_name(context) in _EXPECTING for context in contexts):
                return True
    return False


def falls_back(body: tuple[Stmt, ...], node: Node, *names: str) -> bool:
    """Whether a node is only tried: a handler of one of these exceptions, by its name, goes on in another way."""
    if meant_to_fail(body, node):
        return True
    for attempt in walk(body, Try):
        if any(lies_in(node, part) for part in attempt.body):
            for handler in attempt.handlers:
                caught = handler.type.items if isinstance(handler.type, Sequence) else (handler.type,)
                named = any(one is not None and dotted(one) in names for one in caught)
                gives_up = any(
                    isinstance(n, Raise) or n.attr == "TritonError" for n in walk(handler.body, Raise, Attribute)
                )
                if named and not gives_up:
                    return True
    return False


def checked_for_none(function: Function, name: str) -> bool:
    """Whether a function tests a local name for None or for truth anywhere."""
    for node in chain(walk(function.body, If, While, Conditional), walk(function.body, Assert, Compare, Binary)):
        tests: list[Node] = []
        if isinstance(node, If | While | Conditional | Assert):
            tests = [node.test]
        elif isinstance(node, Compare):
            tests = [node]
        elif isinstance(node, Binary) and node.operator in {"and", "or"}:
            tests = [node.left]
        if any(isinstance(n, Name) and n.id == name for test in tests for n in walk(test)):
            return True
    return False
