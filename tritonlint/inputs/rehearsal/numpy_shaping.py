"""NumPy's functions that put arrays together, take them apart and move their axes, and grids of places."""

from __future__ import annotations

from itertools import pairwise

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.elements import common_dtype, operand
from tritonlint.inputs.rehearsal.numpy_calls import MAX_LISTED, Given, as_array, asked_dtype, function, sequence
from tritonlint.inputs.rehearsal.numpy_functions import at_least, parts_of, put_together
from tritonlint.inputs.rehearsal.numpy_making import number_type
from tritonlint.inputs.rehearsal.shapes import Slice, known_axis
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Value


# -------------------------------------------------------------------------------------------------------- together
@function("column_stack", "tup")
def _column_stack(given: Given) -> Value:
    parts = parts_of(given["tup"], "column_stack")
    if parts is None:
        return Array(None, None)
    columns = [
        Array(part.dtype, (part.shape[0], 1), part.of)
        if part.shape is not None and len(part.shape) == 1
        else Array(part.dtype, (1, 1), part.of)
        if part.shape == ()
        else part
        for part in parts[0]
    ]
    return put_together(columns, _whole(shapes.joined([one.shape for one in columns], 1), 1, parts[1]), given)


@function("dstack", "tup")
def _dstack(given: Given) -> Value:
    parts = parts_of(given["tup"], "dstack")
    if parts is None:
        return Array(None, None)
    found = [at_least(part, 3) for part in parts[0]]
    return put_together(found, _whole(shapes.joined([one.shape for one in found], 2), 2, parts[1]), given)


def _whole(shape: Shape, place: int, whole: bool) -> Shape:
    """The shape of what was joined; how long it is along the axis is not known when there may be other parts."""
    if whole or shape is None:
        return shape
    return tuple(None if n == place else length for n, length in enumerate(shape))


@function("append", "arr values axis=")
def _append(given: Given) -> Value:
    parts = [as_array(given["arr"]), as_array(given["values"])]
    axis = given.get("axis")
    flat = [Array(one.dtype, (shapes.size_of(one.shape),), one.of) for one in parts]
    if axis is None:
        return put_together(flat, shapes.joined([one.shape for one in flat], 0), {})
    return put_together(parts, shapes.joined([one.shape for one in parts], axis), {})


@function("insert", "arr obj values axis=")
def _insert(given: Given) -> Value:
    values = as_array(given["values"])
    return _changed(given, 1 if given["obj"].__class__ is int and values.shape == () else None)


@function("delete", "arr obj axis=")
def _delete(given: Given) -> Value:
    return _changed(given, -1 if given["obj"].__class__ is int else None)


def _changed(given: Given, by: int | None) -> Value:
    """An array with some more, or fewer, elements along an axis, or laid flat."""
    made, axis = as_array(given["arr"]), given.get("axis")
    if axis is None:
        size = shapes.size_of(made.shape)
        return Array(made.dtype, (None if size is None or by is None else max(size + by, 0),), made.of)
    place = None if made.shape is None else known_axis(axis, len(made.shape))
    if place is None or made.shape is None:
        return Array(made.dtype, None, made.of)
    length = made.shape[place]
    changed = None if length is None or by is None else max(length + by, 0)
    return Array(made.dtype, tuple(changed if n == place else one for n, one in enumerate(made.shape)), made.of)


@function("pad", "array pad_width mode= **")
def _pad(given: Given) -> Value:
    made = as_array(given["array"])
    if made.shape is None:
        return Array(made.dtype, None, made.of)
    widths = _widths(given["pad_width"], len(made.shape))
    if widths is None:
        return Array(made.dtype, (None,) * len(made.shape), made.of)
    padded = [None if None in (a, b, n) else n + a + b for n, (a, b) in zip(made.shape, widths, strict=True)]
    return Array(made.dtype, tuple(padded), made.of)


