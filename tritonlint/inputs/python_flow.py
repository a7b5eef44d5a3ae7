"""Which ways control can take through a function: ends that are reached, returns, one response per request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tritonlint.inputs.python_tree import (
    Assert,
    Attribute,
    Binary,
    Call,
    Class,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Lambda,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Try,
    While,
    With,
    Yield,
    dotted,
    walk,
)
from tritonlint.source import Span

_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


def completes(body: tuple[Stmt, ...]) -> bool:
    """Whether control can reach the end of a block; a condition is believed to go either way."""
    return all(_passes(statement) for statement in body)


def _passes(statement: Stmt) -> bool:
    if isinstance(statement, Return | Raise):
        return False
    if isinstance(statement, Flow):
        return statement.keyword == "pass"
    if isinstance(statement, Expression):
        return not (isinstance(statement.value, Call) and dotted(statement.value.func) in _EXITS)
    if isinstance(statement, If):
        return completes(statement.body) or completes(statement.orelse)
    if isinstance(statement, While):
        if isinstance(statement.test, Constant) and statement.test.value:
            return _breaks(statement.body)
        return True
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


def _breaks(body: tuple[Stmt, ...]) -> bool:
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


def own_nodes(function: Function) -> Iterator[Node]:
    """Every node of a function's body, those of functions defined in it left out."""
    return walk(function.body, into_functions=False)


def returns(function: Function) -> list[Return]:
    """The return statements of a function itself."""
    return [node for node in own_nodes(function) if isinstance(node, Return)]


def is_generator(function: Function) -> bool:
    """Whether a function yields."""
    return any(isinstance(node, Yield) for node in own_nodes(function))


def is_none(node: Node | None) -> bool:
    """Whether an expression is absent or the literal None."""
    return node is None or (isinstance(node, Constant) and node.value is None)


def request_loops(function: Function) -> list[For]:
    """Loops over the second parameter of execute: plainly, or through enumerate, zip or range(len())."""
    if len(function.positional) < 2:
        return []
    name = function.positional[1].name
    return [n for n in own_nodes(function) if isinstance(n, For) and _iterates(n.iterable, name)]


def _iterates(iterable: Node, name: str) -> bool:
    if isinstance(iterable, Name):
        return iterable.id == name
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip", "range", "len", "tqdm"}:
        return any(_iterates(argument.value, name) for argument in iterable.arguments)
    return False


@dataclass(slots=True)
class Missing:
    """Ways through a loop that append nothing: handlers and ``continue`` statements."""

    handlers: list[Handler] = field(default_factory=list)
    continues: list[Flow] = field(default_factory=list)


_State = tuple[int, Handler | None]


class _GiveUpError(Exception):
    pass


def unanswered(loop: For, name: str) -> Missing | None:
    """How an iteration of ``loop`` can end without ``name.append(…)`` although other ways append once.

    None when the loop does something this cannot follow.
    """
    walker = _Appends(name)
    try:
        ends = walker.block(loop.body, {(0, None)})
    except _GiveUpError:
        return None
    if not walker.appended:
        return None
    for count, handler in ends:
        if count == 0 and handler is not None and handler not in walker.missing.handlers:
            walker.missing.handlers.append(handler)
    return walker.missing


