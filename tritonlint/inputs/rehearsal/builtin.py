"""Python's built-in functions and types in a rehearsal."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from tritonlint.inputs.rehearsal import elements, operations
from tritonlint.inputs.rehearsal.containers import dict_of, either, in_order
from tritonlint.inputs.rehearsal.objects import Obj
from tritonlint.inputs.rehearsal.operations import (
    binary,
    compare,
    drain,
    hashable,
    in_turn,
    iterate,
    key_of,
    length,
    set_of,
    truth,
)
from tritonlint.inputs.rehearsal.reality import (
    CONTAINERS,
    ITERATORS,
    MOST_ITEMS,
    MOST_TEXT,
    REAL,
    SETS,
    Caller,
    NotKnown,
    Pending,
    Touch,
    classes_of,
    common,
    concrete,
    element,
    plain,
    run,
    sampled,
    shown,
    unlisted,
    wrong_count,
)
from tritonlint.inputs.rehearsal.scalars import format_value
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    Exc,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    is_number,
)

ABSENT = object()


class Call(NamedTuple):
    """A call of a function that is not part of the model; ``touch`` is None when no iterator may be read."""

    args: list[Value]
    kwargs: dict[str, Value]
    caller: Caller
    touch: Touch | None

    def value(self, place: int, name: str = "", default: Value = None) -> Value:
        """An argument by its place or name."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, default)

    def items(self, place: int = 0) -> tuple[list[Value], bool]:
        """All items of an argument, and whether these are all."""
        return drain(self.args[place], self.touch)

    def in_turn(self, place: int = 0) -> tuple[list[Value], bool]:
        """The same for one who keeps their order."""
        return in_turn(self.args[place], self.touch)

    def told(self, value: Value) -> None:
        """Tell of a container that changes."""
        if self.touch is not None:
            self.touch(value)


Handler = Callable[[Call], Value]


def _len(call: Call) -> Value:
    known = length(call.args[0])
    return Unknown("int") if known is None else known


def _str(call: Call) -> Value:
    if not call.args:
        return Unknown("str") if call.kwargs else ""
    value = call.args[0]
    if len(call.args) > 1 or call.kwargs:
        return _of_type(str, "str", call)
    return text_of(value)


def text_of(value: Value) -> Value:
    """``str(value)``."""
    kind = value.__class__
    if kind in (str, Unknown):
        return value if kind is str else Unknown("str")
    if kind is int and value.bit_length() > 10_000:
        return Unknown("str")
    if kind is Exc:
        return _text_of_exception(value)
    if kind is Builtin and isinstance(getattr(builtins, value.name, None), type):
        return f"<class '{value.name}'>"
    return _repr_of(value)


def _text_of_exception(value: Exc) -> Value:
    family = classes_of(value.type)
    strange = {"OSError", "UnicodeError", "SyntaxError", "ImportError"}
    if not family or strange & set(family) or any(name not in family for name in value.bases):
        return Unknown("str")
    if not value.arguments:
        return ""
    if len(value.arguments) == 1:
        return _repr_of(value.arguments[0]) if "KeyError" in family else text_of(value.arguments[0])
    return _repr_of(Seq("tuple", value.arguments))


def _repr_of(value: Value) -> Value:
    kind = value.__class__
    if kind in (Seq, Mapping) and (value.kind not in ("list", "tuple", "dict") or len(value.items) > 100):
        return Unknown("str")
    try:
        if kind is Seq or kind is Mapping:
            _check_small(value)
        elif kind is int and value.bit_length() > 10_000:
            return Unknown("str")
        text = repr(concrete(value))
    except (NotKnown, Failure):
        return Unknown("str")
    return text if len(text) <= MOST_TEXT else Unknown("str")


def _check_small(value: Value) -> None:
    for item in value.items.values() if value.__class__ is Mapping else value.items:
        kind = item.__class__
        if kind is int and item.bit_length() > 10_000:
            raise NotKnown
        if kind is Seq or kind is Mapping:
            if kind is Seq and item.kind in SETS and len(item.items) > 1:
                raise NotKnown
            _check_small(item)


