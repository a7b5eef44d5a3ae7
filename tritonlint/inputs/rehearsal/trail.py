"""What is changed while a model is played through, so that ways can be taken back and joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tritonlint.inputs.rehearsal.objects import (
    SENT_FINAL,
    Absent,
    Attributes,
    Error,
    Metric,
    MetricFamily,
    Module,
    Names,
    Obj,
    PbTensor,
    Response,
)
from tritonlint.inputs.rehearsal.reality import alike, lose, value_of, widened
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Array,
    Builtin,
    DType,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Unknown,
    Value,
    choice_of,
    is_number,
    some_number,
    there,
    type_name,
)
from tritonlint.source import Span

AFTER_TURN = Unknown("sent in the turn before")
"""The final flag was sent in every turn of a loop, should this not be the first one."""
SOMETIMES = Unknown("sent in some turn")
"""The final flag was sent in one turn of a loop or another."""
MAYBE_FINAL = Unknown("int")
"""The final flag, or 0: flags by a condition, known by identity."""
PARTLY = Unknown("sent on the other ways")
"""The final flag was sent, but not where a way left early."""
ABSENT = object()
"""Stands for a name that is not bound, and for the whole state of a container."""
_NAMED = frozenset({Names, Attributes})
Delta: TypeAlias = dict[tuple[int, Any], tuple[Any, Any, Any]]
State: TypeAlias = "tuple[Any, bool, Value, Value, frozenset[str] | None]"
"""Of a container: its items, whether there are others, what those are, their keys, and the names of all keys."""
PLAIN_TYPES = frozenset({"int", "float", "str", "bytes", "bool", "list", "tuple", "dict", "set", "complex"})


@dataclass(slots=True)
class Way:
    """A way that ended early: what it changed since a place in the trail, and what it returned."""

    mark: int
    delta: Delta
    value: Value = None
    left: Span | None = None
    """The statement that left, if it did."""


class Trail:
    """Every change of a value goes through here."""

    def __init__(self) -> None:
        self.trail: list[tuple[Any, Any, Any]] = []
        self.sometimes: dict[int, int] = {}
        """How many unknown conditions lay around a loop that sends the final flag, by the identity of a state."""
        self.only_handlers: set[int] = set()
        """States of requests that get the final flag from handlers of exceptions, and from nothing else."""
        self.left_open: dict[int, Span] = {}
        """Where a way left without the final flag that all others send, by the identity of a request's state."""

    def put(self, container: dict[Any, Value], key: Any, value: Value) -> None:
        """Set an item of a dict of values."""
        self.trail.append((container, key, container.get(key, ABSENT)))
        if value is ABSENT:
            container.pop(key, None)
        else:
            container[key] = value

    def touch(self, value: Seq | Mapping) -> None:
        """Note the state of a container that is about to be changed."""
        self.trail.append((value, ABSENT, _state(value)))
        if isinstance(value, Mapping):
            value.names = None
        else:
            value.origin = ""
            value.most = None
            value.ways = ()

    def undo(self, mark: int) -> None:
        """Take back what was changed since a mark."""
        trail = self.trail
        if len(trail) == mark:
            return
        for container, key, old in reversed(trail[mark:]):
            if key is ABSENT:
                _restore(container, old)
            elif old is ABSENT:
                container.pop(key, None)
            else:
                container[key] = old
        del trail[mark:]

    def take(self, mark: int) -> Delta:
        """What was changed since a mark, as it is now; the changes are undone."""
        delta: Delta = {}
        for container, key, _ in self.trail[mark:]:
            place = id(container), key
            if place not in delta:
                now = _state(container) if key is ABSENT else container.get(key, ABSENT)
                delta[place] = container, key, now
        self.undo(mark)
        return delta

    def set_state(self, container: Any, key: Any, value: Any) -> None:
        """Set an item, or the state of a container."""
        if key is ABSENT:
            self.trail.append((container, key, _state(container)))
            _restore(container, value)
        else:
            self.put(container, key, value)

    def apply(self, delta: Delta) -> None:
        """Make changes that were taken back before."""
        for container, key, value in delta.values():
            if key is ABSENT:
                self.set_state(container, key, value)
            else:
                self.put(container, key, value)

    def go_on(self, ways: Sequence[Way]) -> None:
        """Go on with ways that all begin here, joined."""
        joined = dict(ways[0].delta)
        shared: list[Seq | Mapping] = []
        for way in ways[1:]:
            for place, (container, key, value) in joined.items():
                other = way.delta[place][2] if place in way.delta else current(container, key)
                if other is not value:
                    joined[place] = container, key, _join_either(container, key, value, other)
                    shared += _may_change(value, other)
            for place, (container, key, other) in way.delta.items():
                if place not in joined:
                    now = current(container, key)
                    joined[place] = container, key, _join_either(container, key, now, other)
                    shared += _may_change(now, other)
        self.apply(joined)
        self.forget(shared)

    def absorb(self, ways: Sequence[Way]) -> None:
        """Join the state with that of ways which ended early."""
        if not ways:
            return
        found: Delta = {}
        looked_at: dict[int, tuple[Delta, int]] = {}
        now = end = len(self.trail)
        for mark in sorted({way.mark for way in ways}, reverse=True):
            # How it was at a mark says the first change behind it.
            found = found | _first_changes(self.trail[mark:end])
            looked_at[mark], end = (found, now), mark
        for way in ways:
            old, seen = looked_at[way.mark]
            # Of what joining changes, the next way sees the same.
            old = _first_changes(self.trail[seen:]) | old
            looked_at[way.mark] = old, len(self.trail)
            for where, (container, key, before) in old.items():
                other = way.delta[where][2] if where in way.delta else before
                if way.left is not None and key == SENT_FINAL:
                    other = self._leaves(container, other, way.left)
                self.join_into(container, key, other)
            for where, (container, key, other) in way.delta.items():
                if where not in old:
                    self.join_into(container, key, other)

    def _leaves(self, state: dict[Any, Value], sent: Value, left: Span) -> Value:
        """Whether a way that left early sent the final flag, seen from where the others are."""
        now = state[SENT_FINAL]
        if sent is not False or (now is not True and now is not PARTLY):
            return sent
        self.left_open.setdefault(id(state), left)
        self.set_state(state, SENT_FINAL, PARTLY)
        return PARTLY

    def join_into(self, container: Any, key: Any, other: Any) -> None:
        """Join an item, or the state of a container, with another one."""
        now = current(container, key)
        if now is other:
            return
        joined = _join_either(container, key, now, other)
        if joined is not now:
            self.set_state(container, key, joined)
            self.forget(_may_change(now, other))

    def one_of(self, left: Value, right: Value) -> Value:
        """A value that is one of two."""
        self.forget(_may_change(left, right))
        return join(left, right)

    def forget(self, containers: Iterable[Seq | Mapping]) -> None:
        """Forget what containers hold: something unknown may be one of them, and be changed."""
        for container in containers:
            lose([*(container.items if isinstance(container, Seq) else container.items.values()), container.each])
            self.set_state(container, ABSENT, forgotten(container, ABSENT))

    def havoc(self, mark: int, keep: frozenset[int] = frozenset()) -> None:
        """Forget everything that was changed since a mark, but for what is in some containers, by identity."""
        for container, key in {(id(c), k): (c, k) for c, k, _ in self.trail[mark:]}.values():
            if id(container) not in keep:
                self.set_state(container, key, forgotten(container, key))


