"""What Python's operators do to the values of a rehearsal.

Values known in full are computed by Python itself, within bounds. For a value of which only the type is known,
Python's operation is tried on samples of that type: where all of them raise ``TypeError``, so does every value, and
where all results are of one type, so is the result. A container that is ``open`` has its known items first (a set: in
it), then maybe others.
"""

from __future__ import annotations

import builtins
import itertools
import operator
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NoReturn

from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Builtin, Exc, Failure, Mapping, Seq, Unknown, Value

Caller = Callable[[Value, "list[Value]"], Value]
"""Calls a function of the model."""
Touch = Callable[[Value], object]
"""Told of a container before it changes."""

MOST_TEXT = 10_000
MOST_ITEMS = 1_000
_MOST_BITS = 100_000
_MOST_DIGITS = 4_000  # of a whole number in text: Python from 3.11 on refuses more
_DEEPEST = 12

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
}
REAL: dict[str, type] = {name: kind for kind, name in ATOMS.items()} | {
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
SETS = frozenset({"set", "frozenset", "dict_keys", "dict_items"})
DICTS = frozenset({"dict", "defaultdict", "OrderedDict", "Counter", "environ"})
_SUBSCRIBED = frozenset({"list", "tuple", "range", "deque"})
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
_NUMBERS = frozenset({"bool", "int", "float", "complex"})
_FAMILY = (
    dict.fromkeys(_NUMBERS, "number")
    | dict.fromkeys(("set", "frozenset"), "set")
    | dict.fromkeys(("dict", "defaultdict", "OrderedDict", "Counter"), "dict")
    | {name: name for name in ("NoneType", "str", "bytes", "list", "tuple", "deque", "range", "ellipsis")}
)
_UNHASHABLE = frozenset({"list", "set", "deque", "dict_keys", "dict_items"}) | DICTS - {"environ"}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}


class NotKnown(Exception):  # noqa: N818 (no error: a value that Python would know and this program does not)
    """The real object of a value, or the result of a call, is not known."""


class Pending:
    """The last item of an iterator that raises when it is asked for it."""

    __slots__ = ("failure",)

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


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
    if depth > _DEEPEST:
        raise NotKnown
    if kind is Seq and not value.open and len(value.items) <= most:
        make = REAL.get(value.kind)
        if value.kind in ("list", "tuple"):
            return make([concrete(item, most, depth + 1) for item in value.items])  # type: ignore[misc]
        if value.kind in ("set", "frozenset", "deque"):
            return run(make, [concrete(item, most, depth + 1) for item in value.items])
    elif kind is Mapping and not value.open and len(value.items) <= most and value.kind == "dict":
        return {_real_key(key): concrete(item, most, depth + 1) for key, item in value.items.items()}
    raise NotKnown


def _real_key(key: Any) -> Any:
    if key.__class__ in ATOMS:
        return key
    if key.__class__ in (tuple, frozenset):
        return key.__class__(_real_key(item) for item in key)
    raise NotKnown


def abstract(real: Any) -> Value:
    """The value of a real object, UNKNOWN for one of a type that values do not have."""
    kind = real.__class__
    if kind in (str, bytes):
        return real if len(real) <= MOST_TEXT else Unknown(kind.__name__)
    if kind is int:
        return real if real.bit_length() <= _MOST_BITS else Unknown("int")
    if kind in ATOMS:
        return real
    if kind in (list, tuple, set, frozenset, deque):
        items = [abstract(item) for item in real]
        return Seq(kind.__name__, items)
    if kind is dict:
        return Mapping({key: abstract(item) for key, item in real.items()})
    return UNKNOWN


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
    names = list(kwargs) if kwargs else []
    choices = []
    for value in [*args, *kwargs.values()] if kwargs else args:
        choice = samples(value)
        if choice is None:
            raise NotKnown
        choices.append(choice)
    count = len(args)
    if all(len(choice) == 1 for choice in choices):
        known = [choice[0] for choice in choices]
        return abstract(run(function, *known[:count], **dict(zip(names, known[count:], strict=True))))
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
            certain = certain and raised.type == "TypeError"
        else:
            results.append(result)
    if not results and failure is not None and certain:
        raise failure
    return _common(results)


