"""A lock that is taken and never given back

## What it does
Reports `self.lock.acquire()` on a `threading.Lock` of a file in which nothing is ever released, outside of a `with`.

## What happens
Whoever wants the lock next waits forever: the request, or the thread that should answer it, hangs.

## How to fix
Write `with self.lock:`.

## Source
`threading.Lock`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Expr, Expression, Name, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(code="TLP242", name="lock-never-released", effect="instability", words=("acquire",))
_LOCKS = frozenset({"threading.Lock", "multiprocessing.Lock", "asyncio.Lock"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if {"release", "getattr", "ExitStack", "__exit__", "locked", "Condition"} & python.identifiers:
        return
    for statement in python.walk(Expression):
        call = statement.value
        if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != "acquire":
            continue
        # What does not wait, or not for long, is no trap.
        if call.arguments or not isinstance(call.func.value, Attribute | Name):
            continue
        made = [expr for expr, _ in python.follow(call.func.value) or ()] or _kept(python, call.func.value)
        if not made or any(
            not isinstance(expr, Call) or python.qualified(expr.func, python.frame_at(expr)) not in _LOCKS
            for expr in made
        ):
            continue
        lock = python.source(call.func.value)
        # One that every call makes for itself hinders nobody, and what it is handed to may give it back.
        if any(python.function_at(expr) is python.function_at(call) for expr in made):
            continue
        if any(dotted(a.value) == lock for other in python.walk(Call) for a in other.arguments):
            continue
        yield Problem(
            call.span,
            f"`{lock}` is taken and never released: whoever wants it next waits forever",
            help=f"write `with {lock}:` around what needs it",
            key=lock,
        )


def _kept(python: PythonFacts, place: Expr) -> list[Expr]:
    """What an object of a class of the file keeps under the name of an attribute."""
    frame = python.frame_at(place)
    name = dotted(place)
    if frame.in_class is None or name is None or name.split(".")[:-1] != [python.self_name(frame)]:
        return []
    stored = [a for a in walk(frame.in_class.body, Assign) if name in {dotted(t) for t in a.targets}]
    return [a.value for a in stored if a.value is not None]


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.count = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.lock.acquire()
#           ^^^^^^^^^^^^^^^^^^^ TLP242
            self.count += 1
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.count = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with self.lock:
                self.count += 1
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # An object of one's own has the lock.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.count = 0

    def more(self):
        self.lock.acquire()
#       ^^^^^^^^^^^^^^^^^^^ TLP242
        self.count += 1


class TritonPythonModel:
    def initialize(self, args):
        self.counter = Counter()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.counter.more()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
