"""A clean-up that Triton never calls

## What it does
Reports a method of the model class such as `finalise`, `shutdown`, `close` or `teardown` that removes a file or folder
or ends a process, or writes what is left in a buffer, where nothing in the file calls it and the class has no
`finalize`. Also a folder of
`tempfile.mkdtemp` that loading makes and that `finalize` does not remove.

## What happens
Triton calls `finalize` only. What the method should remove is still there when the model is unloaded: a folder or
child process more with each load, and a lock file that was made exclusively keeps the next load from succeeding. What
is left in a buffer is lost.

## How to fix
Call the method `finalize`, or call it from there.

## Source
Facts, python-backend 6.1; a lock file and a spool folder were seen to stay behind on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_ends import (
    OF_PATH,
    OF_PROCESS,
    RANDOM,
    REMOVERS,
    made_exclusively,
    writes_always,
    written_out,
)
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Expr,
    Function,
    Name,
    Node,
    dotted,
    lies_in,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP274",
    name="clean-up-never-called",
    effect="instability",
    certainty="likely",
    words=(
        *("mkdtemp", "unlink", "remove", "rmdir", "rmtree", "removedirs", "terminate", "kill", "killpg"),
        *("open", "write_text", "write_bytes", "commit", "dump", "safe_dump", "to_csv", "to_parquet"),
        *("save", "savez", "savez_compressed", "savetxt"),
    ),
)
_CLEANS = re.compile(
    r"final|clean|clos|shut|tear|unload|releas|stop|destr|dispos|termin|(^|_)(free|exit|end|finish|quit|flush)(_|$)"
    r"|de_?init|un_?init"
)
_MAKES_FILES = frozenset({"open", "mkdir", "makedirs", "mkdtemp", "mkstemp", "touch", "write_text", "write_bytes"})
_MAKES_PROCESSES = frozenset({"Popen", "Process"})
# Each of them has its own way to tidy up when the process ends.
_TIDY = frozenset({"SharedMemory", "PR_SET_PDEATHSIG"})
_TIDY_MODULES = frozenset({"atexit", "weakref", "signal"})
_FOREIGN = frozenset({"system", "Popen", "run", "call", "check_call", "fspath", "register", "ExitStack"})
"""What else may remove a folder."""
_OF_FILES = frozenset({"os.remove", "os.unlink"})
_PATHS = frozenset({"tempfile.mkdtemp", "pathlib.Path", "os.path.join", "os.path.realpath", "os.path.abspath", "str"})
_UPKEEP = re.compile(r"stale|cache|old|expired|unused")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    yield from _folder_left(python)
    if python.method("finalize") is not None or python.may_define("finalize"):
        return
    if python.method("__del__") is not None or _is_tidy(python):
        return
    loading = [f for f in (python.method("__init__"), python.method("initialize")) if f is not None]
    for method in (s for owner in python.model_classes for s in owner.body if isinstance(s, Function)):
        name = method.name
        if not _CLEANS.search(name.lower()) or name[:2] == "__" or not method.takes(1) or method.decorators:
            continue
        if _UPKEEP.search(name.lower()):
            continue
        made = _called(python, reached(python, loading))
        kept = _left(python, method, {attribute for _, attribute in made})
        if _is_used(python, name):
            continue
        if kept is None:
            yield from _buffer_lost(python, method)
            continue
        _, exclusive = made_exclusively(python, loading) or (None, None)
        if kept[1] not in {*OF_PROCESS, "killpg"}:
            # A load that takes away what the last one left, or that goes on with it, leaves one of them at most.
            takes = any(python.qualified(c.func) in REMOVERS or last in OF_PATH for c, last in made)
            if takes or "exist_ok" in python.identifiers or not ({last for _, last in made} & RANDOM or exclusive):
                continue
        elif _ends_itself(python, made):
            continue
        what = "what it ends goes on" if kept[1] in OF_PROCESS else "what it removes stays"
        more = "one more with each load" if exclusive is None else "and the next load fails, as it is there already"
        yield Problem(
            method.name_span,
            f"Triton never calls `{name}`: {what} when the model is unloaded, {more}",
            help="call the method `finalize`",
            related=(Related(kept[0].span, "never run"),)
            + ((Related(exclusive.span, "refused the second time"),) if exclusive is not None else ()),
            effect="instability" if exclusive is None else "load-failure",
            key=name,
        )


def _buffer_lost(python: PythonFacts, method: Function) -> Iterator[Problem]:
    """What requests have put into a buffer, and only this method writes when the model is unloaded."""
    write = written_out(python, [method])
    if write is not None and not writes_always(python, write):
        yield Problem(
            method.name_span,
            f"Triton never calls `{method.name}`: what is left in the buffer is lost when the model is unloaded",
            help="call the method `finalize`",
            related=(Related(write.span, "never run at the end"),),
            effect="wrong-result",
            key=method.name,
        )


def _is_tidy(python: PythonFacts) -> bool:
    """Whether something else than a method may clean up when the process ends."""
    return not _TIDY.isdisjoint(python.identifiers) or not _TIDY_MODULES.isdisjoint(python.imports)


def _folder_left(python: PythonFacts) -> Iterator[Problem]:
    """A temporary folder that loading makes, where `finalize` comes to nothing that removes it."""
    made = [call for call in python.walk(Call) if python.qualified(call.func) == "tempfile.mkdtemp"]
    last = python.method("finalize")
    if len(made) != 1 or last is None or _is_tidy(python) or "__del__" in python.identifiers:
        return
    function = python.function_at(made[0])
    loading = [f for f in (python.method("__init__"), python.method("initialize")) if f is not None]
    execute = python.method("execute")
    if function is None or function not in reached(python, loading):
        return
    if execute is not None and function is not python.method("initialize") and function in reached(python, [execute]):
        return
    removers = [
        call
        for call in python.walk(Call)
        if python.qualified(call.func) in REMOVERS or _last(call.func) in {*OF_PATH, "cleanup", "rmtree"}
    ]
    if not removers and not _FOREIGN.isdisjoint(python.identifiers):
        return
    ends = reached(python, [last])
    if _may_be_removed(python, made[0], ends):
        return
    idle = []
    for call in removers:
        around = python.function_at(call)
        if around is None or around in ends or around in reached(python, loading) or around.name in {"__exit__"}:
            return
        # A name that finalize hands over may be what calls it, and a request may remove what it made. What removes
        # files only leaves the folder, however often it runs.
        if execute is None or around not in reached(python, [execute]):
            idle.append(call)
        elif python.qualified(call.func) not in _OF_FILES and _last(call.func) != "unlink":
            return
    yield Problem(
        made[0].span,
        "this folder stays when the model is unloaded, one more with each load: `finalize` does not remove it",
        help="remove it in `finalize`: `shutil.rmtree(folder, ignore_errors=True)`",
        related=(Related(idle[0].span, "never run"),) if idle else (Related(last.name_span, "ends without"),),
        key="mkdtemp",
    )


def _may_be_removed(python: PythonFacts, made: Call, ends: list[Function]) -> bool:
    """Whether something that only a name or an object stands for may remove a folder at the end."""
    called = {id(call.func) for call in python.walk(Call)}
    if any(id(node) not in called and python.qualified(node) in REMOVERS for node in python.walk(Attribute, Name)):
        return True
    folder, holders = set(), set()
    for assign in python.walk(Assign):
        if assign.value is not None and lies_in(made, assign.value):
            folder |= {name for target in assign.targets if (name := dotted(target))}
    for assign in python.walk(Assign):
        if (
            isinstance(assign.value, Call)
            and python.qualified(assign.value.func) not in _PATHS
            and (
                lies_in(made, assign.value)
                or any(dotted(argument.value) in folder for argument in assign.value.arguments)
            )
        ):
            holders |= {name for target in assign.targets if (name := dotted(target))}
    for function in ends:
        for call in own_nodes(function, Call):
            owner = dotted(call.func.value) if isinstance(call.func, Attribute) else None
            if owner in holders or any(dotted(argument.value) in folder for argument in call.arguments):
                return True
    return False


def _ends_itself(python: PythonFacts, made: list[tuple[Call, str]]) -> bool:
    """Whether a process that loading starts may end on its own: waited for, a daemon, or one that reads a pipe."""
    if "daemon" in python.identifiers or {last for _, last in made} & {"wait", "communicate"}:
        return True
    return any(last == "Popen" and call.argument(None, "stdin") is not None for call, last in made)


def _is_used(python: PythonFacts, name: str) -> bool:
    """Whether something of the model itself asks for the method; a helper's own `close` is another one."""
    for node in python.walk(Attribute):
        if node.attr == name and isinstance(node.value, Name):
            frame = python.frame_at(node)
            around = python.function_at(node)
            of_model = any(lies_in(node, owner) for owner in python.model_classes)
            if of_model and node.value.id == python.self_name(frame):
                return True
            if around is None or (not of_model and node.value.id not in {"self", "cls"}):
                return True
    # It may be looked up by its name.
    return any(node.value == name for node in python.walk(Constant))


