"""Which arrays share memory, and which of them are written into after a tensor was made of them."""

from __future__ import annotations

from dataclasses import replace

from tritonlint.inputs.rehearsal.shapes import Slice
from tritonlint.inputs.rehearsal.values import Array, Seq, Value


class Buffers:
    """The memory behind arrays of one call of ``execute``.

    Only views that begin with the first row are followed: all of them overlap.
    """

    def __init__(self) -> None:
        self._views: dict[int, tuple[Array, Array]] = {}
        self._tensors: dict[int, tuple[Array, bool]] = {}

    def forget(self) -> None:
        """Begin another call of ``execute``: what the last one answered has been sent."""
        self._tensors.clear()

    def root(self, array: Array) -> Array:
        """The array that owns the memory."""
        known = self._views.get(id(array))
        return known[1] if known is not None else array

    def view(self, array: Array, key: Value, made: Value) -> Value:
        """Note that ``made`` is ``array[key]``."""
        if not isinstance(made, Array) or made.scalar:
            return made
        if made is array:
            made = replace(made)
        if _begins(key):
            self._views[id(made)] = (made, self.root(array))
        return made

    def write(self, array: Value, key: Value = Ellipsis) -> None:
        """Note that something is written into an array."""
        if isinstance(array, Array) and _begins(key):
            root = self.root(array)
            if id(root) in self._tensors:
                self._tensors[id(root)] = (root, True)

    def tensor(self, array: Array) -> bool:
        """Note a tensor; whether the memory of an earlier one was overwritten for it."""
        root = self.root(array)
        written = self._tensors.get(id(root), (root, False))[1]
        self._tensors[id(root)] = (root, False)
        return written


def anew(made: Value, *given: Value) -> Value:
    """What an operation made, which is never one of the arrays that it was given."""
    if isinstance(made, Array) and any(made is one for one in given):
        return replace(made)
    return made


def _begins(key: Value) -> bool:
    """Whether an index takes the first rows."""
    first = key.items[0] if isinstance(key, Seq) and key.kind == "tuple" and key.items else key
    if first is Ellipsis:
        return True
    return isinstance(first, Slice) and first.lower in (None, 0) and first.step is None
