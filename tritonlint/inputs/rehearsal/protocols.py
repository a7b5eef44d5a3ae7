"""What Python's protocols do to values: attributes, items, operators, truth, iteration."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable
from typing import Any

from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_tree import Assign, Name
from tritonlint.inputs.rehearsal import arrays, habits, library, patterns
from tritonlint.inputs.rehearsal.attributes import attributes_only_read, attributes_set, declared_global, is_fixed
from tritonlint.inputs.rehearsal.buffers import READ_ONLY, Buffers, anew
from tritonlint.inputs.rehearsal.dtypes import kind_of
from tritonlint.inputs.rehearsal.elements import MANY
from tritonlint.inputs.rehearsal.habits import is_used_up_by
from tritonlint.inputs.rehearsal.objects import (
    JSON,
    Absent,
    Answer,
    Answers,
    Around,
    BoundFunc,
    Call,
    Cls,
    ConfigText,
    Coroutine,
    Error,
    Field,
    Func,
    Json,
    Lock,
    Match,
    Metric,
    MetricFamily,
    ModelConfig,
    Module,
    Obj,
    Pattern,
    PbTensor,
    Request,
    Response,
    Runner,
    Scope,
    Sender,
    Super,
    Thread,
    as_tuple,
)
from tritonlint.inputs.rehearsal.origins import Origins
from tritonlint.inputs.rehearsal.outcome import RaisedError
from tritonlint.inputs.rehearsal.reality import forget, value_of
from tritonlint.inputs.rehearsal.subscripts import is_stranger
from tritonlint.inputs.rehearsal.trail import PLAIN_TYPES, join_all
from tritonlint.inputs.rehearsal.values import (
    EXCEPTION,
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    Choice,
    DType,
    Exc,
    Failure,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Shape,
    Unknown,
    Value,
    choice_of,
    there,
    type_name,
)
from tritonlint.inputs.rehearsal.ways import Ways
from tritonlint.source import Span

_SEARCHES = frozenset({"search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"})
_OF_RESULTS = frozenset(
    {"shape", "astype", "reshape", "tolist", "ndim", "dtype", "ravel", "flatten", "decode", "split", "strip", "items"}
    | {"sum", "mean", "max", "min", "argmax", "squeeze", "T", "as_numpy", "has_error"}
)
"""What is asked of the result of a call, and no method has."""
MAX_TURNS = 64
"""Turns of a loop that are played one by one."""
OF_BACKEND = f"{PB_MODULE}."
"""How the full names of all in triton_python_backend_utils begin."""
BUILTINS = frozenset(dir(builtins))
_HOLDERS = frozenset({"list", "tuple", "dict", "set", "defaultdict", "OrderedDict", "Counter"})


METHODS_OF = frozenset({"str", "bytes", "int", "float"})
"""Types whose methods change nothing, and may be called with their owner as the first argument."""
_FLAT = re.compile(r"\.(ravel|flatten)\(\)\[0\]$|\.reshape\(-1\)\[0\]$")
"""The first element of what has rows."""
_DEEPEST = 3
"""So many objects within each other are looked at when something unknown got hold of the first one."""
_ASKED_ONCE = frozenset({"map", "filter", "zip"})


class Count(int):
    """A number of requests that a batcher may choose: good for counting along, unknown to every condition."""

    __slots__ = ()


# Values are asked for their class at every step: a set of classes answers faster than ``isinstance``.
BACKEND_OBJECTS: frozenset[type[Any]] = frozenset(
    {Response, Request, PbTensor, Error, Sender, Call, Answer, Answers, MetricFamily, Metric, ModelConfig}
)
RUNNING: frozenset[type[Any]] = frozenset({Coroutine, Thread, Runner})
SCALARS: frozenset[type[Any]] = frozenset({bool, int, float, complex, str, bytes, type(None), Count})
_IN_JSON: frozenset[type[Any]] = frozenset({type(None), bool, int, float, str, Json})
PLAIN: frozenset[type[Any]] = SCALARS | {Seq, Mapping, Unknown, Exc}
"""The classes of values that the library takes."""
_OBJECTS_OF_FILE: frozenset[type[Any]] = frozenset({Obj, Cls})
_OF_NUMPY: frozenset[type[Any]] = frozenset({Array, DType})
OPERANDS: frozenset[type[Any]] = SCALARS | BACKEND_OBJECTS | {Seq, Mapping, Array}
"""The classes of values that no operator takes together with a function or an object of the backend."""
_ALWAYS_TRUE: frozenset[type[Any]] = BACKEND_OBJECTS | {Func, BoundFunc, Cls, Coroutine, Exc, Bound, ConfigText, Match}
_NO_ITEMS: frozenset[type[Any]] = BACKEND_OBJECTS | {Func, BoundFunc, Coroutine}
_NOT_ITERABLE: frozenset[type[Any]] = _NO_ITEMS | {Bound}
ASKS = frozenset({"has_error", "error"})
"""What tells whether another model's answer is an error."""
_GIVES_MESSAGE = re.compile(r"(?<!self)\.message\s*=[^=]|setattr\(|type\(\w+\) (?:is|in|==)")
"""What gives exceptions an attribute that they do not have by themselves."""
_FORGETTABLE: frozenset[type[Any]] = frozenset(
    {Seq, Mapping, Obj, Coroutine, Thread, Around, Bound, BoundFunc, Lock, Sender, Request, Func}
    | {Module, ModelConfig, Answer, Answers}
)
"""The classes of values that hold what others may change."""


def _stays_squeezed(array: Value, other: Value) -> bool:
    """Whether an operation with another value does not give a squeezed array its dimension back."""
    if array.__class__ is not Array or not array.squeezed or array.shape is None:
        return False
    if other.__class__ is not Array:
        return other.__class__ in (int, float)
    return other.squeezed or (other.shape is not None and len(other.shape) < len(array.shape))


