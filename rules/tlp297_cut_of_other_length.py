"""A slice ends elsewhere than where the next one starts

## What it does
Reports `rows[start:size]`, `rows[start : start + size - 1]` and `rows[:size]` in a loop that moves on by
`start += size`, where what is cut stays the same in all turns. `start + size - 1` is reported where `size` is the
length of an array and an output is made of the part as it is: elsewhere the last row may well be left out.

## What happens
From the second turn on the parts are empty or too long, a row of each is missing or stands in two of them, or all are
the first rows: clients of a batch get other rows than theirs, with status OK.

## How to fix
Cut `rows[start : start + size]`, and move on by the same: `start += size`.

## Source
Python's slices; run on a server of 24.10 with requests in one batch.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_cuts import MovedCut, moved_cuts
from tritonlint.inputs.python_tree import Binary, Call, Comprehension, Constant, Expr, For, Name, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(code="TLP297", name="cut-of-other-length", effect="wrong-result", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    for one in moved_cuts(python):
        what = _told(python, one)
        if what is not None:
            size = python.source(one.step)
            yield Problem(
                one.cut.span,
                what,
                help=f"cut `{python.source(one.cut.value)}[{one.start} : {one.start} + {size}]`",
                related=(Related(one.move.span, "moved on here"),),
                key=one.start,
            )


def _told(python: PythonFacts, one: MovedCut) -> str | None:
    size, upper = python.source(one.step), python.source(one.upper)
    if isinstance(one.step, Constant):
        return None
    if one.lower is None:
        # A place that is moved on and never used: the start of the slice.
        uses = [n for n in walk(one.loop.body, Name) if n.id == one.start]
        own = bool(one.turn & {n.id for n in walk((one.step,), Name)})
        used = len(uses) > 1 or _used_behind(python, one)
        return (
            None if upper != size or used or not own else f"`{one.start}` is never used: all turns get the first rows"
        )
    if upper == size:
        return f"the slice ends at `{size}`, not that many rows behind `{one.start}`"
    more = _moved_by_constant(python, one)
    return f"the slice is not as long as `{one.start}` moves on: {more}" if more is not None else None


def _used_behind(python: PythonFacts, one: MovedCut) -> bool:
    """Whether the place is read anywhere else in the function."""
    function = python.function_at(one.move)
    names = [n for n in python.walk_function(function, Name) if n.id == one.start] if function is not None else []
    sets = [n for n in names if not _inside(one, n)]
    return len(sets) != 1


def _inside(one: MovedCut, node: Name) -> bool:
    return (one.loop.span.start or 0) <= (node.span.start or 0) < (one.loop.span.end or 0)


def _moved_by_constant(python: PythonFacts, one: MovedCut) -> str | None:
    """What `start + size - 1` leaves out, or adds, where each turn has its own size."""
    outer = one.upper
    if not isinstance(outer, Binary) or outer.operator not in {"+", "-"} or not isinstance(outer.right, Constant):
        return None
    if not isinstance(outer.right.value, int) or not outer.right.value or not _is_end(python, outer.left, one):
        return None
    if not one.turn & {n.id for n in walk((one.step,), Name)} or not _is_answer(python, one):
        return None
    return "rows are missing" if outer.operator == "-" else "the next part begins with rows of this one"


def _is_answer(python: PythonFacts, one: MovedCut) -> bool:
    """Whether the parts have the lengths of arrays, and are outputs as they are.

    Other lengths may count a separator, and rows without the last one are compared with those that follow them.
    """
    lengths = python.follow(one.step) or ()
    if not lengths or not all(_is_length_of_input(python, source, one) for source, _ in lengths):
        return False
    values = [tensor.argument(1) for tensor in (made.call for made in python.calls_of("Tensor"))]
    return any(
        any(source is one.cut for source, _ in python.follow(value) or ()) for value in values if value is not None
    )


def _is_length_of_input(python: PythonFacts, expr: Expr, one: MovedCut) -> bool:
    """Whether something is the length of an input as it came: other arrays may have a row more, as a mark."""
    array = expr.argument(0) if isinstance(expr, Call) and dotted(expr.func) == "len" else None
    if not isinstance(array, Name) or not isinstance(one.loop, For) or dotted(one.loop.target) != array.id:
        return False
    lists = [source for source, _ in python.follow(one.loop.iterable) or ()]
    made = [each for each in lists if isinstance(each, Comprehension)]
    return bool(lists) and len(made) == len(lists) and all(_is_read(python, each) for each in made)


def _is_read(python: PythonFacts, made: Comprehension) -> bool:
    return python.source(made.elements[0]).endswith(".as_numpy()")


def _is_end(python: PythonFacts, expr: Expr, one: MovedCut) -> bool:
    """Whether an expression is `start + size`."""
    sides = (expr.left, expr.right) if isinstance(expr, Binary) and expr.operator == "+" else ()
    return sorted(python.source(side) for side in sides) == sorted([one.start, python.source(one.step)])


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        rows = np.concatenate(arrays)
        responses = []
        start = 0
"""
EXAMPLES = (
    _CONFIG
    + """\
        for array in arrays:
            part = rows[start : len(array)]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^ TLP297
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
            start += len(array)
        return responses
""",
    _CONFIG
    + """\
        for array in arrays:
            size = len(array)
            end = start + size - 1
            part = rows[start:end]
#                  ^^^^^^^^^^^^^^^ TLP297
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
            start += size
        return responses
""",
    _CONFIG
    + """\
        for size in [len(array) for array in arrays]:
            part = rows[:size]
#                  ^^^^^^^^^^^ TLP297
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
            start += size
        return responses
""",
    # Windows that overlap, a table that is cut down each time, the rows that are left, a place that is told.
    _CONFIG
    + """\
        hop, total, windows, left = 2, len(rows), [], rows
        while start < total:
            windows.append(rows[start : start + hop + 1])
            start += hop
        ends = []
        for array in arrays:
            size = len(array)
            part, left = left[:size], left[size:]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
            ends.append(start + size)
            rises = rows[start + 1 : start + size] - rows[start : start + size - 1]
            pb_utils.Logger.log_verbose(f"{rises.sum()}")
            start += size
        pb_utils.Logger.log_verbose(f"{len(windows)} windows, {ends}, {start} rows")
        return responses
""",
)
