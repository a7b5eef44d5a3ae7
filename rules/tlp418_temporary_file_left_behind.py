"""A temporary file that a request leaves behind

## What it does
Reports a file or folder that `tempfile` makes for a request and does not remove by itself
(`NamedTemporaryFile(delete=False)`, `mkstemp`, `mkdtemp`), where nothing in the file removes anything, or where a
`return`, a `continue` or an exception for some requests comes before it is removed. Silent where a `finally` or an
`except` removes it, where it is kept for later, and where its path is answered.

## What happens
Each such request leaves its file on the disk of the server, until it is full. Refused uploads are enough for that.

## How to fix
Remove it in a `finally`, or use `tempfile.TemporaryDirectory` in a `with`.

## Source
Python's `tempfile`; run on a server of 24.10: twenty refused requests left twenty files.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_data_errors import first_risk, may_catch
from tritonlint.inputs.python_ends import OF_PATH, REMOVERS
from tritonlint.inputs.python_flow import is_none, own_nodes
from tritonlint.inputs.python_threads import by_name, reached, words_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    Raise,
    Return,
    Sequence,
    Stmt,
    Try,
    Unary,
    While,
    With,
    Yield,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP418",
    name="temporary-file-left-behind",
    effect="instability",
    certainty="likely",
    words=("NamedTemporaryFile", "mkstemp", "mkdtemp"),
)
_OTHERS_REMOVE = frozenset({"os.replace", "os.rename", "shutil.move", "os.system", "atexit.register"})
_HANDED_ON = frozenset({"callback", "enter_context", "push", "register", "finalize", "submit", "Thread", "Timer"})
"""What may remove a file that it is given later."""
_REMOVING = frozenset({"unlink", "remove", "rmtree", "rmdir", "removedirs"})
_KEEPS = frozenset(
    {"append", "add", "put", "put_nowait", "extend", "setdefault", "update", "Tensor", "array", "asarray"}
)
"""What keeps or answers the path that it is given."""
_OWN_MODULES = frozenset({"os", "shutil", "tempfile", "logging", "pathlib", "contextlib", "sys", "time", "open", "str"})
_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_PRUNES = frozenset({"listdir", "scandir", "glob", "rglob", "iterdir", "walk"})
"""What looks for files that are left."""
_PATHS = frozenset({"str", "Path", "pathlib.Path", "os.fspath", "os.path.abspath"})
_DEPTH = 2


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood or not _PRUNES.isdisjoint(python.identifiers):
        return
    made = [call for call in python.walk(Call) if _makes(python, call)]
    if not made:
        return
    loading = [f for f in (python.method("__init__"), python.method("initialize")) if f is not None]
    early = {id(f) for f in reached(python, loading)}
    serving = {id(f) for f in reached(python, [execute])} - early
    for call in made:
        function = python.function_at(call)
        if function is None or id(function) not in serving:
            continue
        for place in _owners(python, function, call, _DEPTH):
            yield from _left(python, place, call)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A function that has to remove a file: the statement that makes it there, and the names of its path."""

    function: Function
    made: Stmt
    names: frozenset[str]


def _makes(python: PythonFacts, call: Call) -> bool:
    folder = call.argument(2 if (dotted(call.func) or "").endswith(("mkstemp", "mkdtemp")) else None, "dir")
    if folder is not None and not isinstance(folder, Constant) and not (dotted(folder) or "").startswith("self."):
        return False  # The folder may be removed with all that is in it.
    name = python.qualified(call.func)
    if name == "tempfile.NamedTemporaryFile":
        delete = call.argument(None, "delete")
        return isinstance(delete, Constant) and delete.value is False
    return name in {"tempfile.mkstemp", "tempfile.mkdtemp"}


def _owners(python: PythonFacts, function: Function, call: Call, depth: int) -> Iterator[_Place]:
    """The functions that hold the path in a local name and do not hand it back."""
    place = _bound(function, call)
    if place is None:
        if depth and any(one.value is not None and lies_in(call, one.value) for one in own_nodes(function, Return)):
            yield from _callers(python, function, depth)
        return
    for one in own_nodes(function, Return):
        if one.value is not None and _is_handed_back(one.value, place.names):
            if depth:
                yield from _callers(python, function, depth)
            return
    yield place


def _path_of(value: Expr | None) -> Expr | None:
    """What is made a path: `Path(…)`."""
    if isinstance(value, Call) and len(value.arguments) == 1 and dotted(value.func) in _PATHS:
        return value.arguments[0].value
    return value