def _widths(value: Value, rank: int) -> list[tuple[Value, Value]] | None:
    """How much is put before and behind each axis; None for what is not known."""
    if value.__class__ is int:
        return [(value, value)] * rank
    if value.__class__ is not Seq or value.open or value.kind not in {"list", "tuple"}:
        return None
    items = value.items
    if len(items) == 2 and all(number_type(one) == "int" for one in items):
        return [(_known(items[0]), _known(items[1]))] * rank
    pairs: list[tuple[Value, Value]] = []
    for item in items:
        if item.__class__ is not Seq or item.open or len(item.items) != 2:
            return None
        pairs.append((_known(item.items[0]), _known(item.items[1])))
    return pairs * rank if len(pairs) == 1 else pairs if len(pairs) == rank else None


def _known(value: Value) -> int | None:
    return value if value.__class__ is int else None


@function("resize", "a new_shape")
def _resize(given: Given) -> Value:
    made = as_array(given["a"])
    return Array(made.dtype, shapes.shape_argument(given["new_shape"]), made.of)


@function("trim_zeros", "filt trim= axis=")
def _trimmed(given: Given) -> Value:
    made = given["filt"]
    return Array(made.dtype, (None,), made.of) if made.__class__ is Array and len(made.shape or ()) == 1 else UNKNOWN


