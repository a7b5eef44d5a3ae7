"""A pool or file that the model keeps, and a with statement has closed

## What it does
Reports where requests use a pool or an open file of the model which `initialize` opened in a `with` statement, or shuts
down itself.

## What happens
The end of the `with` closes it, before the first request comes: `cannot schedule new futures after shutdown`, `I/O
operation on closed file`. Every request fails.

## How to fix
Open it without `with` in `initialize`, and close it in `finalize`.

## Source
`concurrent.futures`, `multiprocessing`, `open`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Expr,
    Expression,
    For,
    Function,
    Name,
    Node,
    Return,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP518",
    name="kept-beyond-its-with",
    effect="request-failure",
    server_says=("cannot schedule new futures after shutdown", "Pool not running", "operation on closed file"),
    words=("ThreadPoolExecutor", "ProcessPoolExecutor", "Pool", "ThreadPool", "open"),
)
_POOL = frozenset({"submit", "map"})
_WORKERS = frozenset({"map", "map_async", "imap", "imap_unordered", "apply", "apply_async", "starmap", "starmap_async"})
_FILE = frozenset({"read", "readline", "readlines", "seek", "tell", "write", "writelines", "flush", "fileno"})
_FAILS = {
    "concurrent.futures.ThreadPoolExecutor": _POOL,
    "concurrent.futures.ProcessPoolExecutor": _POOL,
    "concurrent.futures.thread.ThreadPoolExecutor": _POOL,
    "concurrent.futures.process.ProcessPoolExecutor": _POOL,
    "multiprocessing.Pool": _WORKERS,
    "multiprocessing.pool.Pool": _WORKERS,
    "multiprocessing.pool.ThreadPool": _WORKERS,
    "open": _FILE,
    "io.open": _FILE,
    "gzip.open": _FILE,
    "bz2.open": _FILE,
}
"""What raises once its owner is closed."""
_LAZY = frozenset({"csv.reader", "csv.DictReader", "map", "filter", "iter", "enumerate", "zip"})
_CLOSES = frozenset({"shutdown", "close", "terminate"})
_NO_REQUEST = frozenset({"__init__", "initialize", "finalize", "__del__", "auto_complete_config"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for name in ("initialize", "__init__"):
        function = python.method(name)
        if function is None:
            continue
        for attribute, kind, closed in _closed(python, function):
            use = _use(python, attribute, kind, closed)
            if use is not None:
                what = "file" if _FAILS[kind] is _FILE else "pool"
                yield Problem(
                    use.span,
                    f"this {what} is closed since the end of `{name}`: every request fails here",
                    help=f"open it without `with` in `{name}`, and close it in `finalize`",
                    related=(Related(closed, "closed here"),),
                    key=attribute,
                )


def _closed(python: PythonFacts, loading: Function) -> Iterator[tuple[str, str, Span]]:
    """Attributes that hold something which is closed when loading is done, and what made it."""
    own = python.self_name(python.frame_of(loading))
    for block in own_nodes(loading, With):
        for item in block.items:
            kind = _kind(python, item.value)
            if kind is None:
                continue
            if _owned(item.value, own) or (item.target is not None and _owned(item.target, own)):
                held = item.value if _owned(item.value, own) else item.target
                if isinstance(held, Attribute):
                    yield held.attr, kind, item.span
            if not isinstance(item.target, Name):
                continue
            for assign in walk(block.body, Assign, into_functions=False):
                target = assign.targets[0]
                if isinstance(target, Attribute) and _owned(target, own) and _keeps(python, assign.value, item.target):
                    yield target.attr, kind, item.span
    for statement in loading.body:
        # What is left before does not close anything.
        if any(walk((statement,), Return, into_functions=False)):
            break
        call = statement.value if isinstance(statement, Expression) else None
        if isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr in _CLOSES:
            held = call.func.value
            kind = _kind(python, held)
            if isinstance(held, Attribute) and _owned(held, own) and kind is not None:
                yield held.attr, kind, call.span


def _owned(expr: Expr, own: str | None) -> bool:
    return isinstance(expr, Attribute) and own is not None and dotted(expr.value) == own


def _kind(python: PythonFacts, expr: Expr) -> str | None:
    """What made a pool or a file, if it is one for sure."""
    made = {
        python.qualified(source.func, where) if isinstance(source, Call) else None
        for source, where in python.follow(expr) or ()
    }
    kind = made.pop() if len(made) == 1 else None
    return kind if kind in _FAILS else None


def _keeps(python: PythonFacts, value: Expr | None, name: Name) -> bool:
    """Whether a value is the opened thing, or something that reads from it later on."""
    if isinstance(value, Call) and python.qualified(value.func) in _LAZY:
        return any(isinstance(a.value, Name) and a.value.id == name.id for a in value.arguments)
    return isinstance(value, Name) and value.id == name.id


def _use(python: PythonFacts, attribute: str, kind: str, closed: Span) -> Node | None:
    """Where requests use an attribute that nothing but loading sets."""
    for assign in python.walk(Assign):
        function = python.function_at(assign)
        if any(isinstance(t, Attribute) and t.attr == attribute for t in assign.targets) and (
            function is None
            or function.name not in _NO_REQUEST
            # Opened anew behind it.
            or ((assign.span.start or 0) > (closed.end or 0) and not _within(python, assign, closed))
        ):
            return None
    for block in python.walk(With):
        function = python.function_at(block)
        opened = {item.target.attr for item in block.items if isinstance(item.target, Attribute)}
        if attribute in opened and (function is None or function.name not in _NO_REQUEST):
            return None
    if not {"setattr", "closed"}.isdisjoint(python.identifiers):
        return None
    for node in python.walk(Call, For, Clause):
        function = python.function_at(node)
        if function is None or function.name in _NO_REQUEST or python.frame_of(function).in_class is None:
            continue
        own = python.self_name(python.frame_at(node))
        used = node.iterable if isinstance(node, For | Clause) else None
        if isinstance(node, Call):
            first = node.arguments[0].value if node.arguments else None
            if isinstance(node.func, Attribute) and node.func.attr in _FAILS[kind]:
                used = node.func.value
            elif first is not None and dotted(node.func) in {"next", "list"} and _FAILS[kind] is _FILE:
                used = first
        elif _FAILS[kind] is not _FILE:
            continue
        if isinstance(used, Attribute) and used.attr == attribute and _owned(used, own):
            tried = any(lies_in(node, block) for block in _expected(python))
            return None if tried else used
    return None


def _within(python: PythonFacts, node: Node, closed: Span) -> bool:
    """Whether a statement stands in the ``with`` block that closes the thing."""
    blocks = [block for block in python.walk(With) if any(item.span == closed for item in block.items)]
    return any(lies_in(node, statement) for block in blocks for statement in block.body)


def _expected(python: PythonFacts) -> Iterator[Node]:
    """Blocks that make the thing anew when it does not work."""
    for block in python.walk(With):
        if any("suppress" in python.source(item.value) for item in block.items):
            yield block


EXAMPLES = (
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
        with ThreadPoolExecutor(max_workers=2) as pool:
            self.pool = pool

    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        return list(self.pool.map(self.answer, requests))
#                   ^^^^^^^^^ TLP518
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open(__file__) as lines:
            self.lines = lines

    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (y + len(self.lines.readline())).astype("float32")
#                        ^^^^^^^^^^ TLP518
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
    def initialize(self, args):
        with ThreadPoolExecutor(max_workers=2) as pool:
            self.sizes = list(pool.map(len, ["a", "b"]))
        with open(__file__) as lines:
            self.lines = list(lines)
        self.pool = ThreadPoolExecutor(max_workers=2)

    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        return list(self.pool.map(self.answer, requests))

    def finalize(self):
        self.pool.shutdown()
""",
    # The next one is opened right behind it.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with ThreadPoolExecutor(max_workers=8) as self.pool:
            self.sizes = list(self.pool.map(len, ["a", "b"]))
        self.pool = ThreadPoolExecutor(max_workers=2)

    def answer(self, request):
        y = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        return list(self.pool.map(self.answer, requests))

    def finalize(self):
        self.pool.shutdown()
""",
)
