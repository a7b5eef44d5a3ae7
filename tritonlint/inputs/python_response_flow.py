"""Which ways through a function leave a request without exactly one response, or a sender without its final flag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tritonlint.inputs.python_flow import breaks, is_none, own_nodes, request_loops, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Delete,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
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
    early: list[Flow] = field(default_factory=list)
    """``break`` statements that leave a loop before the turn that sends the final flag; of senders only."""
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
    """The ``break`` that skipped an ``else``, or a later turn, in which the final flag is sent."""


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
    if _flag_decides(loop.body, walker):
        return Answers(handlers=found.handlers)
    # A flag that a handler sets may decide for the rest: `ok = False`, and `if ok:` behind it.
    if any(walker.adds(s) for handler in walk(loop.body, Handler) for s in walk(handler.body, Expression, Assign)):
        return found
    for way in walker.skipped | {end for end in ends if end.appended is None and end.handler is None}:
        # Two conditions that append may belong together ("if ok" and "if not ok").
        if way.branch is not None and way.branch not in found.branches and len(walker.branches) == 1:
            found.branches.append(way.branch)
    return found


def _flag_decides(body: tuple[Stmt, ...], walker: _Appends) -> bool:
    """Whether a condition asks what a statement before it has left behind that appends on some ways only.

    ``ok = False`` beside an answer in a handler, and ``if not ok: continue`` behind the ``try``.
    """
    left: set[str] = set()
    for statement in body:
        if isinstance(statement, If) and any(part.id in left for part in _flags(statement.test)):
            return True
        if isinstance(statement, With) and _flag_decides(statement.body, walker):
            return True
        if isinstance(statement, Try | If) and walker.mentions(statement):
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
        if self.mentions(statement):
            raise _GiveUpError
        return ways

    def mentions(self, node: Node) -> bool:
        """Whether something may be appended in a node."""
        return _mentions(node, self.name)

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


class _Yields(_Appends):
    """Follows the ways to a ``yield``."""

    def mentions(self, node: Node) -> bool:
        return any(True for _ in walk(node, Yield))

    def appends(self, statement: Stmt) -> bool:
        if not self.mentions(statement):
            return False
        if isinstance(statement, Expression) and isinstance(statement.value, Yield):
            self.appended = True
            return True
        raise _GiveUpError

    def adds(self, statement: Expression | Assign) -> bool:
        return isinstance(statement.value, Yield)


def yields(loop: For) -> Answers | None:
    """As :func:`answers`, for a loop of a generator: how a turn can end without exactly one ``yield``."""
    return _judged(_Yields(""), loop)


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
    if not given:
        walker.decides = _decides_who_gets(body, name)
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
            places = found.early if way.left in walker.early else found.breaks
            if way.left not in places:
                places.append(way.left)
        elif way.handler is not None:
            if way.handler not in found.handlers:
                found.handlers.append(way.handler)
        elif way.branch is None:
            found.falls = True
        elif way.branch not in found.branches and len(walker.branches) == 1:
            found.branches.append(way.branch)
    return found


def _decides_who_gets(body: tuple[Stmt, ...], name: str) -> tuple[str, bool]:
    """The flag of `if self.decoupled: sender = …`, its value: whoever asks it again asks whether there is a sender."""
    for condition in walk(body, If, into_functions=False):
        flag, value = _flag_of(condition.test)
        for side, met in ((condition.body, value), (condition.orelse, not value)):
            if flag and any(isinstance(s, Assign) and gets_sender(s.value) and _mentions(s, name) for s in side):
                assigns = walk(body, Assign, into_functions=False)
                changed = (dotted(target) for node in assigns for target in node.targets)
                return (flag if flag not in changed else "", met)
    return "", True


def _flag_of(test: Expr) -> tuple[str, bool]:
    """The name that a condition asks, and its value where the condition is met; empty for anything else."""
    if isinstance(test, Unary) and test.operator == "not":
        return dotted(test.operand) or "", False
    return dotted(test) or "", True


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
    left: list[Flow] = field(default_factory=list)
    """Its ``break`` statements."""


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
        if breaks(branch.body) or breaks(branch.orelse):
            looked_up = {
                id(name)
                for place in walk(branch.test, Subscript)
                if any(True for _ in walk(place.items, Name))
                for name in walk(place, Name)
            }
            if any(name.id in names and id(name) not in looked_up for name in walk(branch.test, Name)):
                return True
    return False


def _is_early(loop: For | While, left: Flow, sends_final: Callable[[Node], bool]) -> bool | None:
    """Whether a ``break`` may come before the turn that sends the final flag; None where no condition leads to it.

    One that asks what also tells that turn may know that it is over, and one may ask whether anybody still waits.
    """
    over = loop.iterable if isinstance(loop, For) else loop.test
    counted = _names(over)
    if isinstance(loop, For) and isinstance(over, Call) and dotted(over.func) in {"range", "enumerate"}:
        first = loop.target.items[0] if isinstance(loop.target, Sequence) else loop.target
        counted |= _names(first)
    asked: set[str] = set()
    for branch in walk(loop.body, If):
        if any(sends_final(part) for part in (*branch.body, *branch.orelse)):
            counted |= _names(branch.test)
        if lies_in(left, branch):
            asked |= _names(branch.test)
    for assign in walk(loop.body, Assign):
        bound = {name for target in assign.targets for name in _names(target)}
        if assign.operator or bound & counted:
            counted |= bound | (_names(assign.value) if assign.value is not None else set())
    waits = not any(word in name.lower() for name in asked for word in _NOBODY_WAITS)
    return waits and not asked & counted if asked else None


def _names(node: Node) -> set[str]:
    """The names in an expression, those of attributes with what they belong to."""
    inner = {id(attribute.value) for attribute in walk(node, Attribute)}
    parts = [part for part in walk(node, Name, Attribute) if id(part) not in inner]
    return {dotted(part) or "" for part in parts} - {""}


_NOBODY_WAITS = ("cancel", "abort", "shut", "stopping", "stopped", "running", "alive", "closing", "is_set")
"""What names say that ask whether the client, or the model, has gone."""


class _Finals(_Appends):
    """Follows the ways from ``sender = request.get_response_sender()`` on; sending the final flag is what appends."""

    def __init__(self, name: str, finals: frozenset[str], helpers: Mapping[int, int], given: bool) -> None:
        super().__init__(name)
        self.given = given
        self.finals = finals
        self.helpers = helpers
        self.loops: list[_Turns] = []
        """The loops within the block that are being played."""
        self.early: list[Flow] = []
        """The ``break`` statements that leave a loop before the turn that sends the final flag."""
        self.decides = ("", True)
        """The flag that tells whether there is a sender at all, and its value if so."""

    def statement(self, statement: Stmt, ways: set[_Way]) -> set[_Way]:
        if self.loops and isinstance(statement, Flow) and statement.keyword in {"break", "continue"}:
            loop = self.loops[-1]
            if statement.keyword == "continue":
                loop.continued |= ways
            else:
                loop.left.append(statement)
                loop.broken |= {replace(w, left=statement) if w.appended is None else w for w in ways}
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
        closes = any(way.appended is not None and way not in ways for way in turns.broken)
        own = {left: _is_early(statement, left, self.sends_final) for left in turns.left} if closes else {}
        self.early += (left for left, early in own.items() if early)
        meant = {left for left, early in own.items() if early is False}
        turns.broken = {way for way in turns.broken if way.left not in meant}
        if not turns.closes_behind:
            others = set(turns.left) - set(self.early)
            turns.broken = {replace(way, left=None) if way.left in others else way for way in turns.broken}
        if closes and _leaves_at_end(statement):
            if True not in own.values():
                raise _GiveUpError
            # Which turn is the last one, the loop knows: of its end nothing is said.
            return {way for way in turns.broken if way.appended is not None or way.left is not None}
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
        flag, value = _flag_of(statement.test)
        having = {way for way in ways if way.started}
        if having and flag and flag == self.decides[0]:
            asked = value == self.decides[1]
            yes, no = (statement.body, statement.orelse) if asked else (statement.orelse, statement.body)
            return self.block(yes, having) | self.block(no, ways - having)
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

    def sends_final(self, node: Node) -> bool:
        """Whether the final flag is sent somewhere in a node."""
        return any(
            (_on_sender(call, self.name) == "send" and send_flags(call, self.finals) == 1) or self.helpers.get(id(call))
            for call in walk(node, Call)
        )

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


def send_flags(call: Call, finals: frozenset[str] = frozenset()) -> int | None:
    """The flags of ``sender.send(…)`` as far as they are written out: 0, 1 (final), or None for anything else.

    ``finals`` are names that stand for the final flag. Given in the place of the response it raises, which is told
    there: it was meant.
    """
    if not call.certain:
        return None
    response, flags = call.argument(0, "response"), call.argument(1, "flags")
    if flags is None:
        one = isinstance(response, Constant) and response.value == 1
        return 1 if response is not None and (one or _is_final(response, finals)) else 0
    if isinstance(flags, Constant):
        return flags.value if flags.value in (0, 1) and isinstance(flags.value, int) else None
    return 1 if _is_final(flags, finals) else None


def _is_final(expr: Expr, finals: frozenset[str]) -> bool:
    return last_name(expr) == FINAL or dotted(expr) in finals


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
    return filling_loop(function, name, request_loops(function))


def filling_loop(function: Function, name: str, among: list[For]) -> For | None:
    """The one of some loops that fills the list ``name``; None when anything else may fill it."""
    loops = [loop for loop in among if any(_mentions(s, name) for s in loop.body)]
    if len(loops) != 1 or is_filled(function, name, but=loops[0]):
        return None
    return loops[0]


def is_filled(function: Function, name: str, but: For | None = None) -> bool:
    """Whether anything in a function may change a list, outside of a loop."""
    nodes: tuple[Call | Delete | Subscript | Assign, ...] = (
        *own_nodes(function, Call), *own_nodes(function, Delete),
        *own_nodes(function, Subscript), *own_nodes(function, Assign),
    )  # fmt: skip
    return any(_fills(node, name) for node in nodes if but is None or not lies_in(node, but))


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
