"""What the rehearsal says of Python's own values is compared with Python."""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import json
import math
import operator
import posixpath
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tritonlint.inputs.rehearsal import library, members, modules
from tritonlint.inputs.rehearsal.arrays import Slice
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    Exc,
    Failure,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
)

MANY = settings(max_examples=150, deadline=None)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 12),
    st.sampled_from([0.0, 1.5, -2.0, 0.5, math.inf]),
    st.sampled_from(["", "a", "b", "1", "a,b", " x ", "%s", "%d", "{}", "{} {x}", "é", "strict", "utf-8"]),
    st.sampled_from([b"", b"a", b"1", b"\xff", b"%s"]),
)
KEYS = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from(["", "a", "b"]), st.just(b"a"))
REALS: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(KEYS, max_size=3),
        st.frozensets(KEYS, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(deque, st.lists(inner, max_size=3), st.one_of(st.none(), st.integers(0, 3))),
    ),
    max_leaves=5,
)
CONTAINERS = REALS.filter(lambda real: isinstance(real, list | tuple | set | frozenset | dict | deque))
HIDING = st.sampled_from(["no", "no", "type", "all", "rest"])


def exact(real: Any) -> Value:
    """The value of a real object."""
    kind = type(real)
    if kind in (list, tuple, set, frozenset, deque):
        return Seq(kind.__name__, [exact(item) for item in real], limit=getattr(real, "maxlen", None))
    if kind is dict:
        return Mapping({key: exact(item) for key, item in real.items()})
    return real


def hidden(draw: Callable[..., Any], real: Any, depth: int = 0) -> Value:
    """A value that a real object may have, with parts of it unknown."""
    how = draw(HIDING)
    kind = type(real)
    if how == "all" and depth:
        return UNKNOWN
    if kind in (list, tuple, deque):
        count = draw(st.integers(0, len(real))) if how == "rest" else len(real)
        items = [hidden(draw, item, depth + 1) for item in list(real)[:count]]
        limit = getattr(real, "maxlen", None)
        return Seq(kind.__name__, items, how == "rest", among(draw, list(real)[count:]), limit=limit)
    if kind in (set, frozenset):
        items = list(real)
        count = draw(st.integers(0, len(items))) if how == "rest" else len(items)
        return Seq(kind.__name__, [exact(item) for item in items[:count]], how == "rest", among(draw, items[count:]))
    if kind is dict:
        keys = list(real)
        count = draw(st.integers(0, len(keys))) if how == "rest" else len(keys)
        made = Mapping({key: hidden(draw, real[key], depth + 1) for key in keys[:count]}, how == "rest")
        made.key, made.each = among(draw, keys[count:]), among(draw, [real[key] for key in keys[count:]])
        return made
    if how in ("type", "rest") and real is not None:
        return Unknown(kind.__name__)
    return UNKNOWN if how == "all" else real


def among(draw: Callable[..., Any], items: list[Any]) -> Value:
    """What may be known of all these."""
    kinds = {type(item).__name__ for item in items}
    if len(kinds) == 1 and draw(st.booleans()):
        kind = kinds.pop()
        return Unknown(kind) if kind in ("bool", "int", "float", "str", "bytes") else UNKNOWN
    return UNKNOWN


def may_be(value: Value, real: Any) -> bool:
    """Whether a value says nothing wrong of a real object."""
    kind = type(real).__name__
    if isinstance(value, Unknown):
        return value.type is None or value.type == kind
    if isinstance(value, Seq):
        if not hasattr(real, "__iter__"):
            return False
        items = list(real)
        if kind.endswith("iterator"):
            kind = value.kind
        if value.kind.rpartition(".")[2] != kind or (not value.open and len(items) != len(value.items)):
            return False
        if kind in ("set", "frozenset"):
            unlisted = [each for each in items if not any(is_in(item, each) for item in value.items)]
            if not all(may_be(value.each, each) for each in unlisted):
                return False
            return all(any(is_in(item, each) for each in items) for item in value.items)
        listed = len(value.items)
        return (
            len(items) >= listed
            and all(map(may_be, value.items, items))
            and all(may_be(value.each, item) for item in items[listed:])
        )
    if isinstance(value, Mapping):
        if value.kind != kind or not value.items.keys() <= real.keys():
            return False
        if not value.open and len(value.items) != len(real):
            return False
        others = [(key, item) for key, item in real.items() if key not in value.items]
        if not all(may_be(value.key, key) and may_be(value.each, item) for key, item in others):
            return False
        return all(may_be(item, real[key]) for key, item in value.items.items())
    if isinstance(value, Perhaps):
        return real is None or may_be(value.value, real)
    if isinstance(value, Array):
        return value.scalar and value.dtype is None and kind in ("bool", "int", "float")
    return type(value) is type(real) and (value == real or repr(value) == repr(real) == "nan")


