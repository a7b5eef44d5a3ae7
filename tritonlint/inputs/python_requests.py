"""What of a request stands behind the names and expressions of a file: roughly by names, or for sure with its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Comprehension,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Slice,
    Subscript,
    With,
    dotted,
    last_name,
    walk,
)
from tritonlint.remember import remembered

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts
    from tritonlint.pbtxt.tree import Document

_READS = frozenset({"get_input_tensor_by_name", "as_numpy", "get"})
_ELEMENT = {"array": "item", "cells": "cell", "cell": "cell", "texts": "text", "words": "text", "document": "document"}
"""What an element is; one of a row is a row or its element."""
_SAME = frozenset({"ravel", "flatten", "reshape", "astype", "squeeze", "copy"})
"""Methods that give the values of an array once more."""
TEXT_METHODS = frozenset(
    {"decode", "strip", "lower", "upper", "rstrip", "lstrip", "casefold", "replace", "title", "removeprefix"}
)
"""Methods that make a text of a text."""


# ------------------------------------------------------------------------------------------- roughly: names alone
@remembered
def from_request(function: Function) -> frozenset[str]:
    """The names of a function that may hold what a request brought: parameters, and what is worked out from them."""
    found = {p.name for p in function.parameters if p.name not in {"self", "cls"}}
    bindings = list(_bindings(function))
    for _ in range(4):
        before = len(found)
        for target, value in bindings:
            if value is not None and (mentions(value, found) or _reads(value)):
                found |= {n.id for n in walk(target, Name)}
        if len(found) == before:
            break
    return frozenset(found - {"self", "cls"})


def _bindings(function: Function) -> Iterator[tuple[Expr, Expr | None]]:
    for node in own_nodes(function, Assign, For, With):
        if isinstance(node, Assign):
            # `self.last = x` does not make a request of `self`.
            yield from ((t, node.value) for t in node.targets if not isinstance(t, Attribute | Subscript))
        elif isinstance(node, For):
            counts = isinstance(node.iterable, Call) and dotted(node.iterable.func) == "range"
            if not counts:
                yield node.target, node.iterable
        else:
            yield from ((item.target, item.value) for item in node.items if item.target is not None)


def _reads(value: Expr) -> bool:
    return any(isinstance(c.func, Attribute) and c.func.attr in _READS for c in walk(value, Call))


def mentions(value: Node, names: Iterable[str]) -> bool:
    """Whether one of some names stands in a node."""
    return any(node.id in names for node in walk(value, Name))


# ------------------------------------------------------------------------------- for sure: what an expression is
class RequestValues:
    """Expressions of one file that surely come from a request, and what they are then."""

    def __init__(self, python: PythonFacts, config: Document | None = None) -> None:
        self.python = python
        inputs = tensors_of(python, config, "input") if config is not None else {}
        types = {name: tensor.scalar("data_type") for name, tensor in inputs.items()}
        self.strings = {name for name, kind in types.items() if kind is not None and kind.value == "TYPE_STRING"}
        """The inputs whose elements are bytes."""
        self.only_strings = bool(self.strings) and len(self.strings) == len(inputs)

    def called(self, call: Call) -> Function | None:
        """The function of the file that a call runs, or ``__init__`` where an object of a class of it is made."""
        function = called_function(self.python, call)
        if function is not None or not isinstance(call.func, Name):
            return function
        return _makers(self.python).get(call.func.id)

    def kind(self, expr: Expr | None, depth: int = 0) -> str:
        """What an expression is if it comes from a request: array, item, text, texts, int; empty for all else.

        ``cells`` are an array of bytes and ``cell`` an element of one, where the config says so; a ``document`` is what
        JSON holds, or a part of it.
        """
        if expr is None or depth > 12:
            return ""
        if isinstance(expr, Call):
            return self.of_call(expr, depth)
        if isinstance(expr, Subscript):
            of = self.kind(expr.value, depth + 1)
            if isinstance(expr.items[0], Slice):
                return of
            return _ELEMENT.get(of, "")
        if isinstance(expr, Name):
            return self.of_name(expr, depth)
        if isinstance(expr, Comprehension) and expr.kind in {"list", "generator"}:
            return "texts" if self.kind(expr.elements[0], depth + 1) == "text" else ""
        return self.of_attribute(expr, depth) if isinstance(expr, Attribute) else ""

    def of_call(self, call: Call, depth: int) -> str:
        """What a call gives: a tensor's array, a piece of it, a text and its parts."""
        if self.python.qualified(call.func) == "json.loads" and call.arguments:
            return "document" if self.kind(call.arguments[0].value, depth + 1) in {"item", "cell", "text"} else ""
        if isinstance(call.func, Attribute):
            method = call.func.attr
            if method == "tolist":
                return self.kind(call.func.value, depth + 1)
            if method == "as_numpy":
                owner = call.func.value
                sources = self.python.follow(owner) or ()
                read = [one for one, _ in sources if "get_input_tensor_by_name" in self.python.source(one)]
                return self.of_input(read[0]) if read else ""
            of = self.kind(call.func.value, depth + 1)
            if of in {"array", "item", "cells", "cell"} and method in {"item", *_SAME}:
                return _ELEMENT.get(of, of) if method == "item" else of
            if of in {"item", "cell", "text"} and method in TEXT_METHODS:
                return "text"
            if of in {"item", "cell", "text"} and method in {"split", "rsplit", "splitlines"}:
                return "texts" if call.arguments and method != "splitlines" else "words"
        name = dotted(call.func)
        if name == "map" and len(call.arguments) == 2 and dotted(call.arguments[0].value) in {"int", "float", "str"}:
            cut = call.arguments[1].value
            return self.kind(cut, depth + 1) if cuts(cut) else ""
        if name in {"list", "tuple", "sorted", "reversed"} and len(call.arguments) == 1:
            return self.kind(call.arguments[0].value, depth + 1)
        if name == "len" and len(call.arguments) == 1:
            return "int" if self.kind(call.arguments[0].value, depth + 1) == "words" else ""
        if name in {"int", "str"} and len(call.arguments) == 1:
            of = self.kind(call.arguments[0].value, depth + 1)
            return {"int": "int", "str": "text"}[name] if of in {"item", "text", "array", "cells", "cell"} else ""
        called = called_function(self.python, call)
        given = [statement.value for statement in returns(called)] if called is not None else []
        return self.kind(given[0], depth + 1) if len(given) == 1 else ""

    def of_input(self, read: Expr) -> str:
        """The array of an input tensor: of numbers, or of bytes."""
        named = read.argument(1, "name") if isinstance(read, Call) else None
        names = self.python.strings(named) if named is not None else None
        return "cells" if self.only_strings or (names and self.strings.issuperset(names)) else "array"

    def of_name(self, name: Name, depth: int) -> str:
        """What a name holds."""
        found = self.python.lookup(name.id, self.python.frame_at(name))
        if found is None or len(found[0]) != 1:
            return ""
        binding, frame = found[0][0], found[1]
        if binding.kind == "value" and binding.expr is not None:
            return self.kind(binding.expr, depth + 1)
        if binding.kind == "element" and binding.expr is not None:
            iterable, index = binding.expr, binding.index
            if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and index == 1:
                iterable, index = iterable.arguments[0].value, None
            of = self.kind(iterable, depth + 1) if index is None else self.of_queue(iterable, index, depth)
            return _ELEMENT.get(of, of if index is not None else "")
        if binding.kind == "parameter" and frame.function is not None:
            return self.of_parameter(frame.function, name.id, depth)
        for node in own_nodes(frame.function, Assign) if frame.function is not None else ():
            target = node.targets[0]
            if isinstance(target, Sequence) and name.id in {dotted(item) for item in target.items}:
                return self.of_queue(node.value, [dotted(item) for item in target.items].index(name.id), depth)
        return ""

    def of_queue(self, value: Expr | None, index: int, depth: int) -> str:
        """A part of what was put into a queue."""
        if not isinstance(value, Call) or not isinstance(value.func, Attribute) or value.func.attr != "get":
            return ""
        for call in self.python.walk(Call):
            put = call.argument(0) if isinstance(call.func, Attribute) and call.func.attr == "put" else None
            if isinstance(put, Sequence) and index < len(put.items):
                return self.kind(put.items[index], depth + 1)
        return ""

    def of_parameter(self, function: Function, name: str, depth: int) -> str:
        """What calls, threads and pools of the file hand over."""
        positional = [parameter.name for parameter in function.positional]
        method = positional[:1] in (["self"], ["cls"])
        place = positional.index(name) - method if name in positional else -1
        makers = _makers(self.python) if function.name == "__init__" else {}
        for call in self.python.walk(Call):
            handed = [argument.value for argument in call.arguments]
            last = last_name(call.func)
            runs = function.name in (last, "__call__") or (function.name == "__init__" and last in makers)
            if runs and self.called(call) is function:
                keyword = call.argument(None, name)
                given = keyword if keyword is not None else handed[place] if 0 <= place < len(handed) else None
            elif last == "Thread" and (dotted(call.argument(None, "target")) or "").endswith(function.name):
                args, named = call.argument(None, "args"), call.argument(None, "kwargs")
                keys = (
                    [key.value if isinstance(key, Constant) else None for key in named.keys]
                    if isinstance(named, Dict)
                    else []
                )
                if isinstance(named, Dict) and name in keys:
                    return self.kind(named.values[keys.index(name)], depth + 1)
                given = args.items[place] if isinstance(args, Sequence) and 0 <= place < len(args.items) else None
            elif last == "submit" and handed and (dotted(handed[0]) or "").endswith(function.name):
                given = handed[place + 1] if 0 <= place < len(handed) - 1 else None
            else:
                continue
            return self.kind(given, depth + 1)
        return ""

    def of_attribute(self, expr: Attribute, depth: int) -> str:
        """What the file keeps under the name of an attribute, by assignment or as a field of its own class."""
        for node in self.python.walk(Assign):
            for target in node.targets:
                if isinstance(target, Attribute) and target.attr == expr.attr:
                    return self.kind(node.value, depth + 1)
        for call in self.python.walk(Call):
            given = call.argument(None, expr.attr)
            if given is not None and dotted(call.func) is not None:
                return self.kind(given, depth + 1)
        owners = _fields(self.python).get(expr.attr, ())
        if len(owners) != 1:
            return ""
        # Of an object of a dataclass, by its place: `Job(text, 3)`, or `cls(text, 3)` in a method of the class.
        cls, place = owners[0]
        made = [
            call
            for call in self.python.walk(Call)
            if dotted(call.func) == cls.name
            or (dotted(call.func) == "cls" and self.python.frame_at(call).in_class is cls)
        ]
        return self.kind(made[0].argument(place), depth + 1) if len(made) == 1 else ""