class Protocols(Ways):
    """Operations on values; ``has_member`` says which members the backend's objects have."""

    def __init__(self, python: PythonFacts, has_member: Callable[[Value, str], bool]) -> None:
        super().__init__(python)
        self.has_member = has_member
        self.handed = Seq("list", [])
        """The list in which a call of ``execute`` gets its requests."""
        self.buffers = Buffers()
        self.unknown_sends = False
        """Whether something unknown, which may be the sender of a request, was sent through."""
        self.sends_taken = False
        """Whether `send` of a sender was taken as a value: something unknown that is called may be it."""
        self.batches: dict[int, Array] = {}
        """Arrays that hold the rows of all requests, by identity."""
        self.origins = Origins(self.note)
        self.many_rows = False
        """Whether a request may bring several rows, which are the first dimension of its inputs."""
        self.dicts: dict[int, tuple[Obj, Value]] = {}
        """What is in objects of a class of the file that is a dict, by identity."""
        self.rows: dict[Span, set[int]] = {}
        """The rows of such arrays that an expression gave."""
        self.batched = False
        """Whether the first dimension of each input is that of the batch."""
        self.is_batch: Callable[[Array], bool] = lambda _: False
        """Whether the first dimension of an array can only be that of the batch."""
        self.squeezes: dict[Span, None] = {}
        """Where ``squeeze()`` takes whatever dimension has the length 1."""
        self.given: dict[int, Array] = {}
        """The arrays of the requests, by identity."""
        self.first_rows: dict[Span, None] = {}
        """Where the first row of a request with several is taken."""
        self.sizes_asked: dict[tuple[str, int], bool] = {}
        """Where, in which file, the size of something is asked for, and whether that may be the rows of a request."""
        self.turned: dict[int, Value] = {}
        """Arrays whose axes stand in another order than those of the array that they were made of."""
        self.lost: dict[int, tuple[Value, Shape, Span]] = {}
        """Arrays from which a function took an axis behind the first, by identity: the shape before, and where."""
        self.json_filled = False
        """Whether something else than JSON was put into what JSON stands for."""
        self._attributes: tuple[frozenset[str] | None, frozenset[str]] | None = None
        """The attributes that any file sets, and those of which all only ask items."""
        self.cached: dict[Any, Value] = {}
        """What functions gave that ``functools.lru_cache`` keeps the results of, by function and arguments."""
        self.asks: set[Span] = set()
        """Where another model's answer is asked for its error."""
        self.asks_unknown: set[Span] = set()
        """Where something unknown is asked, which may be such an answer."""
        self.spent: dict[int, Value] = {}
        """Iterators that have nothing left, by identity."""

    def call(self, function: Value, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call any value."""
        raise NotImplementedError

    def call_function(self, func: Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play a function of the file."""
        raise NotImplementedError

    def runner_attribute(self, owner: Value, name: str, span: Span) -> Value:
        """An attribute of something that runs functions, or is run."""
        raise NotImplementedError

    def misused(self, value: Value, message: str, span: Span, type: str = "TypeError") -> RaisedError:
        """An exception about a value that is of another kind than where it is used."""
        error = self.fail(type, message, span)
        error.cause = value.span if isinstance(value, Coroutine) else None
        return error

    def guard(self, action: Callable[[], Value], span: Span) -> Value:
        """What an operation gives; what Python raises in it is raised in the model."""
        try:
            return action()
        except Failure as failure:
            raise self.fail(failure.type, failure.message, span) from None

    def attribute(self, owner: Value, name: str, span: Span) -> Value:
        """``owner.name``."""
        kind = owner.__class__
        if kind is Obj:
            return self._object_attribute(owner, name, span)
        if kind is Module:
            if name == "__dict__":
                owner.forget()
            return owner.scope.vars.get(name, UNKNOWN) if not owner.open else UNKNOWN
        if kind is Library:
            module = owner.name
            if module == PB_MODULE and self.phase == "import" and name in pb_api().injected:
                raise self.fail("AttributeError", f"module '{PB_MODULE}' has no attribute '{name}'", span)
            if module == PB_MODULE or module.startswith((OF_BACKEND, "numpy")):
                return self.constant(f"{module}.{name}")
            return self.guard(lambda: library.attribute(owner, name), span)
        if kind in BACKEND_OBJECTS:
            if not self.has_member(owner, name):
                raise self.fail("AttributeError", f"'{owner.python_type}' object has no attribute '{name}'", span)
            if kind is Answer and name in ASKS:
                owner.asked = True
                self.asks.add(span)
            return Bound(owner, name, span)
        if kind is Unknown:
            if owner.type is None:
                if name in ASKS:
                    self.asks_unknown.add(span)
                return Unknown("str") if name in {"__name__", "__qualname__"} else UNKNOWN
            if owner.type == EXCEPTION[1] and name == "message" and not self.matches(_GIVES_MESSAGE):
                # That was Python 2.
                raise self.fail("AttributeError", "no exception of Python's own has an attribute 'message'", span)
        if kind is Perhaps:
            return self.attribute(owner.value, name, span)  # Another rule tells of missing tests.
        if kind is Array:
            asked = self.guard(lambda: arrays.attribute(owner, name), span)
            if name == "T":
                self.turned[id(asked)] = asked
            if name in {"shape", "size"}:
                self.origins.counts(owner)
            if self.batched and name in {"shape", "size", "ndim"}:
                self.look_for_rows(owner, (span.end or 0) - len(name) - 1, how_many=name != "ndim")
            return self.origins.shape(owner, asked) if name == "shape" else asked
        if kind is DType:
            return self.guard(lambda: arrays.dtype_attribute(owner, name), span)
        if kind is Cls and owner.named_tuple and name in (owner.fields or ()):
            return UNKNOWN  # No default, but what takes the field out of an object.
        if kind is Cls:
            found = self.class_attribute(owner, name)
            if found is not None:
                if owner.enumerates and isinstance(found, Obj):
                    return found
                if not owner.known and not isinstance(found, Func):
                    return UNKNOWN
                return self._descended(found, None, owner, span)
            if name in owner.vars or any(name in cls.vars for cls in owner.lineage):
                return None
            if name == "__dataclass_fields__" and owner.known and owner.fields and not owner.named_tuple:
                return Mapping({field.name: field for field in self.fields_of(owner)})
            of_types = name.startswith("__") or name in {"mro", "register"}  # The latter is of abstract classes.
            if owner.known and not owner.exception and not of_types:
                raise self.fail("AttributeError", f"type object '{owner.name}' has no attribute '{name}'", span)
            return UNKNOWN
        if kind is Absent:
            text = f"'NoneType' object has no attribute '{name}'"
            raise RaisedError(Exc("AttributeError", [text]), owner.span, self.statement, False, owner.name)
        if kind is Super:
            mro = owner.owner.cls.lineage if isinstance(owner.owner, Obj) else owner.after.lineage
            behind = mro[mro.index(owner.after) + 1 :] if owner.after in mro else ()
            for cls in behind:
                if name in cls.vars:
                    return self._descended(cls.vars[name], owner.owner, cls, span)
            return UNKNOWN
        if kind is ConfigText:
            return self.guard(lambda: library.attribute(Unknown("str"), name), span)
        if kind is Json:
            return Bound(owner, name) if hasattr(dict, name) or hasattr(list, name) or hasattr(str, name) else UNKNOWN
        if kind is Match:
            return (
                Bound(owner, name)
                if patterns.is_method(name)
                else self.guard(lambda: patterns.attribute(owner, name), span)
            )
        if kind is Pattern:
            if not hasattr(re.Pattern, name):
                raise self.fail("AttributeError", f"'re.Pattern' object has no attribute '{name}'", span)
            return Bound(owner, name) if name in _SEARCHES else UNKNOWN
        if kind is Builtin:
            if owner.name in METHODS_OF:
                return self.guard(lambda: library.attribute(owner, name), span)
            return Bound(owner, name) if name == "fromkeys" else UNKNOWN
        if kind in RUNNING:
            return self.runner_attribute(owner, name, span)
        if kind is Lock:
            return Bound(owner, name) if name in {"acquire", "release", "locked"} else UNKNOWN
        if kind in (Func, BoundFunc, Bound):
            within = owner.owner.__class__ if kind is Bound else None
            if (within in BACKEND_OBJECTS or within is Array) and not name.startswith("__"):
                shown = "method" if within is not Array else "builtin_function_or_method"
                raise self.fail("AttributeError", f"'{shown}' object has no attribute '{name}'", span)
            if kind is BoundFunc and name in _OF_RESULTS:
                raise self.fail("AttributeError", f"'method' object has no attribute '{name}'", span)
            if kind is Func and name == "__name__" and owner.name != "<lambda>":
                return owner.name
            if name == "cache_clear":
                for key in self.cached:
                    self.put(self.cached, key, UNKNOWN)
            return UNKNOWN
        if kind in PLAIN:
            return self.guard(lambda: library.attribute(owner, name), span)
        if kind is Field and owner.name:
            return {"name": owner.name, "default": owner.default, "type": owner.type}.get(name, UNKNOWN)
        return UNKNOWN

    def fields_of(self, cls: Cls) -> list[Field]:
        """The fields of a dataclass, as far as their defaults and types are known."""
        made = []
        for name in cls.fields or ():
            default = self.class_attribute(cls, name) if any(name in one.vars for one in cls.lineage) else UNKNOWN
            if isinstance(default, Field):
                default = UNKNOWN if default.factory is not None else default.default
            made.append(Field(None, default, name, self._annotated(cls, name)))
        return made

    def _annotated(self, cls: Cls, name: str) -> Value:
        """The type that stands behind a field."""
        for one in () if self.python.future_annotations else cls.lineage:
            for statement in one.node.body:
                target = statement.targets[0] if isinstance(statement, Assign) else None
                if isinstance(statement, Assign) and isinstance(target, Name) and target.id == name:
                    known = isinstance(statement.annotation, Name) and statement.annotation.id in PLAIN_TYPES
                    return Builtin(statement.annotation.id) if known else UNKNOWN  # type: ignore[union-attr]
        return UNKNOWN

    def constant(self, name: str) -> Value:
        """Something of a library that is not called."""
        if name.startswith(OF_BACKEND):
            return Library(name)
        if name.startswith("numpy."):
            return arrays.constant(name[6:])
        return library.constant(name)

    def class_attribute(self, cls: Cls, name: str) -> Value:
        """An attribute of a class as it stands there, or None."""
        for one in cls.lineage:
            if name in one.vars:
                return one.vars[name]
        return None

    def _object_attribute(self, owner: Obj, name: str, span: Span) -> Value:
        if name in owner.attrs:
            described = self.class_attribute(owner.cls, name)
            if isinstance(described, Func) and described.kind == "property":
                return self.call_function(described, [owner], {}, span)
            # What stands for a field that is set later is taken from the class.
            unknown = described is UNKNOWN and name not in owner.cls.left_out
            unsure = (owner.open or unknown or self._describes(described)) and not owner.cls.named_tuple
            return UNKNOWN if unsure else owner.attrs[name]
        for cls in owner.cls.lineage:
            if name in cls.vars:
                found = cls.vars[name]
                if not owner.cls.known and not isinstance(found, Func):
                    return UNKNOWN
                return self._descended(found, owner, owner.cls, span)
        if name == "__class__":
            return owner.cls
        if name == "__dict__":
            owner.open = True
        hooked = any(self.class_attribute(owner.cls, special) for special in ("__getattr__", "__getattribute__"))
        if hooked and not name.startswith("__"):
            self.havoc_value(owner)  # What comes of it may change the object.
        if owner.cls.named_tuple and name in {"_replace", "_asdict"}:
            return Bound(owner, name)
        if name == "get" and id(owner) in self.dicts:
            return Bound(self.dicts[id(owner)][1], name)
        if hooked or owner.open or not owner.cls.known or name.startswith("__") or owner.cls.exception:
            return UNKNOWN
        raise self.fail("AttributeError", f"'{owner.cls.name}' object has no attribute '{name}'", span)

    def _describes(self, value: Value) -> bool:
        """Whether an attribute of a class says itself what its objects have under that name."""
        return isinstance(value, Obj) and any(
            self.class_attribute(value.cls, special) is not None for special in ("__get__", "__set__")
        )

    def _descended(self, value: Value, owner: Obj | None, cls: Cls, span: Span) -> Value:
        """A value of a class as an attribute of an instance (or of the class)."""
        if isinstance(value, Choice):
            return choice_of(self._descended(one, owner, cls, span) for one in value.options) or UNKNOWN
        if not isinstance(value, Func):
            return UNKNOWN if self._describes(value) else value
        if value.kind == "staticmethod":
            return value
        if value.kind == "classmethod":
            return BoundFunc(value, cls)
        if owner is None:
            return value
        if value.kind in {"property", "cached_property"}:
            return self.call_function(value, [owner], {}, span)
        return BoundFunc(value, owner)

    def item(self, owner: Value, key: Value, span: Span) -> Value:
        """``owner[key]``."""
        kind = owner.__class__
        if kind is Seq and owner.mixed and isinstance(key, (int, Unknown)):
            return self.element(owner)
        if kind is Array:
            self._look_at_row(owner, key, span)
            first = self.batched and self.phase == "execute" and self._look_at_first(owner, key, span)
            found = self.guard(lambda: arrays.getitem(owner, self.plain(key)), span)
            if self.origins.beyond(owner, key):
                self.may_meet(self.fail("IndexError", "index is out of bounds: the last one is the length", span))
            found = self.buffers.view(owner, key, found)
            self.origins.item(owner, key, found)
            self.origins.cut_sizes(owner, key, found, span)
            if first:
                self.origins.single(found)
            return found
        if kind is Obj:
            method = self.class_attribute(owner.cls, "__getitem__")
            if isinstance(method, Func):
                return self.call_function(method, [owner, key], {}, span)
            if owner.cls.named_tuple and method is None and as_tuple(owner) is not owner:
                return self.item(as_tuple(owner), key, span)
            if owner.cls.known and method is None and not owner.open:
                raise self.fail("TypeError", f"'{owner.cls.name}' object is not subscriptable", span)
            self.look_for_bytes(owner, key, span)
            return UNKNOWN
        if kind in _NO_ITEMS:
            raise self.misused(owner, f"'{owner.python_type}' object is not subscriptable", span)
        if kind is Library and owner.name in arrays.GRIDS:
            return self.guard(lambda: arrays.grid(owner.name, self.plain(key)), span)
        if kind is Bound and owner.owner.__class__ in OPERANDS:
            raise self.fail("TypeError", "'method' object is not subscriptable", span)
        if owner is JSON:
            if type_name(key) == "bytes":
                raise self.fail("KeyError", "b'...'", span)
            return JSON if isinstance(key, (str, int, Json)) or type_name(key) in {"str", "int"} else UNKNOWN
        if kind is Match:
            return self.guard(lambda: patterns.group(owner, key), span)
        if kind is Perhaps:
            return self.item(owner.value, key, span)
        if kind is ConfigText:
            owner = Unknown("str")
        if owner.__class__ in PLAIN and kind is not Exc:
            if kind is Mapping and (owner.open or owner.factory is not None):
                self.look_for_bytes(owner, key, span)
            found = self.guard(lambda: library.getitem(owner, key, self.caller(span), self.touch), span)
            if kind is Seq:
                self.origins.cut_sizes(owner, key, found, span)
            return habits.with_origin(found, habits.cut(owner, key))
        return UNKNOWN

    def put_away(self, value: Value, span: Span) -> None:
        """Note that something is kept for what comes later."""
        if self.buffers.writes and not self.quiet:
            self.buffers.keep(value, span)

    def set_attribute(self, owner: Value, name: str, value: Value, span: Span) -> None:
        """``owner.name = value``."""
        owner = there(owner)
        if isinstance(owner, Obj):
            found = self.class_attribute(owner.cls, name)
            if isinstance(found, Func) and found.kind == "property":
                if found.setter is None:
                    raise self.fail("AttributeError", f"property '{name}' of '{owner.cls.name}' has no setter", span)
                self.call_function(found.setter, [owner, value], {}, span)
                return
            self.put_away(value, span)
            # Its attributes, or its methods, are those of something else now.
            owner.open = owner.open or name in {"__dict__", "__class__"}
            self.put(owner.attrs, name, value)
        elif isinstance(owner, Cls):
            self.put(owner.vars, name, value)
        elif isinstance(owner, Module):
            self.put(owner.scope.vars, name, value)
        elif owner.__class__ in BACKEND_OBJECTS:
            raise self.fail("AttributeError", f"'{owner.python_type}' object has no attribute '{name}'", span)
        elif owner.__class__ in SCALARS or (isinstance(owner, Seq) and owner.kind in BUILTINS):
            raise self.fail("AttributeError", f"'{type_name(owner)}' object has no attribute '{name}'", span)

    def changes_handed(self, value: Value, span: Span) -> None:
        """Note a change of Triton's own list of requests."""
        if value is self.handed and self.phase == "execute":
            self.note("list-changed", span)

    def set_item(self, owner: Value, key: Value, value: Value, span: Span) -> None:
        """``owner[key] = value``."""
        if isinstance(owner, Json) and not is_of_json(value):
            self.json_filled = True
        owner = there(owner)
        if isinstance(owner, Array):
            if habits.is_cut(value) and habits.is_fixed_row(
                self.guard(lambda: arrays.getitem(owner, self.plain(key)), span)
            ):
                self.note("cut-row", span)
            if self.buffers.is_frozen(owner):
                raise self.fail("ValueError", READ_ONLY, span)
            if value.__class__ is Coroutine and owner.dtype is not None and kind_of(owner.dtype) in "iufc":
                raise self.misused(value, f"a number is needed, not '{value.python_type}'", span)
            self.guard(lambda: arrays.setitem(owner, self.plain(key), self.plain(value)), span)
            self.buffers.replace_objects(owner)
            if not self.quiet:
                self.buffers.write(owner, key, span)
        elif isinstance(owner, Seq | Mapping | str | bytes | int | float | None):
            if key.__class__ is arrays.Slice:
                self.changes_handed(owner, self.statement)
            self.put_away(value, self.statement)
            self.guard(lambda: library.setitem(owner, key, value, self.touch), span)
        elif isinstance(owner, Obj):
            method = self.class_attribute(owner.cls, "__setitem__")
            if isinstance(method, Func):
                self.call_function(method, [owner, key, value], {}, span)
            elif owner.cls.known and not owner.cls.exception and method is None:
                raise self.fail("TypeError", f"'{owner.cls.name}' object does not support item assignment", span)
            elif type_name(key) != "str":
                self.dicts.pop(id(owner), None)
        elif owner.__class__ in BACKEND_OBJECTS:
            raise self.fail("TypeError", f"'{owner.python_type}' object does not support item assignment", span)

    def _no_operand(self, operator: str, value: Value, span: Span) -> Value:
        if value.__class__ in BACKEND_OBJECTS:
            text = f"bad operand type for unary {operator}: '{value.python_type}'"
            raise self.fail("TypeError", text, span)
        return UNKNOWN

    def binary(self, operator: str, left: Value, right: Value, span: Span) -> Value:
        """``left operator right``."""
        left = there(left)
        if operator != "%" or type_name(left) != "str":
            right = there(right)
        kinds = left.__class__, right.__class__
        if not _OF_NUMPY.isdisjoint(kinds):
            other = right if kinds[0] in _OF_NUMPY else left
            if other.__class__ in BACKEND_OBJECTS or other.__class__ is Coroutine or is_function(other):
                raise self._unsupported(operator, left, right, span)
            self._look_at_axes(operator, left, right)
            made = anew(
                self.guard(lambda: arrays.binary(operator, self.plain(left), self.plain(right)), span), left, right
            )
            if operator in "+-*/":
                if made.__class__ is Array and (_stays_squeezed(left, right) or _stays_squeezed(right, left)):
                    made.squeezed = True
                self.same_axes(left, made)
                self.same_axes(right, made)
                self.joined(left, made)
                self.joined(right, made)
            elif operator == "@":
                self.joined(left, made)
            if self.buffers.kept:
                self.buffers.made_of(left, made)
                self.buffers.made_of(right, made)
            return self.origins.binary(operator, left, right, made, span)
        if not _OBJECTS_OF_FILE.isdisjoint(kinds):
            return UNKNOWN
        for one, other in ((left, right), (right, left)):
            own = one.__class__ in BACKEND_OBJECTS or one.__class__ is Coroutine or is_function(one)
            if own and other.__class__ in OPERANDS:
                formats = operator == "%" and isinstance(left, str)
                repeats = operator == "*" and isinstance(other, Seq)
                if not formats and not repeats:
                    raise self._unsupported(operator, left, right, span)
            if operator == "+" and type_name(one) in EXCEPTION and type_name(other) in {"str", "bytes", "int"}:
                raise self._unsupported(operator, left, right, span)
        left, right = as_text(left), as_text(right)
        if operator == "%" and type_name(left) == "str":
            parts = right.items if isinstance(right, Seq) and right.kind == "tuple" else [right]
            if any(type_name(part) == "bytes" for part in parts):
                self.note("bytes-in-text", span)
            self.look_for_methods(parts)
        if Count in kinds:
            repeats = operator == "*" and (isinstance(left, Seq) or isinstance(right, Seq))
            if not repeats:
                return Unknown("int") if operator not in {"/", "%"} else UNKNOWN
            left, right = (int(v) if isinstance(v, Count) else v for v in (left, right))
        if operator == "&":
            self.look_for_nothing_common(left, right, span)
        if is_plain(left) and is_plain(right):
            found = self.guard(lambda: library.binary(operator, left, right), span)
            found = self.origins.binary(operator, left, right, found, span) if operator in "+-%" else found
            return habits.with_origin(found, habits.added(left, right)) if operator == "+" else found
        if operator == "%" and type_name(left) == "str":
            return Unknown("str")
        return UNKNOWN

    def joined(self, before: Value, made: Value) -> None:
        """An array that has the rows of all requests, as another one has."""
        if id(before) in self.batches and made.__class__ is Array and before.__class__ is Array:
            shape, old = made.shape, before.shape
            if shape is not None and old is not None and len(shape) == len(old) and shape[0] is None:
                self.batches[id(made)] = made

    def _look_at_row(self, owner: Array, key: Value, span: Span) -> None:
        """Note that each request gets one row, by its number, of an array that holds the rows of all."""
        if id(owner) not in self.batches:
            return
        row = key
        if isinstance(key, arrays.Slice):
            one = isinstance(key.lower, int) and isinstance(key.upper, int) and key.upper - key.lower == 1
            row = key.lower if one and key.step is None else None
        if isinstance(row, int):
            rows = self.rows.setdefault(span, set())
            rows.add(row)
            if rows == {0, 1}:
                self.note("row-per-request", span)

    def _look_at_first(self, owner: Array, key: Value, span: Span) -> bool:
        """Keep where the first row of a batch is taken; whether this does it."""
        place = key.items[0] if isinstance(key, Seq) and key.kind == "tuple" and key.items else key
        if isinstance(place, arrays.Slice):
            place = 0 if place.lower in {None, 0} and place.upper == 1 and place.step is None else None
        if place.__class__ is not int or place not in {0, -1}:
            return False
        whole = self.is_batch(owner) or self.given.get(id(owner)) is owner
        flat = owner.shape == (None,) and _FLAT.search(self.python.text[span.start : span.end]) is not None
        if whole or flat:
            self.first_rows[span] = None
        return whole or flat

    def look_for_rows(self, owner: Value, place: int, *, how_many: bool = True) -> None:
        """Keep whether asking for a size at some place of the file may tell how many rows a request has."""
        listed = owner.__class__ is Seq and (not owner.open or owner.origin != "")
        listed = listed or (owner.__class__ is Mapping and not owner.open)
        told = how_many and not listed and not self.origins.without_rows(owner)
        self.sizes_asked[self.python.path, place] = told or self.sizes_asked.get((self.python.path, place), False)

    def same_axes(self, before: Value, made: Value) -> None:
        """An array that has the axes of another one."""
        if id(before) in self.turned:
            self.turned[id(made)] = made
        if id(before) in self.lost and isinstance(made, Array) and made.shape == before.shape:
            _, shape, span = self.lost[id(before)]
            self.lost[id(made)] = made, shape, span

    def _look_at_axes(self, operator: str, left: Value, right: Value) -> None:
        """Note an array beside what was made of its rows: the places of that one are taken for columns."""
        for one, other in ((left, right), (right, left)):
            if operator in "+-*/" and id(one) in self.lost and isinstance(other, Array):
                made, shape, span = self.lost[id(one)]
                fits = made.shape[-1] is not None and made.shape[-1] == (other.shape or (None,))[-1]
                if other.shape == shape and not fits and id(other) not in self.turned:
                    self.note("axis-lost", span)

    def _unsupported(self, operator: str, left: Value, right: Value, span: Span) -> RaisedError:
        text = f"unsupported operand type(s) for {operator}: '{type_name(left)}' and '{type_name(right)}'"
        return self.misused(left if left.__class__ is Coroutine else right, text, span)

    def compare(self, operator: str, left: Value, right: Value, span: Span) -> Value:
        """``left operator right``; a bool, or something unknown."""
        self.origins.compared(left, right)
        if self.origins.never(operator, left, right):
            return False
        if self.origins.requested is not None:
            self._look_at_requested(operator, left, right, span)
        if operator in {"is", "is not"}:
            same = _same(left, right)
            return Unknown("bool") if same is None else same == (operator == "is")
        if operator in {"in", "not in"}:
            held = self._contains(right, left, span)
            return Unknown("bool") if held is None else held == (operator == "in")
        if left.__class__ in _OF_NUMPY or right.__class__ in _OF_NUMPY:
            other = right if left.__class__ in _OF_NUMPY else left
            if other.__class__ in BACKEND_OBJECTS:
                return UNKNOWN
            if other.__class__ is Coroutine and operator in {"<", "<=", ">", ">="}:
                raise self.misused(other, f"'{operator}' not supported for '{other.python_type}'", span)
            made = self.guard(lambda: arrays.compare(operator, self.plain(left), self.plain(right)), span)
            if operator in {"==", "!="}:
                self.look_at_elements(left, right, span)
                self.look_at_elements(right, left, span)
            self.origins.follows(made, left, right)
            return made
        if (left is UNKNOWN or right is UNKNOWN) and not (left is None or right is None):
            return UNKNOWN  # An array gives an array.
        if left.__class__ is Perhaps or right.__class__ is Perhaps:
            return UNKNOWN
        if (left.__class__ is Count) != (right.__class__ is Count):
            return Unknown("bool")
        left, right = as_text(left), as_text(right)
        self._look_at_texts(operator, left, right, span)
        if is_plain(left) and is_plain(right):
            found = self.guard(lambda: library.compare(operator, left, right), span)
            return Unknown("bool") if found is None else found
        if operator in {"<", "<=", ">", ">="}:
            for one, other in ((left, right), (right, left)):
                if (one.__class__ in BACKEND_OBJECTS or is_function(one)) and other.__class__ in SCALARS:
                    text = (
                        f"'{operator}' not supported between instances of '{type_name(left)}' and '{type_name(right)}'"
                    )
                    raise self.fail("TypeError", text, span)
        return Unknown("bool") if not isinstance(left, Obj) and not isinstance(right, Obj) else UNKNOWN

    def look_for_methods(self, values: Iterable[Value]) -> None:
        """Note a method of the backend's objects that is put into a text, and was not called."""
        for value in values:
            if value.__class__ is Bound and value.place is not None:
                self.note("not-called", value.place)

    def is_several(self, value: Array) -> bool:
        """Whether an array has one element for each row of a request, which may bring several rows."""
        return self.many_rows and value.shape is not None and value.shape[:1] == (None,) and set(value.shape[1:]) == {1}

    def _look_at_texts(self, operator: str, left: Value, right: Value, span: Span) -> None:
        """Note a comparison of bytes or a method with text, which never holds."""
        if right.__class__ is str or left.__class__ is str:
            self.look_for_methods((left, right))
        if operator in {"==", "!="} and {type_name(left), type_name(right)} == {"bytes", "str"}:
            self.note("bytes-compared", span)

    def look_for_bytes(self, container: Value, item: Value, span: Span) -> None:
        """Note bytes that are looked for among texts."""
        if type_name(item) != "bytes":
            return
        if container.__class__ is Obj:
            container = self.dicts.get(id(container), (None, None))[1]
        if isinstance(container, (Seq, Mapping)) and not container.open:
            keys = container.items
            if keys and all(isinstance(key, str) for key in keys):
                self.note("bytes-compared", span)
        elif isinstance(container, Mapping):
            if type_name(container.key) == "str" and all(isinstance(key, str) for key in container.items):
                self.note("bytes-compared", span)
        elif isinstance(container, Seq):
            if all(type_name(one) == "str" for one in (*container.items, container.each)):
                self.note("bytes-compared", span)
        elif container is JSON:
            self.note("bytes-compared", span)

    def look_for_nothing_common(self, left: Value, right: Value, span: Span) -> None:
        """Note bytes among which texts are looked for, or the other way round."""
        lists = isinstance(left, Seq) and isinstance(right, Seq)
        if lists and {type_name(self.element(left)), type_name(self.element(right))} == {"str", "bytes"}:
            self.note("bytes-compared", span)

    def look_for_stranger(self, container: Value, item: Value, span: Span) -> None:
        """Note a text that is looked for among numbers, or a number among texts."""
        if container.__class__ not in (Mapping, Seq) or container.open or type_name(item) == "bytes":
            return
        keys = container.items
        if keys and all(key.__class__ in (str, int) for key in keys) and is_stranger(item, keys):
            self.note("other-key", span)

    def look_at_elements(self, array: Value, other: Value, span: Span) -> None:
        """Note an array of bytes that is compared with texts."""
        if array.__class__ is not Array or array.dtype != "object" or array.of != "bytes":
            return
        texts = other.items if other.__class__ is Seq and not other.open else [other]
        if texts and all(type_name(one) == "str" or (one.__class__ is Array and one.dtype == "str") for one in texts):
            self.note("bytes-compared", span)

    def _look_at_requested(self, operator: str, left: Value, right: Value, span: Span) -> None:
        """Note that the names of the outputs that a client asks for are compared with names of the file."""
        name = self.origins.requested
        among = right.each if right.__class__ is Seq and right.open else None
        # A part of a name is looked for in it.
        if among is name or left is name or (right is name and operator in {"==", "!="}):
            self.note("requested-name", span)

    def pass_by(self, value: Value) -> None:
        """Something goes through an iterator: what is left in it from now on is not known."""
        if is_used_up_by(value) and value.items:
            each = self.element(value)
            self.touch(value)
            value.items, value.open, value.each = [], True, each

    def use_up(self, value: Value, span: Span, *, whole: bool = True) -> None:
        """Note that an iterator is asked again that has nothing left; ``whole`` says that nothing is left now."""
        if not is_used_up_by(value):
            return
        if self.spent.get(id(value)) is value:
            self.note("used-up", span)
        elif whole:
            self.put(self.spent, id(value), value)

    def _contains(self, container: Value, item: Value, span: Span) -> bool | None:
        self.look_for_bytes(container, item, span)
        self.look_for_stranger(container, item, span)
        # What was passed on the way to an item is not found again; with `iter(…)` that is a way to ask for an order.
        if container.__class__ is Seq and container.kind in _ASKED_ONCE:
            self.use_up(container, span)
        searched = container.__class__ is Unknown and container.type in {"str", "bytes"} and is_plain(item)
        if isinstance(container, (Seq, Mapping, str, bytes)) or container is None or searched:
            if isinstance(container, Seq) and not (is_plain(item) and all(is_plain(i) for i in container.items)):
                return None
            if isinstance(item, Seq):
                return False if library.length(container) == 0 else None
            found: bool | None = self.guard(lambda: library.contains(container, item), span)
            self.pass_by(container)
            return found
        if container.__class__ in BACKEND_OBJECTS or isinstance(container, (int, float)):
            raise self.fail("TypeError", f"argument of type '{type_name(container)}' is not iterable", span)
        return None

    def truth(self, value: Value, span: Span) -> bool | None:
        """Whether a value counts as true."""
        kind = value.__class__
        if kind is Seq or kind is Array:
            self.origins.counts(value)
            if self.origins.is_places(value):
                self.note("places", span)
        if kind is Array:
            held: bool | None = self.guard(lambda: arrays.truth(value), span)
            several = value.dtype == "bool" and value.shape is not None and len(value.shape) > 1
            if ((several and not any(value.shape or ())) or self.is_several(value)) and not self.mentions(".size"):
                # Only one request with one element comes through.
                self.may_meet(self.fail("ValueError", MANY, span))
            return held
        if kind is Obj:
            if value.cls.known and not any(self.class_attribute(value.cls, n) for n in ("__bool__", "__len__")):
                return True
            return None
        if kind is Count:
            return True
        if kind in PLAIN:
            return library.truth(value)
        if kind in _ALWAYS_TRUE:
            return True
        if kind is Perhaps:
            return False if value.value.__class__ in PLAIN and library.truth(value.value) is False else None
        return False if kind is Absent else None

    def iterate(self, value: Value, span: Span) -> tuple[list[Value], bool]:
        """The items of an iterable, and whether those are all."""
        if isinstance(value, Array):
            length = self.guard(lambda: arrays.length(value), span)
            element = self.guard(lambda: arrays.element(value), span)
            return ([element] * length, True) if isinstance(length, int) and length <= MAX_TURNS else ([], False)
        if isinstance(value, Obj):
            if value.cls.known and not value.open and not value.cls.exception:
                for name in ("__iter__", "__getitem__"):
                    if self.class_attribute(value.cls, name) is not None:
                        break
                else:
                    raise self.fail("TypeError", f"'{value.cls.name}' object is not iterable", span)
            if value.cls.named_tuple and as_tuple(value) is not value:
                return list(as_tuple(value).items), True
            method = self.class_attribute(value.cls, "__iter__")
            if isinstance(method, Func):
                made = self.call_function(method, [value], {}, span)
                if isinstance(made, Seq):
                    return list(made.items), not made.open
            return [], False
        if value.__class__ in _NOT_ITERABLE:
            if isinstance(value, Answers):
                return [], False
            if isinstance(value, Coroutine) and value.python_type.startswith("_asyncio."):
                # A future that is not done gives itself (seen on 24.10), one that was awaited gives nothing.
                return ([], True) if "value" in value.state else ([value], False)
            shown = "method" if isinstance(value, Bound) else value.python_type
            raise self.misused(value, f"'{shown}' object is not iterable", span)
        if isinstance(value, Seq) and value.kind == "async_generator":
            raise self.fail("TypeError", "'async_generator' object is not iterable", span)
        if is_plain(value):
            items, whole = self.guard(lambda: library.iterate(value), span)
            self.pass_by(value)
            return items, whole
        return self.iterate(value.value, span) if value.__class__ is Perhaps else ([], False)

    def iterate_async(self, value: Value, span: Span) -> tuple[list[Value], bool]:
        """What an ``async for`` gets, and whether that is all."""
        if isinstance(value, Seq) and value.kind == "async_generator":
            return list(value.items), not value.open
        if value.__class__ in OPERANDS or isinstance(value, Coroutine):
            text = f"'async for' requires an object with __aiter__ method, got {type_name(value)}"
            raise self.fail("TypeError", text, span)
        return [], False

    def element(self, value: Value) -> Value:
        """What iterating over something gives, as far as all its items are alike."""
        kind = value.__class__
        if kind is Array:
            try:
                one = arrays.element(value)
            except Failure:
                return UNKNOWN
            self.origins.item(value, 0, one)
            return one
        if kind is Answers:
            return value.answer
        if kind is Coroutine:
            return value
        if kind is Json:
            return JSON
        if kind is Mapping:
            return join_all([*map(value_of, value.items), *([value.key] if value.open else [])])
        if kind is Perhaps:
            return self.element(value.value)
        if kind is Seq:
            return join_all([*value.items, value.each] if value.open else value.items)
        if isinstance(value, str) or (isinstance(value, Unknown) and value.type == "str"):
            return Unknown("str")
        if isinstance(value, bytes) or (isinstance(value, Unknown) and value.type == "bytes"):
            return Unknown("int")
        return self.element(as_tuple(value)) if kind is Obj and as_tuple(value) is not value else UNKNOWN

    def plain(self, value: Value) -> Value:
        """A value as the modules for arrays and libraries take it."""
        return Unknown("int") if value.__class__ is Count else as_text(value)

    def havoc_value(self, value: Value, depth: int = 0) -> None:
        """Forget what is in a value, because something unknown got hold of it."""
        value = there(value)
        if depth > _DEEPEST or value.__class__ not in _FORGETTABLE:
            return
        if isinstance(value, (Seq, Mapping)) and value.open:
            self.unknown_sends = True
        if isinstance(value, Seq):
            for item in (*value.items, value.each):
                self.havoc_value(item, depth + 1)
            if value.kind in {"list", "deque", "set"}:
                self.touch(value)
                forget(value)
        elif isinstance(value, Mapping):
            for item in (*value.items.values(), value.each):
                self.havoc_value(item, depth + 1)
            self.touch(value)
            forget(value)
        elif isinstance(value, Obj):
            value.open = True
            for item in list(value.attrs.values()):
                self.havoc_value(item, depth + 1)
        elif isinstance(value, (Coroutine, Thread)):
            function = value.func if isinstance(value, Coroutine) else value.target
            for item in (function, *value.args, *value.kwargs.values()):
                self.havoc_value(item, depth + 1)
        elif isinstance(value, Bound):
            self.havoc_value(value.owner, depth + 1)
        elif isinstance(value, Around):
            for item in (*value.args, *value.kwargs.values()):
                self.havoc_value(item, depth + 1)
        elif isinstance(value, BoundFunc):
            self.may_be_called(value.owner, depth + 1)
            self.havoc_value(value.func, depth + 1)
        elif isinstance(value, Lock):
            self.put(value.state, "held", UNKNOWN)
        elif isinstance(value, Module):
            value.forget()
        elif isinstance(value, ModelConfig):
            self.havoc_value(value.fields, depth)
        elif isinstance(value, (Answer, Answers)):
            (value if isinstance(value, Answer) else value.answer).asked = True
        elif isinstance(value, (Sender, Request)):
            request = value if isinstance(value, Request) else value.request
            self.put(request.state, "escaped", True)
        elif isinstance(value, Func):
            scope: Scope | None = value.scope
            while scope is not None and scope.parent is not None:
                for item in list(scope.vars.values()):
                    if isinstance(item, (Seq, Mapping, Sender, Request)):
                        self.havoc_value(item, depth + 2)
                scope = scope.parent
            self._may_rebind(value.module)

    def _may_rebind(self, module: Module | None) -> None:
        """Forget the names of a module that its functions bind: something unknown may call one of them."""
        if module is None:
            return
        for name in declared_global(module.python):
            if name in module.scope.vars:
                self.put(module.scope.vars, name, UNKNOWN)

    def may_be_called(self, owner: Value, depth: int = 0) -> None:
        """Forget what the methods of an object may change in it, once something unknown may call them."""
        if self._attributes is None:
            self._attributes = attributes_set(self.played), attributes_only_read(self.played)
        bound, only_read = self._attributes
        if not isinstance(owner, Obj) or bound is None or not owner.cls.known or owner.open or depth > _DEEPEST:
            self.havoc_value(owner, depth)
            return
        for name in bound:
            self.put(owner.attrs, name, UNKNOWN)
        for name, value in list(owner.attrs.items()):
            if isinstance(value, Obj):
                self.may_be_called(value, depth + 1)
            elif name not in only_read or not is_fixed(value):
                self.havoc_value(value, depth + 1)

    def escape(self, owner: Obj) -> None:
        """An unknown method of an object may send through what it holds."""
        for value in list(owner.attrs.values()):
            if isinstance(value, (Sender, Request, Coroutine, Thread)):
                self.havoc_value(value)

    def caller(self, span: Span) -> Callable[[Value, list[Value]], Value]:
        """How library functions call a function of the model."""
        return lambda function, args: self.call(function, args, {}, span)


def is_function(value: Value) -> bool:
    """Whether a value is a function or method that was not called."""
    kind = value.__class__
    if kind is Bound:
        owner = value.owner
        plain = isinstance(owner, (Seq, Mapping)) and owner.kind in _HOLDERS
        return plain or isinstance(owner, (Array, str, bytes))
    return kind is Func or kind is BoundFunc


def is_of_json(value: Value) -> bool:
    """Whether something is like what JSON stands for, as far as that is known: nothing, a number, a text, more JSON."""
    empty = isinstance(value, (Seq, Mapping)) and not value.items and value.kind in {"list", "dict"}
    return empty or value.__class__ in _IN_JSON


def is_plain(value: Value) -> bool:
    """Whether the library takes a value."""
    return value.__class__ in PLAIN


def as_text(value: Value) -> Value:
    """A value as the library takes it: the config text is some str, an absent input None, what may be None unknown."""
    kind = value.__class__
    if kind is Json or kind is Perhaps:
        return UNKNOWN
    if kind is Absent:
        return None
    return Unknown("str") if kind is ConfigText else value


def _same(left: Value, right: Value) -> bool | None:
    """Whether two values are the same object, as far as it can be told."""
    left, right = as_text(left), as_text(right)
    if left is None or right is None:
        other = right if left is None else left
        if other is None:
            return True
        return None if isinstance(other, Perhaps) or (isinstance(other, Unknown) and other.type is None) else False
    if isinstance(left, bool) and isinstance(right, bool):
        return left is right
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    return True if left is right and left.__class__ not in SCALARS and not isinstance(left, Library) else None
