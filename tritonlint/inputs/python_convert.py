"""From the nodes of :mod:`tritonlint.inputs.python_nodes` to :mod:`tritonlint.inputs.python_tree`.

Nodes of libcst do not know where they stand, and asking libcst costs more than everything else here. The conversion
visits nodes in file order anyhow, so it keeps its place in the text and steps over one token at a time. Of rare syntax
it does not know the tokens: then the file is read again, with places by libcst.

What most of a file consists of is written out where a call would cost as much as the work.
"""

from __future__ import annotations

import re
import warnings
from ast import literal_eval
from collections.abc import Callable, Iterator
from collections.abc import Sequence as AnySequence
from typing import Any

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python_nodes import KINDS, Light, NoNativeParserError, light_module, placed_module
from tritonlint.source import Span

_SINGLETONS = {"True": True, "False": False, "None": None}

_BLANK = frozenset(" \t\f\r\n\\#")
_blank: Any = re.compile(r"[ \t\f\r\n]*(?:(?:\\(?:\r\n?|\n)|#[^\r\n\0]*)[ \t\f\r\n]*)*").match
"""It matches nothing at least."""
_END = "\0"
"""What stands behind the last character, so that looking at the next one never fails; no model file holds one."""


class LostPlaceError(Exception):
    """The text and the tree do not go together; a mistake of libcst or of this module."""


def convert(text: str, path: str, offset: int) -> tuple[tuple[tree.Stmt, ...], tuple[tree.Syntax, ...]]:
    """The statements of a module, and its syntax that not every Python knows.

    ``offset`` is added to every place (a byte order mark that was cut off).

    Raises libcst.ParserSyntaxError, LostPlaceError, and RecursionError for what is nested deeper than MAX_DEPTH.
    """
    try:
        return _Converter(text, path, offset).convert(light_module(text))
    except (AttributeError, KeyError, LostPlaceError, NoNativeParserError, TypeError):
        # A place is needed, or the native parser of this libcst does not work as expected.
        return _Converter(text, path, offset).convert(placed_module(text))


def _named(*names: str) -> tuple[type[Light], ...]:
    """Classes of nodes; an older libcst does not have them all."""
    return tuple(KINDS[name] for name in names if name in KINDS)


_ATTRIBUTE = KINDS["Attribute"]
_CONCATENATED = KINDS["ConcatenatedString"]
_DICT_ELEMENT = KINDS["DictElement"]
_ELSE = KINDS["Else"]
_FORMATTED = KINDS["FormattedStringExpression"]
_BLOCK = KINDS["IndentedBlock"]
_FROM = KINDS["From"]
_IF = KINDS["If"]
_LINES = _named("SimpleStatementLine", "SimpleStatementSuite")
_LIST = KINDS["List"]
_LIST_COMP = KINDS["ListComp"]
_PARAM = KINDS["Param"]
_SLICE = KINDS["Slice"]
_STAR = KINDS["ImportStar"]
_STARRED = KINDS["StarredElement"]
_TUPLE = KINDS["Tuple"]
_TEXT = KINDS["FormattedStringText"]


