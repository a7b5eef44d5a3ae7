"""Where the data of requests goes in one file: into which names, and through which of its functions.

It says what may hold what a client sent, so it is for rules about what a client must not choose.
"""

from __future__ import annotations

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import RequestValues
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Clause,
    Compare,
    Conditional,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    children,
    dotted,
    last_name,
)
from tritonlint.pbtxt.tree import Document

_HOLDS = frozenset(
    {"compile", "str", "bytes", "bytearray", "memoryview", "io.BytesIO", "io.StringIO", "base64.b64decode", "ast.parse"}
)
_HARMLESS = frozenset({"int", "float", "bool", "len", "ast.literal_eval", "json.loads", "shlex.quote"})
_SHAPES = frozenset({"shape", "size", "ndim", "dtype"})
_NUMBERS = frozenset({"", "int"})
_ARRAYS = frozenset({"array", "item"})
"""What :meth:`RequestValues.kind` says of data that may be of any type."""


class RequestFlow:
    """Where the data of requests goes in one file; with a config only that of its inputs of texts."""

    def __init__(self, python: PythonFacts, config: Document | None = None) -> None:
        self.python = python
        self.values = RequestValues(python, config)
        reads = [read.call for read in python.reads]
        self.reads = {call.span for call in reads if config is None or self.values.of_input(call) == "cells"}
        self.others = _NUMBERS | _ARRAYS if config is not None else _NUMBERS
        self.names: dict[Function, set[str]] = {}
        """What each function holds of it; less for one that is being looked at."""
        self.kept: dict[tuple[Class, str], bool] = {}
        """Whether objects of a class keep it under a name; not yet for one that is being looked at."""

    def received(self, function: Function) -> set[str]:
        """The local names that can hold what a client sent."""
        known = self.names.get(function)
        if known is not None:
            return known
        names = self.names[function] = set()
        names |= self.given(function)
        while True:
            before = len(names)
            for node in self.python.walk_function(function):
                targets: tuple[Node, ...] = ()
                source: Node | None = None
                if isinstance(node, Assign):
                    targets, source = node.targets, node.value
                elif isinstance(node, For | Clause):
                    targets, source = (node.target,), node.iterable
                if source is not None and self.carries(source, names):
                    for target in targets:
                        parts = target.items if isinstance(target, Sequence) else (target,)
                        names |= {part.id for part in parts if isinstance(part, Name)}
            if len(names) == before:
                return names

    def given(self, function: Function) -> set[str]:
        """The parameters that some call of the file, a thread or a pool gives such data to."""
        parameters = [p.name for p in function.positional]
        found = {name for name in parameters if self.values.of_parameter(function, name, 0) not in self.others}
        owner = self.python.frame_of(function).in_class if function.name == "__init__" else None
        for call in self.python.walk(Call):
            last = last_name(call.func)
            made = owner is not None and dotted(call.func) == owner.name
            named = function.name in (last, "__call__")
            if not made and not (named and called_function(self.python, call) is function):
                continue
            caller = self.python.function_at(call)
            names = self.received(caller) if caller is not None else set()
            is_static = "staticmethod" in {dotted(decorator) for decorator in function.decorators}
            bound = made or (isinstance(call.func, Attribute) and not is_static)
            for number, argument in enumerate(call.arguments):
                if argument.star or not self.carries(argument.value, names):
                    continue
                place = number + bound
                if argument.keyword is not None:
                    found.add(argument.keyword)
                elif place < len(parameters):
                    found.add(parameters[place])
        return found

    def keeps(self, place: Attribute) -> bool:
        """Whether a method of the same class may have put it under the name of an attribute of ``self``."""
        frame = self.python.frame_at(place)
        owner, name = frame.in_class, dotted(place)
        if owner is None or name != f"{self.python.self_name(frame)}.{place.attr}":
            return False
        if (owner, place.attr) not in self.kept:
            self.kept[owner, place.attr] = False
            self.kept[owner, place.attr] = any(
                any(dotted(target) == name for target in node.targets)
                and node.value is not None
                and self.carries(node.value, self.received(method))
                for method in owner.body
                if isinstance(method, Function)
                for node in own_nodes(method, Assign)
            )
        return self.kept[owner, place.attr]

    def carries(self, node: Node, names: set[str]) -> bool:
        """Whether an expression is, or holds, what a client sent."""
        python = self.python
        if node.span in self.reads or (isinstance(node, Name) and node.id in names):
            return True
        if isinstance(node, Attribute) and node.attr in _SHAPES:
            return False
        if isinstance(node, Attribute) and self.keeps(node):
            return True
        if isinstance(node, Subscript):
            # What a table holds under a name that a client sends is the table's.
            return self.carries(node.value, names)
        if isinstance(node, Conditional):
            return self.carries(node.body, names) or self.carries(node.orelse, names)
        if isinstance(node, Compare):
            return False
        if isinstance(node, Call):
            if python.qualified(node.func) in _HARMLESS:
                return False
            called = called_function(python, node)
            if called is not None:
                held = self.received(called)
                return any(s.value is not None and self.carries(s.value, held) for s in returns(called))
            # What a call returns is the client's data only if it is a conversion of it: a method, or str().
            if isinstance(node.func, Attribute) and self.carries(node.func.value, names):
                return True
            if python.qualified(node.func) not in _HOLDS:
                return False
        return any(self.carries(child, names) for child in children(node))