def _called(python: PythonFacts, functions: list[Function]) -> list[tuple[Call, str]]:
    """The calls in some functions, with the last part of what they call."""
    return [(call, _last(call.func)) for function in functions for call in own_nodes(function, Call)]


def _last(func: Expr) -> str:
    return func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else ""


def _left(python: PythonFacts, method: Function, made: set[str]) -> tuple[Node, str] | None:
    """Where a clean-up takes away something that outlasts the process."""
    for call, name in _called(python, reached(python, [method])):
        if python.qualified(call.func) in REMOVERS and made & _MAKES_FILES:
            return call, name
        if not isinstance(call.func, Attribute):
            continue
        if name in OF_PATH and "pathlib" in python.imports and made & _MAKES_FILES:
            return call, name
        if (name in OF_PROCESS or name == "killpg") and made & _MAKES_PROCESSES and "subprocess" in python.imports:
            return call, name
    return None


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
"""
_EXECUTE = """\

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

"""
EXAMPLES = (
    _CONFIG
    + """\
import os
import tempfile

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.mkdtemp(prefix="spool_")
"""
    + _EXECUTE
    + """\
    def shutdown(self):
#       ^^^^^^^^ TLP274
        os.rmdir(self.folder)
""",
    _CONFIG
    + """\
import os
from pathlib import Path

