"""The places of nodes are those of libcst's own PositionProvider."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from tritonlint.inputs.python_convert import convert
from tritonlint.inputs.python_places import places_of
from tritonlint.inputs.python_tree import Clause, walk

ROOT = Path(__file__).resolve().parent.parent
TEXTS = (
    "",
    "# only",
    "x = 1",
    "\n\nx=(1,\n 2)  # c\n\n",
    "def f():\n\treturn 1\r\n",
    "class A:\r\n  def f(self): pass\r\n\r\n# e",
    "if a:\n  x\n  \f\nelse:\n  y",
    "s = f'{a!r:>{w}} x' 'b' ;t=1;\n",
    "@d\n\n# c\nasync def f(a,/,b,*,c:int=3)->int: ...\n",
    'é = "ü"\rx = 2\r',
    "with a as b, (c): pass\nfor x in y:\n  await z\nelse: pass\ntry:\n  1\nexcept* E as e: 2\n",
    "match x:\n  case [1, *r] if r: pass\n  case {'a': B(c=1), **k}: pass\n  case _: pass\n",
    "try:\n  pass\nexcept (A, B) as e:  # why: c\n  raise X from e\nfinally: del a[0], (b)\n",
    "def f[T: int](*, a: int = 1, **k) -> (T): return (a\\\n + 1)\n",
    "type L[T] = list[T]\nclass A[T](B, k=1): x: int = 2\n",
    "f(*a, b=(c), **d)[1:, ::2, *e](x for x in (y) if x not in z is not None)\n",
    "f'{a = !s:{b}>{c:d}} {{' ; global g, h ;\n",
    "async def f():\n  async with (a as b, c,): pass\n  async for x, in y: x @= -1j ** ~z\n",
    "async def f():\n  return [*(a), *b], {**c, 'd': ...}\n",
    "from .. a.b import (c as d, e,)\nimport f.g as h, i\nassert (a), 'b' f'{c}'\nwhile not x: break\nelse: continue\n",
    "((a)).b; ( # c (\n a)((b), k=( (c)))[(d)]\n(e) = (f), ((g))\nfor (h) in (i), : del ((j)), (k)\n(None) + (l)\n",
    "lambda *a, **k: (yield)\n{**a, 'b': [i for i in j if k]}\nx[1:2, ...]\nnot -a if b else (c := d)\n",
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tritonlint").glob("*.py"))[:12]),
)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_places_are_those_of_libcst(text: str) -> None:
    module = cst.parse_module(text)
    places = places_of(module)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    lines = module.code.replace("\r\n", "\0\n").replace("\r", "\n").replace("\0", "\r")
    starts = [0, *(at + 1 for at, character in enumerate(lines) if character == "\n")]
    assert all(first < second for first, second in pairwise(starts))
    for node, place in wrapper.resolve(PositionProvider).items():
        start, end = places[id(node)]
        limit = len(lines)
        for found, stated in ((start, place.start), (end, place.end)):
            wanted = starts[stated.line - 1] + stated.column if stated.line <= len(starts) else limit
            assert min(found, limit) == min(wanted, limit), (type(node).__name__, text)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("offset", [0, 1])
def test_nodes_stand_where_libcst_says(text: str, offset: int) -> None:
    known = {(start + offset, end + offset) for start, end in places_of(cst.parse_module(text)).values()}
    statements, _ = convert(text, "model.py", offset)
    for node in walk(statements):
        # A clause of a comprehension begins behind the white space that libcst counts to it.
        if not isinstance(node, Clause):
            assert (node.span.start, node.span.end) in known, (node, text)