def _may_change(now: Value, other: Value) -> tuple[Seq | Mapping, ...]:
    """Lists and dicts of which a name may stand for one: what is changed through the name is not seen."""
    now, other = there(now), there(other)
    kind = now.__class__
    if now is other or now is None or other is None or now is ABSENT or other is ABSENT:
        return ()
    if kind is other.__class__ is Seq and now.kind == other.kind == "tuple":
        # What either of them holds goes by one name, too.
        return tuple(found for pair in zip(now.items, other.items, strict=False) for found in _may_change(*pair))
    return tuple(one for one in (now, other) if one.__class__ in (Seq, Mapping) and one.kind != "tuple")


def _first_changes(changes: Iterable[tuple[Any, Any, Any]]) -> Delta:
    found: Delta = {}
    for change in changes:
        place = id(change[0]), change[1]
        if place not in found:
            found[place] = change
    return found


def _state(value: Seq | Mapping) -> State:
    if isinstance(value, Seq):
        return list(value.items), value.open, value.each, UNKNOWN, None
    return dict(value.items), value.open, value.each, value.key, value.names


def current(container: Any, key: Any) -> Any:
    """An item, or the state of a container, as it is."""
    return _state(container) if key is ABSENT else container.get(key, ABSENT)


def _restore(container: Seq | Mapping, state: State) -> None:
    items, container.open, container.each, key, names = state
    if isinstance(container, Seq):
        container.items = list(items)
    else:
        container.items, container.key, container.names = dict(items), key, names


def forgotten(container: Any, key: Any) -> Any:
    """The state of something of which nothing is known any more."""
    if key is not ABSENT:
        return UNKNOWN
    return [] if isinstance(container, Seq) else {}, True, UNKNOWN, UNKNOWN, None


