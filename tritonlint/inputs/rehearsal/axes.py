"""Which axis of which array a length was asked of: what ``reshape`` cannot do with them."""

from __future__ import annotations

from tritonlint.inputs.rehearsal.values import Array, Seq, Unknown, Value

_CHANNELS = range(2, 5)
_FEW = 8
"""An axis with fewer places may as well be one of groups."""


class Axes:
    """Lengths, by the array and the axis that they are of; every dict keeps its values alive."""

    def __init__(self) -> None:
        self._lengths: dict[int, tuple[Value, Value, int]] = {}
        self._roots: dict[int, tuple[Value, Value]] = {}
        """Arrays that have the lengths of another one, and that one."""

    def root(self, array: Value) -> Value:
        """The array whose lengths an array has."""
        return self._roots[id(array)][1] if id(array) in self._roots else array

    def same(self, made: Value, array: Value) -> None:
        """An array that has the lengths of another one."""
        if made is not array:
            self._roots[id(made)] = made, self.root(array)

    def length(self, array: Array, axis: int, found: Value) -> Value:
        """A length that is not known, told apart from others."""
        if found.__class__ is not Unknown:
            return found
        made = Unknown("int")
        self.keep(made, array, axis)
        return made

    def keep(self, length: Value, array: Array, axis: int) -> None:
        """A length of an array."""
        self._lengths[id(length)] = length, self.root(array), axis

    def are_turned(self, array: Value, asked: list[Value], rows: int = 0, least: int = _FEW) -> bool:
        """Whether ``array.reshape(*asked)`` names the lengths of the array itself in another order.

        Of a batch that has one row at most the first axis may stand anywhere. ``least`` is how many places the axis
        beside the channels has at least.
        """
        if array.__class__ is not Array or array.shape is None or len(array.shape) != len(asked) or len(asked) < 2:
            return False
        order, named = self._order(array, asked)
        if order is None:
            return False
        for place, axis in enumerate(order):
            for other in order[place + 1 :]:
                if rows == 1 and other == 0 and array.shape[0] is None:
                    continue
                if other < axis and self._differ(array.shape[axis], array.shape[other], {axis, other} & named, least):
                    return True
        return False

    def _differ(self, one: int | None, other: int | None, named: set[int], least: int) -> bool:
        """Whether it matters which of two axes comes first, and is no matter of groups."""
        if one == 1 or other == 1 or (one == other and one is not None):
            return False
        if named:
            return True
        few, many = sorted((one or 0, other or 0))
        return few in _CHANNELS and many >= least

    def _order(self, array: Array, asked: list[Value]) -> tuple[list[int] | None, set[int]]:
        """Which axes of an array the lengths of a new shape are, and those that were asked for by their place."""
        root, shape = self.root(array), array.shape or ()
        order: list[int | None] = []
        for length in asked:
            known = self._lengths.get(id(length))
            if known is not None and known[1] is not root:
                return None, set()
            order.append(known[2] if known is not None else None)
        named = {axis for axis in order if axis is not None}
        if len(named) != sum(axis is not None for axis in order):
            return None, set()
        free = [axis for axis in range(len(shape)) if axis not in named]
        rest = None
        for place, length in enumerate(asked):
            if order[place] is not None:
                continue
            if length == -1 and rest is None and length.__class__ is int:
                rest = place
                continue
            axis = next((axis for axis in free if shape[axis] == length and length.__class__ is int), None)
            if axis is None:
                return None, set()
            order[place] = axis
            free.remove(axis)
        if rest is not None:
            order[rest] = free[0]
        return [axis for axis in order if axis is not None], named


def lengths_asked(args: list[Value], kwargs: dict[str, Value]) -> list[Value] | None:
    """The lengths that ``reshape`` is given, however it is done; None where that is not known."""
    given = kwargs.get("shape", kwargs.get("newshape", args[0] if len(args) == 1 else None))
    if kwargs.keys() - {"shape", "newshape", "copy"}:
        return None
    if given.__class__ is Seq:
        return None if given.open else given.items
    return list(args) if len(args) > 1 else None
