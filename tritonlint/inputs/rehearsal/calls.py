"""Calls: of functions and classes of the file, of Python's own, of libraries and of the backend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.rehearsal import arrays, foreign, heaps, library, patterns
from tritonlint.inputs.rehearsal.buffers import READ_ONLY, anew
from tritonlint.inputs.rehearsal.builtin import FILE, file_method
from tritonlint.inputs.rehearsal.concurrency import Concurrency
from tritonlint.inputs.rehearsal.dtypes import dtype_of
from tritonlint.inputs.rehearsal.habits import (
    TAKES_ARRAY,
    are_cut_rows,
    is_integer,
    says_no,
    splits_rows,
    with_origin,
)
from tritonlint.inputs.rehearsal.modules import inside_without_json
from tritonlint.inputs.rehearsal.objects import (
    JSON,
    Around,
    BoundFunc,
    Cls,
    ConfigText,
    Coroutine,
    Field,
    Func,
    Json,
    Lock,
    Match,
    Module,
    Names,
    Obj,
    Pattern,
    PbTensor,
    Scope,
    Super,
    as_tuple,
    is_dict,
)
from tritonlint.inputs.rehearsal.outcome import EXCEPTIONS, GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.protocols import (
    BACKEND_OBJECTS,
    BUILTINS,
    METHODS_OF,
    OF_BACKEND,
    OPERANDS,
    RUNNING,
    Count,
    as_text,
    is_function,
    is_of_json,
    is_plain,
)
from tritonlint.inputs.rehearsal.quantities import refuse_no_number, refuse_texts
from tritonlint.inputs.rehearsal.reality import lose
from tritonlint.inputs.rehearsal.trail import PLAIN_TYPES, join_all
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    Choice,
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
from tritonlint.inputs.rehearsal.ways import RETURN, Activation
from tritonlint.source import Span

MAX_DEPTH = 16
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_EACH = "<each element>"
"""The name of what calls a function of the file on every element of an array."""
_MOST_LISTS = 6
"""Of functions that return more lists of tensors than these, none is kept in mind."""
_PARTIAL = "<partial>"
"""The name of what calls a function with some arguments that were given before."""
_REQUEST = f"{OF_BACKEND}InferenceRequest"
_HANDED_ON = frozenset({str, int, float, bool, bytes, Array, DType, Builtin, Unknown})
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
_AS_KEYS: frozenset[type[Any]] = frozenset({str, int, float, bool, bytes, type(None), Builtin, Library, Cls, Func})
"""The classes of values of which it is known whether two are equal."""
_PUT_INTO = ("heapq.heap", "bisect.insort")
"""Functions that put something into a list."""
_HANDED_BY_OTHERS = frozenset({f"{OF_BACKEND}get_input_tensor_by_name", f"{OF_BACKEND}get_output_tensor_by_name"})
"""Functions of the backend of which it does not matter who calls them."""
_OVER_OBJECTS = frozenset(
    {"len", "iter", "next", "list", "tuple", "set", "enumerate", "sorted", "reversed", "sum", "zip", "min", "max"}
)
_REFUSE_NONE = frozenset(
    {"len", "int", "float", "complex", "list", "tuple", "set", "frozenset", "sorted", "sum", "enumerate", "reversed"}
    | {"abs", "range", "any", "all", "max", "min", "ord", "chr", "zip", "map", "dict", "pow", "divmod"}
)
"""Functions that raise wherever they are given None."""
_CODECS = ("utf-8", "utf8", "UTF-8", "ascii", "latin-1", "latin1")
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
_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "std", "prod"})
"""Methods that make one number of a whole array."""
_NEED_RESULTS = frozenset({"float", "int", "abs", "round", "len", "complex"})
"""Functions of Python that take no coroutine."""
_MOVES_ITEMS = frozenset({"random.shuffle", "heapq.heapify"})
_FILLS_TEXT = frozenset({"format", "format_map", "substitute", "safe_substitute"})
"""Methods of a text with places, and of `string.Template`, that put values there."""
_CHANGES_LIST = frozenset({"pop", "remove", "clear", "append", "insert", "extend", "sort", "reverse"})
_MAKERS = frozenset({"numpy.array", "numpy.asarray", "numpy.stack", "numpy.vstack"})
_EAGER = frozenset({"list", "tuple", "set", "frozenset", "sorted", "sum", "dict", "max", "min"})
_PATHS_READ = {"read_text": "str", "read_bytes": "bytes"}
_TURNING = frozenset({"transpose", "swapaxes", "moveaxis", "rollaxis"})
_OVER_AXIS = frozenset({"sum", "mean", "max", "min", "std", "var", "median", "amax", "amin", "linalg.norm"})
_LOOKS_FOR = frozenset({"get", "index", "count", "pop", "__getitem__", "__contains__"})
"""Methods of lists and dicts that look for what they are given."""
_FINDS = frozenset({"isin", "in1d", "equal", "not_equal"})
_KEEP_SHAPE = frozenset({"astype", "copy", "round", "clip", "ascontiguousarray", "exp", "sqrt", "abs", "tanh", "log"})
"""Functions that leave each element where it is."""
_ELEMENTWISE = frozenset({"maximum", "minimum", "sqrt", "clip", "abs", "exp", "log", "astype", "copy"})
_SPLITS = frozenset({"numpy.split", "numpy.array_split", "numpy.vsplit"})
PbCall: TypeAlias = Callable[[str, list[Value], dict[str, Value], tree.Call], Value]
PbMethod: TypeAlias = Callable[[Value, str, list[Value], dict[str, Value], tree.Call], Value]


class Calls(Concurrency):
    """Calls of values; ``pb_call`` and ``pb_method`` answer for triton_python_backend_utils."""

    def __init__(
        self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall, pb_method: PbMethod
    ) -> None:
        super().__init__(python, has_member)
        self.pb_call = pb_call
        self.pb_method = pb_method
        self._running: list[tree.Node] = []
        self._handed: list[tuple[list[Value], Span]] = []
        """The arguments of the calls that are being played, and where those calls stand."""
        self.halves: dict[int, Value] = {}
        """Arrays of integers as float16, by identity."""
        self._fared_well: dict[int, set[tuple[str, ...]]] = {}
        """The types of the arguments with which a function came to its end."""
        self.block: Callable[[Value], None] | None = None
        """What plays the block of a ``with`` statement, while its context manager is called."""
        self.sizes: dict[int, Value] = {}
        """Lists of one number for each request, by identity."""
        self.cut_off: dict[str, Span] = {}
        """Texts that a ``zip`` left over, because something else ended before them, and where."""
        self.lists_in_texts: set[str] = set()
        """Texts of the config that hold several words."""
        self._any_yields = False
        self._frames: dict[int, Frame] = {}
        self.know_functions(python)
        self.lacking: frozenset[str] = frozenset()
        """The optional inputs that the requests of this call come without."""

    def run(self, body: Iterable[tree.Stmt], scope: Scope) -> str | None:
        """Play statements; what ends them early, or None."""
        raise NotImplementedError

    def eval(self, node: tree.Expr, scope: Scope) -> Value:
        """The value of an expression."""
        raise NotImplementedError

    def know_functions(self, python: PythonFacts) -> None:
        """Know what the functions of a file bind, and whether any is a generator."""
        self._any_yields = self._any_yields or any(python.walk(tree.Yield))
        self._frames |= {id(frame.owner): frame for frame in python.frames if frame.owner is not None}

    def call(
        self,
        function: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        span: Span,
        node: tree.Call | None = None,
    ) -> Value:
        """Call any value."""
        kind = function.__class__
        if kind is BoundFunc or kind is Func:
            func = function.func if kind is BoundFunc else function
            if func.around:
                return Around(func, [function.owner, *args] if kind is BoundFunc else args, kwargs)
            if isinstance(func.node, tree.Function) and func.node.is_async:
                if not self._is_generator(func.node):
                    return self.coroutine(function, args, kwargs, span=span)
                made = self.call_now(function, args, kwargs, span)
                if isinstance(made, Seq):
                    made.kind = "async_generator"
                return made
            return self.call_now(function, args, kwargs, span)
        if kind is Choice:
            found: list[Value] = []

            def arm(option: Value) -> None:
                found.append(self.call(option, args, kwargs, span, node))

            self.fork([partial(arm, option) for option in function.options])
            return join_all(found)
        if kind is Bound and function.name is _EACH:
            return self._call_vectorized(function.owner, args, kwargs, span)
        if kind is Bound and function.name is _PARTIAL:
            inner, given, named = function.owner.items
            return self.call(inner, [*given.items, *args], {**named.items, **kwargs}, span, node)
        if kind is Bound and function.name in heaps.GETTERS:
            return self._get_parts(function, args, span)
        if kind is Bound:
            return self._call_method(function, args, kwargs, span, node)
        if kind is Library:
            return self._call_library(function.name, args, kwargs, span, node)
        if kind is Builtin:
            return self._call_builtin(function.name, args, kwargs, span)
        if kind is DType:
            return self.guard(lambda: arrays.call(function.name or "unknown", args, kwargs), span)
        if kind is Cls:
            return self._make(function, args, kwargs, span)
        if kind is Obj:
            method = self.class_attribute(function.cls, "__call__")
            if isinstance(method, Func):
                return self.call_function(method, [function, *args], kwargs, span)
            if function.cls.known and method is None and not function.open:
                raise self.fail("TypeError", f"'{function.cls.name}' object is not callable", span)
        elif kind in OPERANDS or (kind is Unknown and function.type in PLAIN_TYPES):
            shown = "numpy.ndarray" if isinstance(function, Array) else type_name(function)
            if not (isinstance(function, (Seq, Mapping)) and function.kind not in BUILTINS):
                raise self.fail("TypeError", f"'{shown}' object is not callable", span)
        if kind is Unknown and node is not None and _is_told_to_log(node):
            return None
        if kind is Perhaps:
            return self.call(function.value, args, kwargs, span, node)
        for value in (*args, *kwargs.values()):
            self.havoc_value(value)
        if kind is Unknown and function.type is None and node is not None:
            return _coded(node, args)
        return UNKNOWN

    def _get_parts(self, getter: Bound, args: list[Value], span: Span) -> Value:
        """What ``operator.itemgetter``, ``attrgetter`` or ``methodcaller`` takes out of something."""
        if len(args) != 1:
            return UNKNOWN
        wanted = getter.owner.items
        if getter.name == heaps.METHOD:
            return self.call(self.attribute(args[0], wanted[0], span), wanted[1:], {}, span)
        found: list[Value] = []
        for one in wanted:
            value = args[0]
            if getter.name == heaps.ITEM:
                value = self.item(value, one, span)
            else:
                for name in one.split("."):
                    value = self.attribute(value, name, span)
            found.append(value)
        return found[0] if len(found) == 1 else Seq("tuple", found)

    def on_each(self, function: Value, items: list[Value], span: Span) -> Value:
        """Call a function on something of which there may be any number; what it gives."""
        found: list[Value] = []

        def once() -> None:
            found.append(self.call(function, items, {}, span))

        self.fork((once, lambda: None))
        return join_all(found) if found else UNKNOWN

    def _call_vectorized(self, made: Value, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call what ``np.vectorize(function)`` gave: the function gets elements, whatever the dimensions are."""
        if not isinstance(made, Seq) or not args:
            return UNKNOWN
        if kwargs:
            # Which arguments they are is for the function to say.
            for value in (made.items[0], *args, *kwargs.values()):
                self.havoc_value(value)
            return UNKNOWN
        single: list[Value] = []
        for one in args:
            if isinstance(one, Array) and one.dtype == "object" and one.shape:
                inner: Value = one
                for _ in one.shape:
                    inner = self.element(inner)
                single.append(inner)
            else:
                # A number may be one of NumPy's or of Python's.
                single.append(UNKNOWN)
        function, dtype = made.items
        given = self.on_each(function, single, span)
        shapes = [one.shape for one in args if isinstance(one, Array)]
        shape = shapes[0] if len(shapes) == len(args) == 1 else None
        return Array(dtype, shape, type_name(given) if dtype == "object" else None) if dtype else UNKNOWN

    def call_now(self, function: Value, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play the body of a function of the file."""
        if isinstance(function, BoundFunc):
            return self.call_function(function.func, [function.owner, *args], kwargs, span)
        return self.call_function(function, args, kwargs, span)

    def call_function(self, func: Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play a function of the file, or of a module beside it."""
        if func.module is not None and func.module is not self.module:
            with self.inside(func.module, span):
                return self.call_function(func, args, kwargs, span)
        return self._call_cached(func, args, kwargs, span) if func.cached else self._play(func, args, kwargs, span)

    def _call_cached(self, func: Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call what ``functools.lru_cache`` made: it gives the same object for the same arguments."""
        self._make_key(args, kwargs, span)
        if any(value.__class__ not in _AS_KEYS for value in (*args, *kwargs.values())):
            made = self._play(func, args, kwargs, span)
            lose((made,))  # It may be what another call got, and changes.
            return made
        key = func, tuple(args), tuple(kwargs.items())
        if key not in self.cached:
            self.put(self.cached, key, self._play(func, args, kwargs, span))
        return self.cached[key]

    def _play(self, func: Func, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Play the body of a function."""
        node = func.node
        if self.depth >= MAX_DEPTH or self._running.count(node) > 1:
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
            return UNKNOWN
        frame = self._frames.get(id(node))
        scope = Scope(Names(), func.scope, names=frozenset(frame.bindings if frame is not None else ()))
        self._bind_parameters(func, args, kwargs, scope, span)
        if isinstance(node, tree.Lambda):
            return self.eval(node.body, scope)
        activation = Activation(owner=func.owner, self_value=args[0] if args else None)
        if self._is_generator(node):
            activation.yields = Seq("generator", [])
        if func.around and self.block is not None:
            activation.block, activation.outer, self.block = self.block, self.activation, None
        outer, self.activation = self.activation, activation
        self.depth += 1
        self._running.append(node)
        self._handed.append(([*args, *kwargs.values()], span))
        maybe, statement = self.maybe, self.statement
        self.maybe += self.diverted_in(outer)
        kinds = tuple(type_name(value) or "" for value in args)
        try:
            ways = activation.returns
            try:
                signal = self.run(node.body, scope)
            except RaisedError as error:
                if not ways:
                    place, here = error.span.start or 0, error.span.path == node.span.path
                    own = here and (node.span.start or 0) <= place < (node.span.end or 0) and not error.explicit
                    if own and (self._are_swapped(node, kinds) or self._are_named_otherwise(func, span)):
                        error.span, error.statement = span, statement
                    elif self.lacking and not error.explicit and self._is_asked_for(args, kwargs, error):
                        # The function reads whatever it is told to: who tells it knows that the input is optional.
                        error.span, error.statement = span, statement
                    raise
                value = self.survive(error, ways).value
            else:
                value = activation.value if signal == RETURN else None
                self.absorb(ways)
                self._fared_well.setdefault(id(node), set()).add(kinds)
            values = [value, *(way.value for way in ways)]
            value = join_all(values)
            if len(activation.lists) > 1:
                value = self.one_of_lists(value, values, activation.lists)
        finally:
            self.depth -= 1
            self._running.pop()
            self._handed.pop()
            self.activation = outer
            self.maybe = maybe
        return activation.yields if activation.yields is not None else value

    def returned_list(self, value: Seq, span: Span) -> None:
        """Keep in mind which tensors a list holds that a function returns here."""
        self.activation.lists += self.tensor_lists(value, span)

    def tensor_lists(self, value: Value, span: Span) -> Sequence[tuple[tuple[Value, ...], Span]]:
        """The tensors that a list holds on each way, if it is one of tensors; ``span`` is where that is decided."""
        if value.__class__ is not Seq or value.kind != "list":
            return ()
        if value.open or not value.items or not all(item.__class__ is PbTensor for item in value.items):
            return value.ways
        return ((tuple(value.items), span),)

    def one_of_lists(self, value: Value, values: list[Value], lists: list[tuple[tuple[Value, ...], Span]]) -> Value:
        """What a function gives that returns other tensors on other ways."""
        if len({tuple(tensor.name for tensor in tensors) for tensors, _ in lists}) < 2 or len(lists) > _MOST_LISTS:
            return value
        if value is UNKNOWN and all(one.__class__ is Seq and one.kind == "list" for one in values):
            # Whoever changes one of them through another name is not seen.
            self.forget(values)
            value = Seq("list", [], True)
        if value.__class__ is Seq and value.open:
            value.ways = tuple(lists)
        return value

    def _is_asked_for(self, args: list[Value], kwargs: dict[str, Value], error: RaisedError) -> bool:
        """Whether a function that fails with a None was given the name of an input that is not there."""
        named = any(isinstance(one, str) and one in self.lacking for one in (*args, *kwargs.values()))
        return named and "'NoneType'" in error.shown

    def _are_swapped(self, node: tree.Function, kinds: tuple[str, ...]) -> bool:
        """Whether a function was called before, and went well, with what it gets now in another order."""
        known = self._fared_well.get(id(node), ())
        return "" not in kinds and any(kinds != others and sorted(kinds) == sorted(others) for others in known)

    def _are_named_otherwise(self, func: Func, span: Span) -> bool:
        """Whether a call gives something at one place that is called like the parameter at another place."""
        file = next((python for python in self.played if python.path == span.path), self.python)
        call = next((call for call in file.walk(tree.Call) if call.span == span), None)
        if call is None or not isinstance(func.node, tree.Function):
            return False
        names = [parameter.name for parameter in func.node.positional]
        names = names[func.owner is not None and func.kind != "staticmethod" :]
        given = [a.value.id if isinstance(a.value, tree.Name) else "" for a in call.arguments if not a.keyword]
        return any(one in names and one != name for one, name in zip(given, names, strict=False))

    def _is_generator(self, node: tree.Function) -> bool:
        return self._any_yields and any(tree.walk(node.body, tree.Yield, into_functions=False))

    def _bind_parameters(
        self, func: Func, args: list[Value], kwargs: dict[str, Value], scope: Scope, span: Span
    ) -> None:
        node = func.node
        left = dict(kwargs)
        values = list(args)
        for parameter in node.parameters:
            name = parameter.name
            if parameter.kind == "star":
                scope.vars[name] = Seq("tuple", values)
                values = []
            elif parameter.kind == "double-star":
                scope.vars[name] = Mapping(dict(left))
                left = {}
            elif parameter.kind in {"positional-only", "normal"} and values:
                scope.vars[name] = values.pop(0)
                if name in left and parameter.kind == "normal":
                    raise self.fail("TypeError", f"{func.name}() got multiple values for argument '{name}'", span)
            elif name in left and parameter.kind != "positional-only":
                scope.vars[name] = left.pop(name)
            elif name in func.defaults:
                scope.vars[name] = func.defaults[name]
            else:
                text = f"{func.name}() missing 1 required positional argument: '{name}'"
                raise self.fail("TypeError", text, span)
        if left:
            text = f"{func.name}() got an unexpected keyword argument '{next(iter(left))}'"
            raise self.fail("TypeError", text, span)
        if values:
            given, wanted = len(args), len(args) - len(values)
            text = f"{func.name}() takes {wanted} positional arguments but {given} were given"
            raise self.fail("TypeError", text, span)

    def _make_key(self, args: list[Value], kwargs: dict[str, Value], span: Span) -> None:
        """What ``functools.lru_cache`` does first: its arguments become a key."""
        for value in (*args, *kwargs.values()):
            lists = isinstance(value, Array) and not value.scalar and bool(value.shape)
            if lists or (is_plain(value) and library.hashable(value) is False):
                raise self.fail("TypeError", f"unhashable type: '{type_name(value)}'", span)

    def _make(self, cls: Cls, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """An instance of a class of the file."""
        made = Obj(cls)
        init = self.class_attribute(cls, "__init__")
        if self.class_attribute(cls, "__new__") is not None:
            made.open = True
            return UNKNOWN
        if isinstance(init, Func):
            self.call_function(init, [made, *args], kwargs, span)
        elif cls.fields is not None and (cls.known or cls.named_tuple):
            self._fill(made, cls.fields, args, kwargs, span)
        elif init is not None:
            made.open = True  # Made by an expression: it may set any attribute.
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
        elif not cls.known or cls.exception:
            made.open = not cls.exception
            if len(args) == 1 and not kwargs and is_dict(cls) and args[0].__class__ in (Mapping, Json):
                content = args[0]
                if content.__class__ is Mapping:
                    key = Unknown("str") if _has_texts(content) else content.key
                    content = Mapping(dict(content.items), True, key=key)
                self.dicts[id(made)] = made, content
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
        elif args or kwargs:
            raise self.fail("TypeError", f"{cls.name}() takes no arguments", span)
        return made

    def _fill(
        self, made: Obj, fields: tuple[str, ...], args: list[Value], kwargs: dict[str, Value], span: Span
    ) -> None:
        taken = [name for name in fields if name not in made.cls.left_out]
        if len(args) > len(taken) or any(name not in taken for name in kwargs):
            made.open = True
            return
        given = {**dict(zip(taken, args, strict=False)), **kwargs}
        for name in fields:
            if name in given:
                value = given[name]
            else:
                value = self.class_attribute(made.cls, name)
                if isinstance(value, Field):
                    value = self.call(value.factory, [], {}, span) if value.factory is not None else value.default
                elif name in made.cls.left_out:
                    continue  # Left to `__post_init__`.
                elif not any(name in cls.vars for cls in made.cls.lineage):
                    text = f"{made.cls.name}.__init__() missing 1 required positional argument: '{name}'"
                    raise self.fail("TypeError", text, span)
            if made.cls.constant:
                made.attrs[name] = value  # Nothing changes it, so there is nothing to take back.
            else:
                self.put(made.attrs, name, value)
        after = self.class_attribute(made.cls, "__post_init__")
        if isinstance(after, Func) and not made.cls.named_tuple:
            self.call_function(after, [made], {}, span)

    def look_at_added(self, value: Value, span: Span) -> None:
        """Note that the letters of a word are added to a list one by one."""
        if isinstance(value, str) and value.isalpha() and value.islower() and len(value) > 3:
            self.note("letters-added", span)

    def look_at_letters(self, value: Value, span: Span) -> None:
        """Note that a list of words is taken apart letter by letter, where the text was handed over."""
        if not isinstance(value, str) or value not in self.lists_in_texts:
            return
        for given, place in reversed(self._handed):
            if not any(argument is value for argument in given):
                break
            span = place
        self.note("letters", span)

    def _call_method(
        self, bound: Bound, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        owner = bound.owner
        kind = owner.__class__
        if kind in BACKEND_OBJECTS:
            if node is None:
                return UNKNOWN
            return self.guard(lambda: self.pb_method(owner, bound.name, args, kwargs, node), span)
        if kind is Array:
            given = [self.plain(a) for a in args]
            self.guard(lambda: refuse_texts(bound.name, given, kwargs, method=True), span)
            made = anew(self.guard(lambda: arrays.method(owner, bound.name, given, kwargs), span), owner)
            if self.buffers.method(bound.name, owner, made):
                raise self.fail("ValueError", READ_ONLY, span)
            self._written(kwargs, owner if bound.name == "fill" else None, span)
            if made is UNKNOWN and bound.name in _REDUCTIONS and not args and not kwargs and not owner.scalar:
                made = Array(None, (), None, True)
            if bound.name == "astype" and isinstance(made, Array) and made.dtype == "float16" and is_integer(owner):
                self.halves[id(made)] = made
            if bound.name == "sum" and not args and not kwargs:
                self._look_at_sum_of_halves(owner, span)
            if bound.name == "reshape":
                if args and isinstance(args[0], Count) and len(args) > 1:
                    self.note("split-by-requests", span)
                self._look_at_rows(owner, made, span)
            self._look_for_axis(bound.name, owner, made, args, kwargs, span)
            if bound.name in {"tobytes", "tostring"}:
                return self.origins.binary_data()
            made = self._keep_squeezed(bound.name, owner, made, [*given, *kwargs.values()], span)
            self.origins.function(bound.name, [owner, *given], kwargs, made, span)
            self.may_fail(self.origins.nothing_left(bound.name, [owner], kwargs), span)
            return made
        if kind in RUNNING:
            return self.runner_method(bound, args, kwargs, span)
        if kind is Lock:
            if bound.name == "acquire" and not args and not kwargs:
                self.take_lock(owner, span, by_hand=True)
                return True
            if bound.name != "locked":
                self.put(owner.state, "held", False if bound.name == "release" else UNKNOWN)
            return None if bound.name == "release" else Unknown("bool")
        if kind is Builtin:
            if owner.name not in METHODS_OF:
                return UNKNOWN
            given = [self.plain(a) for a in args]
            return self.guard(lambda: library.method(bound, given, kwargs, self.caller(span), self.touch), span)
        if kind is Obj:
            return self._method_of_record(owner, bound.name, args, kwargs, span)
        if kind is Pattern:
            self._replaces(bound.name, [owner.pattern, *args], span)
            # Where to begin and to end changes nothing of what is found.
            given = args if bound.name in {"split", "sub", "subn"} else args[:1]
            return self.call_plain(f"re.{bound.name}", [owner.pattern, *given], kwargs, span)
        if kind is Match:
            return self.guard(lambda: patterns.method(owner, bound.name, args), span)
        if kind is Json:
            return self._method_of_json(bound.name, args, kwargs, span)
        if foreign.is_foreign(owner) and bound.name in foreign.KEEPS:
            for value in (*args, *kwargs.values()):
                self.havoc_value(value)
        if bound.name == "extend" and len(args) == 1:
            self.look_at_added(args[0], span)
        if bound.name == "join" and len(args) == 1 and isinstance(args[0], Array):
            items, whole = self.iterate(args[0], span)
            each = self.element(args[0])
            args = [Seq("list", items if whole else [each], not whole, each)]
        if kind is Seq and owner.kind == FILE:
            return file_method(owner, bound.name)
        if bound.name == "update" and kind is Mapping and args:
            self.refuse_json_text(args[0], span)
        if bound.name == "append" and len(args) == 1:
            self.put_away(args[0], span)
        if bound.name in _CHANGES_LIST:
            self.changes_handed(owner, span)
        given = [as_text(a) for a in args]
        if bound.name in _LOOKS_FOR and given:
            self.look_for_bytes(owner, given[0], span)
            if kind is Mapping and bound.name == "get":
                self.look_for_stranger(owner, given[0], span)
        if bound.name in _FILLS_TEXT:
            filled = given[0].items.values() if given and given[0].__class__ is Mapping else given
            if any(type_name(v) == "bytes" for v in (*filled, *kwargs.values())):
                self.note("bytes-in-text", span)
            self.look_for_methods((*given, *kwargs.values()))
        found = self.guard(lambda: library.method(bound, given, kwargs, self.caller(span), self.touch), span)
        if bound.name in {"split", "rsplit"} and isinstance(found, Seq) and found.open:
            times = given[1] if len(given) > 1 else kwargs.get("maxsplit")
            found.most = times + 1 if times.__class__ is int and times >= 0 else None
        return with_origin(found, "text") if bound.name == "split" and type_name(owner) == "str" else found

    def _method_of_record(
        self, owner: Obj, name: str, args: list[Value], kwargs: dict[str, Value], span: Span
    ) -> Value:
        """A method of a named tuple: another one like it, or its fields as a dict."""
        if args or as_tuple(owner) is owner:
            return UNKNOWN
        if name == "_asdict":
            return Mapping(dict(owner.attrs)) if not kwargs else UNKNOWN
        if wrong := sorted(kwargs.keys() - owner.attrs.keys()):
            # It is a TypeError from Python 3.13 on.
            raise self.fail("ValueError", f"Got unexpected field names: {wrong!r}", span)
        return Obj(owner.cls, {**owner.attrs, **kwargs})

    def _named_tuple(self, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
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
        message = splits_rows(old, new) if self.origins.has_rows(old) else None
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

    def may_fail(self, message: str | None, span: Span) -> None:
        """Tell of a ValueError that some requests bring about, unless a handler is there for it."""
        if message is None:
            return
        error = self.fail("ValueError", message, span)
        if not self.is_caught(error):
            self.maybe += 1
            self.record(error)
            self.maybe -= 1

    def _written(self, kwargs: dict[str, Value], into: Value, span: Span) -> None:
        """Note the arrays that a function writes into."""
        for array in (into, kwargs.get("out")):
            if array is not None and not self.quiet:
                self.buffers.write(array, span=span)

    def _call_library(
        self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        if name.startswith(OF_BACKEND):
            if node is None and name in _HANDED_BY_OTHERS:
                node = tree.Call(span, tree.Name(span, name), ())
            if node is None:
                return UNKNOWN
            return self.guard(lambda: self.pb_call(name[len(OF_BACKEND) :], args, kwargs, node), span)
        reads = bool(args) and isinstance(args[0], Library) and args[0].name in _HANDED_BY_OTHERS
        if name == "functools.partial" and args and (is_function(args[0]) or _is_of_libraries(args[0]) or reads):
            values = [*args[1:], *kwargs.values()]
            # A sender or another object may get anywhere by this, but not out of a request to another model.
            safe = reads or (isinstance(args[0], Library) and args[0].name == _REQUEST)
            if safe or all(one is None or one.__class__ in _HANDED_ON for one in values):
                return Bound(Seq("tuple", [args[0], Seq("list", args[1:]), Mapping(dict(kwargs))]), _PARTIAL)
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
            return self._named_tuple(args, kwargs, span)
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
                if isinstance(value, (Func, BoundFunc, Obj)) or root in _KEEP:
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

    def _method_of_json(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """A method of what JSON stands for: a dict, a list, a text or a number, told apart by what they have."""
        if name in {"get", "pop", "setdefault"}:
            self.look_for_bytes(JSON, args[0] if args else None, span)
            found = JSON if all(is_of_json(default) for default in args[1:]) else UNKNOWN
            self.json_filled = self.json_filled or (found is not JSON and name == "setdefault")
            for default in args[1:]:
                # What is put into it is in the default, too.
                self.havoc_value(default)
            return found
        if hasattr(str, name) and not hasattr(list, name) and not hasattr(dict, name):
            return UNKNOWN if self.json_filled else self.call(Bound(Unknown("str"), name), args, kwargs, span)
        for value in (*args, *kwargs.values()):
            self.havoc_value(value)
        given = (*args, *kwargs.values())
        self.json_filled = self.json_filled or not all(is_of_json(value) for value in given)
        if name in {"keys", "values", "items"}:
            each = {"keys": Unknown("str"), "values": JSON}.get(name) or Seq("tuple", [Unknown("str"), JSON])
            return Seq(f"dict_{name}", [], True, each)
        return {"copy": JSON, "index": Unknown("int"), "count": Unknown("int")}.get(name, UNKNOWN)

    def call_plain(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
        """Call something of Python that takes and gives plain values."""
        given = [as_text(a) for a in args]
        found = self.guard(lambda: library.call(name, given, kwargs, self.caller(span), self.touch), span)
        return with_origin(found, "text") if name in {"re.findall", "re.split"} else found

    def _call_builtin(self, name: str, args: list[Value], kwargs: dict[str, Value], span: Span) -> Value:
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
        given = [as_text(a) for a in args]
        if name == "str" and len(given) == 1 and not kwargs and type_name(given[0]) == "bytes":
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
        if name in {"enumerate", "zip"} and not kwargs:
            lists = [self.iterate(a, span) for a in args[: 1 if name == "enumerate" else None]]
            if any(not whole for _, whole in lists):
                elements = [self.element(a) for a in args]
                counter = Unknown("int")
                if name == "enumerate" and len(args) == 1 and isinstance(first, Array):
                    self.origins.counter(counter, first)
                pair = Seq("tuple", [counter, elements[0]] if name == "enumerate" else elements)
                # What all turns have in common is kept, how many there are is not.
                return (Seq("generator", [], True, pair),)
            if name == "enumerate":
                return (Seq("generator", [Seq("tuple", [i, v]) for i, v in enumerate(lists[0][0])]),)
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


def _is_of_libraries(function: Value) -> bool:
    """Whether a function is one of Python or a library; those of the backend want to know where they are called."""
    if isinstance(function, Library):
        return not function.name.startswith(OF_BACKEND) or function.name == _REQUEST
    return isinstance(function, (Builtin, DType))


def _is_pending(value: Value) -> bool:
    """Whether a value is a future that nobody waited for, of something that takes a while."""
    if value.__class__ is not Coroutine or not value.python_type.startswith("_asyncio.") or "value" in value.state:
        return False
    # Nothing that is gathered is done at once.
    return value.value.__class__ is Seq and bool(value.value.items)


def _is_of_one_dimension(places: Value) -> bool:
    """Whether a tuple of places is surely about one dimension."""
    return places.__class__ is Seq and not places.open and len(places.items) == 1


def _has_texts(content: Mapping) -> bool:
    """Whether all keys of a dict are texts."""
    return not content.open and bool(content.items) and all(isinstance(key, str) for key in content.items)


def _is_told_to_log(node: tree.Call) -> bool:
    """Whether a call is ``logger.info(…)`` or the like, of whatever library: it changes nothing that it is given."""
    func = node.func
    if not isinstance(func, tree.Attribute) or func.attr not in _LOGS:
        return False
    return (tree.dotted(func.value) or "").lower().endswith(("log", "logger", "logging"))


def _coded(node: tree.Call, args: list[Value]) -> Value:
    """What ``x.encode("utf-8")`` gives, whatever x is (nothing else takes the name of a codec); what a path reads."""
    func = node.func
    if not isinstance(func, tree.Attribute):
        return UNKNOWN
    if func.attr in {"encode", "decode"} and len(args) == 1 and args[0] in _CODECS:
        accessor = isinstance(func.value, tree.Attribute) and func.value.attr == "str"
        return UNKNOWN if accessor else Unknown("bytes" if func.attr == "encode" else "str")
    return Unknown(_PATHS_READ[func.attr]) if func.attr in _PATHS_READ else UNKNOWN


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
