"""A lock taken by whoever holds it already

## What it does
Reports `with lock:` and `lock.acquire()` of a `threading.Lock` that the same thread surely holds by then: taken twice
in one function, by a method that is called within `with self.lock:`, or by an earlier request that never gave it back.

## What happens
A `threading.Lock` waits for its release, also where its own thread holds it: `execute` never returns, the request gets
no answer, and no later request does.

## How to fix
Take it once: use `with`, which gives it back, and leave out the other one; where methods that take it call each other,
make it a `threading.RLock()`.

## Source
Python's `threading.Lock`: "When the state is locked, acquire() blocks until a call to release() in another thread";
seen on a server of 24.10, which gave no answer.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP271", name="lock-taken-twice", effect="request-failure", certainty="likely", words=("threading",))


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "deadlock"):
        yield Problem(
            mistake.span,
            "the lock is held here already: this waits for ever, and requests get no answer",
            help="take it once, or make it a `threading.RLock()`",
            related=called_at(caller),
            key="lock",
            general=mistake.span,
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
        self.calls = 0

    def count(self):
        with self.lock:
#            ^^^^^^^^^ TLP271
            self.calls += 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with self.lock:
                self.count()
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
        self.lock = threading.RLock()
        self.calls = 0

    def count(self):
        with self.lock:
            self.calls += 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            with self.lock:
                self.count()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
