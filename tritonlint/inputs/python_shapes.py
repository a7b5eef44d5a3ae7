"""Shapes of array expressions, as far as NumPy's own rules decide them without running anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import TypeAlias

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import MAX_STEPS, Frame, PythonFacts
from tritonlint.inputs.python_dtypes import Types, function_called, handed
from tritonlint.inputs.python_join import Direction, tensors_of
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_tree import (
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Function,
    If,
    Name,
    Node,
    Other,
    Return,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Unary,
    Yield,
    dotted,
    walk,
)
from tritonlint.inputs.rehearsal.completed import effective_of
from tritonlint.pbtxt.tree import Document
from tritonlint.remember import remembered

Shape: TypeAlias = tuple[int | None, ...]
"""None is a length that is not known; the empty shape is a single value."""

MAX_EVALUATIONS = 300
"""Expressions looked into for one answer: names assigned in many branches lead to each other without end."""
_SHAPE = re.compile(r"\bndim\b|\.shape\b")
_SAME_METHODS = frozenset({"astype", "copy", "clip", "round", "byteswap", "cumsum"})
_SAME_FUNCTIONS = frozenset(
    f"numpy.{name}"
    for name in (
        "exp", "log", "sqrt", "abs", "round", "clip", "sin", "cos", "tanh", "zeros_like", "ones_like", "empty_like",
        "ascontiguousarray", "asarray", "array", "copy", "nan_to_num", "sign", "square", "negative", "flip", "sort",
    )
)  # fmt: skip
_FILLED = frozenset({"numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full"})
_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "std", "var", "argmax", "argmin", "any", "all", "median"})
_VALUES = frozenset({"float", "int", "len", "bool"})


@remembered
def declared_shapes(
    python: PythonFacts, config: Document, effective: EffectiveConfig, direction: Direction
) -> dict[str, Shape]:
    """The shapes that arrays of the declared tensors have in model.py, the batch dimension included."""
    if config.problems or config.root.uncertain or not python.understood or not effective.complete:
        return {}
    size = effective_of(python, config, effective).max_batch_size
    batch: Shape = (None,) if size else ()
    found: dict[str, Shape] = {}
    for name, tensor in tensors_of(python, config, direction).items() if size is not None else ():
        reshape = tensor.message("reshape")
        dims = tensor.integers("dims") if reshape is None else reshape.integers("shape")
        if dims is not None and (dims or reshape is not None):
            found[name] = (*batch, *(None if dim == -1 else dim for dim in dims))
    return found


@remembered
def shapes_of(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Shapes:
    """The shapes of a file's expressions, with those of the declared inputs."""
    return Shapes(python, declared_shapes(python, config, effective, "input"))


def shape_is_asked(python: PythonFacts, node: Node) -> bool:
    """Whether a node stands under a condition on the number of dimensions."""
    start, end = node.span.start or 0, node.span.end or 0
    for outer in python.walk(If, Conditional):
        if not ((outer.span.start or 0) <= start and end <= (outer.span.end or 0)):
            continue
        tested = [python.source(outer.test)]
        for name in walk((outer.test,), Name):
            tested += [python.source(source) for source, _ in python.follow(name) or ()]
        if any(_SHAPE.search(text) for text in tested):
            return True
    return False


