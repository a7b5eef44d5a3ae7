"""What a model.py says, without running it: :class:`PythonFacts`.

``python_reading.read_python(path, text)`` reads a file once into the tree of :mod:`tritonlint.inputs.python_tree`,
``python_building`` gathers what it binds and calls, and here are the answers to questions about it. A value that
cannot be known is None. Names are followed through plain assignments, loops over literal lists, module constants and
``self.x``; nothing is ever executed.

How to ask:

* ``facts.model_class``, ``facts.method("execute")``: the class Triton instantiates and its methods, those of base
  classes in the same file included.
* ``facts.pb_calls``: every call of something in ``triton_python_backend_utils``, by its name there.
* ``facts.qualified(expr)``: the dotted name an expression stands for (``np.zeros`` -> ``numpy.zeros``).
* ``facts.values(expr)``: all constants an expression can be, or None.
* ``facts.follow(expr)``: the expressions a name can stand for, or None.
* ``facts.dtype(expr)``: NumPy's name of the data type of an array expression, or None.
* ``facts.responses``: every InferenceResponse that is made and used, with the tensors put into it.

Whoever reads facts from the cache gets equal ones: spans, never object identities, connect the parts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, overload

from tritonlint.inputs.python_tree import (
    A,
    Alias,
    Argument,
    Assign,
    Attribute,
    B,
    Binary,
    C,
    Call,
    Class,
    Clause,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    FString,
    Function,
    Import,
    ImportFrom,
    Lambda,
    Name,
    Node,
    Order,
    Sequence,
    Starred,
    Stmt,
    Subscript,
    Syntax,
    Walrus,
    arrange,
    dotted,
    walk,
)
from tritonlint.remember import Remembering, remembered
from tritonlint.source import Span

PB_MODULE = "triton_python_backend_utils"
MODEL_CLASS = "TritonPythonModel"
_GIVING_ATTRIBUTES = frozenset({"__getattr__", "__getattribute__", "__new__"})
"""Methods by which an object may have attributes that its class does not name."""
_HARMLESS = frozenset({"dataclasses.dataclass", "typing.final"})
"""Decorators of a class that leave its methods alone."""
MAX_VALUES = 32
MAX_STEPS = 24
"""Assignments followed for one value; more means a cycle or a program too clever to judge."""


ErrorKind = Literal["syntax", "encoding", "null-byte", "too-deep"]
Value = str | bytes | int | float | complex | bool | None


@dataclass(frozen=True, slots=True)
class ReadError:
    """Why a file has no tree. ``too-deep`` says nothing about the server: only this reader gave up."""

    kind: ErrorKind
    span: Span
    message: str


@dataclass(slots=True, eq=False)
class Binding:
    """One way a name gets its value in a frame.

    ``kind``: value (``expr`` is it), element (of the iterable ``expr``, at ``index`` of each element if not None),
    import (``target`` is the dotted name), function, class, parameter, or unknown.
    """

    kind: Literal["value", "element", "import", "function", "class", "parameter", "unknown"]
    span: Span
    expr: Expr | None = None
    index: int | None = None
    target: str = ""


@dataclass(slots=True, eq=False)
class Frame:
    """The names of the module, of a function or of a class body. ``number`` is its place in ``PythonFacts.frames``."""

    number: int
    parent: int | None
    owner: Function | Class | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    in_class: Class | None = None
    """The class a method belongs to."""

    @property
    def function(self) -> Function | None:
        """The function, or None for the module and for class bodies."""
        return self.owner if isinstance(self.owner, Function) else None


@dataclass(slots=True, eq=False)
class PbCall:
    """A call of something in triton_python_backend_utils; ``name`` is dotted (``Logger.log_info``)."""

    name: str
    call: Call
    function: Function | None

    @property
    def span(self) -> Span:
        """The whole call."""
        return self.call.span


@dataclass(slots=True, eq=False)
class TensorRead:
    """``get_input_tensor_by_name(request, name)``; ``names`` are the possible names or None."""

    call: Call
    name_span: Span
    names: tuple[str, ...] | None
    function: Function | None


@dataclass(slots=True, eq=False)
class TensorWrite:
    """``Tensor(name, value)`` in an InferenceResponse; ``names`` are the possible names or None."""

    call: Call
    name_span: Span
    names: tuple[str, ...] | None
    value: Expr | None
    dtype: str | None


@dataclass(slots=True, eq=False)
class ResponseFacts:
    """One ``InferenceResponse(…)``. ``complete`` says that ``outputs`` are all of its tensors."""

    call: Call
    outputs: tuple[TensorWrite, ...]
    complete: bool
    has_error: bool
    function: Function | None


class _Placed(Remembering):
    """What is asked several times for each node; no field, so it is never pickled."""

    __slots__ = ("_followed", "_names", "_places", "_walked")
    _followed: dict[tuple[Expr, Frame | None], list[tuple[Expr, Frame]] | None]
    """What :meth:`PythonFacts.follow` answered."""
    _names: dict[Expr | tuple[Expr, Frame], str | None]
    """What :meth:`PythonFacts.qualified` answered."""
    _places: tuple[list[int], list[Frame]]
    """Where frames begin."""
    _walked: dict[tuple[type[Node], ...], list[Node]]
    """The nodes of some classes."""


@dataclass(frozen=True, slots=True)
class ClassBeside:
    """A model class in another file; ``hookless`` says that it surely has no ``auto_complete_config``."""

    span: Span
    hookless: bool


@dataclass(slots=True, eq=False)
class PythonFacts(_Placed):
    """The facts of one model.py; see the module's documentation for how to ask."""

    path: str
    text: str
    body: tuple[Stmt, ...] = ()
    syntax: tuple[Syntax, ...] = ()
    """What of the file's syntax not every Python knows."""
    error: ReadError | None = None
    frames: list[Frame] = field(default_factory=list)
    model_class: Class | None = None
    class_status: Literal["defined", "missing", "unknown"] = "missing"
    """``unknown``: imported, made by an expression, or hidden behind ``import *``."""
    bases_known: bool = False
    """Whether every base of the model class, as far as there are any, is a class of this file."""
    base_changes_methods: bool = False
    """Whether a base in another file may put something in the place of methods; who knows the other files says so."""
    class_beside: ClassBeside | None = None
    """The model class where the file gets it from a module beside it; who knows the other files says so."""
    model_classes: tuple[Class, ...] = ()
    """The model class and its bases in this file, in the order attributes are looked up."""
    future_annotations: bool = False
    pb_calls: tuple[PbCall, ...] = ()
    reads: tuple[TensorRead, ...] = ()
    responses: tuple[ResponseFacts, ...] = ()
    imports: tuple[str, ...] = ()
    """Dotted names of the modules imported anywhere in the file."""
    mutated: frozenset[str] = frozenset()
    """Dotted names of containers that are changed in place somewhere (``self.names.append(…)``)."""
    attributes: dict[str, list[tuple[Binding, int]]] = field(default_factory=dict)
    """What methods of the model class assign to ``self.x``, each with the number of the method's frame."""

    def __post_init__(self) -> None:
        own: Any = self  # slots of a base class are unknown to mypy here
        own._names = {}
        own._followed = {}
        own._walked = {}

    def __reduce__(self) -> tuple[type[PythonFacts], tuple[object, ...]]:
        return PythonFacts, tuple([getattr(self, name) for name in self.__match_args__])

    # ------------------------------------------------------------------------------------------- the class
    @property
    def understood(self) -> bool:
        """Whether the file was read and holds the model class itself."""
        return self.error is None and self.model_class is not None

    @remembered
    def method(self, name: str) -> Function | None:
        """The method of that name, own or inherited within the file; None when there is none or it is not a def."""
        if self.may_replace(name):
            return None
        for owner in self.model_classes:
            found = None
            for statement in owner.body:
                if isinstance(statement, Function) and statement.name == name:
                    found = statement
                elif name in _bound_by(statement):
                    return None
            if found is not None:
                return found
        return None

    @remembered
    def may_define(self, name: str) -> bool:
        """Whether the model class may have an attribute of that name in a way that is not a plain method here."""
        if not self.bases_known or self.class_status != "defined":
            return True
        for owner in self.model_classes:
            if owner.decorators or owner.keywords:
                return True
        if name in self._bound_in_class or not self._methods.isdisjoint(_GIVING_ATTRIBUTES):
            return True
        if self.calls_any("setattr", "locals", "vars") or "__dict__" in self.used_names:
            return True
        return name in self.attributes or not self.assigned_attributes.isdisjoint({name, "__class__"})

    @remembered
    def may_replace(self, name: str) -> bool:
        """Whether something else than the bodies of its classes may give the model an attribute of that name.

        A decorator or a metaclass, a base that changes its subclasses, ``TritonPythonModel.execute = …``, or
        ``self.execute = …``.
        """
        for owner in self.model_classes:
            if any(a.keyword != "metaclass" or self.qualified(a.value) != "abc.ABCMeta" for a in owner.keywords):
                return True
            if not all(self.qualified(d.func if isinstance(d, Call) else d) in _HARMLESS for d in owner.decorators):
                return True
        if self.base_changes_methods or "__init_subclass__" in self._methods or name in self.assigned_attributes:
            return True
        return "setattr" in self.used_names and any(
            dotted(call.func) == "setattr" and self._sets_method(call, name) for call in self.walk(Call)
        )

    def _sets_method(self, call: Call, name: str) -> bool:
        """Whether ``setattr`` may set that attribute of the model class, or of anything."""
        owner, wanted = call.argument(0), call.argument(1)
        if isinstance(wanted, Constant):
            return wanted.value == name
        named = {MODEL_CLASS, "cls", *(cls.name for cls in self.model_classes)}
        return dotted(owner) in named if owner is not None else True

    @property
    @remembered
    def _bound_in_class(self) -> frozenset[str]:
        """What the bodies of the model class and its bases bind other than by ``def`` directly in them."""
        return frozenset().union(*(_bound_by(s) for owner in self.model_classes for s in owner.body))

    @property
    @remembered
    def _methods(self) -> frozenset[str]:
        return frozenset(s.name for owner in self.model_classes for s in owner.body if isinstance(s, Function))

    @property
    @remembered
    def assigned_attributes(self) -> frozenset[str]:
        """The attributes that are assigned anywhere in the file, of whatever object."""
        targets = (target for node in self.walk(Assign) for target in node.targets)
        return frozenset(target.attr for target in targets if isinstance(target, Attribute))

    @property
    @remembered
    def called(self) -> frozenset[str | None]:
        """What is called anywhere in the file, as dotted names that are written there."""
        return frozenset(dotted(call.func) for call in self.walk(Call))

    def calls_any(self, *names: str) -> bool:
        """Whether one of these is called anywhere in the file by its bare name; mostly none stands there at all."""
        return not self.used_names.isdisjoint(names) and not self.called.isdisjoint(names)

    @property
    @remembered
    def used_names(self) -> frozenset[str]:
        """Names and attributes that expressions consist of."""
        return frozenset({node.id for node in self.walk(Name)} | {node.attr for node in self.walk(Attribute)})

    @property
    @remembered
    def identifiers(self) -> frozenset[str]:
        """The names in the code: those used, attributes, keywords, functions, classes, and each part of an import."""
        found = set(self.used_names)
        found.update(node.keyword for node in self.walk(Argument) if node.keyword is not None)
        found.update(node.name for node in self.walk(Function))
        found.update(node.name for node in self.walk(Class))
        found.update(part for node in self.walk(Alias) for part in node.name.split("."))
        found.update(part for node in self.walk(ImportFrom) for part in node.module.split("."))
        return frozenset(found)

    def syntax_of(self, name: str) -> bool:
        """Whether the file uses some newer syntax."""
        return any(one.name == name for one in self.syntax)

    # ------------------------------------------------------------------------------------------------ walks
    @overload
    def walk(self) -> Iterator[Node]: ...
    @overload
    def walk(self, kind: type[A], /) -> Iterator[A]: ...
    @overload
    def walk(self, kind: type[A], other: type[B], /) -> Iterator[A | B]: ...
    @overload
    def walk(self, kind: type[A], other: type[B], third: type[C], /) -> Iterator[A | B | C]: ...
    def walk(self, *kinds: type[Node]) -> Iterator[Node]:
        """Every node of the file, or every one of these classes."""
        try:
            return iter(self._walked[kinds])
        except KeyError:
            order = self.order()
            found = self._walked[kinds] = order.select(kinds, 0, len(order.nodes))
            return iter(found)

    @remembered
    def order(self) -> Order:
        """All nodes, each before what lies in it."""
        return arrange(self.body)

    def frame_at(self, node: Node) -> Frame:
        """The innermost function, class body or module that a node stands in."""
        try:
            starts, frames = self._places
        except AttributeError:
            starts, frames = self._frames_by_place()
        return frames[bisect_right(starts, node.span.start or 0) - 1]

    def _frames_by_place(self) -> tuple[list[int], list[Frame]]:
        """Where another frame begins, and which."""
        starts, frames = [-1], [self.frames[0]]
        open_frames = [(len(self.text) + 1, self.frames[0])]
        for frame in self.frames[1:]:
            # Frames are in file order, outer before inner.
            if frame.owner is None:
                continue
            start, end = frame.owner.span.start or 0, frame.owner.span.end or 0
            while open_frames[-1][0] <= start:
                at, _ = open_frames.pop()
                starts.append(at)
                frames.append(open_frames[-1][1])
            starts.append(start + 1)
            frames.append(frame)
            open_frames.append((end, frame))
        while len(open_frames) > 1:
            at, _ = open_frames.pop()
            starts.append(at)
            frames.append(open_frames[-1][1])
        own: Any = self  # slots of a base class are unknown to mypy here
        own._places = starts, frames
        return starts, frames

    def function_at(self, node: Node) -> Function | None:
        """The innermost function that a node stands in; a lambda is none."""
        return self._function_of(self.frame_at(node))

    def _function_of(self, frame: Frame) -> Function | None:
        owner = frame.owner
        while not isinstance(owner, Function):
            if frame.parent is None:
                return None
            frame = self.frames[frame.parent]
            owner = frame.owner
        return owner

    def frame_of(self, function: Function) -> Frame:
        """The frame of a function."""
        return self._frames_by_start().get(function.span.start, self.frames[0])

    def function_bound(self, binding: Binding) -> Function | None:
        """The function that a binding of kind ``function`` stands for."""
        frame = self._frames_by_start().get(binding.span.start)
        return frame.function if frame is not None else None

    @remembered
    def _frames_by_start(self) -> dict[int | None, Frame]:
        return {frame.owner.span.start: frame for frame in self.frames if frame.owner is not None}

    def calls_of(self, *names: str) -> Iterator[PbCall]:
        """Calls of triton_python_backend_utils by their names there."""
        return (call for call in self.pb_calls if call.name in names)

    @property
    def newline(self) -> str:
        """The line end that the file uses."""
        return "\r\n" if "\r\n" in self.text else "\n"

    @overload
    def walk_function(self, function: Function, /) -> Iterator[Node]: ...
    @overload
    def walk_function(self, function: Function, kind: type[A], /) -> Iterator[A]: ...
    @overload
    def walk_function(self, function: Function, kind: type[A], other: type[B], /) -> Iterator[A | B]: ...
    def walk_function(self, function: Function, *kinds: type[Node]) -> Iterator[Node]:
        """Every node of a function's body, nested functions included, or every one of these classes."""
        return walk(function.body, *kinds)

    def line_end(self, offset: int) -> int:
        """Offset of the end of the line that ``offset`` lies in, before the line end."""
        end = self.text.find("\n", offset)
        return len(self.text) if end == -1 else end

    def source(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.span.start : node.span.end]

    # --------------------------------------------------------------------------------------- names and values
    def lookup(self, name: str, frame: Frame) -> tuple[list[Binding], Frame] | None:
        """The bindings of a name seen from a frame, and the frame they are in; None for a name bound nowhere."""
        current: Frame | None = frame
        first = True
        while current is not None:
            # A class body's names are not visible from the functions in it.
            if name in current.bindings and (first or not isinstance(current.owner, Class)):
                return current.bindings[name], current
            first = False
            current = self.frames[current.parent] if current.parent is not None else None
        return None

    @property
    @remembered
    def shadowed(self) -> dict[Expr, frozenset[Span]]:
        """Names in comprehensions and lambdas that are another thing there than outside: they bind them anew.

        Each with the places of the comprehension that bind it; a lambda binds nothing that is known.
        """
        inside: list[tuple[dict[str, frozenset[Span]], tuple[Node, ...]]] = []
        for made in self.walk(Comprehension):
            targets = [part for clause in made.clauses for part in walk(clause.target, Name)]
            names = {one.id: frozenset(part.span for part in targets if part.id == one.id) for one in targets}
            conditions = [one for clause in made.clauses for one in clause.conditions]
            # The first iterable is evaluated outside.
            inside.append((names, (*made.elements, *conditions, *(clause.iterable for clause in made.clauses[1:]))))
        for function in self.walk(Lambda):
            inside.append(({parameter.name: frozenset() for parameter in function.parameters}, (function.body,)))
        own = {part.span for clause in self.walk(Clause) for part in walk(clause.target, Name)}
        bound = {
            name
            for frame in self.frames
            for name, bindings in frame.bindings.items()
            if any(binding.span not in own for binding in bindings)
        }
        return {
            name: names[name.id]
            for names, parts in inside
            if names.keys() & bound
            for name in walk(parts, Name)
            if name.id in names
        }

    def bindings_at(self, name: Name, frame: Frame) -> tuple[list[Binding], Frame] | None:
        """The bindings that a name may have where it stands, as :meth:`lookup` gives them; None for none or unknown."""
        found = self.lookup(name.id, frame)
        own = self.shadowed.get(name)
        if found is None or own is None:
            return found
        bindings = [binding for binding in found[0] if binding.span in own]
        return (bindings, found[1]) if bindings else None

    @remembered
    def self_name(self, frame: Frame) -> str | None:
        """What a method calls its instance, seen from that method or a function in it."""
        current: Frame | None = frame
        while current is not None:
            function = current.function
            if function is not None and current.in_class is not None:
                if function.decorators and {"staticmethod", "classmethod"}.intersection(function.decorator_names):
                    return None
                positional = function.positional
                return positional[0].name if positional else None
            current = self.frames[current.parent] if current.parent is not None else None
        return None

    def qualified(self, expr: Expr, frame: Frame | None = None, steps: int = 0) -> str | None:
        """The dotted name an expression stands for, imports resolved; builtins keep their bare name."""
        if steps > MAX_STEPS or (expr.__class__ is not Name and expr.__class__ is not Attribute):
            return None
        if steps:
            return self._find_qualified(expr, frame or self.frame_at(expr), steps)
        key = expr if frame is None else (expr, frame)
        try:
            return self._names[key]
        except KeyError:
            found = self._names[key] = self._find_qualified(expr, frame or self.frame_at(expr), 0)
            return found

    def _find_qualified(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        if expr.__class__ is Name:
            return self._name_qualified(expr, frame, steps)
        if expr.__class__ is not Attribute:
            return None
        value = expr.value
        if value.__class__ is Name and value.id == self.self_name(frame):
            return self._own_qualified(expr.attr, steps)
        base = self.qualified(value, frame, steps + 1)
        return None if base is None else f"{base}.{expr.attr}"

    def _name_qualified(self, name: Name, frame: Frame, steps: int) -> str | None:
        found = self.lookup(name.id, frame)
        if found is None:
            return name.id
        bindings, where = found
        targets: set[str | None] = set()
        for binding in bindings:
            kind = binding.kind
            if kind == "import":
                targets.add(binding.target)
            elif kind == "value" and binding.expr is not None:
                if not _is_placeholder(binding):
                    targets.add(self.qualified(binding.expr, where, steps + 1))
            elif where.number == 0 and kind in {"class", "function"}:
                targets.add(f"<module>.{name.id}")
            else:
                return None
        return targets.pop() if len(targets) == 1 else None

    def _own_qualified(self, attribute: str, steps: int) -> str | None:
        """What an attribute of the instance stands for."""
        bound = [(b, number) for b, number in self.attributes.get(attribute, ()) if not _is_placeholder(b)]
        if len(bound) != 1:
            return None
        binding, number = bound[0]
        if binding.kind != "value" or binding.expr is None:
            return None
        return self.qualified(binding.expr, self.frames[number], steps + 1)

    def pb_name(self, expr: Expr, frame: Frame | None = None) -> str | None:
        """The name within triton_python_backend_utils that an expression stands for."""
        name = self.qualified(expr, frame)
        if name is not None and name.startswith(PB_MODULE + "."):
            return name[len(PB_MODULE) + 1 :]
        return None

    @property
    @remembered
    def pb_attributes(self) -> tuple[tuple[Attribute, str], ...]:
        """Every attribute that is something in triton_python_backend_utils, with its name there."""
        leading = self.leading
        found = []
        for node in self.walk(Attribute):
            if root_name(node) in leading:
                name = self.pb_name(node)
                if name is not None:
                    found.append((node, name))
        return tuple(found)

    @property
    @remembered
    def leading(self) -> frozenset[str | None]:
        """Names that a dotted name in triton_python_backend_utils can begin with."""
        return frozenset(
            {
                PB_MODULE,
                *(
                    name
                    for frame in self.frames
                    for name, bindings in frame.bindings.items()
                    for binding in bindings
                    if binding.kind == "parameter"
                    or (binding.kind == "import" and binding.target.startswith(PB_MODULE))
                    or (binding.kind == "value" and binding.expr.__class__ in {Name, Attribute})
                ),
            }
        )

    def is_request_list(self, expr: Expr, frame: Frame | None = None) -> bool:
        """Whether an expression is the ``requests`` parameter of execute itself."""
        execute = self.method("execute")
        # What a decorator hands on may be one request.
        if execute is None or execute.decorators or len(execute.positional) < 2 or not isinstance(expr, Name):
            return False
        frame = frame or self.frame_at(expr)
        found = self.lookup(expr.id, frame)
        return (
            found is not None
            and expr.id == execute.positional[1].name
            and found[1].owner is not None
            and found[1].owner.span == execute.span
            and len(found[0]) == 1
        )

    def follow(self, expr: Expr, frame: Frame | None = None, steps: int = 0) -> list[tuple[Expr, Frame]] | None:
        """The expressions that an expression can stand for, with their frames; None when that is not known."""
        if expr.__class__ not in _FOLLOWED:
            return [(expr, frame or self.frame_at(expr))] if steps <= MAX_STEPS else None
        if steps:
            return self._follow(expr, frame or self.frame_at(expr), steps)
        try:
            return self._followed[expr, frame]
        except KeyError:
            found = self._followed[expr, frame] = self._follow(expr, frame or self.frame_at(expr), 0)
            return found

    def _follow(self, expr: Expr, frame: Frame, steps: int) -> list[tuple[Expr, Frame]] | None:
        if steps > MAX_STEPS:
            return None
        bound: list[tuple[Binding, Frame]]
        if isinstance(expr, Name):
            found = self.bindings_at(expr, frame)
            if found is None:
                return None
            bound = [(binding, found[1]) for binding in found[0]]
        elif isinstance(expr, Attribute):
            own = self.self_name(frame)
            if own is None or not isinstance(expr.value, Name) or expr.value.id != own:
                return [(expr, frame)]
            assigned = self.attributes.get(expr.attr)
            if not assigned:
                return None
            bound = [(binding, self.frames[number]) for binding, number in assigned]
        elif isinstance(expr, Conditional):
            left, right = self.follow(expr.body, frame, steps + 1), self.follow(expr.orelse, frame, steps + 1)
            return None if left is None or right is None else left + right
        elif isinstance(expr, Walrus):
            return self.follow(expr.value, frame, steps + 1)
        else:
            return [(expr, frame)]
        out: list[tuple[Expr, Frame]] = []
        for binding, where in bound:
            if binding.kind == "value" and binding.expr is not None:
                more = self.follow(binding.expr, where, steps + 1)
            elif binding.kind == "element" and binding.expr is not None:
                more = self._elements(binding.expr, binding.index, where, steps + 1)
            else:
                return None
            if more is None or len(out) + len(more) > MAX_VALUES:
                return None
            out += more
        changed = self.mutated and dotted(expr) in self.mutated
        if changed and any(isinstance(e, Sequence | Dict | Comprehension) for e, _ in out):
            return None
        return out

    def _elements(self, iterable: Expr, index: int | None, frame: Frame, steps: int) -> list[tuple[Expr, Frame]] | None:
        """What a loop over ``iterable`` binds (to the ``index``-th name of a tuple target)."""
        if steps > MAX_STEPS:
            return None
        if isinstance(iterable, Call):
            name = dotted(iterable.func)
            first = iterable.argument(0)
            if name == "enumerate" and first is not None:
                return self._elements(first, None, frame, steps + 1) if index == 1 else None
            if name == "zip" and index is not None:
                part = iterable.argument(index)
                return self._elements(part, None, frame, steps + 1) if part is not None else None
            if name in {"list", "tuple", "set", "sorted", "reversed"} and first is not None:
                return self._elements(first, index, frame, steps + 1)
            if isinstance(iterable.func, Attribute) and not iterable.arguments:
                method = iterable.func.attr
                sources = self.follow(iterable.func.value, frame, steps + 1)
                if sources is None or not all(isinstance(e, Dict) for e, _ in sources):
                    return None
                if method == "keys" or (method == "items" and index == 0):
                    return self._parts(sources, keys=True)
                if method == "values" or (method == "items" and index == 1):
                    return self._parts(sources, keys=False)
            return None
        sources = self.follow(iterable, frame, steps + 1)
        if sources is None:
            return None
        parts = self._parts(sources, keys=True)
        if parts is None or index is None:
            return parts
        picked: list[tuple[Expr, Frame]] = []
        for part, where in parts:
            if not isinstance(part, Sequence) or index >= len(part.items) or isinstance(part.items[index], Starred):
                return None
            picked.append((part.items[index], where))
        return picked

    def _parts(self, sources: list[tuple[Expr, Frame]], *, keys: bool) -> list[tuple[Expr, Frame]] | None:
        out: list[tuple[Expr, Frame]] = []
        for source, where in sources:
            if isinstance(source, Sequence):
                if any(isinstance(item, Starred) for item in source.items):
                    return None
                out += [(item, where) for item in source.items]
            elif isinstance(source, Dict):
                if any(key is None for key in source.keys):
                    return None
                out += [(item, where) for item in (source.keys if keys else source.values) if item is not None]
            else:
                return None
        return out if len(out) <= MAX_VALUES else None

    def values(self, expr: Expr, frame: Frame | None = None, steps: int = 0) -> tuple[Value, ...] | None:
        """All constants that an expression can be, or None when not every one is known."""
        sources = self.follow(expr, frame, steps)
        if sources is None:
            return None
        out: list[Value] = []
        for source, where in sources:
            more = self._constant(source, where, steps + 1)
            if more is None or len(out) + len(more) > MAX_VALUES:
                return None
            out += [value for value in more if value not in out]
        return tuple(out)

    def _constant(self, expr: Expr, frame: Frame, steps: int) -> tuple[Value, ...] | None:
        if steps > MAX_STEPS:
            return None
        if isinstance(expr, Constant):
            return (expr.value,)
        if isinstance(expr, FString):
            pieces = [self.values(part, frame, steps + 1) for part in expr.parts]
            return _joined(pieces)
        if isinstance(expr, Binary) and expr.operator == "+":
            return _joined([self.values(expr.left, frame, steps + 1), self.values(expr.right, frame, steps + 1)], False)
        if isinstance(expr, Name | Attribute | Conditional | Walrus):
            # An attribute of something else than self, for which follow() has no answer.
            return None if isinstance(expr, Attribute) else self.values(expr, frame, steps + 1)
        if isinstance(expr, Subscript) and len(expr.items) == 1:
            keys = self.values(expr.items[0], frame, steps + 1)
            sources = self.follow(expr.value, frame, steps + 1)
            if not keys or not sources or len(keys) != 1:
                return None
            out: list[Value] = []
            for source, where in sources:
                part = _item(source, keys[0])
                more = self.values(part, where, steps + 1) if part is not None else None
                if more is None:
                    return None
                out += more
            return tuple(out)
        return None

    def strings(self, expr: Expr | None, frame: Frame | None = None) -> tuple[str, ...] | None:
        """All strings that an expression can be; None when it is not known or may be something else."""
        found = self.values(expr, frame) if expr is not None else None
        if not found or not all(isinstance(value, str) for value in found):
            return None
        return tuple(value for value in found if isinstance(value, str))

    # -------------------------------------------------------------------------------------------- data types
    def dtype(self, expr: Expr, frame: Frame | None = None) -> str | None:
        """NumPy's name of the data type of an array expression ("float64", "str", "object"), or None."""
        from tritonlint.inputs.python_dtypes import dtype_of

        return dtype_of(self, expr, frame or self.frame_at(expr))


_FOLLOWED = frozenset({Attribute, Conditional, Name, Walrus})


def root_name(expr: Expr) -> str | None:
    """The name that a dotted name begins with."""
    while expr.__class__ is Attribute:
        expr = expr.value
    return expr.id if expr.__class__ is Name else None


def _is_placeholder(binding: Binding) -> bool:
    """Whether a binding is ``name = None``, which says only that the name has its meaning from elsewhere."""
    return binding.kind == "value" and isinstance(binding.expr, Constant) and binding.expr.value is None


def _joined(pieces: list[tuple[Value, ...] | None], as_text: bool = True) -> tuple[Value, ...] | None:
    """The texts that pieces in sequence can make; numbers count as text only in f-strings."""
    choices: list[tuple[Value, ...]] = []
    size = 1
    for piece in pieces:
        if piece is None:
            return None
        if not all(isinstance(v, str) or (as_text and isinstance(v, int)) for v in piece):
            return None
        choices.append(piece)
        size *= len(piece)
    if size > MAX_VALUES:
        return None
    return tuple("".join(str(v) for v in combination) for combination in product(*choices))


def _item(source: Expr, key: Value) -> Expr | None:
    if isinstance(source, Sequence) and isinstance(key, int) and not any(isinstance(i, Starred) for i in source.items):
        return source.items[key] if -len(source.items) <= key < len(source.items) else None
    if isinstance(source, Dict):
        for k, v in zip(source.keys, source.values, strict=True):
            if k is None or not isinstance(k, Constant):
                return None
            if k.value == key:
                return v
    return None


def _bound_by(statement: Stmt) -> set[str]:
    """Names that a statement of a class body binds other than by ``def`` directly in it."""
    names: set[str] = set()
    if isinstance(statement, Function):
        return names
    for node in walk((statement,), into_functions=False):
        if isinstance(node, Function | Class):
            names.add(node.name)
        elif isinstance(node, Import | ImportFrom):
            names.update(alias.bound for alias in node.names)
            if isinstance(node, ImportFrom) and node.star:
                names.update({"execute", "initialize", "finalize", "auto_complete_config"})
        elif isinstance(node, Assign):
            names.update(t.id for target in node.targets for t in walk(target) if isinstance(t, Name))
    return names
