"""Values of a rehearsal and the real objects of Python that they stand for.

Values known in full are computed by Python itself, within bounds. For a value of which only the type is known,
Python's operation is tried on samples of that type: where all of them raise ``TypeError``, so does every value, and
where all results are of one type, so is the result.
"""

from __future__ import annotations

import builtins
import itertools
import operator
import re
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, NoReturn

from tritonlint.inputs.rehearsal import foreign
from tritonlint.inputs.rehearsal.objects import Metric, MetricFamily, Module, Obj
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Failure,
    Mapping,
    Seq,
    Unknown,
    Value,
    choice_of,
    is_number,
    some_number,
)

Caller = Callable[[Value, "list[Value]"], Value]
"""Calls a function of the model."""
Touch = Callable[[Value], object]
"""Told of a container before it changes."""
MOST_TEXT = 10_000
MOST_ITEMS = 1_000
MOST_BITS = 100_000
DEEPEST = 12
ATOMS: dict[type, str] = {
    type(None): "NoneType",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    type(...): "ellipsis",
}
SAMPLES: dict[str, tuple[Any, ...]] = {
    "NoneType": (None,),
    "bool": (True, False),
    "int": (2, -1, 0, 10),
    "float": (1.5, -2.0, 0.5),
    "complex": (1j,),
    "str": ("", "a", "1", "%s", "a,b"),
    "bytes": (b"", b"a", b"1", b"%a"),
} | foreign.SAMPLES
TYPES: dict[type, str] = ATOMS | foreign.NAMES
"""The types of values that may be known by their type alone."""
REAL: dict[str, type] = {name: kind for kind, name in TYPES.items()} | {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
    "range": range,
    "dict": dict,
    "defaultdict": defaultdict,
    "OrderedDict": OrderedDict,
    "Counter": Counter,
    "dict_keys": type({}.keys()),
    "dict_values": type({}.values()),
    "dict_items": type({}.items()),
    "generator": types.GeneratorType,
    "map": map,
    "zip": zip,
    "filter": filter,
    "enumerate": enumerate,
    "reversed": reversed,
    "list_iterator": type(iter([])),
    "itertools.chain": itertools.chain,
    "itertools.islice": itertools.islice,
    "itertools.repeat": itertools.repeat,
    "itertools.product": itertools.product,
    "itertools.permutations": itertools.permutations,
    "itertools.combinations": itertools.combinations,
    "itertools.zip_longest": itertools.zip_longest,
    "itertools.accumulate": itertools.accumulate,
    "itertools.cycle": itertools.cycle,
    "itertools.count": itertools.count,
    "itertools.starmap": itertools.starmap,
}
"""The types whose behaviour is known, by the name that values have for them."""
ITERATORS = frozenset(
    name for name in REAL if name.startswith("itertools.") or name in {"generator", "map", "zip", "filter"}
) | {"enumerate", "reversed", "list_iterator"}
_FIXED = frozenset({"tuple", "frozenset", "range"})
SETS = frozenset({"set", "frozenset", "dict_keys", "dict_items"})
DICTS = frozenset({"dict", "defaultdict", "OrderedDict", "Counter", "environ"})
_NAMES = {name: f"collections.{name}" for name in ("deque", "defaultdict", "OrderedDict")}
CONTAINERS: dict[str, tuple[Any, ...]] = {
    "list": ([], [1]),
    "tuple": ((), (1,)),
    "set": (set(), {1}),
    "frozenset": (frozenset(), frozenset((1,))),
    "deque": (deque(), deque((1,))),
    "range": (range(0), range(2)),
    "dict": ({}, {1: 2}),
    "defaultdict": (defaultdict(int), defaultdict(int, {1: 2})),
    "OrderedDict": (OrderedDict(), OrderedDict({1: 2})),
    "Counter": (Counter(), Counter((1,))),
    "dict_keys": ({}.keys(), {1: 2}.keys()),
    "dict_values": ({}.values(),),
    "dict_items": ({}.items(), {1: 2}.items()),
    "list_iterator": (iter(()),),
    "map": (map(str, ()),),
    "zip": (zip(),),
    "filter": (filter(None, ()),),
    "enumerate": (enumerate(()),),
    "generator": ((each for each in [None]),),
}


