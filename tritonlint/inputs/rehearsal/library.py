"""What Python's builtins and standard library do to the values of a rehearsal: attributes, methods and calls.

Everything here gives a value, or raises :class:`Failure` where Python from 3.8 to 3.13 certainly raises; what is not
known is UNKNOWN. The operators are those of :mod:`operations` and :mod:`subscripts`, offered here too.
"""

from __future__ import annotations

import builtins
import operator
from functools import cache

from tritonlint.inputs.rehearsal import foreign
from tritonlint.inputs.rehearsal.builtin import FILE, Call, call_builtin, file_member, text_of
from tritonlint.inputs.rehearsal.builtin import FUNCTIONS as BUILTINS
from tritonlint.inputs.rehearsal.containers import container_method
from tritonlint.inputs.rehearsal.members import missing_member
from tritonlint.inputs.rehearsal.modules import CONSTANTS, FUNCTIONS, constant
from tritonlint.inputs.rehearsal.operations import (
    binary,
    compare,
    contains,
    drain,
    equal,
    hashable,
    identical,
    in_place,
    iterate,
    length,
    truth,
    unary,
)
from tritonlint.inputs.rehearsal.reality import (
    REAL,
    SAMPLES,
    Caller,
    NotKnown,
    Touch,
    classes_of,
    element,
    forget,
    plain,
    sampled,
    shown,
    unlisted,
)
from tritonlint.inputs.rehearsal.scalars import class_method, format_value, scalar_method
from tritonlint.inputs.rehearsal.subscripts import delitem, getitem, setitem
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Bound,
    Builtin,
    Exc,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
)

_NEWER = frozenset({"is_integer", "bit_count", "as_integer_ratio", "removeprefix", "removesuffix", "isascii"})
"""Methods that some release of Python from 3.8 to 3.13 has on some type, whether or not the running one does."""
_OF_NUMBERS = {"real", "imag", "numerator", "denominator"}
_OF_TEXT_ELEMENTS = frozenset(
    {"astype", "data", "dtype", "flatten", "item", "nbytes", "ndim", "shape", "size", "tolist"}
)
"""What an element of an array of texts has, which is a text of Python, too."""
_CLASS_METHODS = {
    ("int", "from_bytes"),
    ("bytes", "fromhex"),
    ("float", "fromhex"),
    ("str", "maketrans"),
    ("bytes", "maketrans"),
}


@cache
def _getter(name: str) -> operator.attrgetter[object]:
    return operator.attrgetter(name)


@cache
def _has(name: str, attribute: str) -> bool:
    """Whether a type has an attribute in some release of Python."""
    if attribute.startswith("__") or name not in REAL:
        return True
    return hasattr(REAL[name], attribute) or (attribute in _NEWER and (name in SAMPLES))


def attribute(value: Value, name: str) -> Value:
    """``value.name`` of a value of Python's own types."""
    kind = value.__class__
    if kind is Exc:
        return _attribute_of_exception(value, name)
    if kind is Builtin:
        return _attribute_of_type(value, name)
    if kind is Library:
        if failure := missing_member(value.name, name):
            raise Failure(failure.type, failure.message)
        return constant(f"{value.name}.{name}")
    of = plain(value)
    if foreign.is_foreign(value):
        return Bound(value, name) if foreign.is_method(value.type, name) else foreign.attribute(value.type, name)
    if of is None and kind is Seq and value.kind == FILE and file_member(name) is not None:
        return file_member(name)
    if of is None:
        return Bound(value, name) if kind is Mapping or kind is Seq else UNKNOWN
    if not _has(of, name):
        if of == "str" and kind is Unknown and name in _OF_TEXT_ELEMENTS:
            return UNKNOWN
        raise Failure("AttributeError", f"'{shown(of)}' object has no attribute '{name}'")
    if of in foreign.SAMPLES:
        return Bound(value, name) if callable(getattr(REAL[of], name, None)) else sampled(_getter(name), [value])
    if name in _OF_NUMBERS:
        if kind is not Unknown:
            return getattr(value, name)
        return Unknown("int" if of == "bool" else of) if of in ("int", "bool", "float") else UNKNOWN
    if name.startswith("__") and name not in ("__getitem__", "__setitem__", "__delitem__", "__contains__", "__len__"):
        return UNKNOWN
    if of in ("range", "deque", "defaultdict") and name in ("start", "stop", "step", "maxlen", "default_factory"):
        return value.factory if name == "default_factory" else UNKNOWN
    if of == "generator" and name.startswith("gi_"):
        return UNKNOWN
    return Bound(value, name)


