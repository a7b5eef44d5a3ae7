"""Data of a request that ends the thread or coroutine which answers it

## What it does
Follows what is read from requests into threads, tasks and the async `execute` of a decoupled model, and reports what
raises there for some values while nothing catches it: a key that a dict of the file may lack, a step or divisor of 0,
`int(…)` of a text, a `raise` in a thread. What the file tests before, and models that ask a future for its result, are
left out.

## What happens
The exception reaches nobody: the final flag is not sent, and the client waits for ever. In the loop of a worker it ends
the thread, and every later client waits, too.

## How to fix
Put the work into a `try`, send `pb_utils.InferenceResponse(error=…)` in the `except`, and the final flag in a
`finally`.

## Source
Facts, python-backend 6.5; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns, thread_targets
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    Name,
    Node,
    Raise,
    Sequence,
    Slice,
    Subscript,
    Try,
    While,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP258",
    name="data-ends-worker",
    effect="request-failure",
    certainty="likely",
    first="22.05",
    words=("get_response_sender",),
)
_ASKS = frozenset({"result", "exception", "add_done_callback", "gather", "as_completed", "map", "wait"})
_SAME = frozenset({"ravel", "flatten", "reshape", "astype", "squeeze", "copy"})
_TEXT = frozenset({"decode", "strip", "lower", "upper", "rstrip", "lstrip", "casefold", "replace"})
_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "match", "fullmatch", "findall", "search"})
_THREADS = frozenset({"Thread", "threading.Thread"})
_BASES: dict[str, frozenset[str]] = {
    "KeyError": frozenset({"LookupError"}),
    "IndexError": frozenset({"LookupError"}),
    "ValueError": frozenset(),
    "ZeroDivisionError": frozenset({"ArithmeticError"}),
}
"""What the rule speaks of, with what else it may be caught as; a handler of one does not catch another."""
_ON_PURPOSE = "this is raised on purpose"
_DEEPEST = 4
_End = tuple[Span, Span, str]
"""Where an exception leaves a function, where it is raised, and what it is."""


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or effective.decoupled is not True:
        return
    told: set[Span] = set()
    roots = _roots(python)
    data = _Data(python) if roots else None
    for root in roots if data is not None else ():
        for span, cause, what in data.ends(root, ()) if data is not None else ():
            if span in told:
                continue
            told.add(span)
            loop = any(_is_within(span, node) for node in own_nodes(root, While))
            yield Problem(
                span,
                f"{what}, and nothing catches that in `{root.name}`: "
                + ("the worker ends, and clients wait for ever" if loop else "the client waits for ever"),
                help="catch it, send an error response, and send the final flag in a `finally`",
                related=(Related(cause, "raised here"),) if cause != span else (),
                effect="instability" if loop else None,
                key=root.name,
            )


def _is_within(span: Span, node: Node) -> bool:
    """Whether a place is within a node."""
    return (node.span.start or 0) <= (span.start or 0) < (node.span.end or 0)


def _roots(python: PythonFacts) -> list[Function]:
    """Functions whose exceptions nobody gets."""
    funcs = [call.func for call in python.walk(Call)]
    called = {func.attr if isinstance(func, Attribute) else dotted(func) for func in funcs}
    if "excepthook" in python.identifiers or _ASKS & called:
        return []
    names = thread_targets(python.body)
    found = []
    for frame in python.frames:
        function = frame.function
        bases = frame.in_class.bases if frame.in_class is not None else ()
        if function is None or is_generator(function):
            continue
        runs = function.name == "run" and any(dotted(base) in _THREADS for base in bases)
        is_execute = function.is_async and function is python.method("execute")
        if runs or is_execute or (function.name in names and function.name not in called):
            found.append(function)
    return [function for function in found if _sends(python, function, 0)]


def _sends(python: PythonFacts, function: Function, depth: int) -> bool:
    """Whether a function, or one that it calls, sends anything."""
    for call in own_nodes(function, Call):
        if isinstance(call.func, Attribute) and call.func.attr == "send":
            return True
        called = called_function(python, call) if depth < _DEEPEST else None
        if called is not None and called is not function and _sends(python, called, depth + 1):
            return True
    return False


def _is_caught(attempts: list[Try], node: Node, what: str) -> bool:
    """Whether a ``try`` around a node may catch what it raises, or ends the stream whatever comes."""
    raised = next((name for name in _BASES if name in what), "")
    for attempt in attempts:
        if not any(lies_in(node, statement) for statement in attempt.body):
            continue
        types = [h.type for h in attempt.handlers]
        each = [one for t in types for one in (t.items if isinstance(t, Sequence) else (t,))]
        names = [dotted(one) if one is not None else None for one in each]
        others = _BASES.keys() - {raised} - _BASES.get(raised, frozenset())
        if attempt.final or not raised or any(name not in others for name in names):
            return True
    return False


class _Data:
    """What in one file comes from a request, and what that makes raise."""

    def __init__(self, python: PythonFacts) -> None:
        self.python = python
        self.asked = {python.source(n) for c in python.walk(Compare) for p in (c.left, *c.rights) for n in walk(p)}
        """What the file compares with something."""

    def ends(self, function: Function, path: tuple[Function, ...]) -> Iterator[_End]:
        """What leaves a function as an exception: where in it, where it is raised, and what it is."""
        attempts = [attempt for attempt in own_nodes(function, Try) if attempt.handlers or attempt.final]
        for node in own_nodes(function, Subscript, Call, Binary):
            what = self.raised(node)
            if what and not _is_caught(attempts, node, what):
                yield self.place(function, node), node.span, what
            called = called_function(self.python, node) if isinstance(node, Call) else None
            if called is None or called in path or len(path) >= _DEEPEST or is_generator(called):
                continue
            for _, cause, what in self.ends(called, (*path, function)):
                if not _is_caught(attempts, node, what):
                    yield self.place(function, node), cause, what
                    break
        yield from self.explicit(function, attempts, path)

    def explicit(
        self, function: Function, attempts: list[Try], path: tuple[Function, ...]
    ) -> Iterator[tuple[Span, Span, str]]:
        """A ``raise`` in a thread; those of an async execute are told elsewhere."""
        if (path[0] if path else function).is_async or function.is_async:
            return
        for node in own_nodes(function, Raise):
            if node.exception is not None and not _is_caught(attempts, node, _ON_PURPOSE):
                yield node.span, node.span, _ON_PURPOSE

    def place(self, function: Function, node: Node) -> Span:
        """The header of a loop, or the expression."""
        loops = (loop for loop in own_nodes(function, For) if lies_in(node, loop.iterable))
        return next((loop.header for loop in loops), node.span)

    def raised(self, node: Node) -> str:
        """What a node raises for some values of a request; empty if nothing is known."""
        python = self.python
        if isinstance(node, Subscript):
            return self.lacks(node)
        if isinstance(node, Binary):
            if node.operator in {"//", "%", "/"} and self.kind(node.right) == "int" and not self.tested(node.right):
                return f"this raises ZeroDivisionError when `{python.source(node.right)}` is 0"
            return ""
        if not isinstance(node, Call) or not node.arguments:
            return ""
        name = dotted(node.func)
        last = node.arguments[-1].value
        if name == "range" and len(node.arguments) == 3 and self.kind(last) in {"int", "item"}:
            return "" if self.tested(last) else f"this raises ValueError when `{python.source(last)}` is 0"
        number = name in {"int", "float"} and len(node.arguments) == 1
        if (number or python.qualified(node.func) == "json.loads") and self.kind(node.arguments[0].value) == "text":
            known = self.tested(node.arguments[0].value) or _TESTS & python.identifiers
            wanted = "number" if number else "JSON"
            return "" if known else f"this raises ValueError for a text that is no {wanted}"
        return ""

    def lacks(self, node: Subscript) -> str:
        """An item of a dict or list of the file that a request names."""
        if len(node.items) != 1 or isinstance(node.items[0], Slice | Constant):
            return ""
        sources = self.python.follow(node.value)
        kept = sources[0][0] if sources is not None and len(sources) == 1 else None
        kind = self.kind(node.items[0])
        table = isinstance(kept, Dict) and bool(kept.keys) and kind in {"text", "int", "item"}
        listed = isinstance(kept, Sequence) and kept.kind in {"list", "tuple"} and kind == "int"
        shown = self.python.source(node.value)
        if not (table or listed) or self.tested(node.items[0]) or shown in self.asked:
            return ""
        stored = (t for assign in self.python.walk(Assign) for t in assign.targets if isinstance(t, Subscript))
        if any(target is node or self.python.source(target.value) == shown for target in stored):
            return ""
        return f"this raises {'KeyError' if table else 'IndexError'} for what is not in `{shown}`"

    def tested(self, expr: Expr) -> bool:
        """Whether the file compares a value, or what it is made of, with something."""
        inner = expr.value if isinstance(expr, Subscript) else expr
        while isinstance(inner, Call) and isinstance(inner.func, Attribute):
            inner = inner.func.value
        return any(self.python.source(part) in self.asked for part in (expr, inner))

    # --------------------------------------------------------------------------------- what comes from a request
    def kind(self, expr: Expr | None, depth: int = 0) -> str:
        """What an expression is if it comes from a request: array, item, text, texts, int; empty for all else."""
        if expr is None or depth > 12:
            return ""
        if isinstance(expr, Call):
            return self.of_call(expr, depth)
        if isinstance(expr, Subscript):
            of = self.kind(expr.value, depth + 1)
            if isinstance(expr.items[0], Slice):
                return of
            return {"array": "item", "texts": "text"}.get(of, "")
        if isinstance(expr, Name):
            return self.of_name(expr, depth)
        return self.of_attribute(expr, depth) if isinstance(expr, Attribute) else ""

    def of_call(self, call: Call, depth: int) -> str:
        if isinstance(call.func, Attribute):
            method = call.func.attr
            if method == "as_numpy":
                owner = call.func.value
                sources = self.python.follow(owner) or ()
                read = any("get_input_tensor_by_name" in self.python.source(source) for source, _ in sources)
                return "array" if read else ""
            of = self.kind(call.func.value, depth + 1)
            if of in {"array", "item"} and method in {"item", *_SAME}:
                return "item" if method == "item" else of
            if of in {"item", "text"} and method in _TEXT:
                return "text"
            return "texts" if of in {"item", "text"} and method in {"split", "splitlines"} else ""
        name = dotted(call.func)
        if name in {"int", "str"} and len(call.arguments) == 1:
            of = self.kind(call.arguments[0].value, depth + 1)
            return {"int": "int", "str": "text"}[name] if of in {"item", "text", "array"} else ""
        called = called_function(self.python, call)
        given = [statement.value for statement in returns(called)] if called is not None else []
        return self.kind(given[0], depth + 1) if len(given) == 1 else ""

    def of_name(self, name: Name, depth: int) -> str:
        found = self.python.lookup(name.id, self.python.frame_at(name))
        if found is None or len(found[0]) != 1:
            return ""
        binding, frame = found[0][0], found[1]
        if binding.kind == "value" and binding.expr is not None:
            return self.kind(binding.expr, depth + 1)
        if binding.kind == "element" and binding.expr is not None:
            iterable, index = binding.expr, binding.index
            if isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and index == 1:
                iterable, index = iterable.arguments[0].value, None
            of = self.kind(iterable, depth + 1) if index is None else self.of_queue(iterable, index, depth)
            return {"array": "item", "texts": "text"}.get(of, of if index is not None else "")
        if binding.kind == "parameter" and frame.function is not None:
            return self.of_parameter(frame.function, name.id, depth)
        for node in own_nodes(frame.function, Assign) if frame.function is not None else ():
            target = node.targets[0]
            if isinstance(target, Sequence) and name.id in {dotted(item) for item in target.items}:
                return self.of_queue(node.value, [dotted(item) for item in target.items].index(name.id), depth)
        return ""

    def of_queue(self, value: Expr | None, index: int, depth: int) -> str:
        """A part of what was put into a queue."""
        if not isinstance(value, Call) or not isinstance(value.func, Attribute) or value.func.attr != "get":
            return ""
        for call in self.python.walk(Call):
            put = call.argument(0) if isinstance(call.func, Attribute) and call.func.attr == "put" else None
            if isinstance(put, Sequence) and index < len(put.items):
                return self.kind(put.items[index], depth + 1)
        return ""

    def of_parameter(self, function: Function, name: str, depth: int) -> str:
        """What calls, threads and pools of the file hand over."""
        positional = [parameter.name for parameter in function.positional]
        method = positional[:1] in (["self"], ["cls"])
        place = positional.index(name) - method if name in positional else -1
        for call in self.python.walk(Call):
            handed = [argument.value for argument in call.arguments]
            last = (dotted(call.func) or "").rsplit(".", 1)[-1]
            if last == function.name and called_function(self.python, call) is function:
                keyword = call.argument(None, name)
                given = keyword if keyword is not None else handed[place] if 0 <= place < len(handed) else None
            elif last == "Thread" and (dotted(call.argument(None, "target")) or "").endswith(function.name):
                args = call.argument(None, "args")
                given = args.items[place] if isinstance(args, Sequence) and 0 <= place < len(args.items) else None
            elif last == "submit" and handed and (dotted(handed[0]) or "").endswith(function.name):
                given = handed[place + 1] if 0 <= place < len(handed) - 1 else None
            else:
                continue
            return self.kind(given, depth + 1)
        return ""

    def of_attribute(self, expr: Attribute, depth: int) -> str:
        """What the file keeps under the name of an attribute, by assignment or as a field of its own class."""
        for node in self.python.walk(Assign):
            for target in node.targets:
                if isinstance(target, Attribute) and target.attr == expr.attr:
                    return self.kind(node.value, depth + 1)
        for call in self.python.walk(Call):
            given = call.argument(None, expr.attr)
            if given is not None and dotted(call.func) is not None:
                return self.kind(given, depth + 1)
        return ""


EXAMPLES = (
    """\
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- names/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {1000: 10, 2000: 20}


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender = request.get_response_sender()
            threading.Thread(target=self._answer, args=(sender, int(x[0])), daemon=True).start()

    def _answer(self, sender, number):
#       ^^^^^^^ TLP221
        price = np.array([PRICES[number]], dtype=np.int32)
#                         ^^^^^^^^^^^^^^ TLP258
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", price)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- names/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {0: 5, 1: 10}


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender = request.get_response_sender()
            threading.Thread(target=self._answer, args=(sender, int(x[0])), daemon=True).start()

    def _answer(self, sender, number):
        try:
            price = np.array([PRICES[number]], dtype=np.int32)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", price)]))
        except KeyError as error:
            sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(f"no price: {error}")))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
