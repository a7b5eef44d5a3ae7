"""The rows of a table are one and the same list

## What it does
Reports `[[0] * n] * m`, `[[]] * n`, `[{}] * n`, `[np.zeros(n)] * m` and `dict.fromkeys(keys, [])` when an item is
changed later: `table[i][j] = …`, `table[i].append(…)`, `for row in table: row[j] = …`.

## What happens
`*` and `fromkeys` copy the reference: every row is the same object, and what is written into one stands in all of them.
The status is OK.

## How to fix
Make each row anew: `[[0] * n for _ in range(m)]`, `{key: [] for key in keys}`.

## Source
Python's sequences (FAQ: "How do I create a multidimensional list?"); run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Constant,
    Delete,
    Dict,
    Expr,
    Expression,
    For,
    Name,
    Node,
    Sequence,
    Subscript,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP288", name="rows-are-one-list", effect="wrong-result", certainty="likely")
_CHANGES = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "fill", "pop", "remove"}
)
_REFILLS = frozenset({"update", "clear", "extend"})
_MAKERS = frozenset(f"numpy.{name}" for name in ("zeros", "ones", "empty", "full", "array", "zeros_like"))
_CONTAINERS = frozenset({"list", "dict", "set", "collections.deque", "collections.defaultdict", "collections.Counter"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for assign in python.walk(Assign):
        value = assign.value
        if value.__class__ is not Binary and value.__class__ is not Call:
            continue
        if len(assign.targets) != 1 or assign.operator or value is None or not _shares(python, value):
            continue
        name = dotted(assign.targets[0])
        change = _changed(python, assign, name) if name is not None else None
        if change is not None:
            yield Problem(
                value.span,
                f"all items of `{name}` are one and the same object: what is written into one stands in all",
                help="make each anew: `[… for _ in range(n)]`",
                related=(Related(change.span, "written here"),),
                key=name or "",
            )


def _shares(python: PythonFacts, value: Expr) -> bool:
    """Whether an expression puts one container into several places."""
    if isinstance(value, Binary):
        if value.operator != "*":
            return False
        for listing, times in ((value.left, value.right), (value.right, value.left)):
            if isinstance(listing, Sequence) and listing.kind == "list" and len(listing.items) == 1:
                counts = python.follow(times) or ((times, None),)
                once = all(isinstance(n, Constant) and n.value in (0, 1) for n, _ in counts)
                return not once and _is_container(python, listing.items[0])
        return False
    if not isinstance(value, Call) or len(value.arguments) != 2 or not value.certain:
        return False
    keys = value.arguments[0].value
    made = dotted(value.func) == "dict.fromkeys" and not (isinstance(keys, Sequence) and len(keys.items) < 2)
    return made and _is_container(python, value.arguments[1].value)


def _is_container(python: PythonFacts, value: Expr) -> bool:
    """Whether a value can be changed in place."""
    if isinstance(value, Dict):
        return True
    if isinstance(value, Sequence):
        return value.kind in {"list", "set"}
    if isinstance(value, Comprehension):
        return value.kind in {"list", "set", "dict"}
    if isinstance(value, Binary):
        return value.operator == "*" and any(
            isinstance(side, Sequence) and side.kind == "list" for side in (value.left, value.right)
        )
    return isinstance(value, Call) and python.qualified(value.func) in _MAKERS | _CONTAINERS


def _changed(python: PythonFacts, made: Assign, name: str) -> Node | None:
    """Where an item of the container is changed in place, if no other value is ever put there."""
    whole = name.startswith("self.")
    frame = python.frame_at(made)
    items: set[str] = set()
    found: list[Node] = []
    for node in python.walk(Assign, For, Call):
        if not whole and python.frame_at(node) is not frame:
            continue
        if isinstance(node, For):
            over = node.iterable
            # A row that comes with its number, or with something else.
            if isinstance(over, Call) and dotted(over.func) == "enumerate":
                over = over.argument(0) or over
            if dotted(over) == name:
                items |= {n.id for n in walk(node.target, Name)}
        elif isinstance(node, Assign):
            targets = [
                t for target in node.targets for t in (target.items if isinstance(target, Sequence) else (target,))
            ]
            for target in targets:
                items.discard(dotted(target) or "")  # Another object from here on.
                if node is not made and dotted(target) == name and not (whole and node.operator):
                    return None
                if not isinstance(target, Subscript):
                    continue
                if dotted(target.value) == name and not node.operator:
                    return None  # The items are replaced.
                if _is_item(target.value, name, items):
                    found.append(node)
        elif isinstance(node.func, Attribute) and node.func.attr in _CHANGES and _is_item(node.func.value, name, items):
            found.append(node)
        elif isinstance(node.func, Attribute) and node.func.attr in _REFILLS and dotted(node.func.value) == name:
            return None
    if any(dotted(t) == name for d in python.walk(Delete) for t in d.targets):
        return None
    # What it is handed to, for nothing in return, may put other rows there.
    handed = [one.value for one in python.walk(Expression) if isinstance(one.value, Call)]
    if any(dotted(a.value) == name for call in handed for a in call.arguments):
        return None
    later = [node for node in found if whole or (node.span.start or 0) > (made.span.start or 0)]
    return later[0] if later else None


def _is_item(value: Expr, name: str, items: set[str]) -> bool:
    """Whether an expression is one of the items of a container."""
    if isinstance(value, Subscript):
        return dotted(value.value) == name
    return isinstance(value, Name) and value.id in items


EXAMPLES = (
    """\
-- rows/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT64 dims: [ 2 ] }
output { name: "y" data_type: TYPE_INT64 dims: [ 2, 3 ] }
-- rows/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            table = [[0] * 3] * len(x)
#                   ^^^^^^^^^^^^^^^^^^ TLP288
            for row in range(len(x)):
                table[row][0] = row + 1
            y = pb_utils.Tensor("y", np.array(table, dtype=np.int64))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- rows/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT64 dims: [ 2 ] }
output { name: "y" data_type: TYPE_INT64 dims: [ 2, 3 ] }
-- rows/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            table = [[0] * 3 for _ in x]
            padding = [[0] * 3] * len(x)
            rows = [[]] * len(x)
            for pad in padding:
                pad = [*pad, 1]
                pad.append(2)
            for row in range(len(x)):
                table[row][0] = row + 1 + padding[row][0]
                rows[row] = table[row]
                rows[row].append(1)
            y = pb_utils.Tensor("y", np.array(table, dtype=np.int64)[:, :3])
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # There is one row only.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1, 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            n = 1
            rows = [[0.0, 0.0, 0.0]] * n
            rows[0][1] = float(x[1])
            y = np.array(rows, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- begun/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- begun/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def begin(self, rows):
        for place in range(len(rows)):
            rows[place] = []

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            rows = [[]] * len(x)
            pair = [[]] * len(x)
            self.begin(rows)
            for place, value in enumerate(x):
                rows[place].append(value)
            pair[0], pair[1] = [], []
            pair[0].append(x[0])
            pair[1].append(rows[1][0])
            y = np.array(pair, dtype=np.float32).reshape(-1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