class NotKnown(Exception):  # noqa: N818 (no error: a value that Python would know and this program does not)
    """The real object of a value, or the result of a call, is not known."""


class Pending:
    """The last item of an iterator that raises when it is asked for it."""

    __slots__ = ("failure",)

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


_OF_TYPES = re.compile(
    r"'\w[\w.]*'|\b(argument|operand|instance|integer|float|number|decimal|bytes|str|None|NoneType|object|tuple|list|dict)"
    r"s?\b|unhashable|datetimes"
)
"""How a ``TypeError`` blames a type; of others, as for a text that is no rounding mode, samples know nothing."""
NO_KEY = object()
"""A key of a dict that is not known."""


def plain(value: Value) -> str | None:
    """The type of a value if its behaviour is known here, in the words of :data:`REAL`."""
    kind = value.__class__
    name = ATOMS.get(kind)
    if name is not None:
        return name
    if kind is Unknown:
        return value.type if value.type in REAL else None
    if kind is Seq or kind is Mapping:
        return value.kind if value.kind in REAL else None
    return None


def shown(name: str) -> str:
    """The name of a type as error messages have it."""
    return _NAMES.get(name, name)


def concrete(value: Value, most: int = MOST_ITEMS, depth: int = 0) -> Any:
    """The real object that a value stands for; :class:`NotKnown` when it is not known in full."""
    kind = value.__class__
    if kind in ATOMS:
        return value
    if depth > DEEPEST:
        raise NotKnown
    if kind is Seq and not value.open and len(value.items) <= most:
        make = REAL.get(value.kind)
        if value.kind in ("list", "tuple"):
            return make([concrete(item, most, depth + 1) for item in value.items])  # type: ignore[misc]
        items = [concrete(item, most, depth + 1) for item in value.items]
        if value.kind in ("set", "frozenset"):
            return run(make, items)
        if value.kind == "deque":
            return deque(items, value.limit)
    elif kind is Mapping and not value.open and len(value.items) <= most and value.kind == "dict":
        return {real_key(key): concrete(item, most, depth + 1) for key, item in value.items.items()}
    raise NotKnown


def real_key(key: Any) -> Any:
    """A key of a :class:`Mapping` as Python shows it."""
    if key.__class__ in ATOMS:
        return key
    if key.__class__ in (tuple, frozenset):
        return key.__class__(real_key(item) for item in key)
    raise NotKnown


def abstract(real: Any) -> Value:
    """The value of a real object, UNKNOWN for one of a type that values do not have."""
    kind = real.__class__
    if kind in (str, bytes):
        return real if len(real) <= MOST_TEXT else Unknown(kind.__name__)
    if kind is int:
        return real if real.bit_length() <= MOST_BITS else Unknown("int")
    if kind in ATOMS:
        return real
    if kind in (list, tuple, set, frozenset, deque):
        items = [abstract(item) for item in real]
        return Seq(kind.__name__, items, limit=real.maxlen if kind is deque else None)
    if kind is dict:
        return Mapping({key: abstract(item) for key, item in real.items()})
    return Unknown(foreign.NAMES.get(kind))


