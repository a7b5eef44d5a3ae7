"""From libcst to :mod:`tritonlint.inputs.python_tree`; the only module that touches libcst nodes.

Nodes of libcst do not know where they stand, and asking libcst costs more than everything else here. The conversion
visits nodes in file order anyhow, so it keeps its place in the text and steps over one token at a time.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from collections.abc import Sequence as AnySequence
from functools import cached_property
from typing import Any

import libcst as cst

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python_places import Places, places_of
from tritonlint.source import Span

_COMPARISONS: dict[Any, str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}
_OPERATORS: dict[Any, str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.And: "and",
    cst.Or: "or",
    cst.Not: "not",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
}
_CHANGES: dict[Any, str] = {
    getattr(cst, f"{kind.__name__}Assign"): operator
    for kind, operator in _OPERATORS.items()
    if hasattr(cst, f"{kind.__name__}Assign")
}
_SINGLETONS = {"True": True, "False": False, "None": None}

# Evaluating a string costs more than reading it; most are their own value.
_PLAIN_STRING = re.compile(r"""(['"])([ !#-&(-\[\]-~]*)\1""").fullmatch
_BLANK = frozenset(" \t\f\r\n\\#")
_skip = re.compile(r"(?:[ \t\f\r\n]+|\\(?:\r\n?|\n)|#[^\r\n\0]*)*").match
_END = "\0"
"""What stands behind the last character, so that looking at the next one never fails; no model file holds one."""


class LostPlaceError(Exception):
    """The text and the tree do not go together; a mistake of libcst or of this module."""


def convert(text: str, path: str, offset: int) -> tuple[tuple[tree.Stmt, ...], tuple[tree.Syntax, ...]]:
    """The statements of a module, and its syntax that not every Python knows.

    ``offset`` is added to every place (a byte order mark that was cut off).

    Raises libcst.ParserSyntaxError, LostPlaceError, and RecursionError for what is nested deeper than MAX_DEPTH.
    """
    module = _parse(text)
    with warnings.catch_warnings():
        # Strings with unknown escapes warn when they are evaluated.
        warnings.simplefilter("ignore")
        return _Converter(text, path, offset, module).convert()


def _unchecked(_: cst.CSTNode) -> None:
    pass


def _parse(text: str) -> cst.Module:
    """As libcst.parse_module, without the validation of nodes that its own parser has just made."""
    validating = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _unchecked  # type: ignore[assignment,method-assign]
    try:
        return cst.parse_module(text)
    finally:
        cst.CSTNode.__post_init__ = validating  # type: ignore[method-assign]


class _Converter:
    def __init__(self, text: str, path: str, offset: int, module: cst.Module) -> None:
        self.module = module
        self.path = path
        self.offset = offset
        # A byte order mark is one character: with any in its place, offsets are right as they are.
        self.text = " " * offset + text + _END
        self.at = offset
        self.syntax: list[tree.Syntax] = []
        self.depth = 0

    def convert(self) -> tuple[tuple[tree.Stmt, ...], tuple[tree.Syntax, ...]]:
        body = self.statements(self.module.body)
        if self.token(0) != len(self.text) - 1:
            raise LostPlaceError
        return body, tuple(self.syntax)

    def newer(self, span: Span, python: str, name: str) -> None:
        self.syntax.append(tree.Syntax(span, python, name))

    # ------------------------------------------------------------------------------------------------ places
    def token(self, length: int) -> int:
        """Step over white space, comments and a token; where it starts."""
        start = self.at
        if self.text[start] in _BLANK:
            start = _skip(self.text, start).end()  # type: ignore[union-attr]  # it matches nothing at least
        self.at = start + length
        return start

    @cached_property
    def places(self) -> Places:
        """Places by libcst, for syntax that is not stepped through."""
        return places_of(self.module)

    def comma(self, node: Any) -> None:
        if node.comma.__class__ is cst.Comma:
            self.token(1)

    # -------------------------------------------------------------------------------------------- statements
    def statements(self, body: AnySequence[Any]) -> tuple[tree.Stmt, ...]:
        out: list[tree.Stmt] = []
        for statement in body:
            if statement.__class__ is cst.SimpleStatementLine:
                out += self.line(statement)
            else:
                out.append(self.statement(statement))
        return tuple(out)

    def statement(self, node: Any) -> tree.Stmt:
        handler = _STATEMENTS.get(node.__class__)
        return self.other_statement(node) if handler is None else handler(self, node)

    def line(self, node: Any) -> list[tree.Stmt]:
        """The small statements of a line."""
        out = []
        for small in node.body:
            out.append(self.statement(small))
            if small.semicolon.__class__ is cst.Semicolon:
                self.token(1)
        return out

    def suite(self, node: Any) -> tuple[tree.Stmt, ...]:
        """The colon and the body behind it."""
        self.token(1)
        self.depth += 1
        body = node.body
        found = self.statements(body.body) if body.__class__ is cst.IndentedBlock else tuple(self.line(body))
        self.depth -= 1
        return found

    def orelse(self, node: Any) -> tuple[tree.Stmt, ...]:
        """An ``else`` (or ``finally``), if there is one."""
        if node is None:
            return ()
        self.token(4 if node.__class__ is cst.Else else 7)
        return self.suite(node)

    def through(self, start: int, *bodies: tuple[tree.Stmt, ...]) -> Span:
        """From ``start`` to the end of the last body that is there; a semicolon behind it does not count."""
        last = next(body[-1] for body in reversed(bodies) if body)
        return Span(self.path, start, last.span.end)

    def asynchronous(self, node: Any, keyword: int) -> int:
        """A keyword with ``async`` before it, if it is there."""
        if node.asynchronous is None:
            return self.token(keyword)
        start = self.token(5)
        self.token(keyword)
        return start

    def other_statement(self, node: Any) -> tree.Stmt:
        start, end, parts = self.rest(node)
        span = Span(self.path, start, end)
        if isinstance(node, cst.TypeAlias):
            self.newer(span, "3.12", "type statement")
        return tree.OtherStatement(span, parts)

    def s_Expr(self, node: cst.Expr) -> tree.Stmt:  # noqa: N802
        # Parentheses belong to the statement, though not to the expression.
        start = self.token(0)
        value = self.expr(node.value)
        return tree.Expression(Span(self.path, start, self.at), value)

    def s_Assign(self, node: cst.Assign) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        targets = []
        for target in node.targets:
            targets.append(self.expr(target.target))
            self.token(1)
        value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), tuple(targets), value, None, "")

    def s_AnnAssign(self, node: cst.AnnAssign) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        self.token(1)
        annotation = self.expr(node.annotation.annotation)
        value = None
        if node.value is not None:
            self.token(1)
            value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), (target,), value, annotation, "")

    def s_AugAssign(self, node: cst.AugAssign) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        operator = _CHANGES[node.operator.__class__]
        self.token(len(operator) + 1)
        value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), (target,), value, None, operator)

    def s_Return(self, node: cst.Return) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        value = self.maybe(node.value)
        return tree.Return(Span(self.path, start, self.at), value)

    def s_Raise(self, node: cst.Raise) -> tree.Stmt:  # noqa: N802
        start = self.token(5)
        exception, cause = self.maybe(node.exc), None
        if node.cause is not None:
            self.token(4)
            cause = self.expr(node.cause.item)
        return tree.Raise(Span(self.path, start, self.at), exception, cause)

    def s_Del(self, node: cst.Del) -> tree.Stmt:  # noqa: N802
        start = self.token(3)
        target = self.expr(node.target)
        return tree.Delete(Span(self.path, start, self.at), (target,))

    def s_Pass(self, node: Any) -> tree.Stmt:  # noqa: N802
        keyword = node.__class__.__name__.lower()
        start = self.token(len(keyword))
        return tree.Flow(Span(self.path, start, self.at), keyword)

    s_Break = s_Continue = s_Pass  # noqa: N815

    def s_Global(self, node: Any) -> tree.Stmt:  # noqa: N802
        keyword = node.__class__.__name__.lower()
        start = self.token(len(keyword))
        names = []
        for item in node.names:
            self.token(len(item.name.value))
            end = self.at
            self.comma(item)
            names.append(item.name.value)
        return tree.Scope(Span(self.path, start, end), keyword, tuple(names))

    s_Nonlocal = s_Global  # noqa: N815

    def s_Assert(self, node: cst.Assert) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        test, message = self.expr(node.test), None
        if node.msg is not None:
            self.token(1)
            message = self.expr(node.msg)
        return tree.Assert(Span(self.path, start, self.at), test, message)

    def s_Import(self, node: cst.Import) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        names = tuple(self.alias(alias, whole=False) for alias in node.names)
        return tree.Import(Span(self.path, start, self.at), names)

    def s_ImportFrom(self, node: cst.ImportFrom) -> tree.Stmt:  # noqa: N802
        start = self.token(4)
        for _ in node.relative:
            self.token(1)
        module = "." * len(node.relative)
        if node.module is not None:
            module += self.dotted(node.module)
        self.token(6)
        if isinstance(node.names, cst.ImportStar):
            self.token(1)
            return tree.ImportFrom(Span(self.path, start, self.at), module, (), True)
        if node.lpar is not None:
            self.token(1)
        names = tuple(self.alias(alias, whole=True) for alias in node.names)
        if node.rpar is not None:
            self.token(1)
        return tree.ImportFrom(Span(self.path, start, self.at), module, names, False)

    def alias(self, node: cst.ImportAlias, *, whole: bool) -> tree.Alias:
        start = self.token(0)
        name = self.dotted(node.name)
        span = Span(self.path, start, self.at)
        bound = name if whole else name.split(".", 1)[0]
        if node.asname is not None:
            self.token(2)
            bound = self.dotted(node.asname.name)
        self.comma(node)
        return tree.Alias(span, name, bound)

    def dotted(self, node: Any) -> str:
        if isinstance(node, cst.Attribute):
            before = self.dotted(node.value)
            self.token(1)
            self.token(len(node.attr.value))
            return f"{before}.{node.attr.value}"
        value: str = node.value
        self.token(len(value))
        return value

    def decorators(self, node: Any) -> tuple[tree.Expr, ...]:
        out = []
        for decorator in node.decorators:
            self.token(1)
            out.append(self.expr(decorator.decorator))
        return tuple(out)

    def name(self, node: cst.Name) -> Span:
        start = self.token(len(node.value))
        return Span(self.path, start, self.at)

    def type_parameters(self, node: Any) -> None:
        if node.type_parameters is not None:
            # What is in them is not asked about by any rule.
            start, end = self.places[id(node.type_parameters)]
            self.at = self.offset + end
            self.newer(Span(self.path, self.offset + start, self.at), "3.12", "type parameters")

    def s_FunctionDef(self, node: cst.FunctionDef) -> tree.Stmt:  # noqa: N802
        decorators = self.decorators(node)
        start = self.asynchronous(node, 3)
        name = self.name(node.name)
        self.type_parameters(node)
        self.token(1)
        parameters = self.parameters(node.params)
        self.token(1)
        returns = None
        if node.returns is not None:
            self.token(2)
            returns = self.expr(node.returns.annotation)
        body = self.suite(node)
        line = max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start), self.offset - 1)
        return tree.Function(
            self.through(start, body),
            node.name.value,
            name,
            parameters,
            body,
            decorators,
            returns,
            node.asynchronous is not None,
            self.text[line + 1 : start],
        )

    def s_ClassDef(self, node: cst.ClassDef) -> tree.Stmt:  # noqa: N802
        decorators = self.decorators(node)
        start = self.token(5)
        name = self.name(node.name)
        self.type_parameters(node)
        bracket = node.lpar.__class__ is cst.LeftParen
        if bracket:
            self.token(1)
        bases = tuple(self.argument(argument).value for argument in node.bases)
        keywords = tuple(self.argument(argument) for argument in node.keywords)
        if bracket:
            self.token(1)
        body = self.suite(node)
        return tree.Class(self.through(start, body), node.name.value, name, bases, keywords, body, decorators)

    def s_If(self, node: cst.If) -> tree.Stmt:  # noqa: N802
        # An elif chain is built from its end, so that its length is no depth here.
        chain: list[tuple[int, tree.Expr, tuple[tree.Stmt, ...]]] = []
        rest: Any = node
        while isinstance(rest, cst.If):
            start = self.token(4 if chain else 2)
            test = self.expr(rest.test)
            chain.append((start, test, self.suite(rest)))
            rest = rest.orelse
        if len(chain) > tree.MAX_DEPTH:
            raise RecursionError
        orelse = self.orelse(rest)
        for start, test, body in reversed(chain):
            built = tree.If(self.through(start, body, orelse), test, body, orelse)
            orelse = (built,)
        return built

    def s_For(self, node: cst.For) -> tree.Stmt:  # noqa: N802
        start = self.asynchronous(node, 3)
        target = self.expr(node.target)
        self.token(2)
        iterable = self.expr(node.iter)
        header = Span(self.path, start, self.token(0))
        body = self.suite(node)
        orelse = self.orelse(node.orelse)
        span = self.through(start, body, orelse)
        return tree.For(span, target, iterable, body, orelse, node.asynchronous is not None, header)

    def s_While(self, node: cst.While) -> tree.Stmt:  # noqa: N802
        start = self.token(5)
        test = self.expr(node.test)
        body = self.suite(node)
        orelse = self.orelse(node.orelse)
        return tree.While(self.through(start, body, orelse), test, body, orelse)

    def s_Try(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(3)
        body = self.suite(node)
        handlers = tuple(self.handler(handler) for handler in node.handlers)
        orelse = self.orelse(node.orelse)
        final = self.orelse(node.finalbody)
        if isinstance(node, cst.TryStar):
            self.newer(handlers[0].span, "3.11", "except*")
        span = self.through(start, body, handlers[-1].body if handlers else (), orelse, final)
        return tree.Try(span, body, handlers, orelse, final)

    s_TryStar = s_Try  # noqa: N815

    def handler(self, node: Any) -> tree.Handler:
        start = self.token(6)
        if isinstance(node, cst.ExceptStarHandler):
            self.token(1)
        kind, name = self.maybe(node.type), None
        if isinstance(node.type, cst.Tuple) and not node.type.lpar and kind is not None:
            self.newer(kind.span, "3.14", "except without parentheses")
        if node.name is not None:
            self.token(2)
            name = self.dotted(node.name.name)
        header = Span(self.path, start, self.token(0))
        body = self.suite(node)
        return tree.Handler(self.through(start, body), kind, name, body, header)

    def s_With(self, node: cst.With) -> tree.Stmt:  # noqa: N802
        start = self.asynchronous(node, 4)
        bracket = node.lpar.__class__ is cst.LeftParen
        if bracket:
            self.token(1)
        items = tuple(self.with_item(item) for item in node.items)
        if bracket:
            self.token(1)
        body = self.suite(node)
        return tree.With(self.through(start, body), items, body, node.asynchronous is not None)

    def with_item(self, node: cst.WithItem) -> tree.WithItem:
        start = self.token(0)
        value, target = self.expr(node.item), None
        if node.asname is not None:
            self.token(2)
            target = self.expr(node.asname.name)
        item = tree.WithItem(Span(self.path, start, self.at), value, target)
        self.comma(node)
        return item

    def s_Match(self, node: cst.Match) -> tree.Stmt:  # noqa: N802
        start = self.token(5)
        subject = self.expr(node.subject)
        self.token(1)
        cases = tuple(self.case(case) for case in node.cases)
        span = self.through(start, cases[-1].body)
        self.newer(span, "3.10", "match statement")
        return tree.Match(span, subject, cases)

    def case(self, node: cst.MatchCase) -> tree.Case:
        start = self.token(4)
        pattern: Any = node.pattern
        last = pattern.rpar[-1] if getattr(pattern, "rpar", ()) else pattern
        self.at = self.offset + self.places[id(last)][1]
        guard = None
        if node.guard is not None:
            self.token(2)
            guard = self.expr(node.guard)
        body = self.suite(node)
        catch_all = isinstance(pattern, cst.MatchAs) and pattern.pattern is None and guard is None
        return tree.Case(self.through(start, body), tuple(_bound_names(pattern)), guard, body, catch_all)

    def parameters(self, node: cst.Parameters) -> tuple[tree.Parameter, ...]:
        out = [self.parameter(p, "positional-only") for p in node.posonly_params]
        if isinstance(node.posonly_ind, cst.ParamSlash):
            self.token(1)
            self.comma(node.posonly_ind)
        for p in node.params:
            out.append(self.parameter(p, "normal"))
        if isinstance(node.star_arg, cst.Param):
            out.append(self.parameter(node.star_arg, "star"))
        elif isinstance(node.star_arg, cst.ParamStar):
            self.token(1)
            self.token(1)
        for p in node.kwonly_params:
            out.append(self.parameter(p, "keyword-only"))
        if node.star_kwarg is not None:
            out.append(self.parameter(node.star_kwarg, "double-star"))
        return tuple(out)

    def parameter(self, node: cst.Param, kind: str) -> tree.Parameter:
        start = self.token(0)
        if node.star:
            self.token(len(node.star))  # type: ignore[arg-type]  # a parsed tree says it
        self.token(len(node.name.value))
        span = Span(self.path, start, self.at)
        annotation = default = None
        if node.annotation is not None:
            self.token(1)
            annotation = self.expr(node.annotation.annotation)
        if node.default is not None:
            self.token(1)
            default = self.expr(node.default)
        self.comma(node)
        return tree.Parameter(span, node.name.value, kind, default, annotation)

    # ------------------------------------------------------------------------------------------- expressions
    def maybe(self, node: Any) -> tree.Expr | None:
        return None if node is None else self.expr(node)

    def expr(self, node: Any) -> tree.Expr:
        self.depth += 1
        if self.depth > tree.MAX_DEPTH:
            raise RecursionError
        for _ in node.lpar:
            self.token(1)
        handler = _EXPRESSIONS.get(node.__class__)
        found = self.other(node) if handler is None else handler(self, node)
        self.depth -= 1
        for _ in node.rpar:
            self.token(1)
        return found

    def other(self, node: Any) -> tree.Expr:
        start, end, parts = self.rest(node)
        return tree.Other(Span(self.path, start, end), parts)

    def rest(self, node: cst.CSTNode) -> tuple[int, int, tuple[tree.Expr, ...]]:
        """Start, end and the expressions somewhere below a node that has no type of its own here."""
        start, end = self.places[id(node)]
        parts = tuple(self.parts(node))
        self.at = self.offset + end
        return self.offset + start, self.at, parts

    def parts(self, node: cst.CSTNode) -> Iterator[tree.Expr]:
        for child in node.children:
            if isinstance(child, cst.BaseExpression):
                first = child.lpar[0] if child.lpar else child
                self.at = self.offset + self.places[id(first)][0]
                yield self.expr(child)
            else:
                yield from self.parts(child)

    def x_Name(self, node: cst.Name) -> tree.Expr:  # noqa: N802
        value = node.value
        start = self.token(len(value))
        if value in _SINGLETONS:
            return tree.Constant(Span(self.path, start, self.at), _SINGLETONS[value])
        return tree.Name(Span(self.path, start, self.at), value)

    def x_SimpleString(self, node: cst.SimpleString) -> tree.Expr:  # noqa: N802
        start = self.token(len(node.value))
        span = Span(self.path, start, self.at)
        plain = _PLAIN_STRING(node.value)
        if plain is not None:
            return tree.Constant(span, plain[2])
        try:
            return tree.Constant(span, node.evaluated_value)
        except (SyntaxError, ValueError):
            return tree.Other(span, ())

    def x_ConcatenatedString(self, node: cst.ConcatenatedString) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        parts: list[tree.Expr] = []
        rest: Any = node
        while isinstance(rest, cst.ConcatenatedString):
            parts.append(self.expr(rest.left))
            rest = rest.right
        parts.append(self.expr(rest))
        span = Span(self.path, start, self.at)
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            value = None
        if value is not None:
            return tree.Constant(span, value)
        flat: list[tree.Expr] = []
        for part in parts:
            flat.extend(part.parts if isinstance(part, tree.FString) else (part,))
        return tree.FString(span, tuple(flat))

    def x_FormattedString(self, node: cst.FormattedString) -> tree.Expr:  # noqa: N802
        start = self.token(len(node.start))
        parts: list[tree.Expr] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                # Escapes stay as written: such a text never takes part in a comparison of names.
                value: str = part.value.replace("{{", "{").replace("}}", "}")
                place = Span(self.path, self.at, self.at + len(part.value))
                self.at += len(part.value)
                parts.append(tree.Other(place, ()) if "\\" in value else tree.Constant(place, value))
            elif isinstance(part, cst.FormattedStringExpression):
                inner = self.replacement(part)
                self.nested_string(node, inner.span)
                plain = part.conversion is None and part.format_spec is None and part.equal is None
                parts.append(inner if plain else tree.Other(inner.span, (inner,)))
        self.at += len(node.end)
        return tree.FString(Span(self.path, start, self.at), tuple(parts))

    def nested_string(self, node: cst.FormattedString, place: Span) -> None:
        """What an expression in an f-string could not hold before PEP 701."""
        text = self.text[place.start : place.end]
        quote = node.start.lstrip("fFrR")
        if quote in text:
            self.newer(place, "3.12", "f-string whose own quotes are used inside it")
        elif "\\" in text:
            self.newer(place, "3.12", "backslash in an f-string expression")
        elif "#" in text and len(quote) == 1 and not re.search("[\"']", text):
            self.newer(place, "3.12", "comment in an f-string expression")
        elif "\n" in text and len(quote) == 1:
            self.newer(place, "3.12", "line break in an f-string expression")

    def replacement(self, node: cst.FormattedStringExpression) -> tree.Expr:
        """``{expression}``, with everything that may follow it."""
        self.at += 1
        inner = self.expr(node.expression)
        if node.equal is not None:
            self.token(1)
        if node.conversion is not None:
            self.token(1 + len(node.conversion))
        if node.format_spec is not None:
            self.token(1)
            for part in node.format_spec:
                if isinstance(part, cst.FormattedStringText):
                    self.at += len(part.value)
                elif isinstance(part, cst.FormattedStringExpression):
                    self.replacement(part)
        self.token(1)
        return inner

    def x_Integer(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(len(node.value))
        span = Span(self.path, start, self.at)
        try:
            return tree.Constant(span, node.evaluated_value)
        except (SyntaxError, ValueError):
            return tree.Other(span, ())

    x_Float = x_Imaginary = x_Integer  # noqa: N815

    def x_Ellipsis(self, node: cst.Ellipsis) -> tree.Expr:  # noqa: N802
        start = self.token(3)
        return tree.Other(Span(self.path, start, self.at), ())

    def x_Attribute(self, node: cst.Attribute) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        value = self.expr(node.value)
        self.token(1)
        name = node.attr.value
        attr = self.token(len(name))
        return tree.Attribute(Span(self.path, start, self.at), value, name, Span(self.path, attr, self.at))

    def argument(self, node: cst.Arg) -> tree.Argument:
        start = self.token(len(node.star))
        keyword = None
        if node.keyword is not None:
            keyword = node.keyword.value
            self.token(len(keyword))
            self.token(1)
        value = self.expr(node.value)
        argument = tree.Argument(Span(self.path, start, self.at), value, keyword, node.star)
        if node.comma.__class__ is cst.Comma:
            self.token(1)
        return argument

    def x_Call(self, node: cst.Call) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        func = self.expr(node.func)
        self.token(1)
        arguments = tuple([self.argument(argument) for argument in node.args])
        self.token(1)
        return tree.Call(Span(self.path, start, self.at), func, arguments)

    def x_Subscript(self, node: cst.Subscript) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        value = self.expr(node.value)
        self.token(1)
        items: list[tree.Expr] = []
        for element in node.slice:
            part: Any = element.slice
            if isinstance(part, cst.Slice):
                items.append(self.slice(part))
            else:
                star = self.token(1) if part.star else 0
                items.append(self.expr(part.value))
                if part.star:
                    self.newer(Span(self.path, star, self.at), "3.11", "star expression in an index")
            self.comma(element)
        self.token(1)
        return tree.Subscript(Span(self.path, start, self.at), value, tuple(items))

    def slice(self, node: cst.Slice) -> tree.Slice:
        start = self.token(0)
        lower = self.maybe(node.lower)
        self.token(1)
        upper, step = self.maybe(node.upper), None
        if isinstance(node.second_colon, cst.Colon):
            self.token(1)
            step = self.maybe(node.step)
        return tree.Slice(Span(self.path, start, self.at), lower, upper, step)

    def elements(self, node: Any) -> tuple[tree.Expr, ...]:
        items: list[tree.Expr] = []
        for element in node.elements:
            if element.__class__ is cst.StarredElement:
                for _ in element.lpar:
                    self.token(1)
                self.token(1)
                value = self.expr(element.value)
                for _ in element.rpar:
                    self.token(1)
                items.append(tree.Starred(value.span, value))
            else:
                items.append(self.expr(element.value))
            if element.comma.__class__ is cst.Comma:
                self.token(1)
        return tuple(items)

    def x_Tuple(self, node: cst.Tuple) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        items = self.elements(node)
        return tree.Sequence(Span(self.path, start, self.at), "tuple", items)

    def x_List(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        items = self.elements(node)
        self.token(1)
        kind = "list" if node.__class__ is cst.List else "set"
        return tree.Sequence(Span(self.path, start, self.at), kind, items)

    x_Set = x_List  # noqa: N815

    def x_Dict(self, node: cst.Dict) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        keys: list[tree.Expr | None] = []
        values: list[tree.Expr] = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                keys.append(self.expr(element.key))
                self.token(1)
            else:
                keys.append(None)
                self.token(2)
            values.append(self.expr(element.value))
            self.comma(element)
        self.token(1)
        return tree.Dict(Span(self.path, start, self.at), tuple(keys), tuple(values))

    def clauses(self, clause: Any) -> tuple[tree.Clause, ...]:
        out: list[tuple[int, tree.Expr, tree.Expr, tuple[tree.Expr, ...]]] = []
        while clause is not None:
            start = self.asynchronous(clause, 3)
            target = self.expr(clause.target)
            self.token(2)
            iterable = self.expr(clause.iter)
            conditions = []
            for condition in clause.ifs:
                self.token(2)
                conditions.append(self.expr(condition.test))
            out.append((start, target, iterable, tuple(conditions)))
            clause = clause.inner_for_in
        # A clause goes on to the end of the last one.
        return tuple(tree.Clause(Span(self.path, one[0], self.at), *one[1:]) for one in out)

    def x_GeneratorExp(self, node: cst.GeneratorExp) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        element = self.expr(node.elt)
        clauses = self.clauses(node.for_in)
        return tree.Comprehension(Span(self.path, start, self.at), "generator", (element,), clauses)

    def x_ListComp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        element = self.expr(node.elt)
        clauses = self.clauses(node.for_in)
        self.token(1)
        kind = "list" if node.__class__ is cst.ListComp else "set"
        return tree.Comprehension(Span(self.path, start, self.at), kind, (element,), clauses)

    x_SetComp = x_ListComp  # noqa: N815

    def x_DictComp(self, node: cst.DictComp) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        key = self.expr(node.key)
        self.token(1)
        value = self.expr(node.value)
        clauses = self.clauses(node.for_in)
        self.token(1)
        return tree.Comprehension(Span(self.path, start, self.at), "dict", (key, value), clauses)

    def x_Lambda(self, node: cst.Lambda) -> tree.Expr:  # noqa: N802
        start = self.token(6)
        parameters = self.parameters(node.params)
        self.token(1)
        body = self.expr(node.body)
        return tree.Lambda(Span(self.path, start, self.at), parameters, body)

    def x_Await(self, node: cst.Await) -> tree.Expr:  # noqa: N802
        start = self.token(5)
        value = self.expr(node.expression)
        return tree.Await(Span(self.path, start, self.at), value)

    def x_Yield(self, node: cst.Yield) -> tree.Expr:  # noqa: N802
        start = self.token(5)
        value: Any = node.value
        if isinstance(value, cst.From):
            self.token(4)
            value = value.item
        found = self.maybe(value)
        return tree.Yield(Span(self.path, start, self.at), found)

    def x_UnaryOperation(self, node: cst.UnaryOperation) -> tree.Expr:  # noqa: N802
        operator = _OPERATORS[node.operator.__class__]
        start = self.token(len(operator))
        operand = self.expr(node.expression)
        span = Span(self.path, start, self.at)
        if operator == "-" and isinstance(operand, tree.Constant) and isinstance(operand.value, int | float):
            return tree.Constant(span, -operand.value)
        return tree.Unary(span, operator, operand)

    def x_BinaryOperation(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        left = self.expr(node.left)
        operator = _OPERATORS[node.operator.__class__]
        self.token(len(operator))
        right = self.expr(node.right)
        return tree.Binary(Span(self.path, start, self.at), operator, left, right)

    x_BooleanOperation = x_BinaryOperation  # noqa: N815

    def x_Comparison(self, node: cst.Comparison) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        left = self.expr(node.left)
        operators: list[str] = []
        rights: list[tree.Expr] = []
        for comparison in node.comparisons:
            operator = _COMPARISONS[comparison.operator.__class__]
            for word in operator.split():
                self.token(len(word))
            operators.append(operator)
            rights.append(self.expr(comparison.comparator))
        return tree.Compare(Span(self.path, start, self.at), left, tuple(operators), tuple(rights))

    def x_IfExp(self, node: cst.IfExp) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        body = self.expr(node.body)
        self.token(2)
        test = self.expr(node.test)
        self.token(4)
        orelse = self.expr(node.orelse)
        return tree.Conditional(Span(self.path, start, self.at), test, body, orelse)

    def x_NamedExpr(self, node: cst.NamedExpr) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        self.token(2)
        value = self.expr(node.value)
        return tree.Walrus(Span(self.path, start, self.at), target, value)


def _by_class(prefix: str) -> dict[Any, Callable[[_Converter, Any], Any]]:
    """The methods of the converter by the class of libcst that they are named after."""
    return {
        getattr(cst, name.removeprefix(prefix)): method
        for name, method in vars(_Converter).items()
        if name.startswith(prefix)
    }


_STATEMENTS: dict[Any, Callable[[_Converter, Any], tree.Stmt]] = _by_class("s_")
_EXPRESSIONS: dict[Any, Callable[[_Converter, Any], tree.Expr]] = _by_class("x_")


def _bound_names(pattern: cst.CSTNode) -> list[str]:
    names = []
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name is not None:
        names.append(pattern.name.value)
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        names.append(pattern.rest.value)
    for child in pattern.children:
        names.extend(_bound_names(child))
    return names
