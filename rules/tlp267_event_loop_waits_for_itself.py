"""An event loop that waits for what it would have to run itself

## What it does
Reports waiting for `asyncio.run_coroutine_threadsafe(…, loop)` (`.result()`, a loop that asks `done()`) where `loop` is
the one that runs the code that waits: in an `async def`, or in a function that one calls. Also the `result()` of a task
that was just made and is never awaited, and `asyncio.run(…)` or `….run_until_complete(…)` in such a function. Code that
a thread runs is left out, and so are loops that run in a thread of their own.

## What happens
The coroutine can only run when the loop gets its turn, and the loop is blocked by whoever waits: the request hangs for
ever, and so does the instance. A second loop is refused with a RuntimeError. A fresh task raises `InvalidStateError:
Result is not set`.

## How to fix
Make the function `async` and write `await` in front of the coroutine.

## Source
Documentation of asyncio; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, thread_targets
from tritonlint.inputs.python_tree import (
    Attribute,
    Await,
    Call,
    Comprehension,
    Expr,
    For,
    Function,
    Name,
    Node,
    Unary,
    While,
    With,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP267",
    name="event-loop-waits-for-itself",
    effect="request-failure",
    certainty="likely",
    words=("run_coroutine_threadsafe", "create_task", "ensure_future", "run_until_complete", "asyncio"),
)
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_ELSEWHERE = frozenset({"to_thread", "run_in_executor", "submit", "Thread", "Timer", "map"})
_ASKS = frozenset({"get_running_loop", "_get_running_loop", "is_running"})
_DEEPEST = 3


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for function in _on_loop(python):
        if function is not python.method("execute") and "nest_asyncio" not in python.text:
            yield from _second_loop(python, function)
        for node in own_nodes(function, Call, While):
            waited = _waited_for(node)
            made = _made(python, waited) if waited is not None else None
            if waited is None or made is None:
                continue
            name = python.qualified(made.func)
            owner = made.func.value if isinstance(made.func, Attribute) and made.func.attr == "create_task" else None
            if owner is not None and name not in _TASKS and _is_running(python, owner, 0):
                name = "asyncio.create_task"
            if name == "asyncio.run_coroutine_threadsafe":
                loop = made.argument(1, "loop")
                if loop is None or not _is_running(python, loop, 0):
                    continue
                message = "this blocks the event loop that would have to run the coroutine: the request hangs for ever"
            elif name in _TASKS and isinstance(node, Call) and _only_asked(function, waited, made):
                message = "this task was never awaited: `result()` raises InvalidStateError"
            elif name in _TASKS and isinstance(node, While):
                message = "this blocks the event loop that would have to run the task: the request hangs for ever"
            else:
                continue
            yield Problem(
                node.test.span if isinstance(node, While) else node.span,
                message,
                help="make the function `async`, and write `await` in front of the coroutine",
                related=(Related(made.span, "the coroutine is handed over here"),) if made is not waited else (),
                key=function.name,
            )


def _second_loop(python: PythonFacts, function: Function) -> Iterator[Problem]:
    """An event loop that is started where one runs; another rule tells it of `execute` itself."""
    if _ASKS & {n.attr if isinstance(n, Attribute) else n.id for n in own_nodes(function, Name, Attribute)}:
        return  # It knows where it is.
    for call in own_nodes(function, Call):
        waits = isinstance(call.func, Attribute) and call.func.attr == "run_until_complete"
        if call.arguments and (waits or python.qualified(call.func) == "asyncio.run"):
            yield Problem(
                call.span,
                f"`{function.name}` runs in an event loop already: a second one in this thread raises RuntimeError",
                help="make the function `async`, and write `await` in front of the coroutine",
                key=function.name,
            )


def _on_loop(python: PythonFacts) -> list[Function]:
    """The functions that an event loop runs: coroutines, and what they call themselves."""
    found = [f.function for f in python.frames if f.function is not None and f.function.is_async]
    threads = thread_targets(python.body) | {
        last_name(argument.value)
        for call in python.walk(Call)
        if last_name(call.func) in _ELSEWHERE
        for argument in call.arguments
    }
    last = found
    for _ in range(_DEEPEST):
        called = [called_function(python, call) for function in last for call in own_nodes(function, Call)]
        last = []
        for function in called:
            if function is not None and function not in found and function.name not in threads:
                found.append(function)
                last.append(function)
    return found


def _waited_for(node: Call | While) -> Expr | None:
    """What a call or loop waits for, without giving the event loop a turn."""
    if isinstance(node, While):
        test = node.test.operand if isinstance(node.test, Unary) and node.test.operator == "not" else None
        asks = isinstance(test, Call) and isinstance(test.func, Attribute) and test.func.attr == "done"
        gives = any(True for _ in walk(node.body, Await)) or any(b.is_async for b in walk(node.body, With, For))
        if not asks or gives:
            return None
        return test.func.value if isinstance(test, Call) and isinstance(test.func, Attribute) else None
    if isinstance(node.func, Attribute) and node.func.attr == "result":
        return node.func.value
    return None


def _made(python: PythonFacts, waited: Expr) -> Call | None:
    """The one call that makes what is waited for."""
    sources = [waited] if isinstance(waited, Call) else [one for one, _ in python.follow(waited) or ()]
    found = python.lookup(waited.id, python.frame_at(waited)) if isinstance(waited, Name) else None
    bound = found[0][0] if found is not None and len(found[0]) == 1 else None
    if bound is not None and bound.kind == "element" and bound.index is None and bound.expr is not None:
        lists = [one for one, _ in python.follow(bound.expr) or ()]
        sources = [part for one in lists if isinstance(one, Comprehension) for part in one.elements]
    return sources[0] if len(sources) == 1 and isinstance(sources[0], Call) else None


def _only_asked(function: Function, waited: Expr, made: Call) -> bool:
    """Whether nothing but this asks for a task."""
    if not any(call is made for call in own_nodes(function, Call)):
        return False
    if any(lies_in(made, comprehension) for comprehension in own_nodes(function, Comprehension)):
        return False
    if isinstance(waited, Call):
        return True
    # A helper may wait for all tasks there are.
    begin, end = made.span.end or 0, waited.span.start or 0
    if any(begin <= (a.span.start or 0) < end for a in own_nodes(function, Await)):
        return False
    if not isinstance(waited, Name):
        return False
    return sum(name.id == waited.id for name in own_nodes(function, Name)) == 2


def _is_running(python: PythonFacts, loop: Expr, depth: int) -> bool:
    """Whether an expression is surely the event loop that runs the code which got it."""
    if isinstance(loop, Name):
        frame = python.frame_at(loop)
        found = python.lookup(loop.id, frame)
        if found is not None and [binding.kind for binding in found[0]] == ["parameter"]:
            function = found[1].function
            given = _given(python, function, loop.id) if function is not None and depth < _DEEPEST else []
            return bool(given) and all(one is not None and _is_running(python, one, depth + 1) for one in given)
    sources = [(loop, None)] if isinstance(loop, Call) else python.follow(loop)
    return bool(sources) and all(_gets_running(python, one) for one, _ in sources or ())


def _gets_running(python: PythonFacts, source: Node) -> bool:
    name = python.qualified(source.func) if isinstance(source, Call) else None
    if name == "asyncio.get_running_loop":
        return True
    function = python.function_at(source)
    return name == "asyncio.get_event_loop" and function is not None and function.is_async


def _given(python: PythonFacts, function: Function, name: str) -> list[Expr | None]:
    """What the calls of a function hand over as one of its parameters."""
    positional = [parameter.name for parameter in function.positional]
    place = positional.index(name) - (positional[:1] == ["self"]) if name in positional else None
    return [
        call.argument(place, name)
        for call in python.walk(Call)
        if last_name(call.func) == function.name and called_function(python, call) is function
    ]


EXAMPLES = (
    """\
-- tones/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- tones/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class Port:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    def ask(self, x, loop):
        future = asyncio.run_coroutine_threadsafe(self.double(x), loop)
        return future.result()
#              ^^^^^^^^^^^^^^^ TLP267


class TritonPythonModel:
    def initialize(self, args):
        self.port = Port()

    async def execute(self, requests):
        loop = asyncio.get_running_loop()
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.port.ask(x, loop))]))
        return responses
""",
    """\
-- tones/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- tones/1/model.py --
import asyncio
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    def ask(self, x):
        return asyncio.run_coroutine_threadsafe(self.double(x), self.loop).result()

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            task = asyncio.create_task(self.double(x))
            await task
            x = self.ask(task.result()) / 2
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
""",
)