def _is_handed_back(value: Expr, names: frozenset[str]) -> bool:
    """Whether a value is the path itself, or has it as a part."""
    if isinstance(value, Sequence):
        return any(_is_handed_back(item, names) for item in value.items)
    value = _path_of(value) or value
    return isinstance(value, Name | Attribute) and (dotted(value) or "").split(".")[0] in names


def _callers(python: PythonFacts, function: Function, depth: int) -> Iterator[_Place]:
    if len(by_name(python).get(function.name, ())) != 1:
        return
    for call in python.walk(Call):
        around = python.function_at(call)
        if last_name(call.func) == function.name and around is not None:
            yield from _owners(python, around, call, depth - 1)


def _bound(function: Function, call: Call) -> _Place | None:
    """The names that a function gives to what a call makes."""
    for node in own_nodes(function, Assign, With):
        if isinstance(node, Assign):
            bare = node.value
            if isinstance(bare, Attribute) and bare.attr == "name":
                bare = bare.value
            bare = _path_of(bare) if bare is not call else bare
            if bare is not call or len(node.targets) != 1:
                continue
            target = node.targets[0]
            targets: tuple[Expr, ...] = target.items if isinstance(target, Sequence) else (target,)
        else:
            targets = tuple(i.target for i in node.items if i.value is call and i.target is not None)
        if not targets:
            continue
        if not all(isinstance(one, Name) for one in targets):
            return None
        last = targets[-1]
        names = {last.id} if isinstance(last, Name) else set()
        for other in own_nodes(function, Assign):
            value, again = other.value, other.targets[0]
            value = _path_of(value)
            if isinstance(value, Name | Attribute) and isinstance(again, Name):
                read = dotted(value)
                if read in names or (read or "").removesuffix(".name") in names:
                    names.add(again.id)
        return _Place(function, node, frozenset(names))
    return None


# -------------------------------------------------------------------------------------- who removes it, and when
def _left(python: PythonFacts, place: _Place, call: Call) -> Iterator[Problem]:
    function, names = place.function, place.names
    if _is_kept(python, place):
        return
    removers = [c for c in own_nodes(function, Call) if _removes(python, c, names)]
    if not removers:
        if not _anything_removes(python):
            yield Problem(
                call.span,
                "nothing removes this file: one more stays on the server's disk with each request",
                help="remove it in a `finally`, or use `tempfile.TemporaryDirectory` in a `with`",
                key="never",
            )
        return
    for attempt in own_nodes(function, Try):
        rescue = (*(s for handler in attempt.handlers for s in handler.body), *attempt.final)
        if any(lies_in(remover, part) for remover in removers for part in rescue):
            return
    # What is written out comes before what only may raise.
    ways = sorted(_ways_out(python, place, removers), key=lambda n: isinstance(n, Call))
    for left in ways[:1]:
        yield Problem(
            left.span,
            "this way leaves the temporary file on the server's disk, one more with each such request"
            if isinstance(left, Return | Flow | Raise)
            else "where this raises, the temporary file stays on the server's disk, one more with each such request",
            help="remove it in a `finally`",
            related=(Related(call.span, "made here"), Related(removers[-1].span, "not reached")),
            key="left",
        )


def _ways_out(python: PythonFacts, place: _Place, removers: list[Call]) -> Iterator[Node]:
    """What leaves a function between the making of a file and its removal."""
    function, names = place.function, place.names
    end = max(remover.span.start or 0 for remover in removers)
    manager = any(python.qualified(d) in _MANAGERS for d in function.decorators)
    for node in own_nodes(function):
        start = node.span.start or 0
        if not (place.made.span.start or 0) < start < end or any(lies_in(node, r) for r in removers):
            continue
        if isinstance(node, Return) or (isinstance(node, Flow) and node.keyword in {"continue", "break"}):
            leaves = _leaves(function, node, place.made) and not _asked_for(function, node, names)
        elif isinstance(node, Raise):
            leaves = _is_uncaught(function, node, end) and not _asked_for(function, node, names)
        elif isinstance(node, Yield):
            leaves = manager and _is_uncaught(function, node, end)
        elif isinstance(node, Call):
            leaves = _may_raise(python, function, node, names) and _is_uncaught(function, node, end)
        else:
            continue
        if leaves and _is_between(function, place.made, node, removers):
            yield node