def _common(results: list[Any]) -> Value:
    kinds = {type(result) for result in results}
    if len(kinds) != 1:
        return UNKNOWN
    kind = kinds.pop()
    if kind in ATOMS:
        return None if kind is type(None) else Unknown(ATOMS[kind])
    if kind in (list, tuple):
        shortest = min(len(result) for result in results)
        items = [_common([result[place] for result in results]) for place in range(shortest)]
        each = _common([item for result in results for item in result])
        return Seq(kind.__name__, items, any(len(result) != shortest for result in results) or kind is list, each)
    return UNKNOWN


def common(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of these."""
    values = list(values)
    if values and all(value is values[0] for value in values):
        return values[0]
    names = set()
    for value in values:
        kind = value.__class__
        name = ATOMS.get(kind) or (value.type if kind is Unknown else None)
        if name not in SAMPLES:
            return UNKNOWN
        names.add(name)
    if len(names) != 1:
        return UNKNOWN
    name = names.pop()
    return None if name == "NoneType" else Unknown(name)


def truth(value: Value) -> bool | None:
    """Whether a value is true."""
    kind = value.__class__
    if kind in ATOMS:
        return bool(value)
    if kind is Seq:
        if value.kind in ITERATORS:
            return True
        return True if value.items else (None if value.open else False)
    if kind is Mapping:
        return True if value.items else (None if value.open else False)
    if kind is Builtin or kind is Exc:
        return True
    return None


def equal(left: Value, right: Value, depth: int = 0) -> bool | None:
    """Whether two values are equal."""
    if left.__class__ in ATOMS and right.__class__ in ATOMS:
        return bool(left == right)
    if left is right and left.__class__ in (Seq, Mapping, Exc):
        return True
    first, second = plain(left), plain(right)
    if left.__class__ is Builtin and right.__class__ is Builtin:
        return bool(left.name == right.name)
    if first is None or second is None or depth > _DEEPEST:
        return None
    families = _FAMILY.get(first), _FAMILY.get(second)
    if families[0] is None or families[1] is None:
        return None
    if families[0] != families[1]:
        return False
    if left.__class__ is Seq and right.__class__ is Seq:
        if families[0] == "set":
            return _equal_sets(left, right)
        return _equal_sequences(left, right, depth)
    if left.__class__ is Mapping and right.__class__ is Mapping:
        if "Counter" in (left.kind, right.kind) or (left.kind, right.kind) == ("OrderedDict", "OrderedDict"):
            return None
        if left.open or right.open:
            return None
        if left.items.keys() != right.items.keys():
            return False
        return _all(equal(item, right.items[key], depth + 1) for key, item in left.items.items())
    return None


def _equal_sequences(left: Seq, right: Seq, depth: int) -> bool | None:
    shorter, longer = (left, right) if len(left.items) <= len(right.items) else (right, left)
    if len(shorter.items) != len(longer.items) and not shorter.open:
        return False
    answer = _all(equal(*pair, depth + 1) for pair in zip(left.items, right.items, strict=False))
    if answer is False:
        return False
    return None if left.open or right.open else answer


def _equal_sets(left: Seq, right: Seq) -> bool | None:
    try:
        return bool(concrete(left) == concrete(right))
    except (NotKnown, Failure):
        return None


def _all(answers: Iterable[bool | None]) -> bool | None:
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def identical(left: Value, right: Value) -> bool | None:
    """Whether two values are one object."""
    if left is None or right is None or left.__class__ in (bool, type(...)) or right.__class__ in (bool, type(...)):
        if left.__class__ in ATOMS and right.__class__ in ATOMS:
            return left is right
        return None if equal(left, right) is not False else False
    if left.__class__ in (Seq, Mapping, Exc) and left is right:
        return True
    first, second = plain(left), plain(right)
    if first and second and first != second:
        return False
    if left.__class__ is Builtin and right.__class__ is Builtin:
        return bool(left.name == right.name)
    return False if equal(left, right) is False else None


def hashable(value: Value) -> bool | None:
    """Whether a value can be a key."""
    kind = value.__class__
    if kind in ATOMS or kind is Builtin:
        return True
    name = plain(value)
    if name is None:
        return None
    if name in _UNHASHABLE:
        return False
    if name == "tuple":
        if kind is not Seq:
            return None
        answer = _all(hashable(item) for item in value.items)
        return answer if answer is False or not value.open else None
    return True


def key_of(value: Value) -> Any:
    """The key of a :class:`Mapping` for a value, NO_KEY when it is not known."""
    kind = value.__class__
    if kind in ATOMS or kind is Builtin:
        return value
    if hashable(value) is False:
        raise Failure("TypeError", f"unhashable type: '{shown(_unhashable(value))}'")
    if kind is Seq and value.kind in ("tuple", "frozenset") and not value.open and len(value.items) <= MOST_ITEMS:
        items = [key_of(item) for item in value.items]
        if NO_KEY not in items:
            return tuple(items) if value.kind == "tuple" else frozenset(items)
    return NO_KEY


def _unhashable(value: Value) -> str:
    if value.__class__ is Seq and value.kind == "tuple":
        return next(_unhashable(item) for item in value.items if hashable(item) is False)
    return plain(value) or "object"


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


def length(value: Value) -> int | None:
    """How many items a value has."""
    kind = value.__class__
    if kind is str or kind is bytes:
        return len(value)
    if (kind is Seq and value.kind not in ITERATORS) or kind is Mapping:
        return None if value.open else len(value.items)
    if kind is Seq and value.kind in REAL:
        raise Failure("TypeError", f"object of type '{value.kind}' has no len()")
    refuse("len", value)
    return None


def iterate(value: Value) -> tuple[list[Value], bool]:
    """The items of a value as far as known, and whether these are all; an iterator keeps them (see :func:`drain`)."""
    kind = value.__class__
    if kind is Seq:
        if value.items and value.items[-1].__class__ is Pending:
            if len(value.items) == 1:
                raise Failure(value.items[-1].failure.type, value.items[-1].failure.message)
            return value.items[:-1], False
        return list(value.items), not value.open
    if kind is Mapping:
        return [value_of(key) for key in value.items], not value.open and value.kind != "environ"
    if kind is str or kind is bytes:
        return (list(value), True) if len(value) <= MOST_ITEMS else (list(value[:8]), False)
    refuse("iter", value)
    return [], False


def drain(value: Value, touch: Touch | None) -> tuple[list[Value], bool]:
    """The items of a value that is read to its end; an iterator is empty afterwards, unless nobody can be told."""
    if value.__class__ is Seq and value.kind in ITERATORS:
        items = value.items
        if touch is not None:
            touch(value)
            value.items = []
        if items and items[-1].__class__ is Pending:
            raise Failure(items[-1].failure.type, items[-1].failure.message)
        return items, not value.open
    return iterate(value)


def unlisted(value: Value) -> Value:
    """What is known of the items of a value that :func:`iterate` does not give."""
    name = plain(value)
    if name in ("bytes", "range"):
        return Unknown("int")
    if name == "str" or (value.__class__ is Mapping and value.kind == "environ"):
        return Unknown("str")
    return value.each if value.__class__ is Seq else UNKNOWN


def element(value: Value) -> Value:
    """What is known of any item of a sequence."""
    if value.__class__ is not Seq or value.kind == "range":
        return unlisted(value)
    if value.items and value.items[-1].__class__ is Pending:
        return UNKNOWN
    return common([*value.items, value.each] if value.open else value.items)


def contains(container: Value, item: Value) -> bool | None:
    """Whether an item is in a container."""
    kind = container.__class__
    name = plain(container)
    if name in ("str", "bytes"):
        try:
            answer = sampled(operator.contains, [container, item])
        except NotKnown:
            return None
        return answer if answer.__class__ is bool else None
    if kind is Seq:
        if container.kind in ITERATORS:
            return None
        if container.kind in SETS and container.kind != "dict_items":
            if item.__class__ is Seq and item.kind == "set":
                return None
            key_of(item)
        answers = [equal(each, item) for each in container.items]
        if True in answers:
            return True
        return None if container.open or None in answers else False
    if kind is Mapping:
        key = key_of(item)
        if key is not NO_KEY:
            return True if key in container.items else (None if container.open else False)
        if container.open or any(equal(value_of(each), item) is not False for each in container.items):
            return None
        return False
    refuse("in", container)
    return None


def compare(operation: str, left: Value, right: Value) -> bool | None:
    """What a comparison gives: ``<``, ``==``, ``is not``, ``in`` and so on."""
    if operation in _COMPARE:
        function = _COMPARE[operation]
        if left.__class__ in ATOMS and right.__class__ in ATOMS:
            return bool(run(function, left, right))
        first, second = plain(left), plain(right)
        if first is None or second is None:
            return None
        if failure := _typed(operation, first, second)[1]:
            raise Failure(failure.type, failure.message)
        try:
            return bool(run(function, concrete(left), concrete(right)))
        except NotKnown:
            return None
    if operation == "==":
        return equal(left, right)
    if operation == "is":
        return identical(left, right)
    if operation == "in":
        return contains(right, left)
    answer = compare({"!=": "==", "is not": "is", "not in": "in"}[operation], left, right)
    return None if answer is None else not answer


@cache
def _typed(operation: str, first: str, second: str) -> tuple[Value, Failure | None]:
    """The result of an operator for two types, or its ``TypeError``."""
    function = _BINARY.get(operation) or _COMPARE[operation]
    lefts = SAMPLES.get(first) or CONTAINERS.get(first)
    rights = SAMPLES.get(second) or CONTAINERS.get(second)
    if lefts is None or rights is None:
        return UNKNOWN, None
    results = []
    failure: Failure | None = None
    for left, right in itertools.product(lefts, rights):
        try:
            results.append(function(left, right))
        except TypeError as error:
            failure = failure or Failure("TypeError", str(error))
        except Exception:
            return _without_bad_values(function, lefts, rights), None
    if not results:
        return UNKNOWN, failure
    kinds = {type(result) for result in results}
    kind = kinds.pop()
    return (Unknown(ATOMS[kind]) if not kinds and kind in ATOMS else UNKNOWN), None


def _without_bad_values(function: Any, lefts: tuple[Any, ...], rights: tuple[Any, ...]) -> Value:
    kinds = set()
    for left, right in itertools.product(lefts, rights):
        try:
            kinds.add(type(function(left, right)))
        except Exception:  # noqa: S112 (a division by zero says nothing of the type)
            continue
    name = ATOMS.get(kinds.pop()) if len(kinds) == 1 else None
    return Unknown(name)


def binary(operation: str, left: Value, right: Value) -> Value:
    """The result of a binary operator, ``+`` and so on."""
    if left.__class__ in ATOMS and right.__class__ in ATOMS:
        return _binary_atoms(operation, left, right)
    first, second = plain(left), plain(right)
    if first is None or second is None:
        return Unknown(first) if operation == "%" and first in ("str", "bytes") else UNKNOWN
    if operation == "%" and first in ("str", "bytes"):
        return _percent(first, left, right)
    typed, failure = _typed(operation, first, second)
    if failure is not None:
        raise Failure(failure.type, failure.message)
    if operation in ("/", "//", "%") and second in _NUMBERS and right.__class__ in ATOMS and right == 0:
        run(_BINARY[operation], SAMPLES[first][0], right)
    if operation == "+" and left.__class__ is Seq and right.__class__ is Seq:
        joined = Seq(left.kind, list(left.items), left.open, left.each)
        extend(joined, right.items, not right.open, right.each)
        return joined
    if operation == "*":
        sequence, times = (left, right) if left.__class__ is Seq else (right, left)
        if sequence.__class__ is Seq:
            return repeated(sequence, times)
    if operation in ("|", "&", "-", "^"):
        if left.__class__ is Seq and right.__class__ is Seq and first in SETS:
            return combined(operation, left, right)
        if operation == "|" and left.__class__ is Mapping and right.__class__ is Mapping:
            return merged(left, right)
    if operation == "**" and first == "int" and right.__class__ is int and right >= 0:
        return Unknown("int")
    return typed


def _binary_atoms(operation: str, left: Any, right: Any) -> Value:
    kinds = left.__class__, right.__class__
    if operation == "%" and kinds[0] in (str, bytes):
        return _percent(kinds[0].__name__, left, right)
    if kinds[1] in (int, bool) and kinds[0] in (int, bool):
        bits = left.bit_length()
        if (
            (operation == "**" and right > 0 and bits * right > _MOST_BITS)
            or (operation == "<<" and right > _MOST_BITS)
            or (operation == "*" and bits + right.bit_length() > _MOST_BITS)
            or (operation == "**" and right < -1000)
        ):
            return UNKNOWN if operation == "**" and right < 0 else Unknown("int")
    elif operation == "*":
        for text, times in ((left, right), (right, left)):
            if text.__class__ in (str, bytes) and times.__class__ is int and len(text) * times > MOST_TEXT:
                return Unknown(text.__class__.__name__)
    try:
        return abstract(run(_BINARY[operation], left, right))
    except NotKnown:
        return UNKNOWN


def wide(text: str | bytes) -> bool:
    """Whether a format may ask for a long result."""
    digits = 0
    for character in text if isinstance(text, str) else text.decode("latin-1"):
        digits = digits + 1 if character.isdigit() else 0
        if digits > 3 or character == "*":
            return True
    return False


def _percent(name: str, left: Value, right: Value) -> Value:
    """``text % values``."""
    result = Unknown(name)
    if left.__class__ is Unknown or wide(left) or len(left) > MOST_TEXT:
        return result
    if right.__class__ is Seq and right.kind == "tuple":
        if right.open:
            return result
        choices = [samples(item) for item in right.items]
        guess = None in choices
        pool: Iterable[Any] = itertools.product(*((1,) if choice is None else choice for choice in choices))
    else:
        choice = samples(right)
        if choice is None:
            return result
        guess, choices, pool = False, [choice], choice
    failure: Failure | None = None
    for values in itertools.islice(pool, 100):
        try:
            text = run(operator.mod, left, values)
        except Failure as raised:
            if raised.type != "TypeError" and any(choice is None or len(choice) > 1 for choice in choices):
                return result
            failure = failure or raised
        except NotKnown:
            return result
        else:
            if not guess and all(choice is not None and len(choice) == 1 for choice in choices):
                return abstract(text)
            return result
    if failure is not None and (not guess or failure.message.startswith("not ")):
        raise failure
    return result


def repeated(sequence: Seq, times: Value) -> Seq:
    """``sequence * times``."""
    if times.__class__ not in (int, bool):
        return Seq(sequence.kind, [], bool(sequence.items) or sequence.open, element(sequence))
    if times <= 0:
        return Seq(sequence.kind, [])
    if sequence.open or len(sequence.items) * times > MOST_TEXT:
        return Seq(sequence.kind, list(sequence.items), True, element(sequence))
    return Seq(sequence.kind, sequence.items * times)


def keys_of(items: Iterable[Value]) -> dict[Any, Value] | None:
    """The items of a set by their keys; None when one of them is not known."""
    found: dict[Any, Value] = {}
    for item in items:
        key = key_of(item)
        if key is NO_KEY:
            return None
        found.setdefault(key, item)
    return found


def set_of(kind: str, items: Iterable[Value], open: bool = False, each: Value = UNKNOWN) -> Seq:
    """A set of these items: the same ones once."""
    result = Seq(kind, [], open, each)
    found: dict[Any, Value] = {}
    unknown = []
    for item in items:
        key = key_of(item)
        if key is NO_KEY:
            unknown.append(item)
        else:
            found.setdefault(key, item)
    result.items = list(found.values())
    for item in unknown:
        answers = [equal(each, item) for each in result.items]
        if True not in answers:
            result.open = result.open or None in answers
            result.items.append(item)
    return result


def combined(operation: str, left: Seq, right: Seq) -> Seq:
    """What ``|``, ``&``, ``-`` and ``^`` make of two sets."""
    kind = left.kind if left.kind in ("set", "frozenset") else "set"
    each = element(left)
    if operation in ("|", "^"):
        each = common([element(seq) for seq in (left, right) if seq.items or seq.open])
    if operation == "|":
        return set_of(kind, [*left.items, *right.items], left.open or right.open, each)
    first, second = keys_of(left.items), keys_of(right.items)
    if first is None or second is None:
        return Seq(kind, [], True, each)
    if operation == "&":
        return Seq(kind, [item for key, item in first.items() if key in second], left.open or right.open, each)
    if right.open:
        return Seq(kind, [], bool(first) or left.open or operation == "^", each)
    if operation == "-":
        return Seq(kind, [item for key, item in first.items() if key not in second], left.open, each)
    if left.open:
        return Seq(kind, [], True, each)
    return Seq(
        kind,
        [item for key, item in first.items() if key not in second]
        + [item for key, item in second.items() if key not in first],
    )


def merged(left: Mapping, right: Mapping) -> Mapping:
    """``left | right`` of two dicts."""
    result = Mapping(dict(left.items), left.open, left.kind, left.factory)
    put_all(result, right)
    return result


def put_all(target: Mapping, new: Mapping) -> None:
    """Put the items of one dict into another, without telling anybody."""
    if new.open:
        forget_values(target)
        target.open = True
    target.items.update(new.items)


def forget_values(target: Mapping) -> None:
    """Any of the values may be another one now."""
    for key in target.items:
        target.items[key] = UNKNOWN


def unary(operation: str, value: Value) -> Value:
    """The result of ``-``, ``+``, ``~`` and ``not``."""
    if operation == "not":
        answer = truth(value)
        return Unknown("bool") if answer is None else not answer
    kind = value.__class__
    if kind is bool and operation == "~":  # Python from 3.12 on warns
        return -2 if value else -1
    if kind in ATOMS:
        return run(_UNARY[operation], value)
    name = plain(value)
    if name is None or (kind is not Unknown and value.kind == "Counter"):
        return UNKNOWN
    if kind is not Unknown:
        raise Failure("TypeError", f"bad operand type for unary {operation}: '{shown(name)}'")
    if name == "bool":
        return Unknown("int")
    return sampled(_UNARY[operation], [value])


def in_place(operation: str, left: Value, right: Value, touch: Touch) -> Value:
    """The result of ``left += right`` and so on; a container that does it in place changes."""
    kind = left.kind if left.__class__ is Seq or left.__class__ is Mapping else None
    if kind in ("list", "deque") and operation == "+":
        if right is left:
            right = Seq(left.kind, list(left.items), left.open, left.each)
        items, complete = drain(right, touch)
        touch(left)
        extend(left, items, complete, unlisted(right))
        return left
    if kind == "set" and operation in ("|", "&", "-", "^") and plain(right) in SETS and right.__class__ is Seq:
        result = combined(operation, left, right)
        touch(left)
        left.items, left.open, left.each = result.items, result.open, result.each
        return left
    if kind in DICTS and operation == "|":
        touch(left)
        if right.__class__ is Mapping and kind != "Counter":
            put_all(left, right)
        else:
            left.items.clear()
            left.open = True
        return left
    result = binary(operation, left, right)
    if kind in ("list", "deque") and operation == "*" and result.__class__ is Seq:
        touch(left)
        left.items, left.open, left.each = result.items, result.open, result.each
        return left
    return result


def extend(target: Seq, items: list[Value], complete: bool, each: Value) -> None:
    """Put items behind those of a sequence, without telling anybody; of an open one only the first are listed."""
    if target.open:
        others = items if complete else [*items, each]
        if others:
            target.each = common([target.each, *others])
    else:
        target.items = [*target.items, *items]
        target.open, target.each = not complete, each
        if len(target.items) > MOST_TEXT:
            unlist(target, MOST_ITEMS)


def unlist(target: Seq, count: int = 0) -> None:
    """Of a sequence that changes only so many items stay listed."""
    others = target.items[count:]
    if others:
        target.each = common([*others, target.each] if target.open else others)
        target.items, target.open = target.items[:count], True


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
    if kind is Seq and name in _SUBSCRIBED:
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
    if kind is None or kind in ("int", "bool"):
        return
    real: Any = SAMPLES[name][1] if name in SAMPLES else CONTAINERS[name][1]
    index = (SAMPLES.get(kind) or CONTAINERS.get(kind) or (None,))[0]
    run(operator.getitem, real, index)


def _get_key(value: Mapping, key: Value, caller: Caller | None, touch: Touch | None) -> Value:
    real = key_of(key)
    if real is NO_KEY:
        if not value.open and not value.items and value.factory is None and value.kind == "dict" and plain(key):
            raise Failure("KeyError", "")
        return UNKNOWN
    if real in value.items:
        return value.items[real]
    if value.kind == "environ":
        return Unknown("str")
    if value.open:
        return UNKNOWN
    if value.kind == "Counter":
        return 0
    if value.factory is not None:
        if caller is None:
            return UNKNOWN
        made = caller(value.factory, [])
        if touch is not None:
            touch(value)
        value.items[real] = made
        return made
    raise missing(real)


def missing(key: Any) -> Failure:
    """The ``KeyError`` of a dict without this key."""
    try:
        return Failure("KeyError", repr(_real_key(key)))
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
    return element(value) if is_index(key) else UNKNOWN


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
    return Seq(value.kind, value.items[known], upper is None or upper > len(value.items), unlisted(value))


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
            forget_values(value)
            value.open = True
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
            value.items.clear()
            value.open = True
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