def _repr(call: Call) -> Value:
    return Unknown("str") if call.args[0].__class__ is Exc else _repr_of(call.args[0])


def _bool(call: Call) -> Value:
    answer = truth(call.args[0]) if call.args else False
    return Unknown("bool") if answer is None else answer


def _of_type(function: Any, name: str, call: Call) -> Value:
    if any(
        (value.__class__ in (str, bytes) and len(value) > 4000)
        or (value.__class__ is int and value.bit_length() > 10_000)
        or (name == "bytes" and value.__class__ is int and value > MOST_TEXT)
        for value in call.args
    ):
        return Unknown(name)
    try:
        return sampled(function, call.args, call.kwargs)
    except NotKnown:
        return Unknown(name)


def _pure(name: str, result: str | None) -> Handler:
    function = getattr(builtins, name)

    def handler(call: Call) -> Value:
        try:
            if any(value.__class__ is int and value.bit_length() > 2000 for value in call.args):
                raise NotKnown
            return sampled(function, call.args, call.kwargs)
        except NotKnown:
            return Unknown(result)

    return handler


def _conversion(name: str) -> Handler:
    function = getattr(builtins, name)

    def handler(call: Call) -> Value:
        if len(call.args) == 1 and not call.kwargs and call.args[0].__class__ in (Seq, Mapping):
            for real in CONTAINERS.get(call.args[0].kind, ())[:1]:
                run(function, real)
        return _of_type(function, name, call)

    return handler


def _round(call: Call) -> Value:
    digits = call.value(1, "ndigits")
    if digits.__class__ is int and abs(digits) > 400:
        return UNKNOWN
    return _pure("round", None)(call)


def _bytes(call: Call) -> Value:
    value = call.value(0, "source", b"")
    if value.__class__ in (Seq, Mapping) and len(call.args) == 1 and not call.kwargs:
        items, _ = call.items()
        for item in items:
            name = plain(item)
            if name in (None, "int", "bool") and not (item.__class__ in (int, bool) and 0 <= item < 256):
                break
            if name not in ("int", "bool"):
                raise Failure("TypeError", f"'{shown(name or '')}' object cannot be interpreted as an integer")
    return _of_type(bytes, "bytes", call)


def _sequence(kind: str) -> Handler:
    def handler(call: Call) -> Value:
        if not call.args:
            return Seq(kind, [])
        value = call.args[0]
        items, complete = call.items() if kind in ("set", "frozenset") else call.in_turn()
        if kind in ("set", "frozenset"):
            return set_of(kind, items, not complete, unlisted(value))
        return Seq(kind, list(items), not complete, unlisted(value))

    return handler


def _dict(call: Call) -> Value:
    return dict_of(call.args, call.kwargs, call.touch)


def _range(call: Call) -> Value:
    for value in call.args:
        name = plain(value)
        if name is not None and name not in ("int", "bool"):
            raise Failure("TypeError", f"'{shown(name)}' object cannot be interpreted as an integer")
    if any(value.__class__ not in (int, bool) for value in call.args):
        return Seq("range", [], True, Unknown("int"))
    numbers = run(range, *call.args)
    try:
        count = len(numbers)
    except OverflowError:
        count = MOST_ITEMS + 1
    if count > MOST_ITEMS:
        return Seq("range", list(numbers[:8]), True, Unknown("int"))
    return Seq("range", list(numbers))


def _enumerate(call: Call) -> Value:
    items, complete = call.in_turn()
    start = call.value(1, "start", 0)
    each = Seq("tuple", [Unknown("int"), unlisted(call.args[0])])
    if start.__class__ in (int, bool):
        rows = [Seq("tuple", [start + n, item]) for n, item in enumerate(items)]
    else:
        rows = [Seq("tuple", [Unknown("int"), item]) for item in items]
    return Seq("enumerate", rows, not complete, each)


