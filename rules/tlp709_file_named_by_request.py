"""A file that a request may choose

## What it does
Reports `open`, `Path.read_text`, `Path.read_bytes`, `numpy.load` and the like of a path in which a text of a request
stands, where nothing in the file looks at that text: no table or list it has to stand in, no pattern, no test for the
folder, no `Path(…).name` and no `os.path.basename`.

## What happens
`../../etc/passwd`, or a path that begins with `/`, leads out of the folder: whoever can send a request reads any file
that the server may read.

## How to fix
Look the name up in a table of what may be read, or refuse a path that leads elsewhere:
`path.resolve().is_relative_to(folder)`.

## Source
CWE-22; run on a server of 24.10: `../private` was answered with a file beside the folder.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import returns
from tritonlint.inputs.python_request_flow import RequestFlow
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Expr,
    If,
    Subscript,
    dotted,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP709",
    name="file-named-by-request",
    effect="security",
    certainty="likely",
    words=("open", "read_text", "read_bytes", "load", "loadtxt", "genfromtxt", "fromfile", "memmap"),
)
_OPENS = frozenset(
    {"open", "io.open", "os.open", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile", "numpy.memmap"}
)
_NAMES = frozenset(RULE.words)
_OF_PATH = frozenset({"read_text", "read_bytes", "open"})
_BUFFERS = frozenset({"BytesIO", "StringIO", "ZipFile", "TarFile", "SpooledTemporaryFile", "urlopen"})
_LOOKS = frozenset(
    {
        "is_relative_to", "relative_to", "commonpath", "commonprefix", "basename", "secure_filename", "parents",
        "fullmatch", "match", "search", "isalnum", "isalpha", "isidentifier", "isdigit", "isdecimal", "startswith",
        "endswith", "iterdir", "listdir", "scandir", "glob", "rglob", "sub", "replace", "translate", "hexdigest",
        "lstrip", "strip_dirs", "normpath", "realpath", "abspath",
    }
)  # fmt: skip
"""Words of files that do something about names."""
_PARTS = frozenset({"name", "stem"})


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "TYPE_STRING" not in config.text or not python.understood or not _LOOKS.isdisjoint(python.identifiers):
        return
    opened = [(call, path) for call in python.walk(Call) if (path := _path(python, call)) is not None]
    if not opened or not _BUFFERS.isdisjoint(python.identifiers):
        return
    # `Path(name).name` has no folder; what a table has under a name is the table's.
    if any(node.attr in _PARTS and isinstance(node.value, Call) for node in python.walk(Attribute)):
        return
    flow = RequestFlow(python, config)
    for call, path in opened:
        function = python.function_at(call)
        if function is None or not flow.carries(path, flow.received(function)) or _is_asked(python, flow):
            continue
        yield Problem(
            _made(python, path).span,
            "a text of a request names this file: `../` or a leading `/` leads to any other that the server may read",
            help="look it up in a table, or test `path.resolve().is_relative_to(folder)` before",
            related=(Related(path.span, "opened here"),) if _made(python, path) is not path else (),
            key="path",
        )
        return


def _made(python: PythonFacts, path: Expr) -> Expr:
    """Where a path is put together, if that is one place."""
    found = python.follow(path) or []
    made = found[0][0] if len(found) == 1 else path
    called = called_function(python, made) if isinstance(made, Call) else None
    given = [statement.value for statement in returns(called)] if called is not None else []
    return given[0] if len(given) == 1 and given[0] is not None else made


def _path(python: PythonFacts, call: Call) -> Expr | None:
    """What a call opens."""
    last = call.func.attr if isinstance(call.func, Attribute) else dotted(call.func)
    if last not in _NAMES:
        return None
    if isinstance(call.func, Attribute) and call.func.attr in _OF_PATH:
        owner = dotted(call.func.value)
        if python.qualified(call.func) not in _OPENS and owner not in {"codecs", "gzip", "bz2", "lzma"}:
            return call.func.value
    return call.arguments[0].value if call.arguments and python.qualified(call.func) in _OPENS else None


def _is_asked(python: PythonFacts, flow: RequestFlow) -> bool:
    """Whether a test holds a text of a request against something, other than what was read before."""
    for node in python.walk(Compare):
        function = python.function_at(node)
        held = flow.received(function) if function is not None else set()
        if any(flow.carries(part, held) for part in (node.left, *node.rights)) and not _is_of_cache(python, node):
            return True
    return False


def _is_of_cache(python: PythonFacts, test: Compare) -> bool:
    """``if name not in self.known:`` around ``self.known[name] = …``."""
    around = [node for node in python.walk(If) if node.test is test]
    known = python.source(test.rights[0])
    return any(
        isinstance(target, Subscript) and python.source(target.value) == known
        for node in around
        for assign in walk(node.body, Assign)
        for target in assign.targets
    )


EXAMPLES = (
    """\
-- prompt/config.pbtxt --
backend: "python"
input { name: "template" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
-- prompt/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = Path(__file__).parent / "templates"

    def execute(self, requests):
        responses = []
        for request in requests:
            name = pb_utils.get_input_tensor_by_name(request, "template").as_numpy()[0].decode("utf-8")
            text = (self.folder / f"{name}.txt").read_text(encoding="utf-8")
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP709
            array = np.array([text], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("text", array)]))
        return responses
-- prompt/1/templates/greeting.txt --
Hello
-- prompt/1/private.txt --
Secret
""",
    """\
-- prompt/config.pbtxt --
backend: "python"
input { name: "template" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
-- prompt/1/model.py --
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = Path(__file__).parent / "templates"

    def execute(self, requests):
        responses = []
        for request in requests:
            name = pb_utils.get_input_tensor_by_name(request, "template").as_numpy()[0].decode("utf-8")
            if name not in ("short", "long"):
                error = pb_utils.TritonError("no such template", pb_utils.TritonError.NOT_FOUND)
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            with open(self.folder / f"{name}.txt", encoding="utf-8") as file:
                array = np.array([file.read()], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("text", array)]))
        return responses
-- prompt/1/templates/short.txt --
Hello
""",
    """\
-- table/config.pbtxt --
backend: "python"
input { name: "key" data_type: TYPE_STRING dims: [ 1 ] }
input { name: "shard" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "row" data_type: TYPE_STRING dims: [ 1 ] }
-- table/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.folder = os.path.join(args["model_repository"], args["model_version"])

    def execute(self, requests):
        responses = []
        for request in requests:
            key = pb_utils.get_input_tensor_by_name(request, "key").as_numpy()[0].decode("utf-8")
            shard = pb_utils.get_input_tensor_by_name(request, "shard").as_numpy()[0]
            path = os.path.join(self.folder, f"{shard}.txt")
            found = f"no {key}"
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    found = file.readline()
            array = np.array([found], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("row", array)]))
        return responses
""",
)