class Shapes:
    """Shapes of expressions of one file; ``inputs`` are those of the arrays that requests bring, by tensor name."""

    def __init__(self, facts: PythonFacts, inputs: Mapping[str, Shape]) -> None:
        self.facts = facts
        self.inputs = inputs
        self.left = MAX_EVALUATIONS
        self._known: dict[tuple[Expr, Frame], Shape | None] = {}
        self._parts: dict[tuple[Expr, Frame], Shape | None] = {}
        """Of those, what was reckoned on the way to another one, with no limit reached."""
        self._limited = False

    def _sources(self, expr: Expr, frame: Frame) -> list[tuple[Expr, Frame]] | None:
        return sources_at(self.facts, expr, frame)

    def of(self, expr: Expr, frame: Frame, steps: int = 0) -> Shape | None:
        """The shape of an array expression, or None where its rank is not certain."""
        key = (expr, frame)
        if steps == 0:
            if key not in self._known:
                self.left, self._limited = MAX_EVALUATIONS, False
                self._known[key] = self._of(expr, frame, 0)
            return self._known[key]
        if key in self._parts:
            return self._parts[key]
        found = self._of(expr, frame, steps)
        if not self._limited:
            self._parts[key] = found
        return found

    def _of(self, expr: Expr, frame: Frame, steps: int) -> Shape | None:
        if isinstance(expr, Name) and expr in self.facts.shadowed:
            return None
        self.left -= 1
        if steps >= MAX_STEPS // 2 or self.left < 0:
            # From here on some ways are not gone any more.
            self._limited = True
            if steps > MAX_STEPS or self.left < 0:
                return None
        if isinstance(expr, Name) or (isinstance(expr, Attribute) and expr.attr != "T"):
            found = self._sources(expr, frame)
            if not found or (len(found) == 1 and found[0][0] is expr):
                return self._element(expr, frame, steps) if isinstance(expr, Name) else None
            shapes = [self.of(source, where, steps + 1) for source, where in found]
            known = [shape for shape in shapes if shape is not None]
            if len(known) != len(shapes) or len({len(shape) for shape in known}) != 1:
                return None
            return tuple(lengths[0] if len(set(lengths)) == 1 else None for lengths in zip(*known, strict=True))
        if isinstance(expr, Attribute):
            shape = self.of(expr.value, frame, steps + 1)
            return shape[::-1] if shape is not None else None
        if isinstance(expr, Constant):
            return () if isinstance(expr.value, int | float) else None
        if isinstance(expr, Subscript):
            return self._indexed(expr, frame, steps)
        if isinstance(expr, Unary) and expr.operator in {"-", "~"}:
            return self.of(expr.operand, frame, steps + 1)
        if isinstance(expr, Binary) and expr.operator in {"+", "-", "*", "/", "//", "%", "**", "&", "|"}:
            return self._broadcast(expr.left, expr.right, frame, steps)
        if isinstance(expr, Binary) and expr.operator == "@":
            return self._product(expr.left, expr.right, frame, steps)
        if isinstance(expr, Compare) and len(expr.rights) == 1 and expr.operators[0] in {"<", "<=", ">", ">="}:
            return self._broadcast(expr.left, expr.rights[0], frame, steps)
        return self._call(expr, frame, steps) if isinstance(expr, Call) and expr.certain else None

    def integer(self, expr: Expr) -> int | None:
        """The whole number that an expression is, or None."""
        return self._integer(expr, self.facts.frame_at(expr))

    def target(self, reshape: Call, frame: Frame) -> Shape | None:
        """The shape that ``x.reshape(…)`` asks for, None where a length or -1 stands in it that is not known."""
        return self._target(reshape, 0, frame, 0)

    # ------------------------------------------------------------------------------------------------- calls
    def _call(self, call: Call, frame: Frame, steps: int) -> Shape | None:
        name = self.facts.qualified(call.func, frame) or ""
        first = call.argument(0)
        if name in _VALUES:
            return ()
        if name.startswith("numpy."):
            return self._function(name, call, first, frame, steps) if first is not None else None
        function = function_called(self.facts, call, frame)
        if function is not None:
            return self._returned(function, steps)
        if not isinstance(call.func, Attribute):
            return None
        method, value = call.func.attr, call.func.value
        if method == "as_numpy" and not call.arguments:
            return self._received(value, frame)
        if method in _SAME_METHODS and method != "cumsum":
            return self.of(value, frame, steps + 1)
        if method == "reshape" and first is not None:
            return self._reshaped(self.of(value, frame, steps + 1), self._target(call, 0, frame, steps))
        if method in {"flatten", "ravel"}:
            shape = self.of(value, frame, steps + 1)
            return (_size(shape),) if shape is not None else None
        if method in _REDUCTIONS:
            return self._reduced(self.of(value, frame, steps + 1), call, 0, frame)
        if method == "squeeze":
            return self._squeezed(self.of(value, frame, steps + 1), call, 0, frame)
        if method == "transpose":
            shape = self.of(value, frame, steps + 1)
            if shape is None:
                return None
            return shape[::-1] if not call.arguments else (None,) * len(shape)
        return None

    def _returned(self, function: Function, steps: int) -> Shape | None:
        """The shape that a function of this file returns, whichever way it goes."""
        if function.is_async or function.decorators or steps > MAX_STEPS // 2:
            return None
        own = self.facts.frame_of(function)
        inside = list(walk(function.body, into_functions=False))
        if any(isinstance(node, Yield) for node in inside):
            return None
        values = [node.value for node in inside if isinstance(node, Return)]
        shapes = {self.of(value, own, steps + 4) if value is not None else None for value in values}
        return shapes.pop() if len(shapes) == 1 else None

    def _function(self, name: str, call: Call, first: Expr, frame: Frame, steps: int) -> Shape | None:
        bare = name.removeprefix("numpy.")
        if name in {"numpy.array", "numpy.asarray"}:
            return self._literal(first, frame, steps + 1) if call.argument(None, "ndmin") is None else None
        if name in _FILLED:
            return self._lengths(first, frame, steps)
        if name in _SAME_FUNCTIONS:
            return self.of(first, frame, steps + 1)
        if name == "numpy.reshape":
            return self._reshaped(self.of(first, frame, steps + 1), self._target(call, 1, frame, steps))
        if name == "numpy.expand_dims":
            shape = self.of(first, frame, steps + 1)
            axis = self._integer(call.argument(1, "axis"), frame)
            if shape is None or axis is None or not -len(shape) - 1 <= axis <= len(shape):
                return None
            axis = axis if axis >= 0 else axis + len(shape) + 1
            return (*shape[:axis], 1, *shape[axis:])
        if name == "numpy.squeeze":
            return self._squeezed(self.of(first, frame, steps + 1), call, 1, frame)
        if bare in _REDUCTIONS:
            return self._reduced(self.of(first, frame, steps + 1), call, 1, frame)
        if name in {"numpy.maximum", "numpy.minimum"} and len(call.arguments) == 2:
            return self._broadcast(first, call.arguments[1].value, frame, steps)
        if name in {"numpy.dot", "numpy.matmul"} and len(call.arguments) == 2:
            return self._product(first, call.arguments[1].value, frame, steps)
        if name in {"numpy.stack", "numpy.concatenate"}:
            return self._joined(name, call, first, frame, steps)
        return None

    def _received(self, tensor: Expr, frame: Frame) -> Shape | None:
        found: set[Shape | None] = set()
        for source, where in self._sources(tensor, frame) or ():
            if not isinstance(source, Call) or self.facts.pb_name(source.func, where) != "get_input_tensor_by_name":
                return None
            for name in self.facts.strings(source.argument(1, "name"), where) or ("",):
                found.add(self.inputs.get(name))
        return found.pop() if len(found) == 1 else None

    def _literal(self, expr: Expr, frame: Frame, steps: int) -> Shape | None:
        """What ``np.array(expr)`` makes of nested lists, numbers and arrays."""
        if steps > MAX_STEPS:
            return None
        sources = self._sources(expr, frame)
        listing = self._listing(expr, frame, steps)
        if listing is not None:
            return listing
        if not sources or len(sources) != 1:
            return None
        source, where = sources[0]
        if isinstance(source, Constant):
            return ()
        if isinstance(source, Sequence) and source.kind in {"list", "tuple"}:
            if any(isinstance(item, Starred) for item in source.items):
                return None
            shapes = {self._literal(item, where, steps + 1) for item in source.items}
            inner = shapes.pop() if len(shapes) == 1 else None
            return (len(source.items), *inner) if inner is not None else None
        return self.of(source, where, steps + 1)

    def _element(self, name: Name, frame: Frame, steps: int) -> Shape | None:
        """The shape of what a loop over an array binds."""
        found = self.facts.lookup(name.id, frame)
        if found is not None and [binding.kind for binding in found[0]] == ["parameter"]:
            given = handed(self.facts, name.id, found[1]) if steps < MAX_STEPS // 2 else []
            shapes = {self.of(one, where, steps + 4) for one, where in given}
            return shapes.pop() if len(shapes) == 1 else None
        if found is None or [binding.kind for binding in found[0]] != ["element"]:
            return None
        iterable, index = found[0][0].expr, found[0][0].index
        if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and index == 1:
            iterable, index = iterable.argument(0), None
        shape = self.of(iterable, found[1], steps + 1) if iterable is not None and index is None else None
        return shape[1:] if shape else None

    def _counts(self, item: Expr, frame: Frame) -> bool:
        """Whether an expression is a whole number that a loop counts: ``for i in range(…)``."""
        found = self.facts.lookup(item.id, frame) if isinstance(item, Name) else None
        if found is None or [binding.kind for binding in found[0]] != ["element"]:
            return False
        made, index = found[0][0].expr, found[0][0].index
        called = dotted(made.func) if isinstance(made, Call) else None
        return (called == "enumerate" and index == 0) or (called == "range" and index is None)

    def _listing(self, expr: Expr, frame: Frame, steps: int) -> Shape | None:
        """The shape of an array of a list that a comprehension or a loop makes: the length is not known."""
        types = Types(self.facts)
        found = types.listed(expr, frame)
        if len(found) != 1:
            return None
        source = found[0][0]
        items: tuple[Expr, ...] = ()
        if isinstance(source, Comprehension) and source.kind == "list":
            items = source.elements
        elif isinstance(source, Sequence) and isinstance(expr, Name) and self._sources(expr, frame) in (None, []):
            items = source.items
        shapes: set[Shape | None] = set()
        for item in items:
            inside = self.facts.frame_at(item)
            shape = self.of(item, inside, steps + 1)
            shapes.add(() if shape is None and types.value(item, inside) is not None else shape)
        inner = shapes.pop() if len(shapes) == 1 else None
        return (None, *inner) if inner is not None else None

    def _joined(self, name: str, call: Call, first: Expr, frame: Frame, steps: int) -> Shape | None:
        if not isinstance(first, Sequence) or not first.items:
            listed = self._listing(first, frame, steps)
            if listed is None or len(listed) < 2 or len(call.arguments) != 1:
                return None
            return listed if name == "numpy.stack" else (None, *listed[2:])
        shapes = [self.of(item, frame, steps + 1) for item in first.items]
        given = call.argument(1, "axis")
        axis = 0 if given is None else self._integer(given, frame)
        ranks = {len(shape) if shape is not None else None for shape in shapes}
        if None in ranks or len(ranks) != 1 or axis is None:
            return None
        known = [shape for shape in shapes if shape is not None]
        rank = len(known[0])
        # Arrays that are joined agree in every other length.
        common = [next((s[i] for s in known if s[i] is not None), None) for i in range(rank)]
        if name == "numpy.stack":
            if not -rank - 1 <= axis <= rank:
                return None
            place = axis % (rank + 1)
            return (*common[:place], len(known), *common[place:])
        if not -rank <= axis < rank:
            return None
        parts = [shape[axis] for shape in known]
        lengths = [part for part in parts if part is not None]
        common[axis] = sum(lengths) if len(lengths) == len(parts) else None
        return tuple(common)

    # ------------------------------------------------------------------------------------------------ pieces
    def _integer(self, expr: Expr | None, frame: Frame) -> int | None:
        values = self.facts.values(expr, frame) if expr is not None else None
        if not values or len(values) != 1 or not isinstance(values[0], int) or isinstance(values[0], bool):
            return None
        return values[0]

    def _lengths(self, expr: Expr, frame: Frame, steps: int) -> Shape | None:
        """The shape that an argument like ``(2, n)`` means."""
        sources = self._sources(expr, frame)
        if not sources or len(sources) != 1:
            return None
        source, where = sources[0]
        if isinstance(source, Sequence):
            if any(isinstance(item, Starred) for item in source.items):
                return None
            return tuple(self._integer(item, where) for item in source.items)
        if isinstance(source, Attribute) and source.attr == "shape":
            return self.of(source.value, where, steps + 1)
        single = self._integer(source, where)
        if single is not None:
            return (single,)
        if isinstance(source, Call) and self.facts.qualified(source.func, where) in {"len", "int"}:
            return (None,)
        return None

    def _target(self, call: Call, position: int, frame: Frame, steps: int) -> Shape | None:
        """The shape that a reshape asks for; -1 in it is None."""
        given = [a.value for a in call.arguments if a.keyword is None][position:]
        if not given or any(a.keyword is not None for a in call.arguments):
            return None
        if len(given) == 1:
            shape = self._lengths(given[0], frame, steps)
        else:
            shape = tuple(self._integer(item, frame) for item in given)
        return tuple(None if length == -1 else length for length in shape) if shape is not None else None

    @staticmethod
    def _reshaped(shape: Shape | None, target: Shape | None) -> Shape | None:
        if target is None or target.count(None) != 1 or shape is None or None in shape:
            return target
        size, rest = _size(shape) or 0, prod(length for length in target if length is not None)
        return tuple(size // rest if length is None and rest else length for length in target)

    def _reduced(self, shape: Shape | None, call: Call, position: int, frame: Frame) -> Shape | None:
        axis_given = call.argument(position, "axis")
        keep = call.argument(None, "keepdims")
        if shape is None:
            return None
        if axis_given is None or (isinstance(axis_given, Constant) and axis_given.value is None):
            return () if keep is None else None
        axis = self._integer(axis_given, frame)
        if axis is None or not -len(shape) <= axis < len(shape):
            return None
        if keep is not None and not (isinstance(keep, Constant) and isinstance(keep.value, bool)):
            return None
        axis %= len(shape)
        kept = (1,) if isinstance(keep, Constant) and keep.value is True else ()
        return (*shape[:axis], *kept, *shape[axis + 1 :])

    def _squeezed(self, shape: Shape | None, call: Call, position: int, frame: Frame) -> Shape | None:
        given = call.argument(position, "axis")
        if shape is not None and given is None:
            # A length that is not known may be 1.
            return None if None in shape else tuple(length for length in shape if length != 1)
        axis = self._integer(given, frame)
        if shape is None or axis is None or not -len(shape) <= axis < len(shape):
            return None
        axis %= len(shape)
        return (*shape[:axis], *shape[axis + 1 :])

    def _indexed(self, expr: Subscript, frame: Frame, steps: int) -> Shape | None:
        shape = self.of(expr.value, frame, steps + 1)
        if shape is None:
            return None
        out: list[int | None] = []
        position = 0
        for number, item in enumerate(expr.items):
            if isinstance(item, Other) and self.facts.source(item) == "...":
                rest = [i for i in expr.items[number + 1 :] if not _adds_axis(self.facts, i, frame)]
                skipped = len(shape) - position - len(rest)
                if skipped < 0:
                    return None
                out += shape[position : position + skipped]
                position += skipped
            elif _adds_axis(self.facts, item, frame):
                out.append(1)
            elif position >= len(shape):
                return None
            elif isinstance(item, Slice):
                out.append(self._sliced(shape[position], item, frame))
                position += 1
            elif self._integer(item, frame) is not None or self._counts(item, frame):
                position += 1
            else:
                return None
        return (*out, *shape[position:])

    def _sliced(self, length: int | None, item: Slice, frame: Frame) -> int | None:
        """How long ``x[lower:upper:step]`` is."""
        if item.lower is item.upper is item.step is None:
            return length
        bounds = [self._integer(bound, frame) for bound in (item.lower, item.upper, item.step)]
        given = [bound is not None for bound in (item.lower, item.upper, item.step)]
        if length is None or bounds[2] == 0 or any(g and b is None for g, b in zip(given, bounds, strict=True)):
            return None
        return len(range(*slice(*bounds).indices(length)))

    def _product(self, left: Expr, right: Expr, frame: Frame, steps: int) -> Shape | None:
        """The shape of a product of vectors and matrices."""
        first, second = self.of(left, frame, steps + 1), self.of(right, frame, steps + 1)
        if first is None or second is None or not 1 <= len(first) <= 2 or not 1 <= len(second) <= 2:
            return None
        return (*first[:-1], *(second[1:] if len(second) == 2 else ()))

    def _broadcast(self, left: Expr, right: Expr, frame: Frame, steps: int) -> Shape | None:
        first, second = self.of(left, frame, steps + 1), self.of(right, frame, steps + 1)
        if first is None or second is None:
            return None
        length = max(len(first), len(second))
        a, b = ((1,) * (length - len(s)) + s for s in (first, second))
        return tuple(_wider(x, y) for x, y in zip(a, b, strict=True))


def _wider(first: int | None, second: int | None) -> int | None:
    if first == 1:
        return second
    if second in (1, first):
        return first
    # An unknown length may be 1, and takes the other's then.
    return first if second is None and first is not None else second if first is None else None


def _adds_axis(facts: PythonFacts, item: Expr, frame: Frame) -> bool:
    if isinstance(item, Constant):
        return item.value is None
    return facts.qualified(item, frame) == "numpy.newaxis"


def _size(shape: Shape) -> int | None:
    return None if None in shape else prod(length for length in shape if length is not None)


def shape_words(shape: Shape) -> str:
    """A shape for messages, ``[?, 3]``: a length that is not known is a question mark."""
    return "[" + ", ".join("?" if length is None else str(length) for length in shape) + "]"
