"""NumPy over arrays whose elements are not known: its functions, and an array's attributes and methods.

What the functions give was compared with NumPy 1.26 and 2 (``tests/test_rehearsal_arrays.py``); where the two differ,
or the elements decide, the answer is open.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import (
    binary,
    compare,
    convertible,
    element,
    from_value,
    getitem,
    inplace,
    length,
    pick,
    setitem,
    truth,
    unary,
)
from tritonlint.inputs.rehearsal.numpy_algebra import einsum
from tritonlint.inputs.rehearsal.numpy_calls import FUNCTIONS, MAX_LISTED, bind, kept, shape_value
from tritonlint.inputs.rehearsal.numpy_counting import gradient, places
from tritonlint.inputs.rehearsal.numpy_functions import clip, reshaped, turned
from tritonlint.inputs.rehearsal.numpy_making import TYPES, scalar_type
from tritonlint.inputs.rehearsal.numpy_random import plain_numbers
from tritonlint.inputs.rehearsal.numpy_shaping import (
    GRIDS,
    broadcast_arrays,
    broadcast_shapes,
    grid,
    meshgrid,
    of_rank,
    open_grid,
)
from tritonlint.inputs.rehearsal.numpy_types import limit, result_type
from tritonlint.inputs.rehearsal.numpy_ufuncs import (
    BINARY,
    METHODS,
    UNARY,
    binary_ufunc,
    char_function,
    ufunc_method,
    unary_ufunc,
)
from tritonlint.inputs.rehearsal.shapes import Slice
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Bound, DType, Failure, Library, Seq, Unknown, Value

__all__ = [
    "GRIDS",
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
    "grid",
    "inplace",
    "length",
    "method",
    "setitem",
    "truth",
    "unary",
]


def call(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """What ``numpy.<name>(…)`` gives."""
    if name in TYPES:
        return scalar_type(name, args, kwargs)
    if name in UNARY:
        return unary_ufunc(name, args, kwargs)
    if name in BINARY:
        return binary_ufunc(name, args, kwargs)
    if name in _OF_ALL_ARGUMENTS:
        return _OF_ALL_ARGUMENTS[name](args, kwargs)
    found = FUNCTIONS.get(name)
    if found is None:
        return _of_a_part(name, args, kwargs)
    signature, run = found
    given = bind(name.rpartition(".")[2], signature, args, kwargs)
    made = run(given)
    out = given.get("out")
    return made if out is None else out


def _of_a_part(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """What a function of ``numpy.char``, or a method of a function, gives."""
    first, _, last = name.rpartition(".")
    if first in {"char", "strings", "core.defchararray"}:
        return char_function(last, args)
    if last in METHODS and first in BINARY:
        return ufunc_method(first, last, args, kwargs)
    return UNKNOWN


def _ndindex(args: list[Value], kwargs: dict[str, Value]) -> Value:
    if len(args) > 1:
        args = [Seq("tuple", args)]
    return places("ndindex", args[0]) if args else UNKNOWN


def _ndenumerate(args: list[Value], kwargs: dict[str, Value]) -> Value:
    return places("ndenumerate", args[0]) if len(args) == 1 else UNKNOWN


_OF_ALL_ARGUMENTS: dict[str, Callable[[list[Value], dict[str, Value]], Value]] = {
    "einsum": einsum,
    "gradient": gradient,
    "meshgrid": meshgrid,
    "ix_": open_grid,
    "broadcast_arrays": broadcast_arrays,
    "broadcast_shapes": broadcast_shapes,
    "result_type": result_type,
    "ndindex": _ndindex,
    "ndenumerate": _ndenumerate,
    "random.rand": lambda args, kwargs: plain_numbers(args),
    "random.randn": lambda args, kwargs: plain_numbers(args),
    "atleast_1d": partial(of_rank, 1),
    "atleast_2d": partial(of_rank, 2),
    "atleast_3d": partial(of_rank, 3),
}
"""Functions that take any number of arguments."""


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
    if name in TYPES:
        return DType(TYPES[name])
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    found = limit(name) if name.startswith(("finfo.", "iinfo.")) else None
    return Library(f"numpy.{name}") if found is None else found


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
        return shape_value(array)
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
        return _part(array)
    if name == "flat":
        return Array(array.dtype, (shapes.size_of(array.shape),), array.of)
    return UNKNOWN


def _part(array: Array) -> Value:
    """The real or the imaginary part of what may be complex."""
    if array.dtype is None:
        return Array(None, array.shape) if array.shape and not array.scalar else UNKNOWN
    if kind_of(array.dtype) == "c":
        return Array("float32" if array.dtype == "complex64" else "float64", array.shape, None, array.scalar)
    return array if kind_of(array.dtype) in "biuf" else UNKNOWN


def _certain_array(array: Array) -> bool:
    """Whether an array of unknown shape has no attributes but those of arrays: numbers have hardly any others."""
    return array.dtype is not None and dtypes.is_number(array.dtype)


_LIKE_FUNCTIONS = frozenset(
    {
        "all", "any", "argmax", "argmin", "argsort", "cumprod", "cumsum", "dot", "max", "mean", "min", "nonzero",
        "prod", "ptp", "ravel", "repeat", "round", "squeeze", "std", "sum", "swapaxes", "take", "var", "trace",
        "diagonal", "searchsorted", "choose", "argpartition",
    }
)  # fmt: skip


def method(array: Array, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``array.<name>(…)``."""
    run = _OWN.get(name)
    if run is not None:
        return run(array, args, kwargs)
    if name in _LIKE_FUNCTIONS:
        signature, function = FUNCTIONS[name]
        made = function(bind(name, signature, [array, *args], kwargs))
        return made if kwargs.get("out") is None else kwargs["out"]
    attribute(array, name)
    return UNKNOWN


