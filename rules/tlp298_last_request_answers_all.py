"""Every request is answered with what the last one left behind

## What it does
Reports a loop with one turn for each request that uses nothing of that request, while its turns answer with attributes
that an earlier loop over the requests has set anew for each of them (`self.rows = …`). Silent where the turns take
something away, count or change anything, ask for a next item, or where the first loop collects.

## What happens
An attribute holds one value: that of the last request. Every client of the batch gets the result of that one, with
status OK. A request that comes alone is answered well.

## How to fix
Answer each request in the turn that reads it, or collect what was read in a list and go through that.

## Source
Facts, python-backend 6.4: response number i goes to request number i. Seen on 24.10 with requests in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_requests import from_request, mentions
from tritonlint.inputs.python_threads import function_named, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Comprehension,
    Delete,
    Expr,
    Expression,
    For,
    Function,
    If,
    Name,
    Node,
    Scope,
    Subscript,
    Try,
    While,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP298", name="last-request-answers-all", effect="wrong-result", certainty="likely")
_TAKES = frozenset(
    {"next", "iter", "get_nowait", "send", "recv", "read", "readline", "put", "put_nowait", "throw", "acquire"}
    | {
        "result",
        "wait",
        "random",
        "integers",
        "choice",
        "shuffle",
        "step",
        "heappop",
        "heappush",
        "advance",
        "exec",
        "getattr",
    }
    | {"vars", "setattr", "__next__", "set", "rotate", "pop_front", "dequeue", "take_next"}
)
"""What may give something else each time."""
_ADDS = frozenset(
    {"pop", "popleft", "popitem", "append", "appendleft", "extend", "insert", "remove", "discard", "add", "update"}
    | {"clear", "setdefault", "fill", "sort", "reverse"}
)
"""What changes its owner."""
_LOGS = ("log", "print", "debug", "info", "warn")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or effective.decoupled is not False or uses_sender(python):
        return
    if len(execute.positional) < 2 or not may_batch(effective):
        return
    requests = execute.positional[1].name
    turns = ((node, _target(node, requests)) for node in python.walk(For, Comprehension))
    loops = [(node, target) for node, target in turns if target is not None]
    if len(loops) < 2:
        return
    functions = [function for function in reached(python, [execute]) if function.name != "initialize"]
    for loop, target in loops:
        answer = _answer(loop)
        if answer is None or _uses(loop, target):
            continue
        played = _played(python, loop)
        if not played or not _is_returned(python, loop):
            continue
        for kept, place in _overwritten(python, functions, [one for one in loops if one[0] is not loop], loop):
            if any(_reads(function, kept) for function in played) or _mentions_kept(loop, kept):
                yield Problem(
                    answer.span,
                    f"`self.{kept}` holds what the last request brought: every client of a batch gets that answer",
                    help="answer each request in the turn that reads it, or keep what was read in a list",
                    related=(Related(place.span, "set anew for every request"),),
                    key=kept,
                )
                break


def _is_returned(python: PythonFacts, loop: For | Comprehension) -> bool:
    """Whether a function gives back the list that a loop makes."""
    function = python.function_at(loop)
    if function is None:
        return False
    names = _lists(loop)
    for assign in own_nodes(function, Assign):
        if assign.value is loop:
            names |= {target.id for target in assign.targets if isinstance(target, Name)}
    given = [way.value for way in returns(function) if way.value is not None]
    return any(value is loop or lies_in(loop, value) or dotted(value) in names for value in given)


def _mentions_kept(loop: For | Comprehension, kept: str) -> bool:
    body: tuple[Node, ...] = loop.elements if isinstance(loop, Comprehension) else loop.body
    return any(node.attr == kept and dotted(node.value) == "self" for node in walk(body, Attribute))


def _target(loop: For | Comprehension, requests: str) -> Expr | None:
    """What a loop with one turn for each request binds."""
    if isinstance(loop, Comprehension) and (len(loop.clauses) != 1 or loop.clauses[0].conditions):
        return None
    over = loop.clauses[0].iterable if isinstance(loop, Comprehension) else loop.iterable
    if isinstance(over, Call) and dotted(over.func) in {"range", "enumerate"} and len(over.arguments) == 1:
        over = over.arguments[0].value
        if isinstance(over, Call) and dotted(over.func) == "len" and len(over.arguments) == 1:
            over = over.arguments[0].value
    if not isinstance(over, Name) or over.id != requests:
        return None
    return loop.clauses[0].target if isinstance(loop, Comprehension) else loop.target


def _answer(loop: For | Comprehension) -> Expr | None:
    """What a loop puts into a list, if it does nothing else with it."""
    if isinstance(loop, Comprehension):
        return loop.elements[0] if loop.kind in {"list", "generator"} else None
    found = [
        call.arguments[0].value
        for statement in loop.body
        if isinstance(statement, Expression) and isinstance(call := statement.value, Call)
        if isinstance(call.func, Attribute) and call.func.attr == "append" and len(call.arguments) == 1
    ]
    return found[0] if len(found) == 1 else None


def _uses(loop: For | Comprehension, target: Expr) -> bool:
    """Whether a turn uses what it is about, for more than a line in a log."""
    bound = {name.id for name in walk((target,), Name)}
    body: tuple[Node, ...] = loop.elements if isinstance(loop, Comprehension) else loop.body
    logged = [call for call in walk(body, Call) if last_name(call.func).startswith(_LOGS)]
    return any(name.id in bound and not any(lies_in(name, call) for call in logged) for name in walk(body, Name))


def _played(python: PythonFacts, loop: For | Comprehension) -> list[Function] | None:
    """The functions of the file that a turn calls; None where it may differ from the turn before."""
    body: tuple[Node, ...] = loop.elements if isinstance(loop, Comprehension) else loop.body
    function = python.function_at(loop)
    if function is None or any(walk(body, Await, Delete, If)) or any(walk(body, For, While, Try)):
        return None
    outside = {n.id for a in own_nodes(function, Assign) for t in a.targets for n in walk((t,), Name)} - {"self"}
    for statement in body:
        read = {name.id for name in walk((statement,), Name)} - _lists(loop)
        if isinstance(statement, Assign):
            set_here = {t.id for t in statement.targets if isinstance(t, Name)}
            value = {name.id for name in walk((statement.value,), Name)} if statement.value is not None else set()
            if statement.operator or len(set_here) != len(statement.targets) or value & outside:
                return None
            outside -= set_here
        elif read & outside:
            return None
    filled = _filling(loop)
    if not all(_leaves(python, None, call) for call in walk(body, Call) if call is not filled):
        return None
    found: list[Function] = []
    waiting = [call for call in walk(body, Call) if call is not filled]
    while waiting:
        called = function_named(python, waiting.pop().func)
        if called is None or called in found:
            continue
        if is_generator(called) or called.decorators or _changes(python, called):
            return None
        found.append(called)
        waiting += own_nodes(called, Call)
    return found


def _filling(loop: For | Comprehension) -> Call | None:
    """The call that appends the answer."""
    for statement in loop.body if isinstance(loop, For) else ():
        call = statement.value if isinstance(statement, Expression) else None
        if isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr == "append":
            return call
    return None


def _leaves(python: PythonFacts, function: Function | None, call: Call) -> bool:
    """Whether a call that is no function of the file gives the same once more, and changes nothing that stays."""
    if function_named(python, call.func) is not None:
        return True
    last = call.func.attr if isinstance(call.func, Attribute) else dotted(call.func) or ""
    if last in _TAKES or not last:
        return False
    if last == "get" and (not call.arguments or call.argument(None, "timeout") is not None):
        return False
    if last not in _ADDS or not isinstance(call.func, Attribute):
        return True
    return function is not None and isinstance(call.func.value, Name) and _is_made_in(function, call.func.value.id)


def _is_made_in(function: Function, name: str) -> bool:
    """Whether a local name stands for nothing that is kept on an object."""
    assigns = own_nodes(function, Assign)
    values = [a.value for a in assigns if any(isinstance(t, Name) and t.id == name for t in a.targets)]
    return bool(values) and not any(isinstance(value, Attribute | Name | Subscript) for value in values)


def _changes(python: PythonFacts, function: Function) -> bool:
    """Whether a function may leave something else behind than its result."""
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            root: Expr = target
            while isinstance(root, Subscript):
                root = root.value
            if isinstance(root, Attribute):
                return True
            if root is not target and not (isinstance(root, Name) and _is_made_in(function, root.id)):
                return True
    if any(own_nodes(function, Delete, Scope)):
        return True
    return not all(_leaves(python, function, call) for call in own_nodes(function, Call))


def _lists(loop: For | Comprehension) -> set[str]:
    """The names of lists that a loop fills."""
    if isinstance(loop, Comprehension):
        return set()
    calls = [s.value for s in loop.body if isinstance(s, Expression) and isinstance(s.value, Call)]
    return {dotted(c.func.value) or "" for c in calls if isinstance(c.func, Attribute) and c.func.attr == "append"}


def _overwritten(
    python: PythonFacts, functions: list[Function], loops: list[tuple[For | Comprehension, Expr]], answering: Node
) -> Iterator[tuple[str, Assign]]:
    """Attributes that another loop over the requests sets anew in every turn, to what the request brought."""
    changing = {
        target.attr
        for function in functions
        for assign in own_nodes(function, Assign)
        for target in assign.targets
        if isinstance(target, Attribute) and function.name != "__init__"
    }
    lazy = {id(assign.value) for assign in python.walk(Assign)}
    for loop, target in loops:
        if isinstance(loop, Comprehension) and loop.kind == "generator" and id(loop) in lazy:
            continue
        if lies_in(answering, loop) or lies_in(loop, answering):
            continue
        bound = {name.id for name in walk((target,), Name)}
        body: tuple[Node, ...] = loop.elements if isinstance(loop, Comprehension) else loop.body
        # What a loop sets itself, and what the functions do that it hands the request to.
        told: list[tuple[tuple[Node, ...], set[str] | frozenset[str]]] = [(body, bound)]
        for call in walk(body, Call):
            function = function_named(python, call.func)
            given = any(mentions(argument.value, bound) for argument in call.arguments)
            if function is not None and given and function in functions and not is_generator(function):
                told.append((function.body, from_request(function)))
        for block, brought in told:
            for statement in block:
                value = statement.value if isinstance(statement, Assign) else None
                if value is not None and isinstance(statement, Assign) and _brings(value, brought, changing):
                    yield from ((name, statement) for name in _kept(statement))


def _kept(assign: Assign) -> list[str]:
    """The attributes of ``self`` that a statement sets to a value that does not contain them."""
    if assign.value is None or assign.operator:
        return []
    names = [t.attr for t in assign.targets if isinstance(t, Attribute) and dotted(t.value) == "self"]
    return [] if any(node.attr in names for node in walk((assign.value,), Attribute)) else names


def _brings(value: Expr, names: set[str] | frozenset[str], changing: set[str]) -> bool:
    """Whether a value is made of a request, and of nothing that another request may have left."""
    return mentions(value, names) and not any(node.attr in changing for node in walk((value,), Attribute))


def _reads(function: Function, name: str) -> bool:
    """Whether a function uses an attribute for more than a line in a log."""
    logged = [c for c in own_nodes(function, Call) if last_name(c.func).startswith(_LOGS)]
    return any(
        node.attr == name and dotted(node.value) == "self" and not any(lies_in(node, call) for call in logged)
        for node in own_nodes(function, Attribute)
    )


_BOT = """\
-- greet/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "user" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "greeting" data_type: TYPE_STRING dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 preferred_batch_size: [ 2 ] }
-- greet/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.users = None

    def parse(self, request):
        self.users = pb_utils.get_input_tensor_by_name(request, "user").as_numpy()[:, 0]

    def render(self):
        texts = []
        for user in self.users:
            texts.append(b"Hello, " + user)
        array = np.array(texts, dtype=np.object_).reshape(-1, 1)
        return pb_utils.InferenceResponse([pb_utils.Tensor("greeting", array)])

    def execute(self, requests):
        for request in requests:
            self.parse(request)
        return [self.render() for _ in requests]
#               ^^^^^^^^^^^^^ TLP298
"""
_MARKED = "        return [self.render() for _ in requests]\n#               ^^^^^^^^^^^^^ TLP298\n"
_ONE_LOOP = """\
        responses = []
        for request in requests:
            self.parse(request)
            responses.append(self.render())
        return responses
"""
EXAMPLES = (
    _BOT,
    _BOT[: _BOT.index("        for request in")] + _ONE_LOOP,
    # What was kept is taken away, turn by turn.
    _BOT.replace(_MARKED, _MARKED.split("#", maxsplit=1)[0])
    .replace("self.users = None", "self.users = []")
    .replace("self.users = pb_utils.get", "self.users += [pb_utils.get")
    .replace("[:, 0]", "[:, 0]]")
    .replace("in self.users:", "in self.users.pop(0):"),
)
