"""What a condition keeps of a request's data is joined as if there always were some

## What it does
Reports `np.stack`, `np.concatenate`, `max`, `argmax` and others of a list that starts empty and is only filled where
the data passes a condition (`if score > self.limit: kept.append(box)`), also when a helper returns the list. Silent
where anything asks for its length, leaves early, or catches the error.

## What happens
Of a request none of whose data passes the condition nothing is kept: NumPy raises
`ValueError: need at least one array to stack`, Python `max() arg is an empty sequence`, and the request fails.

## How to fix
Answer with an empty array when the list is empty: `np.array(kept, dtype=np.float32).reshape(-1, 4)`. `max` and `min`
take a `default=`.

## Source
NumPy's functions; run on a server of 24.10 with data that no condition lets through.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_threads import by_name, reached
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Flow,
    For,
    Function,
    If,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Sequence,
    Stmt,
    Subscript,
    Try,
    Unary,
    While,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

_NUMPY = ("stack", "vstack", "hstack", "dstack", "column_stack", "concatenate")
_LARGEST = ("max", "min", "amax", "amin", "argmax", "argmin", "nanmax", "nanmin")
RULE = Rule(
    code="TLP289",
    name="joined-though-nothing-was-kept",
    effect="request-failure",
    certainty="likely",
    words=("append",),
    server_says=("need at least one array", "arg is an empty sequence", "zero-size array to reduction operation"),
)
_JOINS = frozenset(f"numpy.{name}" for name in (*_NUMPY, *_LARGEST)) | {"max", "min"}
_LAST = frozenset((*_NUMPY, *_LARGEST))
_COUNTING = frozenset({"range", "count", "itertools.count"})
_ADDS = frozenset({"append", "insert", "extend", "pad", "concatenate", "hstack", "chain"})
_RELATIVE = frozenset({"max", "min", "amax", "amin", "clip", "abs", "absolute", "rankdata"})
"""What is measured by these has a smallest or a largest one that a limit always keeps."""
_LOADING = ("initialize", "__init__", "auto_complete_config")


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood:
        return
    serving: set[int] | None = None
    for call in python.walk(Call):
        func = call.func
        last = func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else ""
        if last not in _LAST or len([a for a in call.arguments if a.keyword is None]) == 0 or not call.certain:
            continue
        if any(a.keyword in {"default", "initial"} for a in call.arguments) or python.qualified(func) not in _JOINS:
            continue
        given = call.arguments[0].value
        positional = [a for a in call.arguments if a.keyword is None]
        if isinstance(func, Name) and len(positional) > 1:
            continue
        found = _filled(python, given, call)
        if found is None:
            continue
        function, test = found
        if serving is None:
            serving = _serving(python, execute)
        user = python.frame_at(call).function
        if id(function) not in serving or user is None or id(user) not in serving:
            continue
        if any(True for one in reached(python, [execute]) for _ in own_nodes(one, Try)):
            continue  # Whoever catches the error may mean it.
        if any(python.qualified(one.func) == "contextlib.suppress" for one in python.walk(Call)):
            continue
        line = python.source(test)
        yield Problem(
            call.span,
            f"`{line}` decides what is kept: on data of which nothing is, `{python.source(func)}` raises here",
            help="answer with an empty array when nothing was kept",
            related=(Related(test.span, "this may hold for nothing"),),
            key=python.source(call),
        )


def _serving(python: PythonFacts, execute: Function) -> set[int]:
    """The functions that a request comes to, and loading does not."""
    loading = [function for name in _LOADING for function in by_name(python).get(name, ())]
    return {id(f) for f in reached(python, [execute])} - {id(f) for f in reached(python, loading)}


def _filled(python: PythonFacts, given: Expr, call: Call) -> tuple[Function, Expr] | None:
    """The function that fills a list only under a condition, and the condition."""
    user = python.frame_at(call).function
    if user is None or _leaves_before(user, call):
        return None
    if isinstance(given, Call):
        return _returned(python, given, None)
    if not isinstance(given, Name):
        return None
    assigns = _assigned(user, given.id)
    if len(assigns) != 1 or assigns[0].operator or len(assigns[0].targets) != 1 or _is_asked(user, given.id):
        return None
    target, value = assigns[0].targets[0], assigns[0].value
    if _begins_list(assigns[0], given.id):
        test = _only_condition(python, user, given.id, assigns[0], call)
        return (user, test) if test is not None else None
    if isinstance(value, Call) and isinstance(target, Name):
        return _returned(python, value, None)
    if isinstance(value, Call) and isinstance(target, Sequence):
        place = next((i for i, item in enumerate(target.items) if isinstance(item, Name) and item.id == given.id), None)
        others = [item.id for item in target.items if isinstance(item, Name)]
        return _returned(python, value, place) if not any(_is_asked(user, name) for name in others) else None
    return None


def _returned(python: PythonFacts, call: Call, place: int | None) -> tuple[Function, Expr] | None:
    """As ``_filled``, for what a helper returns, or for one part of it."""
    named = by_name(python).get(last_name(call.func), ())
    if len(named) != 1 or named[0].decorators or named[0].is_async:
        return None
    function = named[0]
    given = returns(function)
    if len(given) != 1:
        return None
    value = given[0].value
    if place is not None:
        if not isinstance(value, Sequence) or len(value.items) <= place:
            return None
        value = value.items[place]
    if not isinstance(value, Name) or _leaves_before(function, given[0]) or _is_asked(function, value.id):
        return None
    assigns = _assigned(function, value.id)
    if len(assigns) != 1 or not _begins_list(assigns[0], value.id):
        return None
    test = _only_condition(python, function, value.id, assigns[0], given[0])
    return (function, test) if test is not None else None


def _is_name(node: Node | None, name: str) -> bool:
    return isinstance(node, Name) and node.id == name


def _assigned(function: Function, name: str) -> list[Assign]:
    """The assignments to a name, alone or among others; not those to its items."""
    found = []
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            parts = target.items if isinstance(target, Sequence) else (target,)
            if any(_is_name(part, name) for part in parts):
                found.append(assign)
    return found


def _begins_list(assign: Assign, name: str) -> bool:
    """Whether an assignment binds a name to an empty list: ``kept = []``, ``kept, scores = [], []``."""
    target, value = assign.targets[0], assign.value
    if isinstance(target, Sequence) and isinstance(value, Sequence) and len(target.items) == len(value.items):
        return any(
            _is_name(part, name) and _is_empty_list(one) for part, one in zip(target.items, value.items, strict=True)
        )
    return not assign.operator and _is_name(target, name) and _is_empty_list(value)


def _is_empty_list(value: Expr | None) -> bool:
    if isinstance(value, Sequence):
        return value.kind == "list" and not value.items
    return isinstance(value, Call) and dotted(value.func) == "list" and not value.arguments


def _is_asked(function: Function, name: str) -> bool:
    """Whether a function asks for the length of a list, or gives it to anybody who may fill it."""
    if any(_asks(node.test, name) for node in own_nodes(function, If, While, Conditional)):
        return True
    if any(_asks(node.test, name) for node in own_nodes(function, Assert)):
        return True
    if any(_asks(node.subject, name) for node in own_nodes(function, Match)):
        return True
    for node in own_nodes(function, Binary):
        if node.operator in {"and", "or"} and (_asks(node.left, name) or _asks(node.right, name)):
            return True
    for call in own_nodes(function, Call):
        last = last_name(call.func)
        if last not in _LAST | {"append", "zip", "enumerate", "array", "asarray"} and any(
            _is_name(a.value, name) for a in call.arguments
        ):
            return True
    return False


def _asks(test: Expr, name: str) -> bool:
    """Whether a condition is about a list itself; one about all of its members holds for none, too."""
    iterated = {
        id(clause.iterable)
        for c in walk(test, Comprehension)
        for clause in c.clauses
        if isinstance(clause.iterable, Name)
    }
    return any(n.id == name and id(n) not in iterated for n in walk(test, Name))


def _leaves_before(function: Function, place: Node) -> bool:
    """Whether a function may be left before a place, or comes to it only under a condition."""
    start = place.span.start or 0
    for node in own_nodes(function, If):
        inside = lies_in(place, node)
        leaves = any(
            isinstance(n, Return | Raise) or (isinstance(n, Flow) and n.keyword == "continue")
            for n in walk((*node.body, *node.orelse), Return, Raise, Flow)
        )
        around = [loop for loop in own_nodes(function, For, While) if lies_in(node, loop) and not lies_in(place, loop)]
        if inside or (leaves and not around and (node.span.start or 0) < start):
            return True
    return any(lies_in(place, node) for node in own_nodes(function, Conditional))


def _only_condition(python: PythonFacts, function: Function, name: str, made: Assign, place: Node) -> Expr | None:
    """The condition under which alone a list gets its items, if it is one on the request's data."""
    fills = [
        call
        for call in own_nodes(function, Call)
        if isinstance(call.func, Attribute) and _is_name(call.func.value, name) and call.func.attr != "sort"
    ]
    if len(fills) != 1 or not isinstance(fills[0].func, Attribute) or fills[0].func.attr != "append":
        return None
    if any(n.operator and any(_is_name(t, name) for t in n.targets) for n in own_nodes(function, Assign)):
        return None
    loops = [loop for loop in own_nodes(function, For, While) if lies_in(fills[0], loop) and not lies_in(made, loop)]
    if not loops or any(lies_in(place, loop) for loop in loops):
        return None
    for loop in loops:
        if isinstance(loop, For) and not any(n.id in from_request(function) for n in walk(loop.iterable, Name)):
            return None
        if isinstance(loop, For) and _is_added_to(function, loop.iterable):
            return None
        for test in _tests(loop, fills[0]):
            if _is_added_to(function, test):
                return None
            if _is_on_data(function, loops, test):
                return test
        if isinstance(loop, While) and isinstance(loop.test, Name):
            chosen = _choice(function, loops, loop.test.id)
            if chosen is not None:
                return chosen
    return None


