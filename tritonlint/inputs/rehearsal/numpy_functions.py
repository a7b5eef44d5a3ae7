"""NumPy's functions of arrays: reductions, other shapes, choices, products."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.elements import common_dtype, operand, result
from tritonlint.inputs.rehearsal.numpy_calls import (
    MAX_LISTED,
    Given,
    as_array,
    asked_dtype,
    function,
    is_empty,
    kept,
    refuse_text,
    shape_value,
    shaped,
)
from tritonlint.inputs.rehearsal.shapes import SEQUENCES
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Unknown, Value

_REDUCED = "a axis= dtype= out= keepdims= initial= where="
_EXTREME = "a axis= out= keepdims= initial= where="


@function("sum prod nansum nanprod product", _REDUCED)
def _sum(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    refuse_text("add", made)
    return shaped(Array(), shape, asked_dtype(given, _summed(made.dtype)))


def _summed(dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return "object" if dtype == "object" else None
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(kind_of(dtype), dtype)


@function("mean nanmean", "a axis= dtype= out= keepdims= * where=")
@function("std var nanstd nanvar", "a axis= dtype= out= ddof= keepdims= * where= mean= correction=")
def _mean(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    refuse_text("add", made)
    if made.dtype == "object" and made.of in {"bytes", "str"} and not is_empty(made):
        raise Failure("TypeError", f"unsupported operand type(s) for /: '{made.of}' and 'int'")
    return shaped(Array(), shape, asked_dtype(given, _averaged(made.dtype)))


def _averaged(dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return None
    return "float64" if kind_of(dtype) in "biu" else dtype if kind_of(dtype) == "f" else None


@function("max min amax amin nanmax nanmin", _EXTREME)
@function("ptp", "a axis= out= keepdims=")
def _max(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    refuse_text("maximum", made)
    return shaped(made, shape)


@function("median nanmedian", "a axis= out= overwrite_input= keepdims=")
def _median(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return shaped(Array(), shape, _averaged(made.dtype))


@function("argmax argmin nanargmax nanargmin", "a axis= out= * keepdims=")
def _argmax(given: Given) -> Value:
    made = as_array(given["a"])
    axis = given.get("axis")
    if axis.__class__ is Seq:
        raise Failure("TypeError", f"'{axis.kind}' object cannot be interpreted as an integer")
    return shaped(Array(), shapes.reduced(made.shape, axis, given.get("keepdims", False)), "int64")


@function("any all", "a axis= out= keepdims= * where=")
def _any(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    dtype = "bool" if made.dtype is not None and dtypes.is_number(made.dtype) else None
    return shaped(Array(), shape, dtype)


@function("count_nonzero", "a axis= * keepdims=")
def _count(given: Given) -> Value:
    if given.get("axis") is None and "keepdims" not in given:
        return UNKNOWN
    made = as_array(given["a"])
    return shaped(Array(), shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False)), "int64")


@function("cumsum cumprod nancumsum nancumprod", "a axis= dtype= out=")
def _cumulated(given: Given) -> Value:
    made = as_array(given["a"])
    axis = given.get("axis")
    if axis is None:
        shape: Shape = (shapes.size_of(made.shape),)
    else:
        shape = made.shape
        if shape is not None:
            shapes.axes_of(axis, len(shape) or 1)
    refuse_text("add", made)
    return Array(asked_dtype(given, _summed(made.dtype)), shape or (None if shape is None else (1,)))


@function("average", "a axis= weights= returned= * keepdims=")
def _average(given: Given) -> Value:
    made = as_array(given["a"])
    if given.get("returned", False) is not False:
        return UNKNOWN
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return shaped(Array(), shape, _averaged(made.dtype) if given.get("weights") is None else None)


@function("percentile quantile nanpercentile nanquantile", "a q axis= out= overwrite_input= method= keepdims= **")
def _percentile(given: Given) -> Value:
    made = as_array(given["a"])
    if made.dtype is None or kind_of(made.dtype) not in "biuf":
        return UNKNOWN
    asked = as_array(given["q"])
    if asked.dtype in {"str", "bytes"}:
        raise Failure("TypeError", f"'<=' not supported between instances of 'float' and 'numpy.{asked.dtype}_'")
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    if shape is None or asked.shape is None:
        return UNKNOWN
    # Where between two elements it lies is a float64, unless it is a single number.
    wide = kind_of(made.dtype) in "iu" or made.dtype == "float64"
    wide = wide or (kind_of(made.dtype) == "f" and asked.dtype == "float64" and asked.shape != ())
    if not wide and asked.shape == shape == ():
        return Array(None, (), None, True)
    return shaped(Array(), (*asked.shape, *shape), "float64" if wide else None)


@function("hanning hamming blackman bartlett", "M")
def _window(given: Given) -> Value:
    return Array("float64", (shapes.integer(given["M"]),)) if isinstance(given["M"], int) else Array("float64", (None,))


@function("fft.irfft fft.hfft", "a n= axis= norm= out=")
def _fft_to_real(given: Given) -> Value:
    made = as_array(given["a"])
    return Array(
        "float64" if made.dtype in {"float64", "int64", "complex128"} else None,
        (None,) * len(made.shape) if made.shape else None,
    )


@function("fft.fft fft.ifft fft.rfft", "a n= axis= norm= out=")
def _fft(given: Given) -> Value:
    made = as_array(given["a"])
    if made.dtype is None or made.shape is None or kind_of(made.dtype) not in "biufc":
        return Array(None, None)
    # NumPy 1 makes everything of it as wide as can be, NumPy 2 keeps what is narrow.
    return Array("complex128" if made.dtype in {"float64", "int64", "complex128"} else None, (None,) * len(made.shape))


@function("convolve correlate", "a v mode=")
def _convolved(given: Given) -> Value:
    left, right = as_array(given["a"]), as_array(given["v"])
    if left.shape is None or right.shape is None or len(left.shape) != 1 or len(right.shape) != 1:
        return UNKNOWN
    return Array(dtypes.promote_all((left.dtype, right.dtype)), (None,))


@function("linalg.norm", "x ord= axis= keepdims=")
def _norm(given: Given) -> Value:
    made = as_array(given["x"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return shaped(Array(), shape, _averaged(made.dtype) if given.get("ord") in (None, 2) else None)


@function("reshape", "a shape= order= * newshape= copy=")
def _reshape(given: Given) -> Value:
    made = as_array(given["a"])
    asked = given.get("shape", given.get("newshape"))
    return kept(given["a"], made, reshaped(made, asked))


def reshaped(made: Array, asked: Value) -> Shape:
    """The shape that ``reshape`` gives."""
    target, minus = _target(asked)
    return shapes.reshaped(made.shape, target, minus)


def _target(asked: Value) -> tuple[Shape, int]:
    """The shape that is asked for, -1 as None; and how many of them there are."""
    items = asked.items if asked.__class__ is Seq else [asked]
    if asked.__class__ is Seq and (asked.open or asked.kind not in SEQUENCES):
        return None, 0
    if asked.__class__ is not Seq and not shapes.is_whole(asked) and asked.__class__ is not bool:
        return shapes.shape_argument(asked), 0
    lengths = [shapes.integer(item) for item in items]
    minus = sum(one == -1 for one in lengths)
    if any(one is not None and one < -1 for one in lengths):
        return None, 0
    return tuple(None if one == -1 else one for one in lengths), minus


@function("ravel", "a order=")
def _ravel(given: Given) -> Value:
    made = as_array(given["a"])
    return Array(made.dtype, (shapes.size_of(made.shape),), made.of)


@function("squeeze", "a axis=")
def _squeeze(given: Given) -> Value:
    made = as_array(given["a"])
    return kept(given["a"], made, shapes.squeezed(made.shape, given.get("axis")))


@function("expand_dims", "a axis")
def _expand(given: Given) -> Value:
    made = as_array(given["a"])
    return Array(made.dtype, shapes.expanded(made.shape, given["axis"]), made.of)


@function("transpose permute_dims", "a axes=")
def _transpose(given: Given) -> Value:
    made = as_array(given["a"])
    return kept(given["a"], made, turned(made, given.get("axes")))


def turned(made: Array, order: Value) -> Shape:
    """The shape that ``transpose`` gives."""
    if order is None:
        return shapes.transposed(made.shape, None)
    if order.__class__ is not Seq or order.open:
        return (None,) * len(made.shape) if made.shape is not None else None
    return shapes.transposed(made.shape, order.items)


@function("swapaxes", "a axis1 axis2")
def _swap(given: Given) -> Value:
    made = as_array(given["a"])
    if made.shape is None:
        return made
    rank = len(made.shape)
    places = [shapes.integer(given[key]) for key in ("axis1", "axis2")]
    known = [shapes.axis_of(place, rank) for place in places if place is not None]
    if len(known) < 2:
        return Array(made.dtype, (None,) * rank, made.of)
    order = list(range(rank))
    order[known[0]], order[known[1]] = order[known[1]], order[known[0]]
    return Array(made.dtype, tuple(made.shape[place] for place in order), made.of)


@function("moveaxis", "a source destination **")
def _move(given: Given) -> Value:
    made = as_array(given["a"])
    source, target = given["source"], given["destination"]
    if made.shape is None or source.__class__ is not int or target.__class__ is not int:
        return Array(made.dtype, (None,) * len(made.shape) if made.shape is not None else None, made.of)
    rank = len(made.shape)
    source, target = shapes.axis_of(source, rank), shapes.axis_of(target, rank)
    order = [place for place in range(rank) if place != source]
    order.insert(target, source)
    return Array(made.dtype, tuple(made.shape[place] for place in order), made.of)


@function("flip", "m axis=")
@function("fliplr flipud", "m")
@function("roll", "a shift axis=")
@function("sort", "a axis= kind= order= * stable=")
@function("tril triu", "m k=")
def _same(given: Given) -> Value:
    made = as_array(next(iter(given.values())))
    return Array(made.dtype, made.shape, made.of) if made.shape else shaped(made, None)


@function("nan_to_num", "x copy= nan= posinf= neginf=")
def _nan_to_num(given: Given) -> Value:
    made = as_array(given["x"])
    return result(made.dtype, made.shape, made.of)


@function("round around round_", "a decimals= out=")
def _round(given: Given) -> Value:
    made = as_array(given["a"])
    refuse_text("rint", made)
    return result(made.dtype if made.dtype not in {"bool", "object"} else None, made.shape)


@function("argpartition", "a kth axis= kind= order=")
@function("argsort", "a axis= kind= order= * stable=")
def _argsort(given: Given) -> Value:
    made = as_array(given["a"])
    if given.get("axis", -1) is None:
        return Array("int64", (shapes.size_of(made.shape),))
    return Array("int64", made.shape or (None if made.shape is None else (1,)))


@function("concatenate", "arrays= axis= out= * dtype= casting=")
@function("concat", "arrays= axis= out= * dtype= casting=")
def _concatenate(given: Given) -> Value:
    parts = _parts(given.get("arrays"), "concatenate")
    axis = given.get("axis", 0)
    if axis is not None and axis.__class__ is not Array:
        shapes.integer(axis)
    if parts is None or axis.__class__ is Array:
        return Array(asked_dtype(given), None)
    found, whole = parts
    shape = shapes.joined([part.shape for part in found], axis)
    if not whole and shape is not None:
        place = axis if axis.__class__ is int else 0
        shape = tuple(None if n == place % len(shape) else one for n, one in enumerate(shape))
    if axis is None and any(not part.shape for part in found):
        return Array(asked_dtype(given), shape)  # NumPy 1 looks at the values of single elements.
    return _put(found, shape, given)


def _put(parts: Sequence[Array], shape: Shape, given: Given) -> Value:
    dtype = dtypes.promote_all(part.dtype for part in parts)
    of = {part.of for part in parts}
    return Array(asked_dtype(given, dtype), shape, of.pop() if len(of) == 1 and dtype == "object" else None)


def _parts(value: Value, name: str) -> tuple[list[Array], bool] | None:
    """The arrays of a sequence, and whether they are all there are; None where they are not known."""
    kind = value.__class__
    if kind is Array:
        if value.scalar or value.shape == ():
            if value.scalar and value.dtype is None:
                return None
            raise Failure("TypeError", "zero-dimensional arrays cannot be joined")
        if value.shape is None:
            return None
        one = value.dtype if value.dtype != "object" or len(value.shape) > 1 else None
        inner = Array(one, value.shape[1:], value.of if one == "object" else None)
        count = value.shape[0]
        if count is None or count > MAX_LISTED:
            return [inner], False
        return [inner] * count, True
    if kind is not Seq or value.kind not in SEQUENCES:
        if kind in (int, float, bool) or (kind is Unknown and value.type in {"int", "float"}):
            raise Failure("TypeError", f"the first input argument of {name} needs to be a sequence")
        return None
    items = [*value.items, value.each] if value.open and value.each is not UNKNOWN else value.items
    if value.open and not items:
        return None
    if len(items) > MAX_LISTED:
        return None
    return [as_array(item) for item in items], not value.open


@function("stack", "arrays axis= out= * dtype= casting=")
def _stack(given: Given) -> Value:
    parts = _parts(given["arrays"], "stack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found, whole = parts
    count = len(found) if whole else None
    return _put(found, shapes.stacked([part.shape for part in found], given.get("axis", 0), count), given)


def _at_least(made: Array, rank: int) -> Array:
    if made.shape is None or len(made.shape) >= rank:
        return made
    if rank == 1:
        return Array(made.dtype, (1,), made.of)
    if rank == 2:
        return Array(made.dtype, (1, 1) if not made.shape else (1, made.shape[0]), made.of)
    return Array(made.dtype, None, made.of)


@function("vstack row_stack", "tup * dtype= casting=")
def _vstack(given: Given) -> Value:
    parts = _parts(given["tup"], "vstack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found = [_at_least(part, 2) for part in parts[0]]
    shape = shapes.joined([part.shape for part in found], 0)
    if not parts[1] and shape is not None:
        shape = (None, *shape[1:])
    return _put(found, shape, given)


@function("hstack", "tup * dtype= casting=")
def _hstack(given: Given) -> Value:
    parts = _parts(given["tup"], "hstack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found = [_at_least(part, 1) for part in parts[0]]
    ranks = {len(part.shape) if part.shape is not None else None for part in found}
    if None in ranks:
        return _put(found, None, given)
    axis = 0 if found and len(found[0].shape or ()) == 1 else 1
    shape = shapes.joined([part.shape for part in found], axis)
    if not parts[1] and shape is not None:
        shape = tuple(None if place == axis else one for place, one in enumerate(shape))
    return _put(found, shape, given)


@function("column_stack dstack", "tup")
def _column_stack(given: Given) -> Value:
    parts = _parts(given["tup"], "column_stack")
    return Array(None, None) if parts is None else _put(parts[0], None, given)


@function("atleast_1d", "a")
def _atleast_1d(given: Given) -> Value:
    return _at_least(as_array(given["a"]), 1)


@function("atleast_2d", "a")
def _atleast_2d(given: Given) -> Value:
    return _at_least(as_array(given["a"]), 2)


@function("broadcast_to", "array shape subok=")
def _broadcast_to(given: Given) -> Value:
    made = as_array(given["array"])
    shape = shapes.shape_argument(given["shape"])
    if made.shape is None or shape is None:
        return Array(made.dtype, shape, made.of)
    if len(made.shape) > len(shape) or not shapes.fits(made.shape, shape):
        raise Failure(
            "ValueError",
            "operands could not be broadcast together with remapped shapes [original->remapped]: "
            f"{shapes.words(made.shape)}  and requested shape {shapes.words(shape)}",
        )
    return Array(made.dtype, shape, made.of)


@function("take_along_axis", "arr indices axis")
def _take_along_axis(given: Given) -> Value:
    made, places = as_array(given["arr"]), as_array(given["indices"]).shape
    if given["axis"] is not None and made.shape is not None and places is not None and len(places) != len(made.shape):
        raise Failure("ValueError", "`indices` and `arr` must have the same number of dimensions")
    return Array(made.dtype, as_array(given["indices"]).shape if shapes.is_whole(given["axis"]) else None, made.of)


@function("repeat", "a repeats axis=")
def _repeat(given: Given) -> Value:
    made = as_array(given["a"])
    times, axis = given["repeats"], given.get("axis")
    count = times if times.__class__ is int else None
    if axis is None or made.shape == ():
        size = shapes.size_of(made.shape)
        return Array(made.dtype, (size * count if size is not None and count is not None else None,), made.of)
    if made.shape is None:
        return Array(made.dtype, None, made.of)
    places = shapes.axes_of(axis, len(made.shape))
    return Array(
        made.dtype,
        tuple(
            one
            if places is not None and place not in places
            else None
            if one is None or count is None or not places
            else one * count
            for place, one in enumerate(made.shape)
        ),
        made.of,
    )


@function("tile", "A reps")
def _tile(given: Given) -> Value:
    made = as_array(given["A"])
    reps = given["reps"]
    if reps.__class__ is Seq and not reps.open and reps.kind in SEQUENCES:
        counts = [shapes.integer(one) for one in reps.items]
    elif shapes.is_whole(reps):
        counts = [shapes.integer(reps)]
    else:
        return Array(made.dtype, None, made.of)
    if made.shape is None:
        return Array(made.dtype, None, made.of)
    rank = max(len(made.shape), len(counts))
    base = (1,) * (rank - len(made.shape)) + made.shape
    times = [1] * (rank - len(counts)) + counts
    shape = tuple(None if a is None or b is None else a * b for a, b in zip(base, times, strict=True))
    return Array(made.dtype, shape, made.of)


@function("pad", "array pad_width mode= **")
def _pad(given: Given) -> Value:
    made = as_array(given["array"])
    return Array(made.dtype, (None,) * len(made.shape) if made.shape is not None else None, made.of)


@function("unique", "ar return_index= return_inverse= return_counts= axis= * equal_nan= sorted=")
def _unique(given: Given) -> Value:
    if len(given) > 1:
        return UNKNOWN
    made = as_array(given["ar"])
    return Array(made.dtype, (None,), made.of)


@function("split array_split", "ary indices_or_sections axis=")
def _split(given: Given) -> Value:
    made = as_array(given["ary"])
    parts, axis = given["indices_or_sections"], given.get("axis", 0)
    if isinstance(parts, (Seq, Array)) and axis.__class__ is int:
        return _split_at(made, parts, axis)
    if parts.__class__ is not int or not 0 < parts <= MAX_LISTED or axis.__class__ is not int or not made.shape:
        return UNKNOWN
    if not -len(made.shape) <= axis < len(made.shape):
        return UNKNOWN
    place = axis % len(made.shape)
    whole = made.shape[place]
    one = whole // parts if whole is not None and whole % parts == 0 else None
    shape = tuple(one if n == place else length for n, length in enumerate(made.shape))
    return Seq("list", [Array(made.dtype, shape, made.of) for _ in range(parts)])


def _split_at(made: Array, borders: Seq | Array, axis: int) -> Value:
    """The parts between borders: one more than there are borders."""
    places = as_array(borders).shape
    if places is None or len(places) != 1 or places[0] is None or places[0] >= MAX_LISTED:
        return UNKNOWN
    shape = made.shape
    if shape is not None and not -len(shape) <= axis < len(shape):
        return UNKNOWN
    if shape is not None:
        shape = tuple(None if n == axis % len(shape) else length for n, length in enumerate(shape))
    return Seq("list", [Array(made.dtype, shape, made.of) for _ in range(places[0] + 1)])


@function("take", "a indices axis= out= mode=")
def _take(given: Given) -> Value:
    made = as_array(given["a"])
    index, axis = as_array(given["indices"]), given.get("axis")
    if made.shape is None or index.shape is None:
        return shaped(made, None)
    if axis is None:
        return shaped(made, index.shape)
    places = shapes.axes_of(axis, len(made.shape))
    if places is None or len(places) != 1:
        return shaped(made, None)
    return shaped(made, (*made.shape[: places[0]], *index.shape, *made.shape[places[0] + 1 :]))


@function("where", "condition x= y=")
def _where(given: Given) -> Value:
    if len(given) == 1:
        return _places(as_array(given["condition"]))
    if len(given) == 2:
        raise Failure("ValueError", "either both or neither of x and y should be given")
    condition = as_array(given["condition"])
    sides = [operand(given[key]) for key in ("x", "y")]
    first, second = sides
    if first is None or second is None:
        return Array(None, None)
    shape = shapes.broadcast(condition.shape, first.shape, second.shape)
    dtype = common_dtype([first, second])
    of = first.of if dtype == "object" and first.of == second.of else None
    if first.number is not None and second.number is not None:
        dtype = dtypes.promote_all((first.dtype, second.dtype))
    return Array(dtype, shape, of)


@function("clip", "a a_min= a_max= out= * min= max= **")
def clip(given: Given) -> Value:
    """``numpy.clip(a, a_min, a_max)``."""
    made = operand(given["a"])
    if made is None:
        return UNKNOWN
    bounds = [operand(given[key]) for key in ("a_min", "a_max", "min", "max") if given.get(key) is not None]
    shape = made.shape
    dtype: str | None = made.dtype
    sides = [made]
    for bound in bounds:
        if bound is None:
            return Array(None, None)
        sides.append(bound)
        shape = shapes.broadcast(shape, bound.shape)
    if len(sides) > 1:
        dtype = common_dtype(sides)
        if len({side.dtype for side in sides if side.number is None}) > 1:
            dtype = None  # Of three data types NumPy 1 finds another one than of two and two.
    if made.dtype in {"str", "bytes"}:
        refuse_text("clip", Array(made.dtype, made.shape))
    return result(dtype, shape)


@function("nonzero", "a")
def _nonzero(given: Given) -> Value:
    return _places(as_array(given["a"]))


def _places(made: Array) -> Value:
    """One array of places for each dimension."""
    if made.shape is None:
        return Seq("tuple", [], True, Array("int64", (None,)))
    return Seq("tuple", [Array("int64", (None,)) for _ in made.shape]) if made.shape else UNKNOWN


@function("flatnonzero", "a")
def _flatnonzero(given: Given) -> Value:
    return Array("int64", (None,))


@function("argwhere", "a")
def _argwhere(given: Given) -> Value:
    made = as_array(given["a"])
    return Array("int64", (None, len(made.shape) if made.shape is not None else None))


@function("isin in1d", "element test_elements assume_unique= invert= * kind=")
def _isin(given: Given) -> Value:
    return Array("bool", as_array(given["element"]).shape)


@function("isclose", "a b rtol= atol= equal_nan=")
def _isclose(given: Given) -> Value:
    first, second = operand(given["a"]), operand(given["b"])
    if first is None or second is None:
        return UNKNOWN
    return shaped(Array(), shapes.broadcast(first.shape, second.shape), "bool")


@function("allclose", "a b rtol= atol= equal_nan=")
@function("array_equal", "a1 a2 equal_nan=")
@function("array_equiv", "a1 a2")
@function("isscalar", "element")
@function("issubdtype", "arg1 arg2")
def _yes_or_no(given: Given) -> Value:
    return Unknown("bool")


@function("shape", "a")
def _shape(given: Given) -> Value:
    return shape_value(as_array(given["a"]))


@function("ndim", "a")
def _ndim(given: Given) -> Value:
    made = as_array(given["a"])
    return len(made.shape) if made.shape is not None else Unknown("int")


@function("size", "a axis=")
def _size(given: Given) -> Value:
    made = as_array(given["a"])
    found = shapes.size_of(made.shape) if given.get("axis") is None else None
    return Unknown("int") if found is None else found


@function("dot", "a b out=")
def _dot(given: Given) -> Value:
    first, second = operand(given["a"]), operand(given["b"])
    if first is None or second is None:
        return UNKNOWN
    if not first.shape or not second.shape:
        return UNKNOWN
    return result(common_dtype([first, second]), shapes.dotted(first.shape, second.shape))


@function("outer", "a b out=")
def _outer(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    if not first.shape or not second.shape:
        return Array(None, (shapes.size_of(first.shape), shapes.size_of(second.shape)))
    return Array(
        dtypes.promote_all((first.dtype, second.dtype)), (shapes.size_of(first.shape), shapes.size_of(second.shape))
    )


@function("tensordot inner cross vdot kron", "**")
def _some_product(given: Given) -> Value:
    return UNKNOWN


def einsum(args: Sequence[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.einsum("ij,jk->ik", a, b)``, of plain letters."""
    pattern, arrays = (args[0] if args else None), [operand(one) for one in args[1:]]
    if pattern.__class__ is not str or not kwargs.keys() <= {"optimize"}:
        return UNKNOWN
    terms, arrow, kept_letters = pattern.replace(" ", "").partition("->")
    parts = terms.split(",")
    if not arrow or not (terms.replace(",", "") + "x").isalpha() or not (kept_letters + "x").isalpha():
        return UNKNOWN
    if not arrays or len(parts) != len(arrays) or not set(kept_letters) <= set("".join(parts)):
        return UNKNOWN
    sizes: dict[str, int | None] = {}
    for part, array in zip(parts, arrays, strict=True):
        if array is None or array.dtype is None or not array.shape or kind_of(array.dtype) not in "iuf":
            return UNKNOWN
        if len(part) != len(array.shape):
            return UNKNOWN
        for letter, length in zip(part, array.shape, strict=True):
            # One of several lengths that is 1 is stretched to the others.
            sizes[letter] = length if letter not in sizes or sizes[letter] == length else None
    known = [array for array in arrays if array is not None]
    return result(common_dtype(known), tuple(sizes[letter] for letter in kept_letters))


