"""What is read by Python's own parser is what is read by libcst, and newer syntax is left to libcst."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.test_python_nodes import STRINGS, TEXTS
from tritonlint.inputs.python import read_python
from tritonlint.inputs.python_convert import convert
from tritonlint.inputs.python_own import UnusualError, read_own
from tritonlint.inputs.python_tree import Node

HERE = Path(__file__).resolve().parent
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
READ = (
    "f()\nf(a)\nf((a))\nf( ( a ) , )\n(f)(a)\n( (f) ) (a, (b), *c, d=(e), **g)\nf(a=1, *b)\nf(*(a))\n",
    "f(x for x in y)\nf((x for x in y))\nf((x) for x in (y) if (z))\nf(((a) for a in b), c)\ng((((x for x in y))))\n",
    "f(# (\n  a # )\n  ,)\nf(\\\n a)\nf((a, b))\nf((a), b)\nf(((a), b))\nf((yield))\nf((a)(b), (c).d, (e)[0])\n",
    "a, b = c\n(a, b) = c\n((a), b) = c\n(a), (b) = c\n[a, b] = c\na, = b\n(a,) = b\na = ()\na = ( # (\n (b), c)\n",
    "a[1, 2]\na[(1, 2)]\na[(1), (2)]\na[(1), 2]\na[1:2, ::3]\na[:]\na[(1):(2)]\na[1,]\na[(b, c), d]\na[()]\na[-1]\n",
    "a and b and c or (d) and e\n(a and (b)) or ((c))\na if (b) else (c)\nnot (a)\n-(1)\n- 2.5\n+1\n~a\n",
    "a < (b) <= c not in d is not e\n[x for x in (y) if (x) if z for q in (r)]\n",
    "{(a): (b) for a, b in c}\n{a for a in b}\n",
    "lambda: 0\nlambda a, *b, c=1, **d: (a)\nlambda a, /, b: a\nx = (lambda: (yield))\n",
    "def f(a, b: int = 1, *c: int, d, e=(2), **g) -> (int): pass\n@(d)\n@e.f(1)\nasync  def  h(): pass ;\n",
    "class A: pass\nclass B(A, metaclass=(M), **k):\n    x: int\n    y: int = 1\n    def z(self): return\n",
    "for (x) in (y) : pass\nelse:\n  pass\nfor x, in y, : pass\nwhile (a): break\nelse: continue\n",
    "try: a\nexcept: b\ntry: a\nexcept (A, B) as c : d\nexcept ( C ) : e\nelse: f\nfinally: g\n",
    "with a, b as c, d as (e, f): pass\nwith a as b.c : pass\n",
    "async def f():\n async  with a: pass\n async for x in y: await (z)\n",
    "if a: b\nelif (c): d\nelse:\n  if e: f\n  else: g\n",
    "import a.b, c as d\nfrom . import (e,\n f as g)\nfrom ..h.i import j\nfrom k import *\n",
    "del a\ndel a, b\ndel (a, b)\ndel a,\ndel (a), b[0]\nraise\nraise A\nraise A from (b)\n",
    "assert a, (b)\nglobal x, y\n",
    "f'a{b}c{d.e!r:>{w}}{{x}}{f(1)[2]}{g[\"h\"]}{1 if a else 2:.2f}{a == b}{ c }'\nf''\nf'{a}' 'b' f\"{c}\"\n",
    "('a'\n 'b'  # c\n f'{d}'\n r'e\\f')\nf'''a\n{b}\n{c(\"d\")}'''\nf'\\n{a}\\''\nrf'\\d{a}'\n",
    "f'{None}{True}{x!r}{(y)}{(a, b)}'\n",
    "f\"{', '.join(x)}{''}\"\nf'{a[\"b\"]:{c}}'\nf'{x:%Y-%m-%d}'\nf'{lambda_}{(lambda: 1)()}'\n",
    "s = 'ü' 'b'\nt = f'ü{a}ö{b(c) if 0 else c}'[0]\n",
    "s = 'ü', a, 'ß\\n', b'x', '''é\n''' ; c = d  # ä\nf(\"日本\", x)\n",
    "a = 1\r\nb = '''x\r\ny''' + c\r\n\r\nif d:\r\n  e\r\n",
    "a = 1\rb = c\rif d:\r  e\r",
    "if a:\n\tb\n\f\nc\n",
    "def f():\n  x = yield\n  return (yield from a), b\n",
    "print(*a, sep='')\n[*a, *(b)]\n{**a, 'b': (c), **(d)}\n{1, (2)}\nreturn_ = *a, b\n(x := (y))\n",
    "x: int = (1)\nx += (y)\nx.y[0] //= 2\nx = y = (z)\n'''doc'''\n...\n",
)
LEFT = (
    "match x:\n  case 1: pass\n",
    "é = 1\n",
    "with (a): pass\n",
    "with (a as b, c): pass\n",
    "import a . b\n",
    "def f(* a): pass\n",
    "f'{x=}'\n",
    "f'{a # b\n}'\n",
    "f'{a['b']}'\n",
    "f'{chr(10) + '\\n'}'\n",
    "f'''{a\n}'''\n",
    "f'\\N{DASH}'\n",
    "a[*b]\n",
    "try: 1\nexcept* A: 2\n",
    "try: 1\nexcept A, B: 2\n",
    "type A = int\n",
    "def f[T](): pass\n",
    "class A[T]: pass\n",
    "print 'a'\n",
    "a = = 1\n",
    "x = " + "(" * 150 + "a" + ")[0]" * 150 + "\n",
    "x = a" + ".b" * 400 + "\n",
    "x = " + " and ".join("abcdefgh" * 10) + "\n",
    "b'ü'\n",
    "a\u00a0= 1\n",
)


def shape(value: Any) -> Any:
    """All that nodes hold, places included."""
    if isinstance(value, Node):
        return type(value).__name__, *map(shape, value.__reduce__()[1])
    return tuple(map(shape, value)) if isinstance(value, tuple) else (type(value).__name__, repr(value))


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("text", READ, ids=range(len(READ)))
def test_everyday_syntax_is_read_as_by_libcst(text: str, offset: int) -> None:
    wanted, syntax = convert(text, "model.py", offset)
    assert shape(read_own(text, "model.py", offset)) == shape(wanted)
    assert syntax == ()


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_is_rare_or_newer_is_left_to_libcst(text: str) -> None:
    with pytest.raises(UnusualError):
        read_own(text, "model.py", 0)


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.filterwarnings("ignore:.* is an invalid escape sequence")
@pytest.mark.parametrize("text", [*TEXTS, *(f"x = {literal}\n" for literal in STRINGS)])
def test_a_file_is_left_or_read_as_by_libcst(text: str) -> None:
    compare(text)


@pytest.mark.parametrize("folder", ["json", "email", "logging", "asyncio", "collections", "http", "unittest"])
def test_the_standard_library_is_read_as_by_libcst(folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((STANDARD_LIBRARY / folder).glob("*.py"))]
    # libcst takes long for large files.
    read = [compare(text) for text in texts if len(text) < 20_000]
    assert sum(read) >= 0.7 * len(read)


def compare(text: str) -> bool:
    """Whether a file is read; if so, it is read right."""
    try:
        found = read_own(text, "model.py", 0)
    except UnusualError:
        return False
    wanted, syntax = convert(text, "model.py", 0)
    assert shape(found) == shape(wanted)
    assert syntax == ()
    return True


@pytest.mark.parametrize("text", ["f'{a['b']}'\n", "with (a): pass\n", "x = a" + ".b" * 200 + "\n"])
def test_what_is_left_is_read_nonetheless(text: str) -> None:
    assert read_python("model.py", text).error is None