def _is_added_to(function: Function, iterable: Expr) -> bool:
    """Whether something of the model is added to the data, which the condition may always hold for."""
    names = {n.id for n in walk(iterable, Name)}
    values = [a.value for a in own_nodes(function, Assign) if any(dotted(t) in names for t in a.targets)]
    if isinstance(iterable, Sequence) or any(isinstance(value, Sequence) for value in values):
        return True
    calls = [call for value in (iterable, *values) if value is not None for call in walk(value, Call)]
    calls += [
        one
        for one in own_nodes(function, Call)
        if isinstance(one.func, Attribute) and dotted(one.func.value) in names and one.func.attr in _ADDS
    ]
    done = [_last(call) for call in calls]
    return done.count("argsort") > 1 or any(name in _ADDS | _RELATIVE for name in done)


def _last(call: Call) -> str:
    return call.func.attr if isinstance(call.func, Attribute) else dotted(call.func) or ""


def _choice(function: Function, loops: list[For | While], name: str) -> Expr | None:
    """The condition of the comprehension that a loop runs out of: ``order = [i for i in … if …]``."""
    for made in own_nodes(function, Assign):
        value = made.value
        if any(_is_name(t, name) for t in made.targets) and not any(lies_in(made, loop) for loop in loops):
            conditions = (
                value.clauses[0].conditions if isinstance(value, Comprehension) and len(value.clauses) == 1 else ()
            )
            if not isinstance(value, Comprehension) or len(conditions) != 1:
                return None
            bound = {n.id for n in walk(value.clauses[0].target, Name)}
            return conditions[0] if _is_limit(conditions[0], bound, frozenset(), frozenset()) else None
    return None


