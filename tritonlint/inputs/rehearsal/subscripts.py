"""What ``value[key]`` gives in a rehearsal, and how it is changed and deleted."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterable
from typing import Any

from tritonlint.inputs.rehearsal.operations import drain, key_of, put_somewhere, take_somewhere, unlist
from tritonlint.inputs.rehearsal.reality import (
    ATOMS,
    CONTAINERS,
    NO_KEY,
    SAMPLES,
    Caller,
    NotKnown,
    Touch,
    common,
    element,
    lose,
    plain,
    real_key,
    refuse,
    run,
    shown,
    unlisted,
)
from tritonlint.inputs.rehearsal.values import (
    SEQUENCE,
    UNKNOWN,
    Array,
    Exc,
    Failure,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)

_STRANGERS = {"bytes": "b'...'", "str": "'...'"}
"""How a ``KeyError`` shows a key that is not known."""
_SORTS = {"str": "str", "bytes": "bytes"} | dict.fromkeys(("int", "float", "bool"), "number")
_SORTS |= {
    f"numpy.{name}": "number" for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
}
"""The types of keys, by what they may be equal to."""
_SUBSCRIBED = frozenset({"list", "tuple", "range", "deque", SEQUENCE})


def slice_of(key: Value) -> tuple[Value, Value, Value] | None:
    """The bounds of a slice, None for another value."""
    if key.__class__ in ATOMS or key.__class__ is Unknown:
        return None
    from tritonlint.inputs.rehearsal.arrays import Slice

    if not isinstance(key, Slice):
        return None
    for bound in (key.lower, key.upper, key.step):
        name = plain(bound)
        if name is not None and name not in ("NoneType", "int", "bool"):
            raise Failure("TypeError", "slice indices must be integers or None or have an __index__ method")
    if key.step.__class__ in (int, bool) and key.step == 0:
        raise Failure("ValueError", "slice step cannot be zero")
    return key.lower, key.upper, key.step


def _known_slice(bounds: tuple[Value, Value, Value]) -> slice | None:
    if all(bound is None or bound.__class__ in (int, bool) for bound in bounds):
        return slice(*bounds)
    return None


def getitem(value: Value, key: Value, caller: Caller | None = None, touch: Touch | None = None) -> Value:
    """``value[key]``; a defaultdict stores what it makes."""
    kind = value.__class__
    if kind is Mapping:
        return _get_key(value, key, caller, touch)
    name = plain(value)
    if kind is Seq and value.kind in _SUBSCRIBED:
        return _get_place(value, key)
    if name in ("str", "bytes"):
        bounds = slice_of(key)
        if bounds is not None:
            known = _known_slice(bounds)
            return value[known] if kind is not Unknown and known is not None else Unknown(name)
        if kind is not Unknown and key.__class__ in ATOMS:
            return run(operator.getitem, value, key)
        _check_index(name, key)
        return Unknown("str" if name == "str" else "int")
    if kind is Exc:
        return UNKNOWN
    refuse("get", value)
    return UNKNOWN


def _check_index(name: str, key: Value) -> None:
    """Raise Python's ``TypeError`` for an index of a sequence that is no whole number."""
    kind = plain(key)
    if kind is None or kind in ("int", "bool") or name == SEQUENCE:
        return
    real: Any = SAMPLES[name][1] if name in SAMPLES else CONTAINERS[name][1]
    index = (SAMPLES.get(kind) or CONTAINERS.get(kind) or (None,))[0]
    run(operator.getitem, real, index)


def _get_key(value: Mapping, key: Value, caller: Caller | None, touch: Touch | None) -> Value:
    real = key_of(key)
    if real is NO_KEY:
        if not value.open and value.factory is None and value.kind == "dict":
            if not value.items:
                raise Failure("KeyError", "")
            if is_stranger(key, value.items):
                raise Failure("KeyError", _STRANGERS.get(key.type, "..."))
            return common(value.items.values())
        return _get_somewhere(value, key, caller, touch)
    if real in value.items:
        return value.items[real]
    if value.kind == "environ":
        return Unknown("str")
    if value.open and not (value.names is not None and value.lacks(real)):
        if value.factory is None and value.kind != "Counter":
            return value.each
        if value.kind == "Counter":
            return common([value.each, 0])
    if value.kind == "Counter":
        return 0
    if value.factory is not None:
        if caller is None:
            return UNKNOWN
        made = caller(value.factory, [])
        if touch is not None:
            touch(value)
        value.items[real] = common([value.each, made]) if value.open else made
        return value.items[real]
    raise missing(real)


def _get_somewhere(value: Mapping, key: Value, caller: Caller | None, touch: Touch | None) -> Value:
    """What stands under a key that is not known; a defaultdict may make it."""
    held = [*value.items.values(), *([value.each] if value.open else [])]
    if value.kind == "environ":
        return Unknown("str")
    if value.kind == "Counter":
        return common([*held, 0])
    if value.factory is None:
        return common(held)
    if caller is None or touch is None:
        return UNKNOWN
    made = caller(value.factory, [])
    touch(value)
    put_somewhere(value, key, made)
    return common([*held, made])


