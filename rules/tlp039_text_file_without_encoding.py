"""A text file with other letters than ASCII is opened without an encoding

## What it does
Reports text files that are opened without `encoding=`, where model.py itself writes text with other letters than those
of ASCII into them: `open(path, "w")`, `Path.open`, `Path.write_text`, and reading what was written as UTF-8 before.

## What happens
Up to 24.10 the stub's Python takes ASCII for such files, always from Python 3.11 on, and before that unless the
server's locale says otherwise: `UnicodeEncodeError: 'ascii' codec can't encode character`. In `initialize` the load
fails.

## How to fix
Write `encoding="utf-8"`.

## Source
Facts, python-backend 3.3 (seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Try,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP039",
    name="text-file-without-encoding",
    effect="request-failure",
    certainty="likely",
    first="22.12",
    last="24.10",
    server_says=("'ascii' codec can't",),
    words=("open", "write_text", "read_text"),
)
_DEEPEST = 4
_ESCAPES = frozenset({"json.dump", "json.dumps"})
"""Functions that write ASCII only, unless `ensure_ascii=False` is given."""
_ASCII_ONLY = frozenset({"encode", "isascii", "b64encode", "quote", "hexdigest", "unidecode"})
"""Methods after which a text may hold nothing else than ASCII."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if python.text.isascii() or not python.understood:
        return
    written: set[str] = set()
    reads: list[tuple[Call, str]] = []
    attempts = [part for attempt in python.walk(Try) if attempt.handlers for part in attempt.body]
    for call in python.walk(Call):
        opened = _opened(python, call)
        if opened is None:
            continue
        path, mode, encoding = opened
        if "b" in mode or any(lies_in(call, part) for part in attempts):
            continue
        if not set(mode) & set("wax+"):
            reads += [(call, path)] if encoding is None else []
            continue
        odd = _odd_content(python, call)
        if odd is None:
            continue
        if encoding is None:
            yield _problem(python, call, "writing this raises UnicodeEncodeError", odd)
        elif "utf" in encoding:
            written.add(path)
    for call, path in reads:
        if path in written:
            yield _problem(python, call, "reading what was written as UTF-8 raises UnicodeDecodeError", None)


def _problem(python: PythonFacts, call: Call, what: str, odd: Node | None) -> Problem:
    at = (call.span.end or 1) - 1
    text = ', encoding="utf-8"' if call.arguments else 'encoding="utf-8"'
    return Problem(
        call.span,
        f"without an encoding this is ASCII in the stub's Python: {what}",
        help='write `encoding="utf-8"`',
        related=(Related(odd.span, "not ASCII"),) if odd is not None else (),
        fix=Fix("read and write UTF-8", (Edit(Span(python.path, at, at), text),), safety="unsafe"),
        effect=_effect(python, call),
        key="encoding",
    )


def _opened(python: PythonFacts, call: Call) -> tuple[str, str, str | None] | None:
    """The path, the mode and the encoding of a file that a call opens; an encoding that is not known is ""."""
    if not call.certain or call.argument(None, "errors") is not None:
        return None
    func = call.func
    if python.qualified(func) in {"open", "io.open"}:
        first = call.argument(0, "file")
        mode, encoding = call.argument(1, "mode"), call.argument(3, "encoding")
        path = python.source(first) if first is not None else ""
    elif isinstance(func, Attribute) and func.attr in {"open", "write_text", "read_text"}:
        if func.attr == "open" and dotted(func.value) in {"os", "codecs", "gzip", "bz2", "lzma", "tarfile", "Image"}:
            return None
        path = python.source(func.value)
        if func.attr == "open":
            mode, encoding = call.argument(0, "mode"), call.argument(2, "encoding")
        else:
            named = call.argument(1 if func.attr == "write_text" else 0, "encoding")
            said = "w" if func.attr == "write_text" else "r"
            return path, said, None if named is None else _text(named)
    else:
        return None
    if mode is not None and not (isinstance(mode, Constant) and isinstance(mode.value, str)):
        return None
    wanted = mode.value if isinstance(mode, Constant) and isinstance(mode.value, str) else "r"
    return path, wanted, None if encoding is None else _text(encoding)


def _text(expr: Expr) -> str:
    return expr.value.lower() if isinstance(expr, Constant) and isinstance(expr.value, str) else ""


