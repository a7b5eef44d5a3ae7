"""A cache that only grows

## What it does
Notes dicts and lists kept on `self` that `execute` adds to and that nothing in the file empties, shortens or measures.

## What happens
The process grows with every new request until it is killed, and from 24.06 on nothing starts it again.

## How to fix
Bound it: `functools.lru_cache(maxsize=…)`, `cachetools`, or remove the oldest entry above a size.

## Source
Facts, python-backend 8.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Constant, Dict, Expr, Name, Sequence, Subscript, walk
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP708", name="unbounded-cache", effect="performance", certainty="likely")
BOUNDS = frozenset({"pop", "popitem", "clear", "popleft", "remove"})


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.positional:
        return
    own = execute.positional[0].name
    seen: set[str] = set()
    for node in own_nodes(execute, Call, Assign):
        grown, place = _grown(node, own)
        if grown is None or place is None or grown in seen:
            continue
        made = [binding for binding, _ in python.attributes.get(grown, ())]
        first = made[0].expr if len(made) == 1 else None
        if first is None or not _empty(python, first) or _bounded(python, grown):
            continue
        if any(python.pb_name(call.func) == "InferenceResponse" for call in walk(node, Call)):
            continue  # A list of responses is another rule's.
        if (execute.span.start or 0) <= (first.span.start or 0) < (execute.span.end or 0):
            continue  # Made anew in every call.
        seen.add(grown)
        yield Problem(
            place,
            f"`self.{grown}` grows with every request, and nothing here ever empties it",
            help="bound it: remove old entries above a size, or use `functools.lru_cache(maxsize=…)`",
            related=(Related(made[0].span, "made here"),),
            key=grown,
        )


def _grown(node: Assign | Call, own: str) -> tuple[str | None, Span | None]:
    """The attribute of self that a statement adds to."""
    if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Subscript):
        target = node.targets[0]
        if not any(isinstance(item, Constant) for item in target.items):
            return _attribute(target.value, own), target.span
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "append":
        return _attribute(node.func.value, own), node.span
    return None, None


def _attribute(expr: Expr, own: str) -> str | None:
    if isinstance(expr, Attribute) and isinstance(expr.value, Name) and expr.value.id == own:
        return expr.attr
    return None


def _empty(python: PythonFacts, expr: Expr) -> bool:
    if isinstance(expr, Dict):
        return not expr.keys
    if isinstance(expr, Sequence):
        return expr.kind == "list" and not expr.items
    made = python.qualified(expr.func) if isinstance(expr, Call) and not expr.arguments else None
    return made in {"dict", "list", "collections.OrderedDict"}


def _bounded(python: PythonFacts, name: str) -> bool:
    """Whether the file shortens, measures or hands away what an attribute holds."""
    for node in python.walk(Attribute):
        if node.attr in BOUNDS and isinstance(node.value, Attribute) and node.value.attr == name:
            return True
    for call in python.walk(Call):
        if any(isinstance(a.value, Attribute) and a.value.attr == name for a in call.arguments):
            return True
    return f"del self.{name}" in python.text


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key = x.tobytes()
            if key not in self.cache:
                self.cache[key] = 2 * x
#               ^^^^^^^^^^^^^^^ TLP708
            y = self.cache[key]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key = x.tobytes()
            if key not in self.cache:
                if len(self.cache) > 1000:
                    self.cache.clear()
                self.cache[key] = 2 * x
            y = self.cache[key]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        self.seen = []
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.seen.append(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
