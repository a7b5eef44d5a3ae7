"""Calls of Python's own functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal import arrays, library
from tritonlint.inputs.rehearsal.concurrency import Concurrency
from tritonlint.inputs.rehearsal.habits import (
    says_no,
    with_origin,
)
from tritonlint.inputs.rehearsal.objects import (
    BoundFunc,
    Cls,
    ConfigText,
    Coroutine,
    Func,
    Module,
    Obj,
    Super,
    as_tuple,
)
from tritonlint.inputs.rehearsal.outcome import EXCEPTIONS, GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.protocols import (
    BACKEND_OBJECTS,
    Count,
    as_text,
    is_function,
    is_plain,
)
from tritonlint.inputs.rehearsal.quantities import refuse_no_number
from tritonlint.inputs.rehearsal.trail import PLAIN_TYPES, join_all
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    DType,
    Exc,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
    is_number,
    some_number,
    there,
    type_name,
)
from tritonlint.source import Span

_OVER_OBJECTS = frozenset(
    {"len", "iter", "next", "list", "tuple", "set", "enumerate", "sorted", "reversed", "sum", "zip", "min", "max"}
)
_REFUSE_NONE = frozenset(
    {"len", "int", "float", "complex", "list", "tuple", "set", "frozenset", "sorted", "sum", "enumerate", "reversed"}
    | {"abs", "range", "any", "all", "max", "min", "ord", "chr", "zip", "map", "dict", "pow", "divmod"}
)
"""Functions that raise wherever they are given None."""
_OWN_TYPES = {"float64": "float", "complex128": "complex"} | dict.fromkeys(
    ["bool", "float16", "float32", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))], ""
)
"""Python's own types that scalars of NumPy inherit from."""
_SCALAR_CLASSES = {
    "numpy.generic": (),
    "numpy.number": ("int", "uint", "float", "complex"),
    "numpy.integer": ("int", "uint"),
    "numpy.signedinteger": ("int",),
    "numpy.unsignedinteger": ("uint",),
    "numpy.inexact": ("float", "complex"),
    "numpy.floating": ("float",),
    "numpy.complexfloating": ("complex",),
}
"""Classes of NumPy's scalars, and how the names of their data types begin."""
_NEED_RESULTS = frozenset({"float", "int", "abs", "round", "len", "complex"})
"""Functions of Python that take no coroutine."""
_EAGER = frozenset({"list", "tuple", "set", "frozenset", "sorted", "sum", "dict", "max", "min"})


