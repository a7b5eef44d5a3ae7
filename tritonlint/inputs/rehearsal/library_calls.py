"""Calls of the standard library and of NumPy, and what is kept in mind of the arrays that these make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal import arrays, patterns
from tritonlint.inputs.rehearsal.buffers import anew
from tritonlint.inputs.rehearsal.builtin_calls import BuiltinCalls
from tritonlint.inputs.rehearsal.dtypes import dtype_of
from tritonlint.inputs.rehearsal.habits import (
    TAKES_ARRAY,
    are_cut_rows,
    splits_rows,
)
from tritonlint.inputs.rehearsal.modules import inside_without_json
from tritonlint.inputs.rehearsal.objects import (
    JSON,
    BoundFunc,
    Cls,
    ConfigText,
    Coroutine,
    Field,
    Func,
    Obj,
    Pattern,
    Request,
    Sender,
)
from tritonlint.inputs.rehearsal.outcome import RaisedError
from tritonlint.inputs.rehearsal.protocols import (
    BACKEND_OBJECTS,
    OF_BACKEND,
    Count,
    is_function,
)
from tritonlint.inputs.rehearsal.quantities import refuse_no_number, refuse_texts
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    DType,
    Exc,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.source import Span

_EACH = "<each element>"
"""The name of what calls a function of the file on every element of an array."""
PARTIAL = "<partial>"
"""The name of what calls a function with some arguments that were given before."""
_HANDED_ON = frozenset({str, int, float, bool, bytes, Array, DType, Builtin, Unknown, Sender, Request})
_PURE = (
    "numpy", "json", "time", "os", "math", "logging", "random", "re", "sys", "string", "struct", "base64", "hashlib",
    "uuid", "datetime", "pathlib", "typing", "collections", "itertools", "copy", "io", "operator", "warnings", "enum",
    "heapq", "bisect",
    "traceback", "abc", "statistics", "textwrap", "unicodedata", "decimal", "fractions", "platform", "shutil",
)  # fmt: skip
"""Modules whose functions leave the objects they are given as they are (those that do not are modelled)."""
_KEEP = frozenset({"concurrent", "threading", "queue", "asyncio", "multiprocessing", "contextvars"})
"""Modules whose objects may keep what they are given."""
_CALL_BACK = frozenset(
    {
        "functools", "copy", "zlib", "binascii", "html", "urllib", "secrets", "fractions", "calendar", "gzip", "bz2",
        "lzma", "glob", "tempfile", "subprocess", "inspect", "hmac", "csv", "pprint", "codecs", "zoneinfo", "socket",
        "pickle", "gc", "shlex", "difflib", "fnmatch", "keyword", "locale", "colorsys", "configparser", "array",
        "ipaddress", "mimetypes", "reprlib", "getpass",
    }
)  # fmt: skip
"""Modules whose functions change nothing, but may call what they are given."""
_PUT_INTO = ("heapq.heap", "bisect.insort")
"""Functions that put something into a list."""
_HANDED_BY_OTHERS = frozenset({f"{OF_BACKEND}get_input_tensor_by_name", f"{OF_BACKEND}get_output_tensor_by_name"})
"""Functions of the backend of which it does not matter who calls them."""
_MOVES_ITEMS = frozenset({"random.shuffle", "heapq.heapify"})
_MAKERS = frozenset({"numpy.array", "numpy.asarray", "numpy.stack", "numpy.vstack"})
_TURNING = frozenset({"transpose", "swapaxes", "moveaxis", "rollaxis"})
_OVER_AXIS = frozenset({"sum", "mean", "max", "min", "std", "var", "median", "amax", "amin", "linalg.norm"})
_FINDS = frozenset({"isin", "in1d", "equal", "not_equal"})
_KEEP_SHAPE = frozenset({"astype", "copy", "round", "clip", "ascontiguousarray", "exp", "sqrt", "abs", "tanh", "log"})
"""Functions that leave each element where it is."""
_ELEMENTWISE = frozenset({"maximum", "minimum", "sqrt", "clip", "abs", "exp", "log", "astype", "copy"})
_SPLITS = frozenset({"numpy.split", "numpy.array_split", "numpy.vsplit"})
PbCall: TypeAlias = Callable[[str, list[Value], dict[str, Value], tree.Call], Value]


class LibraryCalls(BuiltinCalls):
    """Calls of functions of the standard library and of NumPy; ``pb_call`` answers for triton_python_backend_utils."""

    def __init__(self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall) -> None:
        super().__init__(python, has_member)
        self.pb_call = pb_call
        self.halves: dict[int, Value] = {}
        """Arrays of integers as float16, by identity."""

    def named_tuple(self, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """The class that ``collections.namedtuple`` makes."""
        given = args[1] if len(args) > 1 else kwargs.get("field_names")
        names = given.replace(",", " ").split() if isinstance(given, str) else []
        if isinstance(given, Seq) and not given.open and given.kind in {"list", "tuple"}:
            names = given.items
        defaults = kwargs.get("defaults", Seq("tuple", []))
        named = args[0] if args else None
        known = isinstance(defaults, Seq) and not defaults.open and not kwargs.keys() - {"field_names", "defaults"}
        if not known or not isinstance(named, str) or not all(isinstance(name, str) and name for name in names):
            return UNKNOWN
        values = dict(zip(reversed(names), reversed(defaults.items), strict=False))
        node = tree.Class(span, named, span, (), (), (), ())
        made = Cls(node, named, values, (), False, fields=tuple(names), named_tuple=True, constant=True)
        made.lineage = (made,)
        return made

    def _look_at_json(self, value: Value, kwargs: dict[str, Value], span: Span) -> None:
        """Tell of what has no JSON in a list or dict that may also be empty."""
        message = None if kwargs.keys() & {"default", "cls"} else inside_without_json(value)
        if message is not None:
            self.may_meet(self.fail("TypeError", message, span))
        default = kwargs.get("default")
        if default is not None and self._holds_bytes(value, 0):
            if default in (Builtin("str"), Builtin("repr")):
                self.note("bytes-in-text", span)
            elif isinstance(default, (Func, BoundFunc)):
                self.on_each(default, [Unknown("bytes")], span)

    def _holds_bytes(self, value: Value, depth: int) -> bool:
        """Whether a list or dict holds bytes, at whatever depth, as one of its values."""
        if depth > 4:
            return False
        if isinstance(value, (Seq, Mapping)):
            inside = list(value.items if isinstance(value, Seq) else value.items.values())
            return any(self._holds_bytes(one, depth + 1) for one in ([*inside, value.each] if value.open else inside))
        return type_name(value) == "bytes"

    def _look_at_sum_of_halves(self, value: Value, span: Span) -> None:
        """Note a sum of many integers as float16, which ends at 65504."""
        kept: Value = self.halves.get(id(value), UNKNOWN)
        if kept is value and isinstance(kept, Array) and (kept.shape is None or kept.shape.count(None) > self.batched):
            self.note("half-sum", span)

    def _look_at_rows(self, old: Value, new: Value, span: Span) -> None:
        """Tell of a reshape that fails for a batch of one."""
        # What was reshaped before may have several rows for each row of the batch: frames, windows, heads.
        message = splits_rows(old, new) if self.origins.may_have_one_row(old) else None
        if message is not None:
            self.may_meet(self.fail("ValueError", message, span))

    def _look_for_batch(self, name: str, first: Value, made: Value, others: list[Value]) -> None:
        """Keep in mind the rows of all requests in one array."""
        if name in {"concatenate", "vstack"} and isinstance(first, Seq) and isinstance(made, Array) and made.shape:
            pieces = first.items
            whole = len(pieces) == len(self.requests) > 1 and not first.open and made.shape[0] is None
            if (
                whole
                and others in ([], [0])
                and all(isinstance(p, Array) and (p.shape or (0,))[0] is None for p in pieces)
            ):
                self.batches[id(made)] = made
        elif name in _ELEMENTWISE:
            self.joined(first, made)

    def _look_for_axis(
        self, name: str, owner: Value, made: Value, args: list[Value], kwargs: dict[str, Value], span: Span
    ) -> None:
        """Keep in mind what a function made of the rows of an array."""
        if not isinstance(owner, Array) or not isinstance(made, Array) or owner.shape is None or made.shape is None:
            return
        if name in _ELEMENTWISE:
            self.same_axes(owner, made)
            self.joined(owner, made)
        if name in _TURNING:
            self.turned[id(made)] = made
        axis = kwargs.get("axis", args[0] if args and name != "linalg.norm" else None)
        behind = isinstance(axis, int) and axis not in {0, -len(owner.shape)} and made.shape[:1] == (None,)
        if behind and id(owner) in self.batches and name.removeprefix("nan") in _OVER_AXIS | {"argmax", "argmin"}:
            self.batches[id(made)] = made
        if name not in _OVER_AXIS or len(made.shape) != len(owner.shape) - 1 or len(owner.shape) < 2:
            return
        if isinstance(axis, int) and axis not in {0, -len(owner.shape)}:
            self.lost[id(made)] = made, owner.shape, span

    def _keep_squeezed(self, name: str, owner: Value, made: Value, others: list[Value], span: Span) -> Value:
        """An array that ``squeeze()`` without an axis made of a batch, or one that came from such a one."""
        if not isinstance(owner, Array) or not isinstance(made, Array):
            return made
        batch = owner.shape is not None and len(owner.shape) > 1 and owner.shape[0] is None
        if name == "squeeze" and not others and batch:
            self.squeezes[span] = None
            return replace(made, squeezed=True)
        return replace(made, squeezed=True) if owner.squeezed and name in _KEEP_SHAPE else made

    def _written(self, kwargs: dict[str, Value], into: Value, span: Span) -> None:
        """Note the arrays that a function writes into."""
        for array in (into, kwargs.get("out")):
            if array is not None and not self.quiet:
                self.buffers.write(array, span=span)

    def call_library(
        self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        """Call a function of a module, of NumPy or of the backend by its full name."""
        if name.startswith(OF_BACKEND):
            if node is None and name in _HANDED_BY_OTHERS:
                node = tree.Call(span, tree.Name(span, name), ())
            if node is None:
                return UNKNOWN
            return self.guard(lambda: self.pb_call(name[len(OF_BACKEND) :], args, kwargs, node), span)
        if name == "functools.partial" and args:
            made = _partial(args, kwargs, node)
            if made is not None:
                return made
        mappable = bool(args) and (is_function(args[0]) or args[0] == Builtin("str"))
        # These give whole arrays to the function.
        mappable = mappable and not kwargs.keys() & {"excluded", "signature"}
        if name in {"numpy.vectorize", "numpy.frompyfunc"} and mappable:
            return Bound(Seq("tuple", [args[0], _type_of_results(name, kwargs)]), _EACH)
        if name.startswith("numpy."):
            given = [self.plain(a) for a in args]
            if name in _SPLITS and len(args) > 1 and isinstance(args[1], Count) and kwargs.get("axis", 0) == 0:
                self.note("split-by-requests", span)
            if name in _SPLITS and len(args) > 1 and self.origins.are_sizes(args[1], span):
                self.note("split-by-sizes", span)
            self.guard(lambda: refuse_texts(name[6:], given, kwargs), span)
            if given and name[6:] in TAKES_ARRAY and (given[0].__class__ is Coroutine or is_function(given[0])):
                raise self.misused(given[0], f"{name[6:]}() takes no {type_name(given[0])} as an array", span)
            if name[6:] in _FINDS and len(given) > 1:
                self.look_at_elements(given[0], given[1], span)
            if name in _MAKERS and given and are_cut_rows(given[0]) and kwargs.get("dtype") != DType("object"):
                self.note("cut-row", span)
            made = anew(self.guard(lambda: arrays.call(name[6:], given, kwargs), span), *args, *kwargs.values())
            self._written(kwargs, args[0] if name == "numpy.copyto" and args else None, span)
            self.buffers.function(name[6:], args[0] if args else None, made)
            out = kwargs.get("out")
            if isinstance(out, Array):
                if self.buffers.is_frozen(out):
                    raise self.fail("ValueError", "output array is read-only", span)
                made = self.buffers.view(out, Ellipsis, made)
            if name == "numpy.sum" and len(args) == 1 and not kwargs:
                self._look_at_sum_of_halves(args[0], span)
            if name == "numpy.reshape" and args:
                self._look_at_rows(args[0], made, span)
            if args:
                self._look_for_axis(name[6:], args[0], made, args[1:], kwargs, span)
                self._look_for_batch(name[6:], args[0], made, [*args[1:], *kwargs.values()])
            first = args[0] if args else None
            made = self._keep_squeezed(name[6:], first, made, [*given[1:], *kwargs.values()], span)
            self.origins.function(name[6:], given, kwargs, made, span)
            self.may_fail(self.origins.too_short(name[6:], given), span)
            self.may_fail(self.origins.nothing_left(name[6:], given, kwargs), span)
            return made
        self.guard(lambda: refuse_no_number(name, args, kwargs), span)
        if name == "json.loads" and args and not kwargs and args[0] == ConfigText():
            return self.pb_call("<config>", args, kwargs, node) if node is not None else UNKNOWN
        if name in {"sys.exit", "os._exit", "os.abort"}:
            raise RaisedError(Exc("SystemExit", [], ("SystemExit", "BaseException")), span, self.statement, True)
        if name in {"asyncio.get_running_loop", "asyncio.create_task"} and self.surely_no_loop:
            raise self.fail("RuntimeError", "no running event loop", span)
        if name.startswith(("asyncio.", "threading.", "concurrent.")):
            found = self.runs_beside(name, args, kwargs, span)
            if found is not None:
                return found[0]
        if name == "dataclasses.field" and not args and {"default", "default_factory"} & kwargs.keys():
            return Field(kwargs.get("default_factory"), kwargs.get("default"))
        if name == "dataclasses.fields" and len(args) == 1 and isinstance(args[0], (Cls, Obj)):
            cls = args[0] if isinstance(args[0], Cls) else args[0].cls
            if cls.known and cls.fields and not cls.named_tuple:
                return Seq("tuple", list(self.fields_of(cls)))
        if name in {"dataclasses.asdict", "dataclasses.astuple"} and len(args) == 1 and not kwargs:
            return _taken_apart(args[0], name == "dataclasses.asdict", 0)
        if name == "collections.namedtuple":
            return self.named_tuple(args, kwargs, span)
        if name == "types.MappingProxyType" and len(args) == 1 and isinstance(args[0], Mapping):
            return args[0]  # Whoever reads the view reads the dict.
        if name in _MOVES_ITEMS and args:
            self.changes_handed(args[0], span)
        root = name.split(".", maxsplit=1)[0]
        if name.startswith(_PUT_INTO) and args and not isinstance(args[0], Seq):
            for value in args:
                self.havoc_value(value)
        if root not in _PURE and root not in _KEEP and root not in _CALL_BACK:
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
            return UNKNOWN
        if root in _KEEP or root in _CALL_BACK:
            for value in (*args, *kwargs.values()):
                if isinstance(value, (Func, BoundFunc, Obj, Bound, Sender, Request)) or root in _KEEP:
                    self.havoc_value(value)
        if root == "itertools":
            # What goes over it later calls it then.
            for value in args:
                if isinstance(value, Bound):
                    self.havoc_value(value)
        if name == "re.compile" and args:
            self.call_plain(name, args, kwargs, span)
            flags = [*args[1:], *kwargs.values()]
            same = all(isinstance(flag, Library) and flag.name in patterns.HARMLESS_FLAGS for flag in flags)
            return Pattern(args[0] if same else Unknown(type_name(args[0])))
        if name in {"re.sub", "re.subn"}:
            self._replaces(name[3:], args, span)
        made = self.call_plain(name, args, kwargs, span)
        if name == "struct.pack":
            return self.origins.packed(args)
        if name == "gzip.compress":
            return self.origins.binary_data()
        if name in {"json.dumps", "json.dump"} and args:
            self._look_at_json(args[0], kwargs, span)
        return JSON if made is UNKNOWN and name in {"json.loads", "json.load"} and not kwargs else made

    def _replaces(self, name: str, args: list[Value], span: Span) -> None:
        """Play the function that makes what ``re.sub`` puts in."""
        if name in {"sub", "subn"} and len(args) > 1 and is_function(args[1]):
            found = self.call_plain("re.finditer", [args[0], *args[2:3]], {}, span) if len(args) > 2 else UNKNOWN
            self.on_each(args[1], [found.each if isinstance(found, Seq) else UNKNOWN], span)


def _partial(args: list[Value], kwargs: dict[str, Value], node: tree.Call | None) -> Value | None:
    """What ``partial(function, …)`` gives; None where what it was given may get anywhere by this."""
    function, values = args[0], [*args[1:], *kwargs.values()]
    # The backend and the methods of what it gives keep nothing.
    method = function.__class__ is Bound and (function.owner.__class__ in BACKEND_OBJECTS or function.name is PARTIAL)
    backend = isinstance(function, Library) and function.name.startswith(OF_BACKEND)
    if not (method or is_function(function) or isinstance(function, (Library, Builtin, DType))):
        return None
    if not (method or backend or all(_may_be_handed_on(one, 0) for one in values)):
        return None
    return Bound(Seq("tuple", [function, node, tuple(kwargs), *values]), PARTIAL)


def _may_be_handed_on(value: Value, depth: int) -> bool:
    """Whether a value may get anywhere: no object of the file is in it."""
    if isinstance(value, (Seq, Mapping)) and not value.open and depth < 3:
        inside = value.items if isinstance(value, Seq) else value.items.values()
        return all(_may_be_handed_on(one, depth + 1) for one in inside)
    return value is None or value.__class__ in _HANDED_ON


def with_arguments(made: tree.Call | None, span: Span, call: tree.Call | None) -> tree.Call | None:
    """The call of what ``partial(function, …)`` made, with all arguments that the function gets."""
    if made is None:
        return call
    later = call.arguments if call is not None else ()
    return tree.Call(span, made.func, (*made.arguments[1:], *later))


def _taken_apart(value: Value, named: bool, depth: int) -> Value:
    """What ``asdict`` or ``astuple`` makes of an object of the file."""
    if isinstance(value, Obj) and value.cls.fields is not None and value.cls.known and not value.open and depth < 6:
        if value.attrs.keys() != set(value.cls.fields) or value.cls.named_tuple:
            return UNKNOWN
        parts = {name: _taken_apart(value.attrs[name], named, depth + 1) for name in value.cls.fields}
        return Mapping(parts) if named else Seq("tuple", list(parts.values()))
    if not depth:
        return UNKNOWN
    if isinstance(value, Seq) and not value.open:
        return Seq(value.kind, [_taken_apart(item, named, depth + 1) for item in value.items])
    return UNKNOWN if isinstance(value, (Seq, Mapping, Obj)) else value


def _type_of_results(name: str, kwargs: dict[str, Value]) -> str | None:
    """The data type that `np.vectorize(…, otypes=[…])` asks for; `np.frompyfunc` makes objects."""
    asked = kwargs.get("otypes")
    if name == "numpy.frompyfunc":
        return "object"
    if isinstance(asked, str):
        return "object" if asked == "O" else None
    one = asked.items[0] if isinstance(asked, Seq) and len(asked.items) == 1 and not asked.open else None
    if isinstance(one, Builtin):
        return one.name if one.name == "object" else None
    return dtype_of(one) if isinstance(one, DType | Library | str) else None
