"""What NumPy finds, counts and compares in arrays: sets, places, histograms, differences, bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.elements import Operand, common_dtype, pick, result
from tritonlint.inputs.rehearsal.numpy_calls import Given, as_array, function, is_empty, sequence, shaped
from tritonlint.inputs.rehearsal.shapes import known_axis
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Unknown, Value, some_number

_FLAGS = ("return_index", "return_inverse", "return_counts")


def places(name: str, value: Value) -> Value:
    """What ``numpy.ndindex(shape)`` and ``numpy.ndenumerate(array)`` give one by one."""
    if name == "ndindex":
        whole = value.__class__ is Seq and value.kind == "tuple" and not value.open
        return Seq("generator", [], True, Seq("tuple", [Unknown("int") for _ in value.items])) if whole else UNKNOWN
    if value.__class__ is not Array or value.shape is None or value.scalar:
        return UNKNOWN
    place = Seq("tuple", [Unknown("int") for _ in value.shape])
    return Seq("generator", [], True, Seq("tuple", [place, pick(value.dtype, value.of)]))


# ------------------------------------------------------------------------------------------------------------ sets
@function("unique", "ar return_index= return_inverse= return_counts= axis= * equal_nan= sorted=")
def _unique(given: Given) -> Value:
    made = as_array(given["ar"])
    asked = [given.get(flag, False) for flag in _FLAGS]
    if any(flag.__class__ is not bool for flag in asked):
        return UNKNOWN
    axis = given.get("axis")
    found = Array(made.dtype, (None,) if axis is None else _without_length(made.shape, axis), made.of)
    # NumPy 2 gives the places of elements the shape of the array.
    inverse = Array("int64", made.shape if made.shape is not None and len(made.shape) == 1 and axis is None else None)
    others = [Array("int64", (None,)), inverse, Array("int64", (None,))]
    chosen = [other for flag, other in zip(asked, others, strict=True) if flag]
    return Seq("tuple", [found, *chosen]) if chosen else found


def _without_length(shape: Shape, axis: Value) -> Shape:
    """A shape of which an axis has another length, which is not known."""
    place = None if shape is None else known_axis(axis, len(shape))
    if shape is None or place is None:
        return None
    return tuple(None if n == place else length for n, length in enumerate(shape))


@function("isin", "element test_elements assume_unique= invert= * kind=")
def _isin(given: Given) -> Value:
    return Array("bool", as_array(given["element"]).shape)


@function("in1d", "ar1 ar2 assume_unique= invert= * kind=")
def _in_flat(given: Given) -> Value:
    return Array("bool", (shapes.size_of(as_array(given["ar1"]).shape),))


@function("union1d setxor1d", "ar1 ar2 assume_unique=")
def _united(given: Given) -> Value:
    return Array(dtypes.promote_all(as_array(given[key]).dtype for key in ("ar1", "ar2")), (None,))


@function("intersect1d", "ar1 ar2 assume_unique= return_indices=")
def _common(given: Given) -> Value:
    asked = given.get("return_indices", False)
    found = _united(given)
    if asked is True:
        return Seq("tuple", [found, Array("int64", (None,)), Array("int64", (None,))])
    return found if asked is False else UNKNOWN


@function("setdiff1d", "ar1 ar2 assume_unique=")
def _difference_of_sets(given: Given) -> Value:
    made = as_array(given["ar1"])
    return Array(made.dtype, (None,), made.of)


# ------------------------------------------------------------------------------------------------------- searching
@function("searchsorted", "a v side= sorter=")
def _searchsorted(given: Given) -> Value:
    return result("int64", as_array(given["v"]).shape)


@function("digitize", "x bins right=")
def _digitize(given: Given) -> Value:
    return result("int64", as_array(given["x"]).shape)


@function("lexsort", "keys axis=")
def _lexsort(given: Given) -> Value:
    keys = given["keys"]
    if keys.__class__ is Seq and keys.items and not keys.open:
        made = as_array(keys.items[0])
        return Array("int64", made.shape) if made.shape else UNKNOWN
    return UNKNOWN


@function("unravel_index", "indices shape order=")
def _unraveled(given: Given) -> Value:
    whole = shapes.shape_argument(given["shape"])
    made = as_array(given["indices"])
    if whole is None:
        return UNKNOWN
    return Seq("tuple", [result("int64", made.shape) for _ in whole])


@function("ravel_multi_index", "multi_index dims mode= order=")
def _raveled(given: Given) -> Value:
    index = given["multi_index"]
    if index.__class__ is not Seq or index.open or index.kind != "tuple":
        return UNKNOWN
    return result("int64", shapes.broadcast(*(as_array(one).shape for one in index.items)))


# -------------------------------------------------------------------------------------------------------- counting
@function("count_nonzero", "a axis= * keepdims=")
def _count(given: Given) -> Value:
    if given.get("axis") is None and "keepdims" not in given:
        return some_number()  # One of Python's in NumPy 1.
    made = as_array(given["a"])
    return shaped(Array(), shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False)), "int64")


@function("bincount", "x weights= minlength=")
def _bincount(given: Given) -> Value:
    made = as_array(given["x"])
    if made.shape is not None and made.dtype is not None and not is_empty(made):
        if len(made.shape) == 1 and (kind_of(made.dtype) in "fc" or made.dtype == "uint64"):
            text = f"Cannot cast array data from dtype('{made.dtype}') to dtype('int64') according to the rule 'safe'"
            raise Failure("TypeError", text)
        if len(made.shape) > 1 and kind_of(made.dtype) in "bi":
            raise Failure("ValueError", "object too deep for desired array")
    weights = given.get("weights")
    if weights.__class__ is Unknown:
        return Array(None, (None,))
    return Array("int64" if weights is None else "float64", (None,))


@function("histogram", "a bins= range= density= weights=")
def _histogram(given: Given) -> Value:
    made, bins = as_array(given["a"]), given.get("bins", 10)
    density, weights = given.get("density", False), given.get("weights")
    counted: str | None = "int64"
    if density is True and weights is None:
        counted = "float64"
    elif density not in (False, None) or weights is not None:
        counted = None
    edges = _edges(made, bins, given.get("range"))
    length = edges.shape[0] if edges.shape else None
    return Seq("tuple", [Array(counted, (None if not length else length - 1,)), edges])


@function("histogram_bin_edges", "a bins= range= weights=")
def _bin_edges(given: Given) -> Value:
    return _edges(as_array(given["a"]), given.get("bins", 10), given.get("range"))


def _edges(made: Array, bins: Value, limits: Value) -> Array:
    """The borders between the bins of a histogram."""
    if bins.__class__ is Seq or (bins.__class__ is Array and bins.shape):
        found = as_array(bins)
        return Array(found.dtype, found.shape) if found.shape and len(found.shape) == 1 else Array(None, (None,))
    dtype = None
    one = bins.__class__ in (int, str) or (bins.__class__ is Unknown and bins.type in {"int", "str"})
    if made.dtype is not None and kind_of(made.dtype) in "biuf" and limits is None and one:
        dtype = made.dtype if kind_of(made.dtype) == "f" else "float64"
    return Array(dtype, (bins + 1 if bins.__class__ is int and bins > 0 else None,))


@function("histogram2d", "x y bins= range= density= weights=")
def _histogram_of_two(given: Given) -> Value:
    bins = given.get("bins", 10)
    count = bins if bins.__class__ is int and bins > 0 else None
    border = None if count is None else count + 1
    return Seq("tuple", [Array("float64", (count, count)), Array(None, (border,)), Array(None, (border,))])


# ----------------------------------------------------------------------------------------------------- differences
@function("diff", "a n= axis= prepend= append=")
def _diff(given: Given) -> Value:
    made = as_array(given["a"])
    count, axis = given.get("n", 1), given.get("axis", -1)
    added = [as_array(given[key]) for key in ("prepend", "append") if key in given]
    parts = [made, *added]
    # What is put before or behind it is an array, too, whatever it was.
    dtype = dtypes.promote_all(part.dtype for part in parts)
    if dtype is None or not dtypes.is_number(dtype) or (count.__class__ is not int and dtype != made.dtype):
        dtype = None
    if made.shape is None:
        return Array(dtype, None)
    if not made.shape and (count.__class__ is not int or count < 1):
        return UNKNOWN
    if not made.shape:
        raise Failure("ValueError", "diff requires input that is at least one dimensional")
    place = known_axis(axis, len(made.shape))
    if place is None or count.__class__ is not int or count < 1:
        return Array(
            dtype if count.__class__ is int and count > 0 else made.dtype if not added else None,
            (None,) * len(made.shape),
        )
    lengths = [_length_at(part.shape, place) for part in parts]
    whole = sum(length for length in lengths if length is not None)
    left = max(whole - count, 0) if None not in lengths else None
    return Array(dtype, tuple(left if n == place else length for n, length in enumerate(made.shape)))


def _length_at(shape: Shape, place: int) -> int | None:
    """How much an array adds to an axis; a single element is stretched to one row."""
    if shape is None:
        return None
    return 1 if not shape else shape[place] if place < len(shape) else None


@function("ediff1d", "ary to_end= to_begin=")
def _flat_differences(given: Given) -> Value:
    made = as_array(given["ary"])
    size = shapes.size_of(made.shape)
    if len(given) > 1 or made.dtype is None or kind_of(made.dtype) not in "iufc":
        return UNKNOWN
    return Array(made.dtype, (None if size is None else max(size - 1, 0),))


@function("interp", "x xp fp left= right= period=")
def _interpolated(given: Given) -> Value:
    values = as_array(given["fp"])
    if values.dtype is None or not dtypes.is_number(values.dtype):
        return shaped(Array(), as_array(given["x"]).shape, None)
    return result("complex128" if kind_of(values.dtype) == "c" else "float64", as_array(given["x"]).shape)


def _float_of(dtype: str | None) -> str | None:
    """The data type of quotients."""
    if dtype is None or not dtypes.is_number(dtype):
        return None
    return "float64" if kind_of(dtype) in "biu" else dtype


def gradient(args: Sequence[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.gradient(f, *spacing, axis=…)``."""
    if not args:
        return UNKNOWN
    made = as_array(args[0])
    one = Array(_float_of(made.dtype), made.shape)
    axis = kwargs.get("axis")
    if axis.__class__ is int:
        return one if made.shape is None or known_axis(axis, len(made.shape)) is not None else UNKNOWN
    if axis is not None or not made.shape:
        return UNKNOWN
    return one if len(made.shape) == 1 else sequence([Array(one.dtype, one.shape) for _ in made.shape])


