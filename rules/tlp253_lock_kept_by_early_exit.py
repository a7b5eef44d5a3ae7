"""A lock that an early way out keeps

## What it does
Reports `continue`, `break` and `return` behind `lock.acquire()`, where nothing gives the lock back on that way, though
other ways do, further down in the block or in a branch; and `acquire()` itself, where something between the two raises
for some requests: a `raise`, a function of the file that raises, a key or an index that a request brings, text that is
no number.

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
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_data_errors import first_risk
from tritonlint.inputs.python_flow import completes, own_nodes
from tritonlint.inputs.python_threads import words_of
from tritonlint.inputs.python_tree import (
    Attribute,
    Await,
    Call,
    Compare,
    Constant,
    Expression,
    Flow,
    For,
    Function,
    If,
    Node,
    Return,
    Stmt,
    Subscript,
    Try,
    While,
    With,
    dotted,
    last_name,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP253", name="lock-kept-by-early-exit", effect="instability", certainty="likely", words=("acquire",))


def check(python: PythonFacts) -> Iterator[Problem]:
    if "release" not in python.identifiers:
        return
    functions = [frame.function for frame in python.frames if frame.function is not None]
    for function in functions:
        if not any(isinstance(c.func, Attribute) and c.func.attr == "acquire" for c in own_nodes(function, Call)):
            continue
        for node in (function, *own_nodes(function)):
            for part in ("body", "orelse", "final"):
                block = getattr(node, part, ())
                if isinstance(block, tuple) and len(block) > 1:
                    yield from _in_block(python, function, block)


def _in_block(python: PythonFacts, function: Function, block: Sequence[Stmt]) -> Iterator[Problem]:
    for number, statement in enumerate(block):
        lock = _called(python, statement, "acquire")
        if lock is None or _given_back_elsewhere(python, function, lock):
            continue
        held = block[number + 1 :]
        ends = [end for end, one in enumerate(held) if _is_release(python, one, lock)]
        if ends:
            released: Node | None = held[ends[0]]
            held = held[: ends[0]]
        else:
            released = _released_in_branch(python, function, held, lock)
        if released is None:
            continue
        found = False
        for way_out in _ways_out(python, held, lock, False):
            found = True
            yield Problem(
                way_out,
                f"this way leaves `{lock}` taken: whoever wants it next waits forever",
                help=f"write `with {lock}:` instead of `acquire` and `release`",
                related=(Related(statement.span, "taken here"), Related(released.span, "released here")),
                key=lock,
            )
        raises = None if found else _raises(python, function, held, lock)
        if raises is not None:
            yield Problem(
                statement.span,
                f"`{lock}` stays taken when something before `release` raises: whoever wants it next waits forever",
                help=f"write `with {lock}:` instead of `acquire` and `release`",
                related=(Related(raises.span, "may raise"), Related(released.span, "released here")),
                key=lock,
            )


def _released_in_branch(python: PythonFacts, function: Function, block: Sequence[Stmt], lock: str) -> Node | None:
    """A release that only some branches of a block have; None where a ``try`` of the function may release it, too."""
    for attempt in own_nodes(function, Try):
        if any(_is_release(python, part, lock) for part in walk(attempt, Expression)):
            return None
    waiting = [statement for statement in block if isinstance(statement, If)]
    while waiting:
        statement = waiting.pop()
        for part in (*statement.body, *statement.orelse):
            if _is_release(python, part, lock):
                return part
            if isinstance(part, If):
                waiting.append(part)
    return None


def _given_back_elsewhere(python: PythonFacts, function: Function, lock: str) -> bool:
    """Whether another function releases a lock of this name that it does not take: the caller's ``except``."""
    others = [one for frame in python.frames if (one := frame.function) is not None and one is not function]
    for other in others:
        calls = [c.func for c in own_nodes(other, Call) if isinstance(c.func, Attribute)]
        done = {c.attr for c in calls if last_name(c.value) == lock.rsplit(".", 1)[-1]}
        if "release" in done and "acquire" not in done:
            return True
    return False


def _raises(python: PythonFacts, function: Function, block: Sequence[Stmt], lock: str) -> Node | None:
    """What raises while a lock is held, where no ``except`` or ``finally`` of the function releases it."""
    for attempt in own_nodes(function, Try):
        for rescue in (*(s for handler in attempt.handlers for s in handler.body), *attempt.final):
            if any(_called(python, part, "release") == lock for part in walk(rescue, Expression)):
                return None
    found = first_risk(python, function, _held(python, block, lock))
    # Callers may have asked whether it is there.
    held = {dotted(n.value) for n in walk(found, Subscript)} if found is not None else set()
    asked = {dotted(right) for compare in python.walk(Compare) for right in compare.rights}
    return None if (held - {None}) & asked else found


def _held(python: PythonFacts, block: Sequence[Stmt], lock: str) -> Iterator[Node]:
    """What of a block is surely played while a lock is held; branches that release it are gone into."""
    for statement in block:
        if not _releases(python, statement, lock):
            yield statement
        elif isinstance(statement, If):
            yield statement.test
            yield from _held(python, statement.body, lock)
            yield from _held(python, statement.orelse, lock)
            if _goes_on_released(python, statement, lock):
                return
        else:
            return


def _releases(python: PythonFacts, statement: Node, lock: str) -> bool:
    """Whether a statement, or a function of the file that it calls, may release a lock."""
    if any(_is_release(python, part, lock) for part in walk(statement, Expression)):
        return True
    called = (called_function(python, call) for call in walk(statement, Call))
    return any("release" in words_of(one) for one in called if one is not None)


