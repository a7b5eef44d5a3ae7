"""A file that one load makes, and the next one must not find

## What it does
Reports a file or folder that every load makes anew and that must not be there yet (`os.open` with `O_EXCL`,
`open(path, "x")`, `os.mkdir`, `Path.mkdir()` without `exist_ok`, `os.symlink`, `shutil.copytree`), where nothing that
runs removes it. Silent where the file looks whether it is there, catches the error, or takes another path each time.

## What happens
The first load succeeds. What it made stays when the model is unloaded or the server ends, and the next load fails with
`FileExistsError`.

## How to fix
Remove it in `finalize`; better, take a lock that ends with the process (`fcntl.flock`), or use `exist_ok=True`.

## Source
Python's `os.open`; run on a server of 24.10: the model was unloaded, and not loaded again.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_ends import OF_PATH, REMOVERS, made_exclusively
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import Attribute, Call, Class, Function, Name, Node, Try, dotted, last_name, lies_in
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP268",
    name="next-load-refused",
    effect="load-failure",
    certainty="likely",
    words=("O_EXCL", "open", "mkdir", "makedirs", "symlink", "mkfifo", "copytree", "touch"),
)
_OTHERS_REMOVE = frozenset(
    {"system", "Popen", "run", "call", "check_call", "check_output", "rename", "replace", "move", "suppress"}
    | {"TemporaryDirectory", "NamedTemporaryFile", "ExitStack", "contextmanager", "cleanup", "rmtree"}
)
"""What else may take something away, or expect that it is there."""
_OTHER_PATHS = frozenset({"strftime", "now", "utcnow", "today", "random", "randint", "uuid", "secrets"})
_TIDY_MODULES = frozenset({"atexit", "weakref", "signal"})
_WRITES = frozenset({"write", "log_info", "log_verbose", "info", "debug", "print", "dump"})
"""What may get the number of the process without a path that has it."""


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    starts = [f for f in (python.method("__init__"), initialize) if f is not None]
    if not starts or not python.understood or not _TIDY_MODULES.isdisjoint(python.imports):
        return
    if not (_OTHERS_REMOVE | _OTHER_PATHS).isdisjoint(python.identifiers):
        return
    found = made_exclusively(python, starts)
    if found is None or not _comes_each_time(python, starts, *found) or _has_number_of_process(python):
        return
    ends = [f for name in ("finalize", "execute", "__del__", "__exit__") if (f := python.method(name)) is not None]
    ends += [f for f in python.walk(Function) if f.name in {"__del__", "__exit__"}]
    idle = [call for call in python.walk(Call) if _removes(python, call)]
    if python.method("finalize") is None:
        # A clean-up of the model under another name is another rule's.
        methods = [f for owner in python.model_classes for f in owner.body if isinstance(f, Function)]
        own = {id(f) for f in reached(python, methods)}
        if python.may_define("finalize") or any(id(python.function_at(call)) in own for call in idle):
            return
    run = {id(f) for f in reached(python, [*starts, *ends])}
    if any((f := python.function_at(call)) is None or id(f) in run for call in idle):
        return
    last = python.method("finalize")
    related: list[Related] = [Related(call.span, "never run") for call in idle[:1]]
    if not related and last is not None:
        related = [Related(last.name_span, "ends without removing it")]
    yield Problem(
        found[1].span,
        "nothing removes what this makes when the model is unloaded: the next load fails with FileExistsError",
        help="remove it in `finalize`",
        related=tuple(related),
        key="exclusive",
    )


def _removes(python: PythonFacts, call: Call) -> bool:
    return python.qualified(call.func) in REMOVERS or (isinstance(call.func, Attribute) and call.func.attr in OF_PATH)


def _comes_each_time(python: PythonFacts, starts: list[Function], function: Function, made: Call) -> bool:
    """Whether every load comes to a call: by calls of the functions that hold it that stand in no condition or try."""
    if function.decorators or not unconditional(function, made):
        return False
    if function in starts:
        return True
    owner = next((one.name for one in python.walk(Class) if function in one.body), None)
    name = owner if function.name == "__init__" else function.name
    calls: list[tuple[Function, Node]] = [
        (caller, call)
        for caller in reached(python, starts)
        for call in own_nodes(caller, Call)
        if last_name(call.func) == name and caller is not function
    ]
    if len(calls) != 1:
        return False
    caller, call = calls[0]
    tries = [attempt for attempt in own_nodes(caller, Try) if attempt.handlers]
    if any(lies_in(call, attempt) for attempt in tries) or not isinstance(call, Call):
        return False
    return _comes_each_time(python, starts, caller, call)


def _has_number_of_process(python: PythonFacts) -> bool:
    """Whether a path may be another one in each process: its number goes elsewhere than into a file or a log."""
    asked = [call for call in python.walk(Call) if (dotted(call.func) or "").endswith("getpid")]
    if not asked:
        return any(
            isinstance(node, Name | Attribute) and dotted(node) == "os.getpid" for node in python.walk(Attribute)
        )
    outer = [call for call in python.walk(Call) if last_name(call.func) in _WRITES]
    return not all(any(lies_in(one, argument.value) for o in outer for argument in o.arguments) for one in asked)


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
_STORE = """\
import os
import tempfile

import triton_python_backend_utils as pb_utils


class Store:
    def __init__(self, path):
        self.path = path
        self.lock = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP268
        os.write(self.lock, str(os.getpid()).encode())

    def close(self):
        os.close(self.lock)


class TritonPythonModel:
    def initialize(self, args):
        self.store = Store(os.path.join(tempfile.gettempdir(), "tlp268-store.lock"))
"""
_FINALIZE = """\

    def finalize(self):
        self.store.close()
"""
_MARK = "#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP268\n"
EXAMPLES = (
    _CONFIG + _STORE + _EXECUTE + _FINALIZE,
    _CONFIG
    + _STORE.replace(_MARK, "").replace("os.close(self.lock)", "os.close(self.lock)\n        os.unlink(self.path)")
    + _EXECUTE
    + _FINALIZE,
    # A path of its own for each process.
    _CONFIG
    + _STORE.replace(_MARK, "").replace('"tlp268-store.lock"', 'f"tlp268-{os.getpid()}.lock"')
    + _EXECUTE
    + _FINALIZE,
    _CONFIG
    + """\
import tempfile
from pathlib import Path

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = Path(tempfile.gettempdir()) / "tlp268-spool"
        self._prepare()

    def _prepare(self):
        self.folder.mkdir(parents=True)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP268
"""
    + _EXECUTE,
    _CONFIG
    + """\
import tempfile
from pathlib import Path

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = Path(tempfile.gettempdir()) / "tlp268-kept"
        self.folder.mkdir(parents=True, exist_ok=True)
"""
    + _EXECUTE,
)
