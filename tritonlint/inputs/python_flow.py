"""Which ways control can take through a function: ends that are reached, returns, one response per request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
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
    Handler,
    If,
    Lambda,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Sequence,
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
        return not stuck or _breaks(statement.body)
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
    return [loop for loop in own_nodes(function, For) if _iterates(loop.iterable, name)]


def _iterates(iterable: Node, name: str) -> bool:
    if isinstance(iterable, Name):
        return iterable.id == name
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip", "range", "len", "tqdm"}:
        # A range with a step goes over parts of the list.
        if dotted(iterable.func) == "range" and len(iterable.arguments) == 3:
            return False
        return any(_iterates(argument.value, name) for argument in iterable.arguments)
    return False


def behind_test_for_requests(execute: Function) -> set[Span]:
    """Returns below ``if not requests`` and the like: Triton never gives an empty list."""
    names = numbers_of_requests(execute)
    out: set[Span] = set()
    for node in own_nodes(execute, If, Match):
        test = node.test if isinstance(node, If) else node.subject
        empty = isinstance(test, Unary) and test.operator == "not" and dotted(test.operand) in names
        counted = isinstance(test, Compare) or isinstance(node, Match)
        if empty or (counted and any(n.id in names for n in walk(test, Name))):
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


def may_name_every_case(python: PythonFacts, function: Function, last: If) -> bool:
    """Whether a condition without ``else`` asks the same as one that it is ``elif`` of, or one before it that leaves.

    Whoever wrote ``n > 0`` and ``n <= 0``, or every mode that was let in, needs no ``else``.
    """
    asked = _asked_of(python, last.test)
    for other in own_nodes(function, If):
        chained = any(lies_in(last, part) for part in other.orelse)
        left = _ends_before(other, last) and not completes(other.body)
        if (chained or left) and asked & _asked_of(python, other.test):
            return True
    return False


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


@dataclass(slots=True)
class Answers:
    """Ways through a loop over requests that do not append exactly one response."""

    handlers: list[Handler] = field(default_factory=list)
    """Handlers behind which nothing is appended."""
    continues: list[Flow] = field(default_factory=list)
    """``continue`` statements before which nothing is appended."""
    branches: list[If] = field(default_factory=list)
    """Conditions of which only one outcome appends."""
    twice: list[tuple[Stmt, Stmt]] = field(default_factory=list)
    """A statement that appends, and one behind it on the same way that appends again."""
    returns: list[Return] = field(default_factory=list)
    """``return`` statements before which the final flag is not sent; of senders only."""
    breaks: list[Flow] = field(default_factory=list)
    """``break`` statements that skip the ``else`` of a loop, and with it the final flag; of senders only."""
    falls: bool = False
    """Whether the end is reached without the final flag by no fault of a branch or handler; of senders only."""
    closes: bool = False
    """Whether the final flag is sent on some way; of senders only."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A way so far: the statement that appended, the last handler passed, the condition of which this side does not."""

    appended: Stmt | None = None
    handler: Handler | None = None
    branch: If | None = None
    sure: bool = True
    """False below a condition that may exclude what was appended before it."""
    started: bool = True
    """Whether what has to be closed has been opened yet."""
    left: Flow | None = None
    """The ``break`` that skipped an ``else`` in which the final flag is sent."""


class _GiveUpError(Exception):
    pass


@remembered
def answers(loop: For, name: str) -> Answers | None:
    """How an iteration of ``loop`` can end without exactly one ``name.append(…)``, while some way appends.

    None when the loop does something that this cannot follow.
    """
    return _judged(_Appends(name), loop)


def _judged(walker: _Appends, loop: For) -> Answers | None:
    try:
        ends = walker.block(loop.body, {_Way()})
    except _GiveUpError:
        return None
    if not walker.appended:
        return None
    found = walker.found
    for way in ends:
        if way.appended is None and way.handler is not None and way.handler not in found.handlers:
            found.handlers.append(way.handler)
    if _flag_decides(loop.body, walker.name):
        return Answers(handlers=found.handlers)
    # A flag that a handler sets may decide for the rest: `ok = False`, and `if ok:` behind it.
    if any(walker.adds(s) for handler in walk(loop.body, Handler) for s in walk(handler.body, Expression, Assign)):
        return found
    for way in walker.skipped | {end for end in ends if end.appended is None and end.handler is None}:
        # Two conditions that append may belong together ("if ok" and "if not ok").
        if way.branch is not None and way.branch not in found.branches and len(walker.branches) == 1:
            found.branches.append(way.branch)
    return found


