"""Interprets the tree of a model.py over values that may be unknown.

What a condition that is not known decides is played through both ways and joined; what only one way does is from then
on unknown. Every change of a value goes through a trail, so that a way can be taken back.

An exception counts as *sure* when every run comes to it; the events hold those and the others apart. Whatever Python
syntax or library is not modelled gives an unknown value, never a failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_imports import imports_others
from tritonlint.inputs.rehearsal import arrays, foreign, library
from tritonlint.inputs.rehearsal.builtin import FILE
from tritonlint.inputs.rehearsal.calls import PbMethod
from tritonlint.inputs.rehearsal.expressions import MAX_STEPS
from tritonlint.inputs.rehearsal.habits import is_used_up_by
from tritonlint.inputs.rehearsal.importing import Imports, sets_attributes
from tritonlint.inputs.rehearsal.library_calls import PbCall
from tritonlint.inputs.rehearsal.objects import (
    ANSWERED,
    SENT_FINAL,
    Around,
    BoundFunc,
    Cls,
    Coroutine,
    Error,
    Func,
    Lock,
    Module,
    Names,
    Obj,
    Runner,
    Scope,
    Sender,
)
from tritonlint.inputs.rehearsal.operations import keep_last
from tritonlint.inputs.rehearsal.outcome import EXCEPTIONS, OF_SOME_CLASS, GaveUpError, RaisedError
from tritonlint.inputs.rehearsal.protocols import MAX_TURNS, SCALARS, is_plain
from tritonlint.inputs.rehearsal.trail import (
    ABSENT,
    AFTER_TURN,
    PARTLY,
    SOMETIMES,
    Way,
    any_number,
    current,
    forgotten,
    is_assumed,
    is_kept,
    join_all,
)
from tritonlint.inputs.rehearsal.values import (
    EXCEPTION,
    UNKNOWN,
    Array,
    Builtin,
    Exc,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    there,
    type_name,
)
from tritonlint.inputs.rehearsal.ways import ANY, BREAK, CONTINUE, RETURN, Activation, Loop, is_broad
from tritonlint.source import Span

_MOST_LOOKS = 3
"""Turns of a loop that are played to find out what all of them leave as it is."""
MAX_UNSURE_TURNS = 4
"""Turns of a ``while`` that are played one by one though one before may have been the last."""
_PLACES = frozenset({"i", "j", "idx", "index", "position", "pos", "counter"})
"""Names of what ``enumerate`` gives, which somebody has forgotten where a text stands."""
_SWALLOWS = frozenset({"suppress", "ExitStack", "AsyncExitStack"})
"""Managers that may keep errors to themselves."""

_TEXT_CASE = re.compile(r"case\s+\(?\s*[\"']")
_BYTES_CASE = re.compile(r"case[^\n]*(?<![\w\"'])b[\"']")


class Machine(Imports):
    """Plays a file through."""

    def __init__(
        self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall, pb_method: PbMethod
    ) -> None:
        super().__init__(python, has_member, pb_call, pb_method)
        self.activation_error: RaisedError | None = None
        self.return_span: Span | None = None

    def run(self, body: Iterable[tree.Stmt], scope: Scope) -> str | None:
        """Play statements; what ends them early, or None."""
        for statement in body:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise GaveUpError
            self.statement = statement.span
            handler = _STATEMENTS.get(statement.__class__)
            if handler is None:
                continue
            signal = handler(self, statement, scope)
            if signal is not None:
                return signal
        return None

    def _s_expression(self, node: tree.Expression, scope: Scope) -> str | None:
        self.eval(node.value, scope)
        return None

    def _s_assign(self, node: tree.Assign, scope: Scope) -> str | None:
        if node.value is None:
            return None
        value = self.eval(node.value, scope)
        if node.operator:
            target = node.targets[0]
            own = isinstance(target, tree.Name) and target.id in scope.names and target.id not in scope.elsewhere
            if isinstance(target, tree.Name) and own and target.id not in scope.vars:
                text = f"local variable '{target.id}' referenced before assignment"
                raise self.fail("UnboundLocalError", text, target.span)
            value = self._changed(node, self.eval(target, scope), value)
            self.statement = node.span
            self.assign(target, value, scope, node.span)
            return None
        self.statement = node.span
        for target in node.targets:
            self.assign(target, value, scope, node.value.span)
        return None

    def _changed(self, node: tree.Assign, old: Value, value: Value) -> Value:
        span = node.span
        if isinstance(old, Seq) and old.kind in {"list", "deque"} and node.operator == "+":
            if isinstance(value, Array) and old.kind == "list":
                # A list and an array are added as arrays.
                return self.binary("+", old, value, span)
            self.look_at_added(value, span)
            self.changes_handed(old, span)
            items, whole = self.iterate(value, span)
            self.touch(old)
            each = [old.each] if old.open else []
            old.items = [*old.items, *items]
            if not whole:
                old.each, old.open = join_all([*each, self.element(value)]), True
            keep_last(old)
            return old
        if isinstance(old, Array) and not old.scalar:
            if self.buffers.is_frozen(old):
                raise self.fail("ValueError", "output array is read-only", span)
            if value.__class__ is Coroutine:
                return self.binary(node.operator, old, value, span)
            made = self.guard(lambda: arrays.inplace(node.operator, old, self.plain(value)), span)
            if not self.quiet:
                self.buffers.write(old, span=span)
            return self.origins.binary(node.operator, old, value, self.buffers.view(old, Ellipsis, made), span)
        if isinstance(old, (Seq, Mapping)) and node.operator in {"|", "*", "-", "&", "^"}:
            self.havoc_value(old)
            return old
        return self.binary(node.operator, old, value, span)

    def assign(self, target: tree.Expr, value: Value, scope: Scope, span: Span) -> None:
        """Bind a target to a value."""
        if isinstance(target, tree.Name):
            self._bind(target.id, value, scope)
        elif isinstance(target, tree.Attribute):
            owner = self.eval(target.value, scope)
            if target.attr in {"__defaults__", "__kwdefaults__"}:
                self._default_otherwise(target.value, scope)
            self.set_attribute(owner, target.attr, self._of_one(target, value, scope), target.span)
            if value is None and isinstance(owner, Obj):
                self.drop(target)
        elif isinstance(target, tree.Subscript):
            owner = self.eval(target.value, scope)
            key = self.index(target, scope)
            self.set_item(owner, key, self._of_one(target, value, scope), target.span)
        elif isinstance(target, tree.Sequence):
            self._unpack(target, value, scope, span)
        elif isinstance(target, tree.Starred):
            self.assign(target.value, value, scope, span)

    def _of_one(self, target: tree.Attribute | tree.Subscript, value: Value, scope: Scope) -> Value:
        """What is put into an item of a list; nothing is known of it where that item stands for all of them."""
        if not isinstance(target.value, tree.Subscript):
            return value
        owner = self.eval(target.value.value, scope)
        many = isinstance(owner, Seq) and owner.open and owner.each.__class__ in (Obj, Mapping)
        return UNKNOWN if many else value

    def _default_otherwise(self, function: tree.Expr, scope: Scope) -> None:
        """Forget the defaults of a function, or of what makes the objects of a class."""
        owner = self.eval(function.value if isinstance(function, tree.Attribute) else function, scope)
        if isinstance(owner, Module):
            owner = self.eval(function, scope)
        if isinstance(owner, Cls):
            owner.known, owner.fields = False, None
        elif isinstance(owner, Func):
            owner.defaults = dict.fromkeys((p.name for p in owner.node.parameters), UNKNOWN)

    def drop(self, target: tree.Attribute) -> None:
        """Keep where a request leaves nothing behind for the next one."""
        if self.phase == "execute" and not self.quiet:
            self.dropped[target.attr] = target.span

    def _unpack(self, target: tree.Sequence, value: Value, scope: Scope, span: Span) -> None:
        items, whole = self.iterate(value, span)
        if isinstance(value, Seq) and value.mixed:
            items = [self.element(value)] * len(items)
        starred = next((i for i, part in enumerate(target.items) if isinstance(part, tree.Starred)), None)
        wanted = len(target.items)
        if whole and starred is None and len(items) != wanted:
            few = len(items) < wanted
            text = (
                f"not enough values to unpack (expected {wanted}, got {len(items)})"
                if few
                else f"too many values to unpack (expected {wanted})"
            )
            raise self.fail("ValueError", text, span)
        if whole and starred is not None and len(items) < wanted - 1:
            raise self.fail("ValueError", f"not enough values to unpack (expected at least {wanted - 1})", span)
        least = wanted if starred is None else wanted - 1
        if not whole and isinstance(value, Seq) and value.most is not None and value.most < least:
            text = f"not enough values to unpack (expected {least}, got {value.most})"
            raise self.fail("ValueError", text, span)
        if not whole and starred is None and isinstance(value, Seq) and len(value.columns) == wanted:
            items, whole = list(value.columns), True  # Without any items it raises here.
        if not whole:
            rows = isinstance(value, Array) and self.is_batch(value) and not self.may_be_of_size(wanted)
            if starred is None and (rows or _is_row_of_ones(value)):
                # It fits a batch of that size, and none else.
                text = f"not enough values to unpack (expected {wanted}, got 1)"
                if wanted == 1:
                    text = "too many values to unpack (expected 1)"
                self.may_meet(self.fail("ValueError", text, span))
                value = UNKNOWN
            elif (
                type_name(value) in {"str", "bytes"} and starred is None and tree.last_name(target.items[0]) in _PLACES
            ):
                # Hardly a text has so many letters, and none of them is a place.
                self.may_meet(self.fail("ValueError", f"too many values to unpack (expected {wanted})", span))
            element = self.element(value)
            for part in target.items:
                self.assign(part, UNKNOWN if isinstance(part, tree.Starred) else element, scope, span)
        elif starred is None:
            for part, item in zip(target.items, items, strict=True):
                self.assign(part, item, scope, span)
        else:
            behind = wanted - starred - 1
            end = len(items) - behind
            for part, item in zip(target.items[:starred], items[:starred], strict=True):
                self.assign(part, item, scope, span)
            self.assign(target.items[starred], Seq("list", items[starred:end]), scope, span)
            for part, item in zip(target.items[starred + 1 :], items[end:], strict=True):
                self.assign(part, item, scope, span)

    def may_be_of_size(self, rows: int) -> bool:
        """Whether requests of another number of rows may not come so far."""
        return self.origins.is_of_size(rows) or self.matches(_ASKS_IN_TEST)

    def _s_return(self, node: tree.Return, scope: Scope) -> str | None:
        value = self.eval(node.value, scope) if node.value is not None else None
        self.activation.value = value
        if value.__class__ is Seq and value.kind == "list":
            self.returned_list(value, node.span)
        if self.depth == 1:
            self.return_span = (node.value or node).span
        return RETURN

    def _s_flow(self, node: tree.Flow, _: Scope) -> str | None:
        return None if node.keyword == "pass" else node.keyword

    def _s_raise(self, node: tree.Raise, scope: Scope) -> str | None:
        if node.exception is None:
            raised = self.activation_error
            if raised is None:
                raise GaveUpError
            raise RaisedError(raised.exc, raised.span, raised.statement, raised.explicit)
        value = there(self.eval(node.exception, scope))
        self.statement = node.span
        if isinstance(value, Cls) and value.exception:
            value = self.call(value, [], {}, node.span)
        if isinstance(value, Builtin) and value.name in EXCEPTIONS:
            value = Exc(value.name)
        if isinstance(value, Library):
            name = value.name.rsplit(".", 1)[-1]
            value = Exc(name, [], EXCEPTIONS.get(name, ()))
        if isinstance(value, Exc) or (isinstance(value, Obj) and value.cls.exception):
            raise RaisedError(value, node.span, node.span, True)
        if value.__class__ in SCALARS or isinstance(value, Error):
            raise self.fail("TypeError", "exceptions must derive from BaseException", node.span)
        raise RaisedError(Exc("Exception", [], OF_SOME_CLASS), node.span, node.span, True)

    def _s_delete(self, node: tree.Delete, scope: Scope) -> str | None:
        for target in node.targets:
            for part in target.items if isinstance(target, tree.Sequence) else (target,):
                if isinstance(part, tree.Name):
                    place = scope.elsewhere.get(part.id, scope)
                    if part.id in place.vars:
                        self.put(place.vars, part.id, ABSENT)
                elif isinstance(part, tree.Attribute):
                    owner = self.eval(part.value, scope)
                    if isinstance(owner, Module):
                        owner.forget()
                    if isinstance(owner, Obj) and part.attr in owner.attrs:
                        self.put(owner.attrs, part.attr, ABSENT)
                        self.drop(part)
                elif isinstance(part, tree.Subscript):
                    owner = self.eval(part.value, scope)
                    key = self.index(part, scope)
                    if isinstance(owner, (Seq, Mapping)):
                        self.changes_handed(owner, node.span)
                        self.guard(partial(library.delitem, owner, key, self.touch), part.span)
        return None

    def _s_scope(self, node: tree.Scope, scope: Scope) -> str | None:
        for name in node.names:
            place = self.globals
            if node.keyword == "nonlocal":
                outer = scope.parent
                while outer is not None and (outer.is_class or name not in outer.names | frozenset(outer.vars)):
                    outer = outer.parent
                place = outer or self.globals
            scope.elsewhere[name] = place
        return None

    def _s_assert(self, node: tree.Assert, scope: Scope) -> str | None:
        held = self.truth(self.eval(node.test, scope), node.test.span)
        if held is False:
            message = self.eval(node.message, scope) if node.message is not None else None
            raise RaisedError(Exc("AssertionError", [message] if message else []), node.span, node.span, True)
        return None

    def _s_if(self, node: tree.If, scope: Scope) -> str | None:
        self.statement = node.test.span
        test = self.truth(self.eval(node.test, scope), node.test.span)
        if test is not None:
            if not self.quiet:
                self.decided.setdefault(node.test.span, set()).add(test)
            return self.run(node.body if test else node.orelse, scope)

        def arm(body: tuple[tree.Stmt, ...], held: bool) -> str | None:
            self.learn(node.test, held, scope)
            return self.run(body, scope)

        return self.fork((partial(arm, node.body, True), partial(arm, node.orelse, False)))

    def _s_for(self, node: tree.For, scope: Scope) -> str | None:
        value = self.eval(node.iterable, scope)
        self.statement = node.header
        items, whole = (self.iterate_async if node.is_async else self.iterate)(value, node.iterable.span)
        self.look_at_letters(value, node.iterable.span)
        pulled = False
        if is_used_up_by(value):
            pulled = self._is_pulled(node)
            leaves = any(
                isinstance(n, tree.Return) or n.keyword == "break" for n in tree.walk(node.body, tree.Flow, tree.Return)
            )
            self.use_up(value, node.iterable.span, whole=not leaves)

        def turn(item: Value) -> str | None:
            self.statement = node.header
            self.assign(node.target, item, scope, node.header)
            return self.run(node.body, scope)

        if whole and len(items) <= MAX_TURNS and not pulled:
            return self._turns([partial(turn, item) for item in items], node.orelse, scope)
        element = self.element(value)
        if isinstance(element, Sender):
            # Each turn has that of another request.
            self.havoc_value(element)
            element = UNKNOWN
        return self._any_turns(lambda: turn(element), node.orelse, scope)

    @staticmethod
    def _is_pulled(loop: tree.For) -> bool:
        """Whether the body of a loop asks the iterator that the loop goes through, so that there are fewer turns."""
        over = tree.dotted(loop.iterable)
        return over is not None and any(
            tree.dotted(one) == over for one in tree.walk(loop.body, tree.Name, tree.Attribute)
        )

    def _s_while(self, node: tree.While, scope: Scope) -> str | None:
        loop = Loop()
        maybe, returns, unsure = self.maybe, len(self.activation.returns), 0
        self.activation.loops.append(loop)
        try:
            for _ in range(MAX_TURNS):
                self.statement = node.test.span
                test = self.truth(self.eval(node.test, scope), node.test.span)
                if test is None:
                    break
                if not test:
                    self.absorb(loop.breaks)
                    return self._otherwise(node.orelse, scope, loop)
                signal = self._one(loop, lambda: self.run(node.body, scope))
                if signal == BREAK:
                    self.absorb(loop.breaks)
                    return None
                if signal is not None:
                    return signal
                if loop.breaks and self.maybe == maybe:
                    self.maybe += 1
                unsure += bool(loop.breaks) or len(self.activation.returns) > returns
                if unsure == MAX_UNSURE_TURNS:
                    break
        finally:
            self.activation.loops.pop()
            self.maybe = maybe
        self.absorb(loop.breaks)

        def body() -> str | None:
            self.truth(self.eval(node.test, scope), node.test.span)
            return self.run(node.body, scope)

        return self._any_turns(body, node.orelse, scope)

    def _turns(
        self, turns: Sequence[Callable[[], str | None]], orelse: tuple[tree.Stmt, ...], scope: Scope
    ) -> str | None:
        """Play the turns of a loop one by one."""
        loop = Loop()
        maybe = self.maybe
        self.activation.loops.append(loop)
        try:
            for turn in turns:
                signal = self._one(loop, turn)
                if signal == BREAK:
                    self.absorb(loop.breaks)
                    return None
                if signal is not None:
                    return signal
                if loop.breaks and self.maybe == maybe:
                    self.maybe += 1
        finally:
            self.activation.loops.pop()
            self.maybe = maybe
        self.absorb(loop.breaks)
        return self._otherwise(orelse, scope, loop)

    def _otherwise(self, orelse: tuple[tree.Stmt, ...], scope: Scope, loop: Loop) -> str | None:
        if not orelse:
            return None
        if loop.breaks:
            return self.fork((lambda: self.run(orelse, scope), lambda: None))
        return self.run(orelse, scope)

    def _one(self, loop: Loop, turn: Callable[[], str | None]) -> str | None:
        """One turn, joined with the ways that went on to the next early."""
        mark = len(self.trail)
        loop.continues = []
        try:
            signal = turn()
        except RaisedError as error:
            if not loop.continues and not loop.breaks:
                raise
            self.survive(error, loop.continues or loop.breaks)
            if loop.continues:
                loop.continues = []
                return None
            loop.breaks = []
            return BREAK
        if signal == CONTINUE:
            signal = None
        if loop.continues:
            if signal is None:
                self.absorb(loop.continues)
            else:
                # Some ways leave the loop, others go on: what the turn changed is not known any more.
                way = Way(mark, self.take(mark), self.activation.value)
                self.wait([(signal, way)])
                self.apply(way.delta)
                self.havoc(mark)
                signal = None
                self.maybe += 1
        loop.continues = []
        return signal

    def _any_turns(self, turn: Callable[[], str | None], orelse: tuple[tree.Stmt, ...], scope: Scope) -> str | None:
        """A loop of which it is not known how often it turns."""
        mark = len(self.trail)
        maybe, returns = self.maybe, len(self.activation.returns)
        loop = Loop()
        self.activation.loops.append(loop)
        self.quiet += 1
        self.many_turns += 1
        finished: list[dict[str, Value]] = []

        def first() -> str | None:
            signal = turn()
            states = [request.state for request in self.requests if request.state[SENT_FINAL] is True]
            if signal in {None, CONTINUE} and not loop.continues:
                finished.extend(states)
            return signal

        open_before = [request.state for request in self.requests if request.state[SENT_FINAL] is False]
        try:
            self.fork((first, lambda: None))
        finally:
            self.quiet -= 1
            self.many_turns -= 1
            self.activation.loops.pop()
            self.maybe = maybe
        # What one turn changes is unknown in any other.
        leaving = (*loop.breaks, *self.activation.returns[returns:])
        for way in (*loop.breaks, *loop.continues, *self.activation.returns[returns:]):
            self.absorb((way,))
        del self.activation.returns[returns:]
        changed = self.take(mark)
        fresh = [(names, name) for names, name, _ in changed.values() if names.__class__ is Names and name not in names]
        left_with = {where for way in leaving for where, (_, key, _) in way.delta.items() if key == ANSWERED}
        for where, (container, key, now) in changed.items():
            if where not in left_with:
                self.set_state(container, key, any_number(container, key, now, current(container, key)))
        self._look_again(turn, [(one, key) for one, key, _ in changed.values() if is_assumed(one, key)])
        for state in open_before:
            # Ways that leave behind the flag may be why there is no other turn.
            left = any(way.delta.get((id(state), SENT_FINAL), (0, 0, False))[2] is not False for way in leaving)
            if any(state is one for one in finished) and not left:
                self.put(state, SENT_FINAL, AFTER_TURN)
        loop = Loop()
        self.activation.loops.append(loop)
        sent: list[dict[str, Value]] = []

        def again() -> str | None:
            signal = turn()
            sent.extend(r.state for r in self.requests if r.state[SENT_FINAL] is SOMETIMES)
            return signal

        def no_other() -> None:
            for names, name in fresh:
                self.put(names, name, ABSENT)

        self.many_turns += 1
        try:
            self.fork((again, no_other))
        finally:
            self.many_turns -= 1
            self.activation.loops.pop()
            self.maybe = maybe
        self.absorb([*loop.continues, *loop.breaks])
        for state in sent if not loop.breaks and len(self.activation.returns) == returns else ():
            self.put(state, SENT_FINAL, SOMETIMES)
            self.sometimes[id(state)] = maybe
        return self._otherwise(orelse, scope, loop)

    def _look_again(self, turn: Callable[[], str | None], assumed: list[tuple[Any, Any]]) -> None:
        """Play another turn, until one leaves what is assumed of the state before it as it is."""
        for number in range(_MOST_LOOKS):
            if not assumed:
                return
            before = [current(*one) for one in assumed]
            after = self._one_more(turn, assumed)
            held = [is_kept(one[1], *states) for one, *states in zip(assumed, before, after, strict=True)]
            if all(held):
                return
            for (container, key), state, well in zip(assumed, after, held, strict=True):
                if not well and (number or key is ABSENT):
                    self.set_state(container, key, forgotten(container, key))
                elif not well:
                    self.set_state(container, key, state)
            assumed = [one for one in assumed if is_assumed(*one)]
        for container, key in assumed:
            self.set_state(container, key, forgotten(container, key))

    def _one_more(self, turn: Callable[[], str | None], places: list[tuple[Any, Any]]) -> list[Any]:
        """What one more turn of a loop, or none, would leave."""
        mark, maybe, returns = len(self.trail), self.maybe, len(self.activation.returns)
        loop = Loop()
        self.activation.loops.append(loop)
        self.quiet += 1
        try:
            self.fork((turn, lambda: None))
        finally:
            self.quiet -= 1
            self.activation.loops.pop()
            self.maybe = maybe
        self.absorb([*loop.breaks, *loop.continues, *self.activation.returns[returns:]])
        del self.activation.returns[returns:]
        found = [current(*place) for place in places]
        self.undo(mark)
        return found

    def _s_try(self, node: tree.Try, scope: Scope) -> str | None:
        mark = len(self.trail)
        raised: RaisedError | None = None
        signal: str | None = None
        earlier = self._early()
        self.tries.append(node.handlers)
        maybe, depth, activation = self.maybe, self.depth, self.activation
        try:
            signal = self.run(node.body, scope)
        except RaisedError as error:
            raised = error
            self.maybe, self.depth, self.activation = maybe, depth, activation
        finally:
            self.tries.pop()
        if node.final:
            self._not_left(earlier)
        try:
            if raised is not None:
                found = self.handler_of(raised, node.handlers)
                if found is None:
                    raise raised
                handler, sure = found
                signal = self._handle(handler, raised, scope, sure)
            else:
                if signal is None and node.orelse:
                    # Only reached when nothing unknown raised.
                    self.maybe += 1
                    try:
                        signal = self.run(node.orelse, scope)
                    finally:
                        self.maybe -= 1
                signal = self._maybe_handled(node, signal, mark, scope)
        except RaisedError:
            self.run(node.final, scope)
            raise
        value = self.activation.value
        if node.final:
            self._not_left(earlier)
        last = self.run(node.final, scope)
        if last is not None:
            return last
        self.activation.value = value
        return signal

    def _early(self) -> list[Way]:
        """The ways that have left the current call, or a turn of its loops."""
        found: list[Way] = []
        activation: Activation | None = self.activation
        while activation is not None:
            found += activation.returns
            found += (way for loop in activation.loops for way in (*loop.continues, *loop.breaks))
            # What leaves a block leaves the context manager around it.
            activation = activation.outer
        return found

    def _not_left(self, earlier: list[Way]) -> None:
        """Ways that left a block come to what is done at its end, which is not played for them."""
        for way in self._early():
            if not any(way is one for one in earlier):
                way.left = None

    def _maybe_handled(self, node: tree.Try, signal: str | None, mark: int, scope: Scope) -> str | None:
        """Join with what the handlers do, should something unknown have raised."""
        if not node.handlers or self.straight:
            return signal
        value = self.activation.value

        def went_well() -> str | None:
            self.activation.value = value
            return signal

        def handled(handler: tree.Handler) -> str | None:
            # Lists are taken to be as before the try: what fills them is what comes last in it.
            before: dict[tuple[int, Any], tuple[Any, Any, Any]] = {}
            for container, key, old in self.trail[mark:]:
                before.setdefault((id(container), key), (container, key, old))
            for container, key, old in before.values():
                if key is ABSENT:
                    self.set_state(container, key, old)
                else:
                    self.join_into(container, key, old)
            self._look_up(handler, scope)
            if handler.name is not None:
                self._bind(handler.name, Unknown(EXCEPTION[self._is_own(handler)]), scope)
            error, self.activation_error = self.activation_error, None
            handling = self.handling
            self.handling = [*handling, *self.suspects.pop(id(handler), ())[:1]]
            # Whoever tries what not every object has goes on here with the other objects, not with those known.
            asks = _asks_kind(handler)
            self.quiet += asks
            try:
                return self.run(handler.body, scope)
            except GaveUpError:
                # A bare raise.
                raise RaisedError(Exc("Exception", [], OF_SOME_CLASS), handler.span, handler.span, True) from None
            except RaisedError as failed:
                failed.doubtful = failed.doubtful or asks
                raise
            finally:
                self.quiet -= asks
                self.activation_error = error
                self.handling = handling

        arms: list[Callable[[], str | None]] = [went_well]
        arms += [partial(handled, handler) for handler in node.handlers]
        unsent = [request.state for request in self.requests if request.state[SENT_FINAL] is False]
        # What was done before is certain: only what the handlers do may not happen.
        found = self.fork(arms)
        for state in unsent:
            if state[SENT_FINAL] == Unknown("bool"):
                # Only the handlers sent it.
                self.left_open.setdefault(id(state), _meant_behind(node) or (node.orelse or node.body)[-1].span)
                self.put(state, SENT_FINAL, PARTLY)
                if not self._early():
                    self.only_handlers.add(id(state))
        return found

    def _is_own(self, handler: tree.Handler) -> bool:
        """Whether a handler only catches exceptions of Python itself, and no class of the file is among them."""
        types = handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,)
        named = all(isinstance(one, tree.Name) and one.id in EXCEPTIONS for one in types)
        scopes = (self.globals, *(one.scope for one in self.modules.values() if isinstance(one, Module)))
        own = any(isinstance(value, Cls) and value.exception for one in scopes for value in one.vars.values())
        return named and not own and not is_broad(handler) and not imports_others(self.python)

    def _look_up(self, handler: tree.Handler, scope: Scope) -> None:
        """Evaluate what a handler catches, which Python does once something was raised."""
        if handler.type is not None:
            self.statement = handler.header
            self.eval(handler.type, scope)

    def _handle(self, handler: tree.Handler, raised: RaisedError, scope: Scope, sure: bool) -> str | None:
        broad = is_broad(handler)
        if handler.name is not None:
            self._bind(handler.name, raised.exc, scope)
        before, self.activation_error = self.activation_error, raised
        maybe = self.maybe
        handling = list(self.handling)
        if raised.explicit and sure and self.sure and not self.quiet:
            self.refused.append(raised.span)
        # Whoever names an exception means it, but not for every request.
        meant = not broad and not self.sure
        if not meant and sure and not self.quiet and (not raised.explicit or _is_always(raised)):
            self.handling.append(self.event(raised, sure=self.sure, caught=True))
        if not sure:
            self.maybe += 1
        try:
            return self.run(handler.body, scope)
        finally:
            self.activation_error = before
            self.maybe = maybe
            self.handling = handling

    def _s_with(self, node: tree.With, scope: Scope) -> str | None:
        return self._within(node, scope, 0)

    def _around(self, made: Around, node: tree.With, scope: Scope, number: int) -> str | None:
        """Play a context manager of the file, and in its ``yield`` what stands in the ``with`` statement."""
        item = node.items[number]
        outer, depth, maybe, home, met = self.activation, self.depth, self.maybe, self.module, False
        signal: str | None = None
        value = outer.value

        def block(entered: Value) -> None:
            nonlocal signal, value, met
            met = True
            inner, inside, doubts = self.activation, self.depth, self.maybe
            self.activation, self.depth, self.maybe = outer, depth, maybe
            try:
                with self.inside(home, item.value.span):
                    if item.target is not None:
                        self.assign(item.target, entered, scope, item.value.span)
                    signal = self._within(node, scope, number + 1)
                value = outer.value
            finally:
                self.activation, self.depth, self.maybe = inner, inside, doubts

        self.block = block
        try:
            self.call_function(made.func, made.args, made.kwargs, item.value.span)
        finally:
            self.block = None
        if not met:
            block(UNKNOWN)
        outer.value = value
        return signal

    def _within(self, node: tree.With, scope: Scope, start: int) -> str | None:
        swallows = False
        left: list[tuple[Func, Obj]] = []
        locks: list[Lock] = []
        inner: tuple[Around, int] | None = None
        for number, item in enumerate(node.items[start:], start):
            self.statement = item.span
            value = self.eval(item.value, scope)
            if isinstance(value, Around):
                inner = value, number
                break
            entered: Value = UNKNOWN
            if isinstance(value, Obj):
                prefix = "__a" if node.is_async else "__"
                method = self.class_attribute(value.cls, f"{prefix}enter__")
                if isinstance(method, Func):
                    entered = self.call_function(method, [value], {}, item.value.span)
                leave = self.class_attribute(value.cls, f"{prefix}exit__")
                swallows = swallows or not isinstance(leave, Func) or any(tree.walk(leave.node, tree.Return))
                if isinstance(leave, Func):
                    left.append((leave, value))
            elif (isinstance(value, Seq) and value.kind == FILE) or isinstance(value, Runner):
                entered = value
            elif foreign.is_foreign(value):
                entered = foreign.result(value.type, "__enter__")
            elif isinstance(value, Lock):
                self.take_lock(value, item.value.span)
                locks.append(value)
            elif isinstance(item.value, tree.Call):
                name = self.python.qualified(item.value.func) or ""
                own = (tree.dotted(item.value.func) or "").startswith("self.") and value is UNKNOWN
                own = own or name.startswith("<module>") or self.is_beside(name)
                swallows = swallows or name.rsplit(".", 1)[-1] in _SWALLOWS or own
            if item.target is not None:
                self.assign(item.target, entered, scope, item.value.span)

        def body() -> str | None:
            return self.run(node.body, scope) if inner is None else self._around(inner[0], node, scope, inner[1])

        signal: str | None = None
        error: Value = None
        earlier = self._early()
        if swallows:
            maybe, depth, activation = self.maybe, self.depth, self.activation
            self.tries.append((ANY,))
            try:
                signal = body()
            except RaisedError:
                self.maybe, self.depth, self.activation = maybe, depth, activation
                error = UNKNOWN
            finally:
                self.tries.pop()
        else:
            try:
                signal = body()
            finally:
                self._release(locks, earlier)
        if left:
            self._not_left(earlier)
        value = self.activation.value
        for leave, owner in reversed(left):
            self.call_function(leave, [owner, error, error, error], {}, node.span)
        self.activation.value = value
        return signal

    def _release(self, locks: list[Lock], earlier: list[Way]) -> None:
        """Give locks back at the end of a ``with``, which ways that left it early come to, too."""
        for lock in locks:
            self.put(lock.state, "held", False)
            for way in self._early():
                if not any(way is one for one in earlier):
                    way.delta.pop((id(lock.state), "held"), None)

    def _s_match(self, node: tree.Match, scope: Scope) -> str | None:
        self.statement = node.subject.span
        value = self.eval(node.subject, scope)
        subject = node.subject.id if isinstance(node.subject, tree.Name) and not is_plain(value) else ""
        texts = [case for case in node.cases if _TEXT_CASE.match(self.python.text, case.span.start or 0)]
        if texts and type_name(value) == "bytes" and not _BYTES_CASE.search(self.python.source(node)):
            self.note("bytes-compared", node.subject.span)

        def arm(case: tree.Case) -> str | None:
            if subject:
                self._bind(subject, UNKNOWN, scope)  # A pattern may ask for its kind.
            for name in case.bound:
                self._bind(name, UNKNOWN, scope)
            if case.guard is not None:
                self.eval(case.guard, scope)
            return self.run(case.body, scope)

        arms: list[Callable[[], str | None]] = [partial(arm, case) for case in node.cases]
        if not any(case.catch_all and case.guard is None for case in node.cases):
            arms.append(lambda: None)
        return self.fork(arms)

    def _s_function(self, node: tree.Function, scope: Scope) -> str | None:
        self.statement = node.name_span
        for annotation in (node.returns, *(p.annotation for p in node.parameters)):
            if annotation is not None and not self.python.future_annotations:
                for part in tree.walk(annotation, tree.Attribute):
                    self.eval(part, scope)
        value = self._function(node, scope)
        for decorator in reversed(node.decorators):
            value = self.decorated(decorator, value, scope)
        self._bind(node.name, value, scope)
        return None

    def decorated(self, decorator: tree.Expr, value: Value, scope: Scope) -> Value:
        """What a decorator makes of a function."""
        name = self.python.qualified(decorator.func if isinstance(decorator, tree.Call) else decorator) or ""
        last = name.rsplit(".", 1)[-1]
        if isinstance(value, Func):
            if name in {"staticmethod", "classmethod", "property"}:
                value.kind = name
                return value
            if name == "functools.cached_property":
                value.kind = "cached_property"
                return value
            of = scope.vars.get(_property_of(decorator))
            if isinstance(of, Func) and of.kind == "property":
                return Func(of.node, of.scope, of.name, of.defaults, of.owner, of.kind, value, of.module)
            if last in {"abstractmethod", "override", "final", "no_grad", "inference_mode", "jit", "njit"}:
                return value if last in {"abstractmethod", "override", "final"} else UNKNOWN
            if name == "functools.wraps" and isinstance(decorator, tree.Call):
                return value
            if name in {"functools.lru_cache", "functools.cache"}:
                value.cached = True
                return value
            if name == "contextlib.contextmanager" and _yields_once(value.node):
                value.around = True
                return value
        return self.call_known(self.eval(decorator, scope), value, decorator.span)

    def call_known(self, decorator: Value, value: Value, span: Span) -> Value:
        """What a decorator of the file gives for a function or a class."""
        if isinstance(decorator, (Func, BoundFunc, Obj)):
            return self.call(decorator, [value], {}, span)
        return UNKNOWN

    def _s_class(self, node: tree.Class, scope: Scope) -> str | None:
        self.statement = node.name_span
        bases = [self.eval(base, scope) for base in node.bases]
        inner = Scope({}, scope, is_class=True)
        self.run(node.body, inner)
        known = not node.keywords
        lineage: list[Cls] = []
        exception: tuple[str, ...] = ()
        for base in bases:
            if isinstance(base, Cls):
                lineage += [cls for cls in base.lineage if cls not in lineage]
                known = known and base.known
                exception = exception or base.exception
            elif isinstance(base, Builtin) and base.name == "object":
                continue
            elif isinstance(base, Builtin) and base.name in EXCEPTIONS:
                exception = exception or EXCEPTIONS[base.name]
            elif isinstance(base, Library) and base.name == f"{PB_MODULE}.TritonModelException":
                exception = exception or EXCEPTIONS["TritonModelException"]
            elif isinstance(base, Library) and base.name in {"abc.ABC", "typing.Generic"}:
                continue
            else:
                known = False
        cls = Cls(node, node.name, inner.vars, (), known, exception)
        cls.lineage = (cls, *lineage)
        if [base for base in bases if base == Library("typing.NamedTuple")] == bases != []:
            cls.named_tuple = cls.constant = True
            cls.fields = self._fields(node)
        if Library("enum.Enum") in bases or Library("enum.StrEnum") in bases:
            self._make_members(cls, bases)
        for base in lineage:
            if base.named_tuple and not cls.named_tuple:
                cls.named_tuple, cls.fields = True, base.fields
        for value in inner.vars.values():
            if isinstance(value, Func) and value.owner is None:
                value.owner = cls
        for base in lineage:
            method = base.vars.get("__init_subclass__")
            if isinstance(method, Func):
                known_keywords = {k.keyword: self.eval(k.value, scope) for k in node.keywords if k.keyword is not None}
                self.call_function(method, [cls], known_keywords, node.name_span)
                break
        for decorator in node.decorators:
            name = self.python.qualified(decorator.func if isinstance(decorator, tree.Call) else decorator)
            if name in {"dataclasses.dataclass"}:
                self._mutable_defaults(node, cls)
                inherited = [name for base in lineage for name in base.fields or ()]
                cls.fields = tuple(dict.fromkeys([*inherited, *self._fields(node)]))
                cls.left_out = frozenset(filter(None, map(_left_out, node.body))).union(*(b.left_out for b in lineage))
                cls.constant = self._sets_no_attribute(node)
                self.constants.append(cls)
                cls.known = cls.known and not any(map(_is_no_attribute, node.body))
            else:
                cls.known = False
                # Whoever registers it has it now.
                self.call_known(self.eval(decorator, scope), cls, decorator.span)
        self._bind(node.name, cls, scope)
        return None

    def _make_members(self, cls: Cls, bases: list[Value]) -> None:
        """Make objects of what stands in an enumeration; of texts and numbers only, which tell whether two are one."""
        mixed = [base for base in bases if base not in {Library("enum.Enum"), Library("enum.StrEnum")}]
        texts = all(isinstance(base, Builtin) and base.name == "str" for base in mixed)
        values = {k: v for k, v in cls.vars.items() if not isinstance(v, Func) and not k.startswith("_")}
        special = any(name.startswith("_") and name != "__str__" for name in cls.vars)
        if not texts or special or cls.node.keywords or cls.node.decorators:
            return
        if any(value.__class__ not in {str, int} or name in {"name", "value"} for name, value in values.items()):
            return
        made: dict[Value, Obj] = {}
        for name, value in values.items():
            # A second name for one value is a second name for its member.
            cls.vars[name] = made.setdefault(value, Obj(cls, {"name": name, "value": value}))
        cls.enumerates = bool(made)

    def _sets_no_attribute(self, node: tree.Class) -> bool:
        """Whether neither the methods of a class nor other code set attributes of its objects."""
        return not any(sets_attributes(python, node) for python in self.played)

    def _fields(self, node: tree.Class) -> tuple[str, ...]:
        return tuple(s.targets[0].id for s in node.body if _is_field(s))  # type: ignore[union-attr]

    def _mutable_defaults(self, node: tree.Class, cls: Cls) -> None:
        for statement in node.body:
            if not _is_field(statement) or not isinstance(statement, tree.Assign) or statement.value is None:
                continue
            target = statement.targets[0]
            value = cls.vars.get(target.id) if isinstance(target, tree.Name) else None
            kind = type_name(value) if isinstance(value, (Seq, Mapping)) else None
            if isinstance(target, tree.Name) and kind in {"list", "dict", "set"}:
                self.statement = statement.span
                text = f"mutable default <class '{kind}'> for field {target.id} is not allowed: use default_factory"
                raise self.fail("ValueError", text, statement.value.span)


def _yields_once(node: tree.Function | tree.Lambda) -> bool:
    """Whether a context manager comes to its one ``yield`` whatever holds, and lets exceptions pass."""
    if not isinstance(node, tree.Function) or len(list(tree.walk(node.body, tree.Yield))) != 1:
        return False
    body: tuple[tree.Stmt, ...] = node.body
    while True:
        outer = next((s for s in body if any(tree.walk((s,), tree.Yield))), None)
        if (isinstance(outer, tree.Try) and not outer.handlers) or isinstance(outer, tree.With):
            body = outer.body
        else:
            return isinstance(outer, (tree.Expression, tree.Assign))


_ASKS_IN_TEST = re.compile(
    r"\b(?:if|elif|assert|match|while)\b[^\n]*(?:\.shape\b|\blen\((?!requests\b|responses\b)|\.size\b)"
)
"""A condition that may be about the number of rows."""


def _is_row_of_ones(value: Value) -> bool:
    """Whether a value is what ``zip`` makes of one thing alone: tuples of one item, as many as there are items."""
    return isinstance(value, Seq) and value.kind == "zip" and isinstance(value.each, Seq) and len(value.each.items) == 1


def _property_of(decorator: tree.Expr) -> str:
    """The name of the property that ``@name.setter`` gives a setter."""
    named, _, what = (tree.dotted(decorator) or "").rpartition(".")
    return named if what == "setter" else ""


def _is_always(error: RaisedError) -> bool:
    return isinstance(error.exc, Exc) and error.exc.type == "NotImplementedError"


def _asks_kind(handler: tree.Handler) -> bool:
    """Whether a handler catches nothing but what an object of another kind raises."""
    types = handler.type.items if isinstance(handler.type, tree.Sequence) else (handler.type,)
    return all(isinstance(one, tree.Name) and one.id in {"AttributeError", "TypeError"} for one in types)


def _is_field(statement: tree.Stmt) -> bool:
    return (
        isinstance(statement, tree.Assign)
        and statement.annotation is not None
        and isinstance(statement.targets[0], tree.Name)
        and not any("ClassVar" in named for named in _named_in(statement.annotation))
    )


def _is_no_attribute(statement: tree.Stmt) -> bool:
    """Whether a field of a dataclass is none, or given otherwise: `_: KW_ONLY`, `x: InitVar[float]`."""
    if not isinstance(statement, tree.Assign) or statement.annotation is None:
        return False
    given = statement.value.arguments if isinstance(statement.value, tree.Call) else ()
    if _left_out(statement) is None and any(argument.keyword in {"init", "kw_only"} for argument in given):
        return True
    return any("KW_ONLY" in name or "InitVar" in name for name in _named_in(statement.annotation))


def _left_out(statement: tree.Stmt) -> str | None:
    """The name of a field with ``init=False``."""
    if not _is_field(statement) or not isinstance(statement, tree.Assign) or not isinstance(statement.value, tree.Call):
        return None
    init, target = statement.value.argument(None, "init"), statement.targets[0]
    named = tree.last_name(statement.value.func) == "field"  # Others may be descriptors.
    left_out = named and isinstance(init, tree.Constant) and init.value is False and isinstance(target, tree.Name)
    return target.id if left_out and isinstance(target, tree.Name) else None


def _named_in(annotation: tree.Expr) -> Iterator[str]:
    """The names in an annotation, and what is quoted in it."""
    for node in tree.walk(annotation, tree.Name, tree.Attribute, tree.Constant):
        name = node.value if isinstance(node, tree.Constant) else tree.dotted(node)
        if isinstance(name, str):
            yield name


def _meant_behind(node: tree.Try) -> Span | None:
    """What a handler sends at its end, though the body of the ``try`` makes it, too."""
    made = {t.id for a in tree.walk(node.body, tree.Assign) for t in a.targets if isinstance(t, tree.Name)}
    for handler in node.handlers:
        last = handler.body[-1]
        call = last.value if isinstance(last, tree.Expression) else None
        if isinstance(call, tree.Call) and isinstance(call.func, tree.Attribute) and call.func.attr == "send":
            given = call.argument(0, "response")
            if isinstance(given, tree.Name) and given.id in made:
                return call.span
    return None


_STATEMENTS: dict[type, Callable[[Machine, Any, Scope], str | None]] = {
    tree.Expression: Machine._s_expression,
    tree.Assign: Machine._s_assign,
    tree.Return: Machine._s_return,
    tree.Flow: Machine._s_flow,
    tree.Raise: Machine._s_raise,
    tree.Delete: Machine._s_delete,
    tree.Scope: Machine._s_scope,
    tree.Assert: Machine._s_assert,
    tree.If: Machine._s_if,
    tree.For: Machine._s_for,
    tree.While: Machine._s_while,
    tree.Try: Machine._s_try,
    tree.With: Machine._s_with,
    tree.Match: Machine._s_match,
    tree.Import: Machine._s_import,
    tree.ImportFrom: Machine._s_import_from,
    tree.Function: Machine._s_function,
    tree.Class: Machine._s_class,
}
