"""NumPy's functions of arrays: reductions, other shapes, choices."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.elements import Operand, common_dtype, operand, result
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
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Unknown, Value, some_number

_REDUCED = "a axis= dtype= out= keepdims= initial= where="
_EXTREME = "a axis= out= keepdims= initial= where="


@function("sum prod nansum nanprod product", _REDUCED)
def _sum(given: Given) -> Value:
    made = as_array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    refuse_text("add", made)
    return shaped(Array(), shape, asked_dtype(given, dtypes.summed(made.dtype)))


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
    return Array(asked_dtype(given, dtypes.summed(made.dtype)), shape or (None if shape is None else (1,)))


@function("average", "a axis= weights= returned= * keepdims=")
def _average(given: Given) -> Value:
    made, weights = as_array(given["a"]), given.get("weights")
    returned = given.get("returned", False)
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    dtype = _averaged(made.dtype)
    if weights is not None:
        other = _averaged(as_array(weights).dtype)
        dtype = None if dtype is None or other is None else dtypes.promote(dtype, other)
    found = shaped(Array(), shape, dtype)
    if returned is True:
        return Seq("tuple", [found, shaped(Array(), shape, dtype)])
    return found if returned is False else UNKNOWN


@function("trace", "a offset= axis1= axis2= dtype= out=")
def _trace(given: Given) -> Value:
    made = as_array(given["a"])
    rest = shapes.without_diagonal(made.shape, given)
    return shaped(Array(), rest, asked_dtype(given, dtypes.summed(made.dtype)))


@function("percentile quantile nanpercentile nanquantile", "a q axis= out= overwrite_input= method= keepdims= **")
def _percentile(given: Given) -> Value:
    made = as_array(given["a"])
    if made.dtype is None or kind_of(made.dtype) not in "biuf":
        return UNKNOWN
    asked = as_array(given["q"])
    if asked.dtype in {"str", "bytes"}:
        raise Failure("TypeError", f"'<=' not supported between instances of 'float' and 'numpy.{asked.dtype}_'")
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    if shape is None or asked.shape is None or (made.shape == () and "keepdims" in given):
        return UNKNOWN
    # Where between two elements it lies is a float64, unless it is a single number.
    wide = kind_of(made.dtype) in "iu" or made.dtype == "float64"
    wide = wide or (kind_of(made.dtype) == "f" and asked.dtype == "float64" and asked.shape != ())
    wide = wide and given.get("method", "linear") == "linear" and "interpolation" not in given
    if not wide and asked.shape == shape == ():
        return Array(None, (), None, True)
    return shaped(Array(), (*asked.shape, *shape), "float64" if wide else None)


@function("hanning hamming blackman bartlett", "M")
@function("kaiser", "M beta")
def _window(given: Given) -> Value:
    return Array("float64", (shapes.integer(given["M"]),)) if isinstance(given["M"], int) else Array("float64", (None,))


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


@function("flip", "m axis=")
@function("fliplr flipud", "m")
@function("roll", "a shift axis=")
@function("tril triu", "m k=")
@function("fft.fftshift fft.ifftshift", "x axes=")
def _same(given: Given) -> Value:
    made = as_array(next(iter(given.values())))
    return Array(made.dtype, made.shape, made.of) if made.shape else shaped(made, None)


@function("sort", "a axis= kind= order= * stable=")
@function("partition", "a kth axis= kind= order=")
def _sorted(given: Given) -> Value:
    made = as_array(given["a"])
    if given.get("axis", -1) is None:
        return Array(made.dtype, (shapes.size_of(made.shape),), made.of)
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
    parts = parts_of(given.get("arrays"), "concatenate")
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
    return put_together(found, shape, given)


def put_together(parts: Sequence[Array], shape: Shape, given: Given) -> Value:
    """What arrays are together."""
    dtype = dtypes.promote_all(part.dtype for part in parts)
    of = {part.of for part in parts}
    return Array(asked_dtype(given, dtype), shape, of.pop() if len(of) == 1 and dtype == "object" else None)


def parts_of(value: Value, name: str) -> tuple[list[Array], bool] | None:
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
    parts = parts_of(given["arrays"], "stack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found, whole = parts
    count = len(found) if whole else None
    return put_together(found, shapes.stacked([part.shape for part in found], given.get("axis", 0), count), given)


def at_least(made: Array, rank: int) -> Array:
    """An array with as many dimensions, as ``atleast_2d`` gives it."""
    if made.shape is None or len(made.shape) >= rank:
        return made
    if rank == 1:
        return Array(made.dtype, (1,), made.of)
    if rank == 2:
        return Array(made.dtype, (1, 1) if not made.shape else (1, made.shape[0]), made.of)
    return Array(made.dtype, (*(1,) * (2 - len(made.shape)), *made.shape, 1), made.of)


@function("vstack row_stack", "tup * dtype= casting=")
def _vstack(given: Given) -> Value:
    parts = parts_of(given["tup"], "vstack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found = [at_least(part, 2) for part in parts[0]]
    shape = shapes.joined([part.shape for part in found], 0)
    if not parts[1] and shape is not None:
        shape = (None, *shape[1:])
    return put_together(found, shape, given)


@function("hstack", "tup * dtype= casting=")
def _hstack(given: Given) -> Value:
    parts = parts_of(given["tup"], "hstack")
    if parts is None:
        return Array(asked_dtype(given), None)
    found = [at_least(part, 1) for part in parts[0]]
    ranks = {len(part.shape) if part.shape is not None else None for part in found}
    if None in ranks:
        return put_together(found, None, given)
    axis = 0 if found and len(found[0].shape or ()) == 1 else 1
    shape = shapes.joined([part.shape for part in found], axis)
    if not parts[1] and shape is not None:
        shape = tuple(None if place == axis else one for place, one in enumerate(shape))
    return put_together(found, shape, given)


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


@function("take_along_axis", "arr indices axis=")
def _take_along_axis(given: Given) -> Value:
    axis = given.get("axis", -1)
    made, places = as_array(given["arr"]), as_array(given["indices"]).shape
    if axis is not None and made.shape is not None and places is not None and len(places) != len(made.shape):
        raise Failure("ValueError", "`indices` and `arr` must have the same number of dimensions")
    return Array(made.dtype, as_array(given["indices"]).shape if shapes.is_whole(axis) else None, made.of)


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
    if shape == () and dtype is None and all(side.dtype and dtypes.is_number(side.dtype) for side in sides):
        return some_number()
    return result(dtype, shape)


@function("select", "condlist choicelist default=")
def _select(given: Given) -> Value:
    conditions, choices = given["condlist"], given["choicelist"]
    if any(one.__class__ is not Seq or one.open or not one.items for one in (conditions, choices)):
        return UNKNOWN
    sides = [operand(one) for one in (*choices.items, given.get("default", 0))]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides):
        return UNKNOWN
    shape = shapes.broadcast(*(as_array(one).shape for one in conditions.items), *(side.shape for side in known))
    return Array(_of_choices(known), shape)


def _of_choices(sides: Sequence[Operand]) -> str | None:
    """What values promote to of which each element is one."""
    if all(side.number is not None for side in sides):
        return dtypes.promote_all(side.dtype for side in sides)
    return common_dtype(list(sides))


@function("choose", "a choices out= mode=")
def _choose(given: Given) -> Value:
    choices = given["choices"]
    if choices.__class__ is not Seq or choices.open or not choices.items:
        return UNKNOWN
    sides = [operand(one) for one in choices.items]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides):
        return UNKNOWN
    shape = shapes.broadcast(as_array(given["a"]).shape, *(side.shape for side in known))
    return shaped(Array(), shape, _of_choices(known))


@function("compress", "condition a axis= out=")
def _compress(given: Given) -> Value:
    made, axis = as_array(given["a"]), given.get("axis")
    if axis is None:
        return Array(made.dtype, (None,), made.of)
    place = None if made.shape is None else shapes.known_axis(axis, len(made.shape))
    if place is None or made.shape is None:
        return Array(made.dtype, None, made.of)
    return Array(made.dtype, tuple(None if n == place else one for n, one in enumerate(made.shape)), made.of)


@function("extract", "condition arr")
def _extract(given: Given) -> Value:
    made = as_array(given["arr"])
    return Array(made.dtype, (None,), made.of)


@function("piecewise", "x condlist funclist **")
def _piecewise(given: Given) -> Value:
    made = as_array(given["x"])
    return Array(made.dtype, made.shape) if made.shape else UNKNOWN


@function("put", "a ind v mode=")
@function("put_along_axis", "arr indices values axis=")
@function("place", "arr mask vals")
@function("putmask", "a mask values")
@function("copyto", "dst src casting= where=")
@function("fill_diagonal", "a val wrap=")
def _written(given: Given) -> Value:
    return None


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
    axis = given.get("axis")
    place = None if axis is None or made.shape is None else shapes.known_axis(axis, len(made.shape))
    found = shapes.size_of(made.shape) if axis is None else None
    if place is not None and made.shape is not None:
        found = made.shape[place]
    return Unknown("int") if found is None else found
