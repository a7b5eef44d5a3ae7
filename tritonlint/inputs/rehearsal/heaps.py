"""What ``heapq``, ``bisect`` and the getters of ``operator`` make of containers in a rehearsal."""

from __future__ import annotations

from tritonlint.inputs.rehearsal.builtin import Call, Handler
from tritonlint.inputs.rehearsal.operations import truth
from tritonlint.inputs.rehearsal.reality import common, unlisted
from tritonlint.inputs.rehearsal.values import UNKNOWN, Bound, Failure, Seq, Unknown, Value

ITEM, ATTRIBUTE, METHOD = "<item>", "<attribute>", "<method>"
"""The names of what ``operator.itemgetter`` and its like give."""
GETTERS = frozenset({ITEM, ATTRIBUTE, METHOD})


def _getter(name: str) -> Handler:
    def handler(call: Call) -> Value:
        # Only a method is called with more.
        known = call.args and not call.kwargs and (name == ITEM or call.args[0].__class__ is str)
        return Bound(Seq("tuple", list(call.args)), name) if known else UNKNOWN

    return handler


# ------------------------------------------------------------------------------------------------------------ heaps
def _put(call: Call) -> Value:
    """An item comes in, wherever it belongs."""
    heap = call.args[0] if len(call.args) > 1 else UNKNOWN
    if heap.__class__ is Seq:
        _mix(call, heap, [call.args[1]], 1)
    return None


def _take(call: Call) -> Value:
    """The smallest item goes."""
    heap = call.args[0] if call.args else UNKNOWN
    if heap.__class__ is not Seq:
        return UNKNOWN
    if not heap.items and not heap.open:
        raise Failure("IndexError", "index out of range")
    return _mix(call, heap, [], -1)


def _exchange(call: Call) -> Value:
    """An item comes in, and the smallest one goes."""
    heap = call.args[0] if len(call.args) > 1 else UNKNOWN
    return _mix(call, heap, [call.args[1]], 0) if heap.__class__ is Seq else UNKNOWN


def _order(call: Call) -> Value:
    heap = call.args[0] if call.args else UNKNOWN
    if heap.__class__ is Seq and len(heap.items) + heap.open > 1:
        _mix(call, heap, [], 0)
    return None


def _mix(call: Call, heap: Seq, new: list[Value], more: int) -> Value:
    """Change a list whose order is not known; any of its items."""
    found = common([*heap.items, *([heap.each] if heap.open else []), *new])
    call.told(heap)
    heap.items, heap.each = [] if heap.open else [found] * (len(heap.items) + more), found
    return found


def _first(call: Call) -> Value:
    """The largest or smallest items."""
    count, source = call.value(0, "n", UNKNOWN), call.value(1, "iterable", UNKNOWN)
    items, complete = call.in_turn(1) if len(call.args) > 1 else ([], False)
    found = common([*items, *([] if complete else [unlisted(source)])]) if items or not complete else UNKNOWN
    if complete and count.__class__ is int:
        return Seq("list", [found] * min(max(count, 0), len(items)))
    return Seq("list", [], True, found, most=max(count, 0) if count.__class__ is int else None)


def _is_true(call: Call) -> Value:
    value = truth(call.args[0]) if len(call.args) == 1 else None
    return Unknown("bool") if value is None else value


def _place(call: Call) -> Value:
    return Unknown("int")


FUNCTIONS: dict[str, Handler] = {
    "heapq.heappush": _put,
    "heapq.heappop": _take,
    "heapq.heapify": _order,
    "heapq.heappushpop": _exchange,
    "heapq.heapreplace": _exchange,
    "heapq.nlargest": _first,
    "heapq.nsmallest": _first,
    "bisect.bisect": _place,
    "bisect.bisect_left": _place,
    "bisect.bisect_right": _place,
    "bisect.insort": _put,
    "bisect.insort_left": _put,
    "bisect.insort_right": _put,
    "operator.itemgetter": _getter(ITEM),
    "operator.attrgetter": _getter(ATTRIBUTE),
    "operator.methodcaller": _getter(METHOD),
    "operator.truth": _is_true,
}
