"""An exception asked for what exceptions do not have

## What it does
Reports `error.message()`, `error.message`, `error.msg` and the like in an `except` block (or in a function of the file
that gets the exception from there) when the exceptions that are caught have no such attribute, and `error.args()`.
Where the type has subclasses, files with imports whose exceptions may have more are left out.

## What happens
The handler itself raises: `'TritonModelException' object has no attribute 'message'`. The error that it should have
answered is lost, and the whole call fails with this one.

## How to fix
Write `str(error)`. Only the error of a response (`response.error()`) has `message()`.

## Source
Python; python-backend 6.6 (`TritonModelException` is a plain exception); run on a server of 24.10.
"""

import builtins
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_none, own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Comprehension,
    Conditional,
    Expr,
    For,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Lambda,
    Match,
    Name,
    Node,
    Sequence,
    Stmt,
    Try,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

_ASKED = frozenset(
    {
        "message", "msg", "error_message", "errmsg", "get_message", "getMessage", "message_text", "error", "errors",
        "reason", "description", "detail", "details", "text", "to_string", "toString", "string", "code", "status",
        "value", "format", "traceback", "stack_trace", "what", "content", "decode", "strip",
    }
)  # fmt: skip
"""What people ask exceptions for, because those of other languages and libraries (or a TritonError) have it."""