def _astype(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = bind("astype", "dtype order= casting= subok= copy=", args, kwargs)
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
        return kept(array, array, reshaped(array, kwargs["shape"]))
    if not args:
        return UNKNOWN
    asked = args[0] if len(args) == 1 else Seq("tuple", list(args))
    if len(args) > 1:
        for one in args:
            if one.__class__ is Seq:
                raise Failure("TypeError", f"'{one.kind}' object cannot be interpreted as an integer")
    return kept(array, array, reshaped(array, asked))


def _method_transpose(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not args:
        return attribute(array, "T")
    order = args[0] if len(args) == 1 and (args[0] is None or args[0].__class__ is Seq) else Seq("tuple", list(args))
    return kept(array, array, turned(array, order))


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
        return Seq("list", [_listed(shape[1:], one, left)], open=True, each=_listed(shape[1:], one, left))
    return Seq("list", [_listed(shape[1:], one, left // count) for _ in range(count)])


def _flatten(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    bind("flatten", "order=", args, kwargs)
    return Array(array.dtype, (shapes.size_of(array.shape),), array.of)


def _method_copy(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return array


def _conjugate(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return array if array.scalar or array.shape else UNKNOWN


def _bytes(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown("bytes")


def _fill(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = bind("fill", "value", args, kwargs)
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
    if not dtypes.is_number(dtype) or not dtypes.is_number(array.dtype):
        return Array(dtype, None)
    old, new = dtypes.bits_of(array.dtype), dtypes.bits_of(dtype)
    if old == new:
        return Array(dtype, array.shape, None, array.scalar)
    if not array.shape or old is None or new is None:
        return Array(dtype, None)
    last = array.shape[-1]
    return Array(dtype, (*array.shape[:-1], None if last is None else last * old // new))


def _method_compress(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = bind("compress", "condition axis= out=", args, kwargs)
    return FUNCTIONS["compress"][1]({**given, "a": array})


def _method_clip(array: Array, args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = bind("clip", "min= max= out= **", args, kwargs)
    made = clip({"a": array, **{key: given[key] for key in ("min", "max") if key in given}})
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
    "conj": _conjugate,
    "conjugate": _conjugate,
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
    "compress": _method_compress,
}
