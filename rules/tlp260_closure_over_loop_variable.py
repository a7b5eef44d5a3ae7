"""Functions made in a loop that all see its last turn

## What it does
Reports a `lambda` or a function made in a loop, and kept beyond it (`table[key] = lambda …`, `steps.append(lambda …)`,
a list or dict of lambdas), or handed to a pool or a thread that the same turn does not wait for, that uses a name which
each turn of the loop binds anew.

## What happens
The name is looked up when the function is called: all of them work with the values of the last turn, with status OK.
What a pool runs late works with whatever the loop has come to by then: requests get each other's answers. Where it is
a response sender, the other clients never get an answer, and `is_cancelled()` of a sender that is done ends the whole
server (SIGSEGV).

## How to fix
Bind the value when the function is made: `lambda value, factor=factor: value * factor`, or `functools.partial`.

## Source
Python's scopes; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_response_flow import gets_sender
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Comprehension,
    Constant,
    Expr,
    Flow,
    For,
    Function,
    Lambda,
    Name,
    Node,
    Return,
    Sequence,
    Starred,
    Subscript,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP260", name="closure-over-loop-variable", effect="wrong-result", certainty="likely")
_KEEP = frozenset({"append", "add", "insert", "appendleft", "setdefault", "__setitem__"})
_RUNS = {
    "submit": (0, None), "apply_async": (0, "func"), "run_in_executor": (1, "func"), "call_soon": (0, None),
    "call_soon_threadsafe": (0, None), "call_later": (1, None), "Thread": (1, "target"), "Timer": (1, "function"),
    "create_task": (0, None), "ensure_future": (0, None), "to_thread": (0, None),
}  # fmt: skip
"""What runs a function beside the loop, and where the function is handed over."""
_EMPTIES = frozenset({"pop", "popleft", "popitem", "clear"})
_WAITS = frozenset({"result", "join", "wait", "get", "run_until_complete", "exception", "shutdown"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for loop in python.walk(For):
        if next(walk(loop.body, Lambda, Function), None) is None:
            continue
        # A loop that is left early keeps the values of the turn it was left in.
        ways = walk(loop.body, Flow, Return, into_functions=False)
        if any(isinstance(n, Return) or n.keyword == "break" for n in ways):
            continue
        bound = _names(loop.target)
        for statement in walk(loop.body, Assign):
            if statement.operator and isinstance(statement.value, Sequence):
                continue  # a list that grows
            for target in statement.targets:
                bound |= _names(target)
        for made in (*_kept(python, loop, bound), *_run_beside(python, loop)):
            yield from _problem(python, made, bound, loop.header)
    for comprehension in python.walk(Comprehension):
        task = comprehension.elements[-1]
        if comprehension.kind in {"list", "set", "dict"} and isinstance(task, Call):
            handed = _handed(task)
            if isinstance(handed, Lambda):
                bound = {name for clause in comprehension.clauses for name in _names(clause.target)}
                yield from _problem(python, handed, bound, comprehension.clauses[0].span)
        if comprehension.kind in {"list", "dict"} and isinstance(comprehension.elements[-1], Lambda):
            bound = {name for clause in comprehension.clauses for name in _names(clause.target)}
            yield from _problem(python, comprehension.elements[-1], bound, comprehension.clauses[0].span)


def _kept(python: PythonFacts, loop: For, bound: set[str]) -> Iterator[Lambda | Function]:
    """The functions of a loop's body that something outside of it holds."""
    functions = {node.name: node for node in loop.body if isinstance(node, Function) and not node.decorators}

    def function(value: Expr | None) -> Lambda | Function | None:
        if isinstance(value, Lambda):
            return value
        return functions.get(value.id) if isinstance(value, Name) else None

    for node in walk(loop.body, Assign, Call):
        held: Expr | None = None
        if isinstance(node, Assign) and isinstance(node.targets[0], Subscript) and not node.operator:
            # At one and the same place there is the one of this turn only.
            turns = any(name.id in bound for name in walk(node.targets[0].items, Name))
            made, held = function(node.value) if turns else None, node.targets[0].value
        elif isinstance(node, Assign) and node.operator == "+" and isinstance(node.value, Sequence):
            made, held = function(node.value.items[-1] if node.value.items else None), node.targets[0]
        elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr in _KEEP and node.arguments:
            made, held = function(node.arguments[-1].value), node.func.value
        else:
            continue
        root = held
        while isinstance(root, Attribute | Subscript):
            root = root.value
        if made is not None and isinstance(root, Name) and root.id not in bound and not _emptied(python, loop, held):
            yield made