def _tests(loop: For | While, fill: Call) -> Iterator[Expr]:
    """The conditions under which a turn of a loop comes to a call: those around it, and those that leave before."""
    block: tuple[Stmt, ...] | None = loop.body
    while block is not None:
        inner: tuple[Stmt, ...] | None = None
        for statement in block:
            if lies_in(fill, statement):
                if isinstance(statement, If):
                    if any(lies_in(fill, s) for s in statement.body):
                        yield statement.test
                        inner = statement.body
                    else:
                        inner = statement.orelse
                elif isinstance(statement, For | While):
                    inner = statement.body
                break
            if isinstance(statement, If) and not statement.orelse and isinstance(statement.body[-1], Flow):
                yield statement.test
        block = inner


def _is_on_data(function: Function, loops: list[For | While], test: Expr) -> bool:
    """Whether a condition in loops compares an element with something fixed."""
    bound: set[str] = set()
    counters: set[str] = set()
    for loop in loops:
        if not isinstance(loop, For):
            continue
        names = [n.id for n in walk(loop.target, Name)]
        called = dotted(loop.iterable.func) if isinstance(loop.iterable, Call) else None
        if called == "range":
            counters |= set(names)
        elif called == "zip" and isinstance(loop.iterable, Call) and isinstance(loop.target, Sequence):
            for part, given in zip(loop.target.items, loop.iterable.arguments, strict=False):
                counts = isinstance(given.value, Call) and dotted(given.value.func) in _COUNTING
                (counters if counts else bound).update(n.id for n in walk(part, Name))
        elif called == "enumerate":
            counters |= set(names[:1])
            bound |= set(names[1:])
        else:
            bound |= set(names)
    kept: set[str] = set()
    for assign in own_nodes(function, Assign):
        names = [n.id for t in assign.targets if not isinstance(t, Subscript | Attribute) for n in walk(t, Name)]
        if not any(lies_in(assign, loop) for loop in loops):
            kept |= set(names)
        elif assign.value is not None and any(n.id in bound | counters for n in walk(assign.value, Name)):
            bound |= set(names)
    changed = {
        n.id
        for assign in own_nodes(function, Assign)
        if any(lies_in(assign, loop) for loop in loops)
        for t in assign.targets
        for n in walk(t, Name)
        if n.id in kept or assign.operator
    }
    return _is_limit(test, frozenset(bound - counters), frozenset(counters), frozenset(changed))


