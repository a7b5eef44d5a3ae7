"""Slices whose start a loop moves on: ``part = rows[start : start + size]``, then ``start += size``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Clause,
    Expr,
    For,
    Name,
    Slice,
    Subscript,
    Walrus,
    While,
    dotted,
    target_parts,
    walk,
)
from tritonlint.remember import remembered

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts


class MovedCut(NamedTuple):
    """A slice of what stays the same in all turns of a loop; each turn has its own ``step``, or it is a constant."""

    cut: Subscript
    lower: Expr | None
    upper: Expr
    """The end; what a name for it was set to, if the turn has set it."""
    start: str
    step: Expr
    """By what the start moves on."""
    move: Assign
    turn: frozenset[str]
    """The names that each turn sets."""
    loop: For | While


@remembered
def moved_cuts(python: PythonFacts) -> list[MovedCut]:
    """The slices before the one statement of a loop that moves a name on, where they start at it, or have no start."""
    found: list[MovedCut] = []
    if "slice" not in python.used_names and next(python.walk(Slice), None) is None:
        return found
    for frame in python.frames:
        for loop in own_nodes(frame.function, For, While) if frame.function is not None else ():
            for move in loop.body:
                if isinstance(move, Assign) and move.operator == "+" and isinstance(move.targets[0], Name):
                    found += _cuts(loop, move, move.targets[0].id)
    return found


def _cuts(loop: For | While, move: Assign, start: str) -> list[MovedCut]:
    sets = [node for node in walk(loop.body, Assign, Walrus) if start in _set_by(node)]
    if sets != [move] or move.value is None or (isinstance(loop, For) and start in _names(loop.target)):
        return []
    turn = {name for node in walk(loop.body, Assign, Walrus, For) for name in _set_by(node)} - {start}
    turn |= {name for clause in walk(loop.body, Clause) for name in _names(clause.target)}
    turn |= _names(loop.target) if isinstance(loop, For) else set()
    before = loop.body[: loop.body.index(move)]
    found: list[MovedCut] = []
    for cut in walk(before, Subscript):
        part = cut.items[0] if cut.items else None
        if not isinstance(part, Slice) or part.step is not None or part.upper is None:
            continue
        if (part.lower is not None and dotted(part.lower) != start) or turn & {n.id for n in walk((cut.value,), Name)}:
            continue
        upper = _end(loop, part.upper)
        if upper is not None:
            found.append(MovedCut(cut, part.lower, upper, start, move.value, move, frozenset(turn), loop))
    return found


def _end(loop: For | While, upper: Expr) -> Expr | None:
    """The end of a slice; None when the turn sets it more than once."""
    if not isinstance(upper, Name):
        return upper
    sets = [node for node in walk(loop.body, Assign, Walrus) if upper.id in _set_by(node)]
    if not sets:
        return upper
    one = sets[0]
    plain = isinstance(one, Assign) and not one.operator and len(one.targets) == 1 and isinstance(one.targets[0], Name)
    return one.value if len(sets) == 1 and plain and isinstance(one, Assign) and one in loop.body else None


def _set_by(node: Assign | Walrus | For) -> set[str]:
    targets = node.targets if isinstance(node, Assign) else (node.target,)
    return {name for target in targets for name in _names(target)}


def _names(target: Expr) -> set[str]:
    return {part.id for part in target_parts(target) if isinstance(part, Name)}