def _zip(call: Call) -> Value:
    if not call.args:
        return Seq("zip", [])
    found = [call.in_turn(place) for place in range(len(call.args))]
    shortest = min(len(items) for items, _ in found)
    rows = [Seq("tuple", [items[place] for items, _ in found]) for place in range(shortest)]
    complete = any(whole and len(items) == shortest for items, whole in found)
    strict = truth(call.kwargs.get("strict", False))
    if strict and any(whole and len(items) != shortest for items, whole in found) and complete:
        failure = Failure("ValueError", "zip() arguments have different lengths")
        return Seq("zip", [*rows, Pending(failure)])
    each = Seq("tuple", [_any_of(value, items) for value, (items, _) in zip(call.args, found, strict=True)])
    return Seq("zip", rows, not complete, each)


def _any_of(value: Value, items: list[Value]) -> Value:
    """What is known of any item of a value that has been read."""
    return common([*items, unlisted(value)]) if plain(value) is not None else UNKNOWN


def _map(call: Call) -> Value:
    if len(call.args) < 2:
        raise Failure("TypeError", "map() must have at least two arguments.")
    found = [call.in_turn(place) for place in range(1, len(call.args))]
    shortest = min(len(items) for items, _ in found)
    complete = any(whole and len(items) == shortest for items, whole in found)
    results: list[Value] = []
    for place in range(shortest):
        try:
            results.append(call.caller(call.args[0], [items[place] for items, _ in found]))
        except Failure as failure:
            return Seq("map", [*results, Pending(failure)])
    each = UNKNOWN
    if not complete and call.args[0].__class__ in (Builtin, Library):
        # What is not listed is of one kind: a function without effects may be tried on it.
        with suppress(Failure):
            values = zip(call.args[1:], found, strict=True)
            each = call.caller(call.args[0], [_any_of(value, items) for value, (items, _) in values])
    return Seq("map", results, not complete, each)


def _filter(call: Call) -> Value:
    items, complete = call.in_turn(1)
    results: list[Value] = []
    for item in items:
        try:
            answer = truth(item if call.args[0] is None else call.caller(call.args[0], [item]))
        except Failure as failure:
            return Seq("filter", [*results, Pending(failure)])
        if answer is None:
            return Seq("filter", results, True, _any_of(call.args[1], items))
        if answer:
            results.append(item)
    return Seq("filter", results, not complete, _any_of(call.args[1], items))


def _reversed(call: Call) -> Value:
    value = call.args[0]
    name = plain(value)
    if name in ("set", "frozenset") or name in ITERATORS or name in ("NoneType", "int", "float", "bool"):
        raise Failure("TypeError", f"'{name}' object is not reversible")
    items, complete = iterate(value)
    return Seq("reversed", items[::-1]) if complete else Seq("reversed", [], True, element(value))


def _sorted(call: Call) -> Value:
    items, complete = call.items()
    if not complete:
        return Seq("list", [], True, _any_of(call.args[0], items))
    return Seq("list", in_order(list(items), call.kwargs, call.caller))


def _extreme(name: str, operation: str) -> Handler:
    def handler(call: Call) -> Value:
        if len(call.args) > 1:
            items, complete = list(call.args), True
        elif call.args:
            items, complete = call.items()
        else:
            wrong_count(name, 0, 1, None)
        if not items:
            if "default" in call.kwargs:
                if complete:
                    return call.kwargs["default"]
            elif complete:
                # The words differ between releases of Python.
                raise Failure("ValueError", f"{name}() arg is an empty sequence")
            each = unlisted(call.args[0])
            return common([each, call.kwargs["default"]]) if "default" in call.kwargs else each
        key = call.kwargs.get("key")
        best = items[0]
        rank = best if key is None else call.caller(key, [best])
        for item in items[1:]:
            other = item if key is None else call.caller(key, [item])
            better = compare(operation, other, rank)
            if better is None:
                return common(items) if complete else _any_of(call.args[0], items)
            if better:
                best, rank = item, other
        return best if complete else _any_of(call.args[0], items)

    return handler


