"""Which arrays share memory, and which of them are written into after a tensor was made of them."""

from __future__ import annotations

from dataclasses import replace

from tritonlint.inputs.rehearsal.objects import Obj
from tritonlint.inputs.rehearsal.shapes import Slice
from tritonlint.inputs.rehearsal.values import Array, Seq, Value, type_name
from tritonlint.source import Span

READ_ONLY = "assignment destination is read-only"
"""What NumPy says to who writes into an array over bytes."""
_VIEWS = frozenset({"reshape", "ravel", "view", "squeeze"})
_TURNED = frozenset({"transpose", "swapaxes"})
_WRITE = frozenset({"fill", "sort", "put", "partition", "itemset"})
_REPLACE = frozenset({"fill", "put", "itemset", "copyto", "putmask", "place", "put_along_axis"})
_READ_ONLY = frozenset({"broadcast_to", "diagonal", "lib.stride_tricks.sliding_window_view"})


class Buffers:
    """The memory behind arrays of one call of ``execute``.

    Only views that begin with the first row are followed: all of them overlap.
    """

    def __init__(self) -> None:
        self._views: dict[int, tuple[Array, Array]] = {}
        self._tensors: dict[int, tuple[Array, bool]] = {}
        self._same: dict[int, tuple[Array, Array]] = {}
        """Other values that stand for the whole of an array."""
        self._changed: dict[int, tuple[Array, Span]] = {}
        self._sent: dict[int, tuple[Array, str, str]] = {}
        self._frozen: dict[int, tuple[Array, bool]] = {}
        """Arrays over bytes, and others that nobody may write into; whether a reshape of them is a view for sure."""
        self.objects_replaced = False
        """Whether something else was put into an array of objects."""
        self._time = 0
        self.writes: dict[int, tuple[Array, dict[Span, list[int]]]] = {}
        """When each piece of code wrote into an array, by the array that owns the memory."""
        self._keeps: dict[tuple[int, Span], list[int]] = {}
        """When each piece of code put such an array away, under whatever view."""
        self.kept: dict[int, tuple[Array, int, Span]] = {}
        """Arrays that were put away after something was written into them, when, and where; the last time counts."""
        self._made: dict[int, tuple[Array, int, Span | None]] = {}
        """What was made of them: the owner of the memory, and where it was put away if it was overwritten by then."""
        self._answered: dict[int, Span | None] = {}
        """The owners of arrays of which tensors were made, and where one was put away that was overwritten."""

    def forget(self) -> None:
        """Begin another call of ``execute``: what the last one answered has been sent."""
        self._tensors.clear()
        self._sent.clear()
        for seen in (self.writes, self._keeps, self.kept, self._made, self._answered):
            seen.clear()

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
        if key is Ellipsis:
            self._same[id(made)] = (made, self._whole(array))
        if self._frozen and id(array) in self._frozen and _is_basic(key):
            self._freeze(made, False)
        if _begins(key):
            self._views[id(made)] = (made, self.root(array))
        return made

    def _whole(self, array: Array) -> Array:
        known = self._same.get(id(array))
        return known[1] if known is not None else array

    def _freeze(self, array: Value, whole: bool) -> None:
        if isinstance(array, Array) and not array.scalar:
            self._frozen[id(array)] = array, whole

    def replace_objects(self, array: Value) -> None:
        """Note that other objects were put into an array."""
        if isinstance(array, Array) and array.dtype in (None, "object"):
            array.of = None
            self.objects_replaced = True

    def method(self, name: str, owner: Array, made: Value) -> bool:
        """Note what a method gives of an array that cannot be written into; whether it writes."""
        if name in _REPLACE:
            self.replace_objects(owner)
        if self.kept:
            self.made_of(owner, made)
        if not self._frozen or id(owner) not in self._frozen:
            return False
        whole = self._frozen[id(owner)][1]
        if name in _TURNED or (name in _VIEWS and whole):
            self._freeze(made, whole and name in _VIEWS)
        return name in _WRITE

    def function(self, name: str, first: Value, made: Value) -> None:
        """Note what a function of NumPy makes that cannot be written into."""
        if name in _REPLACE:
            self.replace_objects(first)
        if self.kept:
            self.made_of(first, made)
        if name == "frombuffer" and type_name(first) == "bytes":
            self._freeze(made, True)
        elif name in _READ_ONLY:
            self._freeze(made, False)
        elif self._frozen and id(first) in self._frozen:
            same = name == "asarray" and isinstance(made, Array) and made.dtype == first.dtype is not None
            if same or name in {"reshape", "squeeze"}:
                self.method("reshape", first, made)

    def is_frozen(self, array: Value) -> bool:
        """Whether writing into an array surely raises."""
        return id(array) in self._frozen

    def sent_again(self, array: Array, name: str, text: str) -> Span | None:
        """Note a tensor; where its array was changed in place, if it is that of an output of another name, too."""
        root = self._whole(array)
        _, output, before = self._sent.setdefault(id(root), (root, name, text))
        again = output != name and before != text and id(root) in self._changed
        return self._changed[id(root)][1] if again else None

    def write(self, array: Value, key: Value = Ellipsis, span: Span | None = None) -> None:
        """Note that something is written into an array."""
        if isinstance(array, Array) and _begins(key):
            root = self.root(array)
            if id(root) in self._tensors:
                self._tensors[id(root)] = (root, True)
            whole = self._whole(array)
            if span is not None:
                self._changed[id(whole)] = whole, span
                self._time += 1
                self.writes.setdefault(id(root), (root, {}))[1].setdefault(span, []).append(self._time)

    def sent(self, arrays: list[Value] | None) -> None:
        """Note what another model was sent: the memory is free again. None stands for arrays that are not known."""
        roots = None if arrays is None else {id(self.root(one)) for one in arrays if isinstance(one, Array)}
        for known in (self._tensors, self._answered):
            for root in list(known):
                if roots is None or root in roots:
                    del known[root]

    def keep(self, value: Value, span: Span) -> None:
        """Note that something is put away, alone or with others, for what comes later."""
        if not self.writes:
            return
        if isinstance(value, Obj):
            parts = list(value.attrs.values())
        else:
            parts = list(value.items) if isinstance(value, Seq) else [value]
        for part in parts:
            if isinstance(part, Array) and id(root := self.root(part)) in self.writes:
                self._time += 1
                self._keeps.setdefault((id(root), span), []).append(self._time)
                if id(part) not in self.kept:
                    self.kept[id(part)] = part, self._time, span

    def made_of(self, source: Value, made: Value) -> None:
        """Note what an operation made of an array that was put away."""
        if id(source) in self.kept and isinstance(source, Array) and isinstance(made, Array):
            self._made[id(made)] = made, id(self.root(source)), self._overwritten(source)

    def _overwritten(self, array: Array) -> Span | None:
        """Where an array was put away, if the next one that was put away there has overwritten it."""
        root = self.root(array)
        _, time, span = self.kept[id(array)]
        later = [one for one in self._keeps[id(root), span] if one > time]
        for times in self.writes[id(root)][1].values() if later else ():
            if times[0] < time and any(time < one < later[-1] for one in times):
                return span
        return None

    def answer(self, array: Array) -> Span | None:
        """Note a tensor; where arrays were put away if those of two tensors were, and one overwrote the other."""
        if id(array) in self.kept:
            root, place = id(self.root(array)), self._overwritten(array)
        elif id(array) in self._made:
            _, root, place = self._made[id(array)]
        else:
            return None
        again = root in self._answered
        self._answered[root] = self._answered.get(root) or place
        return self._answered[root] if again else None

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


def _is_basic(key: Value) -> bool:
    """Whether an index gives a view."""
    parts = key.items if isinstance(key, Seq) and key.kind == "tuple" else [key]
    return all(part is None or part is Ellipsis or isinstance(part, (int, Slice)) for part in parts)


def _begins(key: Value) -> bool:
    """Whether an index takes the first rows."""
    first = key.items[0] if isinstance(key, Seq) and key.kind == "tuple" and key.items else key
    if first is Ellipsis:
        return True
    return isinstance(first, Slice) and first.lower in (None, 0) and first.step is None