import triton_python_backend_utils as pb_utils


class Lock:
    def __init__(self, path):
        self.path = path

    def acquire(self):
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))

    def release(self):
        os.unlink(self.path)


class TritonPythonModel:
    def initialize(self, args):
        self.lock = Lock(os.path.join(args["model_repository"], "owner.lock"))
        self.lock.acquire()
"""
    + _EXECUTE
    + """\
    def finalise(self):
#       ^^^^^^^^ TLP274
        self.lock.release()
""",
    _CONFIG
    + """\
import subprocess

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.helper = subprocess.Popen(["sleep", "1000"])
"""
    + _EXECUTE
    + """\
    def teardown(self):
#       ^^^^^^^^ TLP274
        self.helper.terminate()
        self.helper.wait()
""",
    _CONFIG
    + """\
import os
import tempfile

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.mkdtemp(prefix="spool_")
"""
    + _EXECUTE
    + """\
    def close(self):
        os.rmdir(self.folder)

    def finalize(self):
        self.close()
""",
    # The clean-up of a helper, which `finalize` leaves out.
    _CONFIG
    + """\
import shutil
import tempfile

import triton_python_backend_utils as pb_utils


class Spool:
    def __init__(self, prefix):
        self.root = tempfile.mkdtemp(prefix=prefix)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP274

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)


class TritonPythonModel:
    def initialize(self, args):
        self.spool = Spool("spool_")
"""
    + _EXECUTE
    + """\
    def finalize(self):
        self.spool = None
""",
    _CONFIG
    + """\
import shutil
import tempfile

import triton_python_backend_utils as pb_utils


class Spool:
    def __init__(self, prefix):
        self.root = tempfile.mkdtemp(prefix=prefix)

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)


class TritonPythonModel:
    def initialize(self, args):
        self.spool = Spool("spool_")