RULE = Rule(
    code="TLP259",
    name="exception-asked-for-more",
    effect="request-failure",
    certainty="likely",
    words=(*sorted(_ASKED), "args"),
    server_says=("object has no attribute",),
)
_JSON = frozenset({"msg", "doc", "pos", "lineno", "colno"})
_UNICODE = frozenset({"reason", "object", "start", "end", "encoding"})
_MORE: dict[str, frozenset[str]] = {
    "json.JSONDecodeError": _JSON,
    "json.decoder.JSONDecodeError": _JSON,
    "decimal.InvalidOperation": frozenset(),
    "binascii.Error": frozenset(),
    "struct.error": frozenset(),
    "zlib.error": frozenset(),
    "queue.Empty": frozenset(),
    "queue.Full": frozenset(),
    "asyncio.TimeoutError": frozenset(),
    "concurrent.futures.TimeoutError": frozenset(),
    "numpy.linalg.LinAlgError": frozenset(),
    # What is caught as one of these may be one that has more.
    "ValueError": _JSON | _UNICODE,
    "UnicodeError": _UNICODE,
    "Exception": _JSON | _UNICODE | {"code", "value", "name", "text"},
    "BaseException": _JSON | _UNICODE | {"code", "value", "name", "text"},
    "OSError": frozenset({"reason", "msg", "code", "status", "response", "request"}),
    "RuntimeError": frozenset(),
    "ArithmeticError": frozenset(),
    "LookupError": frozenset(),
}
"""What exceptions have beside the attributes of their builtin class."""
_PLAIN = frozenset(
    {
        "numpy", "triton_python_backend_utils", "json", "re", "os", "math", "time", "threading", "base64", "io",
        "collections", "functools", "itertools", "typing", "logging", "pathlib", "sys", "string", "struct", "zlib",
        "datetime", "decimal", "fractions", "statistics", "unicodedata", "textwrap", "dataclasses", "enum", "random",
        "hashlib", "uuid", "queue", "asyncio", "concurrent", "__future__", "contextlib", "copy", "operator", "heapq",
        "bisect", "traceback", "warnings", "abc", "array", "binascii", "html", "csv", "torch", "scipy", "cv2", "PIL",
        "pandas", "sklearn", "gc", "types", "weakref", "secrets", "tempfile", "shutil", "glob", "inspect", "difflib",
    }
)  # fmt: skip
"""Modules whose exceptions have no more than the builtin ones."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if "except" not in python.text or not python.understood:
        return
    for attempt in python.walk(Try):
        for handler in attempt.handlers:
            types = _types(handler)
            if handler.name is not None and types:
                yield from _asked(python, handler, types)


def _types(handler: Handler) -> tuple[Expr, ...]:
    if handler.type is None:
        return ()
    return handler.type.items if isinstance(handler.type, Sequence) else (handler.type,)


def _asked(python: PythonFacts, handler: Handler, types: tuple[Expr, ...]) -> Iterator[Problem]:
    name = handler.name or ""
    asked = [(node, handler.header) for node in _of_name(handler.body, name)]
    for call in walk(handler.body, Call):
        places = [i for i, a in enumerate(call.arguments) if isinstance(a.value, Name) and a.value.id == name]
        called = called_function(python, call) if places and call.certain else None
        if called is not None:
            parameter = _parameter(python, called, call, places[0])
            # Which way a helper goes is decided by what else it is given.
            ways = list(walk(called.body, If, Conditional, Match)) if parameter else []
            asked += [
                (node, call.span)
                for node in (_of_name(called.body, parameter) if parameter else [])
                if not any(lies_in(node, way) for way in ways)
            ]
    asked += [(node, handler.header) for node in _kept(python, handler)]
    if not asked or (names := [_name(python, one) for one in types]).count(None):
        return
    told: set[Span] = set()
    for node, come_from in asked:
        args = node.attr == "args" and any(call.func is node for call in python.walk(Call))
        wanted = args or (node.attr in _ASKED and not any(_may_have(python, one or "", node.attr) for one in names))
        if not wanted or node.span in told:
            continue
        told.add(node.span)
        shown = python.source(types[0]).rsplit(".", 1)[-1]
        yield Problem(
            node.span,
            "`args` of an exception is a tuple, and calling it raises TypeError in the middle of error handling"
            if args
            else f"{shown} has no `{node.attr}`: this raises AttributeError in the middle of error handling",
            help=f"write `str({dotted(node.value)})`",
            related=(Related(come_from, "the exception comes from here"),),
            key=node.attr,
        )


def _of_name(body: tuple[Stmt, ...], name: str) -> list[Attribute]:
    """What is asked of a name that keeps its value, where nothing asks first whether it is there."""
    nodes = [n for n in walk(body, Attribute) if isinstance(n.value, Name) and n.value.id == name]
    if not nodes:
        return []
    set_again = {id(target) for node in walk(body, Assign) for target in node.targets}
    if any(name in names for names in _bound_inside(body)):
        return []
    if any(isinstance(n, Name) and n.id == name and id(n) in set_again for n in walk(body, Name)):
        return []
    if any(any(True for _ in walk((item.value,), Call)) for block in walk(body, With) for item in block.items):
        return []  # It may suppress the error.
    if any(True for _ in walk(body, Match)):
        return []
    if any(isinstance(call.func, Name) and call.func.id in _TESTS for call in walk(body, Call)):
        return []
    tries = [attempt for attempt in walk(body, Try) if attempt.handlers]
    return [
        node
        for node in nodes
        if id(node) not in set_again and not any(lies_in(node, inner) for attempt in tries for inner in attempt.body)
    ]


def _bound_inside(body: tuple[Stmt, ...]) -> Iterator[set[str]]:
    """Names that loops, comprehensions and inner functions bind for themselves."""
    for loop in walk(body, For):
        yield {n.id for n in walk((loop.target,), Name)}
    for made in walk(body, Comprehension):
        yield {n.id for clause in made.clauses for n in walk((clause.target,), Name)}
    for function in walk(body, Function, Lambda):
        yield {p.name for p in function.parameters}


_TESTS = frozenset({"hasattr", "isinstance", "type", "getattr", "dir", "vars", "setattr"})


def _kept(python: PythonFacts, handler: Handler) -> Iterator[Attribute]:
    """What is asked of a name that holds the exception, or None, behind the handler."""
    function = python.function_at(handler)
    for kept in walk(handler.body, Assign) if function is not None else ():
        target = kept.targets[0]
        if function is None or dotted(kept.value) != handler.name or not isinstance(target, Name):
            continue
        others = [a for a in own_nodes(function, Assign) if a is not kept and target.id in map(dotted, a.targets)]
        tested = any(dotted(c.func) in _TESTS and dotted(c.argument(0)) == target.id for c in own_nodes(function, Call))
        if not tested and all(is_none(other.value) for other in others):
            yield from (n for n in own_nodes(function, Attribute) if dotted(n.value) == target.id)


def _parameter(python: PythonFacts, called: Function, call: Call, place: int) -> str | None:
    """The parameter that an argument of a call becomes."""
    argument = call.arguments[place]
    if argument.keyword is not None:
        return argument.keyword
    positional = [parameter.name for parameter in called.positional]
    bound = isinstance(call.func, Attribute) and positional[:1] == [python.self_name(python.frame_of(called)) or ""]
    place += bound
    return positional[place] if place < len(positional) else None


def _name(python: PythonFacts, type_: Expr) -> str | None:
    """The name of a known exception class; for one of the file, a dot and the builtin that it is made from."""
    own = None
    for _ in range(4):
        if python.pb_name(type_) == "TritonModelException":
            return ".Exception" if own else "pb_utils.TritonModelException"
        name = python.qualified(type_)
        if name in _MORE and own is None:
            return name
        plain = dotted(type_)
        made = next((node for node in python.walk(Class) if node.name == plain), None)
        if made is None:
            known = getattr(builtins, plain or "", None)
            if not isinstance(known, type) or not issubclass(known, BaseException):
                return None
            return f".{plain}" if own else plain
        own = made
        if len(own.bases) != 1:
            return None
        type_ = own.bases[0]
    return None


def _may_have(python: PythonFacts, name: str, attribute: str) -> bool:
    """Whether an exception that is caught under a name may have an attribute."""
    known = getattr(builtins, name.removeprefix("."), Exception)
    if hasattr(known, attribute) or attribute in _MORE.get(name, ()):
        return True
    if name == "pb_utils.TritonModelException":
        return False
    # A class of the file may be derived from what is caught, and have it.
    if any(_gives(node, attribute) for node in python.walk(Class, Function, Assign)):
        return True
    if {"setattr", "__dict__"} & python.identifiers or any(
        dotted(call.func) == "type" and len(call.arguments) > 1 for call in python.walk(Call)
    ):
        return True
    return "." not in name and not _imported(python) <= _PLAIN


def _gives(node: Node, attribute: str) -> bool:
    """Whether a definition or an assignment gives something an attribute."""
    if isinstance(node, Class):
        own = [target for part in node.body if isinstance(part, Assign) for target in part.targets]
        return node.name == attribute or any(dotted(target) == attribute for target in own)
    if isinstance(node, Function):
        return node.name in {attribute, "__getattr__"}
    targets: list[Node] = list(walk(node.targets, Attribute)) if isinstance(node, Assign) else []
    return any(isinstance(target, Attribute) and target.attr == attribute for target in targets) or (
        isinstance(node, Assign) and node.annotation is not None and any(dotted(t) == attribute for t in node.targets)
    )


def _imported(python: PythonFacts) -> frozenset[str]:
    """The first names of all modules that the file imports."""
    found = {alias.name.split(".")[0] for node in python.walk(Import) for alias in node.names}
    return frozenset(found | {node.module.split(".")[0] for node in python.walk(ImportFrom)})


EXAMPLES = (
    """\
