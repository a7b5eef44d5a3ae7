"""Arrays of NumPy and their elements: making them of values, indexing, operators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product as combinations

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import kind_of, promote
from tritonlint.inputs.rehearsal.shapes import SEQUENCES, words
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    DType,
    Failure,
    Library,
    Mapping,
    Seq,
    Shape,
    Unknown,
    Value,
    is_number,
    some_number,
    type_name,
)

MAX_ITEMS = 1000
"""Items of nested lists that are looked at for one array."""
_INHOMOGENEOUS = "setting an array element with a sequence. The requested array has an inhomogeneous shape after {} "
_OF = {bool: "bool", int: "int", float: "float", complex: "complex", str: "str", bytes: "bytes"}
_SCALAR_DTYPES = {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"} | {
    "str": "str",
    "bytes": "bytes",
}
_NO_NUMBERS = ("function", "method", "coroutine", "_asyncio.Future", "_asyncio.Task", "Future")
_NO_SEQUENCES = frozenset({"set", "frozenset", "generator", "map", "filter", "zip", "dict_keys", "dict_values"})
MANY = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"


def pick(dtype: str | None, of: str | None = None) -> Value:
    """A single element of an array, as indexing and iteration give it."""
    if dtype is None:
        return UNKNOWN
    if dtype == "object":
        # None marks a place that is filled later, or asked about.
        return Unknown(of) if of is not None and of != "NoneType" else UNKNOWN
    if dtype == "str":
        return Unknown("str")
    # Elements of NumPy's own bytes have more attributes than Python's bytes.
    return UNKNOWN if dtype == "bytes" else Array(dtype, (), None, True)


def result(dtype: str | None, shape: Shape, of: str | None = None) -> Value:
    """What an operation gives: a single element where there is no dimension left."""
    return pick(dtype, of) if shape == () else Array(dtype, shape, of)


# ----------------------------------------------------------------------------------------------- arrays of values
class _Ragged(Exception):  # noqa: N818
    """Nested lists of different lengths; ``depth`` says how deep they still agree."""

    def __init__(self, depth: int) -> None:
        super().__init__(depth)
        self.depth = depth


@dataclass(slots=True)
class _Found:
    """What NumPy finds in nested sequences."""

    left: int = MAX_ITEMS
    dtypes: set[str | None] | None = None
    of: set[str | None] | None = None
    ragged: bool = False
    broken: bool = False


def from_value(value: Value, dtype: str | None = None) -> Array:
    """What ``numpy.array(value)`` makes; ``dtype`` is the name of the data type that was asked for."""
    if value.__class__ is Array:
        if dtype is None or dtype == value.dtype:
            return Array(value.dtype, value.shape, value.of) if value.scalar else value
        return Array(dtype, value.shape)
    found = _Found(dtypes=set(), of=set())
    try:
        shape = _discovered(value, found, dtype)
    except _Ragged as ragged:
        if dtype == "object" or found.broken:
            # NumPy keeps lists of different lengths as they are.
            return Array(dtype, None, "list" if _lists_of_elements(value) else None)
        raise Failure(
            "ValueError",
            _INHOMOGENEOUS.format(ragged.depth) + "dimensions.",
        ) from None
    if found.left < 0:
        return Array(dtype, None)
    kinds = found.dtypes or {"float64"}
    of = next(iter(found.of)) if found.of and len(found.of) == 1 else None
    if dtype is not None:
        return Array(dtype, shape, of if dtype == "object" else None)
    common = dtypes.promote_all(kinds)
    return Array(common, shape, of if common == "object" else None)


def _lists_of_elements(value: Value) -> bool:
    return value.__class__ is Seq and all(
        item.__class__ is Seq and item.kind == "list" and all(one.__class__ in _OF for one in item.items)
        for item in value.items
    )


def _discovered(value: Value, found: _Found, dtype: str | None) -> Shape:
    """The shape of nested sequences; what their elements are is put into ``found``."""
    found.left -= 1
    if found.left < 0:
        return None
    kind = value.__class__
    if kind is Seq and value.kind in SEQUENCES:
        return _sequence(value, found, dtype)
    assert found.dtypes is not None  # noqa: S101
    assert found.of is not None  # noqa: S101
    if kind is Array:
        found.dtypes.add(value.dtype)
        found.of.add(value.of if value.dtype == "object" and value.shape else None)
        return value.shape  # type: ignore[no-any-return]
    name = value.type if kind is Unknown else _OF.get(kind)
    if name in _SCALAR_DTYPES:
        found.of.add(name)
        number = _SCALAR_DTYPES[name]
        if kind is int and not -(2**63) <= value < 2**63:
            found.dtypes.add(None)
        else:
            found.dtypes.add(number)
        if dtype is not None:
            convertible(value, name, dtype)
        return ()
    found.dtypes.add(None if kind in (Unknown, Library) else "object")
    found.of.add("NoneType" if value is None else "dict" if kind is Mapping and value.kind == "dict" else None)
    if kind is Unknown and name in {"NoneType", "dict", "set"}:
        found.dtypes.add("object")
        return ()
    if kind in (Unknown, Library):
        return None
    if value is None or kind is Mapping or (kind is Seq and value.kind in _NO_SEQUENCES):
        if dtype is not None:
            convertible(value, type_name(value), dtype)
        return ()
    if dtype is not None and type_name(value) in _NO_NUMBERS:
        convertible(value, type_name(value), dtype)
    if kind is Seq or type_name(value) is None or _may_hold_items(value):
        found.dtypes.discard("object")
        found.dtypes.add(None)
        return None
    return ()


def _may_hold_items(value: Value) -> bool:
    """Whether NumPy may take an object of the file for a sequence: a list with methods of its own, say."""
    cls = getattr(value, "cls", None)
    return cls is not None and (not cls.known or any({"__array__", "__len__"} & one.vars.keys() for one in cls.lineage))


def _sequence(value: Seq, found: _Found, dtype: str | None) -> Shape:
    assert found.dtypes is not None  # noqa: S101
    length = None if value.open else len(value.items)
    items = [*value.items, value.each] if value.open and value.each is not UNKNOWN else value.items
    if not items:
        if value.open:
            found.dtypes.add(None)
        return (0,) if length == 0 else None
    if value.open and value.each is UNKNOWN and any(item.__class__ in (int, bool) for item in value.items):
        # A number that a list begins with says little about what else comes in.
        found.dtypes.add(None)
    inner: list[Shape] = []
    for item in items:
        shape = _discovered(item, found, dtype)
        if found.left < 0:
            return None
        inner.append(shape)
    known = [shape for shape in inner if shape is not None]
    if len(known) != len(inner):
        found.broken = True
        return None
    if dtype == "object" and (len(known) > 1 or value.open) and any(None in shape for shape in known):
        return None  # Lengths that differ are no error then.
    return _agreed(length, known, found)


def _agreed(length: int | None, inner: list[tuple[int | None, ...]], found: _Found) -> Shape:
    first = inner[0]
    common: list[int | None] = list(first)
    for shape in inner[1:]:
        for depth, (a, b) in enumerate(zip(common, shape, strict=False)):
            if a is not None and b is not None and a != b:
                raise _Ragged(depth + 1)
        if len(shape) != len(common):
            if any(None in one for one in (shape, common)):
                found.broken = True
                return None
            raise _Ragged(min(len(shape), len(common)) + 1)
        common = [b if a is None else a for a, b in zip(common, shape, strict=True)]
    # Arrays of lengths that are not known may turn out to differ, which then is an error.
    return (length, *common)


def convertible(value: Value, name: str | None, dtype: str) -> None:
    """Raise what NumPy raises where a value can certainly not become an element."""
    code = kind_of(dtype)
    if code not in "biufc":
        return
    if value.__class__ in (str, bytes):
        _parsed(value, code)
    elif code in "fc" and name in {
        *_NO_NUMBERS,
        "dict",
        "list",
        "set",
        "tuple",
        "generator",
        "map",
        "filter",
        "zip",
    }:
        if name in {"list", "tuple"}:
            raise Failure("ValueError", "setting an array element with a sequence.")
        what = "float() argument must be a string or a real number" if code == "f" else "must be real number"
        raise Failure("TypeError", f"{what}, not '{name}'")
    elif code in "iu" and name in {*_NO_NUMBERS, "dict", "NoneType", "set", "generator"}:
        article = "int() argument must be a string, a bytes-like object or a real number"
        raise Failure("TypeError", f"{article}, not '{name}'")


def _parsed(value: str | bytes, code: str) -> None:
    try:
        if code in "iu":
            int(value)
        elif code == "f":
            float(value)
    except ValueError:
        what = (
            f"invalid literal for int() with base 10: {value!r}"
            if code in "iu"
            else (f"could not convert string to float: {value!r}")
        )
        raise Failure("ValueError", what) from None


# -------------------------------------------------------------------------------------------------------- indexing
def _index_array(value: Seq) -> Value:
    if value.open:
        return _any_number(value)
    made = from_value(value)
    # An empty list is an index of no elements.
    return Array("int64", (0,)) if made.shape == (0,) else made


def _any_number(value: Seq) -> Value:
    """The index that a list of any number of integers is."""
    kinds = {item.dtype if item.__class__ is Array and item.scalar else type_name(item) for item in value.items}
    each = value.each
    kinds.add(each.dtype if each.__class__ is Array and each.scalar else type_name(each))
    return Array("int64", (None,)) if all(kind in {"int", "int32", "int64"} for kind in kinds) else UNKNOWN


def getitem(array: Array, index: Value) -> Value:
    """``array[index]``."""
    if array.scalar:
        _of_scalar(array, index)
        return Array(array.dtype, None)
    if array.dtype is None and _may_name_fields(index):
        return UNKNOWN
    shape, single = shapes.indexed(array.shape, index, _index_array)
    if single:
        return pick(array.dtype, array.of)
    return _maybe(array, shape)


def _may_name_fields(index: Value) -> bool:
    """Whether an index may be the names of fields of an array, whose data type is not known."""
    kinds = {item.__class__ for item in index.items} if index.__class__ is Seq else {index.__class__}
    return kinds <= {str, Unknown} and bool(kinds)


def _of_scalar(array: Array, index: Value) -> None:
    whole = index.__class__ is int or (index.__class__ is Unknown and index.type in {"int", "str", "float"})
    if array.dtype is not None and (whole or index.__class__ in (Slice, str, float)):
        raise Failure("IndexError", "invalid index to scalar variable.")


Slice = shapes.Slice


def _maybe(array: Array, shape: Shape) -> Value:
    """A part of an array, which may be a single element where the shape is not known."""
    if shape is None and array.dtype in {None, "object", "str", "bytes"}:
        return UNKNOWN
    return Array(array.dtype, shape, array.of)


def setitem(array: Array, index: Value, value: Value) -> None:
    """``array[index] = value``."""
    if array.scalar:
        name = type_name(array)
        if name is not None:
            raise Failure("TypeError", f"'{name}' object does not support item assignment")
        return
    if array.dtype is None and _may_name_fields(index):
        return
    shape, single = shapes.indexed(array.shape, index, _index_array)
    if array.dtype in {None, "object"}:
        return
    kind = value.__class__
    if kind is not Array:
        if (
            kind is Seq
            and value.kind in SEQUENCES
            and single
            and array.dtype != "bool"
            and (value.open or len(value.items) != 1)
        ):
            if array.dtype not in {"str", "bytes"} and value.items:
                raise Failure("ValueError", "setting an array element with a sequence.")
            return
        value = from_value(value, array.dtype)
    if shape is None or value.shape is None or array.dtype in {"str", "bytes"}:
        return
    if single:
        if shapes.least(value.shape) > 1 and array.dtype != "bool":
            raise Failure("ValueError", "setting an array element with a sequence.")
    elif not shapes.fits(value.shape, shape):
        text = f"could not broadcast input array from shape {words(value.shape)} into shape {words(shape)}"
        raise Failure("ValueError", text)


def element(array: Array) -> Value:
    """What a loop over the array binds."""
    if array.scalar:
        name = type_name(array)
        if name is None:
            return UNKNOWN
        raise Failure("TypeError", f"'{name}' object is not iterable")
    if array.shape is None:
        return _maybe(array, None)
    if not array.shape:
        raise Failure("TypeError", "iteration over a 0-d array")
    return result(array.dtype, array.shape[1:], array.of)


def length(array: Array) -> int | None:
    """``len(array)``."""
    if array.scalar:
        name = type_name(array)
        if name is None:
            return None
        raise Failure("TypeError", f"object of type '{name}' has no len()")
    if array.shape is None:
        return None
    if not array.shape:
        raise Failure("TypeError", "len() of unsized object")
    return array.shape[0]


def truth(array: Array) -> bool | None:
    """``bool(array)``; always open where it is allowed."""
    if array.shape is not None and shapes.least(array.shape) > 1:
        raise Failure("ValueError", MANY)
    return None


# ------------------------------------------------------------------------------------------------------- operators
@dataclass(frozen=True, slots=True)
class Operand:
    """One side of an operation: an array, or a number of Python (``number`` is its type)."""

    dtype: str | None
    shape: Shape
    of: str | None = None
    number: str | None = None
    value: Value = None


def operand(value: Value) -> Operand | None:
    """A side of an operation, None where nothing can be said of it."""
    kind = value.__class__
    if kind is Array:
        return Operand(value.dtype, value.shape, value.of)
    name = value.type if kind is Unknown else _OF.get(kind)
    if name in dtypes.WEAK:
        return Operand(dtypes.WEAK[name], (), None, name, value)
    if name in {"str", "bytes"}:
        return Operand(name, ())
    if kind is Seq and value.kind in {"list", "tuple"}:
        made = from_value(value)
        return Operand(made.dtype, made.shape, made.of)
    if value is None:
        return Operand("object", (), "NoneType")
    if kind is Mapping:
        return Operand("object", (), "dict")
    return None


def common_dtype(sides: list[Operand]) -> str | None:
    """What the sides of an operation promote to, where NumPy 1.26 and 2 agree."""
    if any(side.dtype is None for side in sides):
        return "object" if any(side.dtype == "object" for side in sides) else None
    if any(not dtypes.is_number(side.dtype or "") for side in sides):
        return dtypes.promote_all(side.dtype for side in sides)
    new = _new_rules(sides)
    # A side of unknown shape may be a single value, of which NumPy 1 looks at the value.
    ranks = [(True, False) if side.shape is None else (side.shape == (),) for side in sides]
    for singles in combinations(*ranks):
        if _old_rules(sides, singles) != new:
            return None
    return new


def _new_rules(sides: list[Operand]) -> str | None:
    strong = [side.dtype for side in sides if side.number is None or side.number == "bool"]
    if not strong:
        return dtypes.promote_all(side.dtype for side in sides)
    known = dtypes.promote_all(strong)
    if known is None:
        return None
    for side in sides:
        if side.number in {None, "bool"}:
            continue
        weak = side.dtype or ""
        if dtypes.category(weak) > dtypes.category(known) or (kind_of(weak) == "c") > (kind_of(known) == "c"):
            if kind_of(weak) == "c" and kind_of(known) == "f":
                known = "complex128" if known == "float64" else "complex64"
            else:
                known = promote(known, weak)
    return known


def _old_rules(sides: list[Operand], singles: tuple[bool, ...]) -> str | None:
    arrays = [side.dtype or "" for side, single in zip(sides, singles, strict=True) if not single]
    values = [side for side, single in zip(sides, singles, strict=True) if single]
    if not arrays or not values:
        return dtypes.promote_all(side.dtype for side in sides)
    if max(dtypes.category(side.dtype or "") for side in values) > max(map(dtypes.category, arrays)):
        return dtypes.promote_all(side.dtype for side in sides)
    known = dtypes.promote_all(arrays) or ""
    for side in values:
        own = side.dtype or ""
        if promote(known, own) == known:
            continue
        certain = side.number is not None and (
            dtypes.presumed(known, side.number) if side.value.__class__ is Unknown else dtypes.holds(known, side.value)
        )
        if not certain:
            return None
    return known


_ARITHMETIC = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "remainder",
    "**": "power",
    "@": "matmul",
    "&": "bitwise_and",
    "|": "bitwise_or",
    "^": "bitwise_xor",
    "<<": "left_shift",
    ">>": "right_shift",
}
_BITWISE = frozenset({"&", "|", "^", "<<", ">>"})


def binary(operator: str, left: Value, right: Value) -> Value:
    """``left operator right``, one of which is an array."""
    if DType in (left.__class__, right.__class__):
        return UNKNOWN
    for one, other in ((left, right), (right, left)):
        # Sequences are repeated by a single value, and "%" formats.
        sequence = one.__class__ in (Seq, str, bytes) or (
            one.__class__ is Unknown and one.type in {"str", "bytes", "list", "tuple"}
        )
        if sequence and other.__class__ is Array and not other.shape:
            return UNKNOWN
    if operator == "%" and (left.__class__ in (str, bytes) or (left.__class__ is Unknown and left.type != "int")):
        return Unknown("str") if left.__class__ is str else UNKNOWN
    first, second = operand(left), operand(right)
    if first is None or second is None:
        return UNKNOWN  # A tensor of another library takes the operation over.
    if operator == "**" and _is_wide_power(left, second):
        return pick("float64")
    made = calculated(operator, first, second)
    return some_number() if made is UNKNOWN and is_number(left) and is_number(right) else made


def _is_wide_power(left: Value, exponent: Operand) -> bool:
    """Whether a single float64 is raised to a real number, which gives another one in every release of NumPy."""
    wide = left.__class__ is Array and left.scalar and left.dtype == "float64"
    single = exponent.number is not None or exponent.shape == ()
    return wide and single and exponent.dtype is not None and kind_of(exponent.dtype) in "biuf"


def calculated(operator: str, first: Operand, second: Operand) -> Value:
    """The result of an operator for two sides."""
    if operator == "@" and first.shape == second.shape == ():
        return UNKNOWN
    _loops(operator, first, second)
    if operator == "@":
        shape = shapes.product(first.shape, second.shape)
    else:
        shape = shapes.broadcast(first.shape, second.shape)
    if operator == "**" and shape == ():
        return UNKNOWN  # A square of an array without dimensions stays one, other powers do not.
    sides = [first, second]
    dtype = common_dtype(sides)
    if operator == "/" and dtype is None and all(_whole(side) for side in sides):
        dtype = "float64"
    elif dtype is not None:
        dtype = _output(operator, dtype, sides)
    if shape == () and dtype is None and all(s.dtype is not None and dtypes.is_number(s.dtype) for s in sides):
        return Array(None, (), None, True)  # A number all the same: only releases of NumPy differ in its type.
    of = first.of if dtype == "object" and operator == "+" and first.of == second.of else None
    return result(dtype, shape, of if of in {"str", "bytes"} else None)


def _whole(side: Operand) -> bool:
    return side.dtype is not None and kind_of(side.dtype) in "biu"


def _output(operator: str, dtype: str, sides: list[Operand]) -> str | None:
    if dtype in {"str", "bytes"}:
        return None
    code = kind_of(dtype)
    if operator == "/" and code in "biu":
        return "float64"
    if operator in {"//", "%", "**", "<<", ">>"} and code == "b":
        return "int8"
    if operator == "**" and sides[0].dtype == "bool":
        return None
    if operator == "**" and sides[1].number is not None and not sides[1].shape:
        # What is a square or a root to NumPy 1 is not calculated as a power.
        exponent = sides[1].value
        if exponent.__class__ is Unknown and code in "iu" and sides[0].dtype != "int64":
            return None
    return dtype


def _loops(operator: str, first: Operand, second: Operand) -> None:
    """Raise where NumPy has no loop for the data types."""
    a, b = first.dtype, second.dtype
    if operator not in _ARITHMETIC or a is None or b is None or (operator == "@" and () in (first.shape, second.shape)):
        return
    if "object" in (a, b):
        if 0 not in (first.shape or ()) and 0 not in (second.shape or ()):
            _object_loops(operator, first, second)
        return
    name = _ARITHMETIC[operator]
    texts = {"str", "bytes"}
    if a in texts or b in texts:
        if a == b and operator == "+":
            return  # NumPy 2 adds texts.
        shown = ", ".join(f"dtype('{_shown(one)}')" for one in (a, b))
        raise Failure(
            "TypeError", f"ufunc '{name}' did not contain a loop with signature matching types ({shown}) -> None"
        )
    kinds = kind_of(a) + kind_of(b)
    if operator in _BITWISE and ("f" in kinds or "c" in kinds):
        raise Failure("TypeError", f"ufunc '{name}' not supported for the input types")
    if operator in _BITWISE and first.shape and second.shape and promote(a, b) == "float64":
        raise Failure("TypeError", f"ufunc '{name}' not supported for the input types")
    if operator in {"//", "%"} and "c" in kinds:
        raise Failure("TypeError", f"ufunc '{name}' not supported for the input types")
    if operator == "-" and kinds == "bb":
        raise Failure("TypeError", "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor")
    if (
        operator == "**"
        and kinds == "ii"
        and second.value.__class__ is int
        and second.value < 0
        and 0 not in (first.shape or ())
    ):
        raise Failure("ValueError", "Integers to negative integer powers are not allowed.")


def _shown(dtype: str) -> str:
    return {"str": "<U1", "bytes": "S1"}.get(dtype, dtype)


_TEXT_TYPES = frozenset({"str", "bytes"})


def _element_type(side: Operand) -> str | None:
    if side.dtype == "object":
        return side.of
    return dtypes.python_type(side.dtype)


def _object_loops(operator: str, first: Operand, second: Operand) -> None:
    a, b = _element_type(first), _element_type(second)
    nothing = {"NoneType", "dict"}
    plain = {"bool", "int", "float", "complex", "str", "bytes"}
    if a not in plain | nothing or b not in plain | nothing or operator == "@":
        return
    if a in nothing or b in nothing:
        if (operator == "%" and a in _TEXT_TYPES) or (operator == "|" and a == b):
            return
    elif a in _TEXT_TYPES or b in _TEXT_TYPES:
        if operator == "%" and a in _TEXT_TYPES:
            return
        if operator == "+" and a == b:
            return
        if operator == "*" and ("int" in (a, b) or "bool" in (a, b)):
            return
    else:
        return
    raise Failure("TypeError", f"unsupported operand type(s) for {operator}: '{a}' and '{b}'")


def compare(operator: str, left: Value, right: Value) -> Value:
    """A comparison, one side of which is an array or a data type."""
    if DType in (left.__class__, right.__class__):
        return _same_dtype(operator, left, right)
    if operator in {"in", "not in", "is", "is not"}:
        return UNKNOWN
    made = _compared(operator, left, right)
    # A truth value of Python or of NumPy.
    return some_number() if made is UNKNOWN and is_number(left) and is_number(right) else made


def _compared(operator: str, left: Value, right: Value) -> Value:
    first, second = operand(left), operand(right)
    if first is None or second is None:
        known = left if left.__class__ is Array else right
        other = right if known is left else left
        if operator in {"==", "!="} and other.__class__ not in (Unknown, Seq) and known.shape and known.dtype:
            return UNKNOWN
        return UNKNOWN
    equality = operator in {"==", "!="}
    if not equality:
        _ordered(operator, first, second)
    try:
        shape = shapes.broadcast(first.shape, second.shape)
    except Failure:
        if equality:
            return UNKNOWN  # An exception since NumPy 1.25, False before.
        raise
    if first.dtype is None or second.dtype is None:
        return Array("bool", shape) if shape else UNKNOWN
    if "object" in (first.dtype, second.dtype):
        return Array("bool" if equality else None, shape) if shape else UNKNOWN
    texts = {"str", "bytes"}
    if equality and (first.dtype in texts or second.dtype in texts) and first.dtype != second.dtype:
        return UNKNOWN
    if shape is None and (first.dtype in texts):
        return UNKNOWN
    return result("bool", shape)


def _ordered(operator: str, first: Operand, second: Operand) -> None:
    a, b = _element_type(first), _element_type(second)
    if 0 in (first.shape or ()) or 0 in (second.shape or ()) or a is None or b is None:
        return
    texts = _TEXT_TYPES | {"NoneType", "dict"}
    if (a in texts or b in texts) and (a != b or a in {"NoneType", "dict"}):
        raise Failure("TypeError", f"'{operator}' not supported between instances of '{a}' and '{b}'")


def _same_dtype(operator: str, left: Value, right: Value) -> Value:
    if operator not in {"==", "!="}:
        return UNKNOWN
    names: list[str | None] = []
    for side in (left, right):
        if side is None:
            return Unknown("bool")
        try:
            names.append(dtypes.dtype_of(side))
        except Failure:
            names.append("")
    if None in names or names[0] in _TEXT_TYPES:
        return Unknown("bool")
    if names[0] != names[1]:
        return operator == "!="
    # The class numpy.float32 does not equal the text "float32", a data type does.
    return operator == "==" if left.__class__ is right.__class__ else Unknown("bool")


def unary(operator: str, array: Array) -> Value:
    """``-array``, ``+array``, ``~array``."""
    dtype = array.dtype
    if dtype is None and array.scalar:
        return some_number()
    if dtype is None or array.shape is None or 0 in array.shape:
        return result(dtype if dtype != "object" else None, array.shape)
    code = kind_of(dtype)
    name = {"-": "negative", "+": "positive", "~": "invert"}.get(operator)
    if name is None:
        return UNKNOWN
    if code in "US" or (code == "O" and array.of in _TEXT_TYPES):
        raise Failure("TypeError", f"bad operand type for unary {operator}: 'numpy.ndarray' of text")
    if code == "O":
        return result("object", array.shape)
    if operator == "~" and code in "fc":
        raise Failure("TypeError", "ufunc 'invert' not supported for the input types")
    if operator == "-" and code == "b":
        raise Failure("TypeError", "The numpy boolean negative, the `-` operator, is not supported")
    return result(dtype if not (code == "b" and operator == "+") else None, array.shape)


def inplace(operator: str, array: Array, value: Value) -> Value:
    """``array operator= value``: an array keeps its data type and shape, a single element does not."""
    if array.scalar:
        return binary(operator, array, value)
    if array.dtype in _TEXT_TYPES:
        return array  # NumPy 2 repeats and joins texts.
    made = binary(operator, array, value)
    if array.shape is None or array.dtype is None:
        return array if array.shape else UNKNOWN if array.shape is None else array
    if made.__class__ is not Array or operator == "@":
        return array
    if not shapes.fits(made.shape, array.shape) or (made.shape is not None and len(made.shape) > len(array.shape)):
        raise Failure(
            "ValueError",
            f"non-broadcastable output operand with shape {words(array.shape)} doesn't match the broadcast shape "
            f"{words(made.shape)}",
        )
    if made.dtype is not None and not dtypes.same_kind(made.dtype, array.dtype):
        raise Failure(
            "TypeError",
            f"Cannot cast ufunc '{_ARITHMETIC.get(operator, operator)}' output from dtype('{made.dtype}') to "
            f"dtype('{array.dtype}') with casting rule 'same_kind'",
        )
    return array
