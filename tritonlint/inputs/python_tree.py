"""The tree a model.py is read into: small, picklable nodes that carry spans and know nothing of libcst.

Only what rules ask about is kept; any other syntax becomes :class:`Other`, whose ``parts`` can still be walked.
Nodes are compared by identity and never changed; frozen ones would take thrice the time to make.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar, Union, overload

from tritonlint.remember import Remembering
from tritonlint.source import Span

A = TypeVar("A", bound="Node")
B = TypeVar("B", bound="Node")
C = TypeVar("C", bound="Node")

MAX_DEPTH = 300
"""Levels of nesting that a tree may have: what walks it needs no deeper stack."""
FEW_NODES = 12
"""So many are faster looked at than looked up."""


class _Walked(Remembering):
    """Where a node stands in the order of :func:`walk`."""

    __slots__ = ("_end", "_order", "_start")
    _order: Order
    _start: int
    _end: int


class Order:
    """Everything below the nodes that were walked together, and those nodes, depth first."""

    __slots__ = ("_entered", "_kinds", "_places", "nodes")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._entered: list[int] | None = None
        self._places: defaultdict[type[Node], list[int]] = defaultdict(list)
        self._kinds: dict[type[Node], list[Node]] = {}

    def select(self, kinds: tuple[type[Node], ...], start: int, end: int) -> list[Node]:
        """The nodes of some classes (of all, without ``kinds``) between two places."""
        if not kinds:
            return self.nodes[start:end]
        if end - start < FEW_NODES:
            return [node for node in self.nodes[start:end] if node.__class__ in kinds]
        by_kind = self._places or self._sort()
        if len(kinds) > 1:
            found: list[int] = []
            for kind in kinds:
                places = by_kind[kind]
                found += places[bisect_left(places, start) : bisect_left(places, end)]
            found.sort()
            return [self.nodes[place] for place in found]
        places = by_kind[kinds[0]]
        nodes = self._kinds.get(kinds[0])
        if nodes is None:
            nodes = self._kinds[kinds[0]] = [self.nodes[place] for place in places]
        return nodes[bisect_left(places, start) : bisect_left(places, end)]

    def select_outside(self, kinds: tuple[type[Node], ...], start: int, end: int) -> list[Node]:
        """The same without what stands in functions, lambdas and classes that begin there."""
        entered = self._entered
        if entered is None:
            places = self._places or self._sort()
            entered = self._entered = sorted(places[Function] + places[Class] + places[Lambda])
        found: list[Node] = []
        for place in entered[bisect_left(entered, start) : bisect_left(entered, end)]:
            if place >= start:
                found += self.select(kinds, start, place + 1)
                start = self.nodes[place]._end
        rest = self.select(kinds, start, end)
        return found + rest if found else rest

    def _sort(self) -> defaultdict[type[Node], list[int]]:
        places = self._places
        for place, node in enumerate(self.nodes):
            places[node.__class__].append(place)
        return places


@dataclass(slots=True, eq=False)
class Node(_Walked):
    """Anything with a place in the file."""

    span: Span

    def __reduce__(self) -> tuple[type[Node], tuple[object, ...]]:
        return self.__class__, tuple([getattr(self, name) for name in self.__match_args__])


# ------------------------------------------------------------------------------------------------ expressions
@dataclass(slots=True, eq=False)
class Name(Node):
    """A bare name."""

    id: str


@dataclass(slots=True, eq=False)
class Constant(Node):
    """A literal string, bytes, number, True, False or None."""

    value: str | bytes | int | float | complex | bool | None


@dataclass(slots=True, eq=False)
class FString(Node):
    """An f-string; constant pieces and expressions in order."""

    parts: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Attribute(Node):
    """``value.attr``."""

    value: Expr
    attr: str
    attr_span: Span


@dataclass(slots=True, eq=False)
class Argument(Node):
    """One argument of a call; ``star`` is "", "*" or "**"."""

    value: Expr
    keyword: str | None
    star: str


@dataclass(slots=True, eq=False)
class Call(Node):
    """``func(arguments)``."""

    func: Expr
    arguments: tuple[Argument, ...]

    @property
    def certain(self) -> bool:
        """Whether every argument is written out (no ``*args`` or ``**kwargs``)."""
        for a in self.arguments:  # noqa: SIM110 (asked very often: a loop takes a third of the time of any())
            if a.star:
                return False
        return True

    def argument(self, position: int | None, keyword: str | None = None) -> Expr | None:
        """The argument at a position or with a keyword, or None."""
        for a in self.arguments:
            if keyword is not None and a.keyword == keyword:
                return a.value
        if position is None:
            return None
        for a in self.arguments:
            if a.star:
                break
            if a.keyword is None:
                if position == 0:
                    return a.value
                position -= 1
        return None


@dataclass(slots=True, eq=False)
class Subscript(Node):
    """``value[items]``."""

    value: Expr
    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Slice(Node):
    """``lower:upper:step`` within a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """A list, tuple or set display; ``kind`` says which."""

    kind: str
    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Dict(Node):
    """A dict display; a ``**mapping`` item has no key."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Clause(Node):
    """One ``for target in iterable if …`` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Comprehension(Node):
    """A comprehension; ``kind`` is list, set, dict or generator."""

    kind: str
    elements: tuple[Expr, ...]
    clauses: tuple[Clause, ...]


