"""A thread that goes on for ever keeps the process of an unloaded model

## What it does
Reports threads and child processes that are no daemons, timers that start themselves anew, and endless jobs of a pool,
which loading or answering starts and nothing that `finalize` calls stops. Silent where `finalize` touches anything that
the loop looks at, where the loop ends by itself, and where the file registers something for the end of the process.

## What happens
Python waits for such a thread or process before it ends. When the model is unloaded or loaded anew, its process stays
behind with all its memory; each load adds one.

## How to fix
Stop the thread in `finalize`: let its loop ask an `Event`, set it there, and `join()` the thread. Where nothing has to
be finished, `daemon=True` does.

## Source
`threading`: the end of the main thread waits for all threads that are no daemons. Seen on a server of 24.10.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_threads import (
    Started,
    by_name,
    function_named,
    loading_and_answering,
    method_called,
    reached,
    started_functions,
    words_of,
)
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Constant,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    Raise,
    Return,
    Try,
    Unary,
    While,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP512",
    name="thread-never-stopped",
    effect="instability",
    certainty="likely",
    words=("Thread", "Timer", "ThreadPoolExecutor", "Process"),
)
_ENDS = ("finalize", "__del__", "__exit__")
_AT_EXIT = frozenset({"atexit", "signal", "weakref", "daemon_threads"})
_FOREVER = frozenset({"run_forever", "serve_forever"})
_LEAVES = frozenset(
    {"exit", "_exit", "abort", "kill", "stop", "cancel", "terminate", "_shutdown", "daemon", "setDaemon"}
)
_COMMON = frozenset(
    {"self", "pb_utils", "Logger", "log_info", "log_warn", "log_error", "log_verbose", "time", "sleep", "print", "len"}
    | {"logging", "logger", "info", "debug", "warning", "error", "format", "items", "append", "True", "False", "None"}
    | {"threading", "np", "numpy", "str", "int", "float", "Exception", "range", "min", "max", "sum"}
)
"""Names that say nothing of a thread when they stand in two functions."""
_CALLED = {"Thread": "thread", "Timer": "timer", "submit": "job", "Process": "process"}
_DEPTH = 3


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or not python.bases_known or not _AT_EXIT.isdisjoint(python.identifiers):
        return
    # Who sets `thread.daemon` has thought of it.
    if any(isinstance(t, Attribute) and t.attr == "daemon" for a in python.walk(Assign) for t in a.targets):
        return
    if "setDaemon" in python.identifiers or not {"start", "submit"} & python.identifiers:
        return
    live = {id(f) for f in reached(python, loading_and_answering(python))}
    ends = [f for f in (python.method(name) for name in _ENDS) if f is not None]
    touched: set[str] = set()
    for function in reached(python, ends):
        touched |= words_of(function)
    if touched & (_LEAVES - by_name(python).keys()):
        return
    begun: set[str] = set()
    for job in (*_jobs(python), *_servers(python)):
        maker = python.function_at(job.call)
        if maker is None or id(maker) not in live or job.name in begun or _holder(python, job.call) in touched:
            continue
        if job.looked_at & touched - _COMMON:
            continue
        begun.add(job.name)
        finalize = next((end for end in ends if end.name == "finalize"), None)
        shown = python.source(job.call.func) if job.name == "run" else job.name
        stays = "the process of the model stays behind when it is unloaded, one more each time"
        yield Problem(
            job.call.span if finalize is None else finalize.name_span,
            f"nothing stops this {job.kind}: {stays}"
            if finalize is None
            else f"this does not stop the {job.kind} `{shown}`: {stays}",
            help=f"let `finalize` stop `{shown}` and `join()` it"
            + (", or write `daemon=True`" if job.kind in {"thread", "process"} else ""),
            related=() if finalize is None else (Related(job.call.span, "made here"),),
            key=job.name,
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """Something that never ends by itself, and the names that it looks at."""

    call: Call
    kind: str
    name: str
    looked_at: frozenset[str]


def _jobs(python: PythonFacts) -> Iterator[_Job]:
    """Endless functions of this file that threads run."""
    for started in started_functions(python):
        if not _lasts(python, started.call, started.kind):
            continue
        looked_at = _rearmed(python, started) if started.kind == "Timer" else _endless(python, started.function, _DEPTH)
        if looked_at is not None:
            yield _Job(started.call, _CALLED[started.kind], started.function.name, looked_at)


def _servers(python: PythonFacts) -> Iterator[_Job]:
    """Threads that run an event loop or a server as they are."""
    if not _FOREVER & python.identifiers:
        return
    for call in python.walk(Call):
        target = call.argument(1, "target")
        if not isinstance(target, Attribute) or target.attr not in _FOREVER:
            continue
        if python.qualified(call.func) == "threading.Thread" and _lasts(python, call, "Thread"):
            yield _Job(call, "thread", python.source(target), words_of(target))


def _lasts(python: PythonFacts, made: Call, kind: str) -> bool:
    """Whether Python waits for a thread at its end."""
    if kind == "submit":
        # A pool of another kind may end its workers.
        owner = made.func.value if isinstance(made.func, Attribute) else None
        sources = python.follow(owner) if owner is not None else None
        return bool(sources) and all(
            isinstance(expr, Call) and (python.qualified(expr.func, where) or "").endswith(".ThreadPoolExecutor")
            for expr, where in sources or ()
        )
    daemon = made.argument(None, "daemon")
    if not made.certain or (daemon is not None and not (isinstance(daemon, Constant) and not daemon.value)):
        return False
    own_class = next((c for c in python.walk(Class) if dotted(made.func) == c.name), None)
    if own_class is not None and "daemon" in python.source(own_class):
        return False
    # A thread that another one starts may have inherited that it is a daemon.
    maker = python.function_at(made) if kind != "Timer" else None
    return _is_started(python, made) and not any(one.function is maker for one in started_functions(python))


def _is_started(python: PythonFacts, made: Call) -> bool:
    name = _holder(python, made)
    for call in python.walk(Call):
        owner, method = method_called(call)
        if method == "start" and not call.arguments and isinstance(call.func, Attribute):
            if call.func.value is made:
                return True
            last = (owner or "").rsplit(".", 1)[-1]
            if name is not None and last == name:
                return True
            # `for thread in self.threads: thread.start()`
            if name is None and last:
                return True
    return False


def _holder(python: PythonFacts, made: Call) -> str | None:
    """The name or attribute that a thread is kept under."""
    for assign in python.walk(Assign):
        if assign.value is made:
            target = assign.targets[-1]
            return target.attr if isinstance(target, Attribute) else target.id if isinstance(target, Name) else None
    return None


def _rearmed(python: PythonFacts, timer: Started) -> frozenset[str] | None:
    """The names that a timer's function looks at which always starts a timer for itself again."""
    function = timer.function
    for one in started_functions(python):
        if one.kind == "Timer" and one.function is function and python.function_at(one.call) is function:
            again = next((s for s in function.body if lies_in(one.call, s)), None)
            leaves = any(True for _ in walk(function.body, Return, Raise))
            if isinstance(again, Assign | Expression) and not leaves and _is_started(python, one.call):
                return words_of(function)
    return None


