"""What raises for the data of some requests, and what catches it: said only where it is plain from the code.

``first_risk`` asks roughly, for places where any exception at all does harm. ``DataErrors`` knows which exception it
is, and for what data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import STILL_METHODS
from tritonlint.inputs.python_flow import is_generator, own_nodes
from tritonlint.inputs.python_requests import TEXT_METHODS, RequestValues, cuts, from_request, mentions
from tritonlint.inputs.python_threads import by_name
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    If,
    Match,
    Name,
    Node,
    Raise,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Try,
    Unary,
    Walrus,
    While,
    With,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.source import Span

_PARSES = frozenset({"json.loads", "bytes.fromhex", "base64.b64decode", "ast.literal_eval", "uuid.UUID"})
"""Functions that refuse some texts."""
_WANTED = {
    "json.loads": "JSON",
    "datetime.datetime.fromisoformat": "date",
    "datetime.date.fromisoformat": "date",
    "datetime.datetime.strptime": "date of that form",
    "bytes.fromhex": "hexadecimal number",
    "uuid.UUID": "UUID",
}
"""Functions that raise ValueError for texts that are not what they read."""
_READ_BY_NUMPY = frozenset(
    {"int", "float"} | {f"numpy.{kind}{bits}" for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64)}
)
"""Types of numbers that a text is read as when an array of texts is made one of them."""
_NUMBERS = frozenset({"int", "float"})
"""Functions that refuse texts that are no numbers; a number of an array is one."""
_TEXTS = TEXT_METHODS | {"split", "group"}
"""Methods that give texts."""
_REFUSE_NUMBERS = {
    "textwrap.wrap": (1, "width", "0"),
    "textwrap.fill": (1, "width", "0"),
    "time.sleep": (0, "secs", "negative"),
    "numpy.zeros": (0, "shape", "negative"),
    "numpy.ones": (0, "shape", "negative"),
    "numpy.empty": (0, "shape", "negative"),
    "math.sqrt": (0, "x", "negative"),
    "math.log": (0, "x", "0"),
}
"""Functions that refuse some numbers: which argument, and what it must not be."""
_SEARCHES = frozenset({"index", "remove"})
"""Methods that refuse what is not there."""
_FORGIVING = frozenset({"collections.defaultdict", "collections.Counter"})
"""Tables that have an item for every key."""
_ONLY_QUEUES = frozenset({"Empty", "Full", "queue.Empty", "queue.Full", "StopIteration", "TimeoutError"})
_DEPTH = 2
_LOOKS_INTO = frozenset(
    {"isinstance", "issubset", "issuperset", "keys", "jsonschema", "pydantic", "validate", "hasattr"}
)
"""Names in files that may look at what a document has before they take it apart."""
_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "match", "fullmatch", "findall", "search"})
_BASES: dict[str, frozenset[str]] = {
    "KeyError": frozenset({"LookupError"}),
    "IndexError": frozenset({"LookupError"}),
    "ValueError": frozenset(),
    "ZeroDivisionError": frozenset({"ArithmeticError"}),
}
"""What is told exactly, with what else it may be caught as; a handler of one does not catch another."""
ON_PURPOSE = "this is raised on purpose"
_DEEPEST = 4


class End(NamedTuple):
    """An exception that leaves a function."""

    span: Span
    """Where in the function."""
    cause: Span
    """Where it is raised."""
    what: str
    way: tuple[tuple[Function, Span], ...]
    """The functions that it leaves, and where in each, from the outermost on."""


# ------------------------------------------------------------------------------------ roughly: whether any raises
def first_risk(python: PythonFacts, function: Function, parts: Iterable[Node], depth: int = _DEPTH) -> Node | None:
    """The first place in some statements of a function that raises for some requests, not caught there."""
    given = from_request(function)
    for part in parts:
        for raised in walk(part, Raise, Assert, into_functions=False):
            asked = raised.test if isinstance(raised, Assert) else None
            if (asked is None or mentions(asked, given)) and not is_caught_within(part, raised):
                return raised
        stored = {id(t) for a in walk(part, Assign, into_functions=False) if not a.operator for t in a.targets}
        for node in walk(part, Call, Subscript, into_functions=False):
            if (
                id(node) not in stored
                and _refuses(python, node, given, depth)
                and not is_caught_within(part, node)
                and not _asked_before(function, node)
            ):
                return node
    return None


def _refuses(python: PythonFacts, node: Call | Subscript, given: frozenset[str], depth: int) -> bool:
    """Whether an expression raises for some values."""
    if isinstance(node, Subscript):
        index = node.items[0]
        if len(node.items) > 1 or isinstance(index, Slice | Constant | Unary) or not isinstance(node.value, Attribute):
            return False
        # What the model holds, asked for something that a request brings, or for an entry of that.
        named: Node = index
        while isinstance(named, Subscript) and len(named.items) == 1 and isinstance(named.items[0], Constant):
            named = named.value
        if dotted(node.value) is None or not isinstance(named, Name) or named.id not in given:
            return False
        made = python.follow(node.value) or ()
        return not any(isinstance(one, Call) and python.qualified(one.func, at) in _FORGIVING for one, at in made)
    brought = any(mentions(argument.value, given) for argument in node.arguments)
    if brought and isinstance(node.func, Name | Attribute):
        name = python.qualified(node.func)
        text = any(isinstance(c.func, Attribute) and c.func.attr in _TEXTS for c in walk(node, Call))
        if name in _PARSES or (name in _NUMBERS and text):
            return True
        if isinstance(node.func, Attribute) and node.func.attr in _SEARCHES and len(node.arguments) == 1:
            return True
    called = by_name(python).get(last_name(node.func), ())
    if depth == 0 or len(called) != 1 or any(True for _ in called[0].decorators):
        return False
    return first_risk(python, called[0], called[0].body, depth - 1) is not None


def is_caught_within(part: Node, node: Node) -> bool:
    """Whether a ``try`` within a statement catches what a node in it raises."""
    return any(
        may_catch(attempt) and any(lies_in(node, s) for s in attempt.body)
        for attempt in walk(part, Try, into_functions=False)
    )


def may_catch(attempt: Try) -> bool:
    """Whether a ``try`` may catch more than that a queue is empty."""
    for handler in attempt.handlers:
        if handler.type is None:
            return True
        kinds = {dotted(n) for n in walk(handler.type, Name, Attribute)}
        if kinds - _ONLY_QUEUES - {"queue"}:
            return True
    return False


def _asked_before(function: Function, node: Node) -> bool:
    """Whether a condition that a node stands under asks for the same thing: ``if key in self.table``."""
    words = {n.id for n in walk(node, Name)} - {"self"}
    for test in own_nodes(function, If):
        before = (test.span.start or 0) < (node.span.start or 0)
        if before and any(n.id in words for n in walk(test.test, Name)):
            return True
    return False


# ------------------------------------------------------------------ exactly: what is raised, and for what data
class DataErrors:
    """What values of a request make functions of one file raise."""

    def __init__(self, python: PythonFacts, config: Document | None = None) -> None:
        self.python = python
        self.values = RequestValues(python, config)
        self.asked = {python.source(n) for c in python.walk(Compare) for p in (c.left, *c.rights) for n in walk(p)}
        """What the file compares with something, or asks whether it is there at all."""
        tests = [n.test for n in python.walk(If, While, Conditional)]
        tests += [n.operand for n in python.walk(Unary) if n.operator == "not"]
        tests += [n.left for n in python.walk(Binary) if n.operator in {"and", "or"}]
        tests += [n.subject for n in python.walk(Match)]
        self.asked |= {python.source(n) for test in tests for n in walk((test,), Name, Call)}
        self.asked |= {a for test in tests for n in walk((test,), Walrus) if (a := dotted(n.target)) is not None}

    def ends(self, function: Function, path: tuple[Function, ...]) -> Iterator[End]:
        """What leaves a function as an exception."""
        # Whoever wraps a function, or a block of it, may catch what it raises.
        if not {dotted(decorator) for decorator in function.decorators} <= STILL_METHODS:
            return
        attempts = [attempt for attempt in own_nodes(function, Try) if attempt.handlers or attempt.final]
        blocks = [
            block
            for block in own_nodes(function, With)
            if any(isinstance(i.value, Call) and (dotted(i.value.func) or "") != "open" for i in block.items)
        ]
        iterated = {id(_passed(loop.iterable)) for loop in own_nodes(function, For)}
        for node in (*own_nodes(function, Subscript, Call, Binary), *own_nodes(function, Assign)):
            what = self.raised(node)
            if any(lies_in(node, statement) for block in blocks for statement in block.body):
                continue
            if what and not self.is_caught(attempts, node, what):
                yield End(place := self.place(function, node), node.span, what, ((function, place),))
            called = self.values.called(node) if isinstance(node, Call) else None
            if called is None or called in path or len(path) >= _DEEPEST:
                continue
            # What a generator raises comes out where something goes over it.
            if is_generator(called) and id(node) not in iterated:
                continue
            for end in self.ends(called, (*path, function)):
                if not self.is_caught(attempts, node, end.what):
                    place = self.place(function, node)
                    yield End(place, end.cause, end.what, ((function, place), *end.way))
                    break
        yield from self.explicit(function, attempts, path)

    def explicit(self, function: Function, attempts: list[Try], path: tuple[Function, ...]) -> Iterator[End]:
        """A ``raise`` in a thread; those of an async execute are told elsewhere."""
        if (path[0] if path else function).is_async or function.is_async:
            return
        for node in own_nodes(function, Raise):
            if node.exception is not None and not self.is_caught(attempts, node, ON_PURPOSE):
                yield End(node.span, node.span, ON_PURPOSE, ((function, node.span),))

    def is_caught(self, attempts: list[Try], node: Node, what: str) -> bool:
        """Whether a ``try`` around a node may catch what it raises, or ends the stream whatever comes."""
        raised = next((name for name in _BASES if name in what), "")
        for attempt in attempts:
            if not any(lies_in(node, statement) for statement in attempt.body):
                continue
            types = [h.type for h in attempt.handlers]
            each = [one for t in types for one in (t.items if isinstance(t, Sequence) else (t,))]
            names = [dotted(one) if one is not None else None for one in each]
            others = _BASES.keys() - {raised} - _BASES.get(raised, frozenset())
            if self.ends_stream(attempt) or not raised or any(name not in others for name in names):
                return True
        return False

    def ends_stream(self, attempt: Try) -> bool:
        """Whether the ``finally`` of a ``try`` may send the final flag."""
        return any(
            "final" in word.lower() or "send" in word.lower() or word in {"close", "finish", "done", "end", "complete"}
            for word in (
                node.id if isinstance(node, Name) else node.attr for node in walk(attempt.final, Name, Attribute)
            )
        )

    def place(self, function: Function, node: Node) -> Span:
        """The header of a loop, or the expression."""
        loops = (loop for loop in own_nodes(function, For) if lies_in(node, loop.iterable))
        return next((loop.header for loop in loops), node.span)

    def raised(self, node: Node) -> str:
        """What a node raises for some values of a request; empty if nothing is known."""
        python, kind = self.python, self.values.kind
        if isinstance(node, Subscript):
            return self.lacks(node) or self.too_short(node) or self.not_in_document(node)
        if isinstance(node, Assign):
            return self.unpacked(node)
        if isinstance(node, Binary):
            if node.operator in {"//", "%", "/"} and kind(node.right) == "int" and not self.tested(node.right):
                return f"this raises ZeroDivisionError when `{python.source(node.right)}` is 0"
            return ""
        if not isinstance(node, Call) or not node.arguments:
            return ""
        name = dotted(node.func)
        last = node.arguments[-1].value
        if name in {"max", "min"} and len(node.arguments) == 1 and kind(last) == "words" and not self.tested(last):
            return f"this raises ValueError when there is nothing in `{python.source(last)}`"
        if name == "dict" and isinstance(last, Comprehension) and last.kind == "generator" and cuts(last.elements[0]):
            part = last.elements[0]
            if kind(part) in {"texts", "words"} and not self.compared(part) and not last.clauses[0].conditions:
                return f"this raises ValueError for a text that `{python.source(part)}` does not cut into two"
        if name == "range" and len(node.arguments) == 3 and kind(last) in {"int", "item"}:
            return "" if self.tested(last) else f"this raises ValueError when `{python.source(last)}` is 0"
        if isinstance(node.func, Attribute) and node.func.attr == "astype" and kind(node.func.value) == "cells":
            fits = self.tested(node.func.value) or _TESTS & python.identifiers or self.tried(node)
            read = python.qualified(node.arguments[0].value) in _READ_BY_NUMPY
            return "this raises ValueError for a text that is no number" if read and not fits else ""
        refused = _REFUSE_NUMBERS.get(python.qualified(node.func) or "")
        if refused is not None:
            place, keyword, of = refused
            given = node.argument(place, keyword)
            if given is not None and kind(given) == "int" and not self.tested(given):
                return f"this raises ValueError when `{python.source(given)}` is {of}"
            return ""
        number = name in _NUMBERS and len(node.arguments) == 1
        wanted = "number" if number else _WANTED.get(python.qualified(node.func) or "", "")
        # An element of an array of numbers would never do as JSON.
        if wanted and kind(node.arguments[0].value) in {"text", "cell", "text" if number else "item"}:
            # What a pattern finds in a text says nothing of whether it is JSON.
            matched = wanted != "JSON" and _TESTS & python.identifiers
            known = self.tested(node.arguments[0].value) or matched or self.tried(node)
            return "" if known else f"this raises ValueError for a text that is no {wanted}"
        return ""

    def tried(self, node: Call) -> bool:
        """Whether the file makes the same attempt where it is caught, before."""
        return any(
            call is not node and self.python.source(call) == self.python.source(node)
            for attempt in self.python.walk(Try)
            if attempt.handlers
            for call in walk(attempt.body, Call)
        )

    def lacks(self, node: Subscript) -> str:
        """An item of a dict or list of the file that a request names."""
        if len(node.items) != 1 or isinstance(node.items[0], Slice | Constant):
            return ""
        sources = self.python.follow(node.value)
        kept = sources[0][0] if sources is not None and len(sources) == 1 else None
        if isinstance(node.value, Attribute) and not isinstance(kept, Dict | Sequence):
            kept = self.handed_over(node.value)
        kind = self.values.kind(node.items[0])
        table = isinstance(kept, Dict) and bool(kept.keys) and kind in {"text", "int", "item", "cell"}
        listed = isinstance(kept, Sequence) and kept.kind in {"list", "tuple"} and kind == "int"
        shown = self.python.source(node.value)
        if not (table or listed) or self.tested(node.items[0]) or shown in self.asked:
            return ""
        stored = (t for assign in self.python.walk(Assign) for t in assign.targets if isinstance(t, Subscript))
        if any(target is node or self.python.source(target.value) == shown for target in stored):
            return ""
        return f"this raises {'KeyError' if table else 'IndexError'} for what is not in `{shown}`"

    def not_in_document(self, node: Subscript) -> str:
        """An entry of the JSON that a request brings, where the file names it nowhere else."""
        key = node.items[0]
        if len(node.items) != 1 or not isinstance(key, Constant) or not isinstance(key.value, str):
            return ""
        if self.values.kind(node.value) != "document" or _LOOKS_INTO & self.python.identifiers:
            return ""
        # Anything else that is done with the key may be a test of whether it is there.
        entries = {id(one.items[0]) for one in self.python.walk(Subscript)}
        stored = {id(t) for assign in self.python.walk(Assign) for t in assign.targets}
        others = (c for c in self.python.walk(Constant) if c.value == key.value and id(c) not in entries)
        if id(node) in stored or next(others, None) is not None:
            return ""
        return f"this raises KeyError for JSON without `{key.value}`"

    def handed_over(self, place: Attribute) -> Expr | None:
        """What an object of the file's own keeps under a name because it was made with it: ``Captioner(CAPTIONS)``."""
        frame = self.python.frame_at(place)
        owner = frame.in_class
        if owner is None or frame.function is None or dotted(place.value) != self.python.self_name(frame):
            return None
        start = next((one for one in owner.body if isinstance(one, Function) and one.name == "__init__"), None)
        stored = [a for a in walk(owner.body, Assign) if any(dotted(t) == dotted(place) for t in a.targets)]
        made = [call for call in self.python.walk(Call) if dotted(call.func) == owner.name]
        if start is None or len(stored) != 1 or len(made) != 1 or not isinstance(stored[0].value, Name):
            return None
        names = [parameter.name for parameter in start.positional[1:]]
        name = stored[0].value.id
        if name not in names or not lies_in(stored[0], start) or not made[0].certain:
            return None
        given = made[0].argument(names.index(name), name)
        sources = self.python.follow(given) if given is not None else None
        return sources[0][0] if sources is not None and len(sources) == 1 else None

    def too_short(self, node: Subscript) -> str:
        """A part of a text that need not be there, or an element that a request names."""
        index = node.items[0]
        if len(node.items) != 1 or isinstance(index, Slice):
            return ""
        of = self.values.kind(node.value)
        if of in {"texts", "words"} and isinstance(index, Constant) and isinstance(index.value, int):
            first = 1 if of == "texts" else 0
            if index.value >= first and not self.tested(node.value) and not self.compared(node.value):
                return (
                    f"this raises IndexError for a text of which `{self.python.source(node.value)}` has too few parts"
                )
        return ""

    def unpacked(self, node: Assign) -> str:
        """Names for the parts of a text, of which it may have less."""
        target = node.targets[0]
        if not isinstance(target, Sequence) or node.value is None or not cuts(node.value):
            return ""
        wanted = sum(not isinstance(item, Starred) for item in target.items)
        given = self.values.kind(node.value) if wanted > 1 else ""
        if given not in {"texts", "words"} or self.compared(node.value):
            return ""
        return f"this raises ValueError for a text that `{self.python.source(node.value)}` does not cut into {wanted}"

    def compared(self, cut: Expr) -> bool:
        """Whether the file looks at a text before it is cut: compares it, counts in it, or fits it to a pattern."""
        if isinstance(cut, Call) and dotted(cut.func) == "map" and len(cut.arguments) == 2:
            cut = cut.arguments[1].value
        if not isinstance(cut, Call) or not isinstance(cut.func, Attribute):
            sources = self.python.follow(cut)
            return sources is None or any(one is cut or self.compared(one) for one, _ in sources)
        if self.tested(cut) or _TESTS & self.python.identifiers or {"count", "startswith"} & self.python.identifiers:
            return True
        # Padded so that there are always enough parts: `(line + "::").split(":")`.
        return any(isinstance(part, Binary) for part in walk(cut.func.value))

    def tested(self, expr: Expr) -> bool:
        """Whether the file compares a value, or what it is made of, with something."""
        counted = expr.arguments[0].value if isinstance(expr, Call) and dotted(expr.func) == "len" else None
        if counted is not None and isinstance(counted, Name) and counted.id in self.asked:
            return True
        inner = expr.value if isinstance(expr, Subscript) else expr
        while isinstance(inner, Call) and isinstance(inner.func, Attribute):
            inner = inner.func.value
        return any(self.python.source(part) in self.asked for part in (expr, inner))


def _passed(iterable: Expr) -> Expr:
    """What a loop goes over, without ``enumerate`` and the like around it."""
    while (
        isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "list", "sorted"} and iterable.arguments
    ):
        iterable = iterable.arguments[0].value
    return iterable
