"""Where values come from: the rows and lengths of a request, numbers that were counted too narrowly, binary data.

A value is known by its identity; every dict keeps it alive, so that nothing else gets the same one.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from tritonlint.inputs.rehearsal.axes import Axes, lengths_asked
from tritonlint.inputs.rehearsal.shapes import Slice
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, DType, Seq, Unknown, Value
from tritonlint.source import Span

Origin: TypeAlias = Literal[
    "over-rows",
    "no-axis",
    "binary-cut",
    "late-cast",
    "half-squares",
    "wraps",
    "padded-mean",
    "axis-moved",
    "small-axis-moved",
    "half-cast",
]
"""What is told of."""
_REDUCTIONS = frozenset(
    {"sum", "mean", "max", "min", "amax", "amin", "std", "var", "median", "ptp", "linalg.norm"}
    | {f"nan{name}" for name in ("sum", "mean", "max", "min", "std", "var", "median")}
)
_SUMS = frozenset({"sum", "mean", "nansum", "nanmean", "add.reduce"})
_SHIFTS = frozenset({"mean", "min", "amin", "median", "nanmean", "nanmin", "nanmedian"})
"""Of which a difference depends on the other rows; one from the maximum is what a softmax begins with."""
_GREATEST = frozenset({"max", "amax", "nanmax"})
_SAME_SHAPE = frozenset(
    {"exp", "log", "log1p", "expm1", "sqrt", "square", "abs", "absolute", "tanh", "round", "rint", "floor", "ceil"}
    | {"clip", "maximum", "minimum", "astype", "copy", "ascontiguousarray", "asarray", "array", "nan_to_num", "power"}
)
_SAME_LENGTHS = _SAME_SHAPE | {"ravel", "flatten", "squeeze"}
_ALL_VALUES = frozenset(
    {"copy", "reshape", "ravel", "flatten", "squeeze", "asarray", "array", "astype", "ascontiguousarray"}
    | {"transpose", "abs", "absolute", "negative", "diff", "take", "expand_dims", "view"}
)
_REACHED = frozenset({"max", "min", "amax", "amin", "mean", "average", "median", "percentile", "quantile"})
_REACHED |= {f"nan{name}" for name in _REACHED}
"""What is never beyond all items, so that at least one is on its side of it."""
_ITEMS_KEPT = frozenset(
    {"copy", "reshape", "ravel", "flatten", "squeeze", "asarray", "array", "astype", "ascontiguousarray"}
)
_ROUNDED = frozenset({"round", "rint", "around", "floor", "ceil", "astype", "int_", "copy"})
_NARROW = {"float16": 16, "int8": 8, "uint8": 8, "int16": 16, "uint16": 16}
_SIZED = {"pad": 1, "repeat": 1, "zeros": 0, "ones": 0, "empty": 0, "full": 0}
"""Functions of NumPy that take no negative width or length, and where it is given."""
NEGATIVE = {"pad": "index can't contain negative values", "repeat": "repeats may not contain negative values."}
_NEEDS_ONE = {
    "stack": "need at least one array to stack",
    **dict.fromkeys(("concatenate", "vstack", "hstack"), "need at least one array to concatenate"),
    **dict.fromkeys(("max", "amax"), "zero-size array to reduction operation maximum which has no identity"),
    **dict.fromkeys(("min", "amin"), "zero-size array to reduction operation minimum which has no identity"),
    "argmax": "attempt to get argmax of an empty sequence",
    "argmin": "attempt to get argmin of an empty sequence",
}
_FILLED = frozenset({"zeros", "ones", "empty", "full"})
_OVER_ALL = frozenset({"mean", "average", "std", "var", "median"})
"""What counts every place along an axis, whatever stands there."""
_COUNTS = frozenset({"any", "all", "sum", "count_nonzero", "nonzero", "size", "flatnonzero", "where", "isfinite"})
_CUTS = frozenset({"array", "asarray", "asanyarray"})
_WIDE = frozenset({"float64", "int64"})
_PLACES = frozenset({"where", "nonzero"})
_LAST_ITEM = re.compile(r"([@=<>!]?).*?(\d*)([a-wyzA-Z?])\s*")
_SPECTRA = frozenset(f"fft.{name}" for name in ("fft", "ifft", "rfft", "fft2", "ifft2", "rfft2", "fftn", "rfftn"))
_STILL_COMPLEX = frozenset({"reshape", "copy", "ravel", "flatten", "squeeze", "ascontiguousarray", "asarray"})


class Origins:
    """What is known of where values come from; ``note`` takes down what nobody means."""

    def __init__(self, note: Callable[[Origin, Span], None]) -> None:
        self.note = note
        self.batched = self.many_rows = self.queued = False
        self.most_rows = 0
        self._names: dict[int, tuple[Value, str]] = {}
        """Of which input an array is, or is made."""
        self._rows: dict[int, Array] = {}
        """Arrays whose first dimension are the rows of a request."""
        self._joined: dict[int, Array] = {}
        """Those among them that have the rows of several requests."""
        self._whole: dict[int, Array] = {}
        """Arrays that are as long as a client made them."""
        self._over: dict[int, tuple[Value, Span, str]] = {}
        """What was made of all rows together, where, and by what."""
        self._powers: dict[int, Value] = {}
        """What ``exp`` made: the numbers of a softmax."""
        self._lengths: dict[int, tuple[Value, Array, int]] = {}
        self._counters: dict[int, tuple[Value, Array, int]] = {}
        """Numbers from 0 up to a length, without it."""
        self._missing: dict[int, Value] = {}
        """What is left of a fixed length behind what a client sent."""
        self.asked = False
        """Whether lengths are compared: too long ones may be refused."""
        self._ends: dict[int, tuple[Array, Value]] = {}
        """Numbers up to and with a length."""
        self._narrow: dict[int, tuple[Value, Span]] = {}
        """Squares in a type that they may not fit into."""
        self._halved: dict[int, tuple[Value, Span]] = {}
        """Arrays that the model has made float16 itself, and where."""
        self._free: dict[int, Array] = {}
        """Arrays in which a client may send any number of their type."""
        self._limited = False
        """Whether somebody asks for the largest of such numbers."""
        self._rows_asked = False
        """Whether somebody asks how many rows a request has."""
        self._wrapped: dict[int, tuple[Value, Span]] = {}
        self._binary: dict[int, Value] = {}
        self._closed: dict[int, Value] = {}
        """Bytes that surely do not end in NUL."""
        self._chosen: dict[int, Value] = {}
        """What a condition, or another model, has left: perhaps nothing."""
        self.counted = False
        """Whether somebody asks how much is left, or keeps the largest in any case."""
        self._within: dict[int, tuple[Value, Value]] = {}
        """Parts of arrays, and the array."""
        self._reached: dict[int, tuple[Value, Value]] = {}
        """Maxima, means and the like, and the array of which they are."""
        self._places: dict[int, Value] = {}
        """Tuples of the places in an array, one array for each dimension."""
        self._wide: dict[int, tuple[Value, Span]] = {}
        """Arrays of a wide type, and where it came in."""
        self._complex: dict[int, Value] = {}
        """Spectra, whichever width NumPy gives them."""
        self.requested: Value = None
        """A name of the outputs that a client asks for."""
        self._padded: dict[int, tuple[Value, int]] = {}
        """Arrays of which an axis is as long as the longest of several, and which axis that is."""
        self._single: dict[int, Value] = {}
        """What is made of one row of a request only."""
        self._part_sizes: dict[int, tuple[Value, Span]] = {}
        """How many rows each request has, the last ones left out, and where that was written."""
        self._axes = Axes()

    # ------------------------------------------------------------------------------------------------------ inputs
    def of_several(self, arrays: list[Value]) -> bool:
        """Whether arrays are inputs of one name, or made of such: each then belongs to a request of its own."""
        names = {self._names[id(array)][1] if id(array) in self._names else "" for array in arrays}
        return len(names) == 1 and names != {""}

    def input(self, array: Value, name: str = "") -> None:
        """An input as an array."""
        self._names[id(array)] = array, name
        if array.__class__ is Array and array.shape is not None:
            self._whole[id(array)] = array
            self._free[id(array)] = array
            if self.batched and len(array.shape) > 1 and array.shape[0] is None:
                self._rows[id(array)] = array

    def shape(self, array: Array, found: Value) -> Value:
        """``array.shape``, whose items are told apart."""
        if found.__class__ is not Seq or found.open:
            return found
        return Seq(found.kind, [self.length(array, at, one) for at, one in enumerate(found.items)])

    def length(self, array: Array, axis: int, found: Value) -> Value:
        """A dimension of an array."""
        if id(array) not in self._whole or found.__class__ is not Unknown:
            return self._axes.length(array, axis, found)
        made = Unknown("int")
        self._lengths[id(made)] = made, array, axis
        self._axes.keep(made, array, axis)
        return made

    def counter(self, counter: Value, array: Array, axis: int = 0) -> None:
        """What counts the items of an array."""
        if id(array) in self._whole and counter.__class__ is Unknown:
            self._counters[id(counter)] = counter, array, axis

    def turns(self, stop: Value, made: Value) -> None:
        """``range(stop)``."""
        if id(stop) in self._lengths and made.__class__ is Seq:
            _, array, axis = self._lengths[id(stop)]
            self.counter(made.each, array, axis)

    def never(self, operator: str, left: Value, right: Value) -> bool:
        """Whether a comparison never holds: what counts the items of an array does not reach its length."""
        if not self._counters or operator not in {"==", ">", ">="} or id(left) not in self._counters:
            return False
        return id(right) in self._lengths and self._lengths[id(right)][1:] == self._counters[id(left)][1:]

    def item(self, owner: Array, key: Value, made: Value) -> None:
        """``owner[key]``: a row of a whole array is whole, too."""
        if id(owner) in self._whole and made.__class__ is Array and key.__class__ is int:
            self._whole[id(made)] = made
        if made.__class__ is Array and made.shape is not None and _is_whole(key):
            self._axes.same(made, owner)
        if id(owner) in self._free and made.__class__ is Array:
            self._free[id(made)] = made
        if id(key) in self._padded and made.__class__ is Array and key.dtype != "bool":
            # One row of a table for each place.
            self._padded[id(made)] = made, self._padded[id(key)][1]
        if id(owner) in self._single:
            parts = key.items if key.__class__ is Seq else [key]
            self.follows(made, owner, *(part for part in parts if part.__class__ is not Slice and part is not Ellipsis))
        if _keeps_rows(key) and made.__class__ is Array and made.shape and made.shape[0] is None:
            if id(owner) in self._whole:
                self._whole[id(made)] = made
            if id(owner) in self._names:
                self._names[id(made)] = made, self._names[id(owner)][1]
        if made.__class__ is Array:
            self._within[id(made)] = made, self._root(owner)
        if key.__class__ is Array and key.dtype == "bool" and not key.scalar and made.__class__ is Array:
            self._chosen[id(made)] = made
        elif id(owner) in self._chosen and made.__class__ is Array and key.__class__ is Seq and key.items:
            first = key.items[0]
            if first is Ellipsis or (first.__class__ is Slice and first.lower is None is first.upper):
                self._chosen[id(made)] = made

    def may_have_one_row(self, value: Value) -> bool:
        """Whether an array has the rows of a request, or of several, and nobody asked how many there are."""
        return id(value) in self._rows and not self._rows_asked

    def _keep_rows(self, one: Array, made: Array) -> None:
        """What is made of the rows of one array, row by row, has rows of the same requests."""
        self._rows[id(made)] = made
        if id(one) in self._joined:
            self._joined[id(made)] = made

    # ------------------------------------------------------------------------------------------------- one row only
    def single(self, value: Value) -> None:
        """One row of a request, or what is made of it."""
        if value.__class__ is Array:
            self._single[id(value)] = value
        elif value.__class__ is Seq and value.kind == "tuple" and not value.open:
            for one in value.items:
                self.single(one)

    def follows(self, made: Value, *given: Value) -> None:
        """What is made of one row and of what has no rows at all is of one row, too."""
        if self._single and any(id(one) in self._single for one in given) and all(map(self.without_rows, given)):
            self.single(made)

    def without_rows(self, value: Value) -> bool:
        """Whether the size of something surely does not depend on how many rows a request has."""
        if id(value) in self._single:
            return True
        if value.__class__ is Array:
            return value.shape is not None and None not in value.shape
        if value.__class__ is Seq:
            return not value.open and all(map(self.without_rows, value.items))
        if value.__class__ is Unknown:
            return value.type in {"str", "bytes", "int", "float", "bool"}
        return value is None or value.__class__ in (bool, int, float, str, bytes, DType)

    # ---------------------------------------------------------------------------------------------- sizes of requests
    def are_sizes(self, value: Value, span: Span) -> bool:
        """Whether something holds how many rows each of several requests has, perhaps but for the last ones.

        What was cut off must stand within ``span``: of two requests it is the position, too, and somebody may add up.
        """
        if id(value) in self._part_sizes:
            place = self._part_sizes[id(value)][1]
            return (span.start or 0) <= (place.start or 0) and (place.end or 0) <= (span.end or 0)
        if value.__class__ is not Seq or value.open or len(value.items) < 2:
            return False
        lengths = [self._lengths.get(id(one)) for one in value.items]
        arrays = {id(known[1]): known[1] for known in lengths if known is not None}
        axes = {known[2] for known in lengths if known is not None}
        return len(arrays) == len(lengths) and len(axes) == 1 and self.of_several([*arrays.values()])

    def cut_sizes(self, owner: Value, key: Value, made: Value, span: Span) -> None:
        """``sizes[:-1]``."""
        ends = key.__class__ is Slice and key.lower is None is key.step and key.upper == -1
        if ends and self._lengths and self.are_sizes(owner, span):
            self._part_sizes[id(made)] = made, span

    def beyond(self, owner: Array, key: Value) -> bool:
        """Whether an index reaches one place behind the end."""
        parts = key.items if key.__class__ is Seq and key.kind == "tuple" else [key]
        for axis, part in enumerate(parts):
            if part is None or part is Ellipsis:
                return False
            if part.__class__ is Slice or owner.shape is None or axis >= len(owner.shape):
                continue
            if id(part) in self._lengths:
                _, array, at = self._lengths[id(part)]
                if array is owner and at == axis:
                    return True
            if id(part) not in self._ends:
                continue
            stop, size = self._ends[id(part)][1], owner.shape[axis]
            if stop.__class__ is int and size == stop:
                return True
            if id(stop) in self._lengths and size is None:
                _, array, at = self._lengths[id(stop)]
                if at == axis and len(array.shape or ()) == len(owner.shape):
                    return True
        return False

    # ------------------------------------------------------------------------------------------------- what is left
    def chosen(self, value: Value) -> None:
        """Some of the items of something, perhaps none."""
        if value.__class__ in (Seq, Array):
            self._chosen[id(value)] = value

    def is_chosen(self, value: Value) -> bool:
        """Whether nothing may be left."""
        return id(value) in self._chosen

    def counts(self, value: Value) -> None:
        """Note that somebody asks how much is left."""
        mask = value.__class__ is Array and value.dtype == "bool" and not value.scalar
        if mask or id(value) in self._chosen:
            self.counted = True

    def nothing_left(self, name: str, args: list[Value], kwargs: dict[str, Value]) -> str | None:
        """What is said of nothing at all, by a function that needs at least one item."""
        if self.counted or not args or id(args[0]) not in self._chosen or kwargs.keys() & {"initial", "default"}:
            return None
        return _NEEDS_ONE.get(name)

    def widened(self, value: Value) -> Span | None:
        """Where the wide type of an array came in, if that is one place."""
        return self._wide[id(value)][1] if id(value) in self._wide else None

    def _look_at_width(self, args: Iterable[Value], made: Array, span: Span) -> None:
        """Keep where float64 or int64 came in: here, or where all of its kind among the arguments had it from."""
        given = [one for arg in args for one in _inside(arg) if one.__class__ is Array and one.dtype == made.dtype]
        places = {self._wide[id(one)][1] if id(one) in self._wide else None for one in given} if given else {span}
        place = places.pop() if len(places) == 1 else None
        if place is not None:
            self._wide[id(made)] = made, place

    def is_places(self, value: Value) -> bool:
        """Whether a value is the tuple that ``numpy.where(condition)`` gives: its length is no number of places."""
        return id(value) in self._places

    def is_complex(self, value: Value) -> bool:
        """Whether an array surely holds complex numbers."""
        return id(value) in self._complex or (value.__class__ is Array and (value.dtype or "").startswith("complex"))

    def compared(self, *values: Value) -> None:
        """Note that somebody asks how long something is, or compares items with the largest of them."""
        if self._reached and not self.counted:
            roots = [self._root(value) for value in values]
            limits = [self._reached[id(value)][1] for value in values if id(value) in self._reached]
            numbers = sum(value.__class__ is Array and value.scalar for value in values)
            # What a loop gives of an array of few items is not told apart.
            self.counted = any(limit is root for limit in limits for root in roots) or (limits != [] and numbers > 1)
        if self._lengths and any(id(value) in self._lengths or id(value) in self._missing for value in values):
            self.asked = True
            self._rows_asked |= any(id(v) in self._lengths and self._lengths[id(v)][2] == 0 for v in values)
        if self._free and any(v.__class__ is Array and v.shape == () and v.dtype in _NARROW for v in values):
            self._limited = True
        if any(id(v) in self._free for v in values) and any(v.__class__ in (int, float) and v > 1 for v in values):
            self._limited = True

    def is_of_size(self, rows: int) -> bool:
        """Whether requests may have so many rows only: no others can come, or they were asked for their number."""
        return self._rows_asked or rows == self.most_rows == 1

    def largest(self, items: Value, made: Value) -> Value:
        """``max(items)`` or ``min(items)``: a value of its own, which items may be compared with."""
        if items.__class__ is Seq and made.__class__ is Unknown and made.type is not None:
            made = Unknown(made.type)
            self._reached[id(made)] = made, items
            for one in (*items.items, items.each):
                if one.__class__ is Unknown and one is not UNKNOWN:
                    self._within[id(one)] = one, items
        return made

    def _root(self, value: Value) -> Value:
        """The array that something is a part of."""
        return self._within[id(value)][1] if id(value) in self._within else value

    def converted(self, value: Value, made: Value) -> None:
        """A number of NumPy as one of Python."""
        if id(value) in self._reached and made.__class__ is Unknown:
            self._reached[id(made)] = made, self._reached[id(value)][1]
        if id(value) in self._over and made == Unknown("float"):
            self._over[id(made)] = made, *self._over[id(value)][1:]

    def bounded(self, values: list[Value], made: Value) -> None:
        """What is computed of several numbers, or is the larger or smaller one of them."""
        for value in values if self._over and made.__class__ in {Unknown, Array} and made is not UNKNOWN else ():
            if id(value) in self._over:
                self._over[id(made)] = made, *self._over[id(value)][1:]

    # --------------------------------------------------------------------------------------------------- operators
    def binary(self, operator: str, left: Value, right: Value, made: Value, span: Span) -> Value:
        """``left operator right``."""
        if made.__class__ is not Array:
            if made == Unknown("float"):
                self.bounded([left, right], made)
            if operator == "-" and left.__class__ is int and left > 0 and self._may_exceed(right, left):
                made = Unknown("int")
                self._missing[id(made)] = made
            elif operator == "+" and made == Unknown("bytes"):
                made = self._joined_bytes(left, right, made)
            elif operator == "%" and id(left) in self._lengths:
                # Whoever takes groups of rows asks whether they come out even.
                self._rows_asked |= self._lengths[id(left)][2] == 0
            return made
        self._divide(operator, left, right)
        self.follows(made, left, right)
        if made.dtype in _WIDE:
            self._look_at_width((left, right), made, span)
        if self._complex and (id(left) in self._complex or id(right) in self._complex):
            self._complex[id(made)] = made
        for one, other in ((left, right), (right, left)):
            if one.__class__ is not Array:
                continue
            if id(one) in self._rows and (made.shape == one.shape or (operator == "@" and one is left)):
                self._keep_rows(one, made)
            if made.shape is not None and made.shape == one.shape:
                self._axes.same(made, one)
                if id(one) in self._whole:
                    self._whole[id(made)] = made
            if id(one) in self._over and id(other) not in self._rows:
                self._over[id(made)] = made, *self._over[id(one)][1:]
            # What is left of a division does not care for what was lost.
            if id(one) in self._narrow and operator not in {"%", "&"}:
                self._widen(one, made)
            if id(one) in self._free and operator in "+-" and made.dtype == one.dtype:
                self._free[id(made)] = made
        square = (operator == "*" and left is right) or (operator == "**" and right in (2, 3, 4))
        if square and left.dtype in _NARROW and id(left) in self._free and made.dtype == left.dtype:
            self._narrow[id(made)] = made, span
            self._keep_cast(left, made)
        of_bytes = made.dtype == "uint8" and operator in "+-*" and not (left.__class__ is int and left >= 255)
        if of_bytes and made.shape != () and not self._is_mask(left) and not self._is_mask(right):
            self._wrapped[id(made)] = made, span
        return made

    def _may_exceed(self, length: Value, most: int) -> bool:
        """Whether a client may make something longer: a request has no more rows than `max_batch_size`."""
        if id(length) not in self._lengths:
            return False
        _, array, axis = self._lengths[id(length)]
        return not (axis == 0 and id(array) in self._rows and most >= self.most_rows)

    def _joined_bytes(self, left: Value, right: Value, made: Unknown) -> Unknown:
        """Bytes behind others: only the last ones are at the end."""
        if id(right) in self._closed or (right.__class__ is bytes and right and not right.endswith(b"\0")):
            made = Unknown("bytes")
            self._closed[id(made)] = made
        elif id(left) in self._binary or id(right) in self._binary:
            made = self.binary_data()
        return made

    def _is_mask(self, value: Value) -> bool:
        return value.__class__ is Array and value.dtype == "bool"

    def _divide(self, operator: str, left: Value, right: Value) -> None:
        """Tell of rows that are divided by, or moved by, what was made of all rows."""
        if id(left) not in self._rows or id(right) not in self._over or self._rows_asked:
            return
        _, span, name = self._over[id(right)]
        if operator == "/" or (operator == "-" and name in _SHIFTS):
            self.note("over-rows", span)

    def _widen(self, one: Value, made: Value) -> None:
        """Tell of squares that are widened, or keep them in mind."""
        _, span = self._narrow[id(one)]
        if made.__class__ is not Array or made.dtype is None:
            return
        if made.dtype == one.dtype:
            self._narrow[id(made)] = made, span
            self._keep_cast(one, made)
        elif not self._limited and made.dtype in {"float32", "float64", "int32", "int64", "uint32", "uint64"}:
            self.note("late-cast", span)
            self._tell_of_cast(one)

    def _sum_up(self, name: str, first: Array, made: Value, span: Span) -> None:
        """Tell of squares of float16 that are summed as such."""
        if first.dtype != "float16" or made.__class__ is not Array or made.dtype != "float16" or self._limited:
            return
        if name in _SUMS and id(first) in self._narrow:
            self.note("half-squares", self._narrow[id(first)][1])
            self._tell_of_cast(first)
        elif name == "linalg.norm" and id(first) in self._free:
            self.note("half-squares", span)
            self._tell_of_cast(first)

    def _keep_cast(self, one: Value, made: Value) -> None:
        """What is made of an array that was made float16 is so, too."""
        if id(one) in self._halved:
            self._halved[id(made)] = made, self._halved[id(one)][1]

    def _tell_of_cast(self, one: Value) -> None:
        """Tell where an array was made float16."""
        if id(one) in self._halved:
            self.note("half-cast", self._halved[id(one)][1])

    # --------------------------------------------------------------------------------------------------- functions
    def function(self, name: str, args: list[Value], kwargs: dict[str, Value], made: Value, span: Span) -> None:
        """``numpy.name(*args)``, or the method of an array, which is the first argument."""
        first = args[0] if args else None
        self.follows(made, *args, *kwargs.values())
        if made.__class__ is Array and (self._padded or (self._reached and name in _FILLED)):
            self._look_at_padding(name, args, kwargs, made, span)
        if name in _CUTS and made.__class__ is Array and first.__class__ is Seq and self.are_sizes(first, span):
            place = self._part_sizes[id(first)][1] if id(first) in self._part_sizes else span
            self._part_sizes[id(made)] = made, place
        if made.__class__ is Array and made.dtype in _WIDE:
            self._look_at_width(args, made, span)
        if name == "exp":
            self._powers[id(made)] = made
        if name in _COUNTS:
            self.counts(first)
            if name in _PLACES and made.__class__ is Seq:
                self._places[id(made)] = made
        if made.__class__ is Array and (name in _SPECTRA or (name in _STILL_COMPLEX and id(first) in self._complex)):
            self._complex[id(made)] = made
        cuts = name in _CUTS and made.__class__ is Array and made.dtype == "bytes" and self._binary
        if cuts and any(id(one) in self._binary for one in _inside(first)):
            self.note("binary-cut", span)
        if name == "linspace" and len(args) > 1 and made.__class__ is Array:
            count = args[2] if len(args) > 2 else kwargs.get("num", 50)
            if count not in (0, 1) and kwargs.get("endpoint", True) is True and len(args) < 4:
                self._ends[id(made)] = made, args[1]
        if name in {"concatenate", "vstack"} and first.__class__ is Seq and made.__class__ is Array and made.shape:
            parts = [*first.items, first.each] if first.open else first.items
            below = args[1:] in ([], [0]) and kwargs.get("axis", 0) == 0 and made.shape[0] is None
            if below and parts and all(id(part) in self._rows for part in parts):
                self._rows[id(made)] = made
                if self.queued and self.of_several(parts):
                    self._joined[id(made)] = made
        if first.__class__ is not Array:
            return
        asked = lengths_asked(args[1:], kwargs) if name == "reshape" else None
        if asked is not None and self._axes.are_turned(first, asked, self.most_rows):
            self.note("axis-moved", span)
        elif asked is not None and len(asked) > 2 and self._axes.are_turned(first, asked, self.most_rows, 2):
            self.note("small-axis-moved", span)
        if id(first) in self._names and made.__class__ is Array:
            self._names[id(made)] = made, self._names[id(first)][1]
        if name in _REACHED and made.__class__ is Array:
            self._reached[id(made)] = made, self._root(first)
        if name in _ITEMS_KEPT and made.__class__ is Array and made is not first:
            self._within[id(made)] = made, self._root(first)
        if name in {"divide", "true_divide", "subtract"} and len(args) > 1:
            self._divide("-" if name == "subtract" else "/", first, args[1])
        if name in _REDUCTIONS and id(first) in self._rows:
            self._reduce(name, first, args[1:], kwargs, made, span)
        if id(first) in self._narrow and name != "nan_to_num":
            self._widen(first, made)
        self._sum_up(name, first, made, span)
        if id(first) in self._wrapped and name in {"clip", "minimum", "maximum"}:
            self.note("wraps", self._wrapped[id(first)][1])
        if made.__class__ is not Array:
            return
        if id(first) in self._ends and name in _ROUNDED:
            self._ends[id(made)] = made, self._ends[id(first)][1]
        if name in _SAME_SHAPE and made.shape == first.shape:
            self._axes.same(made, first)
            if id(first) in self._rows:
                self._keep_rows(first, made)
            if id(first) in self._over:
                self._over[id(made)] = made, *self._over[id(first)][1:]
        if name in _SAME_LENGTHS and id(first) in self._whole:
            self._whole[id(made)] = made
        if name in _ALL_VALUES and id(first) in self._free:
            self._free[id(made)] = made
            if made.dtype == "float16" != first.dtype:
                self._halved[id(made)] = made, span
            elif made.dtype == "float16":
                self._keep_cast(first, made)
        if name == "square" and first.dtype in _NARROW and id(first) in self._free and made.dtype == first.dtype:
            self._narrow[id(made)] = made, span
            self._keep_cast(first, made)

    def _look_at_padding(self, name: str, args: list[Value], kwargs: dict[str, Value], made: Array, span: Span) -> None:
        """Keep which axis of an array is filled up to the longest one, and tell of means over it."""
        first = args[0] if args else kwargs.get("shape")
        if name in _FILLED:
            sizes = first.items if first.__class__ is Seq else ()
            places = [at for at, size in enumerate(sizes) if at and id(size) in self._reached]
            if len(places) == 1:
                self._padded[id(made)] = made, places[0]
        if first.__class__ is not Array or id(first) not in self._padded or first.shape is None:
            return
        axis = self._padded[id(first)][1]
        if name in _SAME_SHAPE and made.shape is not None and len(made.shape) == len(first.shape):
            self._padded[id(made)] = made, axis
        asked = kwargs.get("axis", args[1] if len(args) > 1 else None)
        plain = not kwargs.keys() & {"weights", "where"} and asked.__class__ is int
        if name in _OVER_ALL and plain and asked in (axis, axis - len(first.shape)):
            self.note("padded-mean", span)

    def _reduce(
        self, name: str, owner: Array, args: list[Value], kwargs: dict[str, Value], made: Value, span: Span
    ) -> None:
        place = 1 if name == "linalg.norm" else 0
        axis = kwargs.get("axis", args[place] if len(args) > place else None)
        sizes = owner.shape or ()
        if all(size == 1 for size in sizes[1:]) or made.__class__ is not Array:
            return
        rows = axis.__class__ is int and axis in (0, -len(sizes))
        # The rows of one request are one client's, and a table may hold the candidates of one question.
        table = id(owner) not in self._joined and len(sizes) == 2 and id(owner) not in self._powers
        if (rows and not table) or (axis is None and self.many_rows):
            self._over[id(made)] = made, span, name
        # Nobody keeps the dimensions of one number: the axis was forgotten.
        kept = kwargs.get("keepdims") is True and name not in _GREATEST
        if axis is None and self.many_rows and kept and not self._rows_asked:
            self.note("no-axis", span)

    def too_short(self, name: str, args: list[Value]) -> str | None:
        """What NumPy says of a width that is negative when a client sends more than fits."""
        place = _SIZED.get(name)
        if self.asked or not self._missing or place is None or len(args) <= place:
            return None
        found = any(id(one) in self._missing for one in _inside(args[place]))
        return NEGATIVE.get(name, "negative dimensions are not allowed") if found else None

    def packed(self, args: list[Value]) -> Unknown:
        """``struct.pack(*args)``: what is packed last decides what it ends in."""
        layout, last = (args[0], args[-1]) if len(args) > 1 else (None, None)
        item = _LAST_ITEM.fullmatch(layout) if layout.__class__ is str else None
        if item is None:
            return self.binary_data()
        order, count, code = item.groups()
        if code == "c" and last.__class__ is not bytes:
            closed = True  # A character is a separator or a mark.
        else:
            try:
                closed = not struct.pack(f"{order}{count if code == 's' else ''}{code}", last).endswith(b"\0")
            except struct.error:
                closed = False
        if not closed:
            return self.binary_data()
        made = Unknown("bytes")
        self._closed[id(made)] = made
        return made

    def binary_data(self) -> Unknown:
        """Bytes that may end in NULs."""
        made = Unknown("bytes")
        self._binary[id(made)] = made
        return made


def _is_whole(key: Value) -> bool:
    """Whether an index takes everything, perhaps in another order: ``[..., ::-1]``."""
    parts = key.items if key.__class__ is Seq and key.kind == "tuple" else [key]
    return all(
        part is Ellipsis
        or (part.__class__ is Slice and part.lower is None is part.upper and (part.step is None or part.step == -1))
        for part in parts
    )


def _keeps_rows(key: Value) -> bool:
    """Whether an index takes one thing of every row, ``[:, 0]``, or all."""
    parts = key.items if key.__class__ is Seq and key.kind == "tuple" else [key]
    whole = [part.__class__ is Slice and part.lower is None is part.upper and part.step is None for part in parts]
    return whole[:1] == [True] and all(
        all_of_it or part.__class__ is int for all_of_it, part in zip(whole, parts, strict=True)
    )


def _inside(value: Value, depth: int = 0) -> Iterator[Value]:
    """A value, and what is in it if it is a list or tuple."""
    yield value
    if value.__class__ is Seq and depth < 3:
        for one in (*value.items, value.each) if value.open else value.items:
            yield from _inside(one, depth + 1)