def of_rank(rank: int, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.atleast_1d(a, b)`` and the like."""
    found = [at_least(as_array(one), rank) for one in args]
    if len(found) == 1:
        return found[0]
    return sequence(list(found)) if found else UNKNOWN


# ----------------------------------------------------------------------------------------------------------- apart
@function("split", "ary indices_or_sections axis=")
def _split(given: Given) -> Value:
    return _taken_apart(as_array(given["ary"]), given["indices_or_sections"], given.get("axis", 0), even=True)


@function("array_split", "ary indices_or_sections axis=")
def _array_split(given: Given) -> Value:
    return _taken_apart(as_array(given["ary"]), given["indices_or_sections"], given.get("axis", 0), even=False)


@function("vsplit", "ary indices_or_sections")
def _vsplit(given: Given) -> Value:
    return _taken_apart(as_array(given["ary"]), given["indices_or_sections"], 0, even=True)


@function("hsplit", "ary indices_or_sections")
def _hsplit(given: Given) -> Value:
    made = as_array(given["ary"])
    if made.shape is None:
        return UNKNOWN
    return _taken_apart(made, given["indices_or_sections"], 0 if len(made.shape) == 1 else 1, even=True)


@function("dsplit", "ary indices_or_sections")
def _dsplit(given: Given) -> Value:
    return _taken_apart(as_array(given["ary"]), given["indices_or_sections"], 2, even=True)


def _taken_apart(made: Array, parts: Value, axis: Value, even: bool) -> Value:
    """The list of parts of an array, which is cut along an axis."""
    if axis.__class__ is not int:
        return UNKNOWN
    place = None if made.shape is None else known_axis(axis, len(made.shape))
    if made.shape is not None and place is None:
        return UNKNOWN
    if parts.__class__ is int and parts > 0:
        if made.shape is None or place is None:
            return UNKNOWN
        lengths = _even_lengths(made.shape[place], parts, even)
    elif parts.__class__ in (Seq, Array):
        lengths = _lengths_between(None if made.shape is None or place is None else made.shape[place], parts)
    else:
        return UNKNOWN
    if lengths is None:
        return UNKNOWN
    return Seq("list", [_part(made, place, length) for length in lengths])


def _part(made: Array, place: int | None, length: int | None) -> Array:
    if made.shape is None:
        return Array(made.dtype, None, made.of)
    return Array(made.dtype, tuple(length if n == place else one for n, one in enumerate(made.shape)), made.of)


def _even_lengths(whole: int | None, parts: int, even: bool) -> list[int | None] | None:
    if parts > MAX_LISTED:
        return None
    if whole is None or (even and whole % parts):
        return [None] * parts
    return [whole // parts + (number < whole % parts) for number in range(parts)]


def _lengths_between(whole: int | None, borders: Seq | Array) -> list[int | None] | None:
    """How long the parts between borders are: one more than there are borders."""
    places = as_array(borders).shape
    if places is None or len(places) != 1 or places[0] is None or places[0] >= MAX_LISTED:
        return None
    known = borders.items if isinstance(borders, Seq) else []
    if whole is None or len(known) != places[0] or not all(one.__class__ is int for one in known):
        return [None] * (places[0] + 1)
    bounds = [0, *known, whole]
    return [len(range(whole)[start:stop]) for start, stop in pairwise(bounds)]


# ------------------------------------------------------------------------------------------------------------ axes
@function("moveaxis", "a source destination")
def _move(given: Given) -> Value:
    made = as_array(given["a"])
    if made.shape is None:
        return made
    rank = len(made.shape)
    places = [_axes(given[key], rank) for key in ("source", "destination")]
    if places[0] is None or places[1] is None or len(places[0]) != len(places[1]):
        return Array(made.dtype, (None,) * rank, made.of)
    order = [place for place in range(rank) if place not in places[0]]
    for target, source in sorted(zip(places[1], places[0], strict=True)):
        order.insert(target, source)
    return Array(made.dtype, tuple(made.shape[place] for place in order), made.of)


def _axes(value: Value, rank: int) -> list[int] | None:
    """One axis or several; None when they are not known."""
    if value.__class__ is int:
        return [shapes.axis_of(value, rank)]
    if value.__class__ is not Seq or value.open:
        return None
    found = [known_axis(one, rank) for one in value.items]
    known = [one for one in found if one is not None]
    return known if len(set(known)) == len(found) else None


@function("rollaxis", "a axis start=")
def _roll_axis(given: Given) -> Value:
    made = as_array(given["a"])
    if made.shape is None:
        return made
    rank = len(made.shape)
    place, start = known_axis(given["axis"], rank), given.get("start", 0)
    if place is None or start.__class__ is not int or not 0 <= start <= rank:
        return Array(made.dtype, (None,) * rank, made.of)
    order = [n for n in range(rank) if n != place]
    order.insert(start - (place < start), place)
    return Array(made.dtype, tuple(made.shape[n] for n in order), made.of)


@function("rot90", "m k= axes=")
def _rotated(given: Given) -> Value:
    made, turns = as_array(given["m"]), given.get("k", 1)
    if made.shape is None:
        return made
    axes = _axes(given["axes"], len(made.shape)) if "axes" in given else [0, 1]
    if axes is None or len(axes) != 2 or len(made.shape) < 2 or turns.__class__ is not int:
        return Array(made.dtype, (None,) * len(made.shape), made.of)
    lengths = list(made.shape)
    if turns % 2:
        lengths[axes[0]], lengths[axes[1]] = lengths[axes[1]], lengths[axes[0]]
    return Array(made.dtype, tuple(lengths), made.of)


@function("lib.stride_tricks.sliding_window_view", "x window_shape axis= * subok= writeable=")
def _windows(given: Given) -> Value:
    made, asked = as_array(given["x"]), given["window_shape"]
    window = shapes.shape_argument(asked)
    if made.shape is None or window is None:
        return Array(made.dtype, None, made.of)
    rank = len(made.shape)
    axes = list(range(rank)) if given.get("axis") is None else _axes(given["axis"], rank)
    if axes is None or len(axes) != len(window):
        return Array(made.dtype, None, made.of)
    lengths = list(made.shape)
    for place, width in zip(axes, window, strict=True):
        length = lengths[place]
        if length is not None and width is not None and width > length:
            raise Failure("ValueError", "window shape cannot be larger than input array shape")
        lengths[place] = None if length is None or width is None else length - width + 1
    return Array(made.dtype, (*lengths, *window), made.of)


@function("lib.stride_tricks.as_strided", "x shape= strides= subok= writeable=")
def _strided(given: Given) -> Value:
    made = as_array(given["x"])
    shape = made.shape if given.get("shape") is None else shapes.shape_argument(given["shape"])
    return Array(made.dtype, shape, made.of)


# ------------------------------------------------------------------------------------------------------- diagonals
@function("diag", "v k=")
def _diag(given: Given) -> Value:
    made, shift = as_array(given["v"]), given.get("k", 0)
    if made.shape is None or len(made.shape) not in (1, 2):
        return Array(made.dtype, None, made.of)
    if len(made.shape) == 2:
        return Array(made.dtype, (shapes.smaller(*made.shape) if shift == 0 else None,), made.of)
    size = made.shape[0]
    side = None if size is None or shift.__class__ is not int else size + abs(shift)
    return Array(made.dtype, (side, side), made.of)


@function("diagflat", "v k=")
def _diagflat(given: Given) -> Value:
    made, shift = as_array(given["v"]), given.get("k", 0)
    size = shapes.size_of(made.shape)
    side = None if size is None or shift.__class__ is not int else size + abs(shift)
    return Array(made.dtype, (side, side), made.of)


@function("diagonal", "a offset= axis1= axis2=")
def _diagonals(given: Given) -> Value:
    made = as_array(given["a"])
    rest = shapes.without_diagonal(made.shape, given)
    if rest is None or made.shape is None:
        return Array(made.dtype, None, made.of)
    length = shapes.smaller(*made.shape) if len(made.shape) == 2 and given.get("offset", 0) == 0 else None
    return Array(made.dtype, (*rest, length), made.of)


@function("tri", "N M= k= dtype= * like=")
def _tri(given: Given) -> Value:
    rows = shapes.integer(given["N"])
    columns = rows if given.get("M") is None else shapes.integer(given["M"])
    return Array(asked_dtype(given, "float64"), (rows, columns))


@function("vander", "x N= increasing=")
def _vander(given: Given) -> Value:
    made, count = as_array(given["x"]), given.get("N")
    if made.shape is None or len(made.shape) != 1 or made.dtype is None or not dtypes.is_number(made.dtype):
        return UNKNOWN
    columns = made.shape[0] if count is None else _known(count)
    return Array(dtypes.promote(made.dtype, "int64"), (made.shape[0], columns))


@function("tril_indices triu_indices", "n k= m=")
@function("tril_indices_from triu_indices_from", "arr k=")
@function("mask_indices", "n mask_func k=")
def _two_places(given: Given) -> Value:
    return Seq("tuple", [Array("int64", (None,)), Array("int64", (None,))])


@function("diag_indices", "n ndim=")
def _diagonal_places(given: Given) -> Value:
    rank = given.get("ndim", 2)
    if rank.__class__ is not int or not 0 < rank < MAX_LISTED:
        return UNKNOWN
    return Seq("tuple", [Array("int64", (_known(given["n"]),)) for _ in range(rank)])


# ----------------------------------------------------------------------------------------------------------- grids
def meshgrid(args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.meshgrid(x, y, indexing=…)``."""
    order, sparse = kwargs.get("indexing", "xy"), kwargs.get("sparse", False)
    axes = [as_array(one) for one in args]
    lengths = [shapes.size_of(one.shape) for one in axes]
    if order not in ("xy", "ij") or sparse.__class__ is not bool or not axes:
        return UNKNOWN
    places = list(range(len(axes)))
    if order == "xy" and len(axes) > 1:
        places[0], places[1] = 1, 0
    whole: list[int | None] = [1] * len(axes)
    for place, length in zip(places, lengths, strict=True):
        whole[place] = length
    return sequence(
        [
            Array(one.dtype, tuple(n if not sparse or k == place else 1 for k, n in enumerate(whole)), one.of)
            for one, place in zip(axes, places, strict=True)
        ]
    )


@function("indices", "dimensions dtype= sparse=")
def _indices(given: Given) -> Value:
    whole = shapes.shape_argument(given["dimensions"])
    if given.get("sparse", False) is not False or given["dimensions"].__class__ is not Seq:
        return UNKNOWN
    return Array(asked_dtype(given, "int64"), None if whole is None else (len(whole), *whole))


def open_grid(args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.ix_(rows, columns)``."""
    found: list[Value] = []
    for number, value in enumerate(args):
        made = as_array(value)
        if made.dtype is None or made.shape is None or len(made.shape) != 1:
            return UNKNOWN
        length = made.shape[0] if made.dtype != "bool" else None
        found.append(
            Array(
                made.dtype if made.dtype != "bool" and length != 0 else "int64",
                (*(1,) * number, length, *(1,) * (len(args) - number - 1)),
            )
        )
    return Seq("tuple", found)


def broadcast_arrays(args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.broadcast_arrays(a, b)``."""
    made = [as_array(one) for one in args]
    shape = shapes.broadcast(*(one.shape for one in made))
    return sequence([Array(one.dtype, shape, one.of) for one in made]) if made else UNKNOWN


def broadcast_shapes(args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.broadcast_shapes((2, 1), (1, 3))``."""
    shape = shapes.broadcast(*(shapes.shape_argument(one) for one in args)) if args else None
    return UNKNOWN if shape is None or None in shape else Seq("tuple", list(shape))


GRIDS = frozenset({"numpy.mgrid", "numpy.ogrid", "numpy.r_", "numpy.c_", "numpy.s_", "numpy.index_exp"})
"""What takes an index instead of arguments."""


def grid(name: str, key: Value) -> Value:
    """``numpy.mgrid[0:3, 0:4]``, ``numpy.r_[a, b]``."""
    items = key.items if key.__class__ is Seq and key.kind == "tuple" and not key.open else [key]
    if name == "numpy.s_":
        return key
    if name in {"numpy.mgrid", "numpy.ogrid"}:
        return _filled_grid(name, key, items)
    if not items or any(one.__class__ in (str, Slice) for one in items):
        return UNKNOWN
    found = [operand(one) for one in items]
    sides = [one for one in found if one is not None and one.shape is not None]
    if len(sides) < len(found) or any(not dtypes.is_number(one.dtype or "object") for one in sides):
        return UNKNOWN
    dtype = common_dtype(sides)
    if name == "numpy.r_":
        flat = [one.shape or (1,) for one in sides]
        return Array(dtype, shapes.joined(flat, 0)) if all(len(one) == 1 for one in flat) else UNKNOWN
    if name != "numpy.c_" or any(not one.shape or len(one.shape) > 2 for one in sides):
        return UNKNOWN
    columns = [(*one.shape, 1) if len(one.shape or ()) == 1 else one.shape for one in sides if one.shape]
    return Array(dtype, shapes.joined(columns, 1))


def _filled_grid(name: str, key: Value, items: list[Value]) -> Value:
    lengths: list[int | None] = []
    for item in items:
        if item.__class__ is not Slice or any(
            bound is not None and number_type(bound) != "int" for bound in (item.lower, item.upper, item.step)
        ):
            return UNKNOWN
        bounds = (0 if item.lower is None else item.lower, item.upper, 1 if item.step is None else item.step)
        known = all(bound.__class__ is int for bound in bounds) and bounds[2]
        lengths.append(len(range(*bounds)) if known else None)
    if key.__class__ is Slice:
        return Array("int64", tuple(lengths))
    if name == "numpy.mgrid":
        return Array("int64", (len(lengths), *lengths))
    shape = [tuple(n if k == place else 1 for k, n in enumerate(lengths)) for place in range(len(lengths))]
    return sequence([Array("int64", one) for one in shape])
