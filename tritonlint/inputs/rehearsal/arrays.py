"""NumPy over arrays whose elements are not known: its functions, and an array's attributes and methods.

What the functions give was compared with NumPy 1.26 and 2 (``tests/test_rehearsal_arrays.py``); where the two differ,
or the elements decide, the answer is open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NoReturn

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import (
    Operand,
    binary,
    calculated,
    common_dtype,
    compare,
    convertible,
    element,
    from_value,
    getitem,
    inplace,
    length,
    operand,
    pick,
    result,
    setitem,
    truth,
    unary,
)
from tritonlint.inputs.rehearsal.shapes import SEQUENCES, Slice
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    DType,
    Failure,
    Library,
    Seq,
    Shape,
    Unknown,
    Value,
)

__all__ = [
    "Slice",
    "attribute",
    "binary",
    "call",
    "compare",
    "constant",
    "dtype_attribute",
    "element",
    "from_value",
    "getitem",
    "inplace",
    "length",
    "method",
    "setitem",
    "truth",
    "unary",
]

Given = dict[str, Value]
Run = Callable[[Given], Value]
_RUNS: dict[str, tuple[str, Run]] = {}
MAX_LISTED = 64
"""Elements that ``tolist()`` shows one by one."""


# ------------------------------------------------------------------------------------------------------- signatures
@cache
def _signature(text: str) -> tuple[tuple[str, ...], frozenset[str], frozenset[str], bool]:
    """Names by position, those that must be given, all names, and whether others may be given."""
    positional: list[str] = []
    needed: set[str] = set()
    names: set[str] = set()
    by_position = True
    for word in text.split():
        if word == "*":
            by_position = False
        elif word != "**":
            name = word.rstrip("=")
            names.add(name)
            if by_position:
                positional.append(name)
            if not word.endswith("="):
                needed.add(name)
    return tuple(positional), frozenset(needed), frozenset(names), text.endswith("**")


def _bind(name: str, text: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Given:
    """Arguments by name; raises what Python does where they do not fit."""
    positional, needed, names, more = _signature(text)
    if len(args) > len(positional):
        if more:
            args = args[: len(positional)]
        else:
            most = len(positional)
            takes = f"{name}() takes {most} positional argument{'s' * (most != 1)} but {len(args)} were given"
            raise Failure("TypeError", takes)
    given = dict(zip(positional, args, strict=False))
    for key, value in kwargs.items():
        if key in given:
            raise Failure("TypeError", f"{name}() got multiple values for argument '{key}'")
        if key not in names and not more:
            raise Failure("TypeError", f"{name}() got an unexpected keyword argument '{key}'")
        given[key] = value
    missing = [key for key in positional if key in needed and key not in given]
    if missing:
        listed = " and ".join(f"'{key}'" for key in missing)
        word = "argument" if len(missing) == 1 else "arguments"
        raise Failure("TypeError", f"{name}() missing {len(missing)} required positional {word}: {listed}")
    return given


def _numpy(names: str, signature: str) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        for name in names.split():
            _RUNS[name] = (signature, run)
        return run

    return register


def call(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """What ``numpy.<name>(…)`` gives."""
    if name in _TYPES:
        return _scalar_type(name, args, kwargs)
    if name in _UNARY:
        return _unary_ufunc(name, args, kwargs)
    if name in _BINARY:
        return _binary_ufunc(name, args, kwargs)
    if name.startswith(("char.", "core.defchararray.")):
        return _char(name.rpartition(".")[2], args)
    if name in {"random.rand", "random.randn"}:
        return result("float64", tuple(map(_dimension, args))) if args else Unknown("float")
    found = _RUNS.get(name)
    if found is None:
        return UNKNOWN
    signature, run = found
    given = _bind(name.rpartition(".")[2], signature, args, kwargs)
    made = run(given)
    out = given.get("out")
    return made if out is None else out


def _dimension(value: Value) -> int | None:
    found = shapes.integer(value)
    if found is not None and found < 0:
        raise Failure("ValueError", "negative dimensions are not allowed")
    return found


# ------------------------------------------------------------------------------------------------------- data types
_TYPES = {name: dtype for name, dtype in dtypes.NAMES.items() if len(name) > 2 and name != "c16"}
_CONSTANTS: dict[str, Value] = {
    "pi": math.pi,
    "e": math.e,
    "euler_gamma": 0.5772156649015329,
    "inf": math.inf,
    "Inf": math.inf,
    "infty": math.inf,
    "PINF": math.inf,
    "NINF": -math.inf,
    "nan": math.nan,
    "NaN": math.nan,
    "NAN": math.nan,
    "newaxis": None,
    "True_": Array("bool", (), None, True),
    "False_": Array("bool", (), None, True),
}


def constant(name: str) -> Value:
    """What ``numpy.<name>`` is when it is not called."""
    if name in _TYPES:
        return DType(_TYPES[name])
    return _CONSTANTS[name] if name in _CONSTANTS else Library(f"numpy.{name}")


def _scalar_type(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.float32(x)``."""
    dtype = _TYPES[name]
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
    return Array(dtype, (), None, True) if made.shape == () else made


def _asked(given: Given, default: str | None = None, key: str = "dtype") -> str | None:
    """The data type that the arguments ask for; ``default`` where they do not."""
    value = given.get(key)
    return default if value is None else dtype_of(value)


@_numpy("dtype", "dtype align= copy= metadata=")
def _dtype(given: Given) -> Value:
    return DType(dtype_of(given["dtype"]))


