"""Which assignment of a name a use sees, where the order of statements decides it."""

from __future__ import annotations

from tritonlint.inputs.python import Binding, Frame, PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Comprehension,
    Dict,
    Expr,
    For,
    Function,
    If,
    Match,
    Name,
    Node,
    Sequence,
    Stmt,
    Try,
    While,
    With,
)
from tritonlint.remember import remembered


@remembered
def sources_at(facts: PythonFacts, expr: Expr, frame: Frame) -> list[tuple[Expr, Frame]] | None:
    """As ``facts.follow``, but a name that is assigned several times stands for what it was assigned last.

    Only where every way to the use comes by that assignment; otherwise all of them count.
    """
    if isinstance(expr, Name):
        if expr in facts.shadowed:
            return None
        found = facts.lookup(expr.id, frame)
        if found is not None and len(found[0]) > 1 and found[1] is frame and frame.function is not None:
            binding = _last(found[0], expr, frame.function)
            if binding is not None and binding.expr is not None:
                if expr.id in facts.mutated and isinstance(binding.expr, Sequence | Dict | Comprehension):
                    return None  # What is appended to it changes it on the way.
                if isinstance(binding.expr, Name):
                    return sources_at(facts, binding.expr, frame)
                return facts.follow(binding.expr, frame)
    return facts.follow(expr, frame)


def _last(bindings: list[Binding], use: Expr, function: Function) -> Binding | None:
    """The assignment that a use certainly sees; None when it is not certain, or no plain assignment."""
    place = use.span.start or 0
    blocks, loops = _way(function, place)
    # ``a, b = b, a``: what is read there was set before, however far left the names stand.
    assigns = (statement for statement in blocks[-1] if isinstance(statement, Assign))
    own = next((one for one in assigns if one.value is not None and _holds(one.value, place)), None)
    before = [
        b
        for b in bindings
        if (b.span.start or 0) < place
        and not (b.expr is not None and _holds(b.expr, place))
        and not (own is not None and any(_holds(target, b.span.start or 0) for target in own.targets))
    ]
    if not before:
        return None
    last = max(before, key=lambda b: b.span.start or 0)
    if last.kind != "value":
        return None
    home = _way(function, last.span.start or 0)[0][-1]
    if not any(block is home for block in blocks):
        return None
    for loop in loops:
        # Of a loop between the two, every assignment in it may be the last one from the second round on.
        starts = [b.span.start or 0 for b in bindings if _holds(loop, b.span.start or 0)]
        if starts and not _holds(loop, last.span.start or 0):
            return None
    return last


def _way(function: Function, place: int) -> tuple[list[tuple[Stmt, ...]], list[Stmt]]:
    """The blocks around a place, the function's body first, and the loops around it."""
    blocks: list[tuple[Stmt, ...]] = [function.body]
    loops: list[Stmt] = []
    while True:
        statement = next((s for s in blocks[-1] if _holds(s, place)), None)
        if isinstance(statement, For | While):
            loops.append(statement)
        inner = next((b for b in _blocks(statement) if any(_holds(s, place) for s in b)), None) if statement else None
        if inner is None:
            return blocks, loops
        blocks.append(inner)


def _holds(node: Node, place: int) -> bool:
    span = node.span
    return (span.start or 0) <= place < (span.end or 0)


def _blocks(statement: Stmt) -> list[tuple[Stmt, ...]]:
    if isinstance(statement, If | For | While):
        return [statement.body, statement.orelse]
    if isinstance(statement, With):
        return [statement.body]
    if isinstance(statement, Try):
        return [statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.final]
    if isinstance(statement, Match):
        return [case.body for case in statement.cases]
    return []