class _Converter:
    __slots__ = ("at", "depth", "offset", "path", "syntax", "text")

    def __init__(self, text: str, path: str, offset: int) -> None:
        self.path = path
        self.offset = offset
        # A byte order mark is one character: with any in its place, offsets are right as they are.
        self.text = " " * offset + text + _END
        self.at = offset
        self.syntax: list[tree.Syntax] = []
        self.depth = 0

    def convert(self, module: Any) -> tuple[tuple[tree.Stmt, ...], tuple[tree.Syntax, ...]]:
        body = self.statements(module.body)
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
            start = _blank(self.text, start).end()
        self.at = start + length
        return start

    def sign(self, sign: str) -> int:
        """Step over a sign that nothing stands before, as a rule; where it ends."""
        at = self.at
        if self.text[at] != sign:
            at = _blank(self.text, at).end()
        self.at = at = at + 1
        return at

    def comma(self, node: Any) -> None:
        if node.comma is not None:
            self.token(1)

    # -------------------------------------------------------------------------------------------- statements
    def statements(self, body: AnySequence[Any]) -> tuple[tree.Stmt, ...]:
        out: list[tree.Stmt] = []
        for statement in body:
            if statement.__class__ in _LINES:
                for small in statement.body:
                    out.append(_STATEMENTS[small.__class__](self, small))
                    if small.semicolon is not None:
                        self.token(1)
            else:
                out.append(_STATEMENTS[statement.__class__](self, statement))
        return tuple(out)

    def suite(self, node: Any) -> tuple[tree.Stmt, ...]:
        """The colon and the body behind it."""
        self.token(1)
        self.depth += 1
        body = node.body
        found = self.statements(body.body if body.__class__ is _BLOCK else (body,))
        self.depth -= 1
        return found

    def orelse(self, node: Any) -> tuple[tree.Stmt, ...]:
        """An ``else`` (or ``finally``), if there is one."""
        if node is None:
            return ()
        self.token(4 if node.__class__ is _ELSE else 7)
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
        if isinstance(node, _named("TypeAlias")):
            self.newer(span, "3.12", "type statement")
        return tree.OtherStatement(span, parts)

    def s_Expr(self, node: Any) -> tree.Stmt:  # noqa: N802
        # Parentheses belong to the statement, though not to the expression.
        start = self.token(0)
        value = self.expr(node.value)
        return tree.Expression(Span(self.path, start, self.at), value)

    def s_Assign(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        targets = []
        for target in node.targets:
            targets.append(self.expr(target.target))
            self.token(1)
        value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), tuple(targets), value, None, "")

    def s_AnnAssign(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        self.token(1)
        annotation = self.expr(node.annotation.annotation)
        value = None
        if node.value is not None:
            self.token(1)
            value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), (target,), value, annotation, "")

    def s_AugAssign(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        operator: str = node.operator
        self.token(len(operator) + 1)
        value = self.expr(node.value)
        return tree.Assign(Span(self.path, start, self.at), (target,), value, None, operator)

    def s_Return(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        value = self.maybe(node.value)
        return tree.Return(Span(self.path, start, self.at), value)

    def s_Raise(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(5)
        exception, cause = self.maybe(node.exc), None
        if node.cause is not None:
            self.token(4)
            cause = self.expr(node.cause.item)
        return tree.Raise(Span(self.path, start, self.at), exception, cause)

    def s_Del(self, node: Any) -> tree.Stmt:  # noqa: N802
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
            self.token(len(item.name))
            end = self.at
            self.comma(item)
            names.append(item.name)
        return tree.Scope(Span(self.path, start, end), keyword, tuple(names))

    s_Nonlocal = s_Global  # noqa: N815

    def s_Assert(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        test, message = self.expr(node.test), None
        if node.msg is not None:
            self.token(1)
            message = self.expr(node.msg)
        return tree.Assert(Span(self.path, start, self.at), test, message)

    def s_Import(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(6)
        names = tuple(self.alias(alias, whole=False) for alias in node.names)
        return tree.Import(Span(self.path, start, self.at), names)

    def s_ImportFrom(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(4)
        for _ in node.relative:
            self.token(1)
        module = "." * len(node.relative)
        if node.module is not None:
            module += self.dotted(node.module)
        self.token(6)
        if node.names.__class__ is _STAR:
            self.token(1)
            return tree.ImportFrom(Span(self.path, start, self.at), module, (), True)
        if node.lpar is not None:
            self.token(1)
        names = tuple(self.alias(alias, whole=True) for alias in node.names)
        if node.rpar is not None:
            self.token(1)
        return tree.ImportFrom(Span(self.path, start, self.at), module, names, False)

    def alias(self, node: Any, *, whole: bool) -> tree.Alias:
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
        if node.__class__ is _ATTRIBUTE:
            before = self.dotted(node.value)
            self.token(1)
            self.token(len(node.attr))
            return f"{before}.{node.attr}"
        name: str = node
        self.token(len(name))
        return name

    def decorators(self, node: Any) -> tuple[tree.Expr, ...]:
        out = []
        for decorator in node.decorators:
            self.token(1)
            out.append(self.expr(decorator.decorator))
        return tuple(out)

    def name(self, node: Any) -> Span:
        start = self.token(len(node))
        return Span(self.path, start, self.at)

    def type_parameters(self, node: Any) -> None:
        if node.type_parameters is not None:
            # What is in them is not asked about by any rule.
            start, end = node.type_parameters.place
            self.at = self.offset + end
            self.newer(Span(self.path, self.offset + start, self.at), "3.12", "type parameters")

    def s_FunctionDef(self, node: Any) -> tree.Stmt:  # noqa: N802
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
            node.name,
            name,
            parameters,
            body,
            decorators,
            returns,
            node.asynchronous is not None,
            self.text[line + 1 : start],
        )

    def s_ClassDef(self, node: Any) -> tree.Stmt:  # noqa: N802
        decorators = self.decorators(node)
        start = self.token(5)
        name = self.name(node.name)
        self.type_parameters(node)
        bracket = node.lpar is not None
        if bracket:
            self.token(1)
        bases = tuple(self.argument(argument).value for argument in node.bases)
        keywords = tuple(self.argument(argument) for argument in node.keywords)
        if bracket:
            self.token(1)
        body = self.suite(node)
        return tree.Class(self.through(start, body), node.name, name, bases, keywords, body, decorators)

    def s_If(self, node: Any) -> tree.Stmt:  # noqa: N802
        # An elif chain is built from its end, so that its length is no depth here.
        chain: list[tuple[int, tree.Expr, tuple[tree.Stmt, ...]]] = []
        rest: Any = node
        while rest.__class__ is _IF:
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

    def s_For(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.asynchronous(node, 3)
        target = self.expr(node.target)
        self.token(2)
        iterable = self.expr(node.iter)
        header = Span(self.path, start, self.token(0))
        body = self.suite(node)
        orelse = self.orelse(node.orelse)
        span = self.through(start, body, orelse)
        return tree.For(span, target, iterable, body, orelse, node.asynchronous is not None, header)

    def s_While(self, node: Any) -> tree.Stmt:  # noqa: N802
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
        if isinstance(node, _named("TryStar")):
            self.newer(handlers[0].span, "3.11", "except*")
        span = self.through(start, body, handlers[-1].body if handlers else (), orelse, final)
        return tree.Try(span, body, handlers, orelse, final)

    s_TryStar = s_Try  # noqa: N815

    def handler(self, node: Any) -> tree.Handler:
        start = self.token(6)
        if isinstance(node, _named("ExceptStarHandler")):
            self.token(1)
        kind, name = self.maybe(node.type), None
        if node.type.__class__ is _TUPLE and not node.type.lpar and kind is not None:
            self.newer(kind.span, "3.14", "except without parentheses")
        if node.name is not None:
            self.token(2)
            name = self.dotted(node.name.name)
        header = Span(self.path, start, self.token(0))
        body = self.suite(node)
        return tree.Handler(self.through(start, body), kind, name, body, header)

    def s_With(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.asynchronous(node, 4)
        bracket = node.lpar is not None
        if bracket:
            self.token(1)
        items = tuple(self.with_item(item) for item in node.items)
        if bracket:
            self.token(1)
        body = self.suite(node)
        return tree.With(self.through(start, body), items, body, node.asynchronous is not None)

    def with_item(self, node: Any) -> tree.WithItem:
        start = self.token(0)
        value, target = self.expr(node.item), None
        if node.asname is not None:
            self.token(2)
            target = self.expr(node.asname.name)
        item = tree.WithItem(Span(self.path, start, self.at), value, target)
        self.comma(node)
        return item

    def s_Match(self, node: Any) -> tree.Stmt:  # noqa: N802
        start = self.token(5)
        subject = self.expr(node.subject)
        self.token(1)
        cases = tuple(self.case(case) for case in node.cases)
        span = self.through(start, cases[-1].body)
        self.newer(span, "3.10", "match statement")
        return tree.Match(span, subject, cases)

    def case(self, node: Any) -> tree.Case:
        start = self.token(4)
        pattern: Any = node.pattern
        self.at = self.offset + pattern.outer[1]
        guard = None
        if node.guard is not None:
            self.token(2)
            guard = self.expr(node.guard)
        body = self.suite(node)
        catch_all = isinstance(pattern, _named("MatchAs")) and pattern.pattern is None and guard is None
        return tree.Case(self.through(start, body), tuple(_bound_names(pattern)), guard, body, catch_all)

    def parameters(self, node: Any) -> tuple[tree.Parameter, ...]:
        out = [self.parameter(p, "positional-only") for p in node.posonly_params]
        if node.posonly_ind is not None:
            self.token(1)
            self.comma(node.posonly_ind)
        for p in node.params:
            out.append(self.parameter(p, "normal"))
        if node.star_arg.__class__ is _PARAM:
            out.append(self.parameter(node.star_arg, "star"))
        elif node.star_arg is not None:
            self.token(1)
            self.token(1)
        for p in node.kwonly_params:
            out.append(self.parameter(p, "keyword-only"))
        if node.star_kwarg is not None:
            out.append(self.parameter(node.star_kwarg, "double-star"))
        return tuple(out)

    def parameter(self, node: Any, kind: str) -> tree.Parameter:
        start = self.token(0)
        if node.star:
            self.token(len(node.star))
        self.token(len(node.name))
        span = Span(self.path, start, self.at)
        annotation = default = None
        if node.annotation is not None:
            self.token(1)
            annotation = self.expr(node.annotation.annotation)
        if node.default is not None:
            self.token(1)
            default = self.expr(node.default)
        self.comma(node)
        return tree.Parameter(span, node.name, kind, default, annotation)

    # ------------------------------------------------------------------------------------------- expressions
    def maybe(self, node: Any) -> tree.Expr | None:
        return None if node is None else self.expr(node)

    def expr(self, node: Any) -> tree.Expr:
        kind = node.__class__
        depth = self.depth + 1
        if depth > tree.MAX_DEPTH:
            raise RecursionError
        if kind is str:
            start = self.at
            if self.text[start] in _BLANK:
                start = _blank(self.text, start).end()
            if self.text[start] == "(":
                return self.bracketed(node)
            end = self.at = start + len(node)
            if node in _SINGLETONS:
                return tree.Constant(Span(self.path, start, end), _SINGLETONS[node])
            return tree.Name(Span(self.path, start, end), node)
        lpar = node.lpar
        self.depth = depth
        for _ in lpar:
            self.token(1)
        found: tree.Expr = _EXPRESSIONS[kind](self, node)
        self.depth = depth - 1
        for _ in lpar:
            self.token(1)
        return found

    def other(self, node: Any) -> tree.Expr:
        start, end, parts = self.rest(node)
        return tree.Other(Span(self.path, start, end), parts)

    def rest(self, node: Any) -> tuple[int, int, tuple[tree.Expr, ...]]:
        """Start, end and the expressions somewhere below a node that has no type of its own here."""
        start, end = node.place
        parts = tuple(self.parts(node))
        self.at = self.offset + end
        return self.offset + start, self.at, parts

    def parts(self, node: Any) -> Iterator[tree.Expr]:
        for start, child in node.children:
            if child.__class__ is str or child.is_expression:
                self.at = self.offset + start
                yield self.expr(child)
            else:
                yield from self.parts(child)

    def bracketed(self, name: str) -> tree.Expr:
        """A name in parentheses."""
        depth = 0
        while self.text[self.token(1)] == "(":
            depth += 1
        self.at -= 1
        found = self.expr(name)
        for _ in range(depth):
            self.token(1)
        return found

    def x_SimpleString(self, node: Any) -> tree.Expr:  # noqa: N802
        literal = node.value
        start = self.at
        if self.text[start] in _BLANK:
            start = _blank(self.text, start).end()
        end = self.at = start + len(literal)
        return _constant(Span(self.path, start, end), literal)

    def x_ConcatenatedString(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        parts: list[tree.Expr] = []
        rest: Any = node
        while rest.__class__ is _CONCATENATED:
            parts.append(self.expr(rest.left))
            rest = rest.right
        parts.append(self.expr(rest))
        span = Span(self.path, start, self.at)
        values = [part.value for part in parts if isinstance(part, tree.Constant)]
        if len(values) == len(parts):
            if all(isinstance(value, str) for value in values):
                return tree.Constant(span, "".join(values))  # type: ignore[arg-type]
            if all(isinstance(value, bytes) for value in values):
                return tree.Constant(span, b"".join(values))  # type: ignore[arg-type]
        flat: list[tree.Expr] = []
        for part in parts:
            flat.extend(part.parts if isinstance(part, tree.FString) else (part,))
        return tree.FString(span, tuple(flat))

    def x_FormattedString(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(len(node.start))
        parts: list[tree.Expr] = []
        for part in node.parts:
            if part.__class__ is _TEXT:
                # Escapes stay as written: such a text never takes part in a comparison of names.
                value: str = part.value.replace("{{", "{").replace("}}", "}")
                place = Span(self.path, self.at, self.at + len(part.value))
                self.at += len(part.value)
                parts.append(tree.Other(place, ()) if "\\" in value else tree.Constant(place, value))
            elif part.__class__ is _FORMATTED:
                inner = self.replacement(part)
                self.nested_string(node, inner.span)
                plain = part.conversion is None and part.format_spec is None and part.equal is None
                parts.append(inner if plain else tree.Other(inner.span, (inner,)))
        self.at += len(node.end)
        return tree.FString(Span(self.path, start, self.at), tuple(parts))

    def nested_string(self, node: Any, place: Span) -> None:
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

    def replacement(self, node: Any) -> tree.Expr:
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
                if part.__class__ is _TEXT:
                    self.at += len(part.value)
                elif part.__class__ is _FORMATTED:
                    self.replacement(part)
        self.token(1)
        return inner

    def x_Integer(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(len(node.value))
        return _constant(Span(self.path, start, self.at), node.value)

    x_Float = x_Imaginary = x_Integer  # noqa: N815

    def x_Ellipsis(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(3)
        return tree.Other(Span(self.path, start, self.at), ())

    def x_Attribute(self, node: Any) -> tree.Expr:  # noqa: N802
        text, start = self.text, self.at
        if text[start] in _BLANK:
            start = self.at = _blank(text, start).end()
        value = self.expr(node.value)
        at = self.at
        if text[at] != ".":
            at = _blank(text, at).end()
        at += 1
        if text[at] in _BLANK:
            at = _blank(text, at).end()
        name = node.attr
        end = self.at = at + len(name)
        path = self.path
        return tree.Attribute(Span(path, start, end), value, name, Span(path, at, end))

    def argument(self, node: Any) -> tree.Argument:
        star, keyword = node.star, node.keyword
        start = self.at
        if self.text[start] in _BLANK:
            start = self.at = _blank(self.text, start).end()
        if keyword is not None:
            self.at = start + len(keyword)
            self.sign("=")
        elif star:
            self.at = start + len(star)
        value = self.expr(node.value)
        argument = tree.Argument(Span(self.path, start, self.at), value, keyword, star)
        if node.comma is not None:
            self.sign(",")
        return argument

    def x_Call(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.at
        if self.text[start] in _BLANK:
            start = self.at = _blank(self.text, start).end()
        func = self.expr(node.func)
        self.sign("(")
        arguments = tuple([self.argument(argument) for argument in node.args])
        return tree.Call(Span(self.path, start, self.sign(")")), func, arguments)

    def x_Subscript(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        value = self.expr(node.value)
        self.sign("[")
        items: list[tree.Expr] = []
        for element in node.slice:
            part: Any = element.slice
            if part.__class__ is _SLICE:
                items.append(self.slice(part))
            else:
                star = self.token(1) if part.star else 0
                items.append(self.expr(part.value))
                if part.star:
                    self.newer(Span(self.path, star, self.at), "3.11", "star expression in an index")
            if element.comma is not None:
                self.sign(",")
        return tree.Subscript(Span(self.path, start, self.sign("]")), value, tuple(items))

    def slice(self, node: Any) -> tree.Slice:
        start = self.token(0)
        lower = self.maybe(node.lower)
        self.token(1)
        upper, step = self.maybe(node.upper), None
        if node.second_colon is not None:
            self.token(1)
            step = self.maybe(node.step)
        return tree.Slice(Span(self.path, start, self.at), lower, upper, step)

    def elements(self, node: Any) -> tuple[tree.Expr, ...]:
        items: list[tree.Expr] = []
        for element in node.elements:
            if element.__class__ is _STARRED:
                for _ in element.lpar:
                    self.token(1)
                self.token(1)
                value = self.expr(element.value)
                for _ in element.rpar:
                    self.token(1)
                items.append(tree.Starred(value.span, value))
            else:
                items.append(self.expr(element.value))
            if element.comma is not None:
                self.sign(",")
        return tuple(items)

    def x_Tuple(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        items = self.elements(node)
        return tree.Sequence(Span(self.path, start, self.at), "tuple", items)

    def x_List(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        items = self.elements(node)
        self.token(1)
        kind = "list" if node.__class__ is _LIST else "set"
        return tree.Sequence(Span(self.path, start, self.at), kind, items)

    x_Set = x_List  # noqa: N815

    def x_Dict(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        keys: list[tree.Expr | None] = []
        values: list[tree.Expr] = []
        for element in node.elements:
            if element.__class__ is _DICT_ELEMENT:
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

    def x_GeneratorExp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        element = self.expr(node.elt)
        clauses = self.clauses(node.for_in)
        return tree.Comprehension(Span(self.path, start, self.at), "generator", (element,), clauses)

    def x_ListComp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        element = self.expr(node.elt)
        clauses = self.clauses(node.for_in)
        self.token(1)
        kind = "list" if node.__class__ is _LIST_COMP else "set"
        return tree.Comprehension(Span(self.path, start, self.at), kind, (element,), clauses)

    x_SetComp = x_ListComp  # noqa: N815

    def x_DictComp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(1)
        key = self.expr(node.key)
        self.token(1)
        value = self.expr(node.value)
        clauses = self.clauses(node.for_in)
        self.token(1)
        return tree.Comprehension(Span(self.path, start, self.at), "dict", (key, value), clauses)

    def x_Lambda(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(6)
        parameters = self.parameters(node.params)
        self.token(1)
        body = self.expr(node.body)
        return tree.Lambda(Span(self.path, start, self.at), parameters, body)

    def x_Await(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(5)
        value = self.expr(node.expression)
        return tree.Await(Span(self.path, start, self.at), value)

    def x_Yield(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(5)
        value: Any = node.value
        if value.__class__ is _FROM:
            self.token(4)
            value = value.item
        found = self.maybe(value)
        return tree.Yield(Span(self.path, start, self.at), found)

    def x_UnaryOperation(self, node: Any) -> tree.Expr:  # noqa: N802
        operator = node.operator
        start = self.token(len(operator))
        operand = self.expr(node.expression)
        span = Span(self.path, start, self.at)
        if operator == "-" and isinstance(operand, tree.Constant) and isinstance(operand.value, int | float):
            return tree.Constant(span, -operand.value)
        return tree.Unary(span, operator, operand)

    def x_BinaryOperation(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        left = self.expr(node.left)
        operator = node.operator
        self.token(len(operator))
        right = self.expr(node.right)
        return tree.Binary(Span(self.path, start, self.at), operator, left, right)

    x_BooleanOperation = x_BinaryOperation  # noqa: N815

    def x_Comparison(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        left = self.expr(node.left)
        operators: list[str] = []
        rights: list[tree.Expr] = []
        for comparison in node.comparisons:
            operator = comparison.operator
            for word in operator.split():
                self.token(len(word))
            operators.append(operator)
            rights.append(self.expr(comparison.comparator))
        return tree.Compare(Span(self.path, start, self.at), left, tuple(operators), tuple(rights))

    def x_IfExp(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        body = self.expr(node.body)
        self.token(2)
        test = self.expr(node.test)
        self.token(4)
        orelse = self.expr(node.orelse)
        return tree.Conditional(Span(self.path, start, self.at), test, body, orelse)

    def x_NamedExpr(self, node: Any) -> tree.Expr:  # noqa: N802
        start = self.token(0)
        target = self.expr(node.target)
        self.token(2)
        value = self.expr(node.value)
        return tree.Walrus(Span(self.path, start, self.at), target, value)


def _constant(span: Span, literal: str) -> tree.Expr:
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


def _by_class(prefix: str, other: Any) -> dict[type[Light], Callable[[_Converter, Any], Any]]:
    """The methods of the converter by the class of node that they are named after."""
    return {kind: getattr(_Converter, prefix + name, other) for name, kind in KINDS.items()}


_STATEMENTS = _by_class("s_", _Converter.other_statement)
_EXPRESSIONS = _by_class("x_", _Converter.other)


def _bound_names(pattern: Any) -> list[str]:
    names = []
    if isinstance(pattern, _named("MatchAs", "MatchStar")) and pattern.name is not None:
        names.append(pattern.name)
    if isinstance(pattern, _named("MatchMapping")) and pattern.rest is not None:
        names.append(pattern.rest)
    for _, child in pattern.children:
        if isinstance(child, Light):
            names.extend(_bound_names(child))
    return names
