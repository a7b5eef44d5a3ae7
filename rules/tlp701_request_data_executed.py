"""Request data that is run as code

## What it does
Follows what `get_input_tensor_by_name` gives, within a function, into `eval`, `exec`, `pickle.loads`, `yaml.load`,
`torch.load`, `joblib.load`, `np.load(allow_pickle=True)`, `os.system`, `os.popen` and `subprocess` with `shell=True`.

## What happens
Whoever can send a request runs code of their choice in the model's process.

## How to fix
Parse data with `json.loads` or `ast.literal_eval`; give `subprocess` a list and no shell.

## Source
The Python documentation's warnings for these functions.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Constant,
    For,
    Function,
    Name,
    Node,
    children,
    lies_in,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP701",
    name="request-data-executed",
    effect="security",
    certainty="likely",
    words=(
        "eval",
        "exec",
        "pickle",
        "cloudpickle",
        "dill",
        "marshal",
        "joblib",
        "jsonpickle",
        "system",
        "popen",
        "subprocess",
        "yaml",
        "allow_pickle",
        "torch",
    ),
)

_RUNS = frozenset(
    {
        "eval", "exec", "pickle.loads", "pickle.load", "dill.loads", "cloudpickle.loads", "marshal.loads",
        "joblib.load", "jsonpickle.decode", "os.system", "os.popen", "subprocess.getoutput", "yaml.unsafe_load",
    }
)  # fmt: skip
_WRITTEN = re.compile(
    r"\b(?:eval|exec|\w*pickle|dill|marshal|joblib|system|popen|subprocess|yaml|allow_pickle|torch\.load)\b"
)
_HOLDS = frozenset({"str", "bytes", "bytearray", "memoryview", "io.BytesIO", "io.StringIO", "base64.b64decode"})
_HARMLESS = frozenset({"int", "float", "bool", "len", "ast.literal_eval", "json.loads", "shlex.quote"})
_SHAPES = frozenset({"shape", "size", "ndim", "dtype"})


def check(python: PythonFacts) -> Iterator[Problem]:
    dangerous = [call for call in python.walk(Call) if call.arguments and _is_dangerous(python, call)]
    if not dangerous or not _WRITTEN.search(python.text):
        return
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        reads = {r.call.span for r in python.reads if r.function is not None and r.function.span == function.span}
        if not reads:
            continue
        names = _received(python, function, reads)
        for node in dangerous:
            if not any(lies_in(node, statement) for statement in function.body):
                continue
            name = python.qualified(node.func) or ""
            if _carries(python, node.arguments[0].value, reads, names):
                yield Problem(
                    node.span,
                    f"`{name}` gets data from a request: whoever can send one runs code here",
                    help="use `json.loads` or `ast.literal_eval` for data; give subprocess a list and no shell",
                    key=name,
                )


def _is_dangerous(python: PythonFacts, call: Call) -> bool:
    name = python.qualified(call.func) or ""
    return name in _RUNS or _runs(python, name, call)


def _runs(python: PythonFacts, name: str, call: Call) -> bool:
    """Whether the arguments make a call one that runs what it gets."""
    if name.startswith("subprocess."):
        return _is(call, "shell", True)
    if name == "numpy.load":
        return _is(call, "allow_pickle", True)
    if name == "torch.load":
        return not _is(call, "weights_only", True)
    if name == "yaml.load":
        loader = call.argument(1, "Loader")
        return loader is None or python.qualified(loader) in {"yaml.Loader", "yaml.UnsafeLoader"}
    return False


def _is(call: Call, keyword: str, value: object) -> bool:
    given = call.argument(None, keyword)
    return isinstance(given, Constant) and given.value is value


def _received(python: PythonFacts, function: Function, reads: set[Span]) -> set[str]:
    """The local names that can hold what a client sent."""
    names: set[str] = set()
    while True:
        before = len(names)
        for node in python.walk_function(function):
            targets: tuple[Node, ...] = ()
            source: Node | None = None
            if isinstance(node, Assign):
                targets, source = node.targets, node.value
            elif isinstance(node, For | Clause):
                targets, source = (node.target,), node.iterable
            if source is not None and _carries(python, source, reads, names):
                names |= {target.id for target in targets if isinstance(target, Name)}
        if len(names) == before:
            return names


def _carries(python: PythonFacts, node: Node, reads: set[Span], names: set[str]) -> bool:
    if node.span in reads or (isinstance(node, Name) and node.id in names):
        return True
    if isinstance(node, Attribute) and node.attr in _SHAPES:
        return False
    if isinstance(node, Call):
        if python.qualified(node.func) in _HARMLESS:
            return False
        # What a call returns is the client's data only if it is a conversion of it: a method, or str().
        if isinstance(node.func, Attribute) and _carries(python, node.func.value, reads, names):
            return True
        if python.qualified(node.func) not in _HOLDS:
            return False
    return any(_carries(python, child, reads, names) for child in children(node))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import io
import pickle

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            value = pickle.load(io.BytesIO(x[0]))
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP701
            y = pb_utils.Tensor("y", np.array([repr(value)], dtype=object))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            code = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = code[0].decode("utf-8")
            y = pb_utils.Tensor("y", np.asarray(eval(text), dtype=np.float32))
#                                               ^^^^^^^^^^ TLP701
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        scale = eval("1 + 1")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", (x * scale).astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
