"""A text with other letters than ASCII is read, written or printed without an encoding

## What it does
Reports text files that are opened without `encoding=`, where model.py itself writes text with other letters than those
of ASCII into them (`open(path, "w")`, `Path.open`, `Path.write_text`) or JSON with `ensure_ascii=False`, or reads what
was written as UTF-8 before; and files of the model that hold such letters, where they are read. Also `print` of a text
of model.py with such letters.

## What happens
Up to 24.10 the stub's Python takes ASCII for such files, always from Python 3.11 on, and before that unless the
server's locale says otherwise: `UnicodeEncodeError: 'ascii' codec can't encode character`. In `initialize` the load
fails.

## How to fix
Write `encoding="utf-8"`; instead of `print`, call `pb_utils.Logger.log_info`.

## Source
Facts, python-backend 3.3 (seen on 24.10).
"""

from collections.abc import Iterator
from typing import Literal

from tritonlint.facts import Helpers
from tritonlint.finding import Edit, Effect, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_paths import VERSION, path_inside
from tritonlint.inputs.python_threads import starts_by_hand
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    FString,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    Try,
    With,
    dotted,
    last_name,
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
    words=("open", "write_text", "read_text", "print"),
)
_DEEPEST = 4
_SETS_STDOUT = frozenset({"reconfigure", "stdout", "TextIOWrapper", "getwriter"})
"""Names without which nobody changes how text is printed."""
_SAME_ELEMENTS = frozenset({"list", "tuple", "sorted", "set", "reversed", "dict"})
_SAME_LETTERS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "center", "ljust", "rjust", "format"}
)
"""Methods of a text that keep its letters."""


