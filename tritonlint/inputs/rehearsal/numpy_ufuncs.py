"""NumPy's functions of each element, and those of ``numpy.char``."""

from __future__ import annotations

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import Operand, calculated, common_dtype, operand, result
from tritonlint.inputs.rehearsal.numpy_calls import (
    Given,
    as_array,
    asked_dtype,
    bind,
    function,
    is_empty,
    refuse_text,
    shaped,
)
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Value, some_number

_FLOATS = frozenset(
    {
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "arcsin",
        "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "degrees",
        "radians", "rint", "floor", "ceil", "trunc",
    }
)  # fmt: skip
_TRUTHS = frozenset(
    {"isnan", "isinf", "isfinite", "logical_not", "signbit", "isneginf", "isposinf", "iscomplex", "isreal"}
)
_ALIKE = frozenset({"abs", "absolute", "negative", "positive", "square", "sign", "conj", "conjugate", "fabs"})
UNARY = _FLOATS | _TRUTHS | _ALIKE | {"invert", "bitwise_not", "reciprocal", "spacing", "fix"}
_NO_OBJECTS = _TRUTHS - {"logical_not"}
_OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "mod": "%",
    "remainder": "%",
    "fmod": "%",
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
_CURVES = frozenset({"arctan2", "hypot", "logaddexp", "logaddexp2", "copysign", "nextafter", "heaviside"})
_WHOLE = frozenset({"gcd", "lcm"})
BINARY = frozenset(_OPERATORS) | frozenset(_COMPARISONS) | _EXTREMES | _LOGICAL | _CURVES | _WHOLE | {"float_power"}
_UFUNC = " out= * where= casting= order= dtype= subok= signature= axes= axis="


