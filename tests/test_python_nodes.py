"""The light nodes of the native parser are those that ``libcst.parse_module`` returns."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from tritonlint.inputs import python_nodes
from tritonlint.inputs.python_convert import convert
from tritonlint.inputs.python_nodes import Light, light_module, placed_module
from tritonlint.inputs.python_reading import read_python
from tritonlint.inputs.python_tree import Constant, Node, children, walk

HERE = Path(__file__).resolve().parent
TEXTS = (
    "",
    "# only",
    "x = 1",
    "x=(1,\n 2)  # c\n\n",
    "if a:\n  x;y;\n  \f\nelif b: y\nelse:\n  y",
    "s = f'{a!r:>{w}} x' 'b' ;t=1;\n",
    "@d\n\n# c\nasync def f(a,/,b,*,c:int=3, **k)->int: ...\n",
    "with a as b, (c): pass\nfor x in y:\n  await z\nelse: pass\ntry:\n  1\nexcept* E as e: 2\n",
    "match x:\n  case [1, *r] if r: pass\n  case {'a': B(c=1), **k}: pass\n  case (_): pass\n",
    "def f[T: int](*, a: int = 1, **k) -> (T): return (a\\\n + 1)\n",
    "type L[T] = list[T]\nclass A[T](B, k=1): x: int = 2\nclass C: x @= 1\n",
    "f(*a, b=(c), **d)[1:, ::2, *e](x for x in (y) if x not in z is not None)\n",
    "async def f():\n  async with (a as b, c,): pass\n  async for x, in y: x **= -1j ** ~z\n",
    "from .. a.b import (c as d, e,)\nfrom x import *\nimport f.g as h, i\nassert (a), 'b' f'{c}'\nglobal g, h ;\n",
    "lambda *a, **k: (yield from b)\n{**a, 'b': [i for i in j if k]}\n{1: 2 for x in y}\nx[1:2, ...]\n{*()}\n",
    "not -a if b else (c := d)\na < b <= c != d == e > f >= g in h\n"
    "a + b - c * d / e // f % g @ h & i | j ^ k << l >> m\n",
    "while a and b or c:\n  break\nelse:\n  continue\ndel a, b\nraise X from e\nnonlocal z\ntry: 1\nfinally: 2\n",
    *(path.read_text(encoding="utf-8") for path in sorted((HERE.parent / "tritonlint").glob("*.py"))[:8]),
)
STRINGS = (
    "''", '""', "'a'", '"""a\nb"""', "''''a'''", r"'\n'", r"'\q'", r"r'\q'", "b'a'", "u'a'", "rb'a'", "'ü'", "'a\\\nb'",
    '"""a\r\nb"""', '"""a\rb"""', "'a' \"b\"", "b'a' b'c'", "'' ''", r"'\x' 'a'", r"'\N{DASH}'", "'a' '''b'''",
    "0", "00", "10", "0x1f", "0o17", "0b1", "1_000", "1.5", ".5", "5.", "1e3", "1_0.5", "2j", "9" * 5000,
)  # fmt: skip


def shape(node: Any) -> Any:
    """What a node holds, but for what only one of the two ways to it states."""
    if isinstance(node, tuple | list):
        return tuple(shape(item) for item in node)
    if not isinstance(node, Light):
        return node
    names = {*vars(node), *(name for name, value in vars(type(node)).items() if not name.startswith("_"))}
    return type(node), {
        name: shape(getattr(node, name))
        for name in names - {"place", "outer", "children", "is_expression"}
        if not name.startswith(("whitespace_", "leading_", "lines_", "trailing_"))
    }


def told(text: str) -> Any:
    """Everything that is read of a text."""
    statements, syntax = convert(text, "model.py", 0)
    nodes = [
        (type(node), node.span, *(v for v in node.__reduce__()[1] if isinstance(v, str))) for node in walk(statements)
    ]
    return nodes, [(one.span, one.python, one.name) for one in syntax]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_both_ways_give_the_same_nodes(text: str) -> None:
    assert shape(light_module(text)) == shape(placed_module(text))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_without_the_native_parser_the_same_is_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = told(text)
    monkeypatch.setattr(python_nodes, "_native_parser", None)
    assert told(text) == read


@pytest.mark.parametrize("wrong", [lambda text: Light(), lambda text, encoding: Light(), lambda text, encoding: {}])
def test_a_native_parser_that_works_otherwise_is_done_without(wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read = told(TEXTS[6])
    monkeypatch.setattr(python_nodes, "_native_parser", wrong)
    assert told(TEXTS[6]) == read


def test_classes_that_a_libcst_does_not_know_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    read = told(TEXTS[5])
    monkeypatch.setitem(vars(python_nodes._STAND_IN), "FormattedString", lambda **_: Light())
    assert told(TEXTS[5]) == read


def test_libcst_is_back_in_its_place() -> None:
    light_module("a = 1\n")
    assert sys.modules["libcst"] is cst
    with pytest.raises(cst.ParserSyntaxError):
        light_module("a = = 1\n")
    assert sys.modules["libcst"] is cst
    assert isinstance(cst.parse_module("a = 1\n").body[0], cst.SimpleStatementLine)


@pytest.mark.parametrize("text", ["a = = 1\n", "def f(:\n", "a = 'b\n", "if a:\nb\n", "(\n", "\ta\n  b\n", "$"])
def test_errors_are_those_of_libcst(text: str) -> None:
    with pytest.raises(cst.ParserSyntaxError) as plain:
        cst.parse_module(text)
    with pytest.raises(cst.ParserSyntaxError) as light:
        light_module(text)
    assert str(light.value) == str(plain.value)
    assert read_python("model.py", text).error is not None


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.filterwarnings("ignore:.* is an invalid escape sequence")
@pytest.mark.parametrize("text", STRINGS)
def test_literals_have_the_value_that_libcst_gives_them(text: str) -> None:
    statements, _ = convert(f"x = {text}\n", "model.py", 0)
    found = statements[0].value  # type: ignore[union-attr]
    try:
        wanted = cst.parse_expression(text).evaluated_value  # type: ignore[attr-defined]
    except (SyntaxError, ValueError):
        assert not isinstance(found, Constant)
        return
    assert isinstance(found, Constant)
    assert (type(found.value), found.value) == (type(wanted), wanted)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_all_nodes_that_fields_hold_are_walked_in_the_order_of_the_fields(text: str) -> None:
    statements, _ = convert(text, "model.py", 0)
    walked = list(walk(statements))
    for node in walked:
        held: list[Node] = []
        for field in fields(node):
            value = getattr(node, field.name)
            held += [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Node)]
        assert [id(one) for one in children(node)] == [id(one) for one in held]
    below = [inner for root in statements for inner in one_by_one(root)]
    assert [id(node) for node in walked] == [id(node) for node in below]


def one_by_one(node: Node) -> list[Node]:
    """A node and everything below it."""
    return [node, *(inner for child in children(node) for inner in one_by_one(child))]