@function("trapz trapezoid", "y x= dx= axis=")
def _area(given: Given) -> Value:
    made, over = as_array(given["y"]), given.get("x")
    dtype = _float_of(made.dtype)
    if over is not None:
        other = _float_of(as_array(over).dtype)
        dtype = None if dtype is None or other is None else dtypes.promote(dtype, other)
    elif given.get("dx", 1.0).__class__ not in (int, float):
        dtype = None
    return shaped(Array(), shapes.reduced(made.shape, given.get("axis", -1), False) if made.shape else None, dtype)


@function("unwrap", "p discont= axis= * period=")
def _unwrapped(given: Given) -> Value:
    made = as_array(given["p"])
    return Array(_float_of(made.dtype) if "period" not in given else None, made.shape) if made.shape else UNKNOWN


@function("polyval", "p x")
def _polynomial(given: Given) -> Value:
    weights, made = as_array(given["p"]), as_array(given["x"])
    if not made.shape or made.dtype is None or weights.dtype is None:
        return UNKNOWN
    sides = [Operand(made.dtype, made.shape), Operand(weights.dtype, ())]
    numbers = all(dtypes.is_number(side.dtype or "") and side.dtype != "bool" for side in sides)
    return Array(common_dtype(sides) if numbers else None, made.shape)


