"""How a model.py is read: ``read_python(path, text)``.

Encoding and depth are looked at first: libcst's native parser guards neither its stack nor its time. What it refuses is
told in the words of CPython's own parser.
"""

from __future__ import annotations

import ast
import codecs
import re
import tokenize
import warnings
from collections.abc import Iterator
from itertools import accumulate

from tritonlint.inputs.python import PythonFacts, ReadError
from tritonlint.inputs.python_building import build
from tritonlint.inputs.python_tree import MAX_DEPTH, Stmt, Syntax
from tritonlint.source import Span

MAX_BRACKETS = 200
MAX_CHAINING = 1000
"""Signs that can make an expression deeper, in a whole file of which that is never asked in detail."""
MAX_NODES = 100_000
"""Nodes of Python's own syntax tree that are read: some 10,000 lines, a hundred times a usual model.py."""

_CODING = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BRACKET = re.compile(r"[()\[\]{}]")
_CHAINING_SIGNS = b"([{.+-*/%@&|^~<>"
_CHAINING_WORDS = ("if ", "and ", "or ", "not ", "lambda")


def read_python(path: str, text: str) -> PythonFacts:
    """Read a model.py. Never raises for what a file holds: ``error`` says why there is no tree."""
    facts = PythonFacts(path, text)
    offset = 1 if text.startswith("\ufeff") else 0
    source = text[offset:]
    facts.error = _encoding_error(path, source, offset)
    if facts.error is not None:
        return facts
    # Undecodable bytes of a declared 8-bit encoding: any letter in their place keeps every offset.
    source = source if source.isascii() else _SURROGATE.sub("\u00ff", source)
    if not _shallow(source) and not _shallow_statements(source):
        verdict = _cpython_verdict(path, source, offset)
        if verdict is not None and verdict.kind == "too-deep":
            facts.error = verdict
            return facts
    converted = _convert(path, source, offset)
    if converted is None:
        verdict = _cpython_verdict(path, source, offset)
        facts.error = verdict or ReadError("too-deep", Span(path, 0, 0), "the file could not be read by this tool")
        return facts
    facts.body, facts.syntax = converted
    build(facts)
    return facts


def _encoding_error(path: str, source: str, offset: int) -> ReadError | None:
    null = source.find("\0")
    if null != -1:
        return ReadError("null-byte", Span(path, offset + null, offset + null + 1), "the file holds a null byte")
    declared = "utf-8"
    place = Span(path, 0, 0)
    position = offset
    for line in source.split("\n", 2)[:2]:
        cookie = _CODING.match(line)
        if cookie is not None:
            declared = cookie[1]
            place = Span(path, position + cookie.start(1), position + cookie.end(1))
            break
        if line.strip() and not line.lstrip().startswith("#"):
            break
        position += len(line) + 1
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        return ReadError("encoding", place, f"unknown encoding `{declared}` is declared")
    if offset and codec != "utf-8":
        return ReadError("encoding", place, f"the file begins with a UTF-8 byte order mark but declares `{declared}`")
    bad = _SURROGATE.search(source) if not source.isascii() and codec in {"utf-8", "ascii"} else None
    if bad is not None and declared.lower().replace("_", "-") == "utf-8":
        # Under this name CPython (3.8 to 3.13 were tried) decodes nothing beforehand, so comments may hold any bytes.
        comments = list(_comments(source))
        bad = next((m for m in _SURROGATE.finditer(source) if not any(a <= m.start() < b for a, b in comments)), None)
    if bad is not None:
        found = Span(path, offset + bad.start(), offset + bad.end())
        return ReadError("encoding", found, f"byte 0x{ord(bad[0]) - 0xDC00:02x} is not UTF-8")
    return None


def _comments(source: str) -> Iterator[tuple[int, int]]:
    """Where the comments of a file stand, as far as it can be split into tokens."""
    lines = _SURROGATE.sub("\u00ff", source).split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    try:
        for token in tokenize.generate_tokens(iter([*(f"{line}\n" for line in lines), ""]).__next__):
            if token.type == tokenize.COMMENT:
                yield starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
    except (tokenize.TokenError, SyntaxError, StopIteration):
        return