def unary_ufunc(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.<name>(x)``."""
    given = bind(name, "x" + _UFUNC, args, kwargs)
    made = as_array(given["x"])
    refuse_text(name, made)
    if made.dtype == "object" and made.of in {"bytes", "str"} and not is_empty(made) and name != "logical_not":
        text = f"loop of ufunc does not support argument 0 of type {made.of} which has no callable {name} method"
        raise Failure("TypeError", text)
    if given.get("out") is not None:
        return written(given["out"])
    dtype = asked_dtype(given, _unary_dtype(name, made.dtype))
    return shaped(Array(), made.shape, dtype)


def _unary_dtype(name: str, dtype: str | None) -> str | None:
    if dtype is None or not dtypes.is_number(dtype):
        return "object" if dtype == "object" and name not in _NO_OBJECTS else None
    if name in _TRUTHS:
        return "bool"
    code = kind_of(dtype)
    if code == "c":
        if name in _REAL_OF_COMPLEX:
            return {"complex64": "float32", "complex128": "float64"}.get(dtype)
        return dtype if name not in {"sign", "fix", "spacing"} else None
    if code == "f":
        return dtype
    if name in _KEEP_TRUTHS and code == "b":
        return "bool"
    if (name in _ALIKE and name != "fabs") or name in {"invert", "bitwise_not", "reciprocal"}:
        return dtype if code != "b" else None
    if name in {"floor", "ceil", "trunc", "fix"}:
        return None
    return _float_for(dtype)


_KEEP_TRUTHS = frozenset({"invert", "bitwise_not", "absolute", "abs"})
_REAL_OF_COMPLEX = frozenset({"abs", "absolute"})


def _float_for(dtype: str) -> str:
    """The floats into which a curve takes whole numbers."""
    return {8: "float16", 16: "float32"}.get(dtypes.bits_of(dtype) or 64, "float64")


def written(out: Value) -> Value:
    """An array that was given for a result."""
    return Array(None, out.shape) if out.__class__ is Array and out.dtype == "object" else out


def binary_ufunc(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.<name>(x1, x2)``."""
    given = bind(name, "x1 x2" + _UFUNC, args, kwargs)
    first, second = operand(given["x1"]), operand(given["x2"])
    if first is None or second is None:
        return UNKNOWN if given.get("out") is None else written(given["out"])
    # The arguments of a function are no scalars of Python's own operators.
    if name in _OPERATORS:
        made = calculated(_OPERATORS[name], first, second)
    elif name in _COMPARISONS:
        made = _compared(first, second)
    elif name in _LOGICAL:
        made = shaped(Array(), shapes.broadcast(first.shape, second.shape), "bool")
        if "object" in (first.dtype, second.dtype) or None in (first.dtype, second.dtype):
            made = UNKNOWN
    else:
        if "object" not in (first.dtype, second.dtype):
            for side in (first, second):
                refuse_text(name, Array(side.dtype, side.shape))
        made = _counted(_common(name, first, second), shapes.broadcast(first.shape, second.shape), first, second)
    if given.get("out") is not None:
        return written(given["out"])
    if given.get("dtype") is not None:
        asked = dtype_of(given["dtype"])
        return Array(asked, made.shape, None, made.scalar) if made.__class__ is Array and asked else UNKNOWN
    return made


def _common(name: str, first: Operand, second: Operand) -> str | None:
    """The data type that a function of two numbers gives."""
    dtype = common_dtype([first, second])
    if name in _EXTREMES or dtype is None or not dtypes.is_number(dtype):
        return dtype if name in _EXTREMES else None
    code = kind_of(dtype)
    if name in _WHOLE:
        return dtype if code in "iu" else None
    if name == "float_power":
        return "complex128" if code == "c" else "float64"
    return _float_for(dtype) if code in "biu" else dtype if code == "f" else None


def _counted(dtype: str | None, shape: Shape, *sides: Operand) -> Value:
    """A result; a number all the same where only releases of NumPy differ in its type."""
    if shape == () and dtype is None and all(s.dtype is not None and dtypes.is_number(s.dtype) for s in sides):
        return some_number()
    return result(dtype, shape)


def _compared(first: Operand, second: Operand) -> Value:
    shape = shapes.broadcast(first.shape, second.shape)
    if any(side.dtype is None or not dtypes.is_number(side.dtype) for side in (first, second)):
        return UNKNOWN
    return result("bool", shape)


# --------------------------------------------------------------------------------------------- methods of functions
METHODS = frozenset({"reduce", "accumulate", "outer", "at", "reduceat"})
_KEPT = _EXTREMES | _WHOLE | {"bitwise_and", "bitwise_or", "bitwise_xor"}


def ufunc_method(name: str, method: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.<name>.<method>(…)``."""
    if method == "at":
        bind(f"{name}.at", "a indices b=", args, kwargs)
        return None
    if method == "outer":
        given = bind(f"{name}.outer", "A B **", args, kwargs)
        return _outer(name, given["A"], given["B"], {k: v for k, v in kwargs.items() if k not in {"A", "B"}})
    given = bind(f"{name}.{method}", _SIGNATURES[method], args, kwargs)
    if given.get("out") is not None:
        return written(given["out"])
    made = as_array(given["array"])
    dtype = asked_dtype(given, _folded(name, made.dtype))
    axis = given.get("axis", 0)
    if not made.shape:
        return Array(dtype, None) if dtype is not None and dtypes.is_number(dtype) else UNKNOWN
    if method == "reduce":
        return shaped(Array(), shapes.reduced(made.shape, axis, given.get("keepdims", False)), dtype)
    if method == "accumulate":
        return Array(dtype, made.shape)
    place, count = shapes.known_axis(axis, len(made.shape)), as_array(given["indices"]).shape
    if place is None or count is None or len(count) != 1:
        return UNKNOWN
    return Array(dtype, tuple(count[0] if n == place else length for n, length in enumerate(made.shape)))


_SIGNATURES = {
    "reduce": "array axis= dtype= out= keepdims= initial= where=",
    "accumulate": "array axis= dtype= out=",
    "reduceat": "array indices axis= dtype= out=",
}


def _folded(name: str, dtype: str | None) -> str | None:
    """The data type of what a function makes of all elements one after the other."""
    if dtype is None or not dtypes.is_number(dtype):
        return None
    if name in {"add", "multiply"}:
        return dtypes.summed(dtype)
    if name in _KEPT:
        return (
            dtype if kind_of(dtype) in "iu" or name in _EXTREMES or (dtype == "bool" and name not in _WHOLE) else None
        )
    if name in _LOGICAL:
        return "bool"
    return dtype if name in {"logaddexp", "hypot"} and kind_of(dtype) == "f" else None


def _outer(name: str, first: Value, second: Value, kwargs: dict[str, Value]) -> Value:
    """A function of two numbers for all pairs of elements."""
    left, right = as_array(first), as_array(second)
    if left.shape is None or right.shape is None:
        return UNKNOWN
    if left.shape:
        left = Array(left.dtype, (*left.shape, *(1,) * len(right.shape)), left.of)
    return binary_ufunc(name, [left, right], kwargs)


# --------------------------------------------------------------------------------------------------- several results
@function("divmod", "x1 x2 **")
def _divmod(given: Given) -> Value:
    sides = [given["x1"], given["x2"]]
    return Seq("tuple", [binary_ufunc(name, sides, {}) for name in ("floor_divide", "remainder")])


@function("modf", "x **")
def _modf(given: Given) -> Value:
    made = as_array(given["x"])
    dtype = _unary_dtype("spacing", made.dtype) if made.dtype is not None and kind_of(made.dtype) in "biuf" else None
    return Seq("tuple", [shaped(Array(), made.shape, dtype) for _ in range(2)])


@function("frexp", "x **")
def _frexp(given: Given) -> Value:
    return Seq("tuple", [_modf(given).items[0], shaped(Array(), as_array(given["x"]).shape, "int32")])


@function("sinc i0", "x")
def _curve(given: Given) -> Value:
    made = as_array(given["x"])
    if not made.shape or made.dtype is None or not dtypes.is_number(made.dtype):
        return UNKNOWN
    return Array("float64" if kind_of(made.dtype) in "biu" else None, made.shape)


@function("real imag", "val")
def _part(given: Given) -> Value:
    value = given["val"]
    made = as_array(value)
    if made.dtype is None or not dtypes.is_number(made.dtype) or not (made.shape or value.__class__ is Array):
        return UNKNOWN
    dtype = {"complex64": "float32", "complex128": "float64"}.get(made.dtype, made.dtype)
    return Array(dtype, made.shape, None, value.__class__ is Array and value.scalar)


@function("angle", "z deg=")
def _angle(given: Given) -> Value:
    made = as_array(given["z"])
    if not made.shape or made.dtype is None or not dtypes.is_number(made.dtype):
        return UNKNOWN
    dtype = {"complex64": "float32", "complex128": "float64"}.get(made.dtype, made.dtype)
    return Array(dtype if kind_of(dtype) == "f" and not given.get("deg", False) else None, made.shape)


# ------------------------------------------------------------------------------------------------------------ texts
_TEXT_TRUTHS = frozenset(
    {"startswith", "endswith", "isalpha", "isdigit", "isnumeric", "isspace", "islower", "isupper", "isalnum"}
    | {"isdecimal", "istitle", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
)
_TEXT_COUNTS = frozenset({"find", "rfind", "index", "rindex", "count", "str_len"})
_TEXT_LISTS = frozenset({"split", "rsplit", "splitlines"})
_TEXT_KEPT = frozenset(
    {"upper", "lower", "strip", "lstrip", "rstrip", "title", "capitalize", "replace", "zfill", "center", "ljust"}
    | {"rjust", "swapcase", "expandtabs", "multiply"}
)


def char_function(name: str, args: list[Value]) -> Value:
    """Functions of ``numpy.char``."""
    if not args:
        return UNKNOWN
    made = as_array(args[0])
    if (
        made.dtype is not None
        and dtypes.is_number(made.dtype)
        and not is_empty(made)
        and name not in {"array", "asarray"}
    ):
        raise Failure("TypeError", "string operation on non-string array")
    if not made.shape or 0 in made.shape:
        return UNKNOWN
    if name == "decode":
        return Array("str", made.shape)
    if name == "encode":
        return Array("bytes", made.shape)
    if name in _TEXT_KEPT:
        return Array(made.dtype if made.dtype in {"str", "bytes"} else None, made.shape)
    if name in _TEXT_LISTS:
        return Array("object", made.shape, "list")
    other = as_array(args[1]).shape if len(args) > 1 else ()
    shape = shapes.broadcast(made.shape, other)
    if name in _TEXT_TRUTHS:
        return Array("bool", shape)
    if name in _TEXT_COUNTS:
        return Array("int64", shape)
    if name == "add" and len(args) == 2:
        sides = {made.dtype, as_array(args[1]).dtype}
        return Array(made.dtype if len(sides) == 1 and sides <= {"str", "bytes"} else None, shape)
    return UNKNOWN
