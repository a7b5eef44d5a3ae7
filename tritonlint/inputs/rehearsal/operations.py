"""What Python's operators do to the values of a rehearsal.

A container that is ``open`` has its listed items first (a set: in it), then maybe others.
"""

from __future__ import annotations

import itertools
import operator
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from tritonlint.inputs.rehearsal.objects import Coroutine, Lock, Request, Sender, Thread
from tritonlint.inputs.rehearsal.reality import (
    ATOMS,
    CONTAINERS,
    DEEPEST,
    DICTS,
    ITERATORS,
    MOST_BITS,
    MOST_ITEMS,
    MOST_TEXT,
    NO_KEY,
    REAL,
    SAMPLES,
    SETS,
    TYPES,
    NotKnown,
    Pending,
    Touch,
    abstract,
    alike,
    common,
    concrete,
    element,
    forget,
    plain,
    refuse,
    run,
    sampled,
    samples,
    shown,
    unlisted,
    value_of,
    wide,
)
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Builtin,
    Exc,
    Failure,
    Mapping,
    Seq,
    Unknown,
    Value,
    is_number,
    some_number,
    type_name,
)

_NUMBERS = frozenset({"bool", "int", "float", "complex"})
_FAMILY = (
    dict.fromkeys(_NUMBERS, "number")
    | dict.fromkeys(("set", "frozenset"), "set")
    | dict.fromkeys(("dict", "defaultdict", "OrderedDict", "Counter"), "dict")
    | {name: name for name in ("NoneType", "str", "bytes", "list", "tuple", "deque", "range", "ellipsis")}
)
_EACH_ITSELF: frozenset[type[Any]] = frozenset({Request, Sender, Coroutine, Thread, Lock})
"""The classes of values of which it matters which one it is."""
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
    if first is None or second is None or depth > DEEPEST:
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
    if kind is Array:
        return None if value.scalar or not value.shape else False
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
    return type_name(value) or "object"


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


def in_turn(value: Value, touch: Touch | None) -> tuple[list[Value], bool]:
    """The same as :func:`drain` for one who keeps the order, which a set has none of."""
    items, complete = drain(value, touch)
    if value.__class__ is Seq and value.kind in ("set", "frozenset") and len(items) > 1:
        items = [common(items)] * len(items)
    return items, complete


def drain(value: Value, touch: Touch | None) -> tuple[list[Value], bool]:
    """The items of a value that is read to its end.

    What is left in an iterator afterwards is not known, unless nobody can be told: most of what reads it does so later.
    """
    if value.__class__ is Seq and value.kind in ITERATORS:
        items, complete = value.items, not value.open
        if touch is not None and items:
            touch(value)
            value.items, value.open, value.each = [], True, UNKNOWN
        if items and items[-1].__class__ is Pending:
            raise Failure(items[-1].failure.type, items[-1].failure.message)
        return items, complete
    return iterate(value)


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
            return True if key in container.items else (False if container.lacks(key) else None)
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
    return (Unknown(TYPES[kind]) if not kinds and kind in TYPES else UNKNOWN), None


def _without_bad_values(function: Any, lefts: tuple[Any, ...], rights: tuple[Any, ...]) -> Value:
    kinds = set()
    for left, right in itertools.product(lefts, rights):
        try:
            kinds.add(type(function(left, right)))
        except Exception:  # noqa: S112 (a division by zero says nothing of the type)
            continue
    name = TYPES.get(kinds.pop()) if len(kinds) == 1 else None
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
        joined = Seq(left.kind, list(left.items), left.open, left.each, limit=left.limit)
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
    if typed == UNKNOWN and is_number(left) and is_number(right):
        return some_number()  # A power may be of another type.
    return typed


def _binary_atoms(operation: str, left: Any, right: Any) -> Value:
    kinds = left.__class__, right.__class__
    if operation == "%" and kinds[0] in (str, bytes):
        return _percent(kinds[0].__name__, left, right)
    if kinds[1] in (int, bool) and kinds[0] in (int, bool):
        bits = left.bit_length()
        if (
            (operation == "**" and right > 0 and bits * right > MOST_BITS)
            or (operation == "<<" and right > MOST_BITS)
            or (operation == "*" and bits + right.bit_length() > MOST_BITS)
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
    if times.__class__ not in (int, bool) or sequence.limit is not None:
        return Seq(sequence.kind, [], bool(sequence.items) or sequence.open, element(sequence))
    if times > sys.maxsize:
        raise Failure("OverflowError", "cannot fit 'int' into an index-sized integer")
    if times <= 0 or not (sequence.items or sequence.open):
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
        put_into_set(result, item)
    return result


def put_into_set(target: Seq, item: Value) -> None:
    """Put an item into a set, without telling anybody; one that may be there already is not listed."""
    answers = [equal(listed, item) for listed in target.items]
    if None in answers and True not in answers:
        target.each = common([target.each, item]) if target.open else item
        target.open = True
    elif True not in answers:
        target.items = [*target.items, item]


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
    result = Mapping(dict(left.items), left.open, left.kind, left.factory, left.key, left.each)
    put_all(result, right)
    return result


def put_all(target: Mapping, new: Mapping) -> None:
    """Put the items of one dict into another, without telling anybody."""
    if new.open:
        put_somewhere(target, new.key, new.each)
    target.items.update(new.items)


def put_somewhere(target: Mapping, key: Value, value: Value) -> None:
    """Put a value under a key that is not known, without telling anybody: any of those there may be replaced."""
    for listed, old in target.items.items():
        if equal(value_of(listed), key) is not False:
            target.items[listed] = common([old, value])
    if value.__class__ in _EACH_ITSELF:
        value = UNKNOWN
    target.key = common([target.key, key]) if target.open else key
    target.each = common([target.each, value]) if target.open else value
    target.open = True


def take_somewhere(target: Mapping) -> None:
    """Any of the items may be gone, or stand at another place: none of them is listed any more."""
    if target.items:
        put_somewhere(target, common(map(value_of, target.items)), common(target.items.values()))
        target.items = {}


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
        items, complete = in_turn(right, touch)
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
            forget(left)
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
            target.each = alike([target.each, *others]) or common([target.each, *others])
    else:
        target.items = [*target.items, *items]
        target.open, target.each = not complete, each
        if len(target.items) > MOST_TEXT:
            unlist(target, MOST_ITEMS)
    keep_last(target)


def keep_last(target: Seq, *, first: bool = False) -> None:
    """Drop what a deque that keeps so many items has no place for any more."""
    if target.limit is None:
        return
    if target.open:
        unlist(target)
    elif len(target.items) > target.limit:
        target.items = target.items[: target.limit] if first else target.items[len(target.items) - target.limit :]


def unlist(target: Seq, count: int = 0) -> None:
    """Of a sequence that changes only so many items stay listed."""
    others = target.items[count:]
    if others:
        target.each = common([*others, target.each] if target.open else others)
        target.items, target.open = target.items[:count], True
