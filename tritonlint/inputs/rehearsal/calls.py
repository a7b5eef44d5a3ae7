"""Calls: of functions and classes of the file, of methods, and of whatever else can be called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.rehearsal import arrays, foreign, heaps, library, patterns
from tritonlint.inputs.rehearsal.buffers import READ_ONLY, anew
from tritonlint.inputs.rehearsal.builtin import FILE, file_method
from tritonlint.inputs.rehearsal.habits import (
    is_integer,
    with_origin,
)
from tritonlint.inputs.rehearsal.library_calls import _EACH, PARTIAL, LibraryCalls, PbCall, with_arguments
from tritonlint.inputs.rehearsal.objects import (
    JSON,
    Around,
    BoundFunc,
    Cls,
    Coroutine,
    Field,
    Func,
    Json,
    Lock,
    Match,
    Names,
    Obj,
    Pattern,
    PbTensor,
    Scope,
    Sender,
    as_tuple,
    is_dict,
)
from tritonlint.inputs.rehearsal.outcome import RaisedError
from tritonlint.inputs.rehearsal.protocols import (
    BACKEND_OBJECTS,
    BUILTINS,
    METHODS_OF,
    OPERANDS,
    RUNNING,
    Count,
    as_text,
    is_of_json,
    is_plain,
)
from tritonlint.inputs.rehearsal.quantities import refuse_texts
from tritonlint.inputs.rehearsal.reality import lose
from tritonlint.inputs.rehearsal.trail import PLAIN_TYPES, join_all
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    Choice,
    DType,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.inputs.rehearsal.ways import RETURN, Activation
from tritonlint.source import Span

MAX_DEPTH = 16
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_MOST_LISTS = 6
"""Of functions that return more lists of tensors than these, none is kept in mind."""
_AS_KEYS: frozenset[type[Any]] = frozenset({str, int, float, bool, bytes, type(None), Builtin, Library, Cls, Func})
"""The classes of values of which it is known whether two are equal."""
_CODECS = ("utf-8", "utf8", "UTF-8", "ascii", "latin-1", "latin1")
_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "std", "prod"})
"""Methods that make one number of a whole array."""
_FILLS_TEXT = frozenset({"format", "format_map", "substitute", "safe_substitute"})
"""Methods of a text with places, and of `string.Template`, that put values there."""
_CHANGES_LIST = frozenset({"pop", "remove", "clear", "append", "insert", "extend", "sort", "reverse"})
_PATHS_READ = {"read_text": "str", "read_bytes": "bytes"}
_LOOKS_FOR = frozenset({"get", "index", "count", "pop", "__getitem__", "__contains__"})
"""Methods of lists and dicts that look for what they are given."""
PbMethod: TypeAlias = Callable[[Value, str, list[Value], dict[str, Value], tree.Call], Value]


class Calls(LibraryCalls):
    """Calls of values; ``pb_method`` answers for methods of what the backend gives."""

    def __init__(
        self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall, pb_method: PbMethod
    ) -> None:
        super().__init__(python, has_member, pb_call)
        self.pb_method = pb_method
        self._running: list[tree.Node] = []
        self._fared_well: dict[int, set[tuple[str, ...]]] = {}
        """The types of the arguments with which a function came to its end."""
        self.block: Callable[[Value], None] | None = None
        """What plays the block of a ``with`` statement, while its context manager is called."""
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
        if kind is Bound and function.name is PARTIAL:
            inner, made, names, *given = function.owner.items
            before, named = given[: len(given) - len(names)], given[len(given) - len(names) :]
            whole = with_arguments(made, span, node)
            return self.call(inner, [*before, *args], {**dict(zip(names, named, strict=True)), **kwargs}, span, whole)
        if kind is Bound and function.name in heaps.GETTERS:
            return self._get_parts(function, args, span)
        if kind is Bound:
            return self._call_method(function, args, kwargs, span, node)
        if kind is Library:
            return self.call_library(function.name, args, kwargs, span, node)
        if kind is Builtin:
            return self.call_builtin(function.name, args, kwargs, span)
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
        if kind is Unknown and self.sends_taken:
            self.unknown_sends = True  # It may be the `send` that was taken from a sender.
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
            if isinstance(node, tree.Function) and not node.is_async:
                _awaited_by_caller(value, node, span)
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
        if self.lacking:
            return False  # A None stands at another place because another input is not there.
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

    def _call_method(
        self, bound: Bound, args: list[Value], kwargs: dict[str, Value], span: Span, node: tree.Call | None
    ) -> Value:
        owner = bound.owner
        kind = owner.__class__
        if kind in BACKEND_OBJECTS:
            if node is None and kind is Sender:
                # It does not matter who calls it.
                node = tree.Call(span, tree.Name(span, bound.name), ())
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
        elif bound.name == "join" and len(args) == 1 and args[0].__class__ is Seq and args[0].open:
            self._look_at_joined(type_name(owner), args[0], span)
        elif bound.name in {"intersection", "isdisjoint"} and len(args) == 1:
            self.look_for_nothing_common(owner, args[0], span)
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

    def _look_at_joined(self, kind: str | None, joined: Seq, span: Span) -> None:
        """Bytes that are joined as texts: that fails wherever there are any."""
        found = type_name(joined.each)
        if not joined.items and {kind, found} == {"str", "bytes"}:
            wanted = "str instance" if kind == "str" else "a bytes-like object"
            self.may_meet(self.fail("TypeError", f"sequence item 0: expected {wanted}, {found} found", span))

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


def _awaited_by_caller(value: Value, node: tree.Function, span: Span) -> None:
    """What a plain function starts and gives back can only be awaited where that is called."""
    start, end = node.span.start or 0, node.span.end or 0
    for one in value.items if isinstance(value, Seq) else (value,):
        made = one.span if isinstance(one, Coroutine) else None
        if made is not None and made.path == node.span.path and start <= (made.start or 0) < end:
            one.span = span
