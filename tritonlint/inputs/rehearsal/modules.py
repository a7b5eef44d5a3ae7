"""The standard library in a rehearsal."""

from __future__ import annotations

import base64
import datetime
import decimal
import fractions
import json
import math
import os
import posixpath
import re
import string
import struct
import sys
import uuid
import zlib
from contextlib import suppress
from itertools import combinations, combinations_with_replacement, islice, pairwise, permutations, product
from typing import Any

from tritonlint.inputs.rehearsal import averages, foreign, heaps, patterns
from tritonlint.inputs.rehearsal.builtin import FILE, Call, Handler
from tritonlint.inputs.rehearsal.containers import dict_of
from tritonlint.inputs.rehearsal.operations import binary, compare, extend, in_turn, iterate, key_of, unary, unlist
from tritonlint.inputs.rehearsal.quantities import is_no_number
from tritonlint.inputs.rehearsal.reality import (
    ATOMS,
    ITERATORS,
    MOST_ITEMS,
    NO_KEY,
    REAL,
    NotKnown,
    Pending,
    abstract,
    common,
    concrete,
    element,
    forget,
    plain,
    run,
    sampled,
    shown,
    unlisted,
    wrong_count,
)
from tritonlint.inputs.rehearsal.values import (
    EXCEPTION,
    UNKNOWN,
    Array,
    Exc,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)

_MOST_JSON = 1_000_000


# ---------------------------------------------------------------------------------------------------------- helpers
def _result(name: str | None) -> Handler:
    value = Unknown(name)

    def handler(call: Call) -> Value:
        return value

    return handler


def _pure(function: Any, result: str | None = None) -> Handler:
    """A function without effects: Python's own result where the arguments are known."""

    def handler(call: Call) -> Value:
        if any(
            (value.__class__ is int and value.bit_length() > 2000) or (value.__class__ is str and len(value) > 10_000)
            for value in call.args
        ):
            return Unknown(result)
        try:
            found = sampled(function, call.args, call.kwargs)
        except NotKnown:
            return Unknown(result)
        return Unknown(result) if found == UNKNOWN else found

    return handler


def _path(call: Call) -> Value:
    """A function of one path whose result depends on the machine."""
    name = plain(call.value(0, "path", UNKNOWN))
    if name == "pathlib.Path":
        return Unknown("str")
    if name is not None and name not in ("str", "bytes"):
        raise Failure("TypeError", f"expected str, bytes or os.PathLike object, not {_last(name)}")
    return Unknown(name)


def _checked(function: Any, result: str) -> Handler:
    """A function without effects that refuses some types; what it makes of others is only known by its type."""
    pure = _pure(function)

    def handler(call: Call) -> Value:
        try:
            pure(call)
        except Failure as failure:
            if failure.type == "TypeError":
                raise
        return Unknown(result)

    return handler


def _in_memory(item: str) -> Handler:
    def handler(call: Call) -> Value:
        return Seq(FILE, [], True, Unknown(item))

    return handler


def _rows(call: Call) -> Value:
    # With QUOTE_NONNUMERIC some of them are numbers, and a dialect may say so.
    texts = len(call.args) == 1 and not {"quoting", "dialect"} & call.kwargs.keys()
    return Seq("csv.reader", [], True, Seq("list", [], True, Unknown("str" if texts else None)))


def _made(words: str) -> Handler:
    def handler(call: Call) -> Value:
        return foreign.made(words)

    return handler


# ------------------------------------------------------------------------------------------------------------- json
def _json_loads(call: Call) -> Value:
    if len(call.args) > 1:
        raise Failure("TypeError", f"loads() takes 1 positional argument but {len(call.args)} were given")
    text = call.value(0, "s", UNKNOWN)
    name = plain(text)
    if name not in (None, "str", "bytes"):
        raise Failure("TypeError", f"the JSON object must be str, bytes or bytearray, not {_last(name)}")
    if text.__class__ is Array and not text.scalar:
        raise Failure("TypeError", "the JSON object must be str, bytes or bytearray, not ndarray")
    if text.__class__ not in (str, bytes) or call.kwargs or len(text) > _MOST_JSON:
        return UNKNOWN
    return _of_json(run(json.loads, text))


def _of_json(real: Any) -> Value:
    kind = real.__class__
    if kind is list:
        return Seq("list", [_of_json(item) for item in real])
    if kind is dict:
        return Mapping({key: _of_json(item) for key, item in real.items()})
    return abstract(real)