"""
    + _EXECUTE
    + """\
    def finalize(self):
        self.spool.close()
""",
    # Requests remove files from the folder, never the folder itself.
    _CONFIG
    + """\
import os
import shutil
import tempfile

import triton_python_backend_utils as pb_utils


class Spool:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="spool_")
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP274
        self.count = 0

    def add(self, data):
        with open(os.path.join(self.root, str(self.count)), "wb") as target:
            target.write(data)
        self.count += 1
        if self.count % 100 == 0:
            self.trim()

    def trim(self):
        for name in os.listdir(self.root):
            os.unlink(os.path.join(self.root, name))

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)


class TritonPythonModel:
    def initialize(self, args):
        self.spool = Spool()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.spool.add(x.tobytes())
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self):
        self.spool = None
""",
    # A request removes the whole folder again.
    _CONFIG
    + """\
import shutil
import tempfile

import triton_python_backend_utils as pb_utils


class Spool:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="spool_")

    def reset(self):
        shutil.rmtree(self.root, ignore_errors=True)


class TritonPythonModel:
    def initialize(self, args):
        self.spool = Spool()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.spool.reset()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self):
        self.spool = None
""",
    # What ends with the process needs no clean-up.
    _CONFIG
    + """\
import triton_python_backend_utils as pb_utils


class Words:
    def __init__(self):
        self.words = {"a", "b"}

    def remove(self, word):
        self.words.discard(word)


class TritonPythonModel:
    def initialize(self, args):
        self.words = Words()
"""
    + _EXECUTE
    + """\
    def close(self):
        self.words.remove("a")
""",
    # The folder is made and removed by each request.
    _CONFIG
    + """\
import os
import tempfile

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _clean_up(self, folder):
        os.rmdir(folder)

    def execute(self, requests):
        responses = []
        for request in requests:
            folder = tempfile.mkdtemp()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            self._clean_up(folder)
        return responses
""",
    _CONFIG
    + """\
import os
import tempfile

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.mkdtemp(prefix="spool_")

    def execute(self, requests):
        responses = []
        for request in requests:
            signal = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", signal)]))
        return responses

    def deinitialize(self):
#       ^^^^^^^^^^^^ TLP274
        os.rmdir(self.folder)
""",
    _CONFIG
    + """\
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rows = []

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.rows.append(float(x.sum()))
            if len(self.rows) >= 100:
                self.write_out()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def write_out(self):
        with open("/tmp/rows.json", "a") as target:
            json.dump(self.rows, target)
        self.rows.clear()

    def shutdown(self):
#       ^^^^^^^^ TLP274
        self.write_out()
""",
    # It is written with each request.
    _CONFIG
    + """\
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rows = []

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.rows.append(float(x.sum()))
            self.write_out()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def write_out(self):
        with open("/tmp/rows.json", "a") as target:
            json.dump(self.rows, target)
        self.rows.clear()

    def shutdown(self):
        self.write_out()
""",
    _CONFIG
    + """\
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rows = []

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.rows.append(float(x.sum()))
            if len(self.rows) >= 100:
                self.write_out()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def write_out(self):
        with open("/tmp/rows.json", "a") as target:
            json.dump(self.rows, target)
        self.rows.clear()

    def finalize(self):
        self.write_out()
""",
    # What removes the folder has another name, or is of a module beside this one.
    _CONFIG
    + """\
import functools
import shutil
import tempfile

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.mkdtemp()
        self.undo = functools.partial(shutil.rmtree, self.folder, ignore_errors=True)
"""
    + _EXECUTE
    + """    def finalize(self):
        self.undo()
""",
    _CONFIG
    + """\
import tempfile

import triton_python_backend_utils as pb_utils
from .workspace import wipe


class TritonPythonModel:
    def initialize(self, args):
        self.folder = tempfile.mkdtemp()
"""
    + _EXECUTE
    + """\
    def finalize(self):
        wipe(self.folder)
-- add/1/workspace.py --
import shutil


def wipe(folder):
    shutil.rmtree(folder, ignore_errors=True)
""",
)
