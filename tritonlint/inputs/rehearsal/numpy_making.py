"""NumPy's functions and types that make arrays."""

from __future__ import annotations

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import from_value, pick
from tritonlint.inputs.rehearsal.numpy_calls import Given, as_array, asked_dtype, dimension, function
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, DType, Failure, Seq, Shape, Unknown, Value

TYPES = {name: dtype for name, dtype in dtypes.NAMES.items() if len(name) > 2 and name != "c16"}


def scalar_type(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.float32(x)``."""
    dtype = TYPES[name]
    if kwargs or len(args) > 1:
        return Unknown(dtype) if dtype in {"str", "bytes"} else UNKNOWN
    if dtype in {"str", "bytes"}:
        if dtype == "bytes" and args and (args[0].__class__ is str or args[0] == Unknown("str")):
            raise Failure("TypeError", "string argument without an encoding")
        plain = not args or args[0].__class__ in (str, bytes, int, float) or args[0].__class__ is Unknown
        return Unknown(dtype) if plain and (not args or args[0] != UNKNOWN) else UNKNOWN
    if not args:
        return None if dtype == "object" else pick(dtype)
    value = args[0]
    if dtype == "object":
        if value.__class__ is Array and not value.shape:
            return UNKNOWN
        return from_value(value, "object") if value.__class__ in (Seq, Array) else value
    if value == UNKNOWN or (
        value.__class__ is Array and (value.shape is None or value.dtype is None or not dtypes.is_number(value.dtype))
    ):
        return Array(dtype, None)
    made = from_value(value, dtype)
    if value.__class__ is Array and dtype in {"float64", "complex128"} and shapes.least(value.shape) < 2:
        return Array(dtype, None)  # Python's own float makes a single value of one element.
    return Array(dtype, (), None, True) if made.shape == () else made


@function("dtype", "dtype align= copy= metadata=")
def _dtype(given: Given) -> Value:
    return DType(dtype_of(given["dtype"]))


@function("zeros ones empty", "shape dtype= order= * device= like=")
def _filled(given: Given) -> Value:
    return Array(asked_dtype(given, "float64"), shapes.shape_argument(given["shape"]))


@function("full", "shape fill_value dtype= order= * device= like=")
def _full(given: Given) -> Value:
    value = given["fill_value"]
    asked = given.get("dtype")
    shape = shapes.shape_argument(given["shape"])
    if shape is not None and 0 in shape:
        return Array(asked_dtype(given) if asked is not None else None, shape)
    made = from_value(value, asked_dtype(given) if asked is not None else None)
    dtype = dtype_of(asked) if asked is not None else made.dtype
    if shape is not None and made.shape is not None and not shapes.fits(made.shape, shape):
        raise Failure(
            "ValueError",
            f"could not broadcast input array from shape {shapes.words(made.shape)} into shape {shapes.words(shape)}",
        )
    return Array(dtype, shape, made.of if dtype == "object" else None)


@function("zeros_like ones_like", "a dtype= order= subok= shape= * device=")
@function("empty_like", "prototype dtype= order= subok= shape= * device=")
def _like(given: Given) -> Value:
    made = as_array(given["a"] if "a" in given else given["prototype"])
    shape = made.shape if given.get("shape") is None else shapes.shape_argument(given["shape"])
    return Array(asked_dtype(given, made.dtype), shape)


@function("full_like", "a fill_value dtype= order= subok= shape= * device=")
def _full_like(given: Given) -> Value:
    return _like(given)


@function("eye", "N M= k= dtype= order= * device= like=")
def _eye(given: Given) -> Value:
    rows = dimension(given["N"])
    columns = rows if given.get("M") is None else dimension(given["M"])
    return Array(asked_dtype(given, "float64"), (rows, columns))


@function("identity", "n dtype= * like=")
def _identity(given: Given) -> Value:
    rows = dimension(given["n"])
    return Array(asked_dtype(given, "float64"), (rows, rows))


@function("arange", "start= stop= step= dtype= * device= like=")
def _arange(given: Given) -> Value:
    bounds = [given[key] for key in ("start", "stop", "step") if given.get(key) is not None]
    kinds = {number_type(bound) for bound in bounds}
    default = None if None in kinds or not bounds else "float64" if "float" in kinds else "int64"
    known = all(bound.__class__ is int for bound in bounds) and bounds
    count: int | None = None
    if known and (len(bounds) < 3 or bounds[2]) and given.get("start") is not None:
        count = len(range(*bounds))
    return Array(asked_dtype(given, default), (count,))


def number_type(value: Value) -> str | None:
    """Which number of Python an argument is."""
    if value.__class__ is Unknown:
        return value.type if value.type in {"int", "float"} else None
    return {int: "int", float: "float"}.get(value.__class__)


@function("linspace", "start stop num= endpoint= retstep= dtype= axis= * device=")
def _linspace(given: Given) -> Value:
    made = _between(given)
    asked = given.get("retstep", False)
    if asked is True and made.__class__ is Array:
        return Seq("tuple", [made, UNKNOWN])
    return made if asked is False else UNKNOWN


@function("logspace", "start stop num= endpoint= base= dtype= axis=")
def _logspace(given: Given) -> Value:
    made = _between(given)
    if given.get("base", 10.0).__class__ in (int, float) or "dtype" in given:
        return made
    return Array(None, None)


@function("geomspace", "start stop num= endpoint= dtype= axis=")
def _between(given: Given) -> Array:
    """So many numbers from one to another, or from those of an array to those of another."""
    ends = [as_array(given[key]) for key in ("start", "stop")]
    wide = all(end.dtype == "float64" or (end.dtype is not None and kind_of(end.dtype) in "biu") for end in ends)
    dtype = asked_dtype(given, "float64" if wide else None)
    if any(end.dtype is None or not dtypes.is_number(end.dtype) for end in ends):
        return Array(dtype, None)
    shape = shapes.broadcast(ends[0].shape, ends[1].shape)
    if shape is None or (shape and given.get("axis", 0) != 0):
        return Array(dtype, None)
    return Array(dtype, (dimension(given["num"]) if "num" in given else 50, *shape))


@function("array", "object dtype= * copy= order= subok= ndmin= ndmax= like=")
def _make(given: Given) -> Value:
    made = _from(given["object"], given)
    if "ndmin" not in given:
        return made
    least = given["ndmin"]
    if least.__class__ is not int or made.shape is None:
        return Array(made.dtype, None, made.of)
    return Array(made.dtype, (1,) * (least - len(made.shape)) + made.shape, made.of)


def _from(value: Value, given: Given) -> Array:
    asked = given.get("dtype")
    if asked is None:
        return from_value(value)
    dtype = dtype_of(asked)
    if dtype is None:
        return Array(None, _shape_only(value))
    return _converted(value, dtype)


def _shape_only(value: Value) -> Shape:
    """The shape of what is made with a data type that is not known: an object may take in lists of any lengths.

    A tuple in a list may be one element of several fields.
    """
    if value.__class__ is Seq and any(item.__class__ is Seq and item.kind == "tuple" for item in value.items):
        return None
    try:
        return from_value(value).shape
    except Failure:
        return None


def _converted(value: Value, dtype: str) -> Array:
    made = from_value(value, dtype)
    if value.__class__ is Array and not value.scalar and dtype == "object" and value.dtype is not None:
        of = value.of if value.dtype == "object" else dtypes.python_type(value.dtype)
        return Array("object", made.shape, of)
    return made


@function("asarray", "a dtype= order= * device= copy= like=")
@function("asanyarray", "a dtype= order= * device= copy= like=")
@function("require", "a dtype= requirements= * like=")
def _as_array(given: Given) -> Value:
    return _from(given["a"], given)


@function("ascontiguousarray asfortranarray asarray_chkfinite", "a dtype= * like= **")
def _contiguous(given: Given) -> Value:
    made = _from(given["a"], given)
    return Array(made.dtype, made.shape or (None if made.shape is None else (1,)), made.of)


@function("copy", "a order= subok=")
def _copy(given: Given) -> Value:
    return as_array(given["a"])


@function("frombuffer", "buffer dtype= count= offset= * like=")
def _frombuffer(given: Given) -> Value:
    buffer, dtype = given["buffer"], asked_dtype(given, "float64")
    if buffer.__class__ is str or buffer == Unknown("str"):
        raise Failure("TypeError", "a bytes-like object is required, not 'str'")
    if dtype == "object":
        raise Failure("ValueError", "cannot create an OBJECT array from memory buffer")
    count = given.get("count", -1)
    if count.__class__ is int and count >= 0:
        return Array(dtype, (count,))
    if buffer.__class__ is bytes and dtype is not None and dtype not in {"str", "bytes"} and count == -1:
        size = (dtypes.bits_of(dtype) or 64) // 8
        if "offset" not in given:
            if len(buffer) % size:
                raise Failure("ValueError", "buffer size must be a multiple of element size")
            return Array(dtype, (len(buffer) // size,))
    return Array(dtype, (None,))


@function("ndarray", "shape dtype= buffer= offset= strides= order=")
def _raw(given: Given) -> Value:
    return Array(asked_dtype(given, "float64"), shapes.shape_argument(given["shape"]))


@function("fromiter", "iter dtype count= * like=")
def _fromiter(given: Given) -> Value:
    count = given.get("count", -1)
    return Array(dtype_of(given["dtype"]), (count if count.__class__ is int and count >= 0 else None,))


@function("fromstring", "string dtype= count= * sep= like=")
def _fromstring(given: Given) -> Value:
    return Array(asked_dtype(given, "float64"), (None,))