def _sum(call: Call) -> Value:
    items, complete = call.items()
    total = call.value(1, "start", 0)
    if total.__class__ in (str, bytes) or total == Unknown("str"):
        words = {"str": "strings [use ''.join(seq) instead]", "bytes": "bytes [use b''.join(seq) instead]"}
        raise Failure("TypeError", f"sum() can't sum {words[plain(total) or 'str']}")
    floats = False
    for item in items:
        floats = floats or item.__class__ in (float, complex)
        total = _added(total, item)
    if not complete:
        return _any_sum(total, unlisted(call.args[0]))
    # Python from 3.12 on adds floats with less loss.
    return Unknown("float") if floats and total.__class__ is float else total


def _added(left: Value, right: Value) -> Value:
    return (elements if Array in (left.__class__, right.__class__) else operations).binary("+", left, right)


def _any_sum(total: Value, each: Value) -> Value:
    """A number to which any number of items is added: of its type, or of any."""
    try:
        made = common([total, _added(total, each)])
    except Failure:
        return UNKNOWN  # There may be no items.
    return made if is_number(made) else UNKNOWN


def _any(call: Call) -> Value:
    items, complete = call.items()
    answers = [truth(item) for item in items]
    if True in answers:
        return True
    return Unknown("bool") if None in answers or not complete else False


def _all(call: Call) -> Value:
    items, complete = call.items()
    answers = [truth(item) for item in items]
    if False in answers:
        return False
    return Unknown("bool") if None in answers or not complete else True


def _pow(call: Call) -> Value:
    if len(call.args) == 2 and not call.kwargs:
        return binary("**", *call.args)
    return _pure("pow", None)(call)


def _divmod(call: Call) -> Value:
    if len(call.args) == 2:
        for value in call.args:
            if value.__class__ is int and value.bit_length() > 2000:
                return UNKNOWN
        binary("//", *call.args)
    return _pure("divmod", None)(call)


def _iter(call: Call) -> Value:
    value = call.args[0]
    if len(call.args) > 1:
        return UNKNOWN
    if value.__class__ is Seq and value.kind in ITERATORS:
        return value
    items, complete = call.in_turn()
    if plain(value) is None:
        return UNKNOWN
    return Seq("list_iterator", items, not complete, unlisted(value))


def _next(call: Call) -> Value:
    value = call.args[0]
    default = call.args[1] if len(call.args) > 1 else ABSENT
    name = plain(value)
    if name is None:
        rows = value.__class__ is Seq and value.open and not value.items and default is ABSENT
        return value.each if rows else UNKNOWN
    if name not in ITERATORS:
        raise Failure("TypeError", f"'{shown(name)}' object is not an iterator")
    if value.__class__ is not Seq:
        return UNKNOWN
    if not value.items:
        if value.open:
            return value.each if default is ABSENT else either([value.each], default)
        if default is ABSENT:
            raise Failure("StopIteration", "")
        return default
    if call.touch is None:
        return UNKNOWN if len(value.items) > 1 or value.items[0].__class__ is Pending else value.items[0]
    call.touch(value)
    if value.items[0].__class__ is Pending:
        failure = value.items[0].failure
        value.items = []
        raise Failure(failure.type, failure.message)
    value.items, first = value.items[1:], value.items[0]
    return first


def _hash(call: Call) -> Value:
    if hashable(call.args[0]) is False:
        key_of(call.args[0])
    return Unknown("int")


def _type(call: Call) -> Value:
    value = call.args[0]
    if len(call.args) > 1:
        return UNKNOWN
    name = plain(value)
    if name in ("deque", "defaultdict", "OrderedDict", "Counter"):
        return Library(f"collections.{name}")
    if name is not None and isinstance(getattr(builtins, name, None), type):
        return Builtin(name)
    if value.__class__ is Exc and classes_of(value.type) and not value.bases[1:]:
        return Builtin(value.type)
    if value.__class__ is Array and not value.scalar:
        return Library("numpy.ndarray")
    if value.__class__ is Obj and value.cls.known:
        return value.cls
    if value.__class__ is Builtin and isinstance(getattr(builtins, value.name, None), type):
        return Builtin("type")
    return UNKNOWN