_DTYPE_ATTRIBUTES = frozenset(
    {
        "alignment", "base", "byteorder", "char", "descr", "fields", "flags", "hasobject", "isalignedstruct",
        "isbuiltin", "isnative", "itemsize", "kind", "metadata", "name", "names", "ndim", "newbyteorder", "num",
        "shape", "str", "subdtype", "type",
    }
)  # fmt: skip


def dtype_attribute(dtype: DType, name: str) -> Value:
    """An attribute of a data type, or of a class such as ``numpy.float32``."""
    known = dtype.name
    if name.startswith("__") or (name not in _DTYPE_ATTRIBUTES and name in _METHODS):
        return UNKNOWN
    if name not in _DTYPE_ATTRIBUTES:
        if name in _SCALAR_ONLY:
            return UNKNOWN
        raise Failure("AttributeError", f"'numpy.dtype[{known or 'generic'}]' object has no attribute '{name}'")
    if name in {"type", "base"}:
        return dtype
    if known is None:
        return Unknown("str") if name in {"kind", "name", "char", "str"} else UNKNOWN
    if name == "kind":
        return kind_of(known)
    if known in {"str", "bytes"}:
        return Unknown("str") if name in {"name", "str"} else Unknown("int") if name == "itemsize" else UNKNOWN
    if name == "name":
        return known
    if name == "itemsize":
        return (dtypes.bits_of(known) or 64) // 8
    return Unknown("str") if name in {"char", "str"} else UNKNOWN


# --------------------------------------------------------------------------------------------------- making arrays
@_numpy("zeros ones empty", "shape dtype= order= * device= like=")
def _filled(given: Given) -> Value:
    return Array(_asked(given, "float64"), shapes.shape_argument(given["shape"]))


@_numpy("full", "shape fill_value dtype= order= * device= like=")
def _full(given: Given) -> Value:
    value = given["fill_value"]
    asked = given.get("dtype")
    made = from_value(value, _asked(given) if asked is not None else None)
    dtype = dtype_of(asked) if asked is not None else made.dtype
    shape = shapes.shape_argument(given["shape"])
    if shape is not None and made.shape is not None and not shapes.fits(made.shape, shape):
        raise Failure(
            "ValueError",
            f"could not broadcast input array from shape {shapes.words(made.shape)} into shape {shapes.words(shape)}",
        )
    return Array(dtype, shape, made.of if dtype == "object" else None)


@_numpy("zeros_like ones_like empty_like", "a dtype= order= subok= shape= * device=")
def _like(given: Given) -> Value:
    made = _array(given["a"])
    shape = made.shape if given.get("shape") is None else shapes.shape_argument(given["shape"])
    return Array(_asked(given, made.dtype), shape)


@_numpy("full_like", "a fill_value dtype= order= subok= shape= * device=")
def _full_like(given: Given) -> Value:
    return _like(given)


@_numpy("eye", "N M= k= dtype= order= * device= like=")
def _eye(given: Given) -> Value:
    rows = _dimension(given["N"])
    columns = rows if given.get("M") is None else _dimension(given["M"])
    return Array(_asked(given, "float64"), (rows, columns))


@_numpy("identity", "n dtype= * like=")
def _identity(given: Given) -> Value:
    rows = _dimension(given["n"])
    return Array(_asked(given, "float64"), (rows, rows))


@_numpy("arange", "start= stop= step= dtype= * device= like=")
def _arange(given: Given) -> Value:
    bounds = [given[key] for key in ("start", "stop", "step") if given.get(key) is not None]
    kinds = {_number_type(bound) for bound in bounds}
    default = None if None in kinds or not bounds else "float64" if "float" in kinds else "int64"
    known = all(bound.__class__ is int for bound in bounds) and bounds
    count: int | None = None
    if known and (len(bounds) < 3 or bounds[2]) and given.get("start") is not None:
        count = len(range(*bounds))
    return Array(_asked(given, default), (count,))


def _number_type(value: Value) -> str | None:
    if value.__class__ is Unknown:
        return value.type if value.type in {"int", "float"} else None
    return {int: "int", float: "float"}.get(value.__class__)


@_numpy("linspace", "start stop num= endpoint= retstep= dtype= axis= * device=")
def _linspace(given: Given) -> Value:
    if given.get("retstep", False) is not False:
        return UNKNOWN
    ends = [_array(given[key]) for key in ("start", "stop")]
    if any(end.shape != () or end.dtype not in {"int64", "float64"} for end in ends):
        return Array(_asked(given, None), None)
    return Array(_asked(given, "float64"), (_dimension(given["num"]) if "num" in given else 50,))


@_numpy("array", "object dtype= * copy= order= subok= ndmin= like=")
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
    """The shape of what is made with a data type that is not known: an object may take in lists of any lengths."""
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


@_numpy("asarray", "a dtype= order= * device= copy= like=")
@_numpy("asanyarray", "a dtype= order= * device= copy= like=")
def _as_array(given: Given) -> Value:
    return _from(given["a"], given)


@_numpy("ascontiguousarray asfortranarray require asarray_chkfinite", "a dtype= * like= **")
def _contiguous(given: Given) -> Value:
    made = _from(given["a"], given)
    return Array(made.dtype, made.shape or (None if made.shape is None else (1,)), made.of)


@_numpy("copy", "a order= subok=")
def _copy(given: Given) -> Value:
    return _array(given["a"])


@_numpy("frombuffer", "buffer dtype= count= offset= * like=")
def _frombuffer(given: Given) -> Value:
    buffer, dtype = given["buffer"], _asked(given, "float64")
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


