"""What a clean-up does that the end of the process does not; what loading makes that must not be there yet."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Function,
    If,
    Name,
    Node,
    Subscript,
    Try,
    last_name,
    lies_in,
)

REMOVERS = frozenset({"os.unlink", "os.remove", "os.rmdir", "os.removedirs", "shutil.rmtree"})
"""Functions that take away files and folders."""
OF_PATH = frozenset({"unlink", "rmdir"})
"""Methods of paths that do so."""
OF_PROCESS = frozenset({"terminate", "kill"})
"""Methods that end a child process."""
_DUMPS = frozenset(
    {"json.dump", "pickle.dump", "joblib.dump", "torch.save", "yaml.dump", "yaml.safe_dump"}
    | {"numpy.save", "numpy.savez", "numpy.savez_compressed", "numpy.savetxt"}
)
_WRITES = frozenset({"write_text", "write_bytes", "to_csv", "to_parquet", "commit"})
_FILLS = frozenset({"append", "appendleft", "extend", "add", "update", "put", "put_nowait", "setdefault"})
RANDOM = frozenset({"mkdtemp", "mkstemp", "uuid4", "uuid1", "getpid", "time", "time_ns", "token_hex"})
"""What makes a path another one each time."""
_ASKS = frozenset({"exists", "isfile", "isdir", "is_file", "is_dir", "FileExistsError"})
_NEW = frozenset({"os.mkdir", "os.symlink", "os.mkfifo", "shutil.copytree", "os.makedirs"})
"""Functions that make something that must not be there yet; the last two take a word that they may find it."""


def removed(python: PythonFacts, ends: Iterable[Function]) -> Node | None:
    """Where a clean-up takes away a file, a folder or a process."""
    for function in reached(python, ends):
        for call in own_nodes(function, Call):
            if python.qualified(call.func) in REMOVERS:
                return call
            if isinstance(call.func, Attribute) and call.func.attr in OF_PATH | OF_PROCESS and not call.arguments:
                return call
    return None


def written_out(python: PythonFacts, ends: Iterable[Function]) -> Node | None:
    """Where a clean-up writes to a file what requests have put into a buffer of the model or of what it keeps."""
    execute = python.method("execute")
    if execute is None:
        return None
    functions = reached(python, ends)
    writes = [call for function in functions for call in own_nodes(function, Call) if _writes(python, call)]
    if not writes:
        return None
    filled = {name for function in reached(python, [execute]) for name in _filled(function)}
    read = {node.attr for function in functions for node in own_nodes(function, Attribute)}
    return writes[0] if filled & read else None


def writes_always(python: PythonFacts, write: Node) -> bool:
    """Whether requests may come to a write whether or not a buffer is full."""
    execute, writer = python.method("execute"), python.function_at(write)
    serving = reached(python, [execute]) if execute is not None else []
    if writer is None or writer not in serving:
        return False
    tests = [test for function in serving for test in own_nodes(function, If)]
    calls = [
        node
        for function in serving
        for node in own_nodes(function, Name, Attribute)
        if (node.id if isinstance(node, Name) else node.attr) == writer.name
    ]
    return not all(any(lies_in(node, test) for test in tests) for node in calls)


def _writes(python: PythonFacts, call: Call) -> bool:
    """Whether a call writes to a file, or makes one to write to."""
    name = python.qualified(call.func)
    if name in _DUMPS or (isinstance(call.func, Attribute) and call.func.attr in _WRITES):
        return True
    opens = name in {"open", "gzip.open", "io.open"}
    if not opens and not (isinstance(call.func, Attribute) and call.func.attr == "open"):
        return False
    mode = call.argument(1 if opens else 0, "mode")
    return isinstance(mode, Constant) and isinstance(mode.value, str) and not set("wax").isdisjoint(mode.value)


def _filled(function: Function) -> Iterable[str]:
    """The attributes that a function puts something into."""
    for call in own_nodes(function, Call):
        if isinstance(call.func, Attribute) and call.func.attr in _FILLS and isinstance(call.func.value, Attribute):
            yield call.func.value.attr
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            holder = target.value if isinstance(target, Subscript) else target if assign.operator else None
            if isinstance(holder, Attribute):
                yield holder.attr


def made_exclusively(python: PythonFacts, loading: Iterable[Function]) -> tuple[Function, Call] | None:
    """Where loading makes a file or folder that must not be there yet, and neither looks for it nor removes it."""
    functions = reached(python, loading)
    calls = [call for function in functions for call in own_nodes(function, Call)]
    names = {last_name(call.func) for call in calls}
    if not _ASKS.isdisjoint(python.identifiers) or not (names - {"getpid"}).isdisjoint(RANDOM):
        return None
    if any(python.qualified(call.func) in REMOVERS for call in calls) or not names.isdisjoint(OF_PATH):
        return None
    for function in functions:
        tries = [attempt for attempt in own_nodes(function, Try) if attempt.handlers]
        for call in own_nodes(function, Call):
            if _is_exclusive(python, call) and not any(lies_in(call, attempt) for attempt in tries):
                return function, call
    return None


def _is_exclusive(python: PythonFacts, call: Call) -> bool:
    """Whether a call fails when what it makes is there."""
    name, method = python.qualified(call.func), call.func.attr if isinstance(call.func, Attribute) else ""
    of_path = "pathlib" in python.imports and isinstance(call.func, Attribute)
    if name == "os.open":
        flags = call.argument(1, "flags")
        sources = python.follow(flags) if flags is not None else None
        return any("O_EXCL" in python.source(source) for source, _ in sources or ())
    if name == "open" or (of_path and method == "open"):
        mode = call.argument(1 if name == "open" else 0, "mode")
        return isinstance(mode, Constant) and "x" in str(mode.value)
    if name in _NEW or (of_path and method == "mkdir" and name is None):
        return call.certain and not any((one.keyword or "").endswith("exist_ok") for one in call.arguments)
    found = call.argument(None, "exist_ok") if of_path and method == "touch" else None
    return isinstance(found, Constant) and found.value is False
