"""The methods of text, bytes and numbers in a rehearsal."""

from __future__ import annotations

import string
from typing import Any

from tritonlint.inputs.rehearsal.operations import drain
from tritonlint.inputs.rehearsal.reality import (
    ATOMS,
    MOST_TEXT,
    REAL,
    NotKnown,
    Touch,
    abstract,
    concrete,
    plain,
    run,
    sampled,
    shown,
    wide,
)
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Failure, Seq, Unknown, Value

_LONG = frozenset({"zfill", "center", "ljust", "rjust", "expandtabs", "to_bytes"})
_SAME = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "expandtabs",
        "format",
        "format_map",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "replace",
        "rjust",
        "rstrip",
        "strip",
        "swapcase",
        "title",
        "translate",
        "upper",
        "zfill",
    ]
)
_TRUTHS = frozenset(
    [
        "endswith",
        "startswith",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "is_integer",
    ]
)
_WHOLE = frozenset({"count", "find", "index", "rfind", "rindex", "bit_length", "bit_count"})


def _typed(name: str, method: str) -> Value:
    """The result of a method whose arguments are not known."""
    if method in _SAME:
        return Unknown(name)
    if method in _TRUTHS:
        return Unknown("bool")
    if method in _WHOLE:
        return Unknown("int")
    if method in ("encode", "to_bytes", "fromhex"):
        return Unknown("bytes") if name != "float" else Unknown("float")
    if method in ("decode", "hex"):
        return Unknown("str")
    if method in ("split", "rsplit", "splitlines"):
        return Seq("list", [], True, Unknown(name))
    if method in ("partition", "rpartition"):
        return Seq("tuple", [Unknown(name)] * 3)
    if method == "from_bytes":
        return Unknown("int")
    return UNKNOWN


def scalar_method(owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], touch: Touch | None) -> Value:
    """What a method of text, bytes or a number gives."""
    kind = plain(owner) or ""
    if name in ("from_bytes", "fromhex", "maketrans"):
        return class_method(kind, name, args, kwargs)
    if name == "join" and len(args) == 1 and not kwargs:
        return _join(owner, kind, args[0], touch)
    if name == "format" and kind == "str":
        return format_text(owner, args, kwargs)
    given = len(args) + len(kwargs)
    if name == "splitlines" and not all(value.__class__ is bool for value in [*args, *kwargs.values()]):
        return _typed(kind, name)  # Python from 3.12 on takes anything
    if name == "to_bytes" and given < 2:
        return _typed(kind, name)  # Python from 3.11 on has defaults
    if name == "translate" or name.startswith("__") or _too_long(owner, name, args, kwargs):
        return _typed(kind, name)
    function = getattr(REAL[kind], name, None)
    if function is None:
        return UNKNOWN
    try:
        return sampled(function, [owner, *args], kwargs)
    except NotKnown:
        return _typed(kind, name)


def _too_long(owner: Value, name: str, args: list[Value], kwargs: dict[str, Value]) -> bool:
    if name in _LONG:
        return any(value.__class__ is int and abs(value) > MOST_TEXT for value in [*args, *kwargs.values()])
    if owner.__class__ in (str, bytes):
        if len(owner) > MOST_TEXT:
            return True
        return name == "replace" and any(
            value.__class__ in (str, bytes) and (len(owner) + 1) * len(value) > 20 * MOST_TEXT for value in args
        )
    return False


def _join(owner: Value, kind: str, items: Value, touch: Touch | None) -> Value:
    """``separator.join(items)``: all items must be of the separator's type."""
    found, complete = drain(items, touch)
    for place, item in enumerate(found):
        name = plain(item)
        if item.__class__ is Array and not item.scalar:
            name = "numpy.ndarray"
            if kind == "bytes":
                break
        if name is not None and name != kind:
            words = (
                f"sequence item {place}: expected str instance, {shown(name)} found"
                if kind == "str"
                else f"sequence item {place}: expected a bytes-like object, {shown(name)} found"
            )
            raise Failure("TypeError", words)
    unordered = items.__class__ is Seq and items.kind in ("set", "frozenset") and len(found) > 1
    if not complete or unordered or owner.__class__ is Unknown or any(item.__class__ not in ATOMS for item in found):
        return Unknown(kind)
    if sum(map(len, found)) + len(owner) * len(found) > MOST_TEXT:
        return Unknown(kind)
    return abstract(owner.join(found))


def format_text(owner: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``text.format(*args, **kwargs)``."""
    if owner.__class__ is Unknown or len(owner) > MOST_TEXT or wide(owner):
        return Unknown("str")
    fields: list[str] = []
    nested = False
    for _, name, specification, _ in run(list, string.Formatter().parse(owner)):
        if name is not None:
            fields.append(name)
            nested = nested or "{" in (specification or "")
    try:
        if not nested:
            return abstract(run(owner.format, *map(concrete, args), **{k: concrete(v) for k, v in kwargs.items()}))
    except NotKnown:
        pass
    number = 0
    for name in fields:
        first = name.split(".")[0].split("[")[0]
        if not first:
            first, number = str(number), number + 1
        if first.isdigit() and first.isascii():
            if int(first) >= len(args):
                words = f"Replacement index {int(first)} out of range for positional args tuple"
                raise Failure("IndexError", words)
        elif first not in kwargs:
            raise Failure("KeyError", repr(first))
        if name != first and "." in name:
            break
    return Unknown("str")


def format_value(value: Value, specification: Value = "") -> Value:
    """``format(value, specification)``, also of an f-string."""
    if specification.__class__ is str and wide(specification):
        return Unknown("str")
    if specification == "" and plain(value) is None:
        return Unknown("str")
    try:
        return sampled(format, [value, specification])
    except NotKnown:
        return Unknown("str")


def class_method(kind: str, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``int.from_bytes``, ``bytes.fromhex``, ``float.fromhex``, ``str.maketrans``."""
    if name == "maketrans":
        return UNKNOWN
    function: Any = getattr(REAL[kind], name)
    try:
        return sampled(function, args, kwargs)
    except NotKnown:
        return {"int": Unknown("int"), "float": Unknown("float"), "bytes": Unknown("bytes")}.get(kind, UNKNOWN)