def _may_raise(python: PythonFacts, function: Function, call: Call, names: frozenset[str]) -> bool:
    """Whether a call refuses some files, or some requests."""
    if any(lies_in(call, raised) for raised in own_nodes(function, Raise)):
        return False
    inner = called_function(python, call)
    if inner is not None:
        return first_risk(python, inner, inner.body) is not None or _reads_file(python, inner)
    return _is_reader(python, call, names)


def _reads_file(python: PythonFacts, function: Function) -> bool:
    """Whether a function hands one of its parameters to something that reads files, and catches nothing."""
    own = frozenset(p.name for p in function.parameters)
    if any(may_catch(attempt) for attempt in own_nodes(function, Try)):
        return False
    return any(_is_reader(python, call, own) for call in own_nodes(function, Call))


def _is_reader(python: PythonFacts, call: Call, names: frozenset[str]) -> bool:
    """Whether a function of an imported module is given a file that a request brought, to read it."""
    name = python.qualified(call.func) or ""
    root = name.split(".")[0]
    if root in _OWN_MODULES or root not in {module.split(".")[0] for module in python.imports}:
        return False
    last = name.rsplit(".", 1)[-1].lower()
    if name in {"subprocess.check_call", "subprocess.check_output"} or (
        name == "subprocess.run" and call.argument(None, "check") is not None
    ):
        return any(n.id in names for n in walk(call, Name))
    if not call.arguments or not last.startswith(_READS):
        return False
    given = dotted(call.arguments[0].value) or ""
    return given.removesuffix(".name") in names


_EXISTS = frozenset({"os.path.exists", "os.path.isfile", "os.path.isdir", "exists", "isfile"})
_READS = ("load", "open", "read", "zipfile", "tarfile", "image", "parse", "unpack", "decode")
"""How functions begin that refuse files with something else in them."""


def _leaves(function: Function, node: Return | Flow, made: Stmt) -> bool:
    """Whether it is the loop in which the file is made that is left, or the function."""
    loops = [loop for loop in own_nodes(function, For, While) if lies_in(node, loop)]
    return isinstance(node, Return) or (bool(loops) and lies_in(made, min(loops, key=_length)))


def _length(node: Node) -> int:
    return (node.span.end or 0) - (node.span.start or 0)


def _asked_for(function: Function, node: Node, names: frozenset[str]) -> bool:
    """Whether a condition about the path itself decides."""
    for test in own_nodes(function, If):
        asked = test.test
        while isinstance(asked, Unary):
            asked = asked.operand
        if isinstance(asked, Compare) and is_none(asked.rights[0]):
            asked = asked.left
        if isinstance(asked, Call) and asked.arguments and dotted(asked.func) in _EXISTS:
            asked = asked.arguments[0].value
        if isinstance(asked, Name) and asked.id in names and lies_in(node, test):
            return True
    return False


def _is_uncaught(function: Function, node: Node, end: int) -> bool:
    """Whether an exception leads past the removal: nothing catches it, or what does leaves as well."""
    for attempt in own_nodes(function, Try):
        if not any(lies_in(node, part) for part in attempt.body) or not may_catch(attempt):
            continue
        if (attempt.span.end or 0) > end:
            continue  # The removal itself stands in it.
        lasts = [handler.body[-1] for handler in attempt.handlers]
        if not any(isinstance(s, Return | Raise) or (isinstance(s, Flow) and s.keyword != "pass") for s in lasts):
            return False
    for block in own_nodes(function, With):
        if lies_in(node, block) and any("suppress" in words_of(item.value) for item in block.items):
            return False
    return True


def _is_between(function: Function, made: Stmt, node: Node, removers: list[Call]) -> bool:
    """Whether a place surely comes after the making, and no removal before it."""
    after = lies_in(node, made)
    for block in _blocks(function, node):
        for statement in block:
            if lies_in(node, statement):
                break
            after = after or statement is made or lies_in(made, statement)
            if any(lies_in(remover, statement) for remover in removers):
                return False
    return after


def _blocks(function: Function, node: Node) -> Iterator[tuple[Stmt, ...]]:
    """The blocks of a function that a node stands in."""
    yield function.body
    for one in own_nodes(function):
        for part in ("body", "orelse", "final"):
            block = getattr(one, part, ())
            if isinstance(block, tuple) and any(isinstance(s, Node) and lies_in(node, s) for s in block):
                yield block