def _attribute_of_exception(value: Exc, name: str) -> Value:
    family = classes_of(value.type)
    own = [each for each in value.bases if not classes_of(each)]
    if not family or own:
        return UNKNOWN
    if name == "args":
        return Seq("tuple", list(value.arguments))
    if name.startswith("__") or name == "add_note":
        return UNKNOWN
    if not hasattr(getattr(builtins, value.type), name):
        of_json = value.type == "ValueError" and name in ("pos", "msg", "doc", "lineno", "colno")
        if of_json or family[0] in ("AttributeError", "NameError", "ImportError", "SyntaxError"):
            return UNKNOWN
        raise Failure("AttributeError", f"'{value.type}' object has no attribute '{name}'")
    return Bound(value, name) if name == "with_traceback" else UNKNOWN


def _attribute_of_type(value: Builtin, name: str) -> Value:
    if name == "__name__":
        return value.name
    kind = getattr(builtins, value.name, None)
    if not isinstance(kind, type) or value.name not in REAL or name.startswith("__"):
        return UNKNOWN
    if not _has(value.name, name):
        if hasattr(type, name):
            return UNKNOWN
        raise Failure("AttributeError", f"type object '{value.name}' has no attribute '{name}'")
    return Bound(value, name)


def method(bound: Bound, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch) -> Value:
    """What a method gives, and does to its owner; ``touch`` is told of a container before it changes."""
    owner, name = bound.owner, bound.name
    kind = owner.__class__
    try:
        if kind is Seq or kind is Mapping:
            if name == "__setitem__" and len(args) == 2:
                return setitem(owner, args[0], args[1], touch)
            if name in ("__len__", "__contains__"):
                return UNKNOWN
            if kind is Mapping and name == "fromkeys":
                return _from_keys(args, touch)
            return container_method(owner, name, args, kwargs, caller, touch)
        if kind is Builtin:
            return _method_of_type(owner.name, name, args, kwargs, caller, touch)
        if foreign.is_foreign(owner):
            if owner.type == "hashlib.hash" and name == "update":
                call("hashlib.sha256", args, kwargs, caller, touch)  # It takes what that takes.
            return UNKNOWN if "fallback" in kwargs else foreign.result(owner.type, name)
        if plain(owner) in SAMPLES:
            return scalar_method(owner, name, args, kwargs, touch)
    except (NotKnown, OverflowError):
        if kind is Seq or kind is Mapping:
            touch(owner)
            forget(owner)
    return owner if kind is Exc and name == "with_traceback" else UNKNOWN


def _method_of_type(
    kind: str, name: str, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch
) -> Value:
    if kind in ("dict", "OrderedDict") and name == "fromkeys":
        return _from_keys(args, touch)
    if (kind, name) in _CLASS_METHODS:
        return class_method(kind, name, args, kwargs)
    if args and plain(args[0]) == kind:
        return method(Bound(args[0], name), args[1:], kwargs, caller, touch)
    if args and plain(args[0]) in SAMPLES and kind in SAMPLES and (plain(args[0]), kind) != ("bool", "int"):
        words = f"descriptor '{name}' for '{kind}' objects doesn't apply to a '{plain(args[0])}' object"
        raise Failure("TypeError", words)
    return UNKNOWN


def _from_keys(args: list[Value], touch: Touch) -> Value:
    made = Mapping({})
    if not args:
        return UNKNOWN
    items, complete = drain(args[0], touch)
    value = args[1] if len(args) > 1 else None
    for item in items:
        setitem(made, item, value, lambda _: None)
    made.open = made.open or not complete
    return made


def call(name: str, args: list[Value], kwargs: dict[str, Value], caller: Caller, touch: Touch | None = None) -> Value:
    """What a function of Python's gives: a built-in one by its name, one of a module by its dotted name.

    ``touch`` is told of an iterator or a list before it changes; without it no iterator is read.
    """
    try:
        if name in BUILTINS:
            return call_builtin(name, Call(args, kwargs, caller, touch))
        handler = FUNCTIONS.get(name)
        if handler is not None:
            return handler(Call(args, kwargs, caller, touch))
        first, _, rest = name.partition(".")
        if first in REAL and rest and "." not in rest:
            return _method_of_type(first, rest, args, kwargs, caller, touch or (lambda _: None))
    except (NotKnown, IndexError, OverflowError):
        pass
    return UNKNOWN


__all__ = [
    "BUILTINS",
    "CONSTANTS",
    "attribute",
    "binary",
    "call",
    "compare",
    "constant",
    "contains",
    "delitem",
    "drain",
    "element",
    "equal",
    "format_value",
    "getitem",
    "hashable",
    "identical",
    "in_place",
    "iterate",
    "length",
    "method",
    "setitem",
    "text_of",
    "truth",
    "unary",
    "unlisted",
]