@function("polyfit", "x y deg rcond= full= w= cov=")
def _fitted(given: Given) -> Value:
    degree, sides = given["deg"], [as_array(given[key]) for key in ("x", "y")]
    values = sides[1].shape
    if len(given) > 3 or not shapes.is_whole(degree) or values is None or len(values) != 1:
        return UNKNOWN
    wide = all(side.dtype == "float64" or (side.dtype is not None and kind_of(side.dtype) in "iu") for side in sides)
    return Array("float64" if wide else None, (degree + 1 if degree.__class__ is int else None,))


@function("cov", "m y= rowvar= bias= ddof= **")
@function("corrcoef", "x y= rowvar= **")
def _covariance(given: Given) -> Value:
    first = as_array(given.get("m", given.get("x")))
    rows = given.get("rowvar", True)
    if "dtype" in given or rows.__class__ is not bool or first.dtype is None or first.shape is None:
        return UNKNOWN
    second = None if given.get("y") is None else as_array(given["y"])
    if any(one is not None and kind_of(one.dtype or "object") not in "biuf" for one in (first, second)):
        return UNKNOWN
    if second is not None:
        single = len(first.shape) == 1 and second.shape is not None and len(second.shape) == 1
        return Array("float64", (2, 2)) if single else UNKNOWN
    if len(first.shape) != 2:
        return UNKNOWN
    count = first.shape[0 if rows else 1]
    return Array("float64", (count, count)) if count is not None and count > 1 else UNKNOWN


# ------------------------------------------------------------------------------------------------------------ bits
@function("packbits", "a axis= bitorder=")
def _packed(given: Given) -> Value:
    made = as_array(given["a"])
    if made.dtype is not None and kind_of(made.dtype) not in "biuO" and not is_empty(made):
        raise Failure("TypeError", "Expected an input array of integer or boolean data type")
    return Array("uint8", _scaled(made.shape, given.get("axis"), lambda length: (length + 7) // 8))


@function("unpackbits", "a axis= count= bitorder=")
def _unpacked(given: Given) -> Value:
    made = as_array(given["a"])
    if made.dtype is not None and made.dtype != "uint8" and not is_empty(made):
        raise Failure("TypeError", "Expected an input array of unsigned byte data type")
    count = given.get("count")
    if count is not None and (count.__class__ is not int or count < 0):
        return Array("uint8", _scaled(made.shape, given.get("axis"), lambda length: None))
    return Array("uint8", _scaled(made.shape, given.get("axis"), lambda length: length * 8 if count is None else count))


def _scaled(shape: Shape, axis: Value, change: Callable[[int], int | None]) -> Shape:
    """A shape of which one axis, or the whole if it is None, has another length."""
    if axis is None:
        size = shapes.size_of(shape)
        return (None if size is None else change(size),)
    place = None if shape is None else known_axis(axis, len(shape))
    if shape is None or place is None:
        return None
    return tuple(length if n != place else None if length is None else change(length) for n, length in enumerate(shape))