def _is_kept(python: PythonFacts, place: _Place) -> bool:
    """Whether the path is kept for later, answered, or given to something that may remove it."""
    function, names = place.function, place.names
    for node in own_nodes(function, Assign, Return, Yield):
        value = node.value
        if value is None:
            continue
        stored = isinstance(node, Assign) and any(not isinstance(t, Name | Sequence) for t in node.targets)
        if stored and any(n.id in names for n in walk(value, Name)):
            return True
        if isinstance(node, Yield) and not any(python.qualified(d) in _MANAGERS for d in function.decorators):
            return True
    for call in own_nodes(function, Call):
        last = last_name(call.func)
        keeps = last in _KEEPS | _HANDED_ON or last == "encode"
        if keeps and any(n.id in names for n in walk(call, Name)):
            return True
    return any(isinstance(one, Function) for one in walk(function.body, Function))


def _removes(python: PythonFacts, call: Call, names: frozenset[str]) -> bool:
    """Whether a call removes the file, or hands it to a function of the file that does."""
    named = any(n.id in names for n in walk(call, Name))
    if not named:
        return False
    name = python.qualified(call.func)
    if name in REMOVERS or name in _OTHERS_REMOVE:
        return True
    if isinstance(call.func, Attribute) and call.func.attr in OF_PATH | {"rename", "replace", "cleanup"}:
        return any(n.id in names for n in walk(call.func.value, Name))
    inner = by_name(python).get(last_name(call.func), ())
    return any(not _REMOVING.isdisjoint(words_of(one)) for function in inner for one in reached(python, [function]))


def _anything_removes(python: PythonFacts) -> bool:
    if {"subprocess", "atexit", "weakref", "glob"} & set(python.imports):
        return True
    for call in python.walk(Call):
        name = python.qualified(call.func)
        if name in REMOVERS or name in _OTHERS_REMOVE:
            return True
        if isinstance(call.func, Attribute) and call.func.attr in OF_PATH | {"rename", "cleanup"}:
            return True
    return False


_CONFIG = """\
-- members/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT64 dims: [ 1 ] }
-- members/1/model.py --
import os
import tempfile
import zipfile

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
"""
_EXECUTE = """\

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = np.array([self._count(x.tobytes())], dtype=np.int64)
            except (ValueError, zipfile.BadZipFile) as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
"""

EXAMPLES = (
    _CONFIG
    + """\
    def _spool(self, data):
        with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as target:
            target.write(data)
            return target.name

    def _list(self, path):
        if not zipfile.is_zipfile(path):
            raise ValueError("no archive")
        return zipfile.ZipFile(path).namelist()

    def _count(self, data):
        path = self._spool(data)
        members = self._list(path)
#                 ^^^^^^^^^^^^^^^^ TLP418
        os.unlink(path)
        return len(members)
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def _count(self, data):
        handle, path = tempfile.mkstemp(suffix=".zip")
        with os.fdopen(handle, "wb") as target:
            target.write(data)
        if not zipfile.is_zipfile(path):
            return 0
#           ^^^^^^^^ TLP418
        with zipfile.ZipFile(path) as archive:
            count = len(archive.namelist())
        os.remove(path)
        return count
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def _count(self, data):
        target = tempfile.NamedTemporaryFile(delete=False)
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP418
        target.write(data)
        target.close()
        return len(zipfile.ZipFile(target.name).namelist())
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def _count(self, data):
        handle, path = tempfile.mkstemp(suffix=".zip")
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(data)
            if not zipfile.is_zipfile(path):
                return 0
            return len(zipfile.ZipFile(path).namelist())
        finally:
            os.remove(path)
"""
    + _EXECUTE,
    # It is removed before anything can go wrong.
    _CONFIG
    + """\
    def _count(self, data):
        handle, path = tempfile.mkstemp(suffix=".zip")
        os.remove(path)
        if not data:
            raise ValueError("nothing is there")
        with os.fdopen(handle, "w+b") as target:
            target.write(data)
            return target.tell()
"""
    + _EXECUTE,
    # The folder that it lies in is removed.
    _CONFIG
    + """\
    def _count(self, data):
        with tempfile.TemporaryDirectory() as folder:
            handle, path = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as target:
                target.write(data)
            return os.path.getsize(path)
"""
    + _EXECUTE,
    # What goes wrong is caught before it is removed.
    _CONFIG
    + """\
    def _count(self, data):
        with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as target:
            target.write(data)
        try:
            count = len(zipfile.ZipFile(target.name).namelist())
        except zipfile.BadZipFile:
            count = 0
        os.unlink(target.name)
        return count
"""
    + _EXECUTE,
)
