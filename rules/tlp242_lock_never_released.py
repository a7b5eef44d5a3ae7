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
from tritonlint.inputs.python_tree import Attribute, Call, Expression, Name, dotted
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
        made = python.follow(call.func.value)
        if not made or any(
            not isinstance(expr, Call) or python.qualified(expr.func, frame) not in _LOCKS for expr, frame in made
        ):
            continue
        lock = python.source(call.func.value)
        # One that every call makes for itself hinders nobody, and what it is handed to may give it back.
        if any(python.function_at(expr) is python.function_at(call) for expr, _ in made):
            continue
        if any(dotted(a.value) == lock for other in python.walk(Call) for a in other.arguments):
            continue
        yield Problem(
            call.span,
            f"`{lock}` is taken and never released: whoever wants it next waits forever",
            help=f"write `with {lock}:` around what needs it",
            key=lock,
        )


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
)