def _endless(python: PythonFacts, function: Function, depth: int) -> frozenset[str] | None:
    """The names that a function which never ends by itself looks at; None for one that may end."""
    for statement in function.body:
        if isinstance(statement, While) and _loops(statement):
            return words_of(function)
        if isinstance(statement, For) and _takes_jobs(statement) and not _exits(statement):
            return words_of(function)
        if isinstance(statement, Expression) and isinstance(statement.value, Call):
            call = statement.value
            if isinstance(call.func, Attribute) and call.func.attr in _FOREVER:
                return words_of(function)
            if call.arguments and isinstance(call.arguments[0].value, Call) and dotted(call.func) == "asyncio.run":
                call = call.arguments[0].value
            inner = function_named(python, call.func) if depth else None
            found = _endless(python, inner, depth - 1) if inner is not None and inner is not function else None
            if found is not None:
                return found | words_of(function)
        if not isinstance(statement, Assign | Expression | Flow):
            return None
    return None


def _loops(loop: While) -> bool:
    """Whether only somebody else ends a loop."""
    parts = [loop.test]
    while isinstance(parts[0], Binary) and parts[0].operator == "and":
        parts[:1] = [parts[0].left, parts[0].right]
    return all(_is_flag(part) for part in parts) and all(_asked_for(loop, way) for way in _exits(loop))


