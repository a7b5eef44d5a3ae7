"""What a request brings that makes functions of the file raise: said only where it is plain from the code."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    If,
    Match,
    Name,
    Node,
    Raise,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Try,
    Unary,
    Walrus,
    While,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.source import Span

_SAME = frozenset({"ravel", "flatten", "reshape", "astype", "squeeze", "copy"})
_TEXT = frozenset(
    {"decode", "strip", "lower", "upper", "rstrip", "lstrip", "casefold", "replace", "title", "removeprefix"}
)
_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "match", "fullmatch", "findall", "search"})
_BASES: dict[str, frozenset[str]] = {
    "KeyError": frozenset({"LookupError"}),
    "IndexError": frozenset({"LookupError"}),
    "ValueError": frozenset(),
    "ZeroDivisionError": frozenset({"ArithmeticError"}),
}
"""What the rule speaks of, with what else it may be caught as; a handler of one does not catch another."""
ON_PURPOSE = "this is raised on purpose"
_DEEPEST = 4
_End = tuple[Span, Span, str]
"""Where an exception leaves a function, where it is raised, and what it is."""


class DataErrors:
    """What in one file comes from a request, and what that makes raise."""

    def __init__(self, python: PythonFacts) -> None:
        self.python = python
        self.asked = {python.source(n) for c in python.walk(Compare) for p in (c.left, *c.rights) for n in walk(p)}
        """What the file compares with something, or asks whether it is there at all."""
        tests = [n.test for n in python.walk(If, While, Conditional)]
        tests += [n.operand for n in python.walk(Unary) if n.operator == "not"]
        tests += [n.left for n in python.walk(Binary) if n.operator in {"and", "or"}]
        tests += [n.subject for n in python.walk(Match)]
        self.asked |= {python.source(n) for test in tests for n in walk((test,), Name, Call)}
        self.asked |= {a for test in tests for n in walk((test,), Walrus) if (a := dotted(n.target)) is not None}

    def ends(self, function: Function, path: tuple[Function, ...]) -> Iterator[_End]:
        """What leaves a function as an exception: where in it, where it is raised, and what it is."""
        # Whoever wraps a function, or a block of it, may catch what it raises.
        if function.decorators:
            return
        attempts = [attempt for attempt in own_nodes(function, Try) if attempt.handlers or attempt.final]
        blocks = [
            block
            for block in own_nodes(function, With)
            if any(isinstance(i.value, Call) and (dotted(i.value.func) or "") != "open" for i in block.items)
        ]
        for node in (*own_nodes(function, Subscript, Call, Binary), *own_nodes(function, Assign)):
            what = self.raised(node)
            if any(lies_in(node, statement) for block in blocks for statement in block.body):
                continue
            if what and not self.is_caught(attempts, node, what):
                yield self.place(function, node), node.span, what
            called = called_function(self.python, node) if isinstance(node, Call) else None
            if called is None or called in path or len(path) >= _DEEPEST or is_generator(called):
                continue
            for _, cause, what in self.ends(called, (*path, function)):
                if not self.is_caught(attempts, node, what):
                    yield self.place(function, node), cause, what
                    break
        yield from self.explicit(function, attempts, path)

    def explicit(
        self, function: Function, attempts: list[Try], path: tuple[Function, ...]
    ) -> Iterator[tuple[Span, Span, str]]:
        """A ``raise`` in a thread; those of an async execute are told elsewhere."""
        if (path[0] if path else function).is_async or function.is_async:
            return
        for node in own_nodes(function, Raise):
            if node.exception is not None and not self.is_caught(attempts, node, ON_PURPOSE):
                yield node.span, node.span, ON_PURPOSE

    def is_caught(self, attempts: list[Try], node: Node, what: str) -> bool:
        """Whether a ``try`` around a node may catch what it raises, or ends the stream whatever comes."""
        raised = next((name for name in _BASES if name in what), "")
        for attempt in attempts:
            if not any(lies_in(node, statement) for statement in attempt.body):
                continue
            types = [h.type for h in attempt.handlers]
            each = [one for t in types for one in (t.items if isinstance(t, Sequence) else (t,))]
            names = [dotted(one) if one is not None else None for one in each]
            others = _BASES.keys() - {raised} - _BASES.get(raised, frozenset())
            if self.ends_stream(attempt) or not raised or any(name not in others for name in names):
                return True
        return False

    def ends_stream(self, attempt: Try) -> bool:
        """Whether the ``finally`` of a ``try`` may send the final flag."""
        return any(
            "final" in word.lower() or "send" in word.lower() or word in {"close", "finish", "done", "end", "complete"}
            for word in (
                node.id if isinstance(node, Name) else node.attr for node in walk(attempt.final, Name, Attribute)
            )
        )

    def place(self, function: Function, node: Node) -> Span:
        """The header of a loop, or the expression."""
        loops = (loop for loop in own_nodes(function, For) if lies_in(node, loop.iterable))
        return next((loop.header for loop in loops), node.span)

    def raised(self, node: Node) -> str:
        """What a node raises for some values of a request; empty if nothing is known."""
        python = self.python
        if isinstance(node, Subscript):
            return self.lacks(node) or self.too_short(node)
        if isinstance(node, Assign):
            return self.unpacked(node)
        if isinstance(node, Binary):
            if node.operator in {"//", "%", "/"} and self.kind(node.right) == "int" and not self.tested(node.right):
                return f"this raises ZeroDivisionError when `{python.source(node.right)}` is 0"
            return ""
        if not isinstance(node, Call) or not node.arguments:
            return ""
        name = dotted(node.func)
        last = node.arguments[-1].value
        if name in {"max", "min"} and len(node.arguments) == 1 and self.kind(last) == "words" and not self.tested(last):
            return f"this raises ValueError when there is nothing in `{python.source(last)}`"
        if name == "dict" and isinstance(last, Comprehension) and last.kind == "generator" and _cuts(last.elements[0]):
            part = last.elements[0]
            if self.kind(part) in {"texts", "words"} and not self.compared(part) and not last.clauses[0].conditions:
                return f"this raises ValueError for a text that `{python.source(part)}` does not cut into two"
        if name == "range" and len(node.arguments) == 3 and self.kind(last) in {"int", "item"}:
            return "" if self.tested(last) else f"this raises ValueError when `{python.source(last)}` is 0"
        number = name in {"int", "float"} and len(node.arguments) == 1
        if (number or python.qualified(node.func) == "json.loads") and self.kind(node.arguments[0].value) == "text":
            known = self.tested(node.arguments[0].value) or _TESTS & python.identifiers or self.tried(node)
            wanted = "number" if number else "JSON"
            return "" if known else f"this raises ValueError for a text that is no {wanted}"
        return ""

    def tried(self, node: Call) -> bool:
        """Whether the file makes the same attempt where it is caught, before."""
        return any(
            call is not node and self.python.source(call) == self.python.source(node)
            for attempt in self.python.walk(Try)
            if attempt.handlers
            for call in walk(attempt.body, Call)
        )

    def lacks(self, node: Subscript) -> str:
        """An item of a dict or list of the file that a request names."""
        if len(node.items) != 1 or isinstance(node.items[0], Slice | Constant):
            return ""
        sources = self.python.follow(node.value)
        kept = sources[0][0] if sources is not None and len(sources) == 1 else None
        kind = self.kind(node.items[0])
        table = isinstance(kept, Dict) and bool(kept.keys) and kind in {"text", "int", "item"}
        listed = isinstance(kept, Sequence) and kept.kind in {"list", "tuple"} and kind == "int"
        shown = self.python.source(node.value)
        if not (table or listed) or self.tested(node.items[0]) or shown in self.asked:
            return ""
        stored = (t for assign in self.python.walk(Assign) for t in assign.targets if isinstance(t, Subscript))
        if any(target is node or self.python.source(target.value) == shown for target in stored):
            return ""
        return f"this raises {'KeyError' if table else 'IndexError'} for what is not in `{shown}`"

    def too_short(self, node: Subscript) -> str:
        """A part of a text that need not be there, or an element that a request names."""
        index = node.items[0]
        if len(node.items) != 1 or isinstance(index, Slice):
            return ""
        of = self.kind(node.value)
        if of in {"texts", "words"} and isinstance(index, Constant) and isinstance(index.value, int):
            first = 1 if of == "texts" else 0
            if index.value >= first and not self.tested(node.value) and not self.compared(node.value):
                return (
                    f"this raises IndexError for a text of which `{self.python.source(node.value)}` has too few parts"
                )
        return ""

    def unpacked(self, node: Assign) -> str:
        """Names for the parts of a text, of which it may have less."""
        target = node.targets[0]
        if not isinstance(target, Sequence) or node.value is None or not _cuts(node.value):
            return ""
        wanted = sum(not isinstance(item, Starred) for item in target.items)
        given = self.kind(node.value) if wanted > 1 else ""
        if given not in {"texts", "words"} or self.compared(node.value):
            return ""
        return f"this raises ValueError for a text that `{self.python.source(node.value)}` does not cut into {wanted}"

    def compared(self, cut: Expr) -> bool:
        """Whether the file looks at a text before it is cut: compares it, counts in it, or fits it to a pattern."""
        if isinstance(cut, Call) and dotted(cut.func) == "map" and len(cut.arguments) == 2:
            cut = cut.arguments[1].value
        if not isinstance(cut, Call) or not isinstance(cut.func, Attribute):
            sources = self.python.follow(cut)
            return sources is None or any(one is cut or self.compared(one) for one, _ in sources)
        if self.tested(cut) or _TESTS & self.python.identifiers or {"count", "startswith"} & self.python.identifiers:
            return True
        # Padded so that there are always enough parts: `(line + "::").split(":")`.
        return any(isinstance(part, Binary) for part in walk(cut.func.value))

    def tested(self, expr: Expr) -> bool:
        """Whether the file compares a value, or what it is made of, with something."""
        counted = expr.arguments[0].value if isinstance(expr, Call) and dotted(expr.func) == "len" else None
        if counted is not None and isinstance(counted, Name) and counted.id in self.asked:
            return True
        inner = expr.value if isinstance(expr, Subscript) else expr
        while isinstance(inner, Call) and isinstance(inner.func, Attribute):
            inner = inner.func.value
        return any(self.python.source(part) in self.asked for part in (expr, inner))

    # --------------------------------------------------------------------------------- what comes from a request
    def kind(self, expr: Expr | None, depth: int = 0) -> str:
        """What an expression is if it comes from a request: array, item, text, texts, int; empty for all else."""
        if expr is None or depth > 12:
            return ""
        if isinstance(expr, Call):
            return self.of_call(expr, depth)
        if isinstance(expr, Subscript):
            of = self.kind(expr.value, depth + 1)
            if isinstance(expr.items[0], Slice):
                return of
            return {"array": "item", "texts": "text", "words": "text"}.get(of, "")
        if isinstance(expr, Name):
            return self.of_name(expr, depth)
        if isinstance(expr, Comprehension) and expr.kind in {"list", "generator"}:
            return "texts" if self.kind(expr.elements[0], depth + 1) == "text" else ""
        return self.of_attribute(expr, depth) if isinstance(expr, Attribute) else ""

    def of_call(self, call: Call, depth: int) -> str:
        """What a call gives: a tensor's array, a piece of it, a text and its parts."""
        if isinstance(call.func, Attribute):
            method = call.func.attr
            if method == "tolist":
                return self.kind(call.func.value, depth + 1)
            if method == "as_numpy":
                owner = call.func.value
                sources = self.python.follow(owner) or ()
                read = any("get_input_tensor_by_name" in self.python.source(source) for source, _ in sources)
                return "array" if read else ""
            of = self.kind(call.func.value, depth + 1)
            if of in {"array", "item"} and method in {"item", *_SAME}:
                return "item" if method == "item" else of
            if of in {"item", "text"} and method in _TEXT:
                return "text"
            if of in {"item", "text"} and method in {"split", "rsplit", "splitlines"}:
                return "texts" if call.arguments and method != "splitlines" else "words"
            return ""
        name = dotted(call.func)
        if name == "map" and len(call.arguments) == 2 and dotted(call.arguments[0].value) in {"int", "float", "str"}:
            cut = call.arguments[1].value
            return self.kind(cut, depth + 1) if _cuts(cut) else ""
        if name in {"list", "tuple", "sorted", "reversed"} and len(call.arguments) == 1:
            return self.kind(call.arguments[0].value, depth + 1)
        if name == "len" and len(call.arguments) == 1:
            return "int" if self.kind(call.arguments[0].value, depth + 1) == "words" else ""
        if name in {"int", "str"} and len(call.arguments) == 1:
            of = self.kind(call.arguments[0].value, depth + 1)
            return {"int": "int", "str": "text"}[name] if of in {"item", "text", "array"} else ""
        called = called_function(self.python, call)
        given = [statement.value for statement in returns(called)] if called is not None else []
        return self.kind(given[0], depth + 1) if len(given) == 1 else ""

    def of_name(self, name: Name, depth: int) -> str:
        """What a name holds."""
        found = self.python.lookup(name.id, self.python.frame_at(name))
        if found is None or len(found[0]) != 1:
            return ""
        binding, frame = found[0][0], found[1]
        if binding.kind == "value" and binding.expr is not None:
            return self.kind(binding.expr, depth + 1)
        if binding.kind == "element" and binding.expr is not None:
            iterable, index = binding.expr, binding.index
            if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and index == 1:
                iterable, index = iterable.arguments[0].value, None
            of = self.kind(iterable, depth + 1) if index is None else self.of_queue(iterable, index, depth)
            return {"array": "item", "texts": "text", "words": "text"}.get(of, of if index is not None else "")
        if binding.kind == "parameter" and frame.function is not None:
            return self.of_parameter(frame.function, name.id, depth)
        for node in own_nodes(frame.function, Assign) if frame.function is not None else ():
            target = node.targets[0]
            if isinstance(target, Sequence) and name.id in {dotted(item) for item in target.items}:
                return self.of_queue(node.value, [dotted(item) for item in target.items].index(name.id), depth)
        return ""

    def of_queue(self, value: Expr | None, index: int, depth: int) -> str:
        """A part of what was put into a queue."""
        if not isinstance(value, Call) or not isinstance(value.func, Attribute) or value.func.attr != "get":
            return ""
        for call in self.python.walk(Call):
            put = call.argument(0) if isinstance(call.func, Attribute) and call.func.attr == "put" else None
            if isinstance(put, Sequence) and index < len(put.items):
                return self.kind(put.items[index], depth + 1)
        return ""

    def of_parameter(self, function: Function, name: str, depth: int) -> str:
        """What calls, threads and pools of the file hand over."""
        positional = [parameter.name for parameter in function.positional]
        method = positional[:1] in (["self"], ["cls"])
        place = positional.index(name) - method if name in positional else -1
        for call in self.python.walk(Call):
            handed = [argument.value for argument in call.arguments]
            last = (dotted(call.func) or "").rsplit(".", 1)[-1]
            if last == function.name and called_function(self.python, call) is function:
                keyword = call.argument(None, name)
                given = keyword if keyword is not None else handed[place] if 0 <= place < len(handed) else None
            elif last == "Thread" and (dotted(call.argument(None, "target")) or "").endswith(function.name):
                args, named = call.argument(None, "args"), call.argument(None, "kwargs")
                keys = (
                    [key.value if isinstance(key, Constant) else None for key in named.keys]
                    if isinstance(named, Dict)
                    else []
                )
                if isinstance(named, Dict) and name in keys:
                    return self.kind(named.values[keys.index(name)], depth + 1)
                given = args.items[place] if isinstance(args, Sequence) and 0 <= place < len(args.items) else None
            elif last == "submit" and handed and (dotted(handed[0]) or "").endswith(function.name):
                given = handed[place + 1] if 0 <= place < len(handed) - 1 else None
            else:
                continue
            return self.kind(given, depth + 1)
        return ""

    def of_attribute(self, expr: Attribute, depth: int) -> str:
        """What the file keeps under the name of an attribute, by assignment or as a field of its own class."""
        for node in self.python.walk(Assign):
            for target in node.targets:
                if isinstance(target, Attribute) and target.attr == expr.attr:
                    return self.kind(node.value, depth + 1)
        for call in self.python.walk(Call):
            given = call.argument(None, expr.attr)
            if given is not None and dotted(call.func) is not None:
                return self.kind(given, depth + 1)
        return ""


def _cuts(expr: Expr) -> bool:
    """Whether an expression cuts a text into parts."""
    if isinstance(expr, Call) and dotted(expr.func) == "map" and len(expr.arguments) == 2:
        return _cuts(expr.arguments[1].value)
    return isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in {"split", "rsplit"}