class BuiltinCalls(Concurrency):
    """Calls of what is in ``builtins``."""

    def __init__(self, python: PythonFacts, has_member: Callable[[Value, str], bool]) -> None:
        super().__init__(python, has_member)
        self._handed: list[tuple[list[Value], Span]] = []
        """The arguments of the calls that are being played, and where those calls stand."""
        self.sizes: dict[int, Value] = {}
        """Lists of one number for each request, by identity."""
        self.cut_off: dict[str, Span] = {}
        """Texts that a ``zip`` left over, because something else ended before them, and where."""
        self.lists_in_texts: set[str] = set()
        """Texts of the config that hold several words."""

    def on_each(self, function: Value, items: list[Value], span: Span) -> Value:
        """Call a function on something of which there may be any number; what it gives."""
        found: list[Value] = []

        def once() -> None:
            found.append(self.call(function, items, {}, span))

        self.fork((once, lambda: None))
        return join_all(found) if found else UNKNOWN

    def look_at_letters(self, value: Value, span: Span) -> None:
        """Note that a list of words is taken apart letter by letter, where the text was handed over."""
        if not isinstance(value, str) or value not in self.lists_in_texts:
            return
        for given, place in reversed(self._handed):
            if not any(argument is value for argument in given):
                break
            span = place
        self.note("letters", span)

    def _is_one_for_each(self, value: Value) -> bool:
        """Whether a list holds an array of every request, with as many rows as that brings."""
        if value.__class__ is not Seq or value.kind != "list" or value.open or not value.items:
            return False
        if len(value.items) != len(self.requests) or len(self.requests) < 2:
            return False
        rows = all(item.__class__ is Array and (item.shape or (0,))[0] is None for item in value.items)
        return rows and self.origins.of_several(value.items)

    def with_sizes(self, made: Seq, source: Seq) -> Seq:
        """A list of numbers; whether they are made of one request each is kept in mind."""
        if source is self.handed or self._is_one_for_each(source):
            self.sizes[id(made)] = made
        return made

    def _look_at_ends(self, lists: list[Value], span: Span) -> None:
        """Keep in mind which names of several lists that end together come to nothing."""
        if any(one.__class__ is not Seq or one.open for one in lists):
            return
        shortest = min(len(one.items) for one in lists)
        for one in lists:
            for item in one.items[shortest:] if shortest else ():
                name = item.items.get("name") if isinstance(item, Mapping) else item
                if isinstance(name, str):
                    self.cut_off[name] = span

    def _are_sizes(self, value: Value) -> bool:
        """Whether a list, as a comprehension made it, holds a number of each request."""
        known: Value = self.sizes.get(id(value))
        if known is not value or not isinstance(known, Seq):
            return False
        return len(known.items) == len(self.requests) > 1 and not known.open

    def refuse_json_text(self, value: Value, span: Span) -> None:
        """Raise what Python raises for JSON text that is taken for a dict: it is never empty."""
        if value.__class__ is ConfigText:
            text = "dictionary update sequence element #0 has length 1; 2 is required"
            raise self.fail("ValueError", text, span)

    def may_fail(self, message: str | None, span: Span) -> None:
        """Tell of a ValueError that some requests bring about, unless a handler is there for it."""
        if message is None:
            return
        error = self.fail("ValueError", message, span)
        if not self.is_caught(error):
            self.maybe += 1
            self.record(error)
            self.maybe -= 1

    def call_plain(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call something of Python that takes and gives plain values."""
        given = [as_text(a) for a in args]
        found = self.guard(lambda: library.call(name, given, kwargs, self.caller(span), self.touch), span)
        return with_origin(found, "text") if name in {"re.findall", "re.split"} else found

    def call_builtin(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call a function of Python by its name."""
        if name in EXCEPTIONS:
            return Exc(name, args, EXCEPTIONS[name])
        if name in _REFUSE_NONE:
            args = [there(one) for one in args]
        if name == "super":
            owner = self.activation.owner
            if len(args) == 2 and isinstance(args[0], Cls):
                return Super(args[0], args[1])
            if owner is None or args:
                return UNKNOWN
            return Super(owner, self.activation.self_value)
        if name in {"exit", "quit"}:
            raise RaisedError(Exc("SystemExit", [], ("SystemExit", "BaseException")), span, self.statement, True)
        if name in {"getattr", "hasattr", "setattr", "delattr", "vars"} and args:
            return self._reflect(name, args, span)
        if name == "isinstance" and len(args) == 2:
            return self._is_instance(args[0], args[1], span)
        if name == "zip" and len(args) > 1 and not kwargs:
            self._look_at_ends(args, span)
        if args and args[0].__class__ is Coroutine and name in _NEED_RESULTS:
            raise self.misused(args[0], f"{name}() takes no '{type_name(args[0])}'", span)
        if name == "enumerate":
            self.guard(lambda: refuse_no_number(name, args, kwargs), span)
        if name == "bool" and args and says_no(args[0]):
            self.note("text-as-flag", span)
        if name in {"enumerate", "list", "set", "tuple", "sorted"} and args:
            self.look_at_letters(args[0], span)
        if name in _EAGER and len(args) == 1 and _is_pending(args[0]):
            # It gives itself, and when asked for more it says so.
            raise self.misused(args[0], "await wasn't used with future", span, type="RuntimeError")
        if name in _EAGER and args:
            self.use_up(args[0], span)
        if name in {"max", "min"} and len(args) == 1 and self.origins.nothing_left(name, args, kwargs) is not None:
            self.may_fail(f"{name}() arg is an empty sequence", span)
        elif name in {"len", "any", "all", "sum", "bool"} and args:
            self.origins.counts(args[0])
            # Of an array of several dimensions their number may be what is asked for.
            if name == "len" and self.origins.is_places(args[0]) and _is_of_one_dimension(args[0]):
                self.note("places", span)
        if name == "len" and len(args) == 1 and self.batched:
            self.look_for_rows(args[0], span.start or 0)
        if name in _OVER_OBJECTS:
            found = self._over_objects(name, args, kwargs, span)
            if found is not None:
                return found[0]
        if name in {"eval", "exec", "globals", "locals", "compile", "__import__"}:
            raise GaveUpError
        if name == "len" and len(args) == 1 and args[0] is self.handed:
            length = len(self.requests)
            return Count(length) if length > 1 else length
        if name == "len" and len(args) == 1 and (self._is_one_for_each(args[0]) or self._are_sizes(args[0])):
            return Count(len(self.requests))
        if name == "len" and len(args) == 1 and is_function(args[0]):
            raise self.fail("TypeError", f"object of type '{type_name(args[0])}' has no len()", span)
        if name == "range":
            for one in args:
                if isinstance(one, Array) and (one.shape or (one.dtype or "").startswith("float")):
                    text = "only integer scalar arrays can be converted to a scalar index"
                    if one.scalar:
                        text = f"'{type_name(one)}' object cannot be interpreted as an integer"
                    raise self.fail("TypeError", text, span)
            args = [int(a) if isinstance(a, Count) else a for a in args]
        if name == "dict" and args:
            self.refuse_json_text(args[0], span)
        if name == "map" and len(args) == 2 and isinstance(args[0], Func | BoundFunc | Builtin | Bound):
            items: list[Value] = []
            whole = isinstance(args[1], Seq) and (bool(args[1].items) or not args[1].open)
            if isinstance(args[1], Array):
                items, whole = self.iterate(args[1], span)
            # An iterator that is asked for its items has none left.
            if not whole and not items and isinstance(args[1], Array | Seq):
                self.use_up(args[1], span)
                return Seq("map", [], True, self.on_each(args[0], [self.element(args[1])], span))
        if name == "map" and args and isinstance(args[0], Bound) and args[0].owner.__class__ in BACKEND_OBJECTS:
            self.havoc_value(args[0].owner)  # What goes over it later calls it.
        given = [as_text(a) for a in args]
        if name == "str" and len(given) == 1 and not kwargs:
            call = self.python.text[span.start : span.end]
            if type_name(given[0]) == "bytes" or (_holds_bytes(given[0]) and _is_asked(self.python.text, call)):
                self.note("bytes-in-text", span)
        if name in {"str", "repr"}:
            self.look_for_methods(given)
        if name in {"int", "float", "bool", "str", "abs", "round", "repr", "bytes"} and given:
            if isinstance(given[0], Array):
                if name == "round" and given[0].scalar:
                    return replace(given[0]) if len(given) > 1 else some_number()
                return self._convert(name, given[0], span)
            if given[0].__class__ in BACKEND_OBJECTS or isinstance(given[0], (Obj, Func, BoundFunc)):
                if name in {"int", "float", "abs", "round"} and given[0].__class__ in BACKEND_OBJECTS:
                    text = f"{name}() argument must be a string or a real number, not '{given[0].python_type}'"
                    raise self.fail("TypeError", text, span)
                return Unknown(name if name in {"int", "float", "bool", "str", "bytes"} else "str")
        made = self.guard(lambda: library.call(name, given, kwargs, self.caller(span), self.touch), span)
        if name == "range" and len(args) == 1:
            self.origins.turns(args[0], made)
        if name in {"max", "min"} and len(args) > 1:
            self.origins.bounded(args, made)
        return self.origins.largest(args[0], made) if name in {"max", "min"} and len(args) == 1 else made

    def _convert(self, name: str, array: Array, span: Span) -> Value:
        if name in {"int", "float"}:
            made = Unknown(name)
            self.origins.converted(array, made)
            sizes = None if array.shape is None else list(array.shape)
            if sizes is not None and any(d is not None and d > 1 for d in sizes):
                raise self.fail("TypeError", "only length-1 arrays can be converted to Python scalars", span)
            return made
        if name == "bool":
            held = self.truth(array, span)
            return Unknown("bool") if held is None else held
        if name in {"str", "repr"}:
            return Unknown("str")
        if name == "bytes":
            return Unknown("bytes")
        if name == "abs":
            return self.guard(lambda: arrays.unary("+", array), span)
        return UNKNOWN

    def _over_objects(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> tuple[Value] | None:
        """Builtins over arrays and objects of the file, which the library does not know; None for anything else."""
        own = [a for a in args if a.__class__ in BACKEND_OBJECTS or isinstance(a, (Array, Obj))]
        if not own or (name == "iter" and len(args) > 1):
            return (UNKNOWN,) if own else None
        first = args[0]
        if name == "len":
            if isinstance(first, Array):
                length = self.guard(lambda: arrays.length(first), span)
                return (self.origins.length(first, 0, Unknown("int")) if length is None else length,)
            if as_tuple(first) is not first:
                return (len(as_tuple(first).items),)
            if isinstance(first, Obj):
                method = self.class_attribute(first.cls, "__len__")
                if isinstance(method, Func):
                    return (self.call_function(method, [first], {}, span),)
                if first.cls.known and method is None and not first.open:
                    raise self.fail("TypeError", f"object of type '{first.cls.name}' has no len()", span)
                return (Unknown("int"),)
            raise self.fail("TypeError", f"object of type '{type_name(first)}' has no len()", span)
        if name in {"min", "max"}:
            if len(args) > 1 and all(map(is_number, args)) and not kwargs:
                return (join_all(args),)
            # Of more dimensions the rows are compared, which are no numbers.
            one = self.element(first) if len(args) == 1 and not kwargs else UNKNOWN
            return (one if is_number(one) else UNKNOWN,)
        if name == "sum" and len(args) == 1 and not kwargs:
            return (some_number() if is_number(self.element(first)) else UNKNOWN,)
        if name in {"list", "tuple", "set", "sorted", "reversed", "iter"}:
            items, whole = self.iterate(first, span)
            kind = {"sorted": "list", "reversed": "generator", "iter": "generator"}.get(name, name)
            if name in {"set", "sorted"} or not whole:
                return (Seq(kind, [], True, self.element(first)),)
            return (Seq(kind, items),)
        if name in {"enumerate", "zip"} and kwargs.keys() <= {"start" if name == "enumerate" else "strict"}:
            start = args[1] if len(args) > 1 else kwargs.get("start", 0)
            lists = [self.iterate(a, span) for a in args[: 1 if name == "enumerate" else None]]
            if any(not whole for _, whole in lists):
                elements = [self.element(a) for a in args]
                counter = Unknown("int")
                if name == "enumerate" and start == 0 and isinstance(first, Array):
                    self.origins.counter(counter, first)
                pair = Seq("tuple", [counter, elements[0]] if name == "enumerate" else elements)
                # What all turns have in common is kept, how many there are is not.
                return (Seq("generator", [], True, pair),)
            if name == "enumerate":
                known = isinstance(start, int)
                rows = [Seq("tuple", [start + i if known else Unknown("int"), v]) for i, v in enumerate(lists[0][0])]
                return (Seq("generator", rows),)
            return (Seq("generator", [Seq("tuple", list(row)) for row in zip(*(i for i, _ in lists), strict=False)]),)
        return (UNKNOWN,)

    def _reflect(self, name: str, args: list[Value], span: Span) -> Value:
        owner = args[0]
        attribute = args[1] if len(args) > 1 else None
        if name == "vars" or not isinstance(attribute, str):
            if isinstance(owner, Module) and name not in {"getattr", "hasattr"}:
                owner.forget()
            elif isinstance(owner, Obj) and name == "getattr":
                self.may_be_called(owner)
            elif isinstance(owner, Obj) and name != "hasattr":
                owner.open = True
            return UNKNOWN
        if name == "setattr" and len(args) == 3:
            self.set_attribute(owner, attribute, args[2], span)
            return None
        if name == "delattr":
            self.havoc_value(owner)
            return None
        try:
            found = self.attribute(owner, attribute, span)
        except RaisedError as error:
            if isinstance(error.exc, Exc) and error.exc.type == "AttributeError":
                if name == "hasattr":
                    return False
                if len(args) == 3:
                    return args[2]
            raise
        if name == "getattr":
            return found
        known = isinstance(owner, Obj) and not owner.open and owner.attrs.get(attribute, UNKNOWN) is not UNKNOWN
        return True if known else Unknown("bool")

    def _is_instance(self, value: Value, cls: Value, span: Span) -> Value:
        options = cls.items if isinstance(cls, Seq) else [cls]
        if isinstance(value, Perhaps) and not any(one == Library("types.NoneType") for one in options):
            held = self._is_instance(value.value, cls, span)
            return False if held is False else Unknown("bool")
        value = as_text(value)
        answers: list[bool | None] = []
        for one in options:
            if isinstance(value, Obj) and isinstance(one, Cls) and value.cls.known:
                # A protocol takes whatever has its methods, an abstract class what is registered with it.
                own = one.known and not any("register" in python.identifiers for python in self.played)
                answers.append(True if one in value.cls.lineage else False if own else None)
            elif isinstance(one, Builtin) and is_plain(value):
                given = self.call_plain("isinstance", [value, one], {}, span)
                answers.append(given if isinstance(given, bool) else None)
            elif isinstance(one, Builtin) and one.name in PLAIN_TYPES:
                own = value.__class__ in BACKEND_OBJECTS or (isinstance(value, Obj) and value.cls.known)
                if as_tuple(value) is not value:
                    answers.append(one.name == "tuple")
                    continue
                plain = own or (isinstance(value, Array) and not value.scalar)
                if isinstance(value, Array) and value.scalar and value.dtype in _OWN_TYPES:
                    answers.append(one.name == _OWN_TYPES[value.dtype])
                else:
                    answers.append(False if plain else None)
            elif isinstance(one, (Library, DType)):
                answers.append(_is_of_numpy(value, one))
            else:
                answers.append(None)
        if any(answer is True for answer in answers):
            return True
        return Unknown("bool") if any(answer is None for answer in answers) or not answers else False


def _is_of_numpy(value: Value, cls: Library | DType) -> bool | None:
    """Whether a value is of a class of NumPy, such as ``np.ndarray``, ``np.integer``, ``np.float32``."""
    name = f"numpy.{cls.name}" if isinstance(cls, DType) else cls.name
    if name != "numpy.ndarray" and name not in _SCALAR_CLASSES and not isinstance(cls, DType):
        return None
    if not isinstance(value, Array):
        own = value is None or type_name(value) in PLAIN_TYPES or value.__class__ in BACKEND_OBJECTS
        return False if own else None
    if name == "numpy.ndarray" or not value.scalar:
        return (name == "numpy.ndarray") is not value.scalar
    if name == "numpy.generic":
        return True if value.dtype not in {None, "object"} else None
    if value.dtype is None or cls.name is None or value.dtype in {"object", "str", "bytes"}:
        return None
    kinds = _SCALAR_CLASSES.get(name, (cls.name,))
    return value.dtype.startswith(kinds) if name in _SCALAR_CLASSES else value.dtype == cls.name


def _is_pending(value: Value) -> bool:
    """Whether a value is a future that nobody waited for, of something that takes a while."""
    if value.__class__ is not Coroutine or not value.python_type.startswith("_asyncio.") or "value" in value.state:
        return False
    # Nothing that is gathered is done at once.
    return value.value.__class__ is Seq and bool(value.value.items)


def _is_of_one_dimension(places: Value) -> bool:
    """Whether a tuple of places is surely about one dimension."""
    return places.__class__ is Seq and not places.open and len(places.items) == 1


def _holds_bytes(value: Value) -> bool:
    """Whether a value is an array with bytes in it, which are shown as such where it is made a text."""
    return isinstance(value, Array) and value.of == "bytes" and bool(value.shape) and not value.scalar


def _is_asked(text: str, call: str) -> bool:
    """Whether a file takes what ``str(…)`` is given for bytes or a text: elsewhere an array may be shown on purpose."""
    given = call.removeprefix("str(").removesuffix(")").strip()
    return re.search(rf"isinstance\(\s*{re.escape(given)}\s*,[^)]*\bbytes\b", text) is not None