@_numpy("fromiter", "iter dtype count= * like=")
def _fromiter(given: Given) -> Value:
    return Array(dtype_of(given["dtype"]), (None,))


@_numpy("fromstring", "string dtype= count= * sep= like=")
def _fromstring(given: Given) -> Value:
    return Array(_asked(given, "float64"), (None,))


def _sized(given: Given, dtype: str, single: Value, *others: str) -> Value:
    """Random numbers: of ``size``, or of the shape that the other arguments have in common."""
    size = given.get("size")
    if size is not None:
        return Array(dtype, shapes.shape_argument(size))
    for key in others:
        value = given.get(key, 0)
        if _number_type(value) is None:
            return UNKNOWN
    return single


@_numpy("random.random random.random_sample random.standard_normal random.ranf random.sample", "size=")
def _random(given: Given) -> Value:
    return _sized(given, "float64", Unknown("float"))


@_numpy("random.normal random.laplace random.logistic random.gumbel", "loc= scale= size=")
def _normal(given: Given) -> Value:
    return _sized(given, "float64", Unknown("float"), "loc", "scale")


@_numpy("random.uniform", "low= high= size=")
def _uniform(given: Given) -> Value:
    return _sized(given, "float64", Unknown("float"), "low", "high")


@_numpy("random.randint", "low high= size= dtype=")
def _randint(given: Given) -> Value:
    return _sized(given, _asked(given, "int64") or "", UNKNOWN if "dtype" in given else Unknown("int"), "low", "high")


@_numpy("random.seed", "seed= **")
@_numpy("random.shuffle", "x")
def _nothing(given: Given) -> Value:
    return None


@_numpy("random.permutation", "x")
def _permutation(given: Given) -> Value:
    value = given["x"]
    if _number_type(value) == "int":
        return Array("int64", (max(value, 0) if value.__class__ is int else None,))
    made = _array(value)
    return made if made.shape else UNKNOWN


# -------------------------------------------------------------------------------------------------------- the pieces
def _array(value: Value) -> Array:
    """An argument as an array, as most functions take it."""
    return value if value.__class__ is Array and not value.scalar else from_value(value)


def _single(made: Array, shape: Shape, dtype: str | None = "") -> Value:
    """A result of another shape, with the elements of ``made``."""
    dtype = made.dtype if dtype == "" else dtype
    if shape is None and dtype in {None, "object", "str", "bytes"}:
        return UNKNOWN
    return result(dtype, shape, made.of if dtype == "object" else None)


def _kept(value: Value, made: Array, shape: Shape) -> Array:
    """The same elements in another shape; a single element of NumPy stays one."""
    return Array(made.dtype, shape, made.of, shape == () and value.__class__ is Array and value.scalar)


def _text(made: Array) -> bool:
    return made.dtype in {"str", "bytes"}


def _empty(made: Array) -> bool:
    return made.shape is not None and 0 in made.shape


def _refuse(name: str, made: Array) -> None:
    """Raise what a ufunc does for texts."""
    if _empty(made):
        return
    if _text(made):
        raise Failure("TypeError", f"ufunc '{name}' did not contain a loop with signature matching types")


def _no_sequence(value: Value, name: str) -> NoReturn:
    raise Failure("TypeError", f"{name}() argument is no sequence of arrays: {value!r}")


# -------------------------------------------------------------------------------------------------------- reductions
_REDUCED = "a axis= dtype= out= keepdims= initial= where="
_EXTREME = "a axis= out= keepdims= initial= where="


@_numpy("sum prod nansum nanprod product", _REDUCED)
def _sum(given: Given) -> Value:
    made = _array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    _refuse("add", made)
    return _single(Array(), shape, _asked(given, _summed(made.dtype)))


