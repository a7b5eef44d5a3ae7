"""How functions of NumPy are called: their arguments by name, and what most of them do with these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from tritonlint.inputs.rehearsal import shapes
from tritonlint.inputs.rehearsal.dtypes import dtype_of
from tritonlint.inputs.rehearsal.elements import from_value, result
from tritonlint.inputs.rehearsal.values import SEQUENCE, UNKNOWN, Array, Failure, Seq, Shape, Unknown, Value

Given = dict[str, Value]
Run = Callable[[Given], Value]
FUNCTIONS: dict[str, tuple[str, Run]] = {}
MAX_LISTED = 64
"""Elements that ``tolist()`` shows one by one."""


@cache
def signature(text: str) -> tuple[tuple[str, ...], frozenset[str], frozenset[str], bool]:
    """Names by position, those that must be given, all names, and whether others may be given."""
    positional: list[str] = []
    needed: set[str] = set()
    names: set[str] = set()
    by_position = True
    for word in text.split():
        if word == "*":
            by_position = False
        elif word != "**":
            name = word.rstrip("=")
            names.add(name)
            if by_position:
                positional.append(name)
            if not word.endswith("="):
                needed.add(name)
    return tuple(positional), frozenset(needed), frozenset(names), text.endswith("**")


def bind(name: str, text: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Given:
    """Arguments by name; raises what Python does where they do not fit."""
    positional, needed, names, more = signature(text)
    if len(args) > len(positional):
        if more:
            args = args[: len(positional)]
        else:
            most = len(positional)
            takes = f"{name}() takes {most} positional argument{'s' * (most != 1)} but {len(args)} were given"
            raise Failure("TypeError", takes)
    given = dict(zip(positional, args, strict=False))
    for key, value in kwargs.items():
        if key in given:
            raise Failure("TypeError", f"{name}() got multiple values for argument '{key}'")
        if key not in names and not more:
            raise Failure("TypeError", f"{name}() got an unexpected keyword argument '{key}'")
        given[key] = value
    missing = [key for key in positional if key in needed and key not in given]
    if missing:
        listed = " and ".join(f"'{key}'" for key in missing)
        word = "argument" if len(missing) == 1 else "arguments"
        raise Failure("TypeError", f"{name}() missing {len(missing)} required positional {word}: {listed}")
    return given


def function(names: str, signature: str) -> Callable[[Run], Run]:
    """Register what functions of NumPy give; they share a signature, ``name=`` of an argument with a default."""

    def register(run: Run) -> Run:
        for name in names.split():
            FUNCTIONS[name] = (signature, run)
        return run

    return register


def dimension(value: Value) -> int | None:
    """A length that an argument means."""
    found = shapes.integer(value)
    if found is not None and found < 0:
        raise Failure("ValueError", "negative dimensions are not allowed")
    return found


def asked_dtype(given: Given, default: str | None = None, key: str = "dtype") -> str | None:
    """The data type that the arguments ask for; ``default`` where they do not."""
    value = given.get(key)
    return default if value is None else dtype_of(value)


def as_array(value: Value) -> Array:
    """An argument as an array, as most functions take it."""
    return value if value.__class__ is Array and not value.scalar else from_value(value)


def shaped(made: Array, shape: Shape, dtype: str | None = "") -> Value:
    """A result of another shape, with the elements of ``made``."""
    dtype = made.dtype if dtype == "" else dtype
    if shape is None and dtype in {None, "object", "str", "bytes"}:
        return UNKNOWN
    return result(dtype, shape, made.of if dtype == "object" else None)


def kept(value: Value, made: Array, shape: Shape) -> Array:
    """The same elements in another shape; a single element of NumPy stays one."""
    return Array(made.dtype, shape, made.of, shape == () and value.__class__ is Array and value.scalar)


def sequence(items: list[Value]) -> Seq:
    """What is a list in NumPy 1 and a tuple in NumPy 2."""
    return Seq(SEQUENCE, items)


def is_empty(made: Array) -> bool:
    """Whether there certainly are no elements."""
    return made.shape is not None and 0 in made.shape


def refuse_text(name: str, made: Array) -> None:
    """Raise what a ufunc does for texts."""
    if made.dtype in {"str", "bytes"} and not is_empty(made):
        raise Failure("TypeError", f"ufunc '{name}' did not contain a loop with signature matching types")


def shape_value(array: Array) -> Value:
    """``array.shape``."""
    if array.shape is None:
        return UNKNOWN
    return Seq("tuple", [Unknown("int") if one is None else one for one in array.shape])