def any_number(container: Any, key: Any, now: Any, before: Any) -> Any:
    """The state of something that each turn of a loop changes, some turns later."""
    if key is not ABSENT:
        # What it was before the loop is among what it is now: no turn at all is one of the ways.
        if _are_numbers(now):
            return Seq("list", [], True, now.each)
        kept = container.__class__ in _NAMED and before is not ABSENT and not _can_change(now)
        return now if kept else forgotten(container, key)
    each = [state[2] for state in (now, before) if state[1]]
    if isinstance(container, Seq):
        return [], True, join_all([*now[0], *before[0], *each]), UNKNOWN, None
    values = [*now[0].values(), *before[0].values(), *each]
    keys = [*map(value_of, now[0]), *map(value_of, before[0]), *(state[3] for state in (now, before) if state[1])]
    return {}, True, widened(join_all(values)), widened(join_all(keys)), None


def is_assumed(container: Any, key: Any) -> bool:
    """Whether something is known of what :func:`any_number` has left, which another turn has to leave as it is."""
    if key is ABSENT:
        return isinstance(container, Mapping) and not (container.each is UNKNOWN and container.key is UNKNOWN)
    now = container.get(key, UNKNOWN)
    return container.__class__ in _NAMED and now is not UNKNOWN and now is not ABSENT and now.__class__ is not Seq


def _can_change(value: Value) -> bool:
    value = there(value)
    return value.__class__ is Mapping or (value.__class__ is Seq and value.kind != "tuple")


def is_kept(key: Any, assumed: Any, after: Any) -> bool:
    """Whether what was assumed before a turn of a loop is all that may be there behind it."""
    return holds_on(assumed, after) if key is ABSENT else is_alike(assumed, after)


def holds_on(assumed: State, after: State) -> bool:
    """Whether what was taken to be in a dict is still all that may be in it, one turn of a loop later."""
    keys, values = [*map(value_of, after[0]), after[3]], [*after[0].values(), after[2]]
    return all(
        is_alike(join(known, value), known)
        for known, found in ((assumed[3], keys), (assumed[2], values))
        for value in found
    )


def is_alike(left: Value, right: Value) -> bool:
    """Whether as much is known of one value as of another."""
    kind = left.__class__
    if left is right:
        return True
    if kind is not right.__class__:
        return False
    if kind is Perhaps:
        return is_alike(left.value, right.value)
    if kind is Array:
        parts = [(one.dtype, one.shape, one.of, one.scalar, one.either) for one in (left, right)]
        return parts[0] == parts[1]
    if kind is Seq and left.kind == right.kind == "tuple" and not left.open and not right.open:
        return len(left.items) == len(right.items) and all(map(is_alike, left.items, right.items))
    if kind is Obj and left.cls is right.cls and left.cls.constant and left.attrs.keys() == right.attrs.keys():
        return all(is_alike(value, right.attrs[name]) for name, value in left.attrs.items())
    return kind not in (Seq, Mapping, Obj) and bool(left == right)


def _are_numbers(value: Any) -> bool:
    """Whether a value is a list of any number of numbers of NumPy."""
    if value.__class__ is not Seq or value.kind != "list" or not value.open or value.items:
        return False
    return value.each.__class__ is Array and value.each.scalar and value.each.dtype is not None


def join_all(values: Sequence[Value]) -> Value:
    """What all values have in common."""
    found = values[0] if values else UNKNOWN
    for value in values[1:]:
        found = join(found, value)
    return found


def _join_either(container: Any, key: Any, now: Any, other: Any) -> Any:
    """An item, or the state of a container, joined with another one."""
    if container.__class__ is Names and (now is ABSENT or other is ABSENT):
        return other if now is ABSENT else now
    return _join_states(now, other) if key is ABSENT else join(now, other)


def _join_states(now: State, other: State) -> State:
    """The state of a container that is in one of two; the first itself if they are the same."""
    if now == other:
        return now
    states, opened = (now, other), now[1] or other[1]
    each = [state[2] for state in states if state[1]]
    if isinstance(now[0], dict):
        both = {key: join(value, other[0][key]) for key, value in now[0].items() if key in other[0]}
        single = [(key, value) for state in states for key, value in state[0].items() if key not in both]
        keys = [*(value_of(key) for key, _ in single), *(state[3] for state in states if state[1])]
        names = now[4] if now[4] == other[4] else None
        return both, opened or bool(single), _one_of([*(value for _, value in single), *each]), join_all(keys), names
    if len(now[0]) != len(other[0]):
        return [], True, join_all([*now[0], *other[0], *each]), UNKNOWN, None
    return [join(a, b) for a, b in zip(now[0], other[0], strict=True)], opened, join_all(each), UNKNOWN, None


def _one_of(values: list[Value]) -> Value:
    """What is known of a value that is one of these; those that something else may change through it are forgotten."""
    found = join_all(values)
    if found is UNKNOWN:
        lose(values)
    return found


