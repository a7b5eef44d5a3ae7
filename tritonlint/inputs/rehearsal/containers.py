"""The methods of lists, sets, deques, dicts and their relatives in a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tritonlint.inputs.rehearsal.objects import Request
from tritonlint.inputs.rehearsal.operations import (
    combined,
    compare,
    drain,
    equal,
    extend,
    hashable,
    in_turn,
    iterate,
    keep_last,
    key_of,
    keys_of,
    put_all,
    put_into_set,
    put_somewhere,
    set_of,
    take_somewhere,
    truth,
    unlist,
)
from tritonlint.inputs.rehearsal.quantities import refuse_no_number
from tritonlint.inputs.rehearsal.reality import (
    DICTS,
    NO_KEY,
    Caller,
    NotKnown,
    Touch,
    common,
    element,
    forget,
    plain,
    unlisted,
    value_of,
    wrong_count,
)
from tritonlint.inputs.rehearsal.subscripts import delitem, getitem, is_stranger, missing
from tritonlint.inputs.rehearsal.values import UNKNOWN, Failure, Mapping, Perhaps, Seq, Unknown, Value

Handler = Callable[[Any, "list[Value]", "dict[str, Value]", Caller, Touch], Value]

_COUNTS: dict[str, tuple[int, int | None]] = {
    "append": (1, 1),
    "appendleft": (1, 1),
    "extend": (1, 1),
    "extendleft": (1, 1),
    "insert": (2, 2),
    "remove": (1, 1),
    "clear": (0, 0),
    "reverse": (0, 0),
    "count": (1, 1),
    "copy": (0, 0),
    "add": (1, 1),
    "discard": (1, 1),
    "popleft": (0, 0),
    "keys": (0, 0),
    "values": (0, 0),
    "items": (0, 0),
    "sort": (0, 0),
    "index": (1, 3),
    "get": (1, 2),
    "setdefault": (1, 2),
    "move_to_end": (1, 2),
}


class _Less:
    """A value in a sort: Python's own algorithm makes the comparisons, in its order."""

    __slots__ = ("key", "value")

    def __init__(self, value: Value, key: Value) -> None:
        self.value = value
        self.key = key

    def __lt__(self, other: _Less) -> bool:
        answer = compare("<", self.key, other.key)
        if answer is None:
            raise NotKnown
        return answer


def in_order(items: list[Value], kwargs: dict[str, Value], caller: Caller) -> list[Value]:
    """The items sorted; as many that are not known when their order is not."""
    key = kwargs.get("key")
    keys = items if key is None else [caller(key, [item]) for item in items]
    reverse = truth(kwargs.get("reverse", False))
    if kwargs.keys() - {"key", "reverse"} or len(items) > 2000:
        return [common(items)] * len(items)
    try:
        order = sorted(map(_Less, items, keys), reverse=bool(reverse))
    except NotKnown:
        # Requests bring the same as far as is known: any order is as good as another.
        return list(items) if all(one.__class__ is Request for one in items) else [common(items)] * len(items)
    return [each.value for each in order] if reverse is not None else [common(items)] * len(items)


