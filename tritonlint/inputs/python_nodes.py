"""The nodes of libcst in light classes, as its native parser can build them without running any Python.

For every node the native parser imports ``libcst``, gets a class by its name and calls it with the fields. Most of
what ``libcst.parse_module`` takes is that import and the classes' own checks; more than half of the nodes are white
space. So the parser is given another module to import, for as long as it runs: its classes only keep their fields,
names and operators are their text, and white space and punctuation are empty text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from threading import Lock
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import libcst as cst

from tritonlint.inputs.python_places import Places, places_of

try:
    from libcst.native import parse_module as _native_parser  # type: ignore[import-not-found]
except ImportError:
    _native_parser = None

_OPERATORS = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "MatrixMultiply": "@",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "LeftShift": "<<",
    "RightShift": ">>",
    "And": "and",
    "Or": "or",
    "Not": "not",
    "Minus": "-",
    "Plus": "+",
    "BitInvert": "~",
    "Equal": "==",
    "NotEqual": "!=",
    "LessThan": "<",
    "LessThanEqual": "<=",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
}
_UNSEEN = frozenset(
    {
        "AssignEqual", "Asynchronous", "Colon", "Comma", "Comment", "Dot", "EmptyLine", "LeftCurlyBrace", "LeftParen",
        "LeftSquareBracket", "Newline", "ParenthesizedWhitespace", "RightCurlyBrace", "RightParen",
        "RightSquareBracket", "Semicolon", "SimpleWhitespace", "TrailingWhitespace",
    }
)  # fmt: skip
"""Of these it is only asked whether they are there."""


class NoNativeParserError(Exception):
    """The libcst that is installed has no native parser."""


class Light(SimpleNamespace):
    """A node with the fields of libcst's class of the same name; None stands for what libcst leaves to itself."""

    is_expression = False
    place: tuple[int, int]
    """Start and end, only in what :func:`placed_module` returns."""
    outer: tuple[int, int]
    """The same with the parentheses around it."""
    children: list[tuple[int, Any]]
    """The nodes directly below in file order, each behind the start of its ``outer``; with the places."""


def _light(kind: type[cst.CSTNode]) -> Callable[..., Any]:
    """What builds the light node in place of a class: nothing but C code."""
    name = kind.__name__
    operator = _OPERATORS.get(name) or _OPERATORS.get(name.removesuffix("Assign"))
    if operator is not None:
        return operator.format
    if name in _UNSEEN:
        return "".format
    if name == "Name":
        # Parentheses around it can be seen in the text.
        return "{value}".format
    # Fields that are not there are not passed on by the native parser.
    defaults = {
        field.name: field.default if isinstance(field.default, str | tuple) else None
        for field in (fields(kind) if hasattr(kind, "__dataclass_fields__") else ())
    }
    return type(name, (Light,), {**defaults, "is_expression": issubclass(kind, cst.BaseExpression)})


_BUILDERS = {
    name: _light(kind) for name, kind in vars(cst).items() if isinstance(kind, type) and issubclass(kind, cst.CSTNode)
}
KINDS: dict[str, type[Light]] = {name: kind for name, kind in _BUILDERS.items() if isinstance(kind, type)}
"""The classes of light nodes by the names of libcst's."""

_STAND_IN = ModuleType("libcst")
vars(_STAND_IN).update({**vars(cst), **_BUILDERS})
_LOCK = Lock()


def _call(parser: Any, text: str) -> Any:
    return parser(text, encoding="utf-8")


# What C code imports goes through the ``__import__`` of the function that called it, and is then taken from
# sys.modules. libcst is there: nothing needs to be done, and an event that nobody waits for does nothing.
_call_without_imports = FunctionType(_call.__code__, {"__builtins__": {"__import__": sys.audit}})


def light_module(text: str) -> Any:
    """The module that a text holds, without places.

    Raises libcst.ParserSyntaxError, and whatever else comes of a libcst that is not as described above.
    """
    if _native_parser is None:
        raise NoNativeParserError
    with _LOCK:
        own = sys.modules["libcst"]
        sys.modules["libcst"] = _STAND_IN
        try:
            return _call_without_imports(_native_parser, text)
        finally:
            sys.modules["libcst"] = own


def placed_module(text: str) -> Any:
    """The same by ``libcst.parse_module`` alone, with the place of every node; takes several times as long."""
    module = cst.parse_module(text)
    return _Placing(places_of(module)).light(module)


class _Placing:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.made: dict[int, Any] = {}

    def light(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple(self.light(item) for item in value)
        if not isinstance(value, cst.CSTNode):
            return None if isinstance(value, cst.MaybeSentinel) else value
        found = {field.name: self.light(getattr(value, field.name)) for field in fields(value)}
        node = self.made[id(value)] = _BUILDERS.get(type(value).__name__, Light)(**found)
        if isinstance(node, Light):
            node.place = self.places[id(value)]
            node.outer = self.outer(value)
            node.children = [
                (self.outer(child)[0], self.made[id(child)])
                for child in value.children
                if isinstance(child, cst.Name) or isinstance(self.made[id(child)], Light)
            ]
        return node

    def outer(self, value: cst.CSTNode) -> tuple[int, int]:
        start, end = self.places[id(value)]
        opened, closed = getattr(value, "lpar", ()), getattr(value, "rpar", ())
        if isinstance(opened, list | tuple) and opened and closed:
            return self.places[id(opened[0])][0], self.places[id(closed[-1])][1]
        return start, end