def _is_final(value: Value) -> bool:
    if value.__class__ is Library:
        return value.name.endswith(".TRITONSERVER_RESPONSE_COMPLETE_FINAL")
    return value.__class__ is int and value == 1


def _is_zero(value: Value) -> bool:
    return value.__class__ is int and value == 0


def join(left: Value, right: Value) -> Value:
    """What is known of a value that is one of two."""
    if left is right:
        return left
    found = _joined(left, right)
    if found is UNKNOWN and left is not ABSENT and right is not ABSENT:
        # Whatever is set on it may be set on either.
        lose(one for one in (there(left), there(right)) if one.__class__ in (Obj, Module))
    return found


def _joined(left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN or left is ABSENT or right is ABSENT:
        return UNKNOWN
    kind = left.__class__
    if left is None or right is None or kind is Perhaps or right.__class__ is Perhaps:
        return _perhaps([left, right])
    if kind is Response or right.__class__ is Response:
        return _join_responses(left, right)
    if (_is_zero(right) and _is_final(left)) or (_is_zero(left) and _is_final(right)):
        return MAYBE_FINAL
    choice = choice_of((left, right))
    if choice is not None:
        return choice
    if kind is not right.__class__:
        names = type_name(left), type_name(right)
        if names[0] == names[1] and names[0] in PLAIN_TYPES:
            return Unknown(names[0])
        return some_number() if is_number(left) and is_number(right) else UNKNOWN
    if kind in (bool, int, float, str, bytes):
        return left if left == right else Unknown(kind.__name__)
    if kind in (Unknown, DType, Library, Builtin):
        if left == right:
            return left
        if kind is Unknown and is_number(left) and is_number(right):
            return some_number()
        return DType(None) if kind is DType else UNKNOWN
    if kind is Array:
        shape = None
        if left.shape is not None and right.shape is not None and len(left.shape) == len(right.shape):
            shape = tuple(a if a == b else None for a, b in zip(left.shape, right.shape, strict=True))
        same = left.dtype == right.dtype
        of = left.of if left.of == right.of else None
        types = [(one.dtype,) if one.dtype else one.either for one in (left, right)]
        # Nobody looks at the type of an empty array.
        told = all(types) and not (same and left.dtype) and 0 not in (*(left.shape or ()), *(right.shape or ()))
        either = tuple(sorted({*types[0], *types[1]})) if told else ()
        return Array(left.dtype if same else None, shape, of, left.scalar and right.scalar, either=either)
    if kind in (Metric, MetricFamily):
        return alike([left, right])
    if kind is PbTensor:
        name = left.name if left.name == right.name else None
        return PbTensor(name, join(left.array, right.array), left.span, left.value)
    if kind is Seq and left.kind == right.kind == "tuple" and len(left.items) == len(right.items):
        items = [join(a, b) for a, b in zip(left.items, right.items, strict=True)]
        return Seq("tuple", items, left.open or right.open)
    if kind is Seq and left.kind == right.kind == "list" and left.open and right.open:
        # Which items were put in on the one way, nobody knows; of numbers and texts the type is enough.
        each = join_all([*left.items, left.each, *right.items, right.each])
        plain = each.type is not None if each.__class__ is Unknown else each.__class__ is Array and each.scalar
        return Seq("list", [], True, each) if plain else UNKNOWN
    if kind is Mapping and left.kind == right.kind == "dict" and left.items.keys() == right.items.keys() != set():
        # Either may be changed through another name later: it is open.
        return Mapping({key: join(value, right.items[key]) for key, value in left.items.items()}, True)
    if kind is Obj and left.cls is right.cls and left.cls.constant and left.attrs.keys() == right.attrs.keys():
        return Obj(left.cls, {key: join(value, right.attrs[key]) for key, value in left.attrs.items()})
    return UNKNOWN


def _perhaps(values: Sequence[Value]) -> Value:
    """A value that is one of these, of which some are, or may be, None."""
    found = join_all([one.value if one.__class__ is Perhaps else one for one in values if one is not None])
    return UNKNOWN if found is UNKNOWN or found.__class__ is Absent else Perhaps(found)


def _join_responses(left: Value, right: Value) -> Value:
    one, other = (left, right) if isinstance(left, Response) else (right, left)
    if isinstance(other, Response):
        error = one.error if one.error == other.error else None
        either = [*(one.either or (one,)), *(other.either or (other,))]
        failed = tuple(dict.fromkeys(each for each in either if each.error is True))
        return Response(None, error, one.span, one.odd or other.odd, either=failed)
    odd = isinstance(other, (Error, PbTensor, Seq, Mapping, Array, str, int, float))
    return Response(None, None, one.span, other) if odd else UNKNOWN
