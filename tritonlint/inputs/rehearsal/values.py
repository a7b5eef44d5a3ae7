"""The values of a rehearsal.

``None``, bool, int, float, complex, str, bytes and ``Ellipsis`` stand for themselves. Everything else is one of the
classes here. Whoever works on values raises :class:`Failure` for what Python would raise, and gives :data:`UNKNOWN`
(or something more exact, such as ``Unknown("str")``) for what cannot be said.

Nothing but :class:`Seq` and :class:`Mapping` is changed once it is made. The others are not declared
frozen: the thousands that a run makes would take thrice the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from tritonlint.source import Span

Value: TypeAlias = Any
_MOST_OPTIONS = 8
Shape: TypeAlias = "tuple[int | None, ...] | None"
"""Dimensions of an array, None for those that are not known; None when even their number is not."""


class Failure(Exception):  # noqa: N818 (an exception of the rehearsed model, not of this program)
    """Python raises ``type`` (the name of a built-in exception) with ``message``."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(type, message)
        self.type = type
        self.message = message


@dataclass(slots=True, unsafe_hash=True)
class Unknown:
    """A value that is not known; ``type`` is the name of its Python type ("str", "bytes", "int", "float", "bool")."""

    type: str | None = None


UNKNOWN = Unknown()
SEQUENCE = "list or tuple"
"""The kind of a sequence that is a list in some releases of a library, a tuple in others."""
EXCEPTION = "exception", "built-in exception"
"""The types of what a handler catches: some exception, and one of Python's own classes."""


@dataclass(slots=True, eq=False)
class Seq:
    """A list, tuple, set, frozenset, deque, or an iterator over known values; ``open`` says: maybe other items.

    ``each`` is what is known of every item that is not listed. ``mixed`` says that they may stand in another order.
    ``origin`` is "text" for the words of a text, "cut" when too many of them were cut off. There are no more items than
    ``most``, if that is known. ``columns`` are all items, if there are any. A deque keeps the last ``limit`` items.
    ``ways`` are what a list of tensors holds on each way through the function that gave it, and where that left.
    """

    kind: str
    items: list[Value]
    open: bool = False
    each: Value = UNKNOWN
    mixed: bool = False
    origin: str = ""
    most: int | None = None
    columns: tuple[Value, ...] = ()
    limit: int | None = None
    ways: tuple[tuple[tuple[Value, ...], Span], ...] = ()


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict with hashable keys; ``open`` says: maybe other items, or other values.

    ``factory`` gives a missing value (defaultdict); ``kind`` is dict, defaultdict, OrderedDict, Counter or environ.
    ``key`` and ``each`` are what is known of every item that is not listed. Until something changes the dict,
    ``names``, if any, are all the keys that it may have.
    """

    items: dict[Any, Value]
    open: bool = False
    kind: str = "dict"
    factory: Value = None
    key: Value = UNKNOWN
    each: Value = UNKNOWN
    names: frozenset[str] | None = None

    def lacks(self, key: Any) -> bool:
        """Whether the dict surely has no such key."""
        return key not in self.items and (not self.open or (self.names is not None and key not in self.names))


@dataclass(slots=True, eq=False)
class Array:
    """A NumPy array (a scalar of NumPy when ``scalar``) whose elements are not known.

    ``dtype`` is NumPy's name ("float32", "object", "str" for any ``<U``, "bytes" for any ``S``), or None. ``of`` is the
    Python type of the elements of an object array ("bytes", "str"), or None. ``squeezed`` says that the batch dimension
    is missing where it is 1. ``either`` are the data types of which it has one, as it was made on several ways.
    """

    dtype: str | None = None
    shape: Shape = None
    of: str | None = None
    scalar: bool = False
    squeezed: bool = False
    either: tuple[str, ...] = ()


_NUMBERS = frozenset({"bool", "int", "float"})
_NO_NUMBERS = frozenset({"object", "str", "bytes"})


def is_number(value: Value) -> bool:
    """Whether a value is surely a single number, of Python or of NumPy."""
    kind = value.__class__
    if kind is Array:
        return value.scalar and value.dtype not in _NO_NUMBERS
    return kind in (int, float, bool) or (kind is Unknown and value.type in _NUMBERS)


def some_number() -> Array:
    """A number of which nobody knows whether it is one of Python's or of NumPy's, and of which type."""
    return Array(None, (), None, True)


@dataclass(slots=True, unsafe_hash=True)
class DType:
    """A data type of NumPy: ``np.float32``, ``np.dtype("float32")``, ``array.dtype``; ``name`` None is any."""

    name: str | None


@dataclass(slots=True, unsafe_hash=True)
class Library:
    """Something in a module that is not part of the model, by its dotted name (``numpy.zeros``, ``json``)."""

    name: str


@dataclass(slots=True, unsafe_hash=True)
class Builtin:
    """A function or type of Python's builtins (``len``, ``int``, ``list``)."""

    name: str


@dataclass(slots=True, eq=False)
class Bound:
    """A method of a value that is no object of the file (``"a,b".split``, ``array.astype``, ``responses.append``)."""

    owner: Value
    name: str
    place: Span | None = None
    """Where it was asked for, of an object of the backend."""


@dataclass(slots=True, eq=False)
class Choice:
    """One of several functions, such as those of a dict that is asked for a key that is not known."""

    options: tuple[Value, ...]
    python_type: ClassVar[str] = "function"


def choice_of(values: Iterable[Value]) -> Choice | None:
    """The choice between functions or methods; None for anything else, and for too many."""
    options: list[Value] = []
    for value in values:
        if getattr(value, "python_type", None) not in {"function", "method"}:
            return None
        options += [one for one in getattr(value, "options", (value,)) if not any(one is old for old in options)]
    return Choice(tuple(options)) if 1 < len(options) <= _MOST_OPTIONS else None


@dataclass(slots=True, eq=False)
class Exc:
    """An exception object; ``type`` is the name of a built-in class, or of one in ``bases``.

    ``bases`` are the names of all its classes, itself first.
    """

    type: str
    arguments: list[Value] = field(default_factory=list)
    bases: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Perhaps:
    """A value, or None: nothing has asked yet."""

    value: Value


def there(value: Value) -> Value:
    """A value where Python would raise if it were None."""
    return value.value if value.__class__ is Perhaps else value


def type_name(value: Value) -> str | None:
    """Python's name for the type of a value, as its error messages say it; None when it is not known."""
    kind = value.__class__
    if kind is Unknown:
        return value.type  # type: ignore[no-any-return]
    if kind is Seq or kind is Mapping:
        return value.kind  # type: ignore[no-any-return]
    if kind is Array:
        if not value.scalar:
            return "numpy.ndarray"
        return f"numpy.{value.dtype}" if value.dtype else None
    if value is None:
        return "NoneType"
    if kind is Bound:
        return "builtin_function_or_method"
    if kind in (bool, int, float, complex, str, bytes):
        return kind.__name__  # type: ignore[no-any-return]
    return getattr(value, "python_type", None)
