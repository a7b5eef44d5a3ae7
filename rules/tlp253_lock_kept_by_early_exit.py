"""A lock that an early way out keeps

## What it does
Reports `continue`, `break` and `return` between `lock.acquire()` and `lock.release()` of the same block, where nothing
gives the lock back on that way.

## What happens
The lock stays taken: the next one who wants it, in the same call or in another request, waits forever.

## How to fix
Write `with lock:`.

## Source
`threading.Lock`; run on a server of 24.10.
"""

from collections.abc import Iterator, Sequence

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Expression, Flow, For, If, Return, Stmt, Try, While, walk
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP253", name="lock-kept-by-early-exit", effect="instability", certainty="likely", words=("acquire",))


def check(python: PythonFacts) -> Iterator[Problem]:
    if "release" not in python.identifiers:
        return
    for node in python.walk():
        body = getattr(node, "body", ())
        for block in (body, getattr(node, "orelse", ())):
            if isinstance(block, tuple):
                yield from _in_block(python, block)


def _in_block(python: PythonFacts, block: Sequence[Stmt]) -> Iterator[Problem]:
    for number, statement in enumerate(block):
        lock = _called(python, statement, "acquire")
        if lock is None:
            continue
        for end in range(number + 1, len(block)):
            if _called(python, block[end], "release") == lock:
                for way_out in _ways_out(python, block[number + 1 : end], lock, False):
                    yield Problem(
                        way_out,
                        f"this way leaves `{lock}` taken: whoever wants it next waits forever",
                        help=f"write `with {lock}:` instead of `acquire` and `release`",
                        related=(Related(statement.span, "taken here"), Related(block[end].span, "released here")),
                        key=lock,
                    )
                break


def _ways_out(python: PythonFacts, block: Sequence[Stmt], lock: str, in_loop: bool) -> Iterator[Span]:
    """Where the statements of a block leave it for good without releasing the lock."""
    for statement in block:
        released = any(_called(python, part, "release") == lock for part in walk(statement, Expression))
        if released and not isinstance(statement, If):
            return
        if isinstance(statement, Return) or (isinstance(statement, Flow) and statement.keyword != "pass"):
            if isinstance(statement, Return) or not in_loop:
                yield statement.span
            return
        if isinstance(statement, If):
            yield from _ways_out(python, statement.body, lock, in_loop)
            yield from _ways_out(python, statement.orelse, lock, in_loop)
        elif isinstance(statement, For | While):
            yield from _ways_out(python, statement.body, lock, True)
        elif isinstance(statement, Try):
            return


def _called(python: PythonFacts, statement: object, method: str) -> str | None:
    """What a statement that is only a call of a method calls it on."""
    call = statement.value if isinstance(statement, Expression) else None
    if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != method:
        return None
    return None if method == "acquire" and call.arguments else python.source(call.func.value)


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
        self.total = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x")
            self.lock.acquire()
            if y.as_numpy().sum() > self.total:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy())]))
                continue
#               ^^^^^^^^ TLP253
            self.total -= 1
            self.lock.release()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy() * 0)]))
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
        self.total = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x")
            self.lock.acquire()
            if y.as_numpy().sum() > self.total:
                self.lock.release()
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy())]))
                continue
            self.total -= 1
            self.lock.release()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy() * 0)]))
        return responses
""",
)