def cuts(expr: Expr) -> bool:
    """Whether an expression cuts a text into parts."""
    if isinstance(expr, Call) and dotted(expr.func) == "map" and len(expr.arguments) == 2:
        return cuts(expr.arguments[1].value)
    return isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in {"split", "rsplit"}


@remembered
def _fields(python: PythonFacts) -> dict[str, list[tuple[Class, int]]]:
    """The fields of dataclasses of a file that are made as usual, by name: of which class, and the place of each."""
    found: dict[str, list[tuple[Class, int]]] = {}
    for cls in python.body:
        if not isinstance(cls, Class) or cls.keywords or cls.bases or len(cls.decorators) != 1:
            continue
        kind = cls.decorators[0]
        called = kind.func if isinstance(kind, Call) else kind
        own = {one.name for one in cls.body if isinstance(one, Function)}
        if python.qualified(called) != "dataclasses.dataclass" or own & {"__init__", "__post_init__", "__new__"}:
            continue
        fields = [one for one in cls.body if isinstance(one, Assign) and one.annotation is not None]
        # What is none of its arguments would count as a place.
        if any(word in python.source(one) for one in fields for word in ("ClassVar", "KW_ONLY", "init=")):
            continue
        names = [dotted(one.targets[0]) for one in fields]
        for place, name in enumerate(names):
            found.setdefault(name or "", []).append((cls, place))
    return found


@remembered
def _makers(python: PythonFacts) -> dict[str, Function]:
    """The ``__init__`` of each class of a file whose objects are made as usual, by the name of the class."""
    found: dict[str, Function] = {}
    for cls in python.body:
        if isinstance(cls, Class) and not cls.decorators and not cls.keywords:
            methods = {one.name: one for one in cls.body if isinstance(one, Function)}
            start = methods.get("__init__")
            if start is not None and not start.decorators and "__new__" not in methods:
                found[cls.name] = start
    return found
