"""NumPy's products, linear algebra, Fourier transforms and filters."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.inputs.rehearsal import dtypes, shapes
from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.elements import calculated, common_dtype, operand, result
from tritonlint.inputs.rehearsal.numpy_calls import Given, as_array, function, shaped
from tritonlint.inputs.rehearsal.shapes import known_axis
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Shape, Value


# ------------------------------------------------------------------------------------------------------- products
def _promoted(*arrays: Array) -> str | None:
    """What arrays promote to where NumPy looks at no values, and no text or object is among them."""
    if any(array.dtype is None or not dtypes.is_number(array.dtype) for array in arrays):
        return None
    return dtypes.promote_all(array.dtype for array in arrays)


def _multiplied(first: Value, second: Value) -> Value:
    left, right = operand(first), operand(second)
    return UNKNOWN if left is None or right is None else calculated("*", left, right)


@function("dot", "a b out=")
def _dot(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    if first.shape is None or second.shape is None:
        return UNKNOWN
    if not first.shape or not second.shape:
        return shaped(Array(), first.shape or second.shape, _promoted(first, second))
    return shaped(Array(), shapes.dotted(first.shape, second.shape), _promoted(first, second))


@function("vdot", "a b")
def _vdot(given: Given) -> Value:
    return shaped(Array(), (), _promoted(as_array(given["a"]), as_array(given["b"])))


@function("inner", "a b")
def _inner(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    if first.shape is None or second.shape is None:
        return UNKNOWN
    if not first.shape or not second.shape:
        return shaped(Array(), first.shape or second.shape, _promoted(first, second))
    _same_length(first.shape, second.shape, first.shape[-1], second.shape[-1])
    return shaped(Array(), (*first.shape[:-1], *second.shape[:-1]), _promoted(first, second))


def _same_length(first: Shape, second: Shape, one: int | None, other: int | None) -> None:
    if one is not None and other is not None and one != other:
        text = f"shapes {shapes.words(first)} and {shapes.words(second)} not aligned: {one} != {other}"
        raise Failure("ValueError", text)


@function("outer", "a b out=")
@function("linalg.outer", "a b")
def _outer(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    return Array(_promoted(first, second), (shapes.size_of(first.shape), shapes.size_of(second.shape)))


@function("tensordot linalg.tensordot", "a b axes=")
def _tensordot(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    dtype = _promoted(first, second)
    if first.shape is None or second.shape is None:
        return Array(dtype, None)
    places = _summed_axes(given.get("axes", 2), len(first.shape), len(second.shape))
    if places is None:
        return Array(dtype, None)
    for one, other in zip(*places, strict=True):
        a, b = first.shape[one], second.shape[other]
        if a is not None and b is not None and a != b:
            raise Failure("ValueError", "shape-mismatch for sum")
    left = tuple(length for place, length in enumerate(first.shape) if place not in places[0])
    right = tuple(length for place, length in enumerate(second.shape) if place not in places[1])
    return Array(dtype, (*left, *right))


def _summed_axes(axes: Value, rank: int, other: int) -> tuple[list[int], list[int]] | None:
    """The axes of both arrays that ``tensordot`` sums over."""
    if axes.__class__ is int:
        return (list(range(rank - axes, rank)), list(range(axes))) if 0 <= axes <= min(rank, other) else None
    if axes.__class__ is not Seq or axes.open or len(axes.items) != 2:
        return None
    found: list[list[int]] = []
    for side, most in zip(axes.items, (rank, other), strict=True):
        items = side.items if side.__class__ is Seq and not side.open else [side]
        places = [known_axis(item, most) for item in items]
        known = [place for place in places if place is not None]
        if len(known) != len(items) or len(set(known)) != len(known):
            return None
        found.append(known)
    return (found[0], found[1]) if len(found[0]) == len(found[1]) else None


@function("kron", "a b")
def _kron(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    if first.shape is None or second.shape is None:
        return Array(_promoted(first, second), None)
    if not first.shape or not second.shape:
        return _multiplied(given["a"], given["b"])
    rank = max(len(first.shape), len(second.shape))
    pairs = zip(*((1,) * (rank - len(one.shape or ())) + (one.shape or ()) for one in (first, second)), strict=True)
    return Array(_promoted(first, second), tuple(None if a is None or b is None else a * b for a, b in pairs))


@function("cross linalg.cross", "a b **")
def _cross(given: Given) -> Value:
    first, second = as_array(given["a"]), as_array(given["b"])
    if len(given) > 2 or any(not one.shape or one.shape[-1] != 3 for one in (first, second)):
        return UNKNOWN
    return Array(_promoted(first, second), shapes.broadcast(first.shape, second.shape))


def einsum(args: Sequence[Value], kwargs: dict[str, Value]) -> Value:
    """``numpy.einsum("ij,jk->ik", a, b)``, of letters and ``...``."""
    pattern, arrays = (args[0] if args else None), [operand(one) for one in args[1:]]
    if pattern.__class__ is not str or not kwargs.keys() <= {"optimize"}:
        return UNKNOWN
    terms, arrow, kept = pattern.replace(" ", "").replace("...", ".").partition("->")
    parts = terms.split(",")
    if not arrow:
        kept = "." * ("." in terms) + "".join(sorted({c for c in terms if c.isalpha() and terms.count(c) == 1}))
    if not _is_plain(parts, kept) or not arrays or len(parts) != len(arrays):
        return UNKNOWN
    sizes: dict[str, int | None] = {}
    wide: list[Shape] = []
    for number, (part, array) in enumerate(zip(parts, arrays, strict=True)):
        if array is None or array.dtype is None or array.shape is None or kind_of(array.dtype) not in "biufc":
            return UNKNOWN
        wide.append(_lengths_of_letters(part, array.shape, sizes, number))
    broad = shapes.broadcast(*wide) or ()
    if broad and "." not in kept:
        return UNKNOWN
    shape = tuple(one for letter in kept for one in (broad if letter == "." else (sizes[letter],)))
    return result(common_dtype([array for array in arrays if array is not None]), shape)


def _is_plain(parts: list[str], kept: str) -> bool:
    """Whether nothing but letters and one ellipsis for each operand stands in an expression of ``einsum``."""
    whole = all(part.replace(".", "x", 1).isalpha() or not part for part in (*parts, kept))
    return whole and set(kept) <= set("".join(parts)) and len(set(kept)) == len(kept)


def _lengths_of_letters(
    part: str, shape: tuple[int | None, ...], sizes: dict[str, int | None], number: int
) -> tuple[int | None, ...]:
    """Note how long the axes are that letters stand for; the shape behind the ellipsis."""
    before, dots, after = part.partition(".")
    letters = before + after
    if len(letters) > len(shape) or (len(letters) < len(shape) and not dots):
        raise Failure("ValueError", f"einstein sum subscripts string does not fit the dimensions of operand {number}")
    named = (*shape[: len(before)], *shape[len(shape) - len(after) :])
    for letter, length in zip(letters, named, strict=True):
        known = sizes.get(letter, 1)
        if None not in (known, length) and 1 not in (known, length) and known != length:
            raise Failure("ValueError", f"operands could not be broadcast together: '{letter}' is {known} and {length}")
        # One of several lengths that is 1 is stretched to the others.
        sizes[letter] = length if known == 1 else known if length in (1, None, known) else length
        if letter in sizes and None in (known, length) and 1 not in (known, length):
            sizes[letter] = length if known is None else known
    return shape[len(before) : len(shape) - len(after)]


# ------------------------------------------------------------------------------------------------- linear algebra
_REAL = {"complex64": "float32", "complex128": "float64"}


def _inexact(dtype: str | None) -> str | None:
    """The data type in which linear algebra is done."""
    if dtype is None or not dtypes.is_number(dtype):
        return None
    if dtype == "float16":
        raise Failure("TypeError", "array type float16 is unsupported in linalg")
    return "float64" if kind_of(dtype) in "biu" else dtype


def _real(dtype: str | None) -> str | None:
    return dtype if dtype is None else _REAL.get(dtype, dtype)


def _matrices(value: Value, square: bool = False) -> tuple[str | None, Shape]:
    """The data type and shape of an argument that holds matrices.

    What NumPy raises of those that are not square is an exception of its own, which handlers here do not know.
    """
    made = as_array(value)
    if made.shape is None:
        return None if made.dtype == "float16" else _inexact(made.dtype), None
    if len(made.shape) < 2:
        text = f"{len(made.shape)}-dimensional array given. Array must be at least two-dimensional"
        raise Failure("ValueError", text)
    rows, columns = made.shape[-2:]
    if square and rows is not None and columns is not None and rows != columns:
        return None, None
    return _inexact(made.dtype), made.shape


def _outside(shape: Shape) -> Shape:
    return None if shape is None else shape[:-2]


@function("linalg.inv", "a")
def _inverse(given: Given) -> Value:
    return Array(*_matrices(given["a"], square=True))


@function("linalg.cholesky", "a **")
def _cholesky(given: Given) -> Value:
    return Array(*_matrices(given["a"], square=True))


@function("linalg.pinv", "a **")
def _pseudo_inverse(given: Given) -> Value:
    dtype, shape = _matrices(given["a"])
    return Array(dtype, None if shape is None else (*shape[:-2], shape[-1], shape[-2]))


@function("linalg.det", "a")
def _determinant(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    return shaped(Array(), _outside(shape), dtype)


@function("linalg.slogdet", "a")
def _sign_and_log(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    return Seq("tuple", [shaped(Array(), _outside(shape), one) for one in (dtype, _real(dtype))])


@function("linalg.cond", "x p=")
def _condition(given: Given) -> Value:
    if given.get("p") is not None:
        return UNKNOWN
    dtype, shape = _matrices(given["x"])
    return shaped(Array(), _outside(shape), _real(dtype))


@function("linalg.matrix_rank", "A **")
def _rank(given: Given) -> Value:
    made = as_array(given["A"])
    if made.shape is None or len(made.shape) < 2:
        return UNKNOWN
    return shaped(Array(), made.shape[:-2], "int64")


@function("linalg.solve", "a b")
def _solve(given: Given) -> Value:
    first, shape = _matrices(given["a"], square=True)
    made = as_array(given["b"])
    dtype = _both(first, made)
    if shape is None or made.shape is None or not made.shape or (len(shape) > 2 and len(made.shape) != len(shape)):
        return Array(dtype, None)  # NumPy 1 and 2 tell vectors and matrices apart in ways of their own.
    if len(made.shape) == 1:
        _same_length(shape, made.shape, shape[-1], made.shape[0])
        return Array(dtype, (shape[-1],))
    _same_length(shape, made.shape, shape[-1], made.shape[-2])
    return Array(dtype, (*(shapes.broadcast(shape[:-2], made.shape[:-2]) or ()), shape[-1], made.shape[-1]))


def _both(first: str | None, second: Array) -> str | None:
    other = None if second.dtype == "float16" and second.shape is None else _inexact(second.dtype)
    return None if first is None or other is None else dtypes.promote(first, other)


@function("linalg.lstsq", "a b rcond=")
def _least_squares(given: Given) -> Value:
    matrix, made = as_array(given["a"]).shape, as_array(given["b"])
    if matrix is None or len(matrix) != 2 or made.shape is None or len(made.shape) not in (1, 2):
        return UNKNOWN
    if matrix[0] != made.shape[0] and None not in (matrix[0], made.shape[0]):
        return UNKNOWN  # An exception of NumPy's own.
    if "float16" in (made.dtype, as_array(given["a"]).dtype):
        return UNKNOWN
    first, shape = _matrices(given["a"])
    dtype = _both(first, made)
    if shape is None:
        return UNKNOWN
    found = Array(dtype, (shape[1], *made.shape[1:]))
    return Seq("tuple", [found, Array(_real(dtype), (None,)), UNKNOWN, Array(_real(dtype), (shapes.smaller(*shape),))])


@function("linalg.eigh", "a UPLO=")
def _eigenvectors(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    return Seq("tuple", [Array(_real(dtype), None if shape is None else shape[:-1]), Array(dtype, shape)])


@function("linalg.eigvalsh", "a UPLO=")
def _real_eigenvalues(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    return Array(_real(dtype), None if shape is None else shape[:-1])


@function("linalg.eig", "a")
def _any_eigenvectors(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    known = dtype if dtype in _REAL else None  # Complex where the values ask for it.
    return Seq("tuple", [Array(known, None if shape is None else shape[:-1]), Array(known, shape)])


@function("linalg.eigvals", "a")
def _eigenvalues(given: Given) -> Value:
    dtype, shape = _matrices(given["a"], square=True)
    return Array(dtype if dtype in _REAL else None, None if shape is None else shape[:-1])


@function("linalg.svd", "a full_matrices= compute_uv= hermitian=")
def _singular(given: Given) -> Value:
    dtype, shape = _matrices(given["a"])
    whole, vectors = given.get("full_matrices", True), given.get("compute_uv", True)
    if whole.__class__ is not bool or vectors.__class__ is not bool:
        return UNKNOWN
    if shape is None:
        values = Array(_real(dtype), None)
        return Seq("tuple", [Array(dtype, None), values, Array(dtype, None)]) if vectors else values
    rows, columns = shape[-2:]
    inner = shapes.smaller(rows, columns)
    values = Array(_real(dtype), (*shape[:-2], inner))
    if not vectors:
        return values
    left = Array(dtype, (*shape[:-2], rows, rows if whole else inner))
    return Seq("tuple", [left, values, Array(dtype, (*shape[:-2], columns if whole else inner, columns))])


@function("linalg.qr", "a mode=")
def _orthogonal(given: Given) -> Value:
    dtype, shape = _matrices(given["a"])
    mode = given.get("mode", "reduced")
    if shape is None or mode not in ("reduced", "r"):
        return UNKNOWN
    inner = shapes.smaller(*shape[-2:])
    upper = Array(dtype, (*shape[:-2], inner, shape[-1]))
    return upper if mode == "r" else Seq("tuple", [Array(dtype, (*shape[:-1], inner)), upper])


@function("linalg.matrix_power", "a n")
def _matrix_power(given: Given) -> Value:
    made, power = as_array(given["a"]), given["n"]
    if made.shape is None or len(made.shape) < 2:
        return UNKNOWN
    if power.__class__ is not int or made.dtype is None:
        return Array(None, made.shape)
    return Array(made.dtype if power >= 0 else _inexact(made.dtype), made.shape)


@function("linalg.multi_dot", "arrays **")
def _chain(given: Given) -> Value:
    value = given["arrays"]
    if len(given) > 1 or value.__class__ is not Seq or value.open or len(value.items) < 2:
        return UNKNOWN
    made = [as_array(item) for item in value.items]
    first, last = made[0].shape, made[-1].shape
    if not first or not last or len(first) > 2 or len(last) > 2:
        return UNKNOWN
    return shaped(Array(), (*first[:-1], *last[1:]), _promoted(*made))


@function("linalg.norm", "x ord= axis= keepdims=")
def _norm(given: Given) -> Value:
    made = as_array(given["x"])
    shape = shapes.reduced(made.shape, given.get("axis"), given.get("keepdims", False))
    order = given.get("ord")
    known = order is None or order == "fro" or order.__class__ in (int, float)
    if made.dtype is None or not dtypes.is_number(made.dtype) or not known:
        return shaped(Array(), shape, None)
    return shaped(Array(), shape, "float64" if kind_of(made.dtype) in "biu" else _real(made.dtype))


# -------------------------------------------------------------------------------------------- Fourier transforms
def _transformed(made: Array, real: bool) -> str | None:
    """NumPy 1 makes everything of it as wide as can be, NumPy 2 keeps what is narrow."""
    if made.dtype is None or (kind_of(made.dtype) not in "biu" and made.dtype not in {"float64", "complex128"}):
        return None
    return "float64" if real else "complex128"


def _along(given: Given, made: Array) -> tuple[int, int | None] | None:
    """The axis of a transform, and how many elements of it are taken."""
    if not made.shape:
        return None
    place = known_axis(given.get("axis", -1), len(made.shape))
    count = given.get("n")
    if place is None:
        return None
    return place, made.shape[place] if count is None else count if count.__class__ is int and count > 0 else None


def _with_length(made: Array, found: tuple[int, int | None] | None, real: bool) -> Value:
    """An array after a transform that leaves so many elements of an axis."""
    shape: Shape = None if made.shape is None else (None,) * len(made.shape)
    if found is not None and made.shape is not None:
        shape = tuple(found[1] if place == found[0] else length for place, length in enumerate(made.shape))
    return Array(_transformed(made, real), shape)


_ONE_AXIS = "a n= axis= norm= out="


@function("fft.fft fft.ifft", _ONE_AXIS)
def _fft(given: Given) -> Value:
    made = as_array(given["a"])
    return _with_length(made, _along(given, made), real=False)


@function("fft.rfft fft.ihfft", _ONE_AXIS)
def _fft_of_real(given: Given) -> Value:
    made = as_array(given["a"])
    found = _along(given, made)
    return _with_length(made, found and (found[0], None if found[1] is None else found[1] // 2 + 1), real=False)


@function("fft.irfft fft.hfft", _ONE_AXIS)
def _fft_to_real(given: Given) -> Value:
    made = as_array(given["a"])
    found = _along(given, made)
    if found is not None and given.get("n") is None:
        found = found[0], None if found[1] is None else 2 * (found[1] - 1)
    return _with_length(made, found, real=True)


@function("fft.fft2 fft.ifft2 fft.fftn fft.ifftn", "a s= axes= norm= out=")
def _fft_of_several(given: Given) -> Value:
    made = as_array(given["a"])
    if not made.shape:
        return UNKNOWN
    shape = made.shape if given.get("s") is None or made.shape is None else (None,) * len(made.shape)
    return Array(_transformed(made, real=False), shape)


@function("fft.rfft2 fft.rfftn", "a s= axes= norm= out=")
def _fft_of_real_ones(given: Given) -> Value:
    made = as_array(given["a"])
    found = None
    if made.shape and given.get("s") is None and given.get("axes") is None:
        found = len(made.shape) - 1, None if made.shape[-1] is None else made.shape[-1] // 2 + 1
    return _with_length(made, found, real=False)


@function("fft.irfft2 fft.irfftn", "a s= axes= norm= out=")
def _fft_to_real_ones(given: Given) -> Value:
    made = as_array(given["a"])
    return _with_length(made, None, real=True)


@function("fft.fftfreq fft.rfftfreq", "n d= device=")
def _frequencies(given: Given) -> Value:
    return Array("float64", (None,))


# --------------------------------------------------------------------------------------------------------- filters
@function("convolve", "a v mode=")
def _convolved(given: Given) -> Value:
    return _filtered(given, given.get("mode", "full"))


@function("correlate", "a v mode=")
def _correlated(given: Given) -> Value:
    return _filtered(given, given.get("mode", "valid"))


def _filtered(given: Given, mode: Value) -> Value:
    """What a filter leaves."""
    left, right = as_array(given["a"]), as_array(given["v"])
    dtype = _promoted(left, right)
    if any(one.shape is not None and len(one.shape) > 1 for one in (left, right)):
        return UNKNOWN
    one, other = shapes.size_of(left.shape), shapes.size_of(right.shape)
    if not one or not other or mode.__class__ is not str:
        return Array(dtype, (None,))
    lengths = {"full": one + other - 1, "same": max(one, other), "valid": abs(one - other) + 1}
    return Array(dtype, (lengths.get(mode),))
