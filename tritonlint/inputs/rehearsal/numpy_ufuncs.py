"""NumPy's functions of each element, and those of ``numpy.char``."""

from __future__ import annotations

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import Operand, calculated, common_dtype, operand, result
from tritonlint.inputs.rehearsal.numpy_calls import as_array, asked_dtype, bind, is_empty, refuse_text, shaped
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Value

_FLOATS = frozenset(
    {
        "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "arcsin",
        "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "degrees",
        "radians", "rint", "floor", "ceil", "trunc",
    }
)  # fmt: skip
_TRUTHS = frozenset({"isnan", "isinf", "isfinite", "logical_not", "signbit"})
_ALIKE = frozenset({"abs", "absolute", "negative", "positive", "square", "sign", "conj", "conjugate", "fabs"})
UNARY = _FLOATS | _TRUTHS | _ALIKE | {"invert", "bitwise_not", "reciprocal"}
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
BINARY = frozenset(_OPERATORS) | frozenset(_COMPARISONS) | _EXTREMES | _LOGICAL
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
        return "object" if dtype == "object" and name not in _TRUTHS else None
    if name in _TRUTHS:
        return "bool"
    code = kind_of(dtype)
    if code in "fc":
        if code != "f" and name in {"abs", "absolute"}:
            return {"complex64": "float32", "complex128": "float64"}.get(dtype)
        return dtype if code == "f" or name != "sign" else None
    if name in _ALIKE or name in {"invert", "bitwise_not", "reciprocal"}:
        return dtype if code != "b" and name != "fabs" else "bool" if name in {"invert", "absolute", "abs"} else None
    if name in {"floor", "ceil", "trunc"}:
        return None
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
        made = result(common_dtype([first, second]), shapes.broadcast(first.shape, second.shape))
    if given.get("out") is not None:
        return written(given["out"])
    if given.get("dtype") is not None:
        asked = dtype_of(given["dtype"])
        return Array(asked, made.shape, None, made.scalar) if made.__class__ is Array and asked else UNKNOWN
    return made


def _compared(first: Operand, second: Operand) -> Value:
    shape = shapes.broadcast(first.shape, second.shape)
    if any(side.dtype is None or not dtypes.is_number(side.dtype) for side in (first, second)):
        return UNKNOWN
    return result("bool", shape)


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
    if not made.shape:
        return UNKNOWN
    if name == "decode":
        return Array("str", made.shape)
    if name == "encode":
        return Array("bytes", made.shape)
    if name in {"upper", "lower", "strip", "lstrip", "rstrip", "title", "capitalize", "replace", "zfill", "center"}:
        return Array(made.dtype if made.dtype in {"str", "bytes"} else None, made.shape)
    return UNKNOWN