def _odd_content(python: PythonFacts, call: Call) -> Node | None:
    """A text that is not ASCII, and is written into what a call opens."""
    if isinstance(call.func, Attribute) and call.func.attr == "write_text":
        return _odd(python, call.arguments[0].value, 0) if call.arguments else None
    function = python.function_at(call)
    body: tuple[Node, ...] = tuple(own_nodes(function)) if function is not None else tuple(walk(python.body))
    handles = {dotted(t) for node in body if isinstance(node, Assign) and node.value is call for t in node.targets}
    for block in [node for node in body if isinstance(node, With)]:
        given_to = {dotted(item.target) for item in block.items if item.value is call and item.target is not None}
        if given_to:
            handles, body = given_to, tuple(walk(block.body))
    for node in body:
        if not isinstance(node, Call) or not node.arguments:
            continue
        func = node.func
        given: Expr | None = None
        if isinstance(func, Attribute) and func.attr in {"write", "writelines"} and dotted(func.value) in handles:
            given = node.arguments[0].value
        elif python.qualified(func) == "json.dump" and dotted(node.argument(1, "fp")) in handles:
            given = node.arguments[0].value if _keeps(node) else None
        elif dotted(func) == "print" and dotted(node.argument(None, "file")) in handles:
            given = node.arguments[0].value
        odd = _odd(python, given, 0) if given is not None else None
        if odd is not None:
            return odd
    return None


def _keeps(call: Call) -> bool:
    """Whether JSON keeps letters as they are."""
    keeps = call.argument(None, "ensure_ascii")
    return isinstance(keeps, Constant) and keeps.value is False


def _odd(python: PythonFacts, expr: Expr, depth: int) -> Node | None:
    """A text that is not ASCII in what an expression is made of."""
    if depth > _DEEPEST:
        return None
    if any(node.attr in _ASCII_ONLY for node in walk(expr, Attribute)):
        return None
    escaped = [c for c in walk(expr, Call) if python.qualified(c.func) in _ESCAPES and not _keeps(c)]
    for node in walk(expr, Constant, Name, Attribute):
        if any(lies_in(node, one) for one in escaped):
            continue
        if isinstance(node, Constant):
            if isinstance(node.value, str) and not node.value.isascii():
                return node
            continue
        for source in _sources(python, node):
            odd = _odd(python, source, depth + 1) if source is not node else None
            if odd is not None:
                return odd
    return None


def _sources(python: PythonFacts, node: Name | Attribute) -> Iterator[Expr]:
    """What a name is: assigned, handed over, or an item of something."""
    if isinstance(node, Name):
        found = python.lookup(node.id, python.frame_at(node))
        for binding in found[0] if found is not None and len(found[0]) == 1 else ():
            if binding.kind == "parameter":
                yield from objects_of(python).arguments_for(node) or ()
            elif binding.kind in {"value", "element"} and binding.expr is not None:
                yield binding.expr
        if found is not None and found[0] and found[0][0].kind not in {"parameter", "value", "element"}:
            for loop in python.walk(For):
                if any(name.id == node.id for name in walk(loop.target, Name)):
                    yield loop.iterable
    elif dotted(node) is not None:
        yield from (source for source, _ in python.follow(node) or ())


def _effect(python: PythonFacts, call: Call) -> Effect | None:
    """A load fails where initialize comes by, and no request does."""
    function = python.function_at(call)
    if function is None:
        return "load-failure"
    names = {name: _reached(python, python.method(name)) for name in ("initialize", "execute")}
    return "load-failure" if function.name in names["initialize"] - names["execute"] else None


def _reached(python: PythonFacts, start: Function | None) -> set[str]:
    """The names of the functions that a method comes to, roughly."""
    own = {f.function.name: f.function for f in python.frames if f.function is not None}
    found: set[str] = set()
    waiting = [start] if start is not None else []
    while waiting:
        function = waiting.pop()
        if function.name in found:
            continue
        found.add(function.name)
        for call in own_nodes(function, Call):
            last = (dotted(call.func) or "").rsplit(".", 1)[-1]
            if last in own:
                waiting.append(own[last])
    return found


EXAMPLES = (
    """\
-- target -- release=24.10
-- terms/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- terms/1/model.py --
import json
import os
import tempfile

import numpy as np
import triton_python_backend_utils as pb_utils

TERMS = {"year": "ann\u00e9e"}


class Store:
    def __init__(self, folder):
        self.path = os.path.join(folder, "terms.json")

    def save(self, terms):
        with open(self.path, "w") as handle:
#            ^^^^^^^^^^^^^^^^^^^^ TLP039
            json.dump(terms, handle, ensure_ascii=False)


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.TemporaryDirectory()
        Store(self.folder.name).save(TERMS)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([TERMS.get(t.decode("utf-8"), "") for t in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses

    def finalize(self):
        self.folder.cleanup()
""",
    """\
-- target -- release=24.10
-- terms/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- terms/1/model.py --
import json
import os
import tempfile

import numpy as np
import triton_python_backend_utils as pb_utils

TERMS = {"year": "ann\u00e9e"}


class TritonPythonModel:
    def initialize(self, args):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "plain.json"), "w") as handle:
                json.dump(TERMS, handle)
            with open(os.path.join(folder, "terms.json"), "w", encoding="utf-8") as handle:
                json.dump(TERMS, handle, ensure_ascii=False)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([TERMS.get(t.decode("utf-8"), "") for t in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