@dataclass(slots=True, eq=False)
class Lambda(Node):
    """An anonymous function."""

    parameters: tuple[Parameter, ...]
    body: Expr


@dataclass(slots=True, eq=False)
class Await(Node):
    """``await value``."""

    value: Expr


@dataclass(slots=True, eq=False)
class Yield(Node):
    """``yield`` or ``yield from``."""

    value: Expr | None


@dataclass(slots=True, eq=False)
class Unary(Node):
    """``not x``, ``-x``, ``+x``, ``~x``."""

    operator: str
    operand: Expr


@dataclass(slots=True, eq=False)
class Binary(Node):
    """An arithmetic or boolean (``and``, ``or``) operation."""

    operator: str
    left: Expr
    right: Expr


@dataclass(slots=True, eq=False)
class Compare(Node):
    """``left op right op …``."""

    left: Expr
    operators: tuple[str, ...]
    rights: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Conditional(Node):
    """``body if test else orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


@dataclass(slots=True, eq=False)
class Starred(Node):
    """``*value`` in a display or target, or ``**value``."""

    value: Expr


@dataclass(slots=True, eq=False)
class Walrus(Node):
    """``target := value``."""

    target: Expr
    value: Expr


@dataclass(slots=True, eq=False)
class Other(Node):
    """Syntax that no rule asks about; its expressions stay reachable."""

    parts: tuple[Expr, ...]


Expr: TypeAlias = Union[  # noqa: UP007 (the members are defined above and below)
    Name,
    Constant,
    FString,
    Attribute,
    Call,
    Subscript,
    Slice,
    Sequence,
    Dict,
    Comprehension,
    Lambda,
    Await,
    Yield,
    Unary,
    Binary,
    Compare,
    Conditional,
    Starred,
    Walrus,
    Other,
]


# ------------------------------------------------------------------------------------------------- statements
@dataclass(slots=True, eq=False)
class Alias(Node):
    """``name as bound`` of an import; ``bound`` is the name it gets in the file."""

    name: str
    bound: str


@dataclass(slots=True, eq=False)
class Import(Node):
    """``import a.b as c``."""

    names: tuple[Alias, ...]


@dataclass(slots=True, eq=False)
class ImportFrom(Node):
    """``from module import …``; ``module`` keeps its leading dots, ``star`` is ``import *``."""

    module: str
    names: tuple[Alias, ...]
    star: bool


@dataclass(slots=True, eq=False)
class Assign(Node):
    """``a = b = value``, ``a: annotation = value`` or ``a += value`` (then ``operator`` is ``+``)."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    operator: str


@dataclass(slots=True, eq=False)
class Expression(Node):
    """An expression as a statement."""

    value: Expr


@dataclass(slots=True, eq=False)
class Return(Node):
    """``return value``."""

    value: Expr | None


@dataclass(slots=True, eq=False)
class Raise(Node):
    """``raise exception from cause``."""

    exception: Expr | None
    cause: Expr | None


@dataclass(slots=True, eq=False)
class Delete(Node):
    """``del targets``."""

    targets: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class Flow(Node):
    """``pass``, ``break`` or ``continue``."""

    keyword: str


@dataclass(slots=True, eq=False)
class Scope(Node):
    """``global`` or ``nonlocal``."""

    keyword: str
    names: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Assert(Node):
    """``assert test, message``."""

    test: Expr
    message: Expr | None