def _shallow(source: str) -> bool:
    """Whether libcst's native parser, which does not guard its stack or its time, can be given a file as it is.

    Tested: brackets overflow the stack at 2,000 levels, and chains (``a + b + …``) of 5,000 take minutes.
    """
    if len(source) > MAX_NODES // 2:
        return False
    signs = _signs(source)
    if signs > MAX_CHAINING:
        return False
    # To count is faster than to look at one bracket after the other; mostly there are not so many at all.
    return signs <= MAX_BRACKETS or sum(map(source.count, "([{")) <= MAX_BRACKETS or _brackets(source) <= MAX_BRACKETS


def _signs(source: str) -> int:
    """How many signs and words there are that can make an expression deeper, brackets among them."""
    text = source.encode()
    return len(text) - len(text.translate(None, _CHAINING_SIGNS)) + sum(map(source.count, _CHAINING_WORDS))


def _shallow_statements(source: str) -> bool:
    """Whether that holds of a long file since none of its statements is long.

    CPython's parser, which guards its stack, says where they stand; to look at each node of its tree takes much longer.
    """
    if len(source) > MAX_NODES // 2:
        return False
    try:
        body = _cpython_tree(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    # Lines end as they do for CPython.
    return _short(body, source.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 0)


def _short(body: list[ast.stmt], lines: list[str], first: int) -> bool:
    """Whether each statement behind a number of lines has few signs; one on a line with another gets that one's too."""
    for statement in body:
        last = statement.end_lineno or len(lines)
        if _signs("\n".join(lines[first:last])) > MAX_DEPTH:
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                return False
            head = statement.body[0].lineno
            if _signs("\n".join(lines[first:head])) > MAX_DEPTH or not _short(statement.body, lines, head - 1):
                return False
        first = last - 1
    return True


def _brackets(source: str) -> int:
    """How deep brackets are nested; those in strings and comments count."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(source):
        if bracket in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def _cpython_tree(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _cpython_verdict(path: str, source: str, offset: int) -> ReadError | None:
    """What CPython's own parser says, which guards its stack."""
    too_deep = ReadError("too-deep", Span(path, 0, 0), f"nested more than {MAX_DEPTH} levels deep")
    try:
        parsed = _cpython_tree(source)
    except SyntaxError as error:
        if _brackets(source) > MAX_BRACKETS:
            return too_deep
        return _syntax_error(path, source, offset, error)
    except (ValueError, MemoryError, RecursionError):
        return too_deep
    level: list[ast.AST] = [parsed]
    levels = nodes = 0
    while level:
        levels += 1
        nodes += len(level)
        # libcst nests what Python's own tree keeps in one list.
        if levels > MAX_DEPTH or any(isinstance(n, ast.BoolOp) and len(n.values) > MAX_DEPTH for n in level):
            return too_deep
        if nodes > MAX_NODES:
            return ReadError("too-deep", Span(path, 0, 0), f"more than {MAX_NODES} syntax nodes in one file")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return None


def _syntax_error(path: str, source: str, offset: int, error: SyntaxError) -> ReadError:
    starts = [0, *(m.end() for m in re.finditer(r"\r\n?|\n", source))]
    line = min(max(error.lineno or 1, 1), len(starts))
    end_of_line = len(source[starts[line - 1] :].splitlines()[0]) if source[starts[line - 1] :] else 0
    # An error at the end of a line is shown on its last character.
    column = min(max((error.offset or 1) - 1, 0), max(end_of_line - 1, 0))
    width = 1
    if error.end_lineno == error.lineno and error.end_offset and error.offset and error.end_offset > error.offset:
        width = error.end_offset - error.offset
    start = offset + starts[line - 1] + column
    end = min(start + width, offset + len(source))
    return ReadError("syntax", Span(path, min(start, end), end), (error.msg or "invalid syntax").rstrip("."))


def _convert(path: str, source: str, offset: int) -> tuple[tuple[Stmt, ...], tuple[Syntax, ...]] | None:
    import sys

    import libcst

    from tritonlint.inputs.python_convert import LostPlaceError, convert

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 8000))
    try:
        return convert(source, path, offset)
    except (libcst.ParserSyntaxError, libcst.CSTValidationError, LostPlaceError, RecursionError):
        return None
    finally:
        sys.setrecursionlimit(limit)
