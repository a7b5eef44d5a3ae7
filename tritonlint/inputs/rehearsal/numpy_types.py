"""NumPy's questions about data types: limits, what two of them promote to, what may be cast."""

from __future__ import annotations

from tritonlint.inputs.rehearsal import dtypes
from tritonlint.inputs.rehearsal.dtypes import dtype_of, kind_of
from tritonlint.inputs.rehearsal.elements import common_dtype, operand
from tritonlint.inputs.rehearsal.numpy_calls import Given, function
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Builtin, DType, Failure, Library, Unknown, Value

_LIMITS = "finfo", "iinfo"
_OF_FLOATS = frozenset({"max", "min", "eps", "tiny", "resolution", "epsneg", "smallest_normal", "smallest_subnormal"})
_COUNTS = frozenset({"precision", "nmant", "nexp", "iexp", "maxexp", "minexp", "machep", "negep"})


@function("finfo", "dtype")
def _float_limits(given: Given) -> Value:
    return _limits("finfo", given["dtype"], "fc")


@function("iinfo", "int_type")
def _integer_limits(given: Given) -> Value:
    return _limits("iinfo", given["int_type"], "iu")


def _limits(name: str, value: Value, kinds: str) -> Value:
    """The limits of a data type, named as if they were a part of NumPy."""
    dtype = dtype_of(value) if value.__class__ in (DType, Builtin, str) else None
    if dtype is None:
        return UNKNOWN
    if kind_of(dtype) not in kinds:
        text = f"data type {dtype} not inexact" if name == "finfo" else f"Invalid integer data type '{dtype}'."
        raise Failure("ValueError", text)
    return Library(f"numpy.{name}.{dtype}")


def limit(name: str) -> Value:
    """``numpy.finfo(dtype).max``, by the name ``finfo.float32.max``; None for anything else."""
    parts = name.split(".")
    if len(parts) != 3 or parts[0] not in _LIMITS:
        return None
    kind, dtype, asked = parts
    bits = dtypes.bits_of(dtype) or 64
    if kind == "iinfo":
        low, high = (0, (1 << bits) - 1) if dtype[0] == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)
        return {"min": low, "max": high, "bits": bits, "kind": dtype[0]}.get(asked, UNKNOWN)
    if kind_of(dtype) == "c":
        return UNKNOWN
    if asked in _OF_FLOATS:
        return Array(dtype, (), None, True)
    if asked == "bits":
        return bits
    return DType(dtype) if asked == "dtype" else Unknown("int") if asked in _COUNTS else UNKNOWN


@function("promote_types", "type1 type2")
def _promoted(given: Given) -> Value:
    found = [dtype_of(given[key]) for key in ("type1", "type2")]
    return DType(dtypes.promote_all(found))


def result_type(args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.result_type(a, b)``."""
    if all(one.__class__ is DType for one in args):
        return DType(dtypes.promote_all(one.name for one in args))
    sides = [operand(one) for one in args if one.__class__ is Array]
    known = [side for side in sides if side is not None and side.shape]
    if len(known) < len(args) or any(not dtypes.is_number(side.dtype or "object") for side in known):
        return DType(None)
    return DType(common_dtype(known))


@function("can_cast", "from_ to casting=")
@function("isdtype", "dtype kind")
@function("shares_memory may_share_memory", "a b max_work=")
@function("iscomplexobj isrealobj", "x")
@function("isfortran", "a")
@function("iterable", "y")
def _yes_or_no(given: Given) -> Value:
    return Unknown("bool")


@function("min_scalar_type", "a")
@function("common_type", "**")
def _some_type(given: Given) -> Value:
    return UNKNOWN


@function("array2string", "a **")
@function("array_repr", "arr **")
@function("array_str", "a **")
@function("binary_repr", "num width=")
@function("base_repr", "number base= padding=")
@function("format_float_positional format_float_scientific", "x **")
def _text(given: Given) -> Value:
    return Unknown("str")


@function("set_printoptions", "**")
def _nothing(given: Given) -> Value:
    return None
