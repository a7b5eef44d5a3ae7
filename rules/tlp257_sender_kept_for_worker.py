"""What belongs to one request is kept on the model while a thread still answers it

## What it does
Reports a response sender, a request, or what was read from one, that `execute` keeps in an attribute of the model (or a
global variable) and that a thread, a pool or a task reads from there. Models that wait for the thread are left out.

## What happens
`execute` returns while the thread is still at work. The next request puts its own sender into the same place: its
client gets parts of the other answer, and the first client never gets the final flag and waits for ever.

## How to fix
Hand it over as an argument: `threading.Thread(target=self._generate, args=(sender, prompt))`.

## Source
Facts, python-backend 6.5; run on a server of 24.10 with two requests at once.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, request_loops, thread_targets
from tritonlint.inputs.python_response_flow import gets_sender
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Constant,
    Expr,
    Function,
    Name,
    Scope,
    Subscript,
    While,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP257",
    name="sender-kept-for-worker",
    effect="wrong-result",
    certainty="likely",
    first="22.05",
    words=("get_response_sender",),
)
_READ = "what was read"
_WAITS = frozenset(
    {
        "result",
        "wait",
        "wait_for",
        "acquire",
        "gather",
        "run_until_complete",
        "as_completed",
        "map",
        "shutdown",
        "is_set",
        "done",
        "running",
        "locked",
    }
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    execute = python.method("execute")
    workers = _workers(python)
    if execute is None or not workers or (execute in workers and not execute.is_async):
        return
    answering = _run_by(python, [execute])
    # One that waits may be a helper, or a block that ends when all is done.
    if any(function not in workers and any(_waits(c) for c in own_nodes(function, Call)) for function in answering):
        return
    for function in answering:
        if _ends_with_pool(function) or any(_gets_back(call) for call in own_nodes(function, Call)):
            continue
        if (function in workers and not function.is_async) or any(_waits(call) for call in own_nodes(function, Call)):
            continue
        if any("is_alive" in python.source(loop.test) for loop in own_nodes(function, While)):
            continue
        for node in own_nodes(function, Assign):
            kept = node.targets[0] if len(node.targets) == 1 and not node.operator else None
            what = _of_request(python, execute, node.value) if kept is not None else ""
            if kept is None or not what or not _is_shared(python, function, kept) or _is_locked(function, node):
                continue
            uses = _uses(python, workers, kept, node)
            # Other values may be meant for all: a setting that each request may change.
            if uses and (what != _READ or _starts(function, workers)):
                shown = python.source(kept)
                yield Problem(
                    node.span,
                    f"`{shown}` holds {what} of one request, and the next request replaces it while "
                    f"`{uses[0][0].name}` still answers this one",
                    help=f"hand it over as an argument, in place of `{shown}`",
                    related=tuple(Related(use.span, "read here, later") for _, use in uses[:4]),
                    key=shown,
                )


def _workers(python: PythonFacts) -> list[Function]:
    """What runs while execute goes on: targets of threads and tasks, an async execute, and what these call."""
    names = thread_targets(python.body)
    first = [f.function for f in python.frames if f.function is not None and f.function.name in names]
    execute = python.method("execute")
    if execute is not None and execute.is_async and any(True for _ in own_nodes(execute, Await)):
        first.append(execute)
    return _run_by(python, first)


def _run_by(python: PythonFacts, first: list[Function]) -> list[Function]:
    """Functions, and those of the file that they call."""
    found = list(first)
    for function in found:
        for call in own_nodes(function, Call) if len(found) < 20 else ():
            called = called_function(python, call)
            if called is not None and called not in found:
                found.append(called)
    return found


def _waits(call: Call) -> bool:
    """Whether a call waits for what runs beside."""
    method = call.func.attr if isinstance(call.func, Attribute) else dotted(call.func)
    if method == "join":
        return not call.arguments or call.arguments[0].keyword is not None
    return method in _WAITS


def _ends_with_pool(function: Function) -> bool:
    """Whether a block of a ``with`` starts something: it may wait for that at its end."""
    return any(isinstance(item.value, Call) for block in own_nodes(function, With) for item in block.items)


def _gets_back(call: Call) -> bool:
    """Whether a call waits for something that comes out of a queue."""
    return isinstance(call.func, Attribute) and call.func.attr == "get" and all(a.keyword for a in call.arguments)


def _is_shared(python: PythonFacts, function: Function, kept: Expr) -> bool:
    """Whether a target is an attribute of the model, an item of one under a fixed key, or a global variable."""
    if isinstance(kept, Name):
        return any(kept.id in scope.names for scope in own_nodes(function, Scope) if scope.keyword == "global")
    if isinstance(kept, Subscript):
        fixed = len(kept.items) == 1 and isinstance(kept.items[0], Constant)
        return fixed and _is_shared(python, function, kept.value)
    frame = python.frame_of(function)
    own = python.self_name(frame)
    in_model = frame.in_class in python.model_classes
    return in_model and isinstance(kept, Attribute) and own is not None and dotted(kept.value) == own


def _is_locked(function: Function, node: Assign) -> bool:
    """Whether a lock is held where something is kept."""
    return any(lies_in(node, block) for block in own_nodes(function, With))


def _of_request(python: PythonFacts, execute: Function, value: Expr | None) -> str:
    """What of a request a value is; empty for anything else."""
    if value is None:
        return ""
    if gets_sender(value):
        return "the response sender"
    if isinstance(value, Name) and any(dotted(loop.target) == value.id for loop in request_loops(execute)):
        return "the request" if python.function_at(value) is execute else ""
    sources = python.follow(value) or ()
    if any(gets_sender(source) for source, _ in sources):
        return "the response sender"
    helpers = (called_function(python, source) for source, _ in sources if isinstance(source, Call))
    parts = [source for source, _ in sources] + [helper for helper in helpers if helper is not None]
    read = (n for part in parts for n in walk(part, Attribute))
    return _READ if any(n.attr == "get_input_tensor_by_name" for n in read) else ""


def _starts(function: Function, workers: list[Function]) -> bool:
    """Whether a function is the one that starts a worker."""
    return bool(thread_targets(function.body) & {worker.name for worker in workers})


def _uses(python: PythonFacts, workers: list[Function], kept: Expr, node: Assign) -> list[tuple[Function, Expr]]:
    """Where workers read what is kept; a coroutine only behind a point where others may run."""
    shown = python.source(kept)
    found: list[tuple[Function, Expr]] = []
    for worker in workers:
        wait = next(own_nodes(worker, Await), None) if worker.is_async else None
        for use in own_nodes(worker, type(kept)):
            if lies_in(use, node) or python.source(use) != shown:
                continue
            if not worker.is_async or (wait is not None and (wait.span.start or 0) < (use.span.start or 0)):
                found.append((worker, use))
    return found


EXAMPLES = (
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.sender = request.get_response_sender()
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP257
            threading.Thread(target=self._generate, args=(x,), daemon=True).start()

    def _generate(self, x):
        time.sleep(0.5)
        try:
            self.sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        finally:
            self.sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            self.x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.sender = request.get_response_sender()
            worker = threading.Thread(target=self._generate)
            worker.start()
            worker.join()

    def _generate(self):
        try:
            self.sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.x)]))
        finally:
            self.sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class Answer(threading.Thread):
    def __init__(self, request):
        super().__init__(daemon=True)
        self.sender = request.get_response_sender()
        self.x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()

    def run(self):
        try:
            self.sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.x)]))
        finally:
            self.sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            Answer(request).start()
""",
)