def _is_limit(test: Expr, bound: frozenset[str] | set[str], counters: frozenset[str], changed: frozenset[str]) -> bool:
    """Whether a condition compares an element with a limit."""
    if isinstance(test, Unary) and test.operator == "not":
        return _is_limit(test.operand, bound, counters, changed)
    if isinstance(test, Binary) and test.operator == "and":
        return any(_is_limit(part, bound, counters, changed) for part in (test.left, test.right))
    if not isinstance(test, Compare) or len(test.operators) != 1:
        return False
    left, right = test.left, test.rights[0]
    if test.operators[0] in {"in", "not in"}:
        fixed = _is_fixed(right) and (test.operators[0] == "in" or (isinstance(right, Name) and right.id.isupper()))
        return fixed and _is_element(left, bound, counters, changed)
    if test.operators[0] not in {"<", "<=", ">", ">="}:
        return False
    if test.operators[0] == ">=" and isinstance(right, Constant) and right.value == 0:
        return False  # Sizes and magnitudes are never less.
    return any(
        _is_fixed(limit) and _is_element(one, bound, counters, changed) for one, limit in ((left, right), (right, left))
    )


def _is_fixed(value: Expr) -> bool:
    """Whether a value is the same for all turns and requests, as far as its name says."""
    if isinstance(value, Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool)
    if isinstance(value, Name):
        return value.id.isupper()
    return isinstance(value, Attribute) and (dotted(value) or "").startswith("self.")


def _is_element(
    value: Expr, bound: frozenset[str] | set[str], counters: frozenset[str], changed: frozenset[str]
) -> bool:
    """Whether a value is about an element of the data, and neither a mere count nor what earlier turns left."""
    names = {n.id for n in walk(value, Name)}
    if names & changed:
        return False
    if names & bound:
        return True
    return any(
        isinstance(s.value, Name | Attribute) and any(n.id in counters for i in s.items for n in walk(i, Name))
        for s in walk(value, Subscript)
    )


EXAMPLES = (
    """\
-- boxes/config.pbtxt --
backend: "python"
input { name: "boxes" data_type: TYPE_FP32 dims: [ -1, 4 ] }
input { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "kept" data_type: TYPE_FP32 dims: [ -1, 4 ] }
-- boxes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.limit = 1000.0

    def choose(self, boxes, scores):
        kept = []
        for box, score in zip(boxes, scores):
            if score > self.limit:
                kept.append(box)
        return kept

    def execute(self, requests):
        responses = []
        for request in requests:
            boxes = pb_utils.get_input_tensor_by_name(request, "boxes").as_numpy()
            scores = pb_utils.get_input_tensor_by_name(request, "scores").as_numpy()
            kept = np.stack(self.choose(boxes, scores))
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP289
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("kept", kept)]))
        return responses
""",
    """\
-- boxes/config.pbtxt --
backend: "python"
input { name: "boxes" data_type: TYPE_FP32 dims: [ -1, 4 ] }
input { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "kept" data_type: TYPE_FP32 dims: [ -1, 4 ] }
-- boxes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.limit = 1000.0

    def choose(self, boxes, scores):
        kept = []
        for box, score in zip(boxes, scores):
            if score > self.limit:
                kept.append(box)
        return kept

    def execute(self, requests):
        responses = []
        for request in requests:
            boxes = pb_utils.get_input_tensor_by_name(request, "boxes").as_numpy()
            scores = pb_utils.get_input_tensor_by_name(request, "scores").as_numpy()
            chosen = self.choose(boxes, scores)
            kept = np.stack(chosen) if chosen else np.zeros((0, 4), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("kept", kept)]))
        return responses
""",
    """\
-- first/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 8 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- first/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.step = 3

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            kept, last = [], -1000
            for place, value in enumerate(x):
                if place - last >= self.step:
                    kept.append(value)
                    last = place
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.hstack(kept))]))
        return responses
""",
    """\
-- late/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- late/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.limit = 1000.0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            kept = []
            for value in np.append(x, np.float32(self.limit)):
                if value >= self.limit:
                    kept.append(value)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.hstack(kept))]))
        return responses
""",
    """\
-- kept/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- kept/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            largest = []
            for value in x:
                if value / np.abs(x).max() > 0.5 or value <= x.min():
                    largest.append(value)
            first = []
            for rank, value in zip(range(len(x)), x):
                if rank < 5:
                    first.append(value)
            values = x.tolist()
            values.append(1000.0)
            kept = []
            for value in values:
                if value > 0.5:
                    kept.append(np.float32(value))
            y = np.hstack([np.stack(kept), np.stack(first), np.stack(largest)])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