def _is_release(python: PythonFacts, statement: object, lock: str) -> bool:
    return _called(python, statement, "release") == lock


def _goes_on_released(python: PythonFacts, statement: If, lock: str) -> bool:
    """Whether what stands behind an ``if`` may be played when a branch of it has released the lock."""
    branches = (statement.body, statement.orelse)
    return any(completes(branch) and any(_releases(python, one, lock) for one in branch) for branch in branches)


def _ways_out(python: PythonFacts, block: Sequence[Stmt], lock: str, in_loop: bool) -> Iterator[Span]:
    """Where the statements of a block leave it for good without releasing the lock."""
    for statement in block:
        released = _releases(python, statement, lock)
        if released and not isinstance(statement, If):
            return
        if isinstance(statement, Return) or (isinstance(statement, Flow) and statement.keyword != "pass"):
            if isinstance(statement, Return) or not in_loop:
                yield statement.span
            return
        for part in _parts(statement):
            yield from _ways_out(python, part, lock, in_loop or isinstance(statement, For | While))
        if released and isinstance(statement, If) and _goes_on_released(python, statement, lock):
            return


def _parts(statement: Stmt) -> Iterator[Sequence[Stmt]]:
    """The blocks of a statement that are played with it."""
    if isinstance(statement, If | For | While | Try):
        yield statement.body
        yield statement.orelse
    elif isinstance(statement, With):
        yield statement.body
    if isinstance(statement, Try):
        yield from (handler.body for handler in statement.handlers)
        yield statement.final


def _called(python: PythonFacts, statement: object, method: str) -> str | None:
    """What a statement that is only a call of a method calls it on."""
    call = statement.value if isinstance(statement, Expression) else None
    if isinstance(call, Await):
        call = call.value
    if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != method:
        return None
    waits = all(isinstance(a.value, Constant) and a.value.value is True for a in call.arguments)
    return None if method == "acquire" and not waits else python.source(call.func.value)


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
        self.total = 0.0

    def add(self, x):
        self.lock.acquire()
#       ^^^^^^^^^^^^^^^^^^^ TLP253
        if x.sum() > 0:
            raise ValueError("x has to be negative")
        self.total += float(x.sum())
        self.lock.release()
        return self.total

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = (x * 0 + self.add(x)).astype("float32")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
        self.total = 0.0

    def add(self, x):
        self.lock.acquire()
        try:
            if x.sum() > 0:
                raise ValueError("x has to be negative")
            self.total += float(x.sum())
        finally:
            self.lock.release()
        return self.total

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = (x * 0 + self.add(x)).astype("float32")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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

    def give_back(self, y):
        self.lock.release()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.lock.acquire()
            if x.sum() > self.total:
                responses.append(self.give_back(x))
                continue
            self.total -= 1
            self.lock.release()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 0)]))
        return responses
""",
    # Whoever calls it gives the lock back.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "key" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.prices = {1: 2.0}

    def price(self, key):
        self.lock.acquire()
        price = self.prices[key]
        self.lock.release()
        return price

    def execute(self, requests):
        responses = []
        for request in requests:
            key = int(pb_utils.get_input_tensor_by_name(request, "key").as_numpy()[0])
            try:
                y = np.array([self.price(key)], dtype=np.float32)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
            except KeyError:
                self.lock.release()
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("no price")))
        return responses
""",
    """\
-- quota/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- quota/1/model.py --
import json
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.left = {"acme": 100}

    def _spend(self, event):
        self.lock.acquire()
#       ^^^^^^^^^^^^^^^^^^^ TLP253
        self.left[event["customer"]] -= 1
        left = self.left[event["customer"]]
        self.lock.release()
        return left

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0]
            try:
                left = self._spend({"customer": raw.decode("utf-8")})
            except (KeyError, json.JSONDecodeError) as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(f"no such customer: {error}")))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([left], dtype=np.int32))]))
        return responses
""",
    # One refusal gives the lock back, the other does not.
    """\
-- hall/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- hall/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class Hall:
    def __init__(self):
        self.lock = threading.Lock()
        self.left = 10.0

    def take(self, count):
        self.lock.acquire()
#       ^^^^^^^^^^^^^^^^^^^ TLP253
        if count != count:
            self.lock.release()
            raise ValueError("no number")
        if count > -10:
            raise ValueError("too many")
        self.left -= count
        self.lock.release()
        return self.left


class TritonPythonModel:
    def initialize(self, args):
        self.hall = Hall()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = (x * 0 + self.hall.take(float(x[0]))).astype("float32")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- hall/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- hall/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.left = 10.0

    def take(self, count):
        self.lock.acquire()
        if count > self.left:
            self.lock.release()
            return 0.0
        return self.left
#       ^^^^^^^^^^^^^^^^ TLP253

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (x * 0 + self.take(float(x[0]))).astype("float32")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- hall/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- hall/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.left = 10.0

    def take(self, count):
        self.lock.acquire()
        if count != count:
            self.lock.release()
            raise ValueError("no number")
        if count > 1000:
            self.left = 0.0
            self.lock.release()
            raise ValueError("too many")
        try:
            self.left -= count
            return self.left
        finally:
            self.lock.release()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = (x * 0 + self.take(float(x[0]))).astype("float32")
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