def _flag_decides(body: tuple[Stmt, ...], name: str) -> bool:
    """Whether a condition asks what a statement before it has left behind that appends on some ways only.

    ``ok = False`` beside an answer in a handler, and ``if not ok: continue`` behind the ``try``.
    """
    left: set[str] = set()
    for statement in body:
        if isinstance(statement, If) and any(part.id in left for part in _flags(statement.test)):
            return True
        if isinstance(statement, With) and _flag_decides(statement.body, name):
            return True
        if isinstance(statement, Try | If) and _mentions(statement, name):
            targets = (target for assign in walk(statement, Assign) for target in assign.targets)
            left |= {target.id for target in targets if isinstance(target, Name)}
    return False


def _flags(test: Expr) -> Iterator[Name]:
    """The names that a condition asks for no more than whether they are true, or something that is written out."""
    if isinstance(test, Name):
        yield test
    elif isinstance(test, Unary):
        yield from _flags(test.operand)
    elif isinstance(test, Binary):
        yield from (*_flags(test.left), *_flags(test.right))
    elif isinstance(test, Compare) and all(isinstance(right, Constant) for right in test.rights):
        yield from _flags(test.left)


def stores(function: Function, name: str) -> tuple[For, Answers] | None:
    """As :func:`answers`, for a list of None whose places one loop over the requests fills: ``name[i] = …``."""
    starts = [a for a in own_nodes(function, Assign) if any(dotted(target) == name for target in a.targets)]
    if len(starts) != 1 or not _all_none(starts[0].value):
        return None
    loops = [loop for loop in request_loops(function) if any(_mentions(s, name) for s in loop.body)]
    inside = sum(n.id == name for n in walk(loops[0].body, Name)) if len(loops) == 1 else -1
    outside = sum(n.id == name for n in walk(function.body, Name)) - inside
    if inside < 0 or outside != 1 + sum(dotted(s.value) == name for s in returns(function)):
        return None
    walker = _Stores(name)
    found = _judged(walker, loops[0])
    return (loops[0], found) if found is not None else None


def _all_none(expr: Node | None) -> bool:
    if isinstance(expr, Binary) and expr.operator == "*" and isinstance(expr.left, Sequence):
        return len(expr.left.items) == 1 and is_none(expr.left.items[0])
    if isinstance(expr, Comprehension):
        return expr.kind == "list" and len(expr.elements) == 1 and is_none(expr.elements[0])
    return False