def _is_flag(test: Expr) -> bool:
    """``True``, ``self.running``, ``not self.stop``, ``not stop.is_set()``, ``not stop.wait(1)``."""
    if isinstance(test, Constant):
        return bool(test.value)
    if isinstance(test, Unary) and test.operator == "not":
        test = test.operand
    if isinstance(test, Call):
        asks = isinstance(test.func, Attribute) and test.func.attr in {"is_set", "wait", "isSet"}
        return asks and isinstance(test.func, Attribute) and isinstance(test.func.value, Attribute)
    return isinstance(test, Attribute)


def _takes_jobs(loop: For) -> bool:
    """``for job in iter(self.jobs.get, None)``."""
    made = loop.iterable
    if not isinstance(made, Call) or dotted(made.func) != "iter" or len(made.arguments) != 2:
        return False
    return (dotted(made.arguments[0].value) or "").endswith(".get")


def _exits(loop: For | While) -> list[Node]:
    inner = list(walk(loop.body, For, While, into_functions=False))
    found: list[Node] = []
    for way in walk(loop.body, Return, Flow, Raise, into_functions=False):
        if isinstance(way, Flow) and (way.keyword != "break" or any(lies_in(way, one) for one in inner)):
            continue
        found.append(way)
    for call in walk(loop.body, Call, into_functions=False):
        if last_name(call.func) in {"exit", "_exit", "quit"}:
            found.append(call)
    return found


def _asked_for(loop: While, way: Node) -> bool:
    """Whether a way out of a loop is one that a flag or a special job opens."""
    if isinstance(way, Raise) or any(lies_in(way, h) for t in walk(loop.body, Try) for h in t.handlers):
        return False
    taken = {
        target.id
        for assign in walk(loop.body, Assign)
        if isinstance(assign.value, Call) and method_called(assign.value)[1] in {"get", "recv", "popleft"}
        for target in assign.targets
        if isinstance(target, Name)
    }
    tests = [n for n in walk(loop.body, If, into_functions=False) if any(lies_in(way, s) for s in n.body)]
    if not tests:
        return False
    names = {n.id for n in walk(tests[-1].test, Name)} - {"self", "None"}
    return _is_flag(tests[-1].test) or (bool(names & taken) and names <= taken | {n for n in names if n.isupper()})


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.level = 1.0
        self.worker = threading.Thread(target=self.fall)
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP512
        self.worker.start()

    def fall(self):
        while True:
            time.sleep(1)
            self.level *= 0.5

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
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

import triton_python_backend_utils as pb_utils


class Writer(threading.Thread):
    def __init__(self, jobs):
        super().__init__(name="writer")
        self.jobs = jobs

    def run(self):
        while True:
            job = self.jobs.get()
            if job is None:
                break
            print(job)


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        self.writer = Writer(self.jobs)
        self.writer.start()

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put(float(y[0]))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses

    def finalize(self):
#       ^^^^^^^^ TLP512
        print("bye")
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
        self.level = 1.0
        self.stopped = threading.Event()
        self.worker = threading.Thread(target=self.fall)
        self.worker.start()

    def fall(self):
        while not self.stopped.wait(1):
            self.level *= 0.5

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses

    def finalize(self):
        self.stopped.set()
        self.worker.join()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.level = 1.0
        threading.Thread(target=self.fall, daemon=True).start()
        threading.Thread(target=self.warm).start()

    def fall(self):
        while True:
            time.sleep(1)
            self.level *= 0.5

    def warm(self):
        for number in range(3):
            self.level += number

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