_OF_NUMPY = frozenset({"ndarray", "generic", "integer", "floating", "number"})


def _is_instance(value: Value, wanted: Value) -> bool | None:
    if wanted.__class__ is Seq and wanted.kind == "tuple":
        answers = [_is_instance(value, each) for each in wanted.items]
        if True in answers:
            return True
        return None if None in answers or wanted.open else False
    name = plain(value)
    if wanted.__class__ is Library:
        last = wanted.name.rpartition(".")[2]
        if wanted.name == "numpy.ndarray" and value.__class__ is Array:
            return None if value.scalar else True
        if name is None:
            return None
        if wanted.name.startswith("numpy.") and last in _OF_NUMPY:
            return False
        if wanted.name.startswith("collections.") and last in ("deque", "defaultdict", "OrderedDict", "Counter"):
            return name == last
        return None
    if wanted.__class__ is not Builtin:
        if plain(wanted) is not None and wanted.__class__ is not Unknown and wanted.__class__ is not Seq:
            raise Failure("TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union")
        return None
    kind = getattr(builtins, wanted.name, None)
    if not isinstance(kind, type):
        return None
    if kind is object:
        return True
    if name is not None:
        if value == Unknown("int") and kind is bool:
            return None
        return issubclass(REAL[name], kind)
    if value.__class__ is Exc:
        known = {*value.bases, *classes_of(value.type)}
        if kind.__name__ in known:
            return True
        return False if all(classes_of(each) for each in known - {"object"}) else None
    if value.__class__ is Array and not value.scalar:
        return False
    return None


def _isinstance(call: Call) -> Value:
    answer = _is_instance(*call.args)
    return Unknown("bool") if answer is None else answer


def _issubclass(call: Call) -> Value:
    first, second = call.args
    if first.__class__ is Builtin and second.__class__ is Builtin:
        kinds = [getattr(builtins, each.name, None) for each in (first, second)]
        if all(isinstance(kind, type) for kind in kinds):
            return issubclass(*kinds)  # type: ignore[arg-type]
    return Unknown("bool")


def _callable(call: Call) -> Value:
    value = call.args[0]
    if value.__class__ in (Builtin, Bound):
        return True
    return False if plain(value) is not None else Unknown("bool")


def _print(call: Call) -> Value:
    for name in ("sep", "end"):
        kind = plain(call.kwargs.get(name))
        if kind not in (None, "str", "NoneType"):
            raise Failure("TypeError", f"{name} must be None or a string, not {shown(kind or '')}")


def _format(call: Call) -> Value:
    return format_value(*call.args)


def _input(call: Call) -> Value:
    return Unknown("str")


_NO_PATHS = frozenset({"NoneType", "float", "complex", "list", "tuple", "dict", "set"})


FILE = "file"
"""The kind of an open file, which gives its lines."""


def file_member(name: str) -> Value | None:
    """An attribute of an open file; None for a method."""
    return {"closed": Unknown("bool"), "name": UNKNOWN, "mode": Unknown("str"), "buffer": UNKNOWN}.get(name)


def file_method(file: Seq, name: str) -> Value:
    """What a method of an open file gives."""
    if name in {"read", "readline", "getvalue"}:
        return file.each
    if name in {"write", "seek", "tell", "fileno", "truncate", "readinto"}:
        return Unknown("int")
    if name in {"readable", "writable", "seekable", "isatty"}:
        return Unknown("bool")
    if name == "readlines":
        return Seq("list", [], True, file.each)
    return file if name == "__enter__" else None if name in {"close", "flush", "writelines"} else UNKNOWN


