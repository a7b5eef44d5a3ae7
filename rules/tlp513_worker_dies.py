"""A worker thread that an exception ends, while requests wait for it

## What it does
Reports what raises for some requests in the endless loop of a thread, before it fulfils a future, sets an event or
puts an answer into a queue that `execute` waits for without a time limit, where the thread does not catch it; and
handlers that catch it and leave who waits without an answer.

## What happens
The exception ends the thread, or the job gets no answer. `execute` waits for ever: this request hangs, and each later
one of the instance.

## How to fix
Catch `Exception` around each job, and hand it over: `future.set_exception(error)`, or put the error into the queue.

## Source
`threading`: an exception ends its thread and nothing else. Seen on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_data_errors import first_risk, may_catch
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import by_name, method_called, reached, started_functions, words_of
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Conditional,
    Constant,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Subscript,
    Try,
    While,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP513",
    name="worker-dies",
    effect="instability",
    certainty="likely",
    words=("Thread", "submit"),
)
_WAITS = {"set_result": "result", "put": "get", "put_nowait": "get", "set": "wait", "task_done": "join"}
"""What fulfils a job, and what waits for that."""
_ANSWERS = frozenset({*_WAITS, "set_exception", "cancel", "send", "append", "notify", "notify_all"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or not {*_WAITS} & python.identifiers:
        return
    execute = python.method("execute")
    if execute is None or not {"get", "popleft", "recv"} & python.identifiers:
        return
    seen: set[int] = set()
    for started in started_functions(python):
        worker = started.function
        if id(worker) in seen:
            continue
        seen.add(id(worker))
        loop = next((s for s in _flat(worker.body) if _takes_jobs(s)), None)
        if isinstance(loop, For | While):
            yield from _in_loop(python, execute, worker, loop)


def _flat(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """The statements of a function, and those of the ``with`` blocks in it; what a ``try`` guards may go on."""
    for statement in body:
        yield statement
        if isinstance(statement, With):
            yield from _flat(statement.body)


def _takes_jobs(statement: Stmt) -> bool:
    """Whether a statement is a loop that takes one job after the other from a queue."""
    if isinstance(statement, For):
        made = statement.iterable
        first = made.argument(0) if isinstance(made, Call) and dotted(made.func) == "iter" else None
        return isinstance(first, Attribute) and first.attr == "get"
    if not isinstance(statement, While):
        return False
    return any(
        isinstance(a.value, Call) and method_called(a.value)[1] in {"get", "popleft", "recv"}
        for a in walk(statement.body, Assign, into_functions=False)
    )


def _in_loop(python: PythonFacts, execute: Function, worker: Function, loop: For | While) -> Iterator[Problem]:
    done = _fulfilled(python, execute, worker, loop)
    if done is None:
        return
    fulfils, waiter = done
    before = tuple(s for s in loop.body if (s.span.start or 0) <= (fulfils.span.start or 0))
    raises = first_risk(python, worker, before)
    if raises is not None and _asked_first(python, execute, worker, raises):
        return
    related = (Related(fulfils.span, "ends the wait"), Related(waiter.span, "waits without a limit"))
    if raises is not None:
        yield Problem(
            raises.span,
            f"what raises here ends the thread of `{worker.name}`, and `execute` waits for it for ever",
            help="catch `Exception` around each job, and hand it over to who waits",
            related=related,
            key=worker.name,
        )
        return
    for attempt in walk(before, Try, into_functions=False):
        inside = any(lies_in(fulfils, s) for s in attempt.body)
        if not may_catch(attempt) or any(_answers(node) for node in walk(attempt.final, Call)):
            continue
        # Without the statements that come after the answer.
        doubtful = tuple(s for s in attempt.body if (s.span.start or 0) <= (fulfils.span.start or 0))
        for handler in attempt.handlers:
            if not _gives_up(handler) or not (inside or _skips(handler)):
                continue
            if first_risk(python, worker, doubtful) is not None:
                yield Problem(
                    handler.header,
                    "after this `except` nobody answers the job, and `execute` waits for it for ever",
                    help="hand the exception over to who waits: `future.set_exception(error)`",
                    related=related,
                    key=worker.name,
                )
                return


def _fulfilled(python: PythonFacts, execute: Function, worker: Function, loop: For | While) -> tuple[Call, Call] | None:
    """The call that fulfils a job, and the one in ``execute`` (or what it calls) that waits for it without a limit."""
    requests = [f for f in reached(python, [execute]) if f is not worker]
    waiting = [(call, *method_called(call)) for f in requests for call in walk(f.body, Call) if not _limited(call)]
    for call in walk(loop.body, Call, into_functions=False):
        owner, method = method_called(call)
        wanted = _WAITS.get(method)
        if wanted is None:
            continue
        last = (owner or "").rsplit(".", 1)[-1]
        for waiter, other, name in waiting:
            if name != wanted:
                continue
            # A future and an event come with the job; a queue is the same one on both sides.
            same = (other or "").rsplit(".", 1)[-1] == last
            if same or (method == "set_result" and other != "asyncio"):
                return call, waiter
    return None


def _asked_first(python: PythonFacts, execute: Function, worker: Function, raises: Node) -> bool:
    """Whether a request is turned away before it becomes a job, by a question for what would raise."""
    words = set(words_of(raises))
    for word in words_of(raises):
        for called in by_name(python).get(word, ()):
            words |= {w for test in own_nodes(called, If) for w in words_of(test.test)}
    words -= {"self", "np", "numpy", "len", "size", "None"}
    for function in reached(python, [execute]):
        if function is worker:
            continue
        places = [c.span.start or 0 for c in own_nodes(function, Call) if method_called(c)[1] in {"put", "append"}]
        for test in own_nodes(function, If, Conditional, Assert):
            if words & words_of(test.test) and any((test.span.start or 0) < place for place in places):
                return True
    return False


def _limited(call: Call) -> bool:
    """Whether a call that waits has a limit, or is no wait at all (``dict.get(key)``)."""
    return any(not (isinstance(a.value, Constant) and a.value.value in {True, None}) for a in call.arguments)


def _answers(node: Call) -> bool:
    return method_called(node)[1] in _ANSWERS


def _skips(handler: Handler) -> bool:
    """Whether a handler goes on with the next job."""
    return any(n.keyword == "continue" for n in walk(handler.body, Flow))


def _gives_up(handler: Handler) -> bool:
    """Whether a handler does nothing for who waits, and the loop goes on."""
    if any(_answers(call) for call in walk(handler.body, Call)):
        return False
    if any(walk(handler.body, Raise, Return)) or any(n.keyword == "break" for n in walk(handler.body, Flow)):
        return False
    # What is kept for later may be sent by what follows.
    stored: list[Node] = [t for a in walk(handler.body, Assign) for t in a.targets]
    return not any(isinstance(target, Name | Subscript | Attribute) for target in stored)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import queue
import threading
from concurrent.futures import Future

import triton_python_backend_utils as pb_utils


def half(x):
    if x.sum() > 0:
        raise ValueError("x has to be negative")
    return x / 2


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            x, future = self.jobs.get()
            future.set_result(half(x))
#                             ^^^^^^^ TLP513

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            future = Future()
            self.jobs.put((x, future))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", future.result())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import queue
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        self.results = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        for x in iter(self.jobs.get, None):
            try:
                if x.sum() > 0:
                    raise ValueError("x has to be negative")
                self.results.put(x / 2)
            except ValueError as error:
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP513
                print(error)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put(x)
            y = self.results.get()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import queue
import threading
from concurrent.futures import Future

import triton_python_backend_utils as pb_utils


def half(x):
    if x.sum() > 0:
        raise ValueError("x has to be negative")
    return x / 2


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            x, future = self.jobs.get()
            try:
                future.set_result(half(x))
            except Exception as error:
                future.set_exception(error)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            future = Future()
            self.jobs.put((x, future))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", future.result())]))
        return responses
""",
)