-- root/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- root/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def root(x):
    if x.sum() == x.sum():
        raise pb_utils.TritonModelException("not today")
    return np.sqrt(x)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", root(x))])
            except pb_utils.TritonModelException as error:
                response = pb_utils.InferenceResponse([], pb_utils.TritonError(error.message()))
#                                                                              ^^^^^^^^^^^^^ TLP259
            responses.append(response)
        return responses
""",
    """\
-- root/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- root/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def failed(error):
    text = error.message
#          ^^^^^^^^^^^^^ TLP259
    return pb_utils.InferenceResponse([], pb_utils.TritonError(text))


def root(x):
    if x.sum() == x.sum():
        raise ValueError("not today")
    return np.sqrt(x)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", root(x))])
            except ValueError as error:
                response = failed(error)
            responses.append(response)
        return responses
""",
    """\
-- root/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- root/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Refused(Exception):
    def __init__(self, message):
        super().__init__(message)
        self.message = message


def root(x):
    if x.sum() > 1e6:
        raise Refused("not today")
    return np.sqrt(x)


class TritonPythonModel:
    def initialize(self, args):
        try:
            self.config = json.loads(args["model_config"])
        except ValueError as error:
            pb_utils.Logger.log_error(error.msg)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", root(x))])
            except Refused as error:
                response = pb_utils.InferenceResponse([], pb_utils.TritonError(error.message))
            responses.append(response)
        return responses
""",
    """\
-- refuse/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- refuse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def refuse(self, error, of_triton=True):
        text = error.message() if of_triton else str(error)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(text))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                if x[0] < 0:
                    raise ValueError("negative")
            except ValueError as error:
                known = [pb_utils.TritonError(str(error))]
                pb_utils.Logger.log_warn(" ".join(error.message() for error in known))
                responses.append(self.refuse(error, False))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