@function("histogram", "a bins= range= density= weights=")
def _histogram(given: Given) -> Value:
    bins = given.get("bins", 10)
    if given.get("weights") is not None or given.get("density", False) not in (False, None):
        return UNKNOWN
    count = bins if bins.__class__ is int and bins > 0 else None
    return Seq("tuple", [Array("int64", (count,)), Array(None, (None if count is None else count + 1,))])


@function("linalg.inv linalg.pinv", "a **")
def _inverse(given: Given) -> Value:
    made = as_array(given["a"])
    if made.shape is None:
        return Array(_inexact(made.dtype), None)
    if len(made.shape) < 2:
        text = f"{len(made.shape)}-dimensional array given. Array must be at least two-dimensional"
        raise Failure("ValueError", text)
    return Array(_inexact(made.dtype), (*made.shape[:-2], made.shape[-1], made.shape[-2]))


def _inexact(dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return None
    return "float64" if kind_of(dtype) in "biu" else dtype if dtype != "float16" else None


@function("diff", "a n= axis= **")
def _diff(given: Given) -> Value:
    made = as_array(given["a"])
    if made.shape is None or len(given) > 1 or made.dtype == "bool":
        return Array(made.dtype if made.dtype != "object" else None, None)
    if not made.shape:
        raise Failure("ValueError", "diff requires input that is at least one dimensional")
    last = made.shape[-1]
    return Array(made.dtype, (*made.shape[:-1], None if last is None else max(last - 1, 0)))


@function("searchsorted", "a v side= sorter= **")
def _searchsorted(given: Given) -> Value:
    return UNKNOWN


@function("digitize", "x bins right=")
def _digitize(given: Given) -> Value:
    made = given["x"]
    return Array("int64", made.shape) if isinstance(made, Array) and made.shape else UNKNOWN
