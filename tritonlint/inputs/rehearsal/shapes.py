"""Shapes of arrays, with dimensions that may not be known: what NumPy makes of them.

A dimension that is not known counts as not empty where NumPy would let an empty array pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.values import (
    SEQUENCE,
    Array,
    Builtin,
    DType,
    Failure,
    Mapping,
    Seq,
    Shape,
    Unknown,
    Value,
)

NO_INDEX = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
    "indices"
)
SEQUENCES = frozenset({"list", "tuple", "deque", "range", SEQUENCE})
_NO_INTEGER = frozenset({"float", "str", "bytes", "complex", "list", "tuple", "dict", "set", "NoneType"})


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """``lower:upper:step`` in an index, or ``slice(…)``."""

    lower: Value = None
    upper: Value = None
    step: Value = None


def words(shape: Shape) -> str:
    """A shape as NumPy's messages write it."""
    if shape is None:
        return "(…)"
    inner = ",".join("?" if length is None else str(length) for length in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def smaller(first: int | None, second: int | None) -> int | None:
    """The smaller one of two dimensions, if that is known."""
    return first if first == second else None if first is None or second is None else min(first, second)


def size_of(shape: Shape) -> int | None:
    """How many elements there are."""
    if shape is None:
        return None
    if 0 in shape:
        return 0
    return None if None in shape else prod(length for length in shape if length is not None)


def least(shape: Shape) -> int:
    """How many elements there are at least, where no unknown dimension is empty."""
    return prod(length for length in shape or () if length is not None)


def integer(value: Value, message: str = "'{}' object cannot be interpreted as an integer") -> int | None:
    """A whole number that an argument is, None where it is not known; raises for what certainly is none."""
    kind = value.__class__
    if kind is int or kind is bool:
        return int(value)
    name = value.type if kind is Unknown else kind.__name__
    if kind is Seq or kind is Mapping:
        name = value.kind
    if value is None or name in _NO_INTEGER or kind is Seq or kind is Mapping:
        raise Failure("TypeError", message.format("NoneType" if value is None else name))
    if kind is Array and value.scalar and value.dtype is not None and kind_of(value.dtype) not in "iuO":
        raise Failure("TypeError", message.format(f"numpy.{value.dtype}"))
    return None


def is_whole(value: Value) -> bool:
    """Whether an argument is certainly a whole number, and one that may index."""
    kind = value.__class__
    if kind is Array:
        return value.shape == () and value.dtype is not None and kind_of(value.dtype) in "iu"
    return kind is int or (kind is Unknown and value.type == "int")


def shape_argument(value: Value) -> Shape:
    """The shape that an argument means."""
    kind = value.__class__
    if kind is Seq:
        if value.kind not in SEQUENCES:
            return None
        lengths: tuple[int | None, ...] = tuple(integer(item) for item in value.items)
        if any(length is not None and length < 0 for length in lengths):
            raise Failure("ValueError", "negative dimensions are not allowed")
        return None if value.open else lengths
    if kind is Array and value.dtype is not None:
        if value.scalar or value.shape == ():
            return (integer(value),)
        if value.shape is not None and len(value.shape) == 1 and value.shape[0] is not None and value.shape[0] < 32:
            return (None,) * int(value.shape[0])
        return None
    if kind in (int, bool, float, str) or (kind is Unknown and value.type in {"int", "float", "str"}):
        length = integer(value)
        if length is not None and length < 0:
            raise Failure("ValueError", "negative dimensions are not allowed")
        return (length,)
    return None


def axis_of(axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        raise Failure("ValueError", f"axis {axis} is out of bounds for array of dimension {rank}")
    return axis % rank


def known_axis(value: Value, rank: int) -> int | None:
    """An axis counted from the front; None where it is not known, or is none of the array's."""
    return value % rank if value.__class__ is int and -rank <= value < rank else None


def axes_of(value: Value, rank: int) -> tuple[int, ...] | None:
    """The axes that an argument names, all of them for None; None where they are not known."""
    if value is None:
        return tuple(range(rank))
    if value.__class__ is Seq:
        if value.open or value.kind not in {"tuple", "list"}:
            return None
        found = [integer(item) for item in value.items]
        places = [axis_of(one, rank) if one is not None else None for one in found]
        known = tuple(one for one in places if one is not None)
        if len(set(known)) != len(known):
            raise Failure("ValueError", "duplicate value in 'axis'")
        return known if len(known) == len(places) else None
    one = integer(value)
    if rank == 0 and one in (0, -1):
        return ()  # Most functions let this pass.
    return (axis_of(one, rank),) if one is not None else None


def _wider(first: int | None, second: int | None) -> int | None:
    if first == 1:
        return second
    if second in (1, first):
        return first
    return first if second is None else second


def broadcast(*shapes: Shape) -> Shape:
    """What shapes have in common; raises when they certainly have nothing."""
    given = [shape for shape in shapes if shape is not None]
    rank = max((len(shape) for shape in given), default=0)
    result: list[int | None] = [1] * rank
    for place in range(1, rank + 1):
        lengths = {shape[-place] for shape in given if len(shape) >= place}
        if len(lengths - {1, None}) > 1:
            text = " ".join(words(shape) for shape in given)
            raise Failure("ValueError", f"operands could not be broadcast together with shapes {text} ")
        length: int | None = 1
        for one in lengths:
            length = _wider(length, one)
        result[-place] = length
    return tuple(result) if len(given) == len(shapes) else None


def fits(value: Shape, target: Shape) -> bool:
    """Whether an array may be written into a place of another shape."""
    if value is None or target is None:
        return True
    extra = len(value) - len(target)
    if extra > 0:
        if any(length not in (1, None) for length in value[:extra]):
            return False
        value = value[extra:]
    return all(a in (1, None) or b is None or a == b for a, b in zip(value[::-1], target[::-1], strict=False))


def reshaped(shape: Shape, target: Shape, minus: int) -> Shape:
    """What ``reshape`` gives; ``minus`` of the dimensions that are None in ``target`` are -1."""
    if target is None:
        return None
    if minus > 1:
        raise Failure("ValueError", "can only specify one unknown dimension")
    size = size_of(shape)
    rest = prod(length for length in target if length is not None)
    unknown = target.count(None)
    if shape is not None and size is None:
        # Several dimensions: what is known of them must still go into what is asked for.
        if not unknown and rest > 0 and rest % least(shape):
            raise Failure("ValueError", f"cannot reshape array of shape {words(shape)} into shape {words(target)}")
        return target
    if size is None:
        return target
    wrong = rest != size if not unknown else bool(rest and size % rest) or (rest == 0 and (minus > 0 or size != 0))
    if wrong:
        text = words(target).replace("?", "newaxis") if minus == unknown else words(target)
        raise Failure("ValueError", f"cannot reshape array of size {size} into shape {text}")
    if unknown == 1 and rest:
        return tuple(size // rest if length is None else length for length in target)
    return target


def sliced(length: int | None, item: Slice) -> int | None:
    """How long ``x[lower:upper:step]`` is."""
    message = "slice indices must be integers or None or have an __index__ method"
    bounds: list[int | None] = []
    known = True
    for bound in (item.lower, item.upper, item.step):
        if bound is None:
            bounds.append(None)
            continue
        number = integer(bound, message)
        known = known and number is not None
        bounds.append(number)
    if bounds[2] == 0:
        raise Failure("ValueError", "slice step cannot be zero")
    if not known:
        return None
    if length is None:
        return None
    return len(range(*slice(*bounds).indices(length)))


@dataclass(slots=True)
class _Part:
    """One item of an index: what it takes and what it gives."""

    kind: str
    takes: int = 0
    gives: tuple[int | None, ...] = ()
    number: int | None = None
    item: Value = None


def _part(item: Value, advanced: Value) -> _Part | None:
    kind = item.__class__
    if kind is Slice:
        sliced(None, item)  # Bounds that are no numbers fail whatever the length is.
        return _Part("slice", 1, item=item)
    if item is None:
        return _Part("new")
    if item is Ellipsis:
        return _Part("ellipsis")
    if kind is bool:
        return None
    if kind is int:
        return _Part("int", 1, number=item)
    if kind is Unknown:
        if item.type in {"str", "bytes", "float", "complex", "dict", "set"}:
            raise Failure("IndexError", NO_INDEX)
        return _Part("int", 1) if item.type == "int" else None
    if kind in (str, bytes, float, complex) or kind in (DType, Mapping, Builtin):
        raise Failure("IndexError", NO_INDEX)
    if kind is Seq:
        if item.kind not in SEQUENCES:
            return None
        item = advanced(item)
        kind = item.__class__
    if kind is not Array or item.dtype is None:
        return None
    code = kind_of(item.dtype)
    if code not in "biu":
        if code == "O":
            return None
        if item.shape == ():
            raise Failure("IndexError", NO_INDEX)
        if size_of(item.shape) == 0 or item.shape is None:
            return None
        raise Failure("IndexError", "arrays used as indices must be of integer (or boolean) type")
    if item.shape is None:
        return None
    if code == "b":
        return _Part("array", len(item.shape), (None,), item=item) if item.shape else None
    if not item.shape:
        return _Part("int", 1)
    return _Part("array", 1, item.shape, item=item)


def indexed(shape: Shape, index: Value, advanced: Value) -> tuple[Shape, bool]:
    """The shape of ``x[index]`` and whether it is a single element; ``advanced`` makes an array of a list."""
    items = index.items if index.__class__ is Seq and index.kind == "tuple" else [index]
    if index.__class__ is Seq and index.kind == "tuple" and index.open:
        return None, False
    parts: list[_Part] = []
    for item in items:
        part = _part(item, advanced)
        if part is None:
            return None, False
        parts.append(part)
    if sum(part.kind == "ellipsis" for part in parts) > 1:
        raise Failure("IndexError", "an index can only have a single ellipsis ('...')")
    if shape is None:
        return None, False
    takes = sum(part.takes for part in parts)
    if takes > len(shape):
        raise Failure(
            "IndexError",
            f"too many indices for array: array is {len(shape)}-dimensional, but {takes} were indexed",
        )
    result, arrays = _taken(shape, parts, len(shape) - takes)
    if not any(part.kind == "array" for part in parts):
        return result, not result and not any(part.kind == "ellipsis" for part in parts)
    return _with_arrays(result, arrays, parts), False


def _taken(shape: tuple[int | None, ...], parts: Sequence[_Part], left: int) -> tuple[tuple[int | None, ...], int]:
    """What slices leave, and where in it the place of index arrays is."""
    out: list[int | None] = []
    position, place = 0, -1
    mixed = any(part.kind == "array" for part in parts)
    for part in parts:
        if part.kind == "ellipsis":
            out += shape[position : position + left]
            position += left
        elif part.kind == "new":
            out.append(1)
        elif part.kind == "slice":
            out.append(sliced(shape[position], part.item))
            position += 1
        elif part.kind == "int":
            _bounds(part.number, shape[position], position)
            position += 1
        else:
            if kind_of(part.item.dtype) == "b":
                _mask(part.item.shape, shape[position : position + part.takes], position)
            position += part.takes
        if mixed and place < 0 and part.kind in {"int", "array"}:
            place = len(out)
    return (*out, *shape[position:]), place


def _bounds(number: int | None, length: int | None, axis: int) -> None:
    if number is not None and length is not None and not -length <= number < length:
        raise Failure("IndexError", f"index {number} is out of bounds for axis {axis} with size {length}")


def _mask(mask: tuple[int | None, ...], shape: tuple[int | None, ...], position: int) -> None:
    for offset, (one, other) in enumerate(zip(mask, shape, strict=True)):
        if one is not None and other is not None and one != other:
            raise Failure(
                "IndexError",
                f"boolean index did not match indexed array along dimension {position + offset}; dimension is {other} "
                f"but corresponding boolean dimension is {one}",
            )


def _with_arrays(rest: tuple[int | None, ...], place: int, parts: Sequence[_Part]) -> Shape:
    kinds = ["x" if part.kind in {"int", "array"} else "-" for part in parts]
    together = "x" in "".join(kinds) and "-" not in "".join(kinds).strip("-")
    arrays = [part.gives for part in parts if part.kind == "array"]
    if len(arrays) == 1:
        common: Shape = arrays[0]
    else:
        try:
            common = broadcast(*arrays)
        except Failure as failure:
            text = "shape mismatch: indexing arrays could not be broadcast together with shapes "
            raise Failure("IndexError", text + failure.message.partition("with shapes ")[2]) from None
    if common is None:
        return None
    return (*rest[:place], *common, *rest[place:]) if together else (*common, *rest)


def product(first: Shape, second: Shape) -> Shape:
    """The shape of ``first @ second``."""
    for place, shape in enumerate((first, second)):
        if shape == ():
            raise Failure(
                "ValueError",
                f"matmul: Input operand {place} does not have enough dimensions (has 0, gufunc core with signature "
                "(n?,k),(k,m?)->(n?,m?) requires 1)",
            )
    if first is None or second is None:
        return None
    inner, other = first[-1], second[-2] if len(second) > 1 else second[0]
    if inner is not None and other is not None and inner != other:
        raise Failure(
            "ValueError",
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            f"(n?,k),(k,m?)->(n?,m?) (size {other} is different from {inner})",
        )
    outer = broadcast(first[:-2], second[:-2])
    if outer is None:
        return None
    return (*outer, *first[-2:-1], *(second[-1:] if len(second) > 1 else ()))


def dotted(first: Shape, second: Shape) -> Shape:
    """The shape of ``numpy.dot``."""
    if first is None or second is None:
        return None
    if not first or not second:
        return first or second
    inner, other = first[-1], second[-2] if len(second) > 1 else second[0]
    if inner is not None and other is not None and inner != other:
        raise Failure("ValueError", f"shapes {words(first)} and {words(second)} not aligned: {inner} != {other}")
    return (*first[:-1], *second[:-2], *(second[-1:] if len(second) > 1 else ()))


def reduced(shape: Shape, axis: Value, keep: Value) -> Shape:
    """What is left after a reduction."""
    if keep.__class__ is not bool:
        if axis is None or shape is None:
            return None
        keep = None
    if shape is None:
        return () if axis is None and not keep else None
    axes = axes_of(axis, len(shape))
    if axes is None:
        if keep:
            return (None,) * len(shape)
        return (None,) * (len(shape) - 1) if keep is False and is_whole(axis) else None
    if keep is None:
        return None
    if keep:
        return tuple(1 if place in axes else length for place, length in enumerate(shape))
    return tuple(length for place, length in enumerate(shape) if place not in axes)


def without_diagonal(shape: Shape, given: dict[str, Value]) -> Shape:
    """What is left when the two axes are taken away over which ``trace`` and ``diagonal`` go."""
    if shape is None:
        return None
    places = {known_axis(given.get(key, default), len(shape)) for key, default in (("axis1", 0), ("axis2", 1))}
    if None in places or len(places) < 2:
        return None
    return tuple(length for place, length in enumerate(shape) if place not in places)


def squeezed(shape: Shape, axis: Value) -> Shape:
    """What ``squeeze`` leaves."""
    if shape is None:
        return None
    if axis is None:
        return None if None in shape else tuple(length for length in shape if length != 1)
    axes = axes_of(axis, len(shape))
    if axes is None:
        return None
    if any(shape[place] not in (1, None) for place in axes):
        raise Failure("ValueError", "cannot select an axis to squeeze out which has size not equal to one")
    return tuple(length for place, length in enumerate(shape) if place not in axes)


def expanded(shape: Shape, axis: Value) -> Shape:
    """What ``expand_dims`` gives."""
    if shape is None:
        return None
    count = len(axis.items) if axis.__class__ is Seq else 1
    axes = axes_of(axis, len(shape) + count)
    if axes is None:
        return None
    rest = iter(shape)
    return tuple(1 if place in axes else next(rest) for place in range(len(shape) + count))


def transposed(shape: Shape, order: Sequence[Value] | None) -> Shape:
    """What ``transpose`` gives; without an order the axes are turned around."""
    if shape is None:
        return None
    if order is None:
        return shape[::-1]
    if len(order) != len(shape):
        raise Failure("ValueError", "axes don't match array")
    found = [integer(one) for one in order]
    places = [axis_of(one, len(shape)) for one in found if one is not None]
    if len(set(places)) != len(places):
        raise Failure("ValueError", "repeated axis in transpose")
    return tuple(shape[place] for place in places) if len(places) == len(found) else (None,) * len(shape)


def joined(shapes: Sequence[Shape], axis: Value) -> Shape:
    """What ``concatenate`` gives."""
    if not shapes:
        raise Failure("ValueError", "need at least one array to concatenate")
    if any(shape == () for shape in shapes) and axis is not None:
        raise Failure("ValueError", "zero-dimensional arrays cannot be concatenated")
    if axis is None:
        sizes = [size_of(shape) for shape in shapes]
        return (None if None in sizes else sum(size for size in sizes if size is not None),)
    known = [(number, shape) for number, shape in enumerate(shapes) if shape is not None]
    for number, shape in known[1:]:
        if len(shape) != len(known[0][1]):
            raise Failure(
                "ValueError",
                "all the input arrays must have same number of dimensions, but the array at index "
                f"{known[0][0]} has {len(known[0][1])} dimension(s) and the array at index {number} has "
                f"{len(shape)} dimension(s)",
            )
    if not known:
        return None
    rank = len(known[0][1])
    one = integer(axis)
    if one is None:
        return (None,) * rank
    place = axis_of(one, rank)
    result: list[int | None] = []
    for dimension in range(rank):
        lengths = [(number, shape[dimension]) for number, shape in known]
        if dimension == place:
            parts = [length for _, length in lengths if length is not None]
            result.append(sum(parts) if len(parts) == len(shapes) else None)
            continue
        first = next(((number, length) for number, length in lengths if length is not None), None)
        for number, length in lengths:
            if first is not None and length is not None and length != first[1]:
                raise Failure(
                    "ValueError",
                    "all the input array dimensions except for the concatenation axis must match exactly, but along "
                    f"dimension {dimension}, the array at index {first[0]} has size {first[1]} and the array at "
                    f"index {number} has size {length}",
                )
        result.append(first[1] if first is not None else None)
    return tuple(result)


def stacked(shapes: Sequence[Shape], axis: Value, count: int | None) -> Shape:
    """What ``stack`` gives of ``count`` arrays."""
    if not shapes:
        raise Failure("ValueError", "need at least one array to stack")
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    common: list[int | None] = list(known[0])
    for shape in known[1:]:
        if len(shape) != len(common) or any(
            a is not None and b is not None and a != b for a, b in zip(common, shape, strict=True)
        ):
            raise Failure("ValueError", "all input arrays must have the same shape")
        common = [b if a is None else a for a, b in zip(common, shape, strict=True)]
    one = integer(axis)
    if one is None:
        return (None,) * (len(common) + 1)
    place = axis_of(one, len(common) + 1)
    return (*common[:place], count, *common[place:])