class _Appends:
    """Follows every way through a loop body."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.appended = False
        self.found = Answers()
        self.branches: set[Span] = set()
        """Conditions below which something is appended, ``elif`` counted with its ``if``."""
        self.skipped: set[_Way] = set()
        self.around: list[tuple[Stmt, ...]] = []
        """The ``finally`` blocks around the statement that is looked at."""

    def block(self, body: tuple[Stmt, ...], ways: set[_Way]) -> set[_Way]:
        for statement in body:
            ways = self.statement(statement, ways)
        return ways

    def statement(self, statement: Stmt, ways: set[_Way]) -> set[_Way]:
        if isinstance(statement, Return | Raise):
            return set()
        if isinstance(statement, Flow):
            if statement.keyword == "continue":
                self.next_iteration(statement, ways)
            return ways if statement.keyword == "pass" else set()
        if isinstance(statement, If):
            return self.branch(statement, ways)
        if isinstance(statement, Try):
            self.around.append(statement.final)
            out = self.block(statement.orelse, self.block(statement.body, ways))
            for handler in statement.handlers:
                # What a body appends before it fails is left out: mostly nothing, and nothing is claimed then.
                out |= self.block(handler.body, {_Way(w.appended, handler, w.branch) for w in ways})
            self.around.pop()
            return self.block(statement.final, out)
        if isinstance(statement, With):
            return self.block(statement.body, ways)
        if isinstance(statement, Match):
            out = set() if any(case.catch_all for case in statement.cases) else set(ways)
            for case in statement.cases:
                out |= self.block(case.body, ways)
            return out
        if isinstance(statement, For | While):
            return self.loop(statement, ways)
        if not self.appends(statement):
            return ways
        for way in ways:
            if way.appended is not None and way.sure and (way.appended, statement) not in self.found.twice:
                self.found.twice.append((way.appended, statement))
        return {_Way(statement, way.handler) for way in ways}

    def loop(self, statement: For | While, ways: set[_Way]) -> set[_Way]:
        if _mentions(statement, self.name):
            raise _GiveUpError
        return ways

    def next_iteration(self, statement: Flow, ways: set[_Way]) -> None:
        around, self.around = self.around, []
        for final in reversed(around):
            ways = self.block(final, ways)
        self.around = around
        for way in ways:
            if way.appended is not None:
                continue
            if way.handler is not None:
                if way.handler not in self.found.handlers:
                    self.found.handlers.append(way.handler)
            elif way.branch is not None:
                self.skipped.add(way)
            elif statement not in self.found.continues:
                self.found.continues.append(statement)

    def branch(self, statement: If, ways: set[_Way]) -> set[_Way]:
        before = {way.appended: way.sure for way in ways}
        inner = {way if way.appended is None else replace(way, sure=False) for way in ways}
        first = self.block(statement.body, inner)
        second = self.block(statement.orelse, inner)
        appends = [any(way.appended not in before for way in side) for side in (first, second)]
        if any(appends):
            self.branches.add(statement.span)
            # An elif is part of its if.
            self.branches -= {s.span for s in statement.orelse if isinstance(s, If)}
        out = set()
        for side, other in ((first, appends[1]), (second, appends[0])):
            for way in side:
                skips = other and way.appended is None and way.branch is None
                sure = before.get(way.appended, True)
                out.add(replace(way, branch=statement if skips else way.branch, sure=sure))
        # Behind a handler, "if failed: append" is decided by what the handler did: believe the better way.
        return {
            way
            for way in out
            if way.handler is None
            or way.appended is not None
            or not any(w.appended is not None and w.handler is way.handler for w in out)
        }

    def adds(self, statement: Expression | Assign) -> bool:
        """Whether a statement is ``name.append(…)``."""
        return isinstance(statement.value, Call) and dotted(statement.value.func) == f"{self.name}.append"

    def appends(self, statement: Stmt) -> bool:
        """Whether a simple statement adds one response."""
        mentions = [n for n in walk(statement, Name) if n.id == self.name]
        if mentions:
            # Whoever only counts the responses, or tells how many there are, adds none.
            counts = (call.arguments for call in walk(statement, Call) if dotted(call.func) == "len")
            counted = {id(given[0].value) for given in counts if len(given) == 1}
            mentions = [n for n in mentions if id(n) not in counted]
        if not mentions:
            return False
        if isinstance(statement, Expression) and isinstance(statement.value, Call):
            call = statement.value
            if dotted(call.func) == f"{self.name}.append" and len(call.arguments) == 1 and len(mentions) == 1:
                self.appended = True
                return True
        raise _GiveUpError


def innermost_block(function: Function, node: Node) -> tuple[Stmt, ...]:
    """The body of the innermost loop of a function that a node stands in, or of the function."""
    best: For | While | None = None
    for outer in own_nodes(function, For, While):
        if outer is not node and lies_in(node, outer):
            best = outer
    return best.body if best is not None else function.body


class _Stores(_Appends):
    """Follows the ways to an element of the list that is set."""

    def appends(self, statement: Stmt) -> bool:
        if not _mentions(statement, self.name):
            return False
        if isinstance(statement, Assign) and not statement.operator and len(statement.targets) == 1:
            target = statement.targets[0]
            own = sum(n.id == self.name for n in walk(statement, Name)) == 1
            if own and isinstance(target, Subscript) and dotted(target.value) == self.name:
                self.appended = True
                return True
        raise _GiveUpError

    def adds(self, statement: Expression | Assign) -> bool:
        targets = statement.targets if isinstance(statement, Assign) else ()
        return any(isinstance(target, Subscript) and dotted(target.value) == self.name for target in targets)


def open_ends(
    body: tuple[Stmt, ...],
    name: str,
    *,
    given: bool = False,
    finals: frozenset[str] = frozenset(),
    helpers: Mapping[int, int] | None = None,
) -> Answers | None:
    """How a block can end without the final flag sent by the response sender ``name``.

    The block gets the sender, or is ``given`` it; ``finals`` are names that stand for the flag, and ``helpers`` has
    the flags that functions send which get the sender, by the identity of the call. ``appended`` statements are those
    that send the flag. None when the sender is used in a way not followed.
    """
    followed = 0
    for node in walk(body, Call, Assign, into_functions=False):
        if _on_sender(node, name):
            followed += 1
        elif isinstance(node, Call) and helpers and id(node) in helpers:
            followed += any(dotted(argument.value) == name for argument in node.arguments)
        elif isinstance(node, Assign) and (given or gets_sender(node.value)) and not node.operator:
            inner = (part for t in node.targets for part in (t.items if given and isinstance(t, Sequence) else (t,)))
            followed += sum(dotted(target) == name for target in inner)
    uses = walk(body, Attribute) if "." in name else walk(body, Name)
    if sum(dotted(node) == name for node in uses) != followed:
        return None
    walker = _Finals(name, finals, helpers or {}, given)
    try:
        ends = walker.block(body, {_Way(started=given)})
    except _GiveUpError:
        return None
    found = walker.found
    found.closes = walker.appended
    for way in ends:
        if not way.started or way.appended is not None:
            continue
        if way.left is not None:
            if way.left not in found.breaks:
                found.breaks.append(way.left)
        elif way.handler is not None:
            if way.handler not in found.handlers:
                found.handlers.append(way.handler)
        elif way.branch is None:
            found.falls = True
        elif way.branch not in found.branches and len(walker.branches) == 1:
            found.branches.append(way.branch)
    return found


def _on_sender(node: Node, name: str) -> str:
    """What is called on the sender: ``send`` or ``is_cancelled``; empty for anything else."""
    if isinstance(node, Call) and isinstance(node.func, Attribute) and dotted(node.func.value) == name:
        return node.func.attr if node.func.attr in {"send", "is_cancelled"} else ""
    return ""


@dataclass(slots=True)
class _Turns:
    """A loop that is being followed, and the ways that left a turn of it early."""

    closes_behind: bool
    """Whether its ``else`` sends the final flag."""
    continued: set[_Way] = field(default_factory=set)
    broken: set[_Way] = field(default_factory=set)


def _leaves_at_end(loop: For | While) -> bool:
    """Whether a loop is left in its last turn: a condition on its counter, or on what it goes over, tells which."""
    over = loop.iterable if isinstance(loop, For) else loop.test
    names = {name.id for name in walk(over, Name)}
    target = loop.target if isinstance(loop, For) else None
    if isinstance(over, Call) and isinstance(loop, For):
        if dotted(over.func) == "enumerate" and isinstance(target, Sequence):
            target = target.items[0]
        names |= {target.id} if isinstance(target, Name) and dotted(over.func) in {"range", "enumerate"} else set()
    for branch in walk(loop.body, If):
        if _breaks(branch.body) or _breaks(branch.orelse):
            looked_up = {
                id(name)
                for place in walk(branch.test, Subscript)
                if any(True for _ in walk(place.items, Name))
                for name in walk(place, Name)
            }
            if any(name.id in names and id(name) not in looked_up for name in walk(branch.test, Name)):
                return True
    return False


class _Finals(_Appends):
    """Follows the ways from ``sender = request.get_response_sender()`` on; sending the final flag is what appends."""

    def __init__(self, name: str, finals: frozenset[str], helpers: Mapping[int, int], given: bool) -> None:
        super().__init__(name)
        self.given = given
        self.finals = finals
        self.helpers = helpers
        self.loops: list[_Turns] = []
        """The loops within the block that are being played."""

    def statement(self, statement: Stmt, ways: set[_Way]) -> set[_Way]:
        if self.loops and isinstance(statement, Flow) and statement.keyword in {"break", "continue"}:
            loop = self.loops[-1]
            if statement.keyword == "continue":
                loop.continued |= ways
            else:
                skips = loop.closes_behind
                loop.broken |= {replace(w, left=statement) if skips and w.appended is None else w for w in ways}
            return set()
        if isinstance(statement, Return):
            if any(way.started and way.appended is None for way in ways):
                self.found.returns.append(statement)
            return set()
        if isinstance(statement, Try) and any(self.flags(s) == {1} for s in statement.final):
            # Whatever happens before it, the flag is sent at the end.
            returns, continues = len(self.found.returns), len(self.found.continues)
            out = super().statement(statement, ways)
            del self.found.returns[returns:], self.found.continues[continues:]
            return out
        if (
            isinstance(statement, Assign)
            and (self.given or gets_sender(statement.value))
            and _mentions(statement.targets[0], self.name)
        ):
            return {_Way(None, way.handler) for way in ways}
        if isinstance(statement, Expression | Assign) and self.flags(statement):
            for way in ways:
                if way.appended is not None and way.sure and (way.appended, statement) not in self.found.twice:
                    self.found.twice.append((way.appended, statement))
            if self.flags(statement) == {0}:
                return ways
            self.appended = True
            return {_Way(statement, way.handler) for way in ways}
        return super().statement(statement, ways)

    def loop(self, statement: For | While, ways: set[_Way]) -> set[_Way]:
        if isinstance(statement, While) and not isinstance(statement.test, Constant):
            self.flags(Expression(statement.test.span, statement.test))
        turns = _Turns(closes_behind=any(1 in self.flags(s) for s in statement.orelse))
        self.loops.append(turns)
        done = self.block(statement.body, ways) | turns.continued
        self.loops.pop()
        if any(way.appended is not None and way not in ways for way in done):
            raise _GiveUpError  # The last turn may be the one that sends it.
        if any(way.appended is not None and way not in ways for way in turns.broken) and _leaves_at_end(statement):
            raise _GiveUpError
        endless = isinstance(statement, While) and isinstance(statement.test, Constant) and bool(statement.test.value)
        return self.block(statement.orelse, set() if endless else done | ways) | turns.broken

    def branch(self, statement: If, ways: set[_Way]) -> set[_Way]:
        out = self.sides(statement, ways)
        if len({way.appended is None for way in ways}) == 2:
            # What was sent before may be what the condition asks: `if not done:`.
            return {way for way in out if way.appended is not None or way.branch is not statement}
        return out

    def sides(self, statement: If, ways: set[_Way]) -> set[_Way]:
        """Both sides of a condition."""
        if not self.loops or not any(node.attr == "is_cancelled" for node in walk(statement.test, Attribute)):
            return super().branch(statement, ways)
        # Nobody waits for the answer to a request that was cancelled.
        returns, broken = len(self.found.returns), set(self.loops[-1].broken)
        out = super().branch(statement, ways)
        del self.found.returns[returns:]
        self.loops[-1].broken = broken | {way for way in self.loops[-1].broken if way.appended is not None}
        return out

    def next_iteration(self, statement: Flow, ways: set[_Way]) -> None:
        super().next_iteration(statement, {way for way in ways if way.started})

    def appends(self, statement: Stmt) -> bool:
        return False

    def flags(self, statement: Stmt) -> set[int]:
        """The flags of all that is sent in a statement."""
        found = set()
        for node in walk(statement, Call):
            if _on_sender(node, self.name) == "send":
                flags = send_flags(node, self.finals)
                if flags is None:
                    raise _GiveUpError
                found.add(flags)
            elif id(node) in self.helpers:
                found.add(self.helpers[id(node)])
        return found


def gets_sender(expr: Node | None) -> bool:
    """Whether an expression is ``….get_response_sender()``."""
    return isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr == "get_response_sender"


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


def send_flags(call: Call, finals: frozenset[str] = frozenset()) -> int | None:
    """The flags of ``sender.send(…)`` as far as they are written out: 0, 1 (final), or None for anything else.

    ``finals`` are names that stand for the final flag.
    """
    if not call.certain:
        return None
    flags = call.argument(1, "flags")
    if flags is None:
        return 0
    if isinstance(flags, Constant):
        return flags.value if flags.value in (0, 1) and isinstance(flags.value, int) else None
    name = dotted(flags)
    return 1 if name is not None and (name.rsplit(".", 1)[-1] == FINAL or name in finals) else None


@remembered
def final_names(python: PythonFacts) -> frozenset[str]:
    """Names and attributes that stand for the final flag wherever they have a value: ``final = pb_utils.…FINAL``."""
    if FINAL not in python.identifiers:
        return frozenset()
    names: set[str | None] = set()
    others: set[str | None] = {p.name for f in python.frames if f.function is not None for p in f.function.parameters}
    for node in python.walk(Assign):
        if isinstance(node.value, Constant) and node.value.value is None:
            continue  # It keeps the place until the flag is there: None is no flag.
        final = last_name(node.value) == FINAL if node.value is not None else False
        for target in node.targets:
            (names if final and not node.operator else others).add(dotted(target))
    return frozenset(name for name in names - others if name is not None)


FINAL = "TRITONSERVER_RESPONSE_COMPLETE_FINAL"
"""The flag of the last response of a request."""


@remembered
def answering_loop(function: Function, name: str) -> For | None:
    """The one loop over requests that fills the list ``name``; None when anything else may fill it."""
    loops = [loop for loop in request_loops(function) if any(_mentions(s, name) for s in loop.body)]
    if len(loops) != 1:
        return None
    nodes: tuple[Call | Delete | Subscript | Assign, ...] = (
        *own_nodes(function, Call), *own_nodes(function, Delete),
        *own_nodes(function, Subscript), *own_nodes(function, Assign),
    )  # fmt: skip
    for node in nodes:
        if not lies_in(node, loops[0]) and _fills(node, name):
            return None
    return loops[0]


def _mentions(node: Node, name: str) -> bool:
    return node.id == name if isinstance(node, Name) else any(n.id == name for n in walk(node, Name))


def _fills(node: Call | Delete | Subscript | Assign, name: str) -> bool:
    """Whether a node can change a list, other than by starting it."""
    if isinstance(node, Call):
        method = isinstance(node.func, Attribute) and dotted(node.func.value) == name
        given = any(isinstance(a.value, Name) and a.value.id == name for a in node.arguments)
        return method or (given and dotted(node.func) not in {"len", "print", "str", "repr"})
    if isinstance(node, Subscript):
        return dotted(node.value) == name
    if isinstance(node, Assign) and not node.operator and starts_list(node):
        return False
    return any(_mentions(target, name) for target in node.targets)


def starts_list(node: Assign) -> bool:
    """Whether an assignment binds its name to an empty list."""
    value = node.value
    if isinstance(value, Sequence):
        return not value.items
    return isinstance(value, Call) and dotted(value.func) == "list" and not value.arguments


_ADDERS = frozenset({"append", "extend", "insert", "reverse", "sort"})
_LOOKERS = frozenset({"len", "print", "str", "repr", "enumerate", "isinstance", "type"})


_WHOLE_LISTS = frozenset({"list", "tuple", "reversed", "sorted"})


def used_elsewhere(function: Function, name: str) -> bool:
    """Whether a list is taken from, given away or known by another name: what stands in it may change then."""
    known = {
        call.func.value.span
        for call in walk(function.body, Call)
        if isinstance(call.func, Attribute) and call.func.attr in _ADDERS
    }
    known |= {
        argument.value.span
        for call in walk(function.body, Call)
        if dotted(call.func) in _LOOKERS
        for argument in call.arguments
    }
    for statement in returns(function):
        value = statement.value.value if isinstance(statement.value, Subscript) else statement.value
        while isinstance(value, Call) and dotted(value.func) in _WHOLE_LISTS and len(value.arguments) == 1:
            value = value.arguments[0].value
        known |= {value.span} if value is not None else set()
    assigns = [assign for assign in walk(function.body, Assign) if any(dotted(t) == name for t in assign.targets)]
    if any(len(assign.targets) > 1 for assign in assigns):
        return True
    known |= {target.span for assign in assigns for target in assign.targets}
    return any(use.id == name and use.span not in known for use in walk(function.body, Name))


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
        elif isinstance(outer, If) and _leaves(outer) and _asks(outer.test, asked) and _comes_before(body, outer, node):
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


def _comes_before(body: tuple[Stmt, ...], first: Stmt, node: Node) -> bool:
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