@dataclass(slots=True, eq=False)
class If(Node):
    """``if test: body else: orelse``; an ``elif`` is an If alone in ``orelse``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


@dataclass(slots=True, eq=False)
class For(Node):
    """``for target in iterable``; ``header`` spans the line up to the colon."""

    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    is_async: bool
    header: Span


@dataclass(slots=True, eq=False)
class While(Node):
    """``while test``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


@dataclass(slots=True, eq=False)
class Handler(Node):
    """``except type as name``; ``header`` spans it up to the colon."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    header: Span


@dataclass(slots=True, eq=False)
class Try(Node):
    """``try`` with all its parts."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


@dataclass(slots=True, eq=False)
class WithItem(Node):
    """``value as target`` of a with statement."""

    value: Expr
    target: Expr | None


@dataclass(slots=True, eq=False)
class With(Node):
    """``with items``."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool


@dataclass(slots=True, eq=False)
class Case(Node):
    """One case of a match statement; ``bound`` are the names its pattern binds, ``catch_all`` is ``case _``."""

    bound: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    catch_all: bool


@dataclass(slots=True, eq=False)
class Match(Node):
    """``match subject``."""

    subject: Expr
    cases: tuple[Case, ...]


@dataclass(slots=True, eq=False)
class Parameter(Node):
    """A parameter; ``kind`` is positional-only, normal, star, keyword-only or double-star."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


@dataclass(slots=True, eq=False)
class Function(Node):
    """A function or method; its span begins at ``def`` or ``async``, behind any decorator.

    ``indent`` is the white space before it.
    """

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    is_async: bool
    indent: str

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """Parameters that can be given by position, ``self`` included."""
        return tuple(p for p in self.parameters if p.kind in {"positional-only", "normal"})

    def takes(self, count: int) -> bool:
        """Whether a call with ``count`` positional arguments (``self`` included) fits the parameters."""
        positional = self.positional
        required = sum(1 for p in positional if p.default is None)
        if any(p.kind == "keyword-only" and p.default is None for p in self.parameters):
            return False
        return required <= count and (count <= len(positional) or any(p.kind == "star" for p in self.parameters))

    @property
    def decorator_names(self) -> tuple[str, ...]:
        """Dotted names of the decorators, calls without their arguments."""
        return tuple(dotted(d.func if isinstance(d, Call) else d) or "" for d in self.decorators)


@dataclass(slots=True, eq=False)
class Class(Node):
    """A class definition; ``keywords`` holds ``metaclass=…`` and the like."""

    name: str
    name_span: Span
    bases: tuple[Expr, ...]
    keywords: tuple[Argument, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]


@dataclass(slots=True, eq=False)
class OtherStatement(Node):
    """A statement that no rule asks about."""

    parts: tuple[Expr, ...]


Stmt: TypeAlias = Union[  # noqa: UP007
    Import,
    ImportFrom,
    Assign,
    Expression,
    Return,
    Raise,
    Delete,
    Flow,
    Scope,
    Assert,
    If,
    For,
    While,
    Try,
    With,
    Match,
    Function,
    Class,
    OtherStatement,
]


@dataclass(slots=True, eq=False)
class Syntax:
    """Syntax that older Pythons refuse: ``python`` ("3.12") is the first that takes it, ``name`` says what it is."""

    span: Span
    python: str
    name: str


_Parts: TypeAlias = Callable[[Any], Iterable["Node | None"]]
_PARTS: dict[type[Node], _Parts] = {
    Assign: lambda node: (*node.targets, node.value, node.annotation),
    Call: lambda node: (node.func, *node.arguments),
}
"""What gives the nodes directly below a node, by its class; those not written out here follow from the fields."""
_LEAVES = frozenset({Alias, Constant, Flow, Name, Scope})


def _parts_of(kind: type[Node]) -> _Parts:
    held = {"Expr", "Stmt", *(node.__name__ for node in Node.__subclasses__())}
    found = [field for field in fields(kind) if held & set(re.findall(r"\w+", str(field.type)))]
    several = [str(field.type).startswith("tuple") for field in found]
    parts: _Parts = lambda _: ()  # noqa: E731
    if len(found) == 1:
        only = attrgetter(found[0].name)
        parts = only if several[0] else lambda node: (only(node),)
    elif found:
        get = attrgetter(*(field.name for field in found))
        parts = get if not any(several) else lambda node: _flat(get(node))
    _PARTS[kind] = parts
    return parts


def _flat(parts: tuple[Any, ...]) -> list[Node | None]:
    out: list[Node | None] = []
    for part in parts:
        if part.__class__ is tuple:
            out += part
        else:
            out.append(part)
    return out


