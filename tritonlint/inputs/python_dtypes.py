"""Data types of array expressions, as far as NumPy's own rules decide them without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.inputs.python_tree import (
    Attribute,
    Binary,
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Sequence,
    Subscript,
    Unary,
)

if TYPE_CHECKING:
    from tritonlint.inputs.python import Frame, PythonFacts

MAX_STEPS = 24
TRITON_TO_NUMPY = {
    "TYPE_BOOL": "bool",
    "TYPE_UINT8": "uint8",
    "TYPE_UINT16": "uint16",
    "TYPE_UINT32": "uint32",
    "TYPE_UINT64": "uint64",
    "TYPE_INT8": "int8",
    "TYPE_INT16": "int16",
    "TYPE_INT32": "int32",
    "TYPE_INT64": "int64",
    "TYPE_FP16": "float16",
    "TYPE_FP32": "float32",
    "TYPE_FP64": "float64",
    "TYPE_STRING": "object",
}
"""The types a Python model can receive and send as NumPy arrays (facts, 6.7); TYPE_STRING also takes ``bytes``."""

_NAMES = {
    "bool": "bool",
    "bool_": "bool",
    "bool8": "bool",
    "byte": "int8",
    "ubyte": "uint8",
    "short": "int16",
    "ushort": "uint16",
    "intc": "int32",
    "uintc": "uint32",
    "int_": "int64",
    "int": "int64",
    "uint": "uint64",
    "longlong": "int64",
    "half": "float16",
    "single": "float32",
    "float": "float64",
    "float_": "float64",
    "double": "float64",
    "str": "str",
    "str_": "str",
    "unicode_": "str",
    "bytes": "bytes",
    "bytes_": "bytes",
    "string_": "bytes",
    "object": "object",
    "object_": "object",
    "O": "object",
    "?": "bool",
    "f": "float32",
    "d": "float64",
    "e": "float16",
    "i": "int32",
    "b": "int8",
    "B": "uint8",
    "U": "str",
    "S": "bytes",
    "complex": "complex128",
    "complex64": "complex64",
    "complex128": "complex128",
    **{n: n for n in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")},
    **{n: n for n in ("float16", "float32", "float64")},
    **{f"{c}{s}": f"{k}{8 * s}" for c, k in (("i", "int"), ("u", "uint")) for s in (1, 2, 4, 8)},
    **{f"f{s}": f"float{8 * s}" for s in (2, 4, 8)},
}
_SAME = frozenset(
    {
        "copy", "reshape", "flatten", "ravel", "squeeze", "transpose", "swapaxes", "repeat", "round", "clip", "take",
        "byteswap",
    }
)  # fmt: skip
_SAME_FUNCTIONS = frozenset(
    {
        "numpy.squeeze", "numpy.expand_dims", "numpy.reshape", "numpy.transpose", "numpy.ascontiguousarray",
        "numpy.copy", "numpy.ravel", "numpy.flip", "numpy.roll", "numpy.repeat", "numpy.tile", "numpy.pad",
        "numpy.atleast_1d", "numpy.atleast_2d", "numpy.broadcast_to", "numpy.moveaxis", "numpy.swapaxes", "numpy.sort",
        "numpy.abs", "numpy.clip", "numpy.zeros_like", "numpy.ones_like", "numpy.empty_like",
    }
)  # fmt: skip
_FLOAT64 = frozenset(
    {
        "numpy.random.rand", "numpy.random.randn", "numpy.random.random", "numpy.random.normal",
        "numpy.random.uniform", "numpy.random.random_sample", "numpy.eye", "numpy.identity",
    }
)  # fmt: skip
_DEFAULT_FLOAT64 = frozenset({"numpy.zeros", "numpy.ones", "numpy.empty"})
# Where dtype stands when it is given by position.
_DTYPE_POSITION = {
    "numpy.zeros": 1,
    "numpy.ones": 1,
    "numpy.empty": 1,
    "numpy.array": 1,
    "numpy.asarray": 1,
    "numpy.ascontiguousarray": 1,
    "numpy.full": 2,
    "numpy.zeros_like": 1,
    "numpy.ones_like": 1,
    "numpy.empty_like": 1,
}
_MAKERS = frozenset(
    {*_DTYPE_POSITION, "numpy.arange", "numpy.linspace", "numpy.eye", "numpy.identity", "numpy.fromiter"}
)


def dtype_name(facts: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    """The data type that an expression given as ``dtype`` means."""
    name = facts.qualified(expr, frame)
    if name is not None:
        if name.startswith("numpy."):
            return _NAMES.get(name.removeprefix("numpy.")) if name != "numpy.int" else "int64"
        if name in {"bool", "int", "float", "str", "bytes", "object", "complex"}:
            return _NAMES[name]
        return None
    if isinstance(expr, Call) and facts.qualified(expr.func, frame) == "numpy.dtype":
        inner = expr.argument(0)
        return dtype_name(facts, inner, frame) if inner is not None else None
    values = facts.values(expr, frame)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        return None
    return _NAMES.get(values[0].lstrip("<=|"))


def dtype_of(facts: PythonFacts, expr: Expr, frame: Frame, steps: int = 0) -> str | None:
    """NumPy's name of an array's data type, or None where it is not certain."""
    if steps > MAX_STEPS:
        return None
    if isinstance(expr, Name | Attribute):
        if isinstance(expr, Attribute) and expr.attr in {"T", "real"}:
            return dtype_of(facts, expr.value, frame, steps + 1)
        sources = facts.follow(expr, frame)
        if not sources or (len(sources) == 1 and sources[0][0] is expr):
            return None
        found = {dtype_of(facts, source, where, steps + 1) for source, where in sources}
        return found.pop() if len(found) == 1 else None
    if isinstance(expr, Call):
        return _call(facts, expr, frame, steps)
    if isinstance(expr, Subscript):
        if any(_is_text(facts, item, frame) for item in expr.items):
            return None
        return dtype_of(facts, expr.value, frame, steps + 1)
    if isinstance(expr, Compare) and len(expr.rights) == 1 and expr.operators[0] in {"<", "<=", ">", ">=", "==", "!="}:
        left = dtype_of(facts, expr.left, frame, steps + 1)
        return "bool" if left is not None else None
    if isinstance(expr, Unary) and expr.operator == "-":
        return dtype_of(facts, expr.operand, frame, steps + 1)
    if isinstance(expr, Binary):
        return _arithmetic(facts, expr, frame, steps)
    return None


def _is_text(facts: PythonFacts, item: Expr, frame: Frame) -> bool:
    return isinstance(item, Constant) and isinstance(item.value, str)


def _call(facts: PythonFacts, call: Call, frame: Frame, steps: int) -> str | None:
    if not call.certain:
        return None
    name = facts.qualified(call.func, frame)
    if name is not None and name.startswith("numpy."):
        position = _DTYPE_POSITION.get(name)
        given = call.argument(position, "dtype")
        if given is not None and name in _MAKERS:
            if isinstance(given, Constant) and given.value is None:
                return None
            return dtype_name(facts, given, frame)
        if name in _DEFAULT_FLOAT64 or name in _FLOAT64:
            return "float64"
        first = call.argument(0)
        if first is None:
            return None
        if name in {"numpy.array", "numpy.asarray"}:
            return _literal(facts, first, frame, steps)
        if name == "numpy.full":
            fill = call.argument(1, "fill_value")
            return _scalar(facts, fill, frame) if fill is not None else None
        if name in {"numpy.argmax", "numpy.argmin", "numpy.argsort", "numpy.nonzero"}:
            return "int64"
        if name in {"numpy.concatenate", "numpy.stack", "numpy.vstack", "numpy.hstack"}:
            return _common(facts, first, frame, steps)
        if name in _SAME_FUNCTIONS:
            return dtype_of(facts, first, frame, steps + 1)
        bare = name.removeprefix("numpy.")
        if bare in _NAMES and "." not in bare:
            return _NAMES[bare]
        return None
    if not isinstance(call.func, Attribute):
        return None
    if call.func.attr == "astype":
        given = call.argument(0, "dtype")
        return dtype_name(facts, given, frame) if given is not None else None
    if call.func.attr in _SAME:
        return dtype_of(facts, call.func.value, frame, steps + 1)
    if call.func.attr in {"argmax", "argmin", "argsort"}:
        return "int64" if dtype_of(facts, call.func.value, frame, steps + 1) else None
    return None


def _scalar(facts: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    values = facts.values(expr, frame)
    if not values or len({type(v) for v in values}) != 1:
        return None
    return {bool: "bool", int: "int64", float: "float64", str: "str", bytes: "bytes"}.get(type(values[0]))


def _literal(facts: PythonFacts, expr: Expr, frame: Frame, steps: int) -> str | None:
    """``np.array(x)`` without dtype: decided by the elements, or kept when x is an array itself."""
    known = dtype_of(facts, expr, frame, steps + 1)
    if known is not None:
        return known
    if not isinstance(expr, Sequence):
        return _scalar(facts, expr, frame) if isinstance(expr, Constant) else None
    kinds = set()
    for item in expr.items:
        kinds.add(_literal(facts, item, frame, steps + 1) or _scalar(facts, item, frame))
    if len(kinds) == 1:
        return kinds.pop()
    return "float64" if kinds == {"int64", "float64"} else None


def _common(facts: PythonFacts, expr: Expr, frame: Frame, steps: int) -> str | None:
    if not isinstance(expr, Sequence) or not expr.items:
        return None
    kinds = {dtype_of(facts, item, frame, steps + 1) for item in expr.items}
    return kinds.pop() if len(kinds) == 1 else None


def _arithmetic(facts: PythonFacts, expr: Binary, frame: Frame, steps: int) -> str | None:
    if expr.operator not in {"+", "-", "*", "/", "//", "%", "**"}:
        return None
    left, right = (dtype_of(facts, side, frame, steps + 1) for side in (expr.left, expr.right))
    # A Python number does not change the type of a float array, whichever promotion rules NumPy has.
    if left is None and isinstance(expr.left, Constant) and right is not None and right.startswith("float"):
        return right if isinstance(expr.left.value, int | float) else None
    if right is None and isinstance(expr.right, Constant) and left is not None and left.startswith("float"):
        return left if isinstance(expr.right.value, int | float) else None
    if left is not None and left == right:
        if left.startswith("float"):
            return left
        if expr.operator == "/" and left in {"int32", "int64", "uint32", "uint64"}:
            return "float64"
        if expr.operator in {"+", "-", "*"} and left.startswith(("int", "uint")):
            return left
    return None