def is_in(item: Value, real: Any) -> bool:
    """Whether the item of a set may be this one: of equal numbers a set keeps the first."""
    numbers = ("bool", "int", "float")
    number = type(real).__name__ in numbers and isinstance(item, Unknown) and item.type in numbers
    return may_be(item, real) or item == real or number


def same(value: Value, real: Any) -> bool:
    """Whether a value is known in full and is this object."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, Seq):
        return not value.open and may_be(value, real)
    return may_be(value, real)


def agree(
    real: Callable[[], Any], rehearsed: Callable[[], Value], *, known: bool = False, describe: object = ""
) -> None:
    """A failure of the rehearsal is one of Python's, and its result is Python's; both always when all is known."""
    error: Exception | None = None
    failure: Failure | None = None
    result: Any = None
    value: Value = None
    try:
        result = real()
    except Exception as raised:
        error = raised
    try:
        value = rehearsed()
    except Failure as raised:
        failure = raised
    if failure is not None:
        assert error is not None, (describe, failure, result)
        names = [each.__name__ for each in type(error).__mro__ if each.__module__ == "builtins"]
        assert failure.type in (names[:1] if known else names), (describe, failure, error)
    elif error is None:
        assert may_be(value, result), (describe, value, result)
        assert not known or same(value, result), (describe, value, result)
    else:
        assert not known, (describe, value, error)


def nobody(function: Value, args: list[Value]) -> Value:
    return UNKNOWN


def ignore(value: Value) -> None:
    return None


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "@": operator.matmul,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda item, container: item in container,
    "not in": lambda item, container: item not in container,
}


def answer(found: bool | None) -> Value:
    return Unknown("bool") if found is None else found


class TestOperators:
    @MANY
    @given(st.sampled_from(sorted(BINARY)), SCALARS, SCALARS)
    def test_of_known_scalars(self, name: str, left: Any, right: Any) -> None:
        agree(
            lambda: BINARY[name](left, right),
            lambda: library.binary(name, left, right),
            known=True,
            describe=(left, name, right),
        )

    @MANY
    @given(st.data(), st.sampled_from(sorted(BINARY)), REALS, REALS)
    def test_of_values_known_in_part(self, data: st.DataObject, name: str, left: Any, right: Any) -> None:
        first, second = hidden(data.draw, left), hidden(data.draw, right)
        agree(
            lambda: BINARY[name](left, right),
            lambda: library.binary(name, first, second),
            describe=(first, name, second, left, right),
        )

    @MANY
    @given(st.data(), st.sampled_from(sorted(COMPARE)), REALS, REALS)
    def test_comparisons(self, data: st.DataObject, name: str, left: Any, right: Any) -> None:
        first, second = hidden(data.draw, left), hidden(data.draw, right)
        agree(
            lambda: COMPARE[name](left, right),
            lambda: answer(library.compare(name, first, second)),
            describe=(first, name, second),
        )

    @MANY
    @given(st.sampled_from(sorted(COMPARE)), SCALARS, SCALARS)
    def test_comparisons_of_known_scalars(self, name: str, left: Any, right: Any) -> None:
        agree(
            lambda: COMPARE[name](left, right),
            lambda: answer(library.compare(name, left, right)),
            known=True,
            describe=(left, name, right),
        )

    @MANY
    @given(st.data(), st.sampled_from(["-", "+", "~", "not"]), REALS)
    def test_unary(self, data: st.DataObject, name: str, real: Any) -> None:
        functions: dict[str, Callable[[Any], Any]] = {
            "-": operator.neg,
            "+": operator.pos,
            "~": operator.invert,
            "not": operator.not_,
        }
        value = hidden(data.draw, real)
        agree(lambda: functions[name](real), lambda: library.unary(name, value), describe=(name, value))

    @MANY
    @given(st.data(), st.sampled_from(["+", "*", "|", "&", "-", "^"]), CONTAINERS, REALS)
    def test_in_place(self, data: st.DataObject, name: str, left: Any, right: Any) -> None:
        functions = {
            "+": operator.iadd,
            "*": operator.imul,
            "|": operator.ior,
            "&": operator.iand,
            "-": operator.isub,
            "^": operator.ixor,
        }
        first, second = hidden(data.draw, left), hidden(data.draw, right)
        agree(
            lambda: functions[name](copy.deepcopy(left), right),
            lambda: library.in_place(name, first, second, ignore),
            describe=(left, name, right),
        )

    @MANY
    @given(st.data(), REALS)
    def test_length_truth_and_hash(self, data: st.DataObject, real: Any) -> None:
        value = hidden(data.draw, real)

        def length() -> Value:
            found = library.length(value)
            return Unknown("int") if found is None else found

        agree(lambda: len(real), length, describe=value)
        agree(lambda: bool(real), lambda: answer(library.truth(value)), describe=value)
        if (found := library.hashable(value)) is not None:
            try:
                hash(real)
            except TypeError:
                assert not found
            else:
                assert found


INDEXES = st.one_of(SCALARS, st.integers(-4, 4), st.integers(-4, 4))
BOUNDS = st.one_of(st.none(), st.integers(-4, 4))


class TestSubscripts:
    @MANY
    @given(st.data(), REALS, INDEXES)
    def test_items(self, data: st.DataObject, real: Any, key: Any) -> None:
        value, index = hidden(data.draw, real), hidden(data.draw, key)
        agree(lambda: real[key], lambda: library.getitem(value, index, nobody, ignore), describe=(value, index, real))
        agree(lambda: real[key], lambda: library.getitem(exact(real), key), known=True, describe=(real, key))

    @MANY
    @given(st.data(), REALS, BOUNDS, BOUNDS, BOUNDS)
    def test_slices(self, data: st.DataObject, real: Any, lower: Any, upper: Any, step: Any) -> None:
        if isinstance(real, dict):
            return
        value = hidden(data.draw, real)
        part = Slice(*(hidden(data.draw, bound) for bound in (lower, upper, step)))
        agree(
            lambda: real[lower:upper:step],
            lambda: library.getitem(value, part, nobody, ignore),
            describe=(value, part, real),
        )

    @MANY
    @given(st.data(), REALS, INDEXES, SCALARS)
    def test_assignment(self, data: st.DataObject, real: Any, key: Any, new: Any) -> None:
        value, index, other = hidden(data.draw, real), hidden(data.draw, key), hidden(data.draw, new)
        changed = copy.deepcopy(real)

        def assign() -> Any:
            changed[key] = new
            return changed

        def rehearse() -> Value:
            library.setitem(value, index, other, ignore)
            return value

        agree(assign, rehearse, describe=(real, index))

    @MANY
    @given(st.data(), REALS, INDEXES)
    def test_deletion(self, data: st.DataObject, real: Any, key: Any) -> None:
        value, index = hidden(data.draw, real), hidden(data.draw, key)
        changed = copy.deepcopy(real)

        def delete() -> Any:
            del changed[key]
            return changed

        def rehearse() -> Value:
            library.delitem(value, index, ignore)
            return value

        agree(delete, rehearse, describe=(real, index))

    def test_a_default_dict_stores_what_it_makes(self) -> None:
        value = Mapping({}, kind="defaultdict", factory=Builtin("list"))
        made = library.getitem(value, "a", lambda function, args: Seq("list", []), ignore)
        assert library.getitem(value, "a", nobody, ignore) is made
        assert library.getitem(Mapping({}, kind="Counter"), "a") == 0
        assert library.getitem(library.constant("os.environ"), "A") == Unknown("str")


METHODS = {
    kind: sorted(name for name in dir(kind) if not name.startswith("_"))
    for kind in (str, bytes, int, float, bool, list, tuple, set, frozenset, dict, deque)
}


class TestMethods:
    @settings(max_examples=300, deadline=None)
    @given(st.data(), REALS, st.lists(REALS, max_size=2))
    def test_any(self, data: st.DataObject, real: Any, args: list[Any]) -> None:
        names = METHODS.get(type(real))
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        owner = hidden(data.draw, real)
        given_args = [hidden(data.draw, each) for each in args]
        changed = copy.deepcopy(real)
        before = copy.deepcopy(owner)

        def call() -> Any:
            found = getattr(changed, name)
            result = found(*copy.deepcopy(args)) if callable(found) else found
            return (result,)

        def rehearse() -> Value:
            found = library.attribute(owner, name)
            if isinstance(found, Bound):
                found = library.method(found, given_args, {}, nobody, ignore)
            return Seq("tuple", [found])

        agree(call, rehearse, describe=(before, name, given_args, real))
        try:
            changed = copy.deepcopy(real)
            call()
        except Exception:
            return
        assert may_be(owner, changed), (before, name, given_args, owner, changed)

    @settings(max_examples=250, deadline=None)
    @given(st.data(), SCALARS, st.lists(SCALARS, max_size=2))
    def test_of_known_scalars(self, data: st.DataObject, real: Any, args: list[Any]) -> None:
        names = METHODS.get(type(real))
        if not names:
            return
        name = data.draw(st.sampled_from([name for name in names if name not in ("translate", "maketrans")]))

        def call() -> Any:
            found = getattr(real, name)
            return found(*args) if callable(found) else found

        def rehearse() -> Value:
            found = library.attribute(real, name)
            return library.method(found, args, {}, nobody, ignore) if isinstance(found, Bound) else found

        agree(
            call,
            rehearse,
            known=name not in ("format_map", "from_bytes", "fromhex", "to_bytes", "splitlines"),
            describe=(real, name, args),
        )

    @pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.__name__)
    def test_names(self, kind: type) -> None:
        real = kind()
        later = {"is_integer", "as_integer_ratio", "isascii", "removeprefix", "removesuffix", "bit_count"}
        for name in {name for names in METHODS.values() for name in names} - later:
            if hasattr(real, name):
                library.attribute(exact(real), name)
                continue
            with pytest.raises(AttributeError) as raised:
                getattr(real, name)
            with pytest.raises(Failure) as failure:
                library.attribute(exact(real), name)
            assert failure.value.message == str(raised.value)

    @given(st.lists(st.tuples(st.integers(0, 7), st.integers(-2, 3)), max_size=8))
    def test_a_list_changes_as_python_changes_it(self, steps: list[tuple[int, int]]) -> None:
        real: list[Any] = []
        value = Seq("list", [])
        names = ["append", "insert", "pop", "remove", "extend", "reverse", "sort", "clear"]
        for number, item in steps:
            name = names[number]
            args: list[Any] = {"insert": [item, item], "extend": [[item, 0]], "pop": [item]}.get(name, [item])
            if name in ("reverse", "sort", "clear"):
                args = []
            arguments = [exact(each) for each in args]
            agree(
                lambda name=name, args=args: getattr(real, name)(*args),
                lambda name=name, arguments=arguments: library.method(
                    Bound(value, name), arguments, {}, nobody, ignore
                ),
                known=True,
            )
            assert same(value, real)


BUILTINS = sorted(
    set(library.BUILTINS) - {"print", "input", "open", "id", "hash", "type", "isinstance", "issubclass", "iter"}
)


def builtin(name: str) -> Callable[..., Any]:
    return vars(__builtins__)[name] if not isinstance(__builtins__, dict) else __builtins__[name]


class TestBuiltins:
    @settings(max_examples=300, deadline=None)
    @given(st.data(), st.sampled_from(BUILTINS), st.lists(REALS, min_size=1, max_size=3))
    def test_any(self, data: st.DataObject, name: str, args: list[Any]) -> None:
        if name in ("map", "filter", "slice") or (name in ("min", "max", "sum", "sorted") and Ellipsis in args):
            return
        values = [hidden(data.draw, each) for each in args]

        def call() -> Any:
            return builtin(name)(*copy.deepcopy(args))

        def rehearse() -> Value:
            return library.call(name, values, {}, nobody, ignore)

        if any(isinstance(each, set | frozenset) for each in args) and name in ("enumerate", "zip"):
            return
        agree(call, rehearse, describe=(name, values, args))

    @settings(max_examples=250, deadline=None)
    @given(
        st.sampled_from(["int", "float", "str", "bool", "abs", "round", "ord", "chr", "hex", "len", "repr"]), SCALARS
    )
    def test_of_known_scalars(self, name: str, real: Any) -> None:
        agree(
            lambda: builtin(name)(real),
            lambda: library.call(name, [real], {}, nobody),
            known=True,
            describe=(name, real),
        )

    @MANY
    @given(st.data(), REALS, st.sampled_from([int, float, str, bytes, bool, list, tuple, dict, set, object]))
    def test_isinstance(self, data: st.DataObject, real: Any, kind: type) -> None:
        value = hidden(data.draw, real)
        wanted = Builtin(kind.__name__)
        assert may_be(library.call("isinstance", [value, wanted], {}, nobody), isinstance(real, kind))
        both = Seq("tuple", [wanted, Builtin("complex")])
        assert may_be(library.call("isinstance", [value, both], {}, nobody), isinstance(real, (kind, complex)))

    @MANY
    @given(st.data(), st.lists(REALS, max_size=4), st.sampled_from(["list", "tuple", "sum", "sorted", "max", "any"]))
    def test_an_iterator_is_read_once(self, data: st.DataObject, items: list[Any], name: str) -> None:
        value = Seq("list_iterator", [hidden(data.draw, item) for item in items])
        iterator = iter(items)
        agree(lambda: builtin(name)(iterator), lambda: library.call(name, [value], {}, nobody, ignore))
        agree(lambda: list(iter([])), lambda: library.call("list", [value], {}, nobody, ignore))

    def test_next(self) -> None:
        value = library.call("iter", [Seq("list", [1, 2])], {}, nobody)
        assert library.call("next", [value], {}, nobody, ignore) == 1
        assert library.call("next", [value], {}, nobody, ignore) == 2
        assert library.call("next", [value, None], {}, nobody, ignore) is None
        with pytest.raises(Failure) as raised:
            library.call("next", [value], {}, nobody, ignore)
        assert raised.value.type == "StopIteration"
        with pytest.raises(Failure):
            library.call("next", [Seq("list", [1])], {}, nobody, ignore)

    def test_a_failure_of_map_comes_when_it_is_read(self) -> None:
        def caller(function: Value, args: list[Value]) -> Value:
            return library.call(function.name, args, {}, nobody)

        lazy = library.call("map", [Builtin("int"), Seq("list", ["1", "x"])], {}, caller)
        assert library.call("next", [lazy], {}, nobody, ignore) == 1
        with pytest.raises(Failure) as raised:
            library.call("list", [lazy], {}, nobody, ignore)
        assert raised.value.type == "ValueError"

    def test_functions_of_the_model_are_called(self) -> None:
        def caller(function: Value, args: list[Value]) -> Value:
            return library.unary("-", args[0])

        items = Seq("list", [2, 3, 1])
        assert library.call("sorted", [items], {"key": "f"}, caller).items == [3, 2, 1]
        assert library.call("max", [items], {"key": "f"}, caller) == 1
        assert library.call("map", ["f", items], {}, caller).items == [-2, -3, -1]


JSONS: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


class TestModules:
    @given(JSONS)
    def test_json(self, real: Any) -> None:
        text = json.dumps(real)
        assert same(library.call("json.loads", [text], {}, nobody), json.loads(text))
        assert library.call("json.dumps", [exact(real)], {}, nobody) == text

    @MANY
    @given(st.data(), REALS)
    def test_json_of_anything(self, data: st.DataObject, real: Any) -> None:
        value = hidden(data.draw, real)
        agree(lambda: json.dumps(real), lambda: library.call("json.dumps", [value], {}, nobody), describe=value)
        agree(lambda: json.loads(real), lambda: library.call("json.loads", [value], {}, nobody), describe=value)

    @MANY
    @given(st.data(), st.lists(REALS, min_size=1, max_size=3))
    def test_paths(self, data: st.DataObject, args: list[Any]) -> None:
        values = [hidden(data.draw, each) for each in args]
        agree(lambda: posixpath.join(*args), lambda: library.call("os.path.join", values, {}, nobody), describe=args)
        for name in ("dirname", "basename", "splitext", "exists", "abspath"):
            agree(
                lambda name=name: getattr(posixpath, name)(args[0]),
                lambda name=name: library.call(f"os.path.{name}", values[:1], {}, nobody),
                describe=(name, args),
            )

    @MANY
    @given(
        st.data(),
        st.sampled_from([name for name in dir(math) if callable(getattr(math, name)) and name[0] != "_"]),
        st.lists(REALS, min_size=1, max_size=2),
    )
    def test_math(self, data: st.DataObject, name: str, args: list[Any]) -> None:
        values = [hidden(data.draw, each) for each in args]
        agree(
            lambda: getattr(math, name)(*args),
            lambda: library.call(f"math.{name}", values, {}, nobody),
            describe=(name, values, args),
        )

    @MANY
    @given(
        st.data(),
        st.sampled_from(
            ["base64.b64encode", "base64.b64decode", "re.escape", "zlib.crc32", "copy.copy", "copy.deepcopy"]
        ),
        REALS,
    )
    def test_others(self, data: st.DataObject, name: str, real: Any) -> None:
        module, _, function = name.partition(".")
        value = hidden(data.draw, real)
        agree(
            lambda: getattr(__import__(module), function)(real),
            lambda: library.call(name, [value], {}, nobody),
            describe=(name, value, real),
        )

    @MANY
    @given(st.data(), st.sampled_from([defaultdict, OrderedDict, Counter, deque]), REALS)
    def test_collections(self, data: st.DataObject, kind: Any, real: Any) -> None:
        if kind is defaultdict and not isinstance(real, dict):
            return
        if kind is Counter and isinstance(real, dict) and not all(type(each) is int for each in real.values()):
            return
        value = hidden(data.draw, real)
        args: list[Any] = [None] if kind is defaultdict else []
        agree(
            lambda: kind(*args, real),
            lambda: library.call(f"collections.{kind.__name__}", [*args, value], {}, nobody, ignore),
            describe=(kind, value),
        )

    @pytest.mark.parametrize(
        ("name", "args", "words"),
        [
            ("json.loads", [Mapping({})], "the JSON object must be str, bytes or bytearray, not dict"),
            ("json.dumps", [Array("float32", (1,))], "Object of type ndarray is not JSON serializable"),
            ("json.dumps", [Mapping({"a": Unknown("bytes")})], "Object of type bytes is not JSON serializable"),
            ("json.dumps", [Array("int64", (), scalar=True)], "Object of type int64 is not JSON serializable"),
            ("re.match", ["a", Unknown("bytes")], "cannot use a string pattern on a bytes-like object"),
            ("hashlib.sha256", [Unknown("str")], "Strings must be encoded before hashing"),
            ("base64.b64encode", [Unknown("str")], "a bytes-like object is required, not 'str'"),
            ("range", [Unknown("float")], "'float' object cannot be interpreted as an integer"),
            ("len", [Unknown("int")], "object of type 'int' has no len()"),
            ("functools.reduce", [UNKNOWN, Seq("list", [])], "reduce() of empty iterable with no initial value"),
        ],
    )
    def test_words(self, name: str, args: list[Value], words: str) -> None:
        with pytest.raises(Failure) as raised:
            library.call(name, args, {}, nobody)
        assert raised.value.type == "TypeError"
        assert raised.value.message == words

    def test_float64_is_a_float_to_json(self) -> None:
        assert library.call("json.dumps", [Array("float64", (), scalar=True)], {}, nobody) == Unknown("str")
        assert library.call("json.dumps", [Array("float32")], {"cls": UNKNOWN}, nobody) == Unknown("str")

    def test_what_is_not_known(self) -> None:
        assert library.call("datetime.datetime.now", [], {}, nobody) == Unknown("datetime.datetime")
        assert library.constant("math.pi") == math.pi
        assert library.constant("os.path") == Library("os.path")
        assert library.attribute(UNKNOWN, "x") == UNKNOWN

    @pytest.mark.parametrize("name", sorted(members._ELSEWHERE))
    def test_members(self, name: str) -> None:
        module = posixpath if name == "os.path" else importlib.import_module(name)
        for member in dir(module):
            library.attribute(Library(name), member)
        with pytest.raises(Failure) as raised:
            library.attribute(Library(name), "no_such_name")
        with pytest.raises(AttributeError) as real:
            module.no_such_name  # noqa: B018
        assert raised.value.message == str(real.value)

    def test_members_of_other_releases(self) -> None:
        for name in ("collections.Mapping", "math.fma", "itertools.batched", "json.decoder", "os.startfile", "x.y"):
            module, _, member = name.rpartition(".")
            assert library.attribute(Library(module), member) == Library(name)

    @pytest.mark.parametrize(
        ("args", "kwargs"),
        [([None], {}), (["a", "rz"], {}), (["a", "rb"], {"encoding": "utf-8"}), ([], {"file": 1.5})],
    )
    def test_open(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        with pytest.raises(Failure) as failure:
            library.call("open", args, kwargs, nobody)
        with pytest.raises((TypeError, ValueError)) as real:
            open(*args, **kwargs)  # noqa: SIM115
        assert failure.value.type == real.type.__name__
        assert library.call("open", [Unknown("str")], {}, nobody).each == Unknown("str")
        assert library.call("open", [Unknown("str"), "rb"], {}, nobody).each == Unknown("bytes")
        assert library.call("open", [Unknown("str"), "w"], {}, nobody).each == Unknown("str")

    def test_the_environment_is_shared_by_nobody(self) -> None:
        library.setitem(library.constant("os.environ"), "A", "1", ignore)
        assert library.constant("os.environ").items == {}
        with pytest.raises(Failure) as raised:
            library.setitem(library.constant("os.environ"), "A", 1, ignore)
        assert raised.value.message == "str expected, not int"


class TestAliases:
    """What changes through something unknown is not known any more where it has another name."""

    def test_a_dict_asked_for_an_unknown_key(self) -> None:
        one, other = Seq("list", []), Seq("list", [])
        mapping = Mapping({"a": one, "b": other})
        found = library.getitem(mapping, Unknown("str"), nobody, ignore)
        library.method(Bound(found, "append"), [1], {}, nobody, ignore)
        assert one.open
        assert other.open
        assert library.getitem(library.getitem(mapping, "a"), 0) == UNKNOWN

    def test_a_default_dict_asked_for_an_unknown_key(self) -> None:
        mapping = Mapping({}, kind="defaultdict", factory=Builtin("list"))
        library.getitem(mapping, UNKNOWN, nobody, ignore)
        assert mapping.open

    def test_the_only_value_of_a_dict(self) -> None:
        one = Seq("list", [])
        assert library.getitem(Mapping({"a": one}), UNKNOWN, nobody, ignore) is one

    @pytest.mark.parametrize("name", ["get", "setdefault", "pop"])
    def test_methods_with_an_unknown_key(self, name: str) -> None:
        inner = Seq("list", [])
        mapping = Mapping({"a": Mapping({"b": inner}), "c": 1})
        library.method(Bound(mapping, name), [UNKNOWN, None], {}, nobody, ignore)
        assert inner.open

    def test_an_unknown_place(self) -> None:
        rows = [Seq("list", [0]), Seq("tuple", [Seq("list", [])])]
        library.getitem(Seq("list", rows), Unknown("int"), nobody, ignore)
        assert rows[0].open
        assert not rows[1].open
        assert rows[1].items[0].open

    def test_what_is_put_at_an_unknown_place(self) -> None:
        items, mapping = [Seq("list", []), Seq("list", [])], Mapping({})
        library.setitem(mapping, UNKNOWN, items[0], ignore)
        assert library.getitem(mapping, UNKNOWN, nobody, ignore) is items[0]
        library.setitem(mapping, UNKNOWN, items[1], ignore)
        assert all(item.open for item in items)
        item = Seq("list", [])
        library.method(Bound(Seq("list", [], True), "append"), [item], {}, nobody, ignore)
        assert item.open

    def test_an_order_that_is_not_known(self) -> None:
        rows = [Mapping({"a": 1}), Mapping({"a": 2})]
        library.call("sorted", [Seq("list", list(rows))], {"key": "f"}, nobody)
        assert all(row.open for row in rows)


CHANGING = {
    list: ["append", "extend", "insert", "pop", "remove", "clear", "reverse", "copy", "count", "index"],
    deque: ["append", "extend", "appendleft", "extendleft", "pop", "popleft", "rotate", "clear", "copy"],
    dict: ["get", "get", "setdefault", "pop", "popitem", "update", "clear", "copy", "keys", "values", "items"],
    set: ["add", "discard", "remove", "update", "union", "clear", "copy"],
}


class TestPrograms:
    @settings(max_examples=150, deadline=None)
    @given(st.data(), st.lists(CONTAINERS, min_size=2, max_size=3), st.integers(1, 8))
    def test_all_names_keep_to_what_is_said_of_them(self, data: st.DataObject, start: list[Any], count: int) -> None:
        pool = [(copy.deepcopy(each), hidden(data.draw, each)) for each in start]
        for _ in range(count):
            (one, first), (two, second) = (data.draw(st.sampled_from(pool)) for _ in range(2))
            step = data.draw(st.sampled_from(["method", "get", "set", "add", "in place", "list", "sorted"]))
            key = data.draw(KEYS)
            place = hidden(data.draw, key)
            try:
                real, rehearse = self.steps(data, step, one, first, two, second, key, place)
            except LookupError:
                continue
            error: Exception | None = None
            failure: Failure | None = None
            result: Any = None
            value: Value = None
            try:
                result = real()
            except Exception as raised:
                error = raised
            try:
                value = rehearse()
            except Failure as raised:
                failure = raised
            assert error is not None or failure is None, (step, first, second, failure)
            if error is not None:
                return
            if not type(result).__name__.startswith("dict_"):
                pool.append((result, value))
            for each, known in pool:
                assert len(repr(each)) > 1000 or "..." in repr(each) or may_be(known, each), (step, pool)

    def steps(
        self,
        data: st.DataObject,
        step: str,
        one: Any,
        first: Value,
        two: Any,
        second: Value,
        key: Any,
        place: Value,
    ) -> tuple[Callable[[], Any], Callable[[], Value]]:
        if step == "method":
            name = data.draw(st.sampled_from(CHANGING[type(one)]))
            args, values = [], []
            for _ in range(data.draw(st.integers(0, 2))):
                whole = data.draw(st.booleans())
                args.append(two if whole else key)
                values.append(second if whole else place)
            return (
                lambda: getattr(one, name)(*args),
                lambda: (
                    library.method(Bound(first, name), values, {}, nobody, ignore)
                    if isinstance(first, Seq | Mapping)
                    else UNKNOWN
                ),
            )
        if not isinstance(first, Seq | Mapping):
            raise LookupError
        if step == "get":
            return lambda: one[key], lambda: library.getitem(first, place, nobody, ignore)
        if step == "set":
            return lambda: operator.setitem(one, key, two), lambda: library.setitem(first, place, second, ignore)
        if step == "add":
            return lambda: one + two, lambda: library.binary("+", first, second)
        if step == "in place":
            return lambda: operator.iadd(one, two), lambda: library.in_place("+", first, second, ignore)
        return lambda: builtin(step)(one), lambda: library.call(step, [first], {}, nobody, ignore)


class Opaque:
    """A value that only the interpreter knows."""


STRANGE = st.recursive(
    st.one_of(
        SCALARS,
        st.sampled_from([UNKNOWN, Unknown("str"), Unknown("int"), Unknown("strange"), 10**40, Opaque()]),
        st.sampled_from([Array("float32", (1, 2)), Array(scalar=True), Builtin("int"), Library("numpy.float32")]),
        st.builds(Exc, st.sampled_from(["ValueError", "Mine"])),
    ),
    lambda inner: st.one_of(
        st.builds(
            Seq,
            st.sampled_from(["list", "tuple", "set", "deque", "generator", "map", "strange"]),
            st.lists(inner, max_size=2),
            st.booleans(),
            inner,
        ),
        st.builds(
            Mapping,
            st.dictionaries(KEYS, inner, max_size=2),
            st.booleans(),
            st.sampled_from(["dict", "defaultdict", "Counter", "environ"]),
            st.sampled_from([None, Builtin("list")]),
        ),
        st.builds(Slice, inner, inner, inner),
    ),
    max_leaves=4,
)
EVERY_NAME = sorted({name for names in METHODS.values() for name in names})


class TestAnything:
    """Nothing but a failure comes out, whatever goes in."""

    @MANY
    @given(STRANGE, STRANGE, st.sampled_from(sorted(BINARY)), st.sampled_from([*COMPARE, "is", "is not"]))
    def test_operators(self, first: Value, second: Value, binary: str, comparison: str) -> None:
        for step in (
            lambda: library.binary(binary, first, second),
            lambda: library.compare(comparison, first, second),
            lambda: library.unary("-", first),
            lambda: library.getitem(first, second, nobody, ignore),
            lambda: library.in_place(binary, first, second, ignore),
            lambda: library.setitem(first, second, first, ignore),
            lambda: library.delitem(first, second, ignore),
            lambda: library.length(first),
            lambda: library.iterate(first),
            lambda: [library.truth(first), library.hashable(first), library.element(first)],
        ):
            with contextlib.suppress(Failure):
                step()

    @MANY
    @given(STRANGE, st.lists(STRANGE, max_size=2), st.sampled_from(EVERY_NAME))
    def test_methods(self, owner: Value, args: list[Value], name: str) -> None:
        with contextlib.suppress(Failure):
            found = library.attribute(owner, name)
            if isinstance(found, Bound):
                library.method(found, args, {}, nobody, ignore)

    @MANY
    @given(
        st.lists(STRANGE, max_size=3),
        st.dictionaries(st.sampled_from(["key", "default"]), STRANGE, max_size=1),
        st.sampled_from(sorted([*library.BUILTINS, *modules.FUNCTIONS])),
    )
    def test_calls(self, args: list[Value], kwargs: dict[str, Value], name: str) -> None:
        with contextlib.suppress(Failure):
            library.call(name, args, kwargs, nobody)


class TestExceptions:
    def test_their_text(self) -> None:
        assert library.call("str", [Exc("ValueError", ["no"])], {}, nobody) == "no"
        assert library.call("str", [Exc("KeyError", ["no"])], {}, nobody) == "'no'"
        assert library.call("str", [Exc("Mine", ["no"], ("Mine", "ValueError"))], {}, nobody) == Unknown("str")

    def test_their_attributes(self) -> None:
        assert library.attribute(Exc("ValueError", ["no"]), "args").items == ["no"]
        assert library.attribute(Exc("Mine", [], ("Mine", "ValueError")), "message") == UNKNOWN
        with pytest.raises(Failure):
            library.attribute(Exc("ValueError", ["no"]), "message")


class TestBounds:
    @pytest.mark.parametrize(
        "source",
        ["10**100 ** 100", "'a' * 10**9", "1 << 10**9", "[0] * 10**9", "'%999999999d' % 1", "'{:999999999}'.format(1)"],
    )
    def test_no_operation_is_large(self, source: str) -> None:
        tree = ast.parse(source, mode="eval").body
        symbols = {ast.Pow: "**", ast.Mult: "*", ast.LShift: "<<", ast.Mod: "%"}

        def value(node: ast.expr) -> Value:
            if isinstance(node, ast.BinOp):
                return library.binary(symbols[type(node.op)], value(node.left), value(node.right))
            if isinstance(node, ast.Call):
                assert isinstance(node.func, ast.Attribute)
                bound = library.attribute(value(node.func.value), node.func.attr)
                return library.method(bound, [value(each) for each in node.args], {}, nobody, ignore)
            if isinstance(node, ast.List):
                return Seq("list", [value(each) for each in node.elts])
            assert isinstance(node, ast.Constant)
            return node.value

        found = value(tree)
        assert isinstance(found, Unknown) or found.open

    def test_no_call_is_large(self) -> None:
        assert library.call("range", [10**12], {}, nobody).open
        assert library.call("bytes", [10**12], {}, nobody) == Unknown("bytes")
        assert library.call("math.factorial", [10**9], {}, nobody) == UNKNOWN
        assert library.call("itertools.repeat", [1, 10**12], {}, nobody).open
        assert library.call("round", [1, -(10**9)], {}, nobody) == UNKNOWN