def check(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    if not python.understood or "setlocale" in python.identifiers:
        return
    ascii_only = python.text.isascii()
    if not ascii_only and "print" in python.identifiers:
        yield from _prints(python)
    if python.identifiers.isdisjoint({"open", "write_text", "read_text"}):
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
        odd = _odd_content(python, call) if not ascii_only or "ensure_ascii" in python.identifiers else None
        if odd is None:
            continue
        if encoding is None:
            yield _problem(python, call, "writing this raises UnicodeEncodeError", odd)
        elif "utf" in encoding:
            written.add(path)
    caught = {last_name(call.func) for call in walk(tuple(attempts), Call)}
    for call, path in reads:
        if _called_as(python, python.function_at(call)) in caught:
            continue
        if path in written:
            yield _problem(python, call, "reading what was written as UTF-8 raises UnicodeDecodeError", None)
        elif (name := _file_with_other_letters(python, helpers, call)) is not None:
            what = f"`{name}` holds other letters, and reading it raises UnicodeDecodeError"
            yield _problem(python, call, what, None)


def _prints(python: PythonFacts) -> Iterator[Problem]:
    """Texts that are printed where the model is imported, in initialize or in execute."""
    if not python.identifiers.isdisjoint(_SETS_STDOUT):
        return
    by_hand = [part for block in starts_by_hand(python) for part in block.body]
    caught = [part for attempt in python.walk(Try) if attempt.handlers for part in attempt.body]
    started = [python.method("initialize"), python.method("execute")]
    reached = set().union(*(_reached(python, method) for method in started))
    for call in python.walk(Call):
        if python.qualified(call.func) != "print" or not call.certain or call.argument(None, "file") is not None:
            continue
        function = python.function_at(call)
        runs = function.name in reached if function is not None else not any(lies_in(call, p) for p in by_hand)
        if not runs or any(lies_in(call, part) for part in caught):
            continue
        odd = next((found for a in call.arguments if (found := _odd(python, a.value, "text")) is not None), None)
        if odd is not None:
            yield Problem(
                call.span,
                "the stub's Python prints ASCII: printing this raises UnicodeEncodeError",
                help="call `pb_utils.Logger.log_info` instead, or print ASCII only",
                related=(Related(odd.span, "not ASCII"),),
                effect=_effect(python, call),
                key="print",
            )


def _file_with_other_letters(python: PythonFacts, helpers: Helpers, call: Call) -> str | None:
    """The path of a file of the model that a call opens, if not all of it is ASCII."""
    method = isinstance(call.func, Attribute) and python.qualified(call.func) not in {"open", "io.open"}
    opened = call.func.value if method and isinstance(call.func, Attribute) else call.argument(0, "file")
    found = path_inside(python, opened, python.frame_at(opened)) if opened is not None else None
    if not found:
        return None
    path = found.replace(VERSION, python.path.rpartition("/")[0].rpartition("/")[2])
    text = helpers.content(path)
    return path if text is not None and not text.isascii() else None


def _problem(python: PythonFacts, call: Call, what: str, odd: Node | None) -> Problem:
    at = (call.span.end or 1) - 1
    text = ', encoding="utf-8"' if call.arguments else 'encoding="utf-8"'
    return Problem(
        call.span,
        f"without an encoding this is ASCII in the stub's Python: {what}",
        help='write `encoding="utf-8"`',
        related=(Related(odd.span, "keeps other letters" if isinstance(odd, Call) else "not ASCII"),) if odd else (),
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
        return _odd(python, call.arguments[0].value, "text") if call.arguments else None
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
        way: _Way = "text"
        if isinstance(func, Attribute) and func.attr in {"write", "writelines"} and dotted(func.value) in handles:
            given, way = node.arguments[0].value, "text" if func.attr == "write" else "each"
        elif python.qualified(func) == "json.dump" and dotted(node.argument(1, "fp")) in handles:
            if _keeps(node):
                return node
        elif dotted(func) == "print" and dotted(node.argument(None, "file")) in handles:
            given = node.arguments[0].value
        odd = _odd(python, given, way)
        if odd is not None:
            return odd
    return None


def _keeps(call: Call) -> bool:
    """Whether JSON keeps letters as they are: whoever asks for that expects others than those of ASCII."""
    keeps = call.argument(None, "ensure_ascii")
    return isinstance(keeps, Constant) and keeps.value is False


_Way = Literal["text", "each", "all"]
"""What of a value is written: itself, each element of it, or all that it holds (JSON)."""


def _odd(python: PythonFacts, expr: Expr | None, way: _Way, depth: int = 0) -> Node | None:
    """The text that is not ASCII and surely stands in what is written of an expression."""
    if expr is None or depth > _DEEPEST:
        return None
    if isinstance(expr, Constant):
        return expr if isinstance(expr.value, str) and not expr.value.isascii() else None
    if isinstance(expr, Conditional):
        odd = _odd(python, expr.body, way, depth)
        return odd if _odd(python, expr.orelse, way, depth) is not None else None
    if isinstance(expr, Call):
        return _odd_call(python, expr, way, depth)
    return next((odd for part, of in _parts(python, expr, way) if (odd := _odd(python, part, of, depth + 1))), None)


def _parts(python: PythonFacts, expr: Expr, way: _Way) -> Iterator[tuple[Expr, _Way]]:
    """The expressions whose text is written with another one."""
    inner: _Way = "all" if way == "all" else "text"
    if isinstance(expr, FString):
        yield from ((part, "text") for part in expr.parts if "!a" not in python.source(expr))
    elif isinstance(expr, Binary) and expr.operator in {"+", "%"}:
        yield expr.left, way
        if expr.operator == "+" or "%s" in python.source(expr.left):
            yield expr.right, way
    elif isinstance(expr, Sequence):
        yield from ((item, inner) for item in expr.items if way != "text")
    elif isinstance(expr, Dict):
        yield from ((key, inner) for key in expr.keys if key is not None and way != "text")
        yield from ((value, inner) for value in expr.values if way == "all")
    elif isinstance(expr, Comprehension):
        written = expr.elements if way == "all" else expr.elements[:1]
        yield from ((element, inner) for element in written if way != "text")
    elif isinstance(expr, Subscript):
        for source, _ in python.follow(expr.value) or ():
            if isinstance(source, Dict) and isinstance(expr.items[0], Constant):
                yield from (
                    (v, way) for k, v in zip(source.keys, source.values, strict=True) if _same(k, expr.items[0])
                )
    elif isinstance(expr, Name):
        found = python.lookup(expr.id, python.frame_at(expr))
        for binding in found[0] if found is not None and len(found[0]) == 1 else ():
            if binding.kind == "parameter":
                yield from ((given, way) for given in objects_of(python).arguments_for(expr) or ())
            elif binding.kind == "value" and binding.expr is not None:
                yield binding.expr, way
            elif binding.kind == "element" and binding.expr is not None and way != "each":
                yield from _elements(python, binding.expr, binding.index)
    elif isinstance(expr, Attribute) and dotted(expr) is not None:
        yield from ((source, way) for source, _ in python.follow(expr) or () if source is not expr)


def _same(key: Expr | None, wanted: Constant) -> bool:
    return isinstance(key, Constant) and key.value == wanted.value


def _elements(python: PythonFacts, iterable: Expr, index: int | None) -> Iterator[tuple[Expr, _Way]]:
    """What a name holds that a loop gives the elements of something, or one part of them."""
    if index is None:
        yield iterable, "each"
    elif isinstance(iterable, Call) and dotted(iterable.func) == "enumerate" and index == 1 and iterable.arguments:
        yield iterable.arguments[0].value, "each"
    elif isinstance(iterable, Call) and isinstance(iterable.func, Attribute) and iterable.func.attr == "items":
        for source, _ in python.follow(iterable.func.value) or ():
            if isinstance(source, Dict):
                yield from ((part, "text") for part in (source.values if index else source.keys) if part is not None)


def _odd_call(python: PythonFacts, call: Call, way: _Way, depth: int) -> Node | None:
    """The same for what a call gives."""
    func, first = call.func, call.arguments[0].value if call.arguments else None
    name = python.qualified(func)
    if name == "json.dumps":
        return call if _keeps(call) else None
    if name in _SAME_ELEMENTS:
        return _odd(python, first, way, depth + 1) if way != "text" else None
    if name == "str" and way == "text":
        return _odd(python, first, way, depth + 1)
    if isinstance(func, Attribute) and func.attr == "join":
        return _odd(python, func.value, "text", depth + 1) or _odd(python, first, "each", depth + 1)
    if isinstance(func, Attribute) and func.attr in _SAME_LETTERS:
        given = [a.value for a in call.arguments] if func.attr == "format" else []
        return next((odd for e in (func.value, *given) if (odd := _odd(python, e, "text", depth + 1))), None)
    if isinstance(func, Attribute) and func.attr in {"values", "keys"} and way != "text":
        for source, _ in python.follow(func.value) or ():
            parts = (source.values if func.attr == "values" else source.keys) if isinstance(source, Dict) else ()
            inner: _Way = "all" if way == "all" else "text"
            return next((odd for e in parts if (odd := _odd(python, e, inner, depth + 1))), None)
    called = called_function(python, call)
    given_back = [s.value for s in returns(called)] if called is not None else []
    return _odd(python, given_back[0], way, depth + 1) if len(given_back) == 1 else None


def _effect(python: PythonFacts, call: Call) -> Effect | None:
    """A load fails where initialize comes by, and no request does."""
    function = python.function_at(call)
    if function is None:
        return "load-failure"
    names = {name: _reached(python, python.method(name)) for name in ("initialize", "execute")}
    return "load-failure" if _called_as(python, function) in names["initialize"] - names["execute"] else None


def _called_as(python: PythonFacts, function: Function | None) -> str:
    """The name by which a function is called: that of the class where it makes an object."""
    if function is None:
        return ""
    made = python.frame_of(function).in_class if function.name == "__init__" else None
    return made.name if made is not None else function.name


def _reached(python: PythonFacts, start: Function | None) -> set[str]:
    """The names of the functions that a method comes to, roughly."""
    own = {_called_as(python, f.function): f.function for f in python.frames if f.function is not None}
    found: set[str] = set()
    waiting = [start] if start is not None else []
    while waiting:
        function = waiting.pop()
        if (name := _called_as(python, function)) in found:
            continue
        found.add(name)
        for call in own_nodes(function, Call):
            last = last_name(call.func)
            if last in own:
                waiting.append(own[last])
    return found


EXAMPLES = (
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- names/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.name = args["model_name"]
        print(f"Modell {self.name} geladen ✓", flush=True)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP039

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- names/1/labels.txt --
straße
-- names/1/model.py --
from pathlib import Path

import triton_python_backend_utils as pb_utils


def lines_of(name):
    with open(Path(__file__).resolve().parent / name) as stream:
#        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP039
        return stream.read().splitlines()


LABELS = lines_of("labels.txt")


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- names/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        pb_utils.Logger.log_info("geladen ✓")
        print("geladen \\u2713".encode("ascii", "replace"))
        try:
            print("straße")
        except UnicodeEncodeError:
            print("strasse")

    def show(self):
        print("größer")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses


if __name__ == "__main__":
    print("läuft")
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
                handle.write(f"{len(TERMS)} " + ", ".join(TERMS) + ascii(TERMS["year"]))
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
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- names/1/labels.txt --
tea
caf\u00e9
-- names/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = Path(args["model_repository"]) / args["model_version"]
        self.names = (folder / "labels.txt").read_text().split()
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP039

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.names[i % 2].encode("utf-8") for i in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- names/1/labels.txt --
tea
caf\u00e9
-- names/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = Path(args["model_repository"]) / args["model_version"]
        self.names = (folder / "labels.txt").read_text(encoding="utf-8").split()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.names[i % 2].encode("utf-8") for i in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- names/1/labels.txt --
tea
coffee
-- names/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = Path(args["model_repository"]) / args["model_version"]
        self.names = (folder / "labels.txt").read_text().split()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.names[i % 2].encode("utf-8") for i in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- names/1/labels.txt --
tea
caf\u00e9
-- names/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class Labels:
    def __init__(self, path):
        with open(path) as lines:
#            ^^^^^^^^^^ TLP039
            self.names = [line.strip() for line in lines]


class TritonPythonModel:
    def initialize(self, args):
        version = os.path.join(args["model_repository"], args["model_version"])
        self.labels = Labels(os.path.join(version, "labels.txt"))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.labels.names[i % 2].encode("utf-8") for i in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- names/1/labels.txt --
tea
caf\u00e9
-- names/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class Labels:
    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.names = [line.strip() for line in lines]


class TritonPythonModel:
    def initialize(self, args):
        version = os.path.join(args["model_repository"], args["model_version"])
        self.labels = Labels(os.path.join(version, "labels.txt"))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self.labels.names[i % 2].encode("utf-8") for i in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- target -- release=24.10
-- journal/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- journal/1/model.py --
import json
import os
import tempfile

import numpy as np
import triton_python_backend_utils as pb_utils


class Journal:
    def __init__(self):
        self.path = os.path.join(tempfile.mkdtemp(), "journal.jsonl")

    def add(self, **entry):
        line = json.dumps(entry, ensure_ascii=False)
        with open(self.path, "a") as out:
#            ^^^^^^^^^^^^^^^^^^^^ TLP039
            out.write(line)


class TritonPythonModel:
    def initialize(self, args):
        self.journal = Journal()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.journal.add(text=x.item().decode("utf-8"), city=b"K\\xc3\\xb6ln".decode("utf-8", "replace"))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([b"kept"], np.object_))]))
        return responses
""",
)