def _summed(dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return "object" if dtype == "object" else None
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(kind_of(dtype), dtype)


@_numpy("mean nanmean", "a axis= dtype= out= keepdims= * where=")
@_numpy("std var nanstd nanvar", "a axis= dtype= out= ddof= keepdims= * where= mean= correction=")
def _mean(given: Given) -> Value:
    made = _array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    _refuse("add", made)
    if made.dtype == "object" and made.of in {"bytes", "str"} and not _empty(made):
        raise Failure("TypeError", f"unsupported operand type(s) for /: '{made.of}' and 'int'")
    return _single(Array(), shape, _asked(given, _averaged(made.dtype)))


def _averaged(dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return None
    return "float64" if kind_of(dtype) in "biu" else dtype if kind_of(dtype) == "f" else None


@_numpy("max min amax amin nanmax nanmin", _EXTREME)
@_numpy("ptp", "a axis= out= keepdims=")
def _max(given: Given) -> Value:
    made = _array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    _refuse("maximum", made)
    return _single(made, shape)


@_numpy("median nanmedian", "a axis= out= overwrite_input= keepdims=")
def _median(given: Given) -> Value:
    made = _array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return _single(Array(), shape, _averaged(made.dtype))


@_numpy("argmax argmin nanargmax nanargmin", "a axis= out= * keepdims=")
def _argmax(given: Given) -> Value:
    made = _array(given["a"])
    axis = given.get("axis")
    if axis.__class__ is Seq:
        raise Failure("TypeError", f"'{axis.kind}' object cannot be interpreted as an integer")
    return _single(Array(), shapes.reduced(made.shape, axis, given.get("keepdims", False)), "int64")


@_numpy("any all", "a axis= out= keepdims= * where=")
def _any(given: Given) -> Value:
    made = _array(given["a"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    dtype = "bool" if made.dtype is not None and dtypes.is_number(made.dtype) else None
    return _single(Array(), shape, dtype)


@_numpy("count_nonzero", "a axis= * keepdims=")
def _count(given: Given) -> Value:
    if given.get("axis") is None and "keepdims" not in given:
        return UNKNOWN
    made = _array(given["a"])
    return _single(Array(), shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False)), "int64")


@_numpy("cumsum cumprod nancumsum nancumprod", "a axis= dtype= out=")
def _cumulated(given: Given) -> Value:
    made = _array(given["a"])
    axis = given.get("axis")
    if axis is None:
        shape: Shape = (shapes.size_of(made.shape),)
    else:
        shape = made.shape
        if shape is not None:
            shapes.axes_of(axis, len(shape) or 1)
    _refuse("add", made)
    return Array(_asked(given, _summed(made.dtype)), shape or (None if shape is None else (1,)))


@_numpy("average", "a axis= weights= returned= * keepdims=")
def _average(given: Given) -> Value:
    made = _array(given["a"])
    if given.get("returned", False) is not False:
        return UNKNOWN
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return _single(Array(), shape, _averaged(made.dtype) if given.get("weights") is None else None)


@_numpy("percentile quantile nanpercentile nanquantile", "a q axis= out= overwrite_input= method= keepdims= **")
def _percentile(given: Given) -> Value:
    made = _array(given["a"])
    asked = _array(given["q"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    if shape is None or asked.shape is None:
        return UNKNOWN
    dtype = "float64" if (made.dtype is not None and kind_of(made.dtype) in "iu") or made.dtype == "float64" else None
    return _single(Array(), (*asked.shape, *shape), dtype)


@_numpy("linalg.norm", "x ord= axis= keepdims=")
def _norm(given: Given) -> Value:
    made = _array(given["x"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    return _single(Array(), shape, _averaged(made.dtype) if given.get("ord") in (None, 2) else None)


# ------------------------------------------------------------------------------------------------------------ shapes
@_numpy("reshape", "a shape= order= * newshape= copy=")
def _reshape(given: Given) -> Value:
    made = _array(given["a"])
    asked = given.get("shape", given.get("newshape"))
    return _kept(given["a"], made, _reshaped(made, asked))


def _reshaped(made: Array, asked: Value) -> Shape:
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


@_numpy("ravel", "a order=")
def _ravel(given: Given) -> Value:
    made = _array(given["a"])
    return Array(made.dtype, (shapes.size_of(made.shape),), made.of)


@_numpy("squeeze", "a axis=")
def _squeeze(given: Given) -> Value:
    made = _array(given["a"])
    return _kept(given["a"], made, shapes.squeezed(made.shape, given.get("axis")))


@_numpy("expand_dims", "a axis")
def _expand(given: Given) -> Value:
    made = _array(given["a"])
    return Array(made.dtype, shapes.expanded(made.shape, given["axis"]), made.of)


@_numpy("transpose permute_dims", "a axes=")
def _transpose(given: Given) -> Value:
    made = _array(given["a"])
    return _kept(given["a"], made, _turned(made, given.get("axes")))


def _turned(made: Array, order: Value) -> Shape:
    if order is None:
        return shapes.transposed(made.shape, None)
    if order.__class__ is not Seq or order.open:
        return (None,) * len(made.shape) if made.shape is not None else None
    return shapes.transposed(made.shape, order.items)


@_numpy("swapaxes", "a axis1 axis2")
def _swap(given: Given) -> Value:
    made = _array(given["a"])
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


@_numpy("moveaxis rollaxis", "a source destination **")
def _move(given: Given) -> Value:
    made = _array(given["a"])
    source, target = given["source"], given["destination"]
    if made.shape is None or source.__class__ is not int or target.__class__ is not int:
        return Array(made.dtype, (None,) * len(made.shape) if made.shape is not None else None, made.of)
    rank = len(made.shape)
    source, target = shapes.axis_of(source, rank), shapes.axis_of(target, rank)
    order = [place for place in range(rank) if place != source]
    order.insert(target, source)
    return Array(made.dtype, tuple(made.shape[place] for place in order), made.of)


@_numpy("flip", "m axis=")
@_numpy("fliplr flipud", "m")
@_numpy("roll", "a shift axis=")
@_numpy("sort", "a axis= kind= order= * stable=")
@_numpy("tril triu", "m k=")
def _same(given: Given) -> Value:
    made = _array(next(iter(given.values())))
    return Array(made.dtype, made.shape, made.of) if made.shape else _single(made, None)


@_numpy("nan_to_num", "x copy= nan= posinf= neginf=")
def _nan_to_num(given: Given) -> Value:
    made = _array(given["x"])
    return result(made.dtype, made.shape, made.of)


@_numpy("round around round_", "a decimals= out=")
def _round(given: Given) -> Value:
    made = _array(given["a"])
    _refuse("rint", made)
    return result(made.dtype if made.dtype not in {"bool", "object"} else None, made.shape)


@_numpy("argsort argpartition", "a axis= kind= order= * stable=")
def _argsort(given: Given) -> Value:
    made = _array(given["a"])
    if given.get("axis", -1) is None:
        return Array("int64", (shapes.size_of(made.shape),))
    return Array("int64", made.shape or (None if made.shape is None else (1,)))


@_numpy("concatenate", "arrays= axis= out= * dtype= casting=")
@_numpy("concat", "arrays= axis= out= * dtype= casting=")
def _concatenate(given: Given) -> Value:
    parts = _parts(given.get("arrays"), "concatenate")
    axis = given.get("axis", 0)
    if axis is not None and axis.__class__ is not Array:
        shapes.integer(axis)
    if parts is None or axis.__class__ is Array:
        return Array(_asked(given), None)
    found, whole = parts
    shape = shapes.joined([part.shape for part in found], axis)
    if not whole and shape is not None:
        place = axis if axis.__class__ is int else 0
        shape = tuple(None if n == place % len(shape) else one for n, one in enumerate(shape))
    if axis is None and any(not part.shape for part in found):
        return Array(_asked(given), shape)  # NumPy 1 looks at the values of single elements.
    return _put(found, shape, given)


def _put(parts: Sequence[Array], shape: Shape, given: Given) -> Value:
    dtype = dtypes.promote_all(part.dtype for part in parts)
    of = {part.of for part in parts}
    return Array(_asked(given, dtype), shape, of.pop() if len(of) == 1 and dtype == "object" else None)


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
    if value.open and not value.items:
        return None
    if len(value.items) > MAX_LISTED:
        return None
    return [_array(item) for item in value.items], not value.open


@_numpy("stack", "arrays axis= out= * dtype= casting=")
def _stack(given: Given) -> Value:
    parts = _parts(given["arrays"], "stack")
    if parts is None:
        return Array(_asked(given), None)
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


@_numpy("vstack row_stack", "tup * dtype= casting=")
def _vstack(given: Given) -> Value:
    parts = _parts(given["tup"], "vstack")
    if parts is None:
        return Array(_asked(given), None)
    found = [_at_least(part, 2) for part in parts[0]]
    shape = shapes.joined([part.shape for part in found], 0)
    if not parts[1] and shape is not None:
        shape = (None, *shape[1:])
    return _put(found, shape, given)


@_numpy("hstack", "tup * dtype= casting=")
def _hstack(given: Given) -> Value:
    parts = _parts(given["tup"], "hstack")
    if parts is None:
        return Array(_asked(given), None)
    found = [_at_least(part, 1) for part in parts[0]]
    ranks = {len(part.shape) if part.shape is not None else None for part in found}
    if None in ranks:
        return _put(found, None, given)
    axis = 0 if found and len(found[0].shape or ()) == 1 else 1
    shape = shapes.joined([part.shape for part in found], axis)
    if not parts[1] and shape is not None:
        shape = tuple(None if place == axis else one for place, one in enumerate(shape))
    return _put(found, shape, given)


@_numpy("column_stack dstack", "tup")
def _column_stack(given: Given) -> Value:
    parts = _parts(given["tup"], "column_stack")
    return Array(None, None) if parts is None else _put(parts[0], None, given)


@_numpy("atleast_1d", "a")
def _atleast_1d(given: Given) -> Value:
    return _at_least(_array(given["a"]), 1)


@_numpy("atleast_2d", "a")
def _atleast_2d(given: Given) -> Value:
    return _at_least(_array(given["a"]), 2)


@_numpy("broadcast_to", "array shape subok=")
def _broadcast_to(given: Given) -> Value:
    made = _array(given["array"])
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


@_numpy("repeat", "a repeats axis=")
def _repeat(given: Given) -> Value:
    made = _array(given["a"])
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


@_numpy("tile", "A reps")
def _tile(given: Given) -> Value:
    made = _array(given["A"])
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


@_numpy("pad", "array pad_width mode= **")
def _pad(given: Given) -> Value:
    made = _array(given["array"])
    return Array(made.dtype, (None,) * len(made.shape) if made.shape is not None else None, made.of)


@_numpy("unique", "ar return_index= return_inverse= return_counts= axis= * equal_nan= sorted=")
def _unique(given: Given) -> Value:
    if len(given) > 1:
        return UNKNOWN
    made = _array(given["ar"])
    return Array(made.dtype, (None,), made.of)


@_numpy("split array_split", "ary indices_or_sections axis=")
def _split(given: Given) -> Value:
    made = _array(given["ary"])
    parts, axis = given["indices_or_sections"], given.get("axis", 0)
    if parts.__class__ is not int or not 0 < parts <= MAX_LISTED or axis.__class__ is not int or not made.shape:
        return UNKNOWN
    if not -len(made.shape) <= axis < len(made.shape):
        return UNKNOWN
    place = axis % len(made.shape)
    whole = made.shape[place]
    one = whole // parts if whole is not None and whole % parts == 0 else None
    shape = tuple(one if n == place else length for n, length in enumerate(made.shape))
    return Seq("list", [Array(made.dtype, shape, made.of) for _ in range(parts)])


@_numpy("take", "a indices axis= out= mode=")
def _take(given: Given) -> Value:
    made = _array(given["a"])
    index, axis = _array(given["indices"]), given.get("axis")
    if made.shape is None or index.shape is None:
        return _single(made, None)
    if axis is None:
        return _single(made, index.shape)
    places = shapes.axes_of(axis, len(made.shape))
    if places is None or len(places) != 1:
        return _single(made, None)
    return _single(made, (*made.shape[: places[0]], *index.shape, *made.shape[places[0] + 1 :]))


# ----------------------------------------------------------------------------------------------- choosing and testing
@_numpy("where", "condition x= y=")
def _where(given: Given) -> Value:
    if len(given) == 1:
        made = _array(given["condition"])
        if not made.shape:
            return UNKNOWN
        return Seq("tuple", [Array("int64", (None,)) for _ in made.shape])
    if len(given) == 2:
        raise Failure("ValueError", "either both or neither of x and y should be given")
    condition = _array(given["condition"])
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


@_numpy("clip", "a a_min= a_max= out= * min= max= **")
def _clip(given: Given) -> Value:
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
        _refuse("clip", Array(made.dtype, made.shape))
    return result(dtype, shape)


@_numpy("nonzero", "a")
def _nonzero(given: Given) -> Value:
    made = _array(given["a"])
    if not made.shape:
        return UNKNOWN
    return Seq("tuple", [Array("int64", (None,)) for _ in made.shape])


@_numpy("flatnonzero", "a")
def _flatnonzero(given: Given) -> Value:
    return Array("int64", (None,))


@_numpy("argwhere", "a")
def _argwhere(given: Given) -> Value:
    made = _array(given["a"])
    return Array("int64", (None, len(made.shape) if made.shape is not None else None))


@_numpy("isin in1d", "element test_elements assume_unique= invert= * kind=")
def _isin(given: Given) -> Value:
    return Array("bool", _array(given["element"]).shape)


@_numpy("isclose", "a b rtol= atol= equal_nan=")
def _isclose(given: Given) -> Value:
    first, second = operand(given["a"]), operand(given["b"])
    if first is None or second is None:
        return UNKNOWN
    return _single(Array(), shapes.broadcast(first.shape, second.shape), "bool")


@_numpy("allclose", "a b rtol= atol= equal_nan=")
@_numpy("array_equal", "a1 a2 equal_nan=")
@_numpy("array_equiv", "a1 a2")
@_numpy("isscalar", "element")
@_numpy("issubdtype", "arg1 arg2")
def _yes_or_no(given: Given) -> Value:
    return Unknown("bool")


@_numpy("shape", "a")
def _shape(given: Given) -> Value:
    return _shape_value(_array(given["a"]))


@_numpy("ndim", "a")
def _ndim(given: Given) -> Value:
    made = _array(given["a"])
    return len(made.shape) if made.shape is not None else Unknown("int")


@_numpy("size", "a axis=")
def _size(given: Given) -> Value:
    made = _array(given["a"])
    found = shapes.size_of(made.shape) if given.get("axis") is None else None
    return Unknown("int") if found is None else found


@_numpy("dot", "a b out=")
def _dot(given: Given) -> Value:
    first, second = operand(given["a"]), operand(given["b"])
    if first is None or second is None:
        return UNKNOWN
    if not first.shape or not second.shape:
        return UNKNOWN
    return result(common_dtype([first, second]), shapes.dotted(first.shape, second.shape))


@_numpy("outer", "a b out=")
def _outer(given: Given) -> Value:
    first, second = _array(given["a"]), _array(given["b"])
    if not first.shape or not second.shape:
        return Array(None, (shapes.size_of(first.shape), shapes.size_of(second.shape)))
    return Array(
        dtypes.promote_all((first.dtype, second.dtype)), (shapes.size_of(first.shape), shapes.size_of(second.shape))
    )


@_numpy("einsum tensordot inner cross vdot kron", "**")
def _some_product(given: Given) -> Value:
    return UNKNOWN


@_numpy("linalg.inv linalg.pinv", "a **")
def _inverse(given: Given) -> Value:
    made = _array(given["a"])
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


@_numpy("diff", "a n= axis= **")
def _diff(given: Given) -> Value:
    made = _array(given["a"])
    if made.shape is None or len(given) > 1 or made.dtype == "bool":
        return Array(made.dtype if made.dtype != "object" else None, None)
    if not made.shape:
        raise Failure("ValueError", "diff requires input that is at least one dimensional")
    last = made.shape[-1]
    return Array(made.dtype, (*made.shape[:-1], None if last is None else max(last - 1, 0)))


@_numpy("searchsorted digitize", "a v side= sorter= **")
def _searchsorted(given: Given) -> Value:
    return UNKNOWN


# ------------------------------------------------------------------------------------------------------------ ufuncs
_FLOATS = frozenset(
    {
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "arcsin",
        "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "degrees",
        "radians", "rint", "floor", "ceil", "trunc",
    }
)  # fmt: skip
_TRUTHS = frozenset({"isnan", "isinf", "isfinite", "logical_not", "signbit"})
_ALIKE = frozenset({"abs", "absolute", "negative", "positive", "square", "sign", "conj", "conjugate", "fabs"})
_UNARY = _FLOATS | _TRUTHS | _ALIKE | {"invert", "bitwise_not", "reciprocal"}
_OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "mod": "%",
    "remainder": "%",
    "power": "**",
    "matmul": "@",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "left_shift": "<<",
    "right_shift": ">>",
}
_COMPARISONS = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
_EXTREMES = frozenset({"maximum", "minimum", "fmax", "fmin"})
_LOGICAL = frozenset({"logical_and", "logical_or", "logical_xor"})
_BINARY = frozenset(_OPERATORS) | frozenset(_COMPARISONS) | _EXTREMES | _LOGICAL
_UFUNC = " out= * where= casting= order= dtype= subok= signature= axes= axis="


def _unary_ufunc(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = _bind(name, "x" + _UFUNC, args, kwargs)
    made = _array(given["x"])
    _refuse(name, made)
    if made.dtype == "object" and made.of in {"bytes", "str"} and not _empty(made) and name != "logical_not":
        text = f"loop of ufunc does not support argument 0 of type {made.of} which has no callable {name} method"
        raise Failure("TypeError", text)
    if given.get("out") is not None:
        return _written(given["out"])
    dtype = _asked(given, _unary_dtype(name, made.dtype))
    return _single(Array(), made.shape, dtype)


def _unary_dtype(name: str, dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return "object" if dtype == "object" and name not in _TRUTHS else None
    if name in _TRUTHS:
        return "bool"
    code = kind_of(dtype)
    if code in "fc":
        return dtype if code == "f" or name not in {"abs", "absolute", "sign"} else None
    if name in _ALIKE or name in {"invert", "bitwise_not", "reciprocal"}:
        return dtype if code != "b" and name != "fabs" else "bool" if name in {"invert", "absolute", "abs"} else None
    if name in {"floor", "ceil", "trunc"}:
        return None
    return {8: "float16", 16: "float32"}.get(dtypes.bits_of(dtype) or 64, "float64")


def _written(out: Value) -> Value:
    """An array that was given for a result."""
    return Array(None, out.shape) if out.__class__ is Array and out.dtype == "object" else out


def _binary_ufunc(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = _bind(name, "x1 x2" + _UFUNC, args, kwargs)
    first, second = operand(given["x1"]), operand(given["x2"])
    if first is None or second is None:
        return UNKNOWN if given.get("out") is None else _written(given["out"])
    # The arguments of a function are no scalars of Python's own operators.
    if name in _OPERATORS:
        made = calculated(_OPERATORS[name], first, second)
    elif name in _COMPARISONS:
        made = _compared(first, second)
    elif name in _LOGICAL:
        made = _single(Array(), shapes.broadcast(first.shape, second.shape), "bool")
        if "object" in (first.dtype, second.dtype) or None in (first.dtype, second.dtype):
            made = UNKNOWN
    else:
        if "object" not in (first.dtype, second.dtype):
            for side in (first, second):
                _refuse(name, Array(side.dtype, side.shape))
        made = result(common_dtype([first, second]), shapes.broadcast(first.shape, second.shape))
    if given.get("out") is not None:
        return _written(given["out"])
    if given.get("dtype") is not None:
        asked = dtype_of(given["dtype"])
        return Array(asked, made.shape, None, made.scalar) if made.__class__ is Array and asked else UNKNOWN
    return made


def _compared(first: Operand, second: Operand) -> Value:
    shape = shapes.broadcast(first.shape, second.shape)
    if any(side.dtype is None or not dtypes.is_number(side.dtype) for side in (first, second)):
        return UNKNOWN
    return result("bool", shape)


def _char(name: str, args: list[Value]) -> Value:
    """Functions of ``numpy.char``."""
    if not args:
        return UNKNOWN
    made = _array(args[0])
    if (
        made.dtype is not None
        and dtypes.is_number(made.dtype)
        and not _empty(made)
        and name not in {"array", "asarray"}
    ):
        raise Failure("TypeError", "string operation on non-string array")
    if not made.shape:
        return UNKNOWN
    if name == "decode":
        return Array("str", made.shape)
    if name == "encode":
        return Array("bytes", made.shape)
    if name in {"upper", "lower", "strip", "lstrip", "rstrip", "title", "capitalize", "replace", "zfill", "center"}:
        return Array(made.dtype if made.dtype in {"str", "bytes"} else None, made.shape)
    return UNKNOWN


# -------------------------------------------------------------------------------------------- attributes and methods
_METHODS = frozenset(
    {
        "all", "any", "argmax", "argmin", "argpartition", "argsort", "astype", "byteswap", "choose", "clip",
        "compress", "conj", "conjugate", "copy", "cumprod", "cumsum", "diagonal", "dot", "dump", "dumps", "fill",
        "flatten", "getfield", "item", "itemset", "max", "mean", "min", "newbyteorder", "nonzero", "partition", "prod",
        "ptp", "put", "ravel", "repeat", "reshape", "resize", "round", "searchsorted", "setfield", "setflags", "sort",
        "squeeze", "std", "sum", "swapaxes", "take", "to_device", "tobytes", "tofile", "tolist", "tostring", "trace",
        "transpose", "var", "view",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "T", "mT", "base", "ctypes", "data", "device", "dtype", "flags", "flat", "imag", "itemsize", "nbytes", "ndim",
        "real", "shape", "size", "strides",
    }
)  # fmt: skip
_SCALAR_ONLY = frozenset(
    {"as_integer_ratio", "bit_count", "denominator", "fromhex", "hex", "is_integer", "numerator", "mro"}
)


def _shape_value(array: Array) -> Value:
    if array.shape is None:
        return UNKNOWN
    return Seq("tuple", [Unknown("int") if one is None else one for one in array.shape])


def attribute(array: Array, name: str) -> Value:
    """``array.<name>``."""
    if name in _METHODS:
        return Bound(array, name)
    if name not in _ATTRIBUTES:
        if name.startswith("__"):
            return UNKNOWN
        if array.scalar or array.shape is None:
            if name in _SCALAR_ONLY or array.dtype is None or (array.shape is None and not _certain_array(array)):
                return UNKNOWN
            raise Failure("AttributeError", f"'numpy.{array.dtype}' object has no attribute '{name}'")
        raise Failure("AttributeError", f"'numpy.ndarray' object has no attribute '{name}'")
    if name == "shape":
        return _shape_value(array)
    if name == "dtype":
        return DType(array.dtype)
    if name == "ndim":
        return Unknown("int") if array.shape is None else len(array.shape)
    if name == "size":
        size = shapes.size_of(array.shape)
        return Unknown("int") if size is None else size
    if name in {"itemsize", "nbytes"}:
        bits = dtypes.bits_of(array.dtype) if array.dtype is not None else None
        size = 1 if name == "itemsize" else shapes.size_of(array.shape)
        return Unknown("int") if bits is None or size is None else bits // 8 * size
    if name == "T":
        return Array(array.dtype, shapes.transposed(array.shape, None), array.of, array.scalar)
    if name in {"real", "imag"}:
        return array if array.dtype is not None and kind_of(array.dtype) in "biuf" else UNKNOWN
    if name == "flat":
        return Array(array.dtype, (shapes.size_of(array.shape),), array.of)
    return UNKNOWN


def _certain_array(array: Array) -> bool:
    """Whether an array of unknown shape has no attributes but those of arrays: numbers have hardly any others."""
    return array.dtype is not None and dtypes.is_number(array.dtype)


_LIKE_FUNCTIONS = frozenset(
    {
        "all", "any", "argmax", "argmin", "argsort", "cumprod", "cumsum", "dot", "max", "mean", "min", "nonzero",
        "prod", "ptp", "ravel", "repeat", "round", "squeeze", "std", "sum", "swapaxes", "take", "var",
    }
)  # fmt: skip


def method(array: Array, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``array.<name>(…)``."""
    run = _OWN.get(name)
    if run is not None:
        return run(array, args, kwargs)
    if name in _LIKE_FUNCTIONS:
        signature, function = _RUNS[name]
        made = function(_bind(name, signature, [array, *args], kwargs))
        return made if kwargs.get("out") is None else kwargs["out"]
    attribute(array, name)
    return UNKNOWN


def _astype(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = _bind("astype", "dtype order= casting= subok= copy=", args, kwargs)
    dtype = dtype_of(given["dtype"])
    of = None
    if dtype == "object":
        of = array.of if array.dtype == "object" else dtypes.python_type(array.dtype)
    if array.shape is None and (dtype is None or not dtypes.is_number(dtype)):
        return UNKNOWN if array.dtype is None else Array(dtype, None, of)
    if array.scalar:
        return pick(dtype, of)
    return Array(dtype, array.shape, of)


def _method_reshape(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if "shape" in kwargs and not args:
        return _kept(array, array, _reshaped(array, kwargs["shape"]))
    if not args:
        return UNKNOWN
    asked = args[0] if len(args) == 1 else Seq("tuple", list(args))
    if len(args) > 1:
        for one in args:
            if one.__class__ is Seq:
                raise Failure("TypeError", f"'{one.kind}' object cannot be interpreted as an integer")
    return _kept(array, array, _reshaped(array, asked))


def _method_transpose(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not args:
        return attribute(array, "T")
    order = args[0] if len(args) == 1 and (args[0] is None or args[0].__class__ is Seq) else Seq("tuple", list(args))
    return _kept(array, array, _turned(array, order))


def _item(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not args and array.shape is not None and shapes.least(array.shape) > 1:
        raise Failure("ValueError", "can only convert an array of size 1 to a Python scalar")
    name = dtypes.python_type(array.dtype, array.of)
    return Unknown(name) if name is not None else UNKNOWN


def _tolist(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    name = dtypes.python_type(array.dtype, array.of)
    one = Unknown(name) if name is not None else UNKNOWN
    if array.shape is None:
        return UNKNOWN
    return _listed(array.shape, one, MAX_LISTED)


def _listed(shape: tuple[int | None, ...], one: Value, left: int) -> Value:
    if not shape:
        return one
    count = shape[0]
    if count == 0:
        return Seq("list", [])
    if count is None or count > left:
        return Seq("list", [_listed(shape[1:], one, left)], open=True)
    return Seq("list", [_listed(shape[1:], one, left // count) for _ in range(count)])


def _flatten(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    _bind("flatten", "order=", args, kwargs)
    return Array(array.dtype, (shapes.size_of(array.shape),), array.of)


def _method_copy(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return array


def _bytes(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown("bytes")


def _fill(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = _bind("fill", "value", args, kwargs)
    if array.dtype is not None and array.dtype != "object" and not array.scalar:
        value = given["value"]
        convertible(value, None, array.dtype)
    return None


def _none(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


def _view(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not args and "dtype" not in kwargs:
        return array
    asked = args[0] if args else kwargs["dtype"]
    dtype = dtype_of(asked) if asked.__class__ in (DType, str) else None
    if dtype is None or array.dtype is None or array.shape is None:
        return Array(dtype, None)
    if dtypes.bits_of(dtype) == dtypes.bits_of(array.dtype) and dtype not in {"object", "str", "bytes"}:
        return Array(dtype, array.shape, None, array.scalar)
    return Array(dtype, None)


def _method_clip(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = _bind("clip", "min= max= out= **", args, kwargs)
    made = _clip({"a": array, **{key: given[key] for key in ("min", "max") if key in given}})
    return made if given.get("out") is None else given["out"]


_OWN: dict[str, Callable[[Array, list[Value], dict[str, Value]], Value]] = {
    "astype": _astype,
    "reshape": _method_reshape,
    "transpose": _method_transpose,
    "item": _item,
    "tolist": _tolist,
    "flatten": _flatten,
    "copy": _method_copy,
    "byteswap": _method_copy,
    "conj": _method_copy,
    "conjugate": _method_copy,
    "tobytes": _bytes,
    "tostring": _bytes,
    "fill": _fill,
    "sort": _none,
    "put": _none,
    "resize": _none,
    "partition": _none,
    "setflags": _none,
    "itemset": _none,
    "tofile": _none,
    "dump": _none,
    "view": _view,
    "clip": _method_clip,
}