def _append(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    touch(owner)
    extend(owner, args, True, UNKNOWN)


def _extend(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    source = Seq(owner.kind, list(owner.items), owner.open, owner.each) if args[0] is owner else args[0]
    items, complete = in_turn(source, touch)
    touch(owner)
    extend(owner, items, complete, unlisted(source))


def _insert(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    place = args[0]
    name = plain(place)
    if name is not None and name not in ("int", "bool"):
        raise Failure("TypeError", f"'{name}' object cannot be interpreted as an integer")
    touch(owner)
    if place.__class__ not in (int, bool):
        found = common([element(owner), args[1]]) if owner.items or owner.open else args[1]
        owner.items, owner.each = [] if owner.open else [found] * (len(owner.items) + 1), found
    elif not owner.open or 0 <= place <= len(owner.items):
        owner.items.insert(place, args[1])
    else:
        owner.each = common([owner.each, args[1]])
        if place < 0:
            unlist(owner)
    if owner.limit is not None:
        unlist(owner)  # A full one refuses it.


def _pop(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if owner.kind == "deque" and args:
        wrong_count("deque.pop", len(args), 0, 0)
    if len(args) > 1:
        wrong_count("pop", len(args), 0, 1)
    place = args[0] if args else -1
    name = plain(place)
    if name is not None and name not in ("int", "bool"):
        raise Failure("TypeError", f"'{name}' object cannot be interpreted as an integer")
    return _take(owner, place, touch)


def _take(owner: Seq, place: Value, touch: Touch) -> Value:
    if not owner.items and not owner.open:
        words = "pop from an empty deque" if owner.kind == "deque" else "pop from empty list"
        raise Failure("IndexError", words)
    found = element(owner)
    if place.__class__ not in (int, bool):
        touch(owner)
        owner.items, owner.each = [] if owner.open else [found] * (len(owner.items) - 1), found
        return found
    if owner.open:
        touch(owner)
        if 0 <= place < len(owner.items):
            return owner.items.pop(place)
        if place < 0:
            unlist(owner, max(0, len(owner.items) + place))
            return found
        return unlisted(owner)
    if not -len(owner.items) <= place < len(owner.items):
        raise Failure("IndexError", "pop index out of range")
    touch(owner)
    return owner.items.pop(place)


def _popleft(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    return _take(owner, 0, touch)


def _appendleft(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    touch(owner)
    owner.items.insert(0, args[0])
    keep_last(owner, first=True)


def _extendleft(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    items, complete = in_turn(args[0], touch)
    touch(owner)
    owner.items[:0] = items[::-1]
    if not complete:
        unlist(owner)
        owner.open, owner.each = True, UNKNOWN
    keep_last(owner, first=True)


def _rotate(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    times = args[0] if args else 1
    touch(owner)
    if owner.open:
        unlist(owner)
    elif times.__class__ is int and owner.items:
        times %= len(owner.items)
        owner.items = owner.items[-times:] + owner.items[:-times] if times else owner.items
    elif owner.items:
        owner.items = [common(owner.items)] * len(owner.items)


def _remove(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    for place, item in enumerate(owner.items):
        answer = equal(item, args[0])
        if answer:
            touch(owner)
            del owner.items[place]
            return None
        if answer is None:
            touch(owner)
            if owner.open:
                unlist(owner, place)
            else:
                owner.items = [
                    *owner.items[:place],
                    *(common(pair) for pair in pairwise(owner.items[place:])),
                ]
            return None
    if owner.open:
        touch(owner)
        return None
    words = "list.remove(x): x not in list" if owner.kind == "list" else "deque.remove(x): x not in deque"
    raise Failure("ValueError", words)


def _index(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if len(args) > 1:
        return Unknown("int")
    for place, item in enumerate(owner.items):
        answer = equal(item, args[0])
        if answer:
            return place
        if answer is None:
            return Unknown("int")
    if owner.open:
        return Unknown("int")
    raise Failure("ValueError", "tuple.index(x): x not in tuple" if owner.kind == "tuple" else "x is not in list")


def _count(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    answers = [equal(item, args[0]) for item in owner.items]
    return Unknown("int") if owner.open or None in answers else sum(map(bool, answers))


def _clear(owner: Value, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    touch(owner)
    owner.items = {} if owner.__class__ is Mapping else []
    owner.open = owner.__class__ is Mapping and owner.kind == "environ"


def _copy(owner: Value, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if owner.__class__ is Mapping:
        kind = "dict" if owner.kind == "environ" else owner.kind
        return Mapping(dict(owner.items), owner.open, kind, owner.factory, owner.key, owner.each)
    return Seq(owner.kind, list(owner.items), owner.open, owner.each, limit=owner.limit)


def _reverse(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    touch(owner)
    if owner.open:
        unlist(owner)
    else:
        owner.items = owner.items[::-1]


def _sort(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    order = in_order(list(owner.items), kwargs, caller) if not owner.open else []
    touch(owner)
    if owner.open:
        unlist(owner)
    else:
        owner.items = order


def _add(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    key_of(args[0])
    touch(owner)
    put_into_set(owner, args[0])


def _discard(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    _leave(owner, args[0], touch, False)


def _remove_from_set(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    _leave(owner, args[0], touch, True)


def _leave(owner: Seq, item: Value, touch: Touch, must: bool) -> None:
    key = None if item.__class__ is Seq and item.kind == "set" else key_of(item)
    answers = [equal(each, item) for each in owner.items]
    if must and not owner.open and all(answer is False for answer in answers) and item.__class__ is not Seq:
        raise missing(key) if key is not NO_KEY else Failure("KeyError", "")
    touch(owner)
    if True in answers:
        del owner.items[answers.index(True)]
    elif None in answers:
        sure = [each for each, answer in zip(owner.items, answers, strict=True) if answer is False]
        owner.items, owner.each, owner.open = sure, element(owner), True


def _pop_from_set(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if args:
        wrong_count("pop", len(args), 0, 0)
    if not owner.items and not owner.open:
        raise Failure("KeyError", repr("pop from an empty set"))
    touch(owner)
    if len(owner.items) == 1 and not owner.open:
        return owner.items.pop()
    found = element(owner)
    owner.items, owner.open, owner.each = [], True, found
    return found


def _sets(operation: str, change: bool) -> Handler:
    def handler(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
        result = Seq(owner.kind, list(owner.items), owner.open, owner.each)
        for other in args:
            items, complete = drain(other, touch)
            result = combined(operation, result, set_of("set", items, not complete, unlisted(other)))
        if not change:
            return result
        touch(owner)
        owner.items, owner.open, owner.each = result.items, result.open, result.each
        return None

    return handler


def _related(operation: str) -> Handler:
    def handler(owner: Seq, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
        if len(args) != 1:
            wrong_count(operation, len(args), 1, 1)
        items, complete = drain(args[0], touch)
        first, second = keys_of(owner.items), keys_of(items)
        if first is None or second is None or not complete or owner.open:
            return Unknown("bool")
        if operation == "isdisjoint":
            return first.keys().isdisjoint(second)
        return first.keys() <= second.keys() if operation == "issubset" else first.keys() >= second.keys()

    return handler


def _get(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    default = args[1] if len(args) > 1 else kwargs.get("default")
    key = key_of(args[0])
    if owner.kind == "environ" and key not in owner.items:
        return Unknown("str") if plain(default) == "str" else UNKNOWN
    if key is not NO_KEY and key in owner.items:
        return owner.items[key]
    if key is NO_KEY:
        if owner.kind == "dict" and not owner.open and is_stranger(args[0], owner.items):
            return default
        return either([*owner.items.values(), *([owner.each] if owner.open else [])], default)
    return default if owner.lacks(key) else either([owner.each], default)


def either(values: list[Value], default: Value) -> Value:
    """One of the values that a dict or iterator may hold, or what is there for none."""
    if not values:
        return default
    found = common(values)
    if default is None and found is not None and found is not UNKNOWN:
        return found if found.__class__ is Perhaps else Perhaps(found)
    return common([found, default])


def _setdefault(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    default = args[1] if len(args) > 1 else kwargs.get("default")
    key = key_of(args[0])
    if key is not NO_KEY and key in owner.items:
        return owner.items[key]
    touch(owner)
    if key is NO_KEY:
        found = either([*owner.items.values(), *([owner.each] if owner.open else [])], default)
        put_somewhere(owner, args[0], default)
        return found
    owner.items[key] = either([owner.each], default) if owner.open else default
    return owner.items[key]


def _pop_key(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if not args or len(args) > 2:
        wrong_count("pop", len(args), 1, 2)
    # An empty dict does not look at the key.
    key = NO_KEY if not owner.items and hashable(args[0]) is False else key_of(args[0])
    default = args[1] if len(args) > 1 else kwargs.get("default", NO_KEY)
    if not owner.open and (key not in owner.items if key is not NO_KEY else not owner.items):
        if default is NO_KEY:
            raise missing(key) if key is not NO_KEY else Failure("KeyError", "")
        return default
    touch(owner)
    if key is not NO_KEY and key in owner.items:
        return owner.items.pop(key)
    values = [*(owner.items.values() if key is NO_KEY else ()), *([owner.each] if owner.open else [])]
    found = common(values) if default is NO_KEY else either(values, default)
    if key is NO_KEY:
        take_somewhere(owner)
    return found


def _popitem(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if args and owner.kind != "OrderedDict":
        wrong_count("popitem", len(args), 0, 0)
    if not owner.items and not owner.open:
        raise Failure("KeyError", repr("popitem(): dictionary is empty"))
    touch(owner)
    if owner.open or args or kwargs:
        take_somewhere(owner)
        return Seq("tuple", [owner.key, owner.each])
    key, value = owner.items.popitem()
    return Seq("tuple", [value_of(key), value])


def _update(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if len(args) > 1:
        wrong_count("update", len(args), 0, 1)
    if owner.kind == "Counter":
        _count_more(owner, args, kwargs, touch)
        return
    new = dict_of(args, kwargs, touch)
    touch(owner)
    put_all(owner, new)


def _count_more(owner: Mapping, args: list[Value], kwargs: dict[str, Value], touch: Touch) -> None:
    """Add to the numbers of a ``Counter``."""
    counts = bool(kwargs) or args[:1] in ([], [None]) or args[0].__class__ is Mapping
    items, _ = ([], True) if counts else drain(args[0], touch)
    key = UNKNOWN if counts else common([*items, unlisted(args[0])] if unlisted(args[0]) is not UNKNOWN else items)
    touch(owner)
    take_somewhere(owner)
    put_somewhere(owner, key, UNKNOWN if counts else Unknown("int"))


def _move_to_end(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    if owner.kind != "OrderedDict":
        raise Failure("AttributeError", f"'{owner.kind}' object has no attribute 'move_to_end'")
    key = key_of(args[0])
    if not owner.open and (key not in owner.items if key is not NO_KEY else not owner.items):
        raise missing(key) if key is not NO_KEY else Failure("KeyError", "")
    if owner.items:
        touch(owner)
        take_somewhere(owner)


def dict_of(args: list[Value], kwargs: dict[str, Value], touch: Touch | None) -> Mapping:
    """What ``dict(*args, **kwargs)`` makes."""
    result = Mapping({})
    if args and args[0].__class__ is Mapping:
        put_all(result, args[0])
    elif args and plain(args[0]) is None:
        result.open = True
    elif args:
        pairs, complete = drain(args[0], touch)
        unordered = args[0].__class__ is Seq and args[0].kind in ("set", "frozenset") and len(pairs) > 1
        for pair in pairs:
            if unordered or plain(pair) is None or not _put_pair(result, pair):
                # It may raise itself, so that nothing is certain of those behind it.
                return Mapping({}, True)
        if not complete:
            rest = unlisted(args[0])
            pair = rest.__class__ is Seq and rest.kind == "tuple" and len(rest.items) == 2 and not rest.open
            put_somewhere(result, *(rest.items if pair else (UNKNOWN, UNKNOWN)))
    result.items.update(kwargs)
    return result


def _put_pair(target: Mapping, pair: Value) -> bool:
    """Put an item given as a pair; whether all is known that can go wrong with it."""
    if plain(pair) in ("NoneType", "bool", "int", "float"):
        raise Failure("TypeError", "cannot convert dictionary update sequence element #0 to a sequence")
    items, complete = iterate(pair)
    if not complete:
        return False
    if len(items) != 2:
        raise Failure("ValueError", f"dictionary update sequence element #0 has length {len(items)}; 2 is required")
    key = key_of(items[0])
    if key is NO_KEY:
        put_somewhere(target, items[0], items[1])
        return hashable(items[0]) is True
    target.items[key] = items[1]
    return True


def _view(kind: str) -> Handler:
    def handler(owner: Mapping, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
        if kind == "dict_keys":
            items = [value_of(key) for key in owner.items]
        elif kind == "dict_values":
            items = list(owner.items.values())
        else:
            items = [Seq("tuple", [value_of(key), item]) for key, item in owner.items.items()]
        pair = Seq("tuple", [owner.key, owner.each])
        return Seq(kind, items, owner.open, {"dict_keys": owner.key, "dict_values": owner.each}.get(kind, pair))

    return handler


def _dunder(name: str) -> Handler:
    def handler(owner: Value, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
        if name == "__getitem__" and len(args) == 1:
            return getitem(owner, args[0], caller, touch)
        if name == "__delitem__" and len(args) == 1:
            return delitem(owner, args[0], touch)
        return UNKNOWN

    return handler


_SEQUENCE: dict[str, Handler] = {"index": _index, "count": _count, "copy": _copy}
_LIST: dict[str, Handler] = _SEQUENCE | {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "clear": _clear,
    "sort": _sort,
    "reverse": _reverse,
    "__getitem__": _dunder("__getitem__"),
    "__delitem__": _dunder("__delitem__"),
}
_FROZEN: dict[str, Handler] = {
    "copy": _copy,
    "union": _sets("|", False),
    "intersection": _sets("&", False),
    "difference": _sets("-", False),
    "symmetric_difference": _sets("^", False),
    "issubset": _related("issubset"),
    "issuperset": _related("issuperset"),
    "isdisjoint": _related("isdisjoint"),
}
_DICT: dict[str, Handler] = {
    "get": _get,
    "setdefault": _setdefault,
    "pop": _pop_key,
    "popitem": _popitem,
    "move_to_end": _move_to_end,
    "update": _update,
    "clear": _clear,
    "copy": _copy,
    "keys": _view("dict_keys"),
    "values": _view("dict_values"),
    "items": _view("dict_items"),
    "__getitem__": _dunder("__getitem__"),
    "__delitem__": _dunder("__delitem__"),
}
_METHODS: dict[str, dict[str, Handler]] = {
    "list": _LIST,
    "tuple": _SEQUENCE,
    "range": _SEQUENCE,
    "deque": _LIST | {"popleft": _popleft, "appendleft": _appendleft, "extendleft": _extendleft, "rotate": _rotate},
    "set": _FROZEN
    | {
        "add": _add,
        "discard": _discard,
        "remove": _remove_from_set,
        "pop": _pop_from_set,
        "clear": _clear,
        "update": _sets("|", True),
        "intersection_update": _sets("&", True),
        "difference_update": _sets("-", True),
        "symmetric_difference_update": _sets("^", True),
    },
    "frozenset": _FROZEN,
    "dict_keys": {"isdisjoint": _related("isdisjoint")},
} | dict.fromkeys(DICTS, _DICT)
_READING = frozenset({"index", "count", "copy", "get", "keys", "values", "items", "__getitem__", "isdisjoint"})


def container_method(
    owner: Seq | Mapping, name: str, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch
) -> Value:
    """What a method of a container gives, and does to the container."""
    handler = _METHODS.get(owner.kind, {}).get(name)
    if name == "most_common" and owner.__class__ is Mapping:
        keys = [*(value_of(key) for key in owner.items), *([owner.key] if owner.open else [])]
        count = args[0] if args else kwargs.get("n")
        refuse_no_number("heapq.nlargest", [count], {})  # That is what it calls.
        most = max(count, 0) if count.__class__ is int else None
        return Seq("list", [], True, Seq("tuple", [common(keys), Unknown("int")]), most=most)
    if handler is None:
        if name not in _READING and not name.startswith(("is", "union", "most_common", "elements")):
            touch(owner)
            forget(owner)
        return UNKNOWN
    if (bounds := _COUNTS.get(name)) and not (kwargs and name in ("get", "setdefault")):
        least, most = bounds
        if len(args) < least or (most is not None and len(args) > most):
            wrong_count(name, len(args), least, most)
    return handler(owner, args, kwargs, caller, touch)
