"""From Python's own syntax tree to :mod:`tritonlint.inputs.python_tree`, for files of everyday syntax.

Python's parser takes a tenth of the time of libcst's and knows where nodes stand. It does not say where parentheses
and keywords are (they are looked for between the nodes), it places nothing inside f-strings before 3.12 (those are
read here), and it only knows the syntax of the Python that runs. So what is rare or newer is left to
:mod:`tritonlint.inputs.python_convert`, which makes the same tree of every file that this module reads.
"""

from __future__ import annotations

import ast
import re
import warnings
from ast import literal_eval
from collections.abc import Callable
from itertools import accumulate
from keyword import kwlist
from typing import Any

from tritonlint.inputs import python_tree as tree
from tritonlint.source import Span

BLANK = frozenset(" \t\f\r\n\\#")
blank: Any = re.compile(r"(?:[ \t\f\r\n]+|\\(?:\r\n?|\n)|#[^\r\n\0]*)*").match
"""It matches nothing at least."""
END = "\0"
"""What stands behind the last character, so that looking at the next one never fails; no model file holds one."""

MAX_DEPTH = 100
"""Levels of nesting that are read here; libcst and Python do not count alike where it is too deep."""
_STRING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_DOTTED = re.compile(r"[ \t]*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[ \t]*(?=[}!:])", re.ASCII)
_NESTED_SPEC = re.compile(r"[^{}\"'\\\r\n]*(?:\{[\w.]+\}[^{}\"'\\\r\n]*)*\}", re.ASCII)
_WIDE = re.compile(r"[^\x00-\x7f]")
_FOREIGN = "?"
"""Stands for letters outside ASCII, one for one: allowed in strings and comments only."""