class _Appends:
    """Counts appends along every way through a loop body; a state is (appends, last handler passed)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.appended = False
        self.missing = Missing()
        self.seen: list[set[_State]] = []

    def block(self, body: tuple[Stmt, ...], states: set[_State]) -> set[_State]:
        for statement in body:
            for seen in self.seen:
                seen.update(states)
            states = self.statement(statement, states)
        return states

    def statement(self, statement: Stmt, states: set[_State]) -> set[_State]:
        if isinstance(statement, Return | Raise):
            return set()
        if isinstance(statement, Flow):
            if statement.keyword == "continue":
                for count, handler in states:
                    if count == 0 and handler is not None and handler not in self.missing.handlers:
                        self.missing.handlers.append(handler)
                    elif count == 0 and handler is None and statement not in self.missing.continues:
                        self.missing.continues.append(statement)
            return states if statement.keyword == "pass" else set()
        if isinstance(statement, If):
            return self.branch(statement, states)
        if isinstance(statement, Try):
            return self.attempt(statement, states)
        if isinstance(statement, With):
            return self.block(statement.body, states)
        if isinstance(statement, Match):
            out = set() if any(case.catch_all for case in statement.cases) else set(states)
            for case in statement.cases:
                out |= self.block(case.body, states)
            return out
        if isinstance(statement, For | While):
            if any(isinstance(n, Name) and n.id == self.name for n in walk(statement)):
                raise _GiveUpError
            return states
        return {(min(2, count + self.appends(statement)), handler) for count, handler in states}

    def branch(self, statement: If, states: set[_State]) -> set[_State]:
        first = self.block(statement.body, states)
        second = self.block(statement.orelse, states)
        out = first | second
        # Behind a handler, "if failed: append" is decided by what the handler did: believe the better way.
        for count, handler in list(out):
            if handler is not None and count == 0 and any(c > 0 and h is handler for c, h in out):
                out.discard((count, handler))
        return out

    def attempt(self, statement: Try, states: set[_State]) -> set[_State]:
        before: set[_State] = set()
        self.seen.append(before)
        body = self.block(statement.body, states)
        self.seen.pop()
        out = self.block(statement.orelse, body)
        for handler in statement.handlers:
            out |= self.block(handler.body, {(count, handler) for count, _ in before})
        return self.block(statement.final, out)

    def appends(self, statement: Stmt) -> int:
        """How many responses a simple statement adds."""
        mentions = [n for n in walk(statement) if isinstance(n, Name) and n.id == self.name]
        if not mentions:
            return 0
        if isinstance(statement, Expression) and isinstance(statement.value, Call):
            call = statement.value
            if dotted(call.func) == f"{self.name}.append" and len(call.arguments) == 1 and len(mentions) == 1:
                self.appended = True
                return 1
        raise _GiveUpError


_CATCHERS = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "Exception", "BaseException", "TypeError"}
)


def guarded(body: tuple[Stmt, ...], node: Node) -> bool:
    """Whether a node stands in a try that catches missing names, or below a test with hasattr or getattr."""
    for outer in walk(body):
        if isinstance(outer, Try) and any(_inside(node, part) for part in outer.body):
            for handler in outer.handlers:
                caught = {n.id for n in walk(handler.type) if isinstance(n, Name)} if handler.type is not None else None
                if caught is None or caught & _CATCHERS:
                    return True
        elif isinstance(outer, If | Conditional) and _inside(node, outer):
            if any(isinstance(n, Name) and n.id in {"hasattr", "getattr", "TYPE_CHECKING"} for n in walk(outer.test)):
                return True
            if any(isinstance(n, Attribute) and n.attr == "TYPE_CHECKING" for n in walk(outer.test)):
                return True
    return False


def _inside(node: Node, outer: Node) -> bool:
    start = node.span.start or 0
    return (outer.span.start or 0) <= start < (outer.span.end or 0)


def unconditional(function: Function, node: Node) -> bool:
    """Whether every call of a function that meets no error comes by a node (a request loop runs at least once)."""
    return _reached(function.body, node, {f.span for f in request_loops(function)})


def _reached(body: tuple[Stmt, ...], node: Node, loops: set[Span]) -> bool:
    for statement in body:
        if not _inside(node, statement):
            if any(isinstance(n, Return | Flow) and not _plain(n) for n in walk((statement,), into_functions=False)):
                return False
            continue
        if isinstance(statement, With | Try):
            return _reached(statement.body, node, loops) or any(
                _inside(node, i.value) for i in getattr(statement, "items", ())
            )
        if isinstance(statement, For):
            if statement.span in loops:
                return _reached(statement.body, node, loops)
            return False
        return not isinstance(statement, If | While | Match | Function | Class) and not any(
            isinstance(n, Conditional | Comprehension | Lambda)
            or (isinstance(n, Binary) and n.operator in {"and", "or"})
            for n in walk((statement,))
            if _inside(node, n)
        )
    return False


def _may_skip(node: Node) -> bool:
    if isinstance(node, Conditional | Comprehension | Lambda):
        return True
    return isinstance(node, Binary) and node.operator in {"and", "or"}


def _plain(node: Node) -> bool:
    return isinstance(node, Flow) and node.keyword == "pass"


def checked_for_none(function: Function, name: str) -> bool:
    """Whether a function tests a local name for None or for truth anywhere."""
    for node in walk(function.body):
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
