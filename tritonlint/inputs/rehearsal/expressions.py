"""The values of expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_load import names_from_elsewhere
from tritonlint.inputs.rehearsal import arrays, library
from tritonlint.inputs.rehearsal.buffers import anew
from tritonlint.inputs.rehearsal.calls import Calls, PbMethod
from tritonlint.inputs.rehearsal.library_calls import PbCall
from tritonlint.inputs.rehearsal.objects import (
    JSON,
    Func,
    Obj,
    Scope,
    Sender,
    as_tuple,
)
from tritonlint.inputs.rehearsal.operations import key_of, put_all, put_somewhere, set_of
from tritonlint.inputs.rehearsal.outcome import GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.protocols import BACKEND_OBJECTS, BUILTINS, MAX_TURNS, PLAIN
from tritonlint.inputs.rehearsal.quantities import refuse_format
from tritonlint.inputs.rehearsal.reality import NO_KEY
from tritonlint.inputs.rehearsal.trail import join, join_all
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Builtin,
    Exc,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.source import Span

MAX_STEPS = 6000
"""Statements and calls of one rehearsal; a model that needs more is not played through."""
_ABSOLUTE = frozenset({"abs", "numpy.abs", "numpy.absolute"})
_FORMAT = re.compile(r"\s*:([^{}]+)\}")
"""What stands behind an expression in an f-string, when it is written out."""
_SINGLE: dict[str, Value] = {"True": True, "False": False, "None": None, "Ellipsis": Ellipsis}
_FINAL = ".TRITONSERVER_RESPONSE_COMPLETE_FINAL"


class Expressions(Calls):
    """Evaluates expressions."""

    def __init__(
        self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall, pb_method: PbMethod
    ) -> None:
        super().__init__(python, has_member, pb_call, pb_method)
        self.steps = 0
        self.module.from_elsewhere = names_from_elsewhere(python)

    def assign(self, target: tree.Expr, value: Value, scope: Scope, span: Span) -> None:
        """Bind a target to a value."""
        raise NotImplementedError

    def _function(self, node: tree.Function | tree.Lambda, scope: Scope) -> Func:
        defaults = {p.name: self.eval(p.default, scope) for p in node.parameters if p.default is not None}
        name = node.name if isinstance(node, tree.Function) else "<lambda>"
        return Func(node, scope, name, defaults, module=self.module)

    def eval(self, node: tree.Expr, scope: Scope) -> Value:
        """The value of an expression."""
        return _EXPRESSIONS[node.__class__](self, node, scope)

    def _e_name(self, node: tree.Name, scope: Scope) -> Value:
        name = node.id
        if name in scope.vars and not scope.elsewhere:
            return scope.vars[name]
        if name in scope.elsewhere:
            return scope.elsewhere[name].vars.get(name, UNKNOWN)
        current: Scope | None = scope
        unbound = False
        first = True
        while current is not None:
            if not current.is_class or first:
                if name in current.vars:
                    value = current.vars[name]
                    # A name that only a comprehension or an inner function binds is another one.
                    return UNKNOWN if unbound else value
                if name in current.elsewhere:
                    return current.elsewhere[name].vars.get(name, UNKNOWN)
                unbound = unbound or name in current.names
            first = False
            current = current.parent
        if name in BUILTINS:
            return _SINGLE[name] if name in _SINGLE else Builtin(name)
        known = not self.module.from_elsewhere and not name.startswith("__") and name not in self._ever_global
        if not known or (self.depth == 0 and unbound):
            return UNKNOWN
        if unbound:
            return UNKNOWN
        raise self.fail("NameError", f"name '{name}' is not defined", node.span)

    @property
    def _ever_global(self) -> frozenset[str]:
        found = self.module.ever_global
        if found is None:
            declared = frozenset(name for scope in self.python.walk(tree.Scope) for name in scope.names)
            found = self.module.ever_global = declared | frozenset(self.python.frames[0].bindings)
        return found

    def _e_constant(self, node: tree.Constant, _: Scope) -> Value:
        return node.value

    def _e_fstring(self, node: tree.FString, scope: Scope) -> Value:
        pieces: list[str] | None = []
        for part in node.parts:
            value = self._formatted(part, scope) if isinstance(part, tree.Other) else self.eval(part, scope)
            if type_name(value) == "bytes" and not isinstance(part, tree.Constant):
                self.note("bytes-in-text", part.span)
            self.look_for_methods((value,))
            if not isinstance(part, tree.Constant) and self.python.text[part.span.end or 0 :].lstrip()[:1] != "}":
                pieces = None  # a conversion or a format
            if pieces is not None:
                pieces = [*pieces, str(value)] if isinstance(value, (str, int, bool)) else None
        return Unknown("str") if pieces is None else "".join(pieces)

    def _formatted(self, part: tree.Other, scope: Scope) -> Value:
        """A piece of an f-string with a conversion or a format behind it; not known as text."""
        for inside in part.parts:
            value = self.eval(inside, scope)
            text = _FORMAT.match(self.python.text, inside.span.end or 0)
            if text is not None:
                self.guard(partial(refuse_format, value, text.group(1)), inside.span)
        return UNKNOWN

    def _e_attribute(self, node: tree.Attribute, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        self.sends_taken = self.sends_taken or owner.__class__ is Sender
        return self.attribute(owner, node.attr, node.attr_span)

    def _e_subscript(self, node: tree.Subscript, scope: Scope) -> Value:
        owner = self.eval(node.value, scope)
        return self.item(owner, self.index(node, scope), node.span)

    def index(self, node: tree.Subscript, scope: Scope) -> Value:
        """What stands between the brackets."""
        keys = [self.eval(item, scope) for item in node.items]
        if len(keys) == 1 and not self._trailing_comma(node):
            return keys[0]
        return Seq("tuple", keys)

    def _trailing_comma(self, node: tree.Subscript) -> bool:
        behind, end = node.items[-1].span.end, (node.span.end or 1) - 1
        return behind != end and self.python.text[behind:end].strip().endswith(",")

    def _e_slice(self, node: tree.Slice, scope: Scope) -> Value:
        parts = [self.eval(p, scope) if p is not None else None for p in (node.lower, node.upper, node.step)]
        return arrays.Slice(*parts)

    def _e_sequence(self, node: tree.Sequence, scope: Scope) -> Value:
        items: list[Value] = []
        others: list[Value] = []
        for item in node.items:
            value = self.eval(item, scope)
            more, whole = self.iterate(value, item.span) if isinstance(item, tree.Starred) else ([value], True)
            # Behind any number of items nobody knows the place of another one.
            (others if others else items).extend(more)
            if not whole:
                others.append(self.element(value))
        opened, each = bool(others), join_all(others)
        return set_of("set", items, opened, each) if node.kind == "set" else Seq(node.kind, items, opened, each)

    def _e_dict(self, node: tree.Dict, scope: Scope) -> Value:
        made = Mapping({})
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.eval(value_node, scope)
            if key_node is None:
                if isinstance(value, Mapping):
                    put_all(made, value)
                elif type_name(value) == "str":
                    raise self.fail("TypeError", "'str' object is not a mapping", value_node.span)
                else:
                    put_somewhere(made, UNKNOWN, UNKNOWN)
                continue
            key = self.eval(key_node, scope)
            known = self.guard(partial(key_of, key), key_node.span)
            if known is not NO_KEY:
                made.items[known] = value
            else:
                put_somewhere(made, key, value)
        return made

    def _may_stop(self, node: tree.Comprehension) -> bool:
        """Whether a generator is asked only until something is found."""
        start = node.span.start or 0
        before = self.python.text[max(0, start - 40) : start].rstrip("( \n")
        return node.kind == "generator" and before.endswith(("any", "all", "next"))

    def _e_comprehension(self, node: tree.Comprehension, scope: Scope) -> Value:
        inner = Scope({}, scope)
        if scope.is_class and scope.parent is not None:
            inner = Scope({}, scope.parent)
        out: list[Value] = []
        state = {"open": False, "chosen": False}
        sources: list[Seq] = []

        def element() -> None:
            values = [self.eval(e, inner) for e in node.elements]
            out.append(values[0] if len(values) == 1 else Seq("tuple", values))
            self.put_away(out[-1], node.elements[-1].span)

        def level(number: int) -> None:
            if number == len(node.clauses):
                element()
                return
            clause = node.clauses[number]
            value = self.eval(clause.iterable, inner if number else scope)
            items, whole = self._clause_items(clause, value)
            sources.extend([value] if isinstance(value, Seq) else [])
            if not clause.conditions:
                self.look_at_letters(value, clause.iterable.span)
            self.use_up(value, clause.iterable.span, whole=not self._may_stop(node))
            if not whole or len(items) > MAX_TURNS:
                state["open"] = True
                state["chosen"] = state["chosen"] or self.origins.is_chosen(value)
                items = [self.element(value)]
                self.many_turns += 1
            for item in items:
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise GaveUpError
                self.assign(clause.target, item, inner, clause.span)
                taken: bool | None = True
                for condition in clause.conditions:
                    held = self.truth(self.eval(condition, inner), condition.span)
                    if held is False:
                        taken = False
                        break
                    if held is None:
                        taken = None
                if taken is False:
                    continue
                if taken is None or not whole:
                    # Of what the file lists itself something may well stay.
                    listed = whole and isinstance(value, Seq)
                    state["chosen"] = state["chosen"] or (taken is None and not listed)
                    state["open"] = True
                    self.maybe += 1
                    try:
                        level(number + 1)
                    finally:
                        self.maybe -= 1
                else:
                    level(number + 1)

        turns = self.many_turns
        try:
            level(0)
        except RaisedError as error:
            if state["open"]:
                # Whether this element comes up is not known.
                if self.is_caught(error):
                    self.suspect(error)
                else:
                    self.maybe += 1
                    self.record(error)
                    self.maybe -= 1
                return UNKNOWN
            raise
        finally:
            self.many_turns = turns
        if node.kind == "dict":
            made = Mapping({}, state["open"])
            for pair in () if state["open"] else out:
                key = self.guard(partial(key_of, pair.items[0]), node.span)
                if key is not NO_KEY:
                    made.items[key] = pair.items[1]
                else:
                    put_somewhere(made, *pair.items)
            if state["open"]:
                made.key, made.each = (join_all([pair.items[place] for pair in out]) for place in (0, 1))
            return made
        if not state["open"]:
            if node.kind == "list" and len(sources) == 1 and all(one == Unknown("int") for one in out):
                return self.with_sizes(Seq("list", out), sources[0])
            return set_of("set", out) if node.kind == "set" else Seq(node.kind, out)
        words = node.kind == "list" and len(node.clauses) == 1 and len(sources) == 1
        some = Seq(node.kind, [], True, join_all(out), origin=sources[0].origin if words else "")
        if state["chosen"]:
            self.origins.chosen(some)
        return some

    def _clause_items(self, clause: tree.Clause, value: Value) -> tuple[list[Value], bool]:
        start = clause.span.start or 0
        is_async = self.python.text.startswith("async", start)
        return (self.iterate_async if is_async else self.iterate)(value, clause.iterable.span)

    def _e_lambda(self, node: tree.Lambda, scope: Scope) -> Value:
        return self._function(node, scope)

    def _e_await(self, node: tree.Await, scope: Scope) -> Value:
        return self.awaited(self.eval(node.value, scope), node.span)

    def _e_yield(self, node: tree.Yield, scope: Scope) -> Value:
        value = self.eval(node.value, scope) if node.value is not None else None
        block, self.activation.block = self.activation.block, None
        if block is not None:
            block(value)
            return None
        found = self.activation.yields
        if found is not None:
            start = node.span.start or 0
            self.touch(found)
            if self.python.text[start:].replace("yield", "", 1).lstrip().startswith("from"):
                items, whole = self.iterate(value, node.span)
                each = [found.each] if found.open else []
                found.items = [*found.items, *items]
                if not whole:
                    found.each, found.open = join_all([*each, self.element(value)]), True
            else:
                found.items = [*found.items, value]
        return UNKNOWN

    def _e_unary(self, node: tree.Unary, scope: Scope) -> Value:
        value = self.eval(node.operand, scope)
        if node.operator == "not":
            held = self.truth(value, node.operand.span)
            return Unknown("bool") if held is None else not held
        if isinstance(value, Array):
            return anew(self.guard(lambda: arrays.unary(node.operator, value), node.span), value)
        if value.__class__ in PLAIN and not isinstance(value, Exc):
            return self.guard(lambda: library.unary(node.operator, value), node.span)
        return self._no_operand(node.operator, value, node.span)

    def _e_binary(self, node: tree.Binary, scope: Scope) -> Value:
        if node.operator in {"and", "or"}:
            return self._boolean(node, scope)
        left = self.eval(node.left, scope)
        right = self.eval(node.right, scope)
        if node.operator in {"/", "//", ">>"} and isinstance(left, Array) and left.dtype == "uint8":
            self._look_at_sum(node.left)
        return self.binary(node.operator, left, right, node.span)

    def _look_at_sum(self, node: tree.Expr) -> None:
        """Note a sum of bytes that is divided: what is over 255 is lost before."""
        if not isinstance(node, tree.Binary) or node.operator != "+":
            return
        if not isinstance(node.left, tree.Constant) and not isinstance(node.right, tree.Constant):
            self.note("wraps", node.span)

    def _look_at_truth(self, value: Value, span: Span) -> None:
        """Note that ``and`` or ``or`` asks whether an array is true, which has more than one element as a rule."""
        if not isinstance(value, Array) or value.scalar or not value.shape or self.mentions(".size"):
            return
        if value.shape[-1] is None or self.is_several(value):
            text = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            error = self.fail("ValueError", text, span)
            if not self.is_caught(error):
                self.maybe += 1
                self.record(error)
                self.maybe -= 1

    def _boolean(self, node: tree.Binary, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        held = self.truth(left, node.left.span)
        if held is not None:
            goes_on = held == (node.operator == "and")
            return self.eval(node.right, scope) if goes_on else left
        self._look_at_truth(left, node.left.span)
        right: list[Value] = [UNKNOWN]

        def other() -> str | None:
            mark = len(self.trail)
            self.learn(node.left, node.operator == "and", scope)
            learnt = self.trail[mark:]
            right[0] = self.eval(node.right, scope)
            for container, key, old in learnt:
                self.put(container, key, old)
            return None

        self.fork((other, lambda: None))
        if isinstance(left, Perhaps) and node.operator == "or":
            left = left.value
        if isinstance(left, Unknown) and isinstance(right[0], (Unknown, bool)) and left.type == "bool":
            return Unknown("bool") if type_name(right[0]) == "bool" else UNKNOWN
        return join(left, right[0])

    def _e_compare(self, node: tree.Compare, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        result: Value = True
        for operator, right_node in zip(node.operators, node.rights, strict=True):
            right = self.eval(right_node, scope)
            one = self.compare(operator, left, right, node.span)
            left = right
            if len(node.operators) == 1:
                return one
            held = one if isinstance(one, bool) else None
            if held is False:
                return False
            if held is None:
                result = Unknown("bool")
        return result

    def learn(self, test: tree.Expr, held: bool, scope: Scope) -> None:
        """What a condition says of a name: it is None or not, or one of the texts that it is among."""
        while isinstance(test, tree.Unary) and test.operator == "not":
            test, held = test.operand, not held
        if isinstance(test, tree.Binary):
            if test.operator == ("and" if held else "or"):
                self.learn(test.left, held, scope)
                self.learn(test.right, held, scope)
        elif isinstance(test, tree.Walrus):
            self.learn(test.target, held, scope)
        elif isinstance(test, (tree.Name, tree.Attribute)):
            names, name = self._place(test, scope)
            known = names.get(name)
            if isinstance(known, Perhaps) and (held or known.value.__class__ in BACKEND_OBJECTS):
                self.put(names, name, known.value if held else None)
        elif isinstance(test, tree.Compare) and len(test.operators) == 1:
            self._learn_from(test, held, scope)
        elif isinstance(test, tree.Call) and held and tree.dotted(test.func) == "isinstance" and test.arguments:
            names, name = self._place(test.arguments[0].value, scope)
            known = names.get(name)
            if isinstance(known, Perhaps) and "None" not in self.python.source(test):
                self.put(names, name, known.value)

    def _place(self, node: tree.Expr, scope: Scope) -> tuple[dict[str, Value], str]:
        """Where the value of a name, or of an attribute of an object of the file, is kept."""
        if isinstance(node, tree.Walrus):
            node = node.target
        if isinstance(node, tree.Name):
            return scope.vars, node.id
        if isinstance(node, tree.Attribute) and isinstance(node.value, tree.Name):
            owner = scope.vars.get(node.value.id)
            if isinstance(owner, Obj) and not owner.open and self.class_attribute(owner.cls, node.attr) is None:
                return owner.attrs, node.attr
        return {}, ""

    def _learn_from(self, test: tree.Compare, held: bool, scope: Scope) -> None:
        """What a comparison says of the name on its left."""
        names, name = self._place(test.left, scope)
        if name not in names:
            return
        value, operator, other = names[name], test.operators[0], test.rights[0]
        if operator in {"is", "is not", "==", "!="} and isinstance(other, tree.Constant) and other.value is None:
            same = held == (operator in {"is", "=="})
            if same and (isinstance(value, Perhaps) or value == UNKNOWN or value is JSON):
                self.put(names, name, None)
            elif isinstance(value, Perhaps):
                self.put(names, name, value.value)
        if operator != ("in" if held else "not in") or not (value == UNKNOWN or value is JSON):
            return
        if isinstance(other, (tree.Name, tree.Attribute, tree.Sequence)):
            found = self.eval(other, scope)
            listed = found.items if isinstance(found, (Seq, Mapping)) and not found.open else ()
            if listed and all(isinstance(item, str) for item in listed):
                self.put(names, name, Unknown("str"))

    def _e_conditional(self, node: tree.Conditional, scope: Scope) -> Value:
        test = self.truth(self.eval(node.test, scope), node.test.span)
        if test is not None:
            return self.eval(node.body if test else node.orelse, scope)
        found: list[Value] = []

        def arm(expr: tree.Expr, held: bool) -> str | None:
            mark = len(self.trail)
            self.learn(node.test, held, scope)
            learnt = self.trail[mark:]
            found.append(self.eval(expr, scope))
            for container, key, old in learnt:
                self.put(container, key, old)
            return None

        self.fork((lambda: arm(node.body, True), lambda: arm(node.orelse, False)))
        if len(found) != 2:
            return UNKNOWN
        flags = [one for one in found if isinstance(one, Library) and one.name.endswith(_FINAL)]
        if flags and any(one.__class__ is int and one == 1 for one in found):
            return flags[0]  # Whichever it is: the number of the flag is 1.
        lists = [*self.tensor_lists(found[0], node.body.span), *self.tensor_lists(found[1], node.orelse.span)]
        made = self.one_of(found[0], found[1])
        return self.one_of_lists(made, found, lists) if len(lists) > 1 else made

    def _e_starred(self, node: tree.Starred, scope: Scope) -> Value:
        return self.eval(node.value, scope)

    def _e_walrus(self, node: tree.Walrus, scope: Scope) -> Value:
        value = self.eval(node.value, scope)
        self.assign(node.target, value, scope, node.span)
        return value

    def _e_other(self, node: tree.Other, scope: Scope) -> Value:
        if not node.parts and self.python.source(node) == "...":
            return Ellipsis
        for part in node.parts:
            self.eval(part, scope)
        dots = not node.parts and self.python.text.startswith("...", node.span.start)
        return Ellipsis if dots else UNKNOWN

    def _e_call(self, node: tree.Call, scope: Scope) -> Value:
        called = node.func
        if isinstance(called, tree.Attribute):
            owner = self.eval(called.value, scope)
            function = self.attribute(owner, called.attr, called.attr_span)
            if function is UNKNOWN:
                if isinstance(owner, Obj):
                    self.escape(owner)
                elif called.attr == "send":
                    self.unknown_sends = True
        else:
            function = self.eval(called, scope)
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        certain = True
        loose: list[Value] = []
        for argument in node.arguments:
            value = self.eval(argument.value, scope)
            if not argument.star:
                if argument.keyword is None:
                    args.append(value)
                else:
                    kwargs[argument.keyword] = value
            elif argument.star == "*":
                items, whole = self.iterate(value, argument.span)
                args += items
                loose += [] if whole else [self.element(value)]
                certain = certain and whole
            elif isinstance(value, Mapping) and not value.open and all(isinstance(k, str) for k in value.items):
                kwargs.update(value.items)
            elif type_name(value) == "str":
                raise self.fail("TypeError", "argument after ** must be a mapping, not str", argument.span)
            else:
                certain = False
        self.steps += 1
        if loose and isinstance(function, Library) and function.name == "asyncio.gather":
            return self.gathered(args, loose, kwargs, node.span)
        if isinstance(function, Library) and function.name == "struct.pack":
            return self.origins.packed(args) if certain else self.origins.binary_data()
        if len(loose) == 1 and not args and not kwargs and function == Builtin("zip"):
            return _columns(loose[0])
        if not certain:
            for value in (*args, *kwargs.values(), function):
                self.havoc_value(value)
            return UNKNOWN
        if len(args) == 1 and isinstance(function, (Builtin, Library)) and function.name in _ABSOLUTE:
            first = node.arguments[0].value
            unsigned = isinstance(args[0], Array) and (args[0].dtype or "").startswith("uint")
            if unsigned and isinstance(first, tree.Binary) and first.operator == "-":
                self.note("wraps", node.span)
        statement = self.statement
        try:
            return self.call(function, args, kwargs, node.span, node)
        finally:
            self.statement = statement


def _columns(row: Value) -> Seq:
    """What ``zip(*rows)`` gives of any number of such rows."""
    row = as_tuple(row)
    if row.__class__ is not Seq or row.open or row.kind not in {"tuple", "list"}:
        return Seq("zip", [], True, Seq("tuple", [], True))
    columns = tuple(Seq("tuple", [], True, item) for item in row.items)
    return Seq("zip", [], True, Seq("tuple", [], True, join_all(row.items)), columns=columns)


_EXPRESSIONS: dict[type, Callable[[Expressions, Any, Scope], Value]] = {
    tree.Name: Expressions._e_name,
    tree.Constant: Expressions._e_constant,
    tree.FString: Expressions._e_fstring,
    tree.Attribute: Expressions._e_attribute,
    tree.Call: Expressions._e_call,
    tree.Subscript: Expressions._e_subscript,
    tree.Slice: Expressions._e_slice,
    tree.Sequence: Expressions._e_sequence,
    tree.Dict: Expressions._e_dict,
    tree.Comprehension: Expressions._e_comprehension,
    tree.Lambda: Expressions._e_lambda,
    tree.Await: Expressions._e_await,
    tree.Yield: Expressions._e_yield,
    tree.Unary: Expressions._e_unary,
    tree.Binary: Expressions._e_binary,
    tree.Compare: Expressions._e_compare,
    tree.Conditional: Expressions._e_conditional,
    tree.Starred: Expressions._e_starred,
    tree.Walrus: Expressions._e_walrus,
    tree.Other: Expressions._e_other,
}