def run(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Python's own result, its exception as :class:`Failure`."""
    try:
        return function(*args, **kwargs)
    except (MemoryError, RecursionError, SystemError):
        raise NotKnown from None
    except Exception as error:
        raise failure_of(error) from None


def failure_of(error: Exception) -> Failure:
    """The failure that stands for a real exception, under the first built-in one of its classes."""
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins":
            if kind is Exception:
                break
            return Failure(kind.__name__, str(error))
    raise NotKnown


def samples(value: Value) -> tuple[Any, ...] | None:
    """Real objects that a value may be: itself when known, some of its type; None when nothing is known."""
    kind = value.__class__
    if kind in ATOMS:
        return (value,)
    if kind is Unknown:
        return SAMPLES.get(value.type)
    try:
        return (concrete(value),)
    except NotKnown:
        return None


def sampled(function: Any, args: list[Value], kwargs: dict[str, Value] | None = None) -> Value:
    """The result of a pure function of Python, as far as the arguments are known.

    Raises :class:`Failure` for an exception of known arguments, or a ``TypeError`` that all arguments of these types
    raise, and :class:`NotKnown` when nothing is known of an argument.
    """
    names = tuple(kwargs) if kwargs else ()
    values = [*args, *kwargs.values()] if kwargs else args
    choices = []
    for value in values:
        choice = samples(value)
        if choice is None:
            raise NotKnown
        choices.append(choice)
    if all(len(choice) == 1 for choice in choices):
        known = [choice[0] for choice in choices]
        count = len(args)
        return abstract(run(function, *known[:count], **dict(zip(names, known[count:], strict=True))))
    if any(value.__class__ is Seq or value.__class__ is Mapping for value in values):
        found = _tried(function, choices, names)
    else:
        found = _tried_types(function, tuple((value.__class__, value) for value in values), names)
    if isinstance(found, Failure):
        raise Failure(found.type, found.message)
    return _again(found)


@lru_cache(maxsize=4096)
def _tried_types(function: Any, values: tuple[tuple[type, Value], ...], names: tuple[str, ...]) -> Value:
    return _tried(function, [samples(value) or () for _, value in values], names)


def _again(value: Value) -> Value:
    """A value like one that is kept."""
    if value.__class__ is Seq:
        return Seq(value.kind, [_again(item) for item in value.items], value.open, value.each)
    return value


def _tried(function: Any, choices: list[tuple[Any, ...]], names: tuple[str, ...]) -> Value:
    """What the results of all these arguments have in common; the failure when there is none."""
    count = len(choices) - len(names)
    results: list[Any] = []
    failure: Failure | None = None
    certain = True
    for combination in itertools.islice(itertools.product(*choices), 200):
        try:
            result = run(function, *combination[:count], **dict(zip(names, combination[count:], strict=True)))
        except NotKnown:
            certain = False
        except Failure as raised:
            failure = failure or raised
            certain = certain and raised.type == "TypeError" and _OF_TYPES.search(raised.message) is not None
        else:
            results.append(result)
    return failure if not results and failure is not None and certain else _common(results)


def _common(results: list[Any]) -> Value:
    kinds = {type(result) for result in results}
    if len(kinds) != 1:
        return UNKNOWN
    kind = kinds.pop()
    if kind in TYPES:
        return None if kind is type(None) else Unknown(TYPES[kind])
    if kind in (list, tuple):
        shortest = min(len(result) for result in results)
        items = [_common([result[place] for result in results]) for place in range(shortest)]
        each = _common([item for result in results for item in result])
        return Seq(kind.__name__, items, any(len(result) != shortest for result in results) or kind is list, each)
    return UNKNOWN


def forget(value: Seq | Mapping) -> None:
    """Nothing is known of the items any more."""
    if isinstance(value, Mapping):
        value.items, value.key, value.names = {}, UNKNOWN, None
    else:
        value.items = []
    value.open, value.each = True, UNKNOWN


def lose(values: Iterable[Value], depth: int = 0) -> None:
    """One of these values goes on as something unknown: who changes that may change any of them.

    Nobody is told: a change that is not taken back leaves less known, never something wrong.
    """
    for value in list(values):
        kind = value.__class__
        if kind is Seq:
            items = [*value.items, value.each]
            if value.kind not in _FIXED:
                forget(value)
        elif kind is Mapping:
            items = [*value.items.values(), value.each]
            forget(value)
        elif kind is Obj:
            items = list(value.attrs.values()) if not value.open else []
            value.open = value.open or not value.cls.constant
        elif kind is Module:
            items = []
            value.forget()
        else:
            continue
        if depth < DEEPEST:
            lose(items, depth + 1)


def alike(values: list[Value]) -> Value:
    """Arrays of one type and shape, tuples of one length, dicts with the same keys or metrics, as one; else None."""
    first = values[0] if values else None
    if first.__class__ is Array:
        known = (first.dtype, first.shape, first.of, first.scalar)
        if all(v.__class__ is Array and (v.dtype, v.shape, v.of, v.scalar) == known for v in values):
            return Array(*known)
    elif first.__class__ is Seq and first.kind == "tuple" and not first.open:
        length = len(first.items)
        if all(v.__class__ is Seq and v.kind == "tuple" and not v.open and len(v.items) == length for v in values):
            return Seq("tuple", [common(v.items[place] for v in values) for place in range(length)])
    elif first.__class__ is Mapping and first.kind == "dict" and first.items:
        keys = first.items.keys()
        if all(v.__class__ is Mapping and v.kind == "dict" and v.items.keys() == keys for v in values):
            # Any of them may be changed through another name later: it is open.
            return Mapping({key: common(v.items[key] for v in values) for key in keys}, True)
    elif first.__class__ in (Metric, MetricFamily) and all(v.__class__ is first.__class__ for v in values):
        return first.__class__(first.kind if all(v.kind == first.kind for v in values) else "")
    return None


def common(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of these."""
    values = list(values)
    if values and all(value is values[0] for value in values):
        return values[0]
    choice = choice_of(values)
    if choice is not None:
        return choice
    made = alike(values) if values and values[0].__class__ is not Mapping else None
    if made is not None:
        return made
    names = set()
    for value in values:
        kind = value.__class__
        name = ATOMS.get(kind) or (value.type if kind is Unknown else None)
        names.add(name if name in SAMPLES else None)
    if len(names) != 1 or None in names:
        if values and all(map(is_number, values)):
            return some_number()
        lose(values)
        return UNKNOWN
    name = names.pop()
    return None if name == "NoneType" else Unknown(name)


def widened(value: Value) -> Value:
    """A value as it may be some turns of a loop later: another one of its type."""
    if value.__class__ is Seq and value.kind == "tuple":
        return Seq("tuple", [widened(item) for item in value.items], value.open, widened(value.each))
    name = ATOMS.get(value.__class__)
    return Unknown(name) if name in SAMPLES and value is not None else value


def value_of(key: Any) -> Value:
    """The value of a key of a :class:`Mapping`."""
    if key.__class__ in (tuple, frozenset):
        return Seq(key.__class__.__name__, [value_of(item) for item in key])
    return key


@cache
def _certain_error(what: str, name: str) -> Failure | None:
    """The ``TypeError`` that an operation gives for all of a type."""
    operations: dict[str, Callable[[Any], object]] = {
        "len": len,
        "iter": iter,
        "get": lambda real: operator.getitem(real, 0),
        "set": lambda real: operator.setitem(real, 0, 0),
        "del": lambda real: operator.delitem(real, 0),
        "in": lambda real: operator.contains(real, None),
    }
    for real in SAMPLES.get(name) or CONTAINERS.get(name, ()):
        try:
            operations[what](real)
        except TypeError as error:
            return Failure("TypeError", str(error))
        except Exception:
            return None
    return None


def refuse(what: str, value: Value) -> None:
    """Raise Python's ``TypeError`` when the type of a value has no ``len``, ``iter``, ``get``, ``set`` or ``del``."""
    name = plain(value)
    if name is not None and (failure := _certain_error(what, name)):
        raise Failure(failure.type, failure.message)


def unlisted(value: Value) -> Value:
    """What is known of the items of a value that :func:`iterate` does not give."""
    name = plain(value)
    if name in ("bytes", "range"):
        return Unknown("int")
    if name == "str" or (value.__class__ is Mapping and value.kind == "environ"):
        return Unknown("str")
    if value.__class__ is not Seq:
        return UNKNOWN
    lose([value.each])
    return value.each


def element(value: Value) -> Value:
    """What is known of any item of a sequence."""
    if value.__class__ is not Seq or value.kind == "range":
        return unlisted(value)
    if value.items and value.items[-1].__class__ is Pending:
        return UNKNOWN
    return common([*value.items, value.each] if value.open else value.items)


def wide(text: str | bytes) -> bool:
    """Whether a format may ask for a long result."""
    digits = 0
    for character in text if isinstance(text, str) else text.decode("latin-1"):
        digits = digits + 1 if character.isdigit() else 0
        if digits > 3 or character == "*":
            return True
    return False


def classes_of(name: str) -> tuple[str, ...]:
    """The names of a built-in exception's classes, itself first; empty for another name."""
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return tuple(each.__name__ for each in kind.__mro__)
    return ()


def wrong_count(name: str, count: int, least: int, most: int | None) -> NoReturn:
    """Raise Python's ``TypeError`` for a number of arguments."""
    bound = least if count < least else most
    word = "at least" if count < least else "at most"
    raise Failure("TypeError", f"{name} expected {word} {bound} argument{'' if bound == 1 else 's'}, got {count}")