def is_stranger(key: Value, names: Iterable[Any]) -> bool:
    """Whether a key of which only the type is known surely equals none of these: text, bytes and numbers never do."""
    sort = _SORTS.get(type_name(key) or "")
    return sort is not None and all(_SORTS.get(type(name).__name__, sort) != sort for name in names)


def missing(key: Any) -> Failure:
    """The ``KeyError`` of a dict without this key."""
    try:
        return Failure("KeyError", repr(real_key(key)))
    except NotKnown:
        return Failure("KeyError", "")


def _place(value: Seq, key: Value, message: str) -> int | None:
    """The place of an index among the known items, None when it is not known."""
    if key.__class__ not in (int, bool):
        _check_index(value.kind, key)
        if plain(key) == "int" and not value.items and not value.open:
            raise Failure("IndexError", message)
        return None
    place = int(key)
    if value.open:
        if value.most is not None and not -value.most <= place < value.most:
            raise Failure("IndexError", message)
        return place if 0 <= place < len(value.items) else None
    if not -len(value.items) <= place < len(value.items):
        raise Failure("IndexError", message)
    return place if place >= 0 else place + len(value.items)


def _get_place(value: Seq, key: Value) -> Value:
    if value.kind == "deque" and key.__class__.__name__ == "Slice":
        run(operator.getitem, deque(), slice(0))
    bounds = slice_of(key)
    if bounds is not None:
        return _get_slice(value, bounds)
    words = {"range": "range object index out of range", "deque": "deque index out of range"}
    place = _place(value, key, words.get(value.kind, f"{value.kind} index out of range"))
    if place is not None:
        return value.items[place]
    if value.open and key.__class__ is int and key >= 0:
        return unlisted(value)
    if is_index(key):
        return element(value)
    lose(value.items)
    return UNKNOWN


def is_index(key: Value) -> bool:
    """Whether a value is taken for one place of a sequence."""
    return plain(key) in ("int", "bool") or (key.__class__ is Array and key.scalar)


def _get_slice(value: Seq, bounds: tuple[Value, Value, Value]) -> Seq:
    known = _known_slice(bounds)
    if known is None:
        return Seq(value.kind, [], value.open or bool(value.items), element(value))
    if not value.open:
        return Seq(value.kind, value.items[known])
    lower, upper, step = known.start or 0, known.stop, 1 if known.step is None else known.step
    if lower < 0 or step < 1 or (upper is not None and upper < 0):
        return Seq(value.kind, [], True, element(value))
    most = value.most if upper is None else max(0, (upper - lower + step - 1) // step)
    still = upper is None or upper > len(value.items)
    return Seq(value.kind, value.items[known], still, unlisted(value), most=most)


def setitem(value: Value, key: Value, new: Value, touch: Touch) -> None:
    """``value[key] = new``."""
    kind = value.__class__
    if kind is Mapping:
        real = key_of(key)
        if value.kind == "environ":
            for each in (key, new):
                if plain(each) not in (None, "str"):
                    raise Failure("TypeError", f"str expected, not {shown(plain(each) or '')}")
        touch(value)
        if real is NO_KEY:
            put_somewhere(value, key, new)
        else:
            value.items[real] = new
        return
    if kind is not Seq or value.kind not in ("list", "deque"):
        refuse("set", value)
        return
    bounds = slice_of(key) if value.kind == "list" else None
    if bounds is not None:
        known = _known_slice(bounds)
        items, complete = drain(new, touch)
        touch(value)
        if known is not None and complete and not value.open:
            run(operator.setitem, value.items, known, items)
        else:
            lose(items)
            value.items, value.open, value.each = [], True, UNKNOWN
        return
    words = "list assignment index out of range" if value.kind == "list" else "deque index out of range"
    place = _place(value, key, words)
    touch(value)
    if place is not None:
        value.items[place] = new
    elif is_index(key):
        value.items = [common([item, new]) for item in value.items]
        value.each = common([value.each, new])
    else:
        lose([new])
        value.items, value.open, value.each = [], True, UNKNOWN


def delitem(value: Value, key: Value, touch: Touch) -> None:
    """``del value[key]``."""
    kind = value.__class__
    if kind is Mapping:
        real = key_of(key)
        if real is not NO_KEY and real not in value.items and not value.open and value.kind != "environ":
            raise missing(real)
        touch(value)
        if real is NO_KEY:
            take_somewhere(value)
        else:
            value.items.pop(real, None)
        return
    if kind is not Seq or value.kind not in ("list", "deque"):
        refuse("del", value)
        return
    bounds = slice_of(key) if value.kind == "list" else None
    if bounds is not None:
        known = _known_slice(bounds)
        touch(value)
        if known is not None and not value.open:
            del value.items[known]
        else:
            unlist(value)
        return
    words = "list assignment index out of range" if value.kind == "list" else "deque index out of range"
    place = _place(value, key, words)
    touch(value)
    if place is not None:
        del value.items[place]
    else:
        unlist(value)
