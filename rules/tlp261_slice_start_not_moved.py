"""A slice that starts at the same place in every turn

## What it does
Reports `rows[start : start + size]` in a loop where `start` is set to 0 before the loop and never moved in it, and
where each turn sets it anew before the slice, so that what is added to it afterwards is lost, or behind it with `=+`.

## What happens
Each turn gets the first rows: all requests of a batch are answered with the result of the first one, with status OK.

## How to fix
Set `start = 0` before the loop and add `start += size` to its end.

## Source
Python's slices; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Binary,
    Call,
    Clause,
    Constant,
    Expr,
    For,
    Name,
    Node,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Unary,
    Walrus,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP261", name="slice-start-not-moved", effect="wrong-result", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or ("slice" not in python.used_names and next(python.walk(Slice), None) is None):
        return
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        for loop in own_nodes(function, For):
            for part in walk(loop.body, Subscript, Call):
                start = _start(loop, part) if _may_cut(part) else None
                if start is None or [b.kind for b in frame.bindings.get(start.id, ())].count("parameter"):
                    continue
                sets: list[Node] = [
                    node
                    for node in own_nodes(function, Assign, Walrus, For)
                    if start.id in _names(node.target if isinstance(node, For | Walrus) else node.targets)
                ]
                yield from _judged(python, loop, part, start, sets)


def _judged(python: PythonFacts, loop: For, part: Subscript | Call, start: Name, sets: list[Node]) -> Iterator[Problem]:
    inside = [node for node in sets if lies_in(node, loop)]
    anew = [node for node in inside if node in loop.body and _is_constant(node, start.id)]
    moved = [node for node in inside if node in loop.body and node not in anew]
    turned = next((node for node in inside if _is_turned_round(python, node)), None)
    if turned is not None:
        yield Problem(
            turned.span,
            f"`=+` sets `{start.id}` anew in each turn: from the third on, the rows are the wrong ones",
            help="write `+=`",
            related=(Related(part.span, "the rows"),),
            key=start.id,
        )
        return
    if not inside:
        if not sets or not all(_is_constant(node, start.id, zero=True) for node in sets):
            return  # What begins elsewhere may be an offset that is meant for all of them.
        message = f"`{start.id}` stays where it is: every turn of the loop gets the same rows"
        help_text = f"move it on at the end of the loop: `{start.id} += …`"
        related = (Related(sets[-1].span, "set here"), Related(loop.header, "the loop"))
    elif len(anew) == 1 and len(moved) == 1 and len(inside) == 2:
        # All three stand in the body itself: no inner loop goes on from one part to the next.
        holder = next((s for s in loop.body if part.span == s.span or lies_in(part, s)), None)
        places = [loop.body.index(s) for s in (anew[0], holder, moved[0])] if holder is not None else []
        if places != sorted(places) or isinstance(holder, For) or len(set(places)) != 3:
            return
        yield Problem(
            anew[0].span,
            f"`{start.id}` is set anew in every turn of the loop, which therefore gets the same rows each time",
            help="move this line before the loop",
            related=(Related(part.span, "the rows"), Related(moved[0].span, "what this adds is lost")),
            key=start.id,
        )
        return
    else:
        return
    yield Problem(part.span, message, help=help_text, related=related, key=start.id)


def _may_cut(part: Subscript | Call) -> bool:
    if isinstance(part, Subscript):
        return bool(part.items) and isinstance(part.items[0], Slice)
    return isinstance(part.func, Name) and part.func.id == "slice"


def _start(loop: For, part: Subscript | Call) -> Name | None:
    """The name at which a slice starts whose end depends on the turn, and whose rows do not."""
    start, end, sliced = _bounds(loop, part)
    if not isinstance(start, Name) or not isinstance(end, Binary):
        return None
    if end.operator != "+" or not any(isinstance(n, Name) and n.id == start.id for n in (end.left, end.right)):
        return None
    changing = set(_names(loop.target))
    for node in walk(loop.body, Assign, For, Clause):
        changing |= _names(node.targets if isinstance(node, Assign) else node.target)
    used = {n.id for n in walk((end,), Name)} - {start.id}
    rows = {n.id for n in walk(sliced, Name)}
    return start if used & changing and sliced and not rows & changing else None


def _bounds(loop: For, part: Subscript | Call) -> tuple[Expr | None, Expr | None, tuple[Expr, ...]]:
    """Where a slice starts and ends, and what it is taken of."""
    if isinstance(part, Subscript):
        cut = part.items[0] if part.items else None
        if not isinstance(cut, Slice):
            return None, None, ()
        end = cut.upper
        if isinstance(end, Name):
            # `end = start + size` in the turn, and no `start = end` behind it.
            ends = [a for a in walk(loop.body, Assign) if any(dotted(t) == end.id for t in a.targets)]
            end = ends[0].value if len(ends) == 1 and ends[0] in loop.body and not ends[0].operator else None
        return cut.lower, end, (part.value,)
    if dotted(part.func) != "slice" or len(part.arguments) != 2:
        return None, None, ()
    names = {dotted(t) for a in walk(loop.body, Assign) if a.value is part for t in a.targets}
    taken = tuple(
        s.value for s in walk(loop.body, Subscript) if s.items and (s.items[0] is part or dotted(s.items[0]) in names)
    )
    return part.argument(0), part.argument(1), taken


def _names(target: Expr | tuple[Expr, ...]) -> set[str]:
    if isinstance(target, tuple):
        return {name for one in target for name in _names(one)}
    if isinstance(target, Name):
        return {target.id}
    if isinstance(target, Starred):
        return _names(target.value)
    return _names(target.items) if isinstance(target, Sequence) else set()


def _is_constant(node: Node, name: str, *, zero: bool = False) -> bool:
    """Whether a statement sets a name to a number of its own: `start = 0`, or `responses, start = [], 0`."""
    if not isinstance(node, Assign) or node.operator or len(node.targets) != 1:
        return False
    target, value = node.targets[0], node.value
    if isinstance(target, Sequence) and isinstance(value, Sequence) and len(target.items) == len(value.items):
        values = [one for each, one in zip(target.items, value.items, strict=True) if dotted(each) == name]
        value = values[0] if len(values) == 1 else None
    return isinstance(value, Constant) and (not zero or value.value == 0)


def _is_turned_round(python: PythonFacts, node: Node) -> bool:
    """Whether an assignment is ``start =+ size``."""
    if not isinstance(node, Assign) or node.operator or not isinstance(node.value, Unary):
        return False
    end = node.value.span.start or 0
    return node.value.operator == "+" and python.text[end - 1 : end] == "="


EXAMPLES = (
    """\
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
        rows = np.concatenate(arrays) + 1
        responses = []
        start = 0
        for array in arrays:
            end = start + len(array)
            part = rows[start:end]
#                  ^^^^^^^^^^^^^^^ TLP261
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    """\
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
        rows = np.concatenate(arrays) + 1
        responses = []
        start = 0
        for array in arrays:
            part = rows[start : start + len(array)]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP261
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    """\
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
        rows = np.concatenate(arrays) + 1
        responses = []
        for array in arrays:
            start = 0
#           ^^^^^^^^^ TLP261
            part = rows[start : start + len(array)]
            start += len(array)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    """\
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
        rows = np.concatenate(arrays) + 1
        responses = []
        start = 0
        for array in arrays:
            part = slice(start, start + len(array))
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP261
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows[part])]))
        return responses
""",
    """\
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
        rows = np.concatenate(arrays) + 1
        responses = []
        start, offset = 0, 1
        for array in arrays:
            part = rows[start : start + len(array)]
            start += len(array)
            shifted = rows[offset : offset + len(array)]
            pb_utils.Logger.log_verbose(f"{shifted.sum()}")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
)