def _emptied(python: PythonFacts, loop: For, held: Expr) -> bool:
    """Whether a turn of a loop takes out again what is held: it is called in the same turn."""
    name = dotted(held)
    for call in walk(loop.body, Call, into_functions=False):
        func = call.func
        if isinstance(func, Subscript) and dotted(func.value) == name:
            return True
        if isinstance(func, Attribute) and func.attr in _EMPTIES and dotted(func.value) == name:
            return True
        helper = called_function(python, call) if name is not None and name.startswith("self.") else None
        if helper is not None and any(dotted(node) == name for node in walk(helper.body, Attribute)):
            return True
    return False


def _run_beside(python: PythonFacts, loop: For) -> Iterator[Lambda | Function]:
    """The functions of a loop's body that something runs while the loop goes on."""
    functions = {node.name: node for node in loop.body if isinstance(node, Function) and not node.decorators}
    for call in walk(loop.body, Call, into_functions=False):
        made: Node | None = _handed(call)
        # A coroutine of its own function starts when the loop waits for something.
        if isinstance(made, Call) and not made.arguments:
            made = made.func
        if isinstance(made, Name):
            made = functions.get(made.id)
        if isinstance(made, Lambda | Function) and not _waited_for(loop) and not _handed_on(python, loop, call):
            yield made


def _handed(call: Call) -> Expr | None:
    """What a call gives to another thread, or to a loop of events, to run."""
    func = call.func
    name = func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else ""
    if name not in _RUNS or (name[0].islower() and isinstance(func, Name) and name not in {"create_task", "to_thread"}):
        return None
    return call.argument(*_RUNS[name])


def _waited_for(loop: For) -> bool:
    """Whether a turn of a loop waits for what it started."""
    if any(walk(loop.body, Await, into_functions=False)):
        return True
    # The end of `with ThreadPoolExecutor() as pool:` waits for all that runs in it.
    if any(isinstance(i.value, Call) for w in walk(loop.body, With, into_functions=False) for i in w.items):
        return True
    for call in walk(loop.body, Call, into_functions=False):
        if isinstance(call.func, Attribute) and call.func.attr in _WAITS and not isinstance(call.func.value, Constant):
            return True
    return False


def _handed_on(python: PythonFacts, loop: For, started: Call) -> bool:
    """Whether a turn of a loop gives what it started to a function of the file, which may wait for it."""
    names = {
        name
        for assign in walk(loop.body, Assign)
        if assign.value is not None and lies_in(started, assign.value)
        for target in assign.targets
        for name in _names(target)
    }
    made = {name for assign in walk(loop.body, Assign) for target in assign.targets for name in _names(target)}
    for call in walk(loop.body, Call, into_functions=False):
        func = call.func
        if isinstance(func, Attribute) and func.attr in _KEEP and isinstance(func.value, Name) and call.arguments:
            given = call.arguments[-1].value
            if func.value.id in made and (given is started or (isinstance(given, Name) and given.id in names)):
                names.add(func.value.id)
    return any(
        lies_in(started, argument.value) or any(name.id in names for name in walk((argument.value,), Name))
        for call in walk(loop.body, Call, into_functions=False)
        if called_function(python, call) is not None
        for argument in call.arguments
    )


def _names(target: Expr) -> set[str]:
    if isinstance(target, Name):
        return {target.id}
    if isinstance(target, Starred):
        return _names(target.value)
    return {name for item in target.items for name in _names(item)} if isinstance(target, Sequence) else set()


