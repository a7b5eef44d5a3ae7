"""From libcst to :mod:`tritonlint.inputs.python_tree`; the only module that touches libcst nodes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from collections.abc import Sequence as AnySequence
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


# Evaluating a string costs more than reading it; most are their own value.
_PLAIN_STRING = re.compile(r"""(['"])([ !#-&(-\[\]-~]*)\1""")


def convert(text: str, path: str, offset: int) -> tuple[tuple[tree.Stmt, ...], tuple[tree.Syntax, ...]]:
    """The statements of a module, and its syntax that not every Python knows.

    ``offset`` is added to every place (a byte order mark that was cut off).

    Raises libcst.ParserSyntaxError and RecursionError.
    """
    module = cst.parse_module(text)
    places = places_of(module)
    with warnings.catch_warnings():
        # Strings with unknown escapes warn when they are evaluated.
        warnings.simplefilter("ignore")
        converter = _Converter(text, path, offset, places)
        return converter.module(module), tuple(converter.syntax)


class _Converter:
    def __init__(self, text: str, path: str, offset: int, places: Places) -> None:
        self.text = text
        self.path = path
        self.offset = offset
        self.places = places
        self.length = len(text)
        self.indent = ""
        self.syntax: list[tree.Syntax] = []

    def newer(self, node: cst.CSTNode, python: str, name: str) -> None:
        self.syntax.append(tree.Syntax(self.span(node), python, name))

    # ------------------------------------------------------------------------------------------------ places
    def span(self, node: cst.CSTNode) -> Span:
        start, end = self.places[id(node)]
        # libcst ends every file with a line end, whether it is there or not.
        return Span(self.path, self.offset + min(start, self.length), self.offset + min(end, self.length))

    def header(self, start: cst.CSTNode, body: cst.CSTNode) -> Span:
        """From a compound statement's keyword to before the colon of its body."""
        first = self.span(start).start or 0
        last = self.span(body).start or 0
        text = self.text[first - self.offset : last - self.offset]
        colon = text.find(":\n") if ":\n" in text else text.rfind(":")
        return Span(self.path, first, first + (colon if colon > 0 else len(text.rstrip())))

    # -------------------------------------------------------------------------------------------- statements
    def module(self, module: cst.Module) -> tuple[tree.Stmt, ...]:
        return self.statements(module.body)

    def statements(self, body: AnySequence[Any]) -> tuple[tree.Stmt, ...]:
        out: list[tree.Stmt] = []
        for statement in body:
            if isinstance(statement, cst.SimpleStatementLine):
                out.extend(self.small(s) for s in statement.body)
            else:
                out.append(self.compound(statement))
        return tuple(out)

    def suite(self, body: Any) -> tuple[tree.Stmt, ...]:
        if isinstance(body, cst.IndentedBlock):
            return self.statements(body.body)
        return tuple(self.small(s) for s in body.body)

    def small(self, node: Any) -> tree.Stmt:
        span = self.span(node)
        if isinstance(node, cst.Expr):
            return tree.Expression(span, self.expr(node.value))
        if isinstance(node, cst.Assign):
            return tree.Assign(span, tuple(self.expr(t.target) for t in node.targets), self.expr(node.value), None, "")
        if isinstance(node, cst.AnnAssign):
            return tree.Assign(
                span, (self.expr(node.target),), self.maybe(node.value), self.expr(node.annotation.annotation), ""
            )
        if isinstance(node, cst.AugAssign):
            name = type(node.operator).__name__.removesuffix("Assign")
            operator = _OPERATORS.get(getattr(cst, name, cst.Add), "?")
            return tree.Assign(span, (self.expr(node.target),), self.expr(node.value), None, operator)
        if isinstance(node, cst.Return):
            return tree.Return(span, self.maybe(node.value))
        if isinstance(node, cst.Raise):
            return tree.Raise(
                span, self.maybe(node.exc), self.maybe(node.cause.item if node.cause is not None else None)
            )
        if isinstance(node, cst.Del):
            return tree.Delete(span, (self.expr(node.target),))
        if isinstance(node, cst.Pass | cst.Break | cst.Continue):
            return tree.Flow(span, type(node).__name__.lower())
        if isinstance(node, cst.Global | cst.Nonlocal):
            return tree.Scope(span, type(node).__name__.lower(), tuple(n.name.value for n in node.names))
        if isinstance(node, cst.Assert):
            return tree.Assert(span, self.expr(node.test), self.maybe(node.msg))
        if isinstance(node, cst.Import):
            return tree.Import(span, tuple(self.alias(a, whole=False) for a in node.names))
        if isinstance(node, cst.ImportFrom):
            module = "." * len(node.relative) + (_dotted(node.module) if node.module is not None else "")
            if isinstance(node.names, cst.ImportStar):
                return tree.ImportFrom(span, module, (), True)
            return tree.ImportFrom(span, module, tuple(self.alias(a, whole=True) for a in node.names), False)
        if isinstance(node, cst.TypeAlias):
            self.newer(node, "3.12", "type statement")
        return tree.OtherStatement(span, self.parts(node))

    def alias(self, node: cst.ImportAlias, *, whole: bool) -> tree.Alias:
        name = _dotted(node.name)
        if node.asname is not None and isinstance(node.asname.name, cst.Name):
            bound = node.asname.name.value
        else:
            bound = name if whole else name.split(".")[0]
        return tree.Alias(self.span(node.name), name, bound)

    def compound(self, node: Any) -> tree.Stmt:
        if isinstance(node, cst.FunctionDef):
            return self.function(node)
        if isinstance(node, cst.ClassDef):
            if node.type_parameters is not None:
                self.newer(node.type_parameters, "3.12", "type parameters")
            return tree.Class(
                self.span(node),
                node.name.value,
                self.span(node.name),
                tuple(self.expr(a.value) for a in node.bases),
                tuple(self.argument(a) for a in node.keywords),
                self.suite(node.body),
                tuple(self.expr(d.decorator) for d in node.decorators),
            )
        span = self.span(node)
        if isinstance(node, cst.If):
            return self.branch(node)
        if isinstance(node, cst.For):
            return tree.For(
                span,
                self.expr(node.target),
                self.expr(node.iter),
                self.suite(node.body),
                self.suite(node.orelse.body) if node.orelse is not None else (),
                node.asynchronous is not None,
                self.header(node, node.body),
            )
        if isinstance(node, cst.While):
            return tree.While(
                span,
                self.expr(node.test),
                self.suite(node.body),
                self.suite(node.orelse.body) if node.orelse is not None else (),
            )
        if isinstance(node, cst.Try | cst.TryStar):
            if isinstance(node, cst.TryStar):
                self.newer(node.handlers[0], "3.11", "except*")
            return tree.Try(
                span,
                self.suite(node.body),
                tuple(
                    tree.Handler(
                        self.span(h),
                        self.maybe(h.type),
                        h.name.name.value if h.name is not None and isinstance(h.name.name, cst.Name) else None,
                        self.suite(h.body),
                        self.header(h, h.body),
                    )
                    for h in node.handlers
                ),
                self.suite(node.orelse.body) if node.orelse is not None else (),
                self.suite(node.finalbody.body) if node.finalbody is not None else (),
            )
        if isinstance(node, cst.With):
            return tree.With(
                span,
                tuple(
                    tree.WithItem(
                        self.span(i), self.expr(i.item), self.maybe(i.asname.name if i.asname is not None else None)
                    )
                    for i in node.items
                ),
                self.suite(node.body),
                node.asynchronous is not None,
            )
        if isinstance(node, cst.Match):
            self.newer(node, "3.10", "match statement")
            return tree.Match(
                span,
                self.expr(node.subject),
                tuple(
                    tree.Case(
                        self.span(c),
                        tuple(_bound_names(c.pattern)),
                        self.maybe(c.guard),
                        self.suite(c.body),
                        isinstance(c.pattern, cst.MatchAs) and c.pattern.pattern is None and c.guard is None,
                    )
                    for c in node.cases
                ),
            )
        return tree.OtherStatement(span, self.parts(node))

    def branch(self, node: cst.If) -> tree.If:
        # An elif chain is built from its end, so that its length is no depth here.
        chain: list[cst.If] = [node]
        last: Any = node.orelse
        while isinstance(last, cst.If):
            chain.append(last)
            last = last.orelse
        orelse: tuple[tree.Stmt, ...] = self.suite(last.body) if last is not None else ()
        for part in reversed(chain):
            built = tree.If(self.span(part), self.expr(part.test), self.suite(part.body), orelse)
            orelse = (built,)
        return built

    def function(self, node: cst.FunctionDef) -> tree.Function:
        span = self.span(node)
        # libcst's place of a function begins behind its decorators.
        keyword = span.start or 0
        local = keyword - self.offset
        line_start = max(self.text.rfind("\n", 0, local), self.text.rfind("\r", 0, local))
        if node.type_parameters is not None:
            self.newer(node.type_parameters, "3.12", "type parameters")
        return tree.Function(
            span,
            node.name.value,
            self.span(node.name),
            self.parameters(node.params),
            self.suite(node.body),
            tuple(self.expr(d.decorator) for d in node.decorators),
            self.maybe(node.returns.annotation if node.returns is not None else None),
            node.asynchronous is not None,
            self.text[line_start + 1 : local],
        )

    def parameters(self, node: cst.Parameters) -> tuple[tree.Parameter, ...]:
        out = [self.parameter(p, "positional-only") for p in node.posonly_params]
        out += [self.parameter(p, "normal") for p in node.params]
        if isinstance(node.star_arg, cst.Param):
            out.append(self.parameter(node.star_arg, "star"))
        out += [self.parameter(p, "keyword-only") for p in node.kwonly_params]
        if node.star_kwarg is not None:
            out.append(self.parameter(node.star_kwarg, "double-star"))
        return tuple(out)

    def parameter(self, node: cst.Param, kind: str) -> tree.Parameter:
        return tree.Parameter(
            self.span(node),
            node.name.value,
            kind,
            self.maybe(node.default),
            self.maybe(node.annotation.annotation if node.annotation is not None else None),
        )

    # ------------------------------------------------------------------------------------------- expressions
    def maybe(self, node: Any) -> tree.Expr | None:
        return None if node is None else self.expr(node)

    def parts(self, node: cst.CSTNode) -> tuple[tree.Expr, ...]:
        """The expressions somewhere below a node that has no type of its own here."""
        out: list[tree.Expr] = []
        for child in node.children:
            if isinstance(child, cst.BaseExpression):
                out.append(self.expr(child))
            else:
                out.extend(self.parts(child))
        return tuple(out)

    def expr(self, node: Any) -> tree.Expr:
        handler: Callable[[Any, Span], tree.Expr] | None = getattr(self, "x_" + type(node).__name__, None)
        span = self.span(node)
        return tree.Other(span, self.parts(node)) if handler is None else handler(node, span)

    def x_Name(self, node: cst.Name, span: Span) -> tree.Expr:  # noqa: N802
        if node.value in {"True", "False", "None"}:
            return tree.Constant(span, {"True": True, "False": False, "None": None}[node.value])
        return tree.Name(span, node.value)

    def x_SimpleString(self, node: cst.SimpleString, span: Span) -> tree.Expr:  # noqa: N802
        plain = _PLAIN_STRING.fullmatch(node.value)
        if plain is not None:
            return tree.Constant(span, plain[2])
        try:
            return tree.Constant(span, node.evaluated_value)
        except (SyntaxError, ValueError):
            return tree.Other(span, ())

    def x_ConcatenatedString(self, node: cst.ConcatenatedString, span: Span) -> tree.Expr:  # noqa: N802
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            value = None
        if value is not None:
            return tree.Constant(span, value)
        parts: list[tree.Expr] = []
        rest: Any = node
        while isinstance(rest, cst.ConcatenatedString):
            parts.append(self.expr(rest.left))
            rest = rest.right
        parts.append(self.expr(rest))
        flat: list[tree.Expr] = []
        for part in parts:
            flat.extend(part.parts if isinstance(part, tree.FString) else (part,))
        return tree.FString(span, tuple(flat))

    def x_FormattedString(self, node: cst.FormattedString, span: Span) -> tree.Expr:  # noqa: N802
        parts: list[tree.Expr] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                # Escapes stay as written: such a text never takes part in a comparison of names.
                value: str = part.value.replace("{{", "{").replace("}}", "}")
                place = self.span(part)
                parts.append(tree.Other(place, ()) if "\\" in value else tree.Constant(place, value))
            elif isinstance(part, cst.FormattedStringExpression):
                inner = self.expr(part.expression)
                self.nested_string(node, part.expression)
                plain = part.conversion is None and part.format_spec is None and part.equal is None
                parts.append(inner if plain else tree.Other(inner.span, (inner,)))
        return tree.FString(span, tuple(parts))

    def nested_string(self, node: cst.FormattedString, expression: cst.CSTNode) -> None:
        """What an expression in an f-string could not hold before PEP 701."""
        place = self.span(expression)
        text = self.text[(place.start or 0) - self.offset : (place.end or 0) - self.offset]
        quote = node.start.lstrip("fFrR")
        if quote in text:
            self.newer(expression, "3.12", "f-string whose own quotes are used inside it")
        elif "\\" in text:
            self.newer(expression, "3.12", "backslash in an f-string expression")
        elif "#" in text and len(quote) == 1 and not re.search("[\"']", text):
            self.newer(expression, "3.12", "comment in an f-string expression")
        elif "\n" in text and len(quote) == 1:
            self.newer(expression, "3.12", "line break in an f-string expression")

    def x_Integer(self, node: cst.Integer, span: Span) -> tree.Expr:  # noqa: N802
        try:
            return tree.Constant(span, node.evaluated_value)
        except (SyntaxError, ValueError):
            return tree.Other(span, ())

    x_Float = x_Imaginary = x_Integer  # noqa: N815

    def x_Attribute(self, node: cst.Attribute, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Attribute(span, self.expr(node.value), node.attr.value, self.span(node.attr))

    def argument(self, node: cst.Arg) -> tree.Argument:
        keyword = node.keyword.value if node.keyword is not None else None
        return tree.Argument(self.span(node), self.expr(node.value), keyword, node.star)

    def x_Call(self, node: cst.Call, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Call(span, self.expr(node.func), tuple(self.argument(a) for a in node.args))

    def x_Subscript(self, node: cst.Subscript, span: Span) -> tree.Expr:  # noqa: N802
        items: list[tree.Expr] = []
        for element in node.slice:
            part: Any = element.slice
            if isinstance(part, cst.Index):
                if part.star:
                    self.newer(part, "3.11", "star expression in an index")
                items.append(self.expr(part.value))
            else:
                items.append(
                    tree.Slice(self.span(part), self.maybe(part.lower), self.maybe(part.upper), self.maybe(part.step))
                )
        return tree.Subscript(span, self.expr(node.value), tuple(items))

    def display(self, kind: str, node: Any, span: Span) -> tree.Expr:
        items: list[tree.Expr] = []
        for element in node.elements:
            value = self.expr(element.value)
            starred = isinstance(element, cst.StarredElement)
            items.append(tree.Starred(value.span, value) if starred else value)
        return tree.Sequence(span, kind, tuple(items))

    def x_List(self, node: cst.List, span: Span) -> tree.Expr:  # noqa: N802
        return self.display("list", node, span)

    def x_Tuple(self, node: cst.Tuple, span: Span) -> tree.Expr:  # noqa: N802
        return self.display("tuple", node, span)

    def x_Set(self, node: cst.Set, span: Span) -> tree.Expr:  # noqa: N802
        return self.display("set", node, span)

    def x_Dict(self, node: cst.Dict, span: Span) -> tree.Expr:  # noqa: N802
        keys: list[tree.Expr | None] = []
        values: list[tree.Expr] = []
        for element in node.elements:
            keys.append(self.expr(element.key) if isinstance(element, cst.DictElement) else None)
            values.append(self.expr(element.value))
        return tree.Dict(span, tuple(keys), tuple(values))

    def comprehension(self, kind: str, elements: tuple[Any, ...], node: Any, span: Span) -> tree.Expr:
        clauses: list[tree.Clause] = []
        clause = node.for_in
        while clause is not None:
            clauses.append(
                tree.Clause(
                    self.span(clause),
                    self.expr(clause.target),
                    self.expr(clause.iter),
                    tuple(self.expr(condition.test) for condition in clause.ifs),
                )
            )
            clause = clause.inner_for_in
        return tree.Comprehension(span, kind, tuple(self.expr(e) for e in elements), tuple(clauses))

    def x_ListComp(self, node: cst.ListComp, span: Span) -> tree.Expr:  # noqa: N802
        return self.comprehension("list", (node.elt,), node, span)

    def x_SetComp(self, node: cst.SetComp, span: Span) -> tree.Expr:  # noqa: N802
        return self.comprehension("set", (node.elt,), node, span)

    def x_GeneratorExp(self, node: cst.GeneratorExp, span: Span) -> tree.Expr:  # noqa: N802
        return self.comprehension("generator", (node.elt,), node, span)

    def x_DictComp(self, node: cst.DictComp, span: Span) -> tree.Expr:  # noqa: N802
        return self.comprehension("dict", (node.key, node.value), node, span)

    def x_Lambda(self, node: cst.Lambda, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Lambda(span, self.parameters(node.params), self.expr(node.body))

    def x_Await(self, node: cst.Await, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Await(span, self.expr(node.expression))

    def x_Yield(self, node: cst.Yield, span: Span) -> tree.Expr:  # noqa: N802
        value = node.value
        return tree.Yield(span, self.maybe(value.item if isinstance(value, cst.From) else value))

    def x_UnaryOperation(self, node: cst.UnaryOperation, span: Span) -> tree.Expr:  # noqa: N802
        operand = self.expr(node.expression)
        operator = _OPERATORS.get(type(node.operator), "?")
        if operator == "-" and isinstance(operand, tree.Constant) and isinstance(operand.value, int | float):
            return tree.Constant(span, -operand.value)
        return tree.Unary(span, operator, operand)

    def x_BinaryOperation(self, node: Any, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Binary(span, _OPERATORS.get(type(node.operator), "?"), self.expr(node.left), self.expr(node.right))

    x_BooleanOperation = x_BinaryOperation  # noqa: N815

    def x_Comparison(self, node: cst.Comparison, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Compare(
            span,
            self.expr(node.left),
            tuple(_COMPARISONS.get(type(c.operator), "?") for c in node.comparisons),
            tuple(self.expr(c.comparator) for c in node.comparisons),
        )

    def x_IfExp(self, node: cst.IfExp, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Conditional(span, self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def x_NamedExpr(self, node: cst.NamedExpr, span: Span) -> tree.Expr:  # noqa: N802
        return tree.Walrus(span, self.expr(node.target), self.expr(node.value))


def _dotted(node: Any) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    value: str = node.value
    return value


def _bound_names(pattern: cst.CSTNode) -> list[str]:
    names = []
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name is not None:
        names.append(pattern.name.value)
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        names.append(pattern.rest.value)
    for child in pattern.children:
        names.extend(_bound_names(child))
    return names
