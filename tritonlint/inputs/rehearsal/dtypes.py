"""Data types of NumPy: their names, what two of them promote to, what may be cast.

Where NumPy 1.26 and 2 differ the answer is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tritonlint.inputs.rehearsal.values import Array, Builtin, DType, Failure, Library, Unknown, Value

_SIZED = {
    "bool": "? b1 bool bool_ bool8",
    "int8": "b i1 int8 byte",
    "int16": "h i2 int16 short",
    "int32": "i i4 int32 intc",
    "int64": "l q p i8 int64 int int_ intp longlong",
    "uint8": "B u1 uint8 ubyte",
    "uint16": "H u2 uint16 ushort",
    "uint32": "I u4 uint32 uintc",
    "uint64": "L Q P u8 uint64 uint uintp ulonglong",
    "float16": "e f2 float16 half",
    "float32": "f f4 float32 single",
    "float64": "d f8 float64 float double float_",
    "complex64": "F c8 complex64 csingle singlecomplex",
    "complex128": "D c16 complex128 complex cdouble complex_ cfloat",
    "object": "O object object_",
    "str": "U str str_ unicode unicode_",
    "bytes": "S a bytes bytes_ string_",
}
NAMES = {name: dtype for dtype, names in _SIZED.items() for name in names.split()}
"""Names of data types, as attributes of NumPy or as text, and the data type's own name."""
_TEXT = re.compile(r"(?:fp|FP|TYPE_|Float|FLOAT|INT|UINT|BOOL|Int|bfloat|tensor)\w*\Z")
"""Texts that come to one's mind and that no NumPy knows."""
_NEVER = frozenset({"string", "STRING", "text", "array", "list", "dict", "tuple", "number", "integer", "binary"})
_BITS = {"bool": 8, "complex64": 64, "complex128": 128}
KINDS = {"bool": "b", "object": "O", "str": "U", "bytes": "S"}
_PYTHON = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex", "U": "str", "S": "bytes"}
WEAK = {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"}
"""The data types of Python's numbers."""
_ORDER = "buifc"


def kind_of(dtype: str) -> str:
    """NumPy's letter for the kind of a data type."""
    found = KINDS.get(dtype)
    return found if found is not None else dtype[0]


def bits_of(dtype: str) -> int | None:
    """How many bits an element has."""
    if dtype in _BITS:
        return _BITS[dtype]
    digits = dtype.lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits else 64 if dtype == "object" else None


def python_type(dtype: str | None, of: str | None = None) -> str | None:
    """The Python type of what ``item()`` and ``tolist()`` give."""
    if dtype is None:
        return None
    return of if dtype == "object" else _PYTHON[kind_of(dtype)]


def is_number(dtype: str) -> bool:
    """Whether elements are numbers or truth values."""
    return kind_of(dtype) in _ORDER


def from_text(text: str) -> str | None:
    """The data type that a text means; raises where no NumPy knows it."""
    if text[:1] in "<=|":
        text = text[1:]
    if text in NAMES:
        return NAMES[text]
    if re.fullmatch(r"[USa]\d+", text):
        return "str" if text[0] == "U" else "bytes"
    if text in _NEVER or _TEXT.match(text) or re.fullmatch(r"(?:u?int|float)\d\d?", text):
        raise Failure("TypeError", f"data type {text!r} not understood")
    return None


def dtype_of(value: Value) -> str | None:
    """The data type that an argument ``dtype`` means, None where it is not known; the value None is float64."""
    kind = value.__class__
    if kind is DType:
        return value.name  # type: ignore[no-any-return]
    if value is None:
        return "float64"
    if kind is str:
        return from_text(value)
    if kind is Builtin and value.name in {"bool", "int", "float", "complex", "str", "bytes", "object"}:
        return NAMES[value.name]
    if kind is Library and value.name.startswith("numpy."):
        return NAMES.get(value.name[6:])
    if kind in (bool, int, float) or (kind is Unknown and value.type in {"int", "float"}):
        raise Failure("TypeError", f"Cannot interpret '{value if kind is not Unknown else 0}' as a data type")
    if kind is Array and not value.scalar and value.shape:
        raise Failure("TypeError", "Cannot construct a dtype from an array")
    return None


def _float_for(bits: int) -> int:
    return 16 if bits <= 8 else 32 if bits <= 16 else 64


def promote(first: str, second: str) -> str:
    """What arrays of two data types have in common."""
    if first == second:
        return first
    a, b = kind_of(first), kind_of(second)
    if "O" in (a, b):
        return "object"
    if "U" in (a, b):
        return "str"
    if "S" in (a, b):
        return "bytes"
    if _ORDER.index(a) > _ORDER.index(b):
        first, second, a, b = second, first, b, a
    if a == "b":
        return second
    low, high = bits_of(first) or 64, bits_of(second) or 64
    if b == "c":
        real = low if a == "f" else low // 2 if a == "c" else _float_for(low)
        return "complex128" if max(real, high // 2) == 64 else "complex64"
    if b == "f":
        return f"float{max(high, low if a == 'f' else _float_for(low))}"
    if a == b:
        return first if low >= high else second
    unsigned, signed = (low, high) if a == "u" else (high, low)
    if signed > unsigned:
        return f"int{signed}"
    return f"int{2 * unsigned}" if unsigned < 64 else "float64"


def promote_all(dtypes: Iterable[str | None]) -> str | None:
    """What any number of data types have in common; an object among them decides."""
    found = set(dtypes)
    if "object" in found:
        return "object"
    if None in found or not found:
        return None
    ordered = sorted((d for d in found if d is not None), key=lambda d: (kind_of(d), bits_of(d) or 0))
    result = ordered[0]
    for dtype in ordered[1:]:
        result = promote(result, dtype)
    return result


def summed(dtype: str | None) -> str | None:
    """What the elements of an array are summed up in."""
    if dtype is None or not is_number(dtype):
        return "object" if dtype == "object" else None
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(kind_of(dtype), dtype)


def same_kind(source: str, target: str) -> bool:
    """Whether an operation may write what it finds into an array of another data type."""
    if target in (source, "object"):
        return True
    a, b = kind_of(source), kind_of(target)
    if a not in _ORDER or b not in _ORDER:
        return a == b
    if a == "i" and b == "u":
        return False
    return _ORDER.index(a) <= _ORDER.index(b)


def category(dtype: str) -> int:
    """The order in which NumPy 1 lets a single value decide over an array."""
    return {"b": 0, "i": 1, "u": 1, "f": 2, "c": 2}.get(kind_of(dtype), 3)


def holds(dtype: str, value: complex) -> bool:
    """Whether NumPy 1 and 2 both leave an array's data type alone when it meets this number of Python."""
    kind, bits = kind_of(dtype), bits_of(dtype) or 64
    if kind == "c":
        bits //= 2
    if isinstance(value, int):
        if kind == "b":
            return value.__class__ is bool
        if kind in "iu":
            low, high = (-(1 << bits - 1), 1 << bits - 1) if kind == "i" else (0, 1 << bits)
            return low <= value < high
        limit = {16: 8, 32: 16}.get(bits, 63)
        low, high = -(1 << limit - 1), 1 << limit
        return low <= value < high
    if isinstance(value, float):
        return bits > 32 or not 0 <= abs(value) < float("inf") or abs(value) < (65000.0 if bits == 16 else 3.4e38)
    return isinstance(value, complex) and kind == "c" and bits == 64


def presumed(dtype: str, number: str) -> bool:
    """As :func:`holds`, of a number that is not known."""
    kind, bits = kind_of(dtype), bits_of(dtype) or 64
    if number == "bool":
        return True
    if number == "int":
        return dtype == "int64" or (kind == "f" and bits >= 32) or dtype == "complex128"
    return number == "float" and ((kind == "f" and bits >= 32) or dtype == "complex128")
