"""A constant array of the model is changed in place through another name

## What it does
Reports `y = self.bias` followed by `y += …` where `initialize` makes the array, nothing else writes to it, and its name
says that it is no state (`bias`, `scale`, …), in a function that gives the result back; whatever its name, where
something of the request is multiplied into an array that began with values other than zero, also by `out=`, and also
in a helper that gets the array. Silent where the file speaks of learning or updates, and for names of memories.

## What happens
Both names are one array, and `+=` changes it: each request starts from what the earlier ones left, with status OK.

## How to fix
Write `y = self.bias + …`, or begin with `self.bias.copy()`.

## Source
NumPy's in-place operators; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_threads import by_name
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Constant,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Other,
    Sequence,
    Slice,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP292", name="constant-changed-in-place", effect="wrong-result", certainty="likely")
_CONSTANT = re.compile(r"(^|_)(bias(es)?|offsets?|scales?|coefs?|coefficients|kernel|template)$")
_LEARNS = re.compile(r"learn|grad|\blr\b|update|running|adapt|calibrat|momentum")
_LOADING = frozenset({"initialize", "__init__"})
_OPERATORS = frozenset("+-*/")
_SCALES = frozenset({"*", "/", "**", "//", "%"})
_SCALING = frozenset({"multiply", "divide", "true_divide", "power", "matmul", "floor_divide"})
_VIEWS = frozenset({"reshape", "view", "squeeze", "ravel"})
_WRITES = frozenset({"fill", "sort", "put", "resize", "itemset", "partition", "setfield"})
_FILLED = frozenset(
    {"array", "asarray", "load", "loadtxt", "genfromtxt", "fromfile", "frombuffer", "linspace", "arange", "logspace"}
    | {"eye", "hanning", "hamming", "blackman", "kaiser", "geomspace"}
)
_REMEMBERS = re.compile(
    r"histor|seen|buffer|memor|past|previous|last|recent|accum|cumul|running|state|total|count|stat|sum|avg|mean|ema"
    r"|decay|weight|gain|velocity|moment|posterior|belief|prior|prob"
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    said: set[int | None] = set()
    for problem in _named_constants(python):
        said.add(problem.span.start)
        yield problem
    for problem in _brought_in(python, effective):
        if problem.span.start not in said:
            yield problem


def _brought_in(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    """Places where something of a request is worked into an array that loading made."""
    if effective.scheduling == "sequence":
        return
    changes: list[Assign | Call] = [a for a in python.walk(Assign) if _changes(a)]
    if "out" in python.identifiers:
        changes += [c for c in python.walk(Call) if c.argument(None, "out") is not None]
    for node in changes:
        function = python.function_at(node)
        if function is None or function.name in _LOADING:
            continue
        if isinstance(node, Assign):
            target: Expr | None = node.targets[0]
            given = [node.value, *(target.items if isinstance(target, Subscript) else ())]
        else:
            target = node.argument(None, "out")
            given = [a.value for a in node.arguments if a.keyword != "out"]
        if isinstance(node, Call):
            # Only what reads the array that it writes makes the next request see it.
            name = (python.qualified(node.func) or "").removeprefix("numpy.")
            if name not in _SCALING or dotted(target) not in {dotted(g) for g in given}:
                continue
        if target is None:
            continue
        held = target.value if isinstance(target, Subscript) and isinstance(node, Assign) else target
        # Mostly it is an array that the request itself made.
        arrays = list(_arrays_behind(python, function, held))
        if not arrays:
            continue
        words = {n.id for g in given if g is not None for n in walk(g, Name)} - {dotted(target)}
        if words.isdisjoint(from_request(function)):
            continue
        if _taken_back(python, function, held) or _is_overwritten(python, function, held, node):
            continue
        for array in arrays:
            # To search the whole text takes longer than all of the above.
            if _begins_with_values(python, array) and not _learns(python):
                shown = python.source(array)
                yield Problem(
                    node.span,
                    f"this changes `{shown}` itself: the next request starts from this one's result",
                    help="work on a copy: write `y = a * b` instead of `a *= b`, or begin with `.copy()`",
                    related=(Related(array.span, "the same array"),) if array is not held else (),
                    key=shown,
                )
                break


def _taken_back(python: PythonFacts, function: Function, held: Expr) -> bool:
    """Whether an array is changed twice, under this name or its own: the second change may take the first one back."""
    changes = [_held(other) for other in own_nodes(function, Assign) if _changes(other)]
    if len(changes) < 2:
        return False
    wanted, *found = (
        {dotted(one), *(dotted(array) for array in _arrays_behind(python, function, one))} for one in (held, *changes)
    )
    return sum(not wanted.isdisjoint(names) for names in found) > 1


def _is_overwritten(python: PythonFacts, function: Function, held: Expr, change: Node) -> bool:
    """Whether what an array begins with does not count: all is written anew, place by place, or it is asked about."""
    names = {dotted(held), *(dotted(array) for array in _arrays_behind(python, function, held))}
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            if isinstance(target, Attribute) and target.attr == "flat" and dotted(target.value) in names:
                return True
            if isinstance(target, Subscript) and not assign.operator and _is_whole(target):
                owner = target.value
                if dotted(owner) in names or (isinstance(owner, Attribute) and dotted(owner.value) in names):
                    return True
    if isinstance(change, Assign) and isinstance(change.targets[0], Subscript) and not change.operator:
        counters = {
            n.id
            for loop in own_nodes(function, For)
            if isinstance(loop.iterable, Call) and dotted(loop.iterable.func) in {"range", "enumerate", "numpy.ndindex"}
            for n in walk(loop.target, Name)
        }
        made = {
            dotted(t)
            for assign in own_nodes(function, Assign)
            if isinstance(assign.value, Call) and _orders(assign.value)
            for t in assign.targets
        }
        for item in change.targets[0].items:
            if any(n.id in counters | made for n in walk(item, Name)) or any(map(_orders, walk(item, Call))):
                return True
    tests = [test for test in own_nodes(function, If) if lies_in(change, test)]
    return any(dotted(n) in names for test in tests for n in walk(test.test, Attribute, Name))


def _orders(call: Call) -> bool:
    """Whether a call gives each place of an array once."""
    return last_name(call.func) in {"arange", "argsort", "permutation"}


def _is_whole(target: Subscript) -> bool:
    return all(
        (isinstance(i, Slice) and i.lower is None and i.upper is None)
        or (isinstance(i, Other) and not i.parts)  # An ellipsis.
        for i in target.items
    )


def _changes(assign: Assign) -> bool:
    """Whether an assignment works something into an array; what only adds counts under another name than its own."""
    target = assign.targets[0]
    if isinstance(target, Subscript):
        whole = any(isinstance(i, Slice) and i.lower is None and i.upper is None for i in target.items)
        # What stands at a fixed place is written anew for each request.
        fixed = not any(True for item in target.items for _ in walk(item, Name, Call))
        return isinstance(target.value, Name) and (bool(assign.operator) or not (whole or fixed))
    return assign.operator in _SCALES or (assign.operator in {"+", "-"} and isinstance(target, Name))


def _held(assign: Assign) -> Expr:
    target = assign.targets[0]
    return target.value if isinstance(target, Subscript) else target


def _arrays_behind(python: PythonFacts, function: Function, held: Expr) -> Iterator[Attribute]:
    """The attributes whose array a name surely is; a view of an array is the array."""
    if isinstance(held, Attribute):
        yield held
        return
    if not isinstance(held, Name):
        return
    assigns = [a for a in own_nodes(function, Assign) if any(_is_name(t, held.id) for t in a.targets)]
    plain = [a for a in assigns if not a.operator]
    numbers = [number for number, p in enumerate(function.positional) if p.name == held.id]
    if numbers and not plain and len(by_name(python).get(function.name, ())) == 1:
        method = bool(function.positional) and function.positional[0].name in {"self", "cls"}
        for call in python.walk(Call):
            if last_name(call.func) != function.name:
                continue
            around = python.function_at(call)
            passed = call.argument(numbers[0] - method, held.id)
            if isinstance(passed, Attribute) and around is not None and around.name not in _LOADING:
                yield passed
        return
    bound = len(python.frame_of(function).bindings.get(held.id, ()))
    if len(plain) != 1 or bound != len(assigns) or plain[0].value is None:
        return
    value: Expr = plain[0].value
    for _ in range(3):
        if isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr in _VIEWS:
            value = value.func.value
        elif isinstance(value, Call) and python.qualified(value.func) == "numpy.asarray" and len(value.arguments) == 1:
            value = value.arguments[0].value
        elif isinstance(value, Subscript) and all(isinstance(i, Slice) for i in value.items):
            value = value.value
    if isinstance(value, Attribute):
        yield value


def _begins_with_values(python: PythonFacts, array: Attribute) -> bool:
    """Whether loading makes an attribute an array that is no memory, and nothing else writes to it."""
    frame = python.frame_at(array)
    if dotted(array.value) != python.self_name(frame) or _REMEMBERS.search(array.attr.lower()):
        return False
    made = []
    for assign in python.walk(Assign):
        for target in assign.targets:
            held = target.value if isinstance(target, Subscript) else target
            if isinstance(held, Attribute) and held.attr == array.attr:
                # The change that is judged is none of its makers.
                if _changes(assign):
                    continue
                made.append((assign, python.function_at(assign)))
    if len(made) != 1 or made[0][0].operator or made[0][1] is None or made[0][1].name not in _LOADING:
        return False
    for call in python.walk(Call):
        if isinstance(call.func, Attribute) and call.func.attr in _WRITES and dotted(call.func.value) == dotted(array):
            return False
        if (
            isinstance(call.func, Attribute)
            and call.func.attr == "copyto"
            and dotted(call.argument(0)) == dotted(array)
        ):
            return False
        # What another operation writes there is where each request starts.
        out = call.argument(None, "out")
        if out is not None and dotted(out) == dotted(array):
            given = {dotted(a.value) for a in call.arguments if a.keyword != "out"}
            if dotted(array) not in given:
                return False
    return _is_filled(python, made[0][0].value)


def _is_filled(python: PythonFacts, value: Expr | None) -> bool:
    """Whether an expression is an array of NumPy that does not begin with zeros."""
    while isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr in {"astype", *_VIEWS}:
        value = value.func.value
    if isinstance(value, Binary):
        return _is_filled(python, value.left) or _is_filled(python, value.right)
    if not isinstance(value, Call):
        return False
    if (python.qualified(value.func) or "").removeprefix("numpy.") not in _FILLED:
        return False
    given = value.argument(0)
    return not (isinstance(given, Sequence) and all(isinstance(i, Constant) and not i.value for i in given.items))


def _named_constants(python: PythonFacts) -> Iterator[Problem]:
    """Arrays whose name says that they are constant, changed through another name."""
    # Few files change an array in place at all.
    if not any(a.operator in _OPERATORS for a in python.walk(Assign)):
        return
    for frame in python.frames:
        function = frame.function
        if function is None or function.name in _LOADING:
            continue
        assigns = list(own_nodes(function, Assign))
        for changed in assigns:
            target = changed.targets[0]
            if changed.operator not in _OPERATORS or not isinstance(target, Name):
                continue
            first = [a for a in assigns if not a.operator and any(_is_name(t, target.id) for t in a.targets)]
            if len(first) != 1 or (first[0].span.end or 0) > (changed.span.start or 0):
                continue
            if len(frame.bindings.get(target.id, ())) != sum(
                _is_name(t, target.id) for a in assigns for t in a.targets
            ):
                continue
            value = first[0].value
            given = any(
                n.id == target.id for s in returns(function) if s.value is not None for n in walk(s.value, Name)
            )
            constant = given and isinstance(value, Attribute) and _is_constant(python, value)
            if value is not None and constant and not _taken_back(python, function, target) and not _learns(python):
                shown = python.source(value)
                yield Problem(
                    changed.span,
                    f"this changes `{shown}` itself: the next request starts from this one's result",
                    help=f"begin with `{target.id} = {shown}.copy()`",
                    related=(Related(first[0].span, "the same array"),),
                    key=shown,
                )
                break


def _learns(python: PythonFacts) -> bool:
    """Whether the model may mean to change what it knows."""
    return _LEARNS.search(python.text.lower()) is not None


def _is_name(node: Expr, name: str) -> bool:
    return isinstance(node, Name) and node.id == name


def _is_constant(python: PythonFacts, value: Attribute) -> bool:
    """Whether an attribute is an array that is made once, and written to nowhere under its own name."""
    name = dotted(value) or ""
    if not name.startswith("self.") or _CONSTANT.search(value.attr.lower()) is None:
        return False
    made: list[tuple[Assign, Function | None]] = []
    for assign in python.walk(Assign):
        for target in assign.targets:
            if isinstance(target, Attribute) and target.attr == value.attr:
                made.append((assign, python.function_at(assign)))
            if isinstance(target, Subscript) and (dotted(target.value) or "").endswith(f".{value.attr}"):
                return False
    if any(isinstance(c.func, Attribute) and dotted(c.func.value) == name for c in python.walk(Call)):
        return False
    if len(made) != 1 or made[0][0].operator or made[0][1] is None or made[0][1].name not in _LOADING:
        return False
    array = made[0][0].value
    if not isinstance(array, Call) or python.qualified(array.func) not in {"numpy.array", "numpy.asarray"}:
        return False
    given = array.argument(0)
    return isinstance(given, Sequence) and given.kind == "list"


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.bias = np.array([0.5, -0.5], dtype=np.float32)

    def shifted(self, x):
        y = self.bias
        y += x
#       ^^^^^^ TLP292
        return y.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.shifted(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.bias = np.array([0.5, -0.5], dtype=np.float32)

    def shifted(self, x):
        y = self.bias.copy()
        y += x
        return y

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.shifted(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        profile = self.effects
        profile *= x.mean()
#       ^^^^^^^^^^^^^^^^^^^ TLP292
        return profile.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        self.effects *= x.mean()
#       ^^^^^^^^^^^^^^^^^^^^^^^^ TLP292
        return self.effects.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        return np.multiply(self.effects, x, out=self.effects).copy()
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP292

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def _times(self, values, level):
        values *= level
#       ^^^^^^^^^^^^^^^ TLP292
        return values

    def scaled(self, x):
        return self._times(self.effects, x).copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        profile = self.effects.copy()
        profile *= x.mean()
        return profile

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        return np.multiply(self.effects, x, out=x.copy())

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.running_factors = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        self.running_factors *= x.mean()
        return self.running_factors.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.effects = np.array([1.0, 0.5], dtype=np.float32)
        self.factors = np.array([1.0, 0.5], dtype=np.float32)

    def scaled(self, x):
        factors = self.factors
        factors[0] = x.mean()
        np.copyto(self.effects, factors)
        self.effects *= x
        return self.effects.copy()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaled(x + 1))]))
        return responses
""",
    # What is worked in is taken out again.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.kernel = np.array([1.0, 2.0, 4.0], dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            factor = np.float32(2.0 if x[0] > 0 else 4.0)
            kernel = self.kernel
            kernel *= factor
            y = kernel * x
            self.kernel /= factor
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- places/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- places/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.work = np.arange(4, dtype=np.float32)
        self.top = np.array([1.0], dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x.max() > self.top[0]:
                self.top *= x.max() / self.top[0]
            work = self.work
            for place, value in enumerate(x):
                work[place] = value / self.top[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", work.copy())]))
        return responses
""",
)
