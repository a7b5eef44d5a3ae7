"""A value of one request kept in an attribute while other requests run

## What it does
Reports `self.gain = …` in a coroutine that sets it from its own request, awaits something and reads it again, where
`asyncio.gather`, tasks or a decoupled `async execute` run this coroutine for several requests side by side. Silent
where a lock is held, where the attribute is only kept and not read again, and where it does not come from the request.

## What happens
While one request waits, the next one sets the attribute: all of them go on with the value of the last one and are
answered with status OK.

## How to fix
Use a local name, and hand it on as an argument.

## Source
Python's asyncio; seen on a server of 24.10: three requests of one batch were computed with the gain of the third.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_requests import from_request, mentions
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Comprehension,
    Expr,
    Expression,
    For,
    Function,
    If,
    Name,
    Node,
    Return,
    Stmt,
    Try,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP526",
    name="attribute-shared-across-await",
    effect="wrong-result",
    certainty="likely",
)
_WAITS = frozenset({"gather", "as_completed", "wait"})
_WRAPS = frozenset({"wait_for", "shield"})
_TASKS = frozenset({"create_task", "ensure_future"})
_PLAIN_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "create_task", "ensure_future"})
_TOGETHER = _WAITS | _TASKS
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "create_task", "ensure_future"})
_DEPTH = 4


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood or not any(one.is_async for one in python.walk(Function)):
        return
    for function in _beside(python, execute, effective):
        yield from _shared(python, function)


# ------------------------------------------------------------------------------------- what runs side by side
def _beside(python: PythonFacts, execute: Function, effective: EffectiveConfig) -> list[Function]:
    """The coroutines that run for several requests at once, and those that they await."""
    waiting = [(execute, 0)] if effective.decoupled and execute.is_async else []
    for function in python.walk(Function):
        waiting += [(one, 0) for one in _started(python, function)]
    found: dict[int, Function] = {}
    while waiting:
        function, depth = waiting.pop()
        if id(function) in found or depth > _DEPTH:
            continue
        found[id(function)] = function
        for awaited in own_nodes(function, Await):
            inner = _coroutine(python, awaited.value)
            if inner is not None and not _is_locked(python, function, awaited):
                waiting.append((inner, depth + 1))
    return list(found.values())


def _started(python: PythonFacts, function: Function) -> Iterator[Function]:
    """The coroutines of which a function runs one for each item of something."""
    together = [call for call in own_nodes(function, Call) if _last(call) in _TOGETHER]
    if not together:
        return
    awaited = {id(node.value) for node in own_nodes(function, Await)}
    wrapping = (node.value for node in own_nodes(function, Await) if isinstance(node.value, Call))
    awaited |= {id(one.arguments[0].value) for one in wrapping if _last(one) in _WRAPS and one.arguments}
    waits = [call for call in together if python.qualified(call.func) in {f"asyncio.{name}" for name in _WAITS}]
    comprehensions = [node for node in own_nodes(function, Comprehension) if node.kind != "dict"]
    loops = list(own_nodes(function, For))
    for call in own_nodes(function, Call):
        if dotted(call.func) == "map" and call.arguments:
            inner = _function_of(python, call)
            if inner is not None and inner.is_async and any(lies_in(call, one) for one in waits):
                yield inner
            continue
        inner = _coroutine(python, call)
        if inner is None or id(call) in awaited or _is_locked(python, function, call):
            continue
        task = next((one for one in together if lies_in(call, one) and _last(one) in _TASKS), None)
        if any(lies_in(call, element) for one in comprehensions for element in one.elements):
            if (task is not None and id(task) not in awaited) or waits:
                yield inner
            continue
        around = [loop for loop in loops if any(lies_in(call, part) for part in loop.body)]
        if not around:
            continue
        if task is not None and id(task) in awaited:
            continue
        # Tasks of a group, or what is collected in the loop and awaited behind it.
        group = task is not None and dotted(task.func) not in _PLAIN_TASKS and "TaskGroup" in python.identifiers
        kept = any(_last(one) in {"append", "add"} and lies_in(call, one) for one in own_nodes(function, Call))
        behind = any(not any(lies_in(one, loop) for loop in around) for one in waits)
        if group or (kept and (task is not None or behind)):
            yield inner


def _function_of(python: PythonFacts, call: Call) -> Function | None:
    """What ``map`` calls."""
    given = call.arguments[0].value
    return python.method(given.attr) if isinstance(given, Attribute) and dotted(given.value) == "self" else None


def _last(call: Call) -> str:
    return call.func.attr if isinstance(call.func, Attribute) else call.func.id if isinstance(call.func, Name) else ""


def _coroutine(python: PythonFacts, value: Expr) -> Function | None:
    """The coroutine function of the file that a call is of; ``wait_for`` and ``shield`` only wrap it."""
    if isinstance(value, Call) and _last(value) in _WRAPS and value.arguments:
        value = value.arguments[0].value
    inner = called_function(python, value) if isinstance(value, Call) else None
    return inner if inner is not None and inner.is_async else None


def _is_locked(python: PythonFacts, function: Function, node: Node) -> bool:
    """Whether something else may have to wait until a place is left."""
    return any(block.is_async and lies_in(node, block) for block in own_nodes(function, With))


# ------------------------------------------------------------------------------------------ what they share
def _shared(python: PythonFacts, function: Function) -> Iterator[Problem]:
    """What a coroutine sets from its own request and reads again after another one may have run."""
    given = from_request(function)
    for assign in own_nodes(function, Assign):
        target = assign.targets[0]
        if not isinstance(target, Attribute) or dotted(target.value) != "self" or assign.operator:
            continue
        if assign.value is None or not mentions(assign.value, given) or _is_locked(python, function, assign):
            continue
        if _is_asked(function, assign, target.attr):
            continue
        read = _read_late(python, function, target.attr, assign, _DEPTH)
        if read is not None:
            yield Problem(
                assign.span,
                f"`self.{target.attr}` is set by all requests that run side by side: after the `await` it holds the"
                " value of another one",
                help="use a local name, and hand it on as an argument",
                related=(Related(read.span, "read again here"),),
                key=target.attr,
            )


def _is_asked(function: Function, assign: Assign, name: str) -> bool:
    """Whether an attribute is only set when it is not there yet."""
    tests = (test for test in own_nodes(function, If) if lies_in(assign, test))
    return any(node.attr == name for test in tests for node in walk(test.test, Attribute))


def _read_late(python: PythonFacts, function: Function, name: str, after: Node, depth: int) -> Node | None:
    """Where an attribute is read behind an ``await`` that comes after a place."""
    for awaited in own_nodes(function, Await):
        if not _follows(function, after, awaited) or _is_locked(python, function, awaited):
            continue
        inner = _coroutine(python, awaited.value)
        if inner is not None and depth and not _sets(inner, name):
            found = _read_late(python, inner, name, inner, depth - 1)
            if found is not None:
                return found
        if not _suspends(python, awaited, depth):
            continue
        if any(
            _follows(function, awaited, one) and any(isinstance(t, Attribute) and t.attr == name for t in one.targets)
            for one in own_nodes(function, Assign)
        ):
            return None
        for node in own_nodes(function, Attribute, Call):
            if not _follows(function, awaited, node) or _is_logged(function, node):
                continue
            if isinstance(node, Attribute):
                if node.attr == name and dotted(node.value) == "self":
                    return node
            elif depth and (called := called_function(python, node)) is not None and not _sets(called, name):
                for one in own_nodes(called, Attribute):
                    if one.attr == name and dotted(one.value) == "self" and not _is_logged(called, one):
                        return one
    return None


def _sets(function: Function, name: str) -> bool:
    return any(isinstance(t, Attribute) and t.attr == name for a in own_nodes(function, Assign) for t in a.targets)


def _is_logged(function: Function, node: Node) -> bool:
    """Whether a value is only written to a log."""
    calls = (call for call in own_nodes(function, Call) if lies_in(node, call) and call is not node)
    return any(_last(call).startswith(("log", "info", "debug", "warn", "error", "print")) for call in calls)


def _suspends(python: PythonFacts, awaited: Await, depth: int) -> bool:
    """Whether other coroutines may run meanwhile: one that awaits nothing does not let them."""
    inner = _coroutine(python, awaited.value)
    if inner is None:
        return True
    waits = any(node.is_async for node in own_nodes(inner, For, With))
    return waits or (depth > 0 and any(_suspends(python, one, depth - 1) for one in own_nodes(inner, Await)))


def _follows(function: Function, first: Node, second: Node) -> bool:
    """Whether a place is come to from another one: later in the same statement or in one behind it."""
    if first is function:
        return True
    if (second.span.start or 0) < (first.span.end or 0):
        return False
    for block in _blocks(function):
        for number, statement in enumerate(block):
            if lies_in(first, statement):
                later = block[number:] if _is_plain(statement) else block[number + 1 :]
                if any(lies_in(second, one) for one in later):
                    return True
    return False


def _is_plain(statement: Stmt) -> bool:
    return isinstance(statement, Assign | Expression | Return)


def _blocks(function: Function) -> Iterator[tuple[Stmt, ...]]:
    yield function.body
    for node in own_nodes(function, For, With, If):
        yield node.body
        if isinstance(node, If):
            yield node.orelse
    for attempt in own_nodes(function, Try):
        yield (*attempt.body, *attempt.orelse)


_CONFIG = """\
-- level/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- level/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.gain = None
        self.lock = None

    async def execute(self, requests):
        return await asyncio.gather(*(self._process(request) for request in requests))

    async def _features(self, x):
        await asyncio.sleep(0.01)
        return x + 1

    def _answer(self, y):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    async def _process(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
"""

EXAMPLES = (
    _CONFIG
    + """\
        self.gain = x * 2
#       ^^^^^^^^^^^^^^^^^ TLP526
        features = await self._features(x)
        return self._answer(features * self.gain)
""",
    _CONFIG
    + """\
        self.gain = x * 2
#       ^^^^^^^^^^^^^^^^^ TLP526
        return await self._finish(x)

    async def _finish(self, x):
        features = await self._features(x)
        return self._answer(self._scaled(features))

    def _scaled(self, features):
        return features * self.gain
""",
    _CONFIG
    + """\
        gain = x * 2
        features = await self._features(x)
        return self._answer(features * gain)
""",
    # It is read before the others may run.
    _CONFIG
    + """\
        self.gain = x * 2
        scaled = x * self.gain
        features = await self._features(x)
        return self._answer(features + scaled)
""",
    # One after the other.
    _CONFIG
    + """\
        if self.lock is None:
            self.lock = asyncio.Lock()
        async with self.lock:
            self.gain = x * 2
            features = await self._features(x)
            return self._answer(features * self.gain)
""",
    (
        _CONFIG.replace(
            "await asyncio.gather(*(self._process(request) for request in requests))",
            "[await self._process(request) for request in requests]",
        )
        + """\
        self.gain = x * 2
        features = await self._features(x)
        return self._answer(features * self.gain)
"""
    ),
    # Nothing lets other coroutines run.
    _CONFIG
    + """\
        self.gain = x * 2
        features = await self._shifted(x)
        return self._answer(features * self.gain)

    async def _shifted(self, x):
        return x + 1
""",
)