def _open(call: Call) -> Value:
    name = plain(call.value(0, "file", UNKNOWN))
    if name in _NO_PATHS:
        raise Failure("TypeError", f"expected str, bytes or os.PathLike object, not {name}")
    mode = call.value(1, "mode", "r")
    if mode.__class__ is str:
        # Python 3.8 to 3.10 also take the mode U.
        if set(mode) - set("rwaxbt+U") or len(set(mode)) != len(mode):
            raise Failure("ValueError", f"invalid mode: '{mode}'")
        if "b" in mode and call.value(3, "encoding") is not None and call.value(3, "encoding") != UNKNOWN:
            raise Failure("ValueError", "binary mode doesn't take an encoding argument")
        return Seq(FILE, [], True, Unknown("bytes" if "b" in mode else "str"))
    return UNKNOWN


def _object(call: Call) -> Value:
    return Unknown("object")


def _identity(call: Call) -> Value:
    return Unknown("int")


def _slice(call: Call) -> Value:
    from tritonlint.inputs.rehearsal.arrays import Slice

    lower, upper, step = [None, *call.args, None] if len(call.args) == 1 else [*call.args, None, None][:3]
    return Slice(lower, upper, step)


FUNCTIONS: dict[str, tuple[int, int | None, Handler]] = {
    "len": (1, 1, _len),
    "int": (0, 2, _conversion("int")),
    "float": (0, 1, _conversion("float")),
    "complex": (0, 2, _pure("complex", "complex")),
    "str": (0, 3, _str),
    "bool": (0, 1, _bool),
    "bytes": (0, 3, _bytes),
    "list": (0, 1, _sequence("list")),
    "tuple": (0, 1, _sequence("tuple")),
    "set": (0, 1, _sequence("set")),
    "frozenset": (0, 1, _sequence("frozenset")),
    "dict": (0, 1, _dict),
    "range": (1, 3, _range),
    "enumerate": (1, 2, _enumerate),
    "zip": (0, None, _zip),
    "map": (1, None, _map),
    "filter": (2, 2, _filter),
    "reversed": (1, 1, _reversed),
    "sorted": (1, 1, _sorted),
    "min": (0, None, _extreme("min", "<")),
    "max": (0, None, _extreme("max", ">")),
    "sum": (1, 2, _sum),
    "any": (1, 1, _any),
    "all": (1, 1, _all),
    "abs": (1, 1, _pure("abs", None)),
    "round": (0, 2, _round),
    "repr": (1, 1, _repr),
    "ascii": (1, 1, _repr),
    "format": (1, 2, _format),
    "ord": (1, 1, _pure("ord", "int")),
    "chr": (1, 1, _pure("chr", "str")),
    "hex": (1, 1, _pure("hex", "str")),
    "oct": (1, 1, _pure("oct", "str")),
    "bin": (1, 1, _pure("bin", "str")),
    "divmod": (2, 2, _divmod),
    "pow": (0, 3, _pow),
    "isinstance": (2, 2, _isinstance),
    "issubclass": (2, 2, _issubclass),
    "type": (1, 3, _type),
    "callable": (1, 1, _callable),
    "print": (0, None, _print),
    "iter": (1, 2, _iter),
    "next": (1, 2, _next),
    "id": (1, 1, _identity),
    "hash": (1, 1, _hash),
    "input": (0, 1, _input),
    "open": (0, 8, _open),
    "slice": (1, 3, _slice),
    "object": (0, 0, _object),
}
_WITH_NAMES = frozenset(
    [
        "int",
        "float",
        "complex",
        "str",
        "bytes",
        "dict",
        "enumerate",
        "zip",
        "sorted",
        "min",
        "max",
        "sum",
        "round",
        "pow",
        "print",
        "type",
        "map",
        "range",
        "open",
    ]
)


def call_builtin(name: str, call: Call) -> Value:
    """What a built-in function gives."""
    entry = FUNCTIONS.get(name)
    if entry is None:
        return UNKNOWN
    least, most, handler = entry
    count = len(call.args)
    if call.kwargs and name not in _WITH_NAMES:
        return UNKNOWN
    if (count < least and not call.kwargs) or (most is not None and count > most):
        wrong_count(name, count, least, most)
    if count < least:
        return UNKNOWN
    return handler(call)