def _last(name: str | None) -> str:
    return shown(name or "").rpartition(".")[2]


_IN_JSON = frozenset({"str", "int", "float", "bool", "NoneType"})
_OF_JSON = _IN_JSON | {"list", "tuple", "dict", "defaultdict", "OrderedDict", "Counter"}


def _json_dumps(call: Call) -> Value:
    value = call.value(0, "obj", UNKNOWN)
    if not call.kwargs.keys() & {"default", "cls"}:
        _check_json(value, "skipkeys" in call.kwargs, 0)
    try:
        text = run(json.dumps, concrete(value), **{name: concrete(each) for name, each in call.kwargs.items()})
    except NotKnown:
        return Unknown("str")
    return text if len(text) <= _MOST_JSON else Unknown("str")


def _check_json(value: Value, skip: bool, depth: int) -> None:
    """Raise Python's ``TypeError`` for a value that has no JSON."""
    name = plain(value)
    # Of what has no known shape, such as `np.float64(x)`, nobody knows whether it is a number.
    if value.__class__ is Array and (bool(value.shape) or _is_foreign_scalar(value)):
        kind = (type_name(value) or "").rpartition(".")[2]
        raise Failure("TypeError", f"Object of type {kind} is not JSON serializable")
    known = type_name(value)
    own = getattr(getattr(value, "cls", None), "known", True)
    if name is None and (known in EXCEPTION or (own and getattr(value, "python_type", "str") not in _OF_JSON)):
        raise Failure("TypeError", f"Object of type {_last(known)} is not JSON serializable")
    if value.__class__ is Exc:
        raise Failure("TypeError", f"Object of type {value.type} is not JSON serializable")
    if name is None or depth > 12:
        return
    if name not in _OF_JSON:
        raise Failure("TypeError", f"Object of type {_last(name)} is not JSON serializable")
    if value.__class__ is Seq:
        for item in value.items:
            _check_json(item, skip, depth + 1)
    elif value.__class__ is Mapping and not value.open:
        for key, item in value.items.items():
            if not skip and key.__class__ in (tuple, bytes, frozenset, complex):
                raise Failure("TypeError", f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")
            _check_json(item, skip, depth + 1)


def inside_without_json(value: Value, depth: int = 0) -> str | None:
    """What Python says of something without JSON that a list or dict holds, if it holds anything at all."""
    inside: list[Value] = []
    if value.__class__ is Seq:
        inside = [*value.items, value.each] if value.open else value.items
    elif value.__class__ is Mapping:
        inside = [*value.items.values(), value.each] if value.open else list(value.items.values())
        if value.open and value.key.__class__ is Array and value.key.scalar and _is_foreign_scalar(value.key):
            return f"keys must be str, int, float, bool or None, not {value.key.dtype}"
    for one in inside:
        try:
            _check_json(one, False, depth + 1)
        except Failure as failure:
            return failure.message
        found = inside_without_json(one, depth + 1) if depth < 6 else None
        if found is not None:
            return found
    return None


def _is_foreign_scalar(value: Array) -> bool:
    return (value.dtype or "").rstrip("0123456789") in ("int", "uint", "complex") or value.dtype in (
        "float16",
        "float32",
        "bool",
    )


def _json_load(call: Call) -> Value:
    file = call.value(0, "fp", UNKNOWN)
    name = plain(file)
    if name is not None and not hasattr(REAL[name], "read"):
        raise Failure("AttributeError", f"'{shown(name)}' object has no attribute 'read'")
    return UNKNOWN


def _json_dump(call: Call) -> Value:
    if not call.kwargs.keys() & {"default", "cls"}:
        _check_json(call.value(0, "obj", UNKNOWN), "skipkeys" in call.kwargs, 0)


# --------------------------------------------------------------------------------------------------------- os, time
def _join_paths(call: Call) -> Value:
    names = {plain(value) for value in call.args}
    try:
        found = sampled(posixpath.join, call.args)
    except NotKnown:
        if names & {"NoneType", "int", "float", "bool", "list", "tuple", "dict"}:
            # Whatever the others are, a path is not made of these.
            wrong = next(value for value in call.args if plain(value) not in (None, "str", "bytes"))
            raise Failure(
                "TypeError", f"join() argument must be str, bytes, or os.PathLike object, not {type_name(wrong)!r}"
            ) from None
        return Unknown("str") if "str" in names else Unknown("bytes" if "bytes" in names else None)
    return found


def _exists(call: Call) -> Value:
    name = plain(call.value(0, "path", UNKNOWN))
    if name in ("NoneType", "float", "list", "tuple", "dict", "set"):
        words = f"stat: path should be string, bytes, os.PathLike or integer, not {name}"
        raise Failure("TypeError", words)
    return Unknown("bool")


def _environment(call: Call) -> Value:
    default = call.value(1, "default")
    name = plain(call.args[0]) if call.args else None
    if name not in (None, "str"):
        raise Failure("TypeError", f"str expected, not {shown(name)}")
    return Unknown("str") if plain(default) == "str" else UNKNOWN


def _sleep(call: Call) -> Value:
    name = plain(call.args[0]) if len(call.args) == 1 else None
    if name in ("str", "bytes", "NoneType", "list", "tuple", "dict", "set", "datetime.timedelta"):
        raise Failure("TypeError", f"'{name}' object cannot be interpreted as an integer")
    if len(call.args) == 1 and call.args[0].__class__ in (int, float) and call.args[0] < 0:
        raise Failure("ValueError", "sleep length must be non-negative")


# ------------------------------------------------------------------------------------------------------ collections
def _default_dict(call: Call) -> Value:
    factory = call.args[0] if call.args else None
    if plain(factory) not in (None, "NoneType"):
        raise Failure("TypeError", "first argument must be callable or None")
    made = dict_of(call.args[1:], call.kwargs, call.touch)
    return Mapping(made.items, made.open, "defaultdict", factory, made.key, made.each)


def _ordered_dict(call: Call) -> Value:
    if len(call.args) > 1:
        wrong_count("OrderedDict", len(call.args), 0, 1)
    made = dict_of(call.args, call.kwargs, call.touch)
    return Mapping(made.items, made.open, "OrderedDict", None, made.key, made.each)


def _counter(call: Call) -> Value:
    if call.kwargs or not call.args or call.args[0] is None:
        return Mapping(dict(call.kwargs), False, "Counter")
    if call.args[0].__class__ is Mapping:
        old = call.args[0]
        return Mapping(dict(old.items), old.open, "Counter", None, old.key, old.each)
    items, complete = call.items()
    keys = [key_of(item) for item in items]
    if not complete or NO_KEY in keys:
        each = [] if complete else [unlisted(call.args[0])]
        return Mapping({}, True, "Counter", key=common([*items, *each]), each=Unknown("int"))
    counts: dict[Any, Value] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return Mapping(counts, False, "Counter")


def _deque(call: Call) -> Value:
    items, complete = call.in_turn() if call.args else ([], True)
    most = call.value(1, "maxlen")
    if most is None:
        return Seq("deque", list(items), not complete, unlisted(call.args[0]) if call.args else UNKNOWN)
    if most.__class__ is not int or most < 0:
        return Seq("deque", [], True)
    made = Seq("deque", [], limit=most)
    extend(made, list(items), complete, unlisted(call.args[0]) if call.args else UNKNOWN)
    return made


# -------------------------------------------------------------------------------------------- itertools, functools
def _chain(call: Call) -> Value:
    found: list[Value] = []
    for place in range(len(call.args)):
        items, complete = call.in_turn(place)
        found += items
        if not complete:
            others = range(place + 1, len(call.args))
            each = common([unlisted(call.args[place]), *(element(call.args[other]) for other in others)])
            return Seq("itertools.chain", found, True, each)
    return Seq("itertools.chain", found)


def _chain_all(call: Call) -> Value:
    lists, complete = call.in_turn()
    chained = _chain(call._replace(args=lists))
    if not complete:
        others = [chained.each] if chained.open else []
        chained.open, chained.each = True, common([*others, element(unlisted(call.args[0]))])
    return chained


_NO_STOP = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."


def _slice_of_iterator(call: Call) -> Value:
    items, complete = in_turn(call.args[0], None)
    if call.touch is not None and call.args[0].__class__ is Seq and call.args[0].kind in ITERATORS:
        call.touch(call.args[0])
        forget(call.args[0])
    bounds = call.args[1:]
    if any(is_no_number(bound) for bound in bounds):
        raise Failure("ValueError", _NO_STOP)
    if not 1 <= len(bounds) <= 3 or not all(bound is None or bound.__class__ in (int, bool) for bound in bounds):
        return Seq("itertools.islice", [], True, element(call.args[0]))
    if any(bound is not None and bound < 0 for bound in bounds):
        raise Failure("ValueError", _NO_STOP)
    part = slice(*bounds)
    if part.step == 0:
        return UNKNOWN
    whole = complete or (part.stop is not None and part.stop <= len(items))
    return Seq("itertools.islice", items[part], not whole, unlisted(call.args[0]))


def _repeat(call: Call) -> Value:
    times = call.value(1, "times", UNKNOWN)
    value = call.args[0]
    if times.__class__ in (int, bool):
        return Seq("itertools.repeat", [value] * min(max(times, 0), MOST_ITEMS), times > MOST_ITEMS, value)
    return Seq("itertools.repeat", [value] * (8 if len(call.args) + len(call.kwargs) == 1 else 0), True, value)


def _count(call: Call) -> Value:
    start, step = call.value(0, "start", 0), call.value(1, "step", 1)
    if start.__class__ is int and step.__class__ is int:
        return Seq("itertools.count", [start + step * number for number in range(8)], True, Unknown("int"))
    return Seq("itertools.count", [], True)


def _cycle(call: Call) -> Value:
    items, complete = call.in_turn()
    each = common(items) if complete else UNKNOWN
    items = items * 2 if complete and len(items) < 100 else items
    return Seq("itertools.cycle", items, bool(items) or not complete, each)


def _product(call: Call) -> Value:
    found = [call.in_turn(place) for place in range(len(call.args))]
    if call.kwargs:
        return Seq("itertools.product", [], True)
    size = math.prod(len(items) for items, _ in found)
    if size > MOST_ITEMS or any(not complete for _, complete in found):
        return Seq("itertools.product", [], True, Seq("tuple", [element(value) for value in call.args]))
    rows = product(*(items for items, _ in found))
    return Seq("itertools.product", [Seq("tuple", list(row)) for row in rows])


def _longest(call: Call) -> Value:
    found = [call.in_turn(place) for place in range(len(call.args))]
    fill = call.kwargs.get("fillvalue")
    if any(not complete for _, complete in found):
        each = Seq("tuple", [common([element(value), fill]) for value in call.args])
        return Seq("itertools.zip_longest", [], True, each)
    count = max((len(items) for items, _ in found), default=0)
    return Seq(
        "itertools.zip_longest",
        [Seq("tuple", [items[place] if place < len(items) else fill for items, _ in found]) for place in range(count)],
    )


def _accumulate(call: Call) -> Value:
    function, initial = call.value(1, "func"), call.kwargs.get("initial")
    one = _one(call) if initial is None else common([_one(call), initial])
    items, complete = call.in_turn()
    if not complete:
        each = UNKNOWN
        if function is None:
            # Of one item there is no sum.
            with suppress(Failure):
                each = common([one, binary("+", one, one)])
        return Seq("itertools.accumulate", [], True, each)
    totals: list[Value] = []
    for item in items if initial is None else [initial, *items]:
        try:
            if not totals:
                totals.append(item)
            elif function is None:
                totals.append(binary("+", totals[-1], item))
            else:
                totals.append(call.caller(function, [totals[-1], item]))
        except Failure as failure:
            return Seq("itertools.accumulate", [*totals, Pending(failure)])
    return Seq("itertools.accumulate", totals)


def _selected(call: Call) -> Value:
    """Some of the items of the last argument, in their order."""
    place = len(call.args) - 1
    one = _one(call, place)
    call.in_turn(place)
    return Seq("generator", [], True, one)


def _one(call: Call, place: int = 0) -> Value:
    """Any item of an argument, before it is read."""
    return element(call.args[place])


def _grouped(call: Call) -> Value:
    one = _one(call)
    call.in_turn()
    key = one if call.value(1, "key") is None else UNKNOWN
    return Seq("generator", [], True, Seq("tuple", [key, Seq("generator", [], True, one)]))


def _pairs(call: Call) -> Value:
    one = _one(call)
    items, complete = call.in_turn()
    if complete and len(items) <= MOST_ITEMS:
        return Seq("generator", [Seq("tuple", list(pair)) for pair in pairwise(items)])
    return Seq("generator", [], True, Seq("tuple", [one, one]))


def _parts(call: Call) -> Value:
    one = _one(call)
    call.in_turn()
    return Seq("generator", [], True, Seq("tuple", [], True, one))


def _choices(function: Any) -> Handler:
    """``itertools.combinations`` and the like."""

    def handler(call: Call) -> Value:
        name = f"itertools.{function.__name__}"
        one = _one(call)
        items, complete = call.in_turn()
        size = call.value(1, "r", len(items) if complete else UNKNOWN)
        if size.__class__ is not int or not 0 <= size <= 8:
            return Seq(name, [], True, Seq("tuple", [], True, one))
        if not complete or len(items) > 8:
            return Seq(name, [], True, Seq("tuple", [one] * size))
        rows = islice(function(items, size), MOST_ITEMS + 1)
        made = [Seq("tuple", list(row)) for row in rows]
        return Seq(name, made) if len(made) <= MOST_ITEMS else Seq(name, [], True, Seq("tuple", [one] * size))

    return handler


def _copies(call: Call) -> Value:
    items, complete = call.in_turn()
    count = call.value(1, "n", 2)
    each = unlisted(call.args[0])
    if count.__class__ is not int or not 0 <= count <= MOST_ITEMS:
        return Seq("tuple", [], True)
    return Seq("tuple", [Seq("generator", list(items), not complete, each) for _ in range(count)])


def _reduce(call: Call) -> Value:
    items, complete = call.in_turn(1)
    if len(call.args) > 2:
        items = [call.args[2], *items]
    if not items:
        if complete:
            raise Failure("TypeError", "reduce() of empty iterable with no initial value")
        return UNKNOWN
    total = items[0]
    for item in items[1:]:
        total = call.caller(call.args[0], [total, item])
    return total if complete else UNKNOWN


def _operator(operation: str) -> Handler:
    def handler(call: Call) -> Value:
        if len(call.args) != 2:
            return UNKNOWN
        if operation in ("<", "<=", ">", ">=", "==", "!="):
            answer = compare(operation, *call.args)
            return Unknown("bool") if answer is None else answer
        return binary(operation, *call.args)

    return handler


def _negative(call: Call) -> Value:
    return unary("-", call.args[0]) if len(call.args) == 1 else UNKNOWN


# ------------------------------------------------------------------------------------------------------------- copy
def _copy(call: Call) -> Value:
    return _copied(call.args[0], {}, False, 0)


def _deep_copy(call: Call) -> Value:
    return _copied(call.args[0], {}, True, 0)


def _copied(value: Value, made: dict[int, Value], deep: bool, depth: int) -> Value:
    kind = value.__class__
    if kind not in (Seq, Mapping):
        return value if kind in ATOMS or kind in (Unknown, Array, Library) else UNKNOWN
    if id(value) in made:
        return made[id(value)]
    if depth > 50:
        return UNKNOWN
    if kind is Mapping:
        kind = "dict" if value.kind == "environ" else value.kind
        copied: Value = Mapping({}, value.open, kind, value.factory, value.key, value.each)
        made[id(value)] = copied
        if deep:
            copied.each = _copied(value.each, made, deep, depth + 1)
        for key, item in value.items.items():
            copied.items[key] = _copied(item, made, deep, depth + 1) if deep else item
        return copied
    if value.kind in ITERATORS or value.kind.startswith("dict_"):
        if value.kind in ("generator", "dict_keys", "dict_values", "dict_items"):
            raise Failure("TypeError", f"cannot pickle '{value.kind}' object")
        return UNKNOWN
    each = _copied(value.each, made, deep, depth + 1) if deep else value.each
    copied = Seq(value.kind, [], value.open, each, limit=value.limit)
    made[id(value)] = copied
    copied.items = [_copied(item, made, deep, depth + 1) if deep else item for item in value.items]
    return copied


# ---------------------------------------------------------------------------------------------- random, struct, math
def _choice(call: Call) -> Value:
    if len(call.args) != 1:
        return UNKNOWN
    items, complete = iterate(call.args[0])
    if plain(call.args[0]) in ("list", "tuple", "str", "range") and not items and complete:
        raise Failure("IndexError", "Cannot choose from an empty sequence")
    return element(call.args[0])


def _shuffle(call: Call) -> Value:
    value = call.args[0] if call.args else None
    if value.__class__ is Seq:
        items = [common(value.items)] * len(value.items)
        call.told(value)
        if value.open:
            unlist(value)
        else:
            value.items = items


def _unpack(call: Call) -> Value:
    layout = call.args[0] if call.args else UNKNOWN
    name = plain(call.args[1]) if len(call.args) > 1 else None
    if layout.__class__ not in (str, bytes):
        return Seq("tuple", [], True)
    try:
        size = struct.calcsize(layout)
        if size > 4096:
            return Seq("tuple", [], True)
        fields = struct.unpack(layout, bytes(size))
    except struct.error:
        return UNKNOWN
    if name not in (None, "bytes"):
        raise Failure("TypeError", f"a bytes-like object is required, not '{_last(name)}'")
    return Seq("tuple", [Unknown(ATOMS[type(each)]) for each in fields])


def _pack(call: Call) -> Value:
    return Unknown("bytes")


def _math(name: str) -> Handler:
    function = getattr(math, name)
    whole = name in ("ceil", "floor", "trunc")
    heavy = name in ("factorial", "comb", "perm")

    def handler(call: Call) -> Value:
        if heavy and any(value.__class__ is float for value in call.args):
            return UNKNOWN  # Python before 3.10 takes 3.0
        limit = 2000 if heavy else 10**300
        if any(value.__class__ is int and abs(value) > limit for value in call.args):
            return UNKNOWN
        try:
            return sampled(function, call.args, call.kwargs)
        except NotKnown:
            return UNKNOWN if whole or name in ("prod", "gcd", "lcm", "comb", "perm", "factorial") else _RESULT[name]

    return handler


_RESULT: dict[str, Value] = {
    name: Unknown("bool" if name.startswith("is") and name != "isqrt" else "float")
    for name in dir(math)
    if callable(getattr(math, name))
} | {"isqrt": Unknown("int"), "frexp": UNKNOWN, "modf": UNKNOWN}


def _digest(call: Call) -> Value:
    name = plain(call.args[0]) if call.args else None
    if name == "str":
        raise Failure("TypeError", "Strings must be encoded before hashing")
    if name in ("NoneType", "int", "float", "bool", "list", "tuple", "dict"):
        raise Failure("TypeError", "object supporting the buffer API required")
    return Unknown("hashlib.hash")


def _fixed(value: Value) -> Handler:
    def handler(call: Call) -> Value:
        return value

    return handler


def _names(call: Call) -> Value:
    texts = plain(call.value(0, default="")) in ("str", "pathlib.Path")
    return Seq("list", [], True, Unknown("str") if texts else UNKNOWN)


def _chosen(call: Call) -> Value:
    return Seq("list", [], True, element(call.args[0]) if call.args else UNKNOWN)


FUNCTIONS: dict[str, Handler] = {
    "json.loads": _json_loads,
    "json.dumps": _json_dumps,
    "json.dump": _json_dump,
    "json.load": _json_load,
    "os.path.join": _join_paths,
    "os.path.dirname": _pure(posixpath.dirname),
    "os.path.basename": _pure(posixpath.basename),
    "os.path.splitext": _pure(posixpath.splitext),
    "os.path.split": _pure(posixpath.split),
    "os.path.normpath": _pure(posixpath.normpath),
    "os.path.isabs": _pure(posixpath.isabs, "bool"),
    "os.path.abspath": _path,
    "os.path.realpath": _path,
    "os.path.expanduser": _path,
    "os.path.expandvars": _path,
    "os.path.exists": _exists,
    "os.path.isfile": _exists,
    "os.path.isdir": _exists,
    "os.path.getsize": _result("int"),
    "os.path.getmtime": _result("float"),
    "os.fspath": _pure(os.fspath),
    "os.getenv": _environment,
    "os.getcwd": _result("str"),
    "os.getpid": _result("int"),
    "os.listdir": _names,
    "os.cpu_count": _result(None),
    "os.makedirs": _fixed(None),
    "os.urandom": _result("bytes"),
    "os.linesep": _fixed(UNKNOWN),
    "glob.glob": _names,
    "time.time": _result("float"),
    "time.perf_counter": _result("float"),
    "time.monotonic": _result("float"),
    "time.process_time": _result("float"),
    "time.time_ns": _result("int"),
    "time.perf_counter_ns": _result("int"),
    "time.monotonic_ns": _result("int"),
    "time.strftime": _result("str"),
    "time.ctime": _result("str"),
    "time.sleep": _sleep,
    "random.random": _result("float"),
    "random.uniform": _result("float"),
    "random.gauss": _result("float"),
    "random.normalvariate": _result("float"),
    "random.randint": _result("int"),
    "random.randrange": _result("int"),
    "random.getrandbits": _result("int"),
    "random.choice": _choice,
    "random.shuffle": _shuffle,
    "random.sample": _chosen,
    "random.choices": _chosen,
    "random.seed": _fixed(None),
    "re.escape": _pure(re.escape),
    "collections.defaultdict": _default_dict,
    "collections.OrderedDict": _ordered_dict,
    "collections.Counter": _counter,
    "collections.deque": _deque,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_all,
    "itertools.islice": _slice_of_iterator,
    "itertools.repeat": _repeat,
    "itertools.count": _count,
    "itertools.cycle": _cycle,
    "itertools.product": _product,
    "itertools.zip_longest": _longest,
    "itertools.accumulate": _accumulate,
    "itertools.takewhile": _selected,
    "itertools.dropwhile": _selected,
    "itertools.filterfalse": _selected,
    "itertools.groupby": _grouped,
    "itertools.pairwise": _pairs,
    "itertools.batched": _parts,
    "itertools.permutations": _choices(permutations),
    "itertools.combinations": _choices(combinations),
    "itertools.combinations_with_replacement": _choices(combinations_with_replacement),
    "itertools.tee": _copies,
    "functools.reduce": _reduce,
    "copy.copy": _copy,
    "copy.deepcopy": _deep_copy,
    "base64.b64encode": _pure(base64.b64encode, "bytes"),
    "base64.b64decode": _pure(base64.b64decode, "bytes"),
    "base64.urlsafe_b64encode": _pure(base64.urlsafe_b64encode, "bytes"),
    "base64.urlsafe_b64decode": _pure(base64.urlsafe_b64decode, "bytes"),
    "base64.standard_b64encode": _pure(base64.standard_b64encode, "bytes"),
    "base64.standard_b64decode": _pure(base64.standard_b64decode, "bytes"),
    "zlib.compress": _result("bytes"),
    "zlib.decompress": _result("bytes"),
    "zlib.crc32": _pure(zlib.crc32, "int"),
    "struct.pack": _pack,
    "struct.unpack": _unpack,
    "struct.calcsize": _result("int"),
    "sys.getsizeof": _result("int"),
    "sys.getrefcount": _result("int"),
    "traceback.format_exc": _result("str"),
    "platform.machine": _result("str"),
    "platform.system": _result("str"),
    "platform.python_version": _result("str"),
    "socket.gethostname": _result("str"),
    "multiprocessing.cpu_count": _result("int"),
    "threading.get_ident": _result("int"),
    "tempfile.mkdtemp": _result(None),
    "tempfile.gettempdir": _result("str"),
    "string.capwords": _result("str"),
    "textwrap.dedent": _result("str"),
    "textwrap.indent": _result("str"),
    "secrets.token_hex": _result("str"),
    "secrets.token_bytes": _result("bytes"),
    "html.escape": _result("str"),
    "html.unescape": _result("str"),
    "unicodedata.normalize": _result("str"),
    "operator.neg": _negative,
    "io.StringIO": _in_memory("str"),
    "io.BytesIO": _in_memory("bytes"),
    "io.TextIOWrapper": _in_memory("str"),
    "csv.reader": _rows,
    "hashlib.new": _made("hashlib.hash"),
    "hmac.new": _made("hashlib.hash"),
    "datetime.date": _checked(datetime.date, "datetime.date"),
    "datetime.time": _checked(datetime.time, "datetime.time"),
    "datetime.datetime": _checked(datetime.datetime, "datetime.datetime"),
    "datetime.timedelta": _checked(datetime.timedelta, "datetime.timedelta"),
    "datetime.timezone": _checked(datetime.timezone, "datetime.timezone"),
    "datetime.date.fromisoformat": _checked(datetime.date.fromisoformat, "datetime.date"),
    "datetime.date.fromtimestamp": _checked(datetime.date.fromtimestamp, "datetime.date"),
    "datetime.time.fromisoformat": _checked(datetime.time.fromisoformat, "datetime.time"),
    "datetime.datetime.fromisoformat": _checked(datetime.datetime.fromisoformat, "datetime.datetime"),
    "datetime.datetime.fromtimestamp": _checked(datetime.datetime.fromtimestamp, "datetime.datetime"),
    "datetime.datetime.utcfromtimestamp": _checked(datetime.datetime.fromtimestamp, "datetime.datetime"),
    "datetime.datetime.strptime": _checked(datetime.datetime.strptime, "datetime.datetime"),
    "datetime.datetime.combine": _checked(datetime.datetime.combine, "datetime.datetime"),
    "decimal.Decimal": _checked(decimal.Decimal, "decimal.Decimal"),
    "fractions.Fraction": _checked(fractions.Fraction, "fractions.Fraction"),
    "uuid.UUID": _checked(uuid.UUID, "uuid.UUID"),
    "urllib.parse.urlparse": _made("urllib.parse.ParseResult"),
}
FUNCTIONS = {name: _made(words) for name, words in foreign.RESULTS.items()} | FUNCTIONS | patterns.FUNCTIONS
FUNCTIONS |= heaps.FUNCTIONS | averages.FUNCTIONS
FUNCTIONS |= {f"hashlib.{name}": _digest for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b")}
FUNCTIONS |= {f"math.{name}": _math(name) for name in _RESULT}
FUNCTIONS |= {
    f"operator.{name}": _operator(symbol)
    for name, symbol in {
        "add": "+",
        "sub": "-",
        "mul": "*",
        "truediv": "/",
        "floordiv": "//",
        "mod": "%",
        "pow": "**",
        "and_": "&",
        "or_": "|",
        "xor": "^",
        "lt": "<",
        "le": "<=",
        "gt": ">",
        "ge": ">=",
        "eq": "==",
        "ne": "!=",
    }.items()
}
CONSTANTS: dict[str, Value] = {
    "math.pi": math.pi,
    "math.e": math.e,
    "math.tau": math.tau,
    "math.inf": math.inf,
    "math.nan": math.nan,
    "os.sep": "/",
    "os.path.sep": "/",
    "os.pathsep": ":",
    "os.linesep": "\n",
    "os.curdir": ".",
    "os.pardir": "..",
    "os.path.pardir": "..",
    "os.name": "posix",
    "typing.TYPE_CHECKING": False,
    "sys.maxsize": sys.maxsize,
    "sys.platform": "linux",
    "sys.byteorder": "little",
    "sys.executable": Unknown("str"),
    "sys.version": Unknown("str"),
    "string.ascii_letters": string.ascii_letters,
    "string.ascii_lowercase": string.ascii_lowercase,
    "string.ascii_uppercase": string.ascii_uppercase,
    "string.digits": string.digits,
    "string.hexdigits": string.hexdigits,
    "string.octdigits": string.octdigits,
    "string.punctuation": string.punctuation,
    "string.whitespace": string.whitespace,
    "string.printable": string.printable,
    "logging.DEBUG": 10,
    "logging.INFO": 20,
    "logging.WARNING": 30,
    "logging.WARN": 30,
    "logging.ERROR": 40,
    "logging.CRITICAL": 50,
    "logging.FATAL": 50,
    "logging.NOTSET": 0,
    "sys.float_info.max": sys.float_info.max,
    "sys.float_info.min": sys.float_info.min,
    "sys.float_info.epsilon": sys.float_info.epsilon,
    "time.timezone": Unknown("int"),
    "datetime.UTC": Unknown("datetime.timezone"),
    "datetime.timezone.utc": Unknown("datetime.timezone"),
    "datetime.date.min": Unknown("datetime.date"),
    "datetime.date.max": Unknown("datetime.date"),
    "datetime.datetime.min": Unknown("datetime.datetime"),
    "datetime.datetime.max": Unknown("datetime.datetime"),
    "datetime.timedelta.min": Unknown("datetime.timedelta"),
    "datetime.timedelta.max": Unknown("datetime.timedelta"),
}
CONSTANTS |= {f"decimal.ROUND_{name}": f"ROUND_{name}" for name in ("HALF_UP", "HALF_EVEN", "HALF_DOWN", "DOWN", "UP")}
CONSTANTS |= {f"decimal.ROUND_{name}": f"ROUND_{name}" for name in ("FLOOR", "CEILING", "05UP")}
CONSTANTS |= {f"uuid.NAMESPACE_{name}": Unknown("uuid.UUID") for name in ("DNS", "URL", "OID", "X500")}


def constant(name: str) -> Value:
    """What a name of a module stands for; a :class:`Library` unless it is a value."""
    if name == "os.environ":
        return Mapping({}, True, "environ")
    if name in ("sys.path", "sys.argv"):
        return Seq("list", [], True, Unknown("str"))
    return CONSTANTS.get(name, Library(name))
