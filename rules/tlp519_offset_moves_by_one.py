"""The place in a batch moves on by one instead of the rows of the request

## What it does
Reports `batch[start : start + len(part)]` in a loop over what the requests brought where `start += 1` follows, or where
`start` is the number that `enumerate` counts.

## What happens
Requests of more than one row get rows of others: the second request begins in the rows of the first one, with status
OK.

## How to fix
Move on by the rows that were taken: `start += len(part)`.

## Source
Python's own behaviour; run on a server of 24.10 with two requests of two rows each in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_cuts import MovedCut, moved_cuts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_tree import (
    Assign,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Slice,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP519", name="offset-moves-by-one", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective):
        return
    told = [*_in_execute(python, execute)] or [*_anywhere(python)]
    yield from told[:1]


def _anywhere(python: PythonFacts) -> Iterator[Problem]:
    """Also in other functions, and where the turn works out how many rows it takes."""
    for one in moved_cuts(python):
        function = python.function_at(one.move)
        if not isinstance(one.step, Constant) or one.step.value != 1 or not isinstance(one.upper, Binary):
            continue
        sides = (one.upper.left, one.upper.right) if one.upper.operator == "+" else ()
        sizes = [side for side in sides if dotted(side) != one.start]
        if one.lower is None or len(sizes) != 1 or function is None or _one_row(function):
            continue
        if {n.id for n in walk((sizes[0],), Name)} & one.turn and not _is_reckoned_with(one):
            yield _problem(one.start, python.source(sizes[0]), one.move, one.cut)


def _is_reckoned_with(one: MovedCut) -> bool:
    """Whether what is cut is a window: it is summed up or multiplied, not handed on."""
    calls = [c for c in walk(one.loop.body, Call) if last_name(c.func) not in {"append", "Tensor"}]
    parts: list[Node] = [argument.value for call in calls for argument in call.arguments]
    return any(lies_in(one.cut, part) for part in (*parts, *walk(one.loop.body, Binary)))


def _in_execute(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    for loop in own_nodes(execute, For) if any(True for _ in own_nodes(execute, Slice)) else ():
        if not _of_requests(execute, loop.iterable) or _one_row(execute):
            continue
        counter = _counter(loop)
        names = {n.id for n in walk(loop.target, Name)} - {counter}
        for cut in walk(loop.body, Subscript):
            part = cut.items[0] if cut.items else None
            taken = _taken(part, names)
            if taken is None or not isinstance(part, Slice) or not isinstance(part.lower, Name):
                continue
            start = part.lower.id
            step = cut if start == counter else _step(execute, loop, start)
            if step is None:
                continue
            yield _problem(start, python.source(taken), step, cut)
            return


def _problem(start: str, rows: str, step: Node, cut: Subscript) -> Problem:
    return Problem(
        step.span,
        f"`{start}` moves on by 1, and the request took `{rows}` rows: the next one gets rows of this one",
        help=f"move on by what was taken: `{start} += {rows}`",
        related=(Related(cut.span, "taken here"),) if step is not cut else (),
        key=start,
    )


def _of_requests(execute: Function, iterable: Expr) -> bool:
    """Whether a loop goes through something that has one item for each request."""
    if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip", "list"}:
        return any(_of_requests(execute, argument.value) for argument in iterable.arguments)
    requests = execute.positional[1].name if len(execute.positional) > 1 else None
    if not isinstance(iterable, Name) or iterable.id == requests:
        return isinstance(iterable, Name)
    for assign in own_nodes(execute, Assign):
        made = assign.value
        if not any(dotted(target) == iterable.id for target in assign.targets):
            continue
        if isinstance(made, Comprehension) and len(made.clauses) == 1 and dotted(made.clauses[0].iterable) == requests:
            return True
        if isinstance(made, Call) and any(dotted(argument.value) == requests for argument in made.arguments):
            return True
    for loop in own_nodes(execute, For):
        source = loop.iterable
        if isinstance(source, Call) and dotted(source.func) == "enumerate":
            source = source.argument(0) or source
        inner = list(walk(loop.body, For))
        for call in walk(loop.body, Call) if dotted(source) == requests else ():
            if dotted(call.func) == f"{iterable.id}.append" and not any(lies_in(call, one) for one in inner):
                return True
    return False


def _one_row(execute: Function) -> bool:
    """Whether the function asks if something has one row."""
    return any(
        isinstance(right, Constant) and right.value == 1 and op in {"==", "!=", ">", "<="}
        for compare in own_nodes(execute, Compare)
        for op, right in zip(compare.operators, compare.rights, strict=True)
    )


def _counter(loop: For) -> str | None:
    """The number of the turn, in `for i, part in enumerate(parts)`."""
    counted = isinstance(loop.iterable, Call) and dotted(loop.iterable.func) == "enumerate"
    if counted and isinstance(loop.iterable, Call) and len(loop.iterable.arguments) == 1:
        first = loop.target.items[0] if isinstance(loop.target, Sequence) and loop.target.items else None
        return first.id if isinstance(first, Name) else None
    return None


def _taken(part: Expr | None, names: set[str]) -> Expr | None:
    """`rows` of `start : start + rows`, where each turn has its own number of rows."""
    if not isinstance(part, Slice) or not isinstance(part.lower, Name) or not isinstance(part.upper, Binary):
        return None
    upper = part.upper
    sides = [s for s in (upper.left, upper.right) if dotted(s) != part.lower.id]
    if part.step is not None or upper.operator != "+" or len(sides) != 1:
        return None
    rows = sides[0]
    if isinstance(rows, Name):
        return rows if rows.id in names else None
    if isinstance(rows, Call):
        return rows if dotted(rows.func) == "len" and dotted(rows.argument(0)) in names else None
    shape = rows.value if isinstance(rows, Subscript) else None
    first = rows.items[0] if isinstance(rows, Subscript) else None
    if shape is None or not isinstance(first, Constant) or first.value != 0:
        return None
    owner, _, last = (dotted(shape) or "").rpartition(".")
    return rows if last == "shape" and owner in names else None


def _step(execute: Function, loop: For, start: str) -> Node | None:
    """The one change of a place in a loop, where it moves on by one."""
    changes = [a for a in walk(loop.body, Assign) if any(dotted(t) == start for t in a.targets)]
    if len(changes) != 1 or changes[0] not in loop.body:
        return None
    # It begins before the loop.
    if not any(dotted(t) == start for a in own_nodes(execute, Assign) if a not in changes for t in a.targets):
        return None
    change, value = changes[0], changes[0].value
    if not change.operator and isinstance(value, Binary) and value.operator == "+" and dotted(value.left) == start:
        value = value.right
    elif change.operator != "+":
        return None
    return change if isinstance(value, Constant) and value.value == 1 else None


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 200000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        parts = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        batch = np.concatenate(parts, axis=0)
        responses = []
"""
EXAMPLES = (
    _CONFIG
    + """\
        start = 0
        for part in parts:
            rows = batch[start : start + len(part)]
            start += 1
#           ^^^^^^^^^^ TLP519
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    _CONFIG
    + """\
        for i, part in enumerate(parts):
            rows = batch[i : i + part.shape[0]]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP519
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    _CONFIG
    + """\
        start = 0
        for part in parts:
            rows = batch[start : start + len(part)]
            start += len(part)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    # Windows of one length that overlap.
    _CONFIG
    + """\
        start = 0
        for part in parts:
            rows = batch[start : start + len(part)]
            start = start + len(part)
            windows, place = [], 0
            while place < 1:
                windows.append(rows[place : place + 8])
                place += 1
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", windows[0])]))
        return responses
""",
    # Places in a row, which has nothing to do with the requests.
    _CONFIG
    + """\
        for row in batch:
            for i, weights in enumerate(([1.0], [0.5, 0.5])):
                row[0] += np.sum(row[i : i + len(weights)])
        start = 0
        for part in parts:
            rows = batch[start : start + len(part)]
            start += len(part)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    _CONFIG.replace(
        "    def execute",
        """\
    def split(self, batch, sizes):
        start = 0
        for size in sizes:
            yield batch[start : start + size]
            start += 1
#           ^^^^^^^^^^ TLP519

    def execute""",
    )
    + """\
        for rows in self.split(batch, [len(part) for part in parts]):
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    # Windows of several lengths.
    _CONFIG.replace(
        "    def execute",
        """\
    def smooth(self, row, kernels):
        total, start = 0.0, 0
        for kernel in kernels:
            total += np.sum(row[start : start + len(kernel)] * kernel)
            start += 1
        return total

    def execute""",
    )
    + """\
        start = 0
        for part in parts:
            total = self.smooth(part[0], [[1.0], [0.5]])
            rows = batch[start : start + len(part)] + total - total
            start += len(part)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
)