_OPERATORS: dict[type[Any], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


class UnusualError(Exception):
    """Something that this module leaves to libcst."""


def read_own(text: str, path: str, offset: int) -> tuple[tree.Stmt, ...]:
    """The statements of a module, none of whose syntax is newer than the oldest Python of a release.

    ``offset`` is added to every place (a byte order mark that was cut off). Raises UnusualError.
    """
    # Columns of Python's tree count bytes: with one byte for each character they are right.
    plain = text if text.isascii() else _WIDE.sub(_FOREIGN, text)
    starts = line_starts(text, offset)
    return _Reader(" " * offset + text + END, path, starts).body(_parsed(plain, "exec").body)


def line_starts(text: str, offset: int) -> list[int]:
    """Where lines begin; line 1 is at index 1."""
    if "\r" in text:
        return [0, offset, *(offset + end.end() for end in re.finditer(r"\r\n?|\n", text))]
    return [0, *accumulate([len(line) + 1 for line in text.split("\n")], initial=offset)]


def _parsed(text: str, mode: str) -> Any:
    try:
        with warnings.catch_warnings():
            # Unknown escapes warn.
            warnings.simplefilter("ignore")
            return ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise UnusualError from error


def constant(span: Span, literal: str) -> tree.Expr:
    """The value of a string or number that is written out."""
    first = literal[0]
    if first in "\"'":
        if "\\" not in literal and "\r" not in literal:
            # Its own value; evaluating costs more than reading it.
            quotes = 3 if literal[1] == first == literal[2:3] else 1
            return tree.Constant(span, literal[quotes:-quotes])
    elif literal.isdecimal() and (first != "0" or literal == "0"):
        try:
            return tree.Constant(span, int(literal))
        except ValueError:
            return tree.Other(span, ())
    elif "." in literal and literal.replace(".", "", 1).isdecimal():
        return tree.Constant(span, float(literal))
    try:
        with warnings.catch_warnings():
            # Unknown escapes warn.
            warnings.simplefilter("ignore")
            return tree.Constant(span, literal_eval(literal))
    except (SyntaxError, ValueError):
        return tree.Other(span, ())


class _Reader:
    """``starts`` are the places of lines, ``text`` is what the places lie in."""

    __slots__ = ("ascii", "depth", "path", "starts", "text")

    def __init__(self, text: str, path: str, starts: list[int]) -> None:
        self.text = text
        self.path = path
        self.starts = starts
        self.ascii = text.isascii()
        self.depth = 0

    # ------------------------------------------------------------------------------------------------ places
    def start(self, node: Any) -> int:
        place: int = self.starts[node.lineno] + node.col_offset
        return place

    def end(self, node: Any) -> int:
        place: int = self.starts[node.end_lineno] + node.end_col_offset
        return place

    def span(self, node: Any) -> Span:
        starts = self.starts
        return Span(self.path, starts[node.lineno] + node.col_offset, starts[node.end_lineno] + node.end_col_offset)

    def next(self, at: int) -> int:
        """Where the next token begins."""
        return int(blank(self.text, at).end()) if self.text[at] in BLANK else at

    def closed(self, node: Any, limit: int) -> int:
        """Where an expression ends with the parentheses around it; none of them is at ``limit`` or behind it."""
        at = found = self.end(node)
        while True:
            at = self.next(at)
            if at >= limit or self.text[at] != ")":
                return found
            found = at = at + 1

    def through(self, start: int, *bodies: tuple[tree.Stmt, ...]) -> Span:
        """From ``start`` to the end of the last body that is there; a semicolon behind it does not count."""
        last = next(body[-1] for body in reversed(bodies) if body)
        return Span(self.path, start, last.span.end)

    def expect(self, at: int, token: str) -> int:
        """Where the next token begins, which must be this one."""
        at = self.next(at)
        if not self.text.startswith(token, at):
            raise UnusualError
        return at

    def name(self, at: int, name: str) -> Span:
        at = self.expect(at, name)
        return Span(self.path, at, at + len(name))

    # -------------------------------------------------------------------------------------------- statements
    def body(self, nodes: list[Any]) -> tuple[tree.Stmt, ...]:
        self.depth = depth = self.depth + 1
        if depth > MAX_DEPTH:
            raise UnusualError
        found = tuple([_STATEMENTS.get(node.__class__, _Reader.unusual)(self, node) for node in nodes])
        self.depth = depth - 1
        return found

    def unusual(self, _: Any) -> Any:
        raise UnusualError

    def s_Expr(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Expression(self.span(node), self.expr(node.value))

    def s_Assign(self, node: Any) -> tree.Stmt:  # noqa: N802
        targets = tuple([self.expr(target) for target in node.targets])
        return tree.Assign(self.span(node), targets, self.expr(node.value), None, "")

    def s_AnnAssign(self, node: Any) -> tree.Stmt:  # noqa: N802
        target, annotation = self.expr(node.target), self.expr(node.annotation)
        return tree.Assign(self.span(node), (target,), self.maybe(node.value), annotation, "")

    def s_AugAssign(self, node: Any) -> tree.Stmt:  # noqa: N802
        target, value = self.expr(node.target), self.expr(node.value)
        return tree.Assign(self.span(node), (target,), value, None, _OPERATORS[node.op.__class__])

    def s_Return(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Return(self.span(node), self.maybe(node.value))

    def s_Raise(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Raise(self.span(node), self.maybe(node.exc), self.maybe(node.cause))

    def s_Delete(self, node: Any) -> tree.Stmt:  # noqa: N802
        span = self.span(node)
        targets = tuple([self.expr(target) for target in node.targets])
        if len(targets) == 1 and self.text[self.end(node) - 1] != ",":
            return tree.Delete(span, targets)
        place = Span(self.path, self.next(self.start(node) + 3), span.end)
        return tree.Delete(span, (tree.Sequence(place, "tuple", targets),))

    def s_Pass(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Flow(self.span(node), node.__class__.__name__.lower())

    s_Break = s_Continue = s_Pass  # noqa: N815

    def s_Global(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Scope(self.span(node), node.__class__.__name__.lower(), tuple(node.names))

    s_Nonlocal = s_Global  # noqa: N815

    def s_Assert(self, node: Any) -> tree.Stmt:  # noqa: N802
        return tree.Assert(self.span(node), self.expr(node.test), self.maybe(node.msg))

    def s_Import(self, node: Any) -> tree.Stmt:  # noqa: N802
        names = tuple([self.alias(alias, alias.name.split(".", 1)[0]) for alias in node.names])
        return tree.Import(self.span(node), names)

    def s_ImportFrom(self, node: Any) -> tree.Stmt:  # noqa: N802
        module = "." * node.level + (node.module or "")
        if node.names[0].name == "*":
            return tree.ImportFrom(self.span(node), module, (), True)
        names = tuple([self.alias(alias, alias.name) for alias in node.names])
        return tree.ImportFrom(self.span(node), module, names, False)

    def alias(self, node: Any, bound: str) -> tree.Alias:
        # A name with blanks between its parts would not be found.
        return tree.Alias(self.name(self.start(node), node.name), node.name, node.asname or bound)

    def s_FunctionDef(self, node: Any) -> tree.Stmt:  # noqa: N802
        if getattr(node, "type_params", None):
            raise UnusualError
        decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        start = self.start(node)
        is_async = node.__class__ is ast.AsyncFunctionDef
        at = self.expect(start + 5, "def") if is_async else start
        name = self.name(at + 3, node.name)
        parameters = self.parameters(node.args)
        returns = self.maybe(node.returns)
        body = self.body(node.body)
        indent = self.text[self.starts[node.lineno] : start]
        span = self.through(start, body)
        return tree.Function(span, node.name, name, parameters, body, decorators, returns, is_async, indent)

    s_AsyncFunctionDef = s_FunctionDef  # noqa: N815

    def s_ClassDef(self, node: Any) -> tree.Stmt:  # noqa: N802
        if getattr(node, "type_params", None):
            raise UnusualError
        decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        start = self.start(node)
        name = self.name(start + 5, node.name)
        bases = tuple([self.expr(base) for base in node.bases])
        keywords = tuple([self.keyword(keyword) for keyword in node.keywords])
        body = self.body(node.body)
        return tree.Class(self.through(start, body), node.name, name, bases, keywords, body, decorators)

    def s_If(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.start(node)
        test = self.expr(node.test)
        body = self.body(node.body)
        orelse = self.body(node.orelse) if node.orelse else ()
        return tree.If(self.through(start, body, orelse), test, body, orelse)

    def s_For(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.start(node)
        target, iterable = self.expr(node.target), self.expr(node.iter)
        header = self.header(start, self.end(node.iter))
        body = self.body(node.body)
        orelse = self.body(node.orelse) if node.orelse else ()
        span = self.through(start, body, orelse)
        return tree.For(span, target, iterable, body, orelse, node.__class__ is ast.AsyncFor, header)

    s_AsyncFor = s_For  # noqa: N815

    def header(self, start: int, at: int) -> Span:
        """From ``start`` to the colon, of which only parentheses can stand before it."""
        at = self.next(at)
        while self.text[at] == ")":
            at = self.next(at + 1)
        return Span(self.path, start, self.expect(at, ":"))

    def s_While(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.start(node)
        test = self.expr(node.test)
        body = self.body(node.body)
        orelse = self.body(node.orelse) if node.orelse else ()
        return tree.While(self.through(start, body, orelse), test, body, orelse)

    def s_Try(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.start(node)
        body = self.body(node.body)
        handlers = tuple([self.handler(handler) for handler in node.handlers])
        orelse, final = self.body(node.orelse), self.body(node.finalbody)
        span = self.through(start, body, handlers[-1].body if handlers else (), orelse, final)
        return tree.Try(span, body, handlers, orelse, final)

    def handler(self, node: Any) -> tree.Handler:
        start = self.start(node)
        kind = None
        at = start + 6
        if node.type is not None:
            if node.type.__class__ is ast.Tuple and self.text[self.start(node.type)] != "(":
                raise UnusualError
            kind = self.expr(node.type)
            at = self.end(node.type)
            if node.name is not None:
                at = self.expect(self.closed(node.type, len(self.text)), "as")
                at = self.expect(at + 2, node.name) + len(node.name)
        header = self.header(start, at)
        body = self.body(node.body)
        return tree.Handler(self.through(start, body), kind, node.name, body, header)

    def s_With(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.start(node)
        is_async = node.__class__ is ast.AsyncWith
        at = (self.expect(start + 5, "with") if is_async else start) + 4
        items = []
        for item in node.items:
            place, last = self.next(at), item.optional_vars or item.context_expr
            if self.text[place] == "(":
                # Around the items or around what is given: libcst and Python do not always agree.
                raise UnusualError
            value, target = self.expr(item.context_expr), self.maybe(item.optional_vars)
            at = self.end(last)
            items.append(tree.WithItem(Span(self.path, place, at), value, target))
            at = self.next(at)
            if self.text[at] not in ",:":
                raise UnusualError
            at += 1
        body = self.body(node.body)
        return tree.With(self.through(start, body), tuple(items), body, is_async)

    s_AsyncWith = s_With  # noqa: N815

    def parameters(self, node: Any) -> tuple[tree.Parameter, ...]:
        out: list[tree.Parameter] = []
        positional = [*node.posonlyargs, *node.args]
        before = len(positional) - len(node.defaults)
        for index, one in enumerate(positional):
            kind = "positional-only" if index < len(node.posonlyargs) else "normal"
            default = node.defaults[index - before] if index >= before else None
            out.append(self.parameter(one, kind, default, ""))
        if node.vararg is not None:
            out.append(self.parameter(node.vararg, "star", None, "*"))
        for one, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            out.append(self.parameter(one, "keyword-only", default, ""))
        if node.kwarg is not None:
            out.append(self.parameter(node.kwarg, "double-star", None, "**"))
        return tuple(out)

    def parameter(self, node: Any, kind: str, default: Any, star: str) -> tree.Parameter:
        start = self.start(node)
        end = start + len(node.arg)
        if star:
            start -= len(star)
            if not self.text.startswith(star, start):
                raise UnusualError
        annotation = self.maybe(node.annotation)
        return tree.Parameter(Span(self.path, start, end), node.arg, kind, self.maybe(default), annotation)

    # ------------------------------------------------------------------------------------------- expressions
    def maybe(self, node: Any) -> tree.Expr | None:
        return None if node is None else self.expr(node)

    def expr(self, node: Any) -> tree.Expr:
        kind = node.__class__
        starts = self.starts
        if kind is ast.Name:
            start = starts[node.lineno] + node.col_offset
            name = node.id
            return tree.Name(Span(self.path, start, start + len(name)), name)
        if kind is ast.Attribute:
            value = self.expr(node.value) if node.value.__class__ is ast.Name else self.deeper(node.value)
            end = starts[node.end_lineno] + node.end_col_offset
            name = node.attr
            path = self.path
            whole = Span(path, starts[node.lineno] + node.col_offset, end)
            return tree.Attribute(whole, value, name, Span(path, end - len(name), end))
        if kind is ast.Constant:
            return self.x_Constant(node)
        return self.deeper(node)

    def deeper(self, node: Any) -> tree.Expr:
        self.depth = depth = self.depth + 1
        if depth > MAX_DEPTH:
            raise UnusualError
        found: tree.Expr = _EXPRESSIONS.get(node.__class__, _Reader.unusual)(self, node)
        self.depth = depth - 1
        return found

    def x_Constant(self, node: Any) -> tree.Expr:  # noqa: N802
        starts = self.starts
        start, end = starts[node.lineno] + node.col_offset, starts[node.end_lineno] + node.end_col_offset
        value = node.value
        if value is ...:
            return tree.Other(Span(self.path, start, end), ())
        if not self.ascii and (value.__class__ is str or value.__class__ is bytes):
            literal = self.text[start:end]
            if not literal.isascii():
                # What was parsed has other letters.
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        value = literal_eval(f"({literal}\n)")
                except (SyntaxError, ValueError) as error:
                    raise UnusualError from error
        return tree.Constant(Span(self.path, start, end), value)

    def x_Call(self, node: Any) -> tree.Expr:  # noqa: N802
        path, text, starts = self.path, self.text, self.starts
        func = self.expr(node.func)
        at = starts[node.func.end_lineno] + node.func.end_col_offset
        while text[at] != "(":
            # Blanks, and what closes parentheses around the function.
            at = self.next(at + 1) if text[at] == ")" else self.next(at)
            if text[at] not in "()":
                raise UnusualError
        at += 1
        end = starts[node.end_lineno] + node.end_col_offset
        arguments: list[tree.Argument] = []
        given = node.args
        keywords = node.keywords
        for argument in given:
            if text[at] in BLANK:
                at = blank(text, at).end()
            start = starts[argument.lineno] + argument.col_offset
            if argument.__class__ is ast.Starred:
                if keywords and self.start(keywords[0]) < start:
                    # Stars may come behind keywords.
                    break
                last = self.end(argument)
                star = tree.Argument(Span(path, start, last), self.expr(argument.value), None, "*")
                arguments.append(star)
            else:
                value = self.expr(argument)
                if at == start:
                    last = starts[argument.end_lineno] + argument.end_col_offset
                    if argument.__class__ is ast.GeneratorExp or argument.__class__ is ast.Tuple:
                        last = self.closed(argument, end - 1)
                elif at < start:
                    last = self.closed(argument, end - 1)
                else:
                    # A generator shares its parentheses with the call.
                    at, last = value.span.start or 0, value.span.end or 0
                arguments.append(tree.Argument(Span(path, at, last), value, None, ""))
            at = last
            if text[at] in BLANK:
                at = blank(text, at).end()
            at += 1
        if keywords:
            for keyword in keywords:
                arguments.append(self.keyword(keyword))
            rest = given[len(arguments) - len(keywords) :]
            if rest:
                for argument in rest:
                    if argument.__class__ is not ast.Starred:
                        raise UnusualError
                    arguments.append(tree.Argument(self.span(argument), self.expr(argument.value), None, "*"))
                arguments.sort(key=_place)
        return tree.Call(Span(path, starts[node.lineno] + node.col_offset, end), func, tuple(arguments))

    def keyword(self, node: Any) -> tree.Argument:
        value = self.expr(node.value)
        return tree.Argument(self.span(node), value, node.arg, "" if node.arg is not None else "**")

    def x_Subscript(self, node: Any) -> tree.Expr:  # noqa: N802
        value = self.expr(node.value)
        index = node.slice
        if index.__class__ is ast.Tuple and not self.in_parentheses(index):
            items = tuple([self.expr(item) for item in index.elts])
        else:
            items = (self.expr(index),)
        return tree.Subscript(self.span(node), value, items)

    def x_Slice(self, node: Any) -> tree.Expr:  # noqa: N802
        lower, upper, step = self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step)
        return tree.Slice(self.span(node), lower, upper, step)

    def elements(self, nodes: list[Any]) -> tuple[tree.Expr, ...]:
        items: list[tree.Expr] = []
        for node in nodes:
            if node.__class__ is ast.Starred:
                value = self.expr(node.value)
                items.append(tree.Starred(value.span, value))
            else:
                items.append(self.expr(node))
        return tuple(items)

    def in_parentheses(self, node: Any) -> bool:
        """Whether a tuple has parentheses of its own."""
        start, end = self.start(node), self.end(node)
        text = self.text
        if text[start] != "(" or text[end - 1] != ")":
            return False
        if not node.elts:
            return True
        first = node.elts[0]
        begin, opened = self.start(first), 0
        while start < begin:
            opened += text[start] == "("
            start = self.next(start + 1)
        at = self.end(first)
        while True:
            at = self.next(at)
            if text[at] != ")" or not opened:
                return opened > 0
            opened -= 1
            at += 1

    def x_Tuple(self, node: Any) -> tree.Expr:  # noqa: N802
        items = self.elements(node.elts)
        if not self.in_parentheses(node):
            return tree.Sequence(self.span(node), "tuple", items)
        start, limit = self.next(self.start(node) + 1), self.end(node) - 1
        end = start
        if node.elts:
            end = self.closed(node.elts[-1], limit)
            comma = self.next(end)
            if self.text[comma] == ",":
                end = comma + 1
        return tree.Sequence(Span(self.path, start, end), "tuple", items)

    def x_List(self, node: Any) -> tree.Expr:  # noqa: N802
        kind = "list" if node.__class__ is ast.List else "set"
        return tree.Sequence(self.span(node), kind, self.elements(node.elts))

    x_Set = x_List  # noqa: N815

    def x_Dict(self, node: Any) -> tree.Expr:  # noqa: N802
        keys = tuple([self.maybe(key) for key in node.keys])
        return tree.Dict(self.span(node), keys, tuple([self.expr(value) for value in node.values]))

    def clauses(self, before: Any, nodes: list[Any], limit: int) -> tuple[tree.Clause, ...]:
        """The clauses behind an expression, which all end before ``limit``."""
        out: list[tuple[int, tree.Expr, tree.Expr, tuple[tree.Expr, ...]]] = []
        for node in nodes:
            start = self.next(self.closed(before, limit))
            self.expect(start, "async" if node.is_async else "for")
            target, iterable = self.expr(node.target), self.expr(node.iter)
            conditions = tuple([self.expr(condition) for condition in node.ifs])
            out.append((start, target, iterable, conditions))
            before = node.ifs[-1] if node.ifs else node.iter
        # A clause goes on to the end of the last one.
        end = self.closed(before, limit)
        return tuple([tree.Clause(Span(self.path, one[0], end), *one[1:]) for one in out])

    def x_GeneratorExp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.next(self.start(node) + 1)
        element = self.expr(node.elt)
        clauses = self.clauses(node.elt, node.generators, self.end(node) - 1)
        return tree.Comprehension(Span(self.path, start, clauses[-1].span.end), "generator", (element,), clauses)

    def x_ListComp(self, node: Any) -> tree.Expr:  # noqa: N802
        element = self.expr(node.elt)
        clauses = self.clauses(node.elt, node.generators, self.end(node) - 1)
        kind = "list" if node.__class__ is ast.ListComp else "set"
        return tree.Comprehension(self.span(node), kind, (element,), clauses)

    x_SetComp = x_ListComp  # noqa: N815

    def x_DictComp(self, node: Any) -> tree.Expr:  # noqa: N802
        key, value = self.expr(node.key), self.expr(node.value)
        clauses = self.clauses(node.value, node.generators, self.end(node) - 1)
        return tree.Comprehension(self.span(node), "dict", (key, value), clauses)

    def x_Lambda(self, node: Any) -> tree.Expr:  # noqa: N802
        return tree.Lambda(self.span(node), self.parameters(node.args), self.expr(node.body))

    def x_Await(self, node: Any) -> tree.Expr:  # noqa: N802
        return tree.Await(self.span(node), self.expr(node.value))

    def x_Yield(self, node: Any) -> tree.Expr:  # noqa: N802
        return tree.Yield(self.span(node), self.maybe(node.value))

    x_YieldFrom = x_Yield  # noqa: N815

    def x_UnaryOp(self, node: Any) -> tree.Expr:  # noqa: N802
        operator = _OPERATORS[node.op.__class__]
        operand = self.expr(node.operand)
        span = self.span(node)
        if operator == "-" and isinstance(operand, tree.Constant) and isinstance(operand.value, int | float):
            return tree.Constant(span, -operand.value)
        return tree.Unary(span, operator, operand)

    def x_BinOp(self, node: Any) -> tree.Expr:  # noqa: N802
        left, right = self.expr(node.left), self.expr(node.right)
        return tree.Binary(self.span(node), _OPERATORS[node.op.__class__], left, right)

    def x_BoolOp(self, node: Any) -> tree.Expr:  # noqa: N802
        operator = _OPERATORS[node.op.__class__]
        start, limit = self.start(node), self.end(node)
        first, *others = node.values
        found = self.expr(first)
        if len(others) > MAX_DEPTH // 4:
            raise UnusualError
        for other in others:
            right = self.expr(other)
            found = tree.Binary(Span(self.path, start, self.closed(other, limit)), operator, found, right)
        return found

    def x_Compare(self, node: Any) -> tree.Expr:  # noqa: N802
        left = self.expr(node.left)
        operators = tuple([_OPERATORS[operator.__class__] for operator in node.ops])
        return tree.Compare(self.span(node), left, operators, tuple([self.expr(one) for one in node.comparators]))

    def x_IfExp(self, node: Any) -> tree.Expr:  # noqa: N802
        body, test, orelse = self.expr(node.body), self.expr(node.test), self.expr(node.orelse)
        return tree.Conditional(self.span(node), test, body, orelse)

    def x_NamedExpr(self, node: Any) -> tree.Expr:  # noqa: N802
        return tree.Walrus(self.span(node), self.expr(node.target), self.expr(node.value))

    # --------------------------------------------------------------------------------------------- f-strings
    def x_JoinedStr(self, node: Any) -> tree.Expr:  # noqa: N802
        """One f-string, or several strings in a row of which one is."""
        span = self.span(node)
        at, end = span.start or 0, span.end or 0
        parts: list[tree.Expr] = []
        while at < end:
            opening = _STRING.match(self.text, at)
            if opening is None:
                raise UnusualError
            prefix, quote = opening[1].lower(), opening[2]
            if "f" in prefix:
                at = self.formatted(opening.end(), quote, parts)
            else:
                start, at = at, self.string_end(opening.end(), quote)
                value = constant(Span(self.path, start, at), self.text[start:at])
                if not isinstance(value, tree.Constant) or not isinstance(value.value, str):
                    raise UnusualError
                parts.append(value)
            at = self.next(at)
        return tree.FString(span, tuple(parts))

    def string_end(self, at: int, quote: str) -> int:
        """Behind the quote that ends a string."""
        text = self.text
        while not text.startswith(quote, at):
            at += 2 if text[at] == "\\" else 1
            if at >= len(text):
                raise UnusualError
        return at + len(quote)

    def formatted(self, at: int, quote: str, parts: list[tree.Expr]) -> int:
        """Read an f-string from behind its opening quote; where it ends."""
        text = self.text
        start = at
        while True:
            sign = text[at]
            if sign == "\\":
                if text.startswith("\\N{", at):
                    raise UnusualError
                at += 2
            elif text.startswith(quote, at):
                self.text_part(start, at, parts)
                return at + len(quote)
            elif sign in "{}" and text[at + 1] == sign:
                at += 2
            elif sign == "{":
                self.text_part(start, at, parts)
                start = at = self.replacement(at + 1, quote, parts)
            elif sign == "}" or at >= len(text) - 1:
                raise UnusualError
            else:
                at += 1

    def text_part(self, start: int, end: int, parts: list[tree.Expr]) -> None:
        if start == end:
            return
        # Escapes stay as written: such a text never takes part in a comparison of names.
        value = self.text[start:end].replace("{{", "{").replace("}}", "}")
        place = Span(self.path, start, end)
        parts.append(tree.Other(place, ()) if "\\" in value else tree.Constant(place, value))

    def replacement(self, at: int, quote: str, parts: list[tree.Expr]) -> int:
        """Read ``expression}`` with what may stand between; where it ends."""
        text = self.text
        simple = _DOTTED.match(text, at)
        inner: tree.Expr
        if simple is not None and not text.startswith("!=", simple.end()):
            inner = self.dotted(simple.start(1), simple[1])
            at = simple.end()
        else:
            start, at = at, self.expression_end(at, quote)
            code = text[start:at]
            if not code.isascii() or not code.strip():
                raise UnusualError
            # One place before: the parenthesis.
            reader = _Reader(text, self.path, line_starts(code, start))
            reader.starts[1] -= 1
            reader.depth = self.depth
            inner = reader.expr(_parsed(f"({code})", "eval").body)
        if text[at] == "}":
            parts.append(inner)
            return at + 1
        parts.append(tree.Other(inner.span, (inner,)))
        if text[at] == "!":
            at = self.next(at + 2)
        if text[at] == ":":
            rest = _NESTED_SPEC.match(text, at + 1)
            if rest is None:
                raise UnusualError
            return rest.end()
        if text[at] != "}":
            raise UnusualError
        return at + 1

    def dotted(self, at: int, name: str) -> tree.Expr:
        path = self.path
        first, *others = name.split(".")
        end = at + len(first)
        span = Span(path, at, end)
        found: tree.Expr
        if first in _KEYWORDS:
            if first not in _SINGLES:
                raise UnusualError
            found = tree.Constant(span, _SINGLES[first])
        else:
            found = tree.Name(span, first)
        for other in others:
            start, end = end + 1, end + 1 + len(other)
            found = tree.Attribute(Span(path, at, end), found, other, Span(path, start, end))
        return found

    def expression_end(self, at: int, quote: str) -> int:
        """Where the expression of a replacement field ends."""
        text = self.text
        depth = 0
        while True:
            sign = text[at]
            if sign in "\"'":
                if quote == sign or text.startswith(sign * 3, at):
                    # Its own quotes are newer syntax.
                    raise UnusualError
                at = text.find(sign, at + 1)
                if at < 0:
                    raise UnusualError
            elif sign in "\\#\r\n" or sign == END:
                raise UnusualError
            elif sign in "=<>!" and text[at + 1] == "=":
                at += 1
            elif sign in "([{":
                depth += 1
            elif depth:
                depth -= sign in ")]}"
            elif sign in "}:!":
                return at
            elif sign == "=":
                raise UnusualError
            at += 1


_SINGLES: dict[str, bool | None] = {"True": True, "False": False, "None": None}
_KEYWORDS = frozenset(kwlist)


def _place(argument: tree.Argument) -> int:
    return argument.span.start or 0


def _by_class(prefix: str) -> dict[type[Any], Callable[[_Reader, Any], Any]]:
    """The methods of the reader by the class of node that they are named after."""
    found = ((name, getattr(_Reader, name)) for name in vars(_Reader) if name.startswith(prefix))
    return {getattr(ast, name.removeprefix(prefix)): method for name, method in found}


_STATEMENTS = _by_class("s_")
_EXPRESSIONS = {ast.Name: _Reader.expr, ast.Attribute: _Reader.expr, **_by_class("x_")}