def children(node: Node) -> Iterator[Node]:
    """The direct sub-nodes of a node, in file order as far as the syntax allows."""
    parts = _PARTS.get(node.__class__) or _parts_of(node.__class__)
    return (part for part in parts(node) if part is not None)


@overload
def walk(node: Node | tuple[Node, ...], *, into_functions: bool = ...) -> Iterator[Node]: ...
@overload
def walk(node: Node | tuple[Node, ...], kind: type[A], /, *, into_functions: bool = ...) -> Iterator[A]: ...
@overload
def walk(
    node: Node | tuple[Node, ...], kind: type[A], other: type[B], /, *, into_functions: bool = ...
) -> Iterator[A | B]: ...
@overload
def walk(
    node: Node | tuple[Node, ...], kind: type[A], other: type[B], third: type[C], /, *, into_functions: bool = ...
) -> Iterator[A | B | C]: ...
def walk(node: Node | tuple[Node, ...], *kinds: type[Node], into_functions: bool = True) -> Iterator[Node]:
    """A node and everything below it, depth first; with ``kinds`` only nodes of these classes.

    Without ``into_functions`` functions, lambdas and classes are yielded but not entered; a single given node
    always is, the members of a given tuple are not.
    """
    if not isinstance(node, tuple):
        try:
            order = node._order
        except AttributeError:
            order = arrange((node,))
        if into_functions:
            return iter(order.select(kinds, node._start, node._end))
        itself = [node] if not kinds or node.__class__ in kinds else []
        return iter(itself + order.select_outside(kinds, node._start + 1, node._end))
    roots = node
    if not roots:
        return iter(())
    if not hasattr(roots[0], "_order"):
        arrange(roots)
    order, start, end = roots[0]._order, roots[0]._start, roots[0]._end
    for root in roots[1:]:
        if getattr(root, "_order", None) is not order or root._start != end:
            # No siblings, or walked one by one before.
            return chain.from_iterable(_walk_member(root, kinds, into_functions) for root in roots)
        end = root._end
    select = order.select if into_functions else order.select_outside
    return iter(select(kinds, start, end))


def _walk_member(root: Node, kinds: tuple[type[Node], ...], into_functions: bool) -> Iterator[Node]:
    if into_functions or not isinstance(root, _FUNCTIONS):
        return walk(root, *kinds, into_functions=into_functions)
    return iter((root,) if not kinds or root.__class__ in kinds else ())


_FUNCTIONS = (Function, Class, Lambda)


def arrange(roots: tuple[Node, ...]) -> Order:
    """Walk nodes and everything below them, once for all that is asked afterwards."""
    order = Order()
    for root in roots:
        _visit(root, order, order.nodes)
    return order


def _visit(node: Any, order: Order, nodes: list[Any]) -> None:
    node._order = order
    node._start = len(nodes)
    nodes.append(node)
    kind = node.__class__
    for part in (_PARTS.get(kind) or _parts_of(kind))(node):
        if part.__class__ in _LEAVES:
            leaf: Any = part
            leaf._order = order
            leaf._start = start = len(nodes)
            leaf._end = start + 1
            nodes.append(leaf)
        elif part is not None:
            _visit(part, order, nodes)
    node._end = len(nodes)


def target_parts(target: Expr) -> Iterator[Expr]:
    """What a target binds: itself, or what stands in a tuple or list of targets."""
    if isinstance(target, Sequence):
        for item in target.items:
            yield from target_parts(item)
    else:
        yield target.value if isinstance(target, Starred) else target


def dotted(node: Node | None) -> str | None:
    """``a.b.c`` of a chain of names, or None for anything else."""
    if node.__class__ is Name:
        return node.id
    if node.__class__ is not Attribute:
        return None
    before = dotted(node.value)
    return None if before is None else f"{before}.{node.attr}"


def last_name(expr: Node | None) -> str:
    """``c`` of ``a.b.c``; "" for anything but a chain of names."""
    return (dotted(expr) or "").rpartition(".")[2]


def lies_in(node: Node, outer: Node) -> bool:
    """Whether a node begins within another one's text."""
    return (outer.span.start or 0) <= (node.span.start or 0) < (outer.span.end or 0)


def is_text(expr: Expr | None) -> bool:
    """Whether an expression is a literal string."""
    return isinstance(expr, Constant) and isinstance(expr.value, str)