def _problem(python: PythonFacts, made: Lambda | Function, bound: set[str], loop: Span) -> Iterator[Problem]:
    own = {parameter.name for parameter in made.parameters}
    body: tuple[Node, ...] = (made.body,) if isinstance(made, Lambda) else made.body
    inner = {name for node in walk(body, Assign) for target in node.targets for name in _names(target)}
    inner |= {name for node in walk(body, Comprehension) for c in node.clauses for name in _names(c.target)}
    inner |= {name for node in walk(body, For) for name in _names(node.target)}
    inner |= {parameter.name for node in walk(body, Lambda, Function) for parameter in node.parameters}
    others = own | inner
    every = [n for n in walk(body, Name) if n.id in bound and n.id not in others]
    if not every:
        return
    used = every[0]
    name = used.id
    effect: Effect | None = None
    if any(_is_sender(python, one) for one in every):
        # To ask a sender whether it is cancelled after its final flag ends the server.
        effect = "server-crash" if "is_cancelled" in python.identifiers else "request-failure"
    fix = None
    if isinstance(made, Lambda) and all(p.kind == "normal" for p in made.parameters):
        colon = python.text.index(":", made.parameters[-1].span.end or 0) if made.parameters else None
        if colon is not None:
            place = Span(python.path, colon, colon)
            fix = Fix("bind the value", (Edit(place, f", {name}={name}"),), safety="unsafe")
    yield Problem(
        used.span,
        f"`{name}` is looked up when the function is called: all functions of this loop use its last value",
        help=f"bind it when the function is made: `{name}={name}` as its last parameter",
        related=(Related(loop, "the loop"),),
        fix=fix,
        effect=effect,
        key=name,
    )


def _is_sender(python: PythonFacts, name: Name) -> bool:
    """Whether a name surely stands for what sends the responses of one request."""
    sources = python.follow(name)
    return bool(sources) and all(gets_sender(source) for source, _ in sources or ())


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import time
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(1, initializer=time.sleep, initargs=(0.05,))

    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy())])

    def execute(self, requests):
        futures = []
        for request in requests:
            futures.append(self.pool.submit(lambda: self.answer(request)))
#                                                               ^^^^^^^ TLP260
        return [future.result() for future in futures]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(1)

    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy())])

    def execute(self, requests):
        responses = []
        for request in requests:
            responses.append(self.pool.submit(lambda: self.answer(request)).result())
        return responses
""",
    """\
-- units/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {}
        for unit, factor in FACTORS.items():
            self.converters[unit] = lambda value: value * factor
#                                                         ^^^^^^ TLP260

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
-- fixed: units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {}
        for unit, factor in FACTORS.items():
            self.converters[unit] = lambda value, factor=factor: value * factor

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
""",
    """\
-- units/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- units/1/model.py --
import triton_python_backend_utils as pb_utils

FACTORS = {"km": 1000, "m": 1}


class TritonPythonModel:
    def initialize(self, args):
        self.converters = {unit: lambda value, factor=factor: value * factor for unit, factor in FACTORS.items()}
        for unit, factor in FACTORS.items():
            self.converters[f"{unit}s"] = lambda value, by=factor: value * by

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.converters["km"](x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y.as_numpy())])

    def execute(self, requests):
        futures = []
        for request in requests:
            with ThreadPoolExecutor(1) as pool:
                futures.append(pool.submit(lambda: self.answer(request)))
        return [future.result() for future in futures]
""",
    # All tasks get the last sender: the other clients wait for ever, and to ask a sender that is done ends the server.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
model_transaction_policy { decoupled: true }
dynamic_batching { max_queue_delay_microseconds: 500000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import time
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.workers = ThreadPoolExecutor(1)

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.workers.submit(lambda: self.answer(sender, x))
#                                                   ^^^^^^ TLP260
        return None

    def answer(self, sender, x):
        time.sleep(0.1)
        if not sender.is_cancelled():
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
model_transaction_policy { decoupled: true }
dynamic_batching { max_queue_delay_microseconds: 500000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import time
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.senders = ThreadPoolExecutor(1)

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.senders.submit(lambda: self.answer(sender, x))
#                                                   ^^^^^^ TLP260
        return None

    def answer(self, sender, x):
        time.sleep(0.1)
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    # It is called in the same turn.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        steps = []
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            steps.append(lambda: x * 2)
            y = steps.pop()()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.hooks = {}

    def run(self):
        return self.hooks["scale"]()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.hooks["scale"] = lambda: x * 2
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.run())]))
        return responses
""",
    # A function of the file waits for it.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def collected(self, futures):
        return sum(future.result() for future in futures)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            futures = []
            for scale in (1, 2):
                futures.append(self.pool.submit(lambda s=scale: x * s))
            y = self.collected(futures)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
