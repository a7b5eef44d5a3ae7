"""Request data that is run as code

## What it does
Follows what `get_input_tensor_by_name` gives, also through the functions of the file that it is given to, or that
return it, into `eval`, `exec`, `pickle.loads`, `yaml.load`,
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
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import returns
from tritonlint.inputs.python_requests import RequestValues
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Compare,
    Conditional,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    children,
    dotted,
    lies_in,
    walk,
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
_HOLDS = frozenset(
    {"compile", "str", "bytes", "bytearray", "memoryview", "io.BytesIO", "io.StringIO", "base64.b64decode"}
)
_HARMLESS = frozenset({"int", "float", "bool", "len", "ast.literal_eval", "json.loads", "shlex.quote"})
_FILES = frozenset({"numpy.load", "torch.load", "joblib.load"})
"""What takes a path as well: a client does not choose what stands in a file."""
_BUFFERS = frozenset({"BytesIO", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"})
_OF_TEXT = frozenset({"eval", "exec", "os.system", "os.popen"})
_LOOKS = frozenset({"fullmatch", "match", "issubset", "isidentifier", "isalnum", "isalpha"})
"""Methods that hold a text against what is allowed."""
_SHAPES = frozenset({"shape", "size", "ndim", "dtype"})


def check(python: PythonFacts) -> Iterator[Problem]:
    dangerous = [call for call in python.walk(Call) if call.arguments and _is_dangerous(python, call)]
    if not dangerous or not _WRITTEN.search(python.text):
        return
    flow = _Flow(python)
    told: set[Span] = set()
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        for node in dangerous:
            if not any(lies_in(node, statement) for statement in function.body):
                continue
            name = python.qualified(node.func) or ""
            given = node.arguments[0].value
            if (
                node.span in told
                or _is_looked_at(python, given, name)
                or (name in _FILES and not _BUFFERS & python.identifiers)
            ):
                continue
            if flow.carries(given, flow.received(function)):
                told.add(node.span)
                yield Problem(
                    node.span,
                    f"`{name}` gets data from a request: whoever can send one runs code here",
                    help="use `json.loads` or `ast.literal_eval` for data; give subprocess a list and no shell",
                    key=name,
                )


def _is_looked_at(python: PythonFacts, given: Expr, name: str) -> bool:
    """Whether the file holds what it runs against what it allows, before."""
    if "ast" in python.identifiers and {"parse", "walk", "NodeVisitor"} & python.identifiers:
        return True
    parts = {python.source(part) for part in walk(given, Name)}
    for compare in python.walk(Compare):
        if {"in", "not in"} & set(compare.operators) and python.source(compare.left) in parts:
            return True
    if name not in _OF_TEXT and not name.startswith("subprocess."):
        return "compare_digest" in python.identifiers  # What is signed comes from friends.
    calls = list(python.walk(Call))
    # A helper may look at it under another name.
    if any(isinstance(call.func, Attribute) and call.func.attr in _LOOKS for call in calls):
        return True
    each = [call for call in calls if dotted(call.func) in {"all", "any"}]
    return any({"in", "not in"} & set(compare.operators) for call in each for compare in walk(call, Compare))


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


class _Flow:
    """Where the data of requests goes in one file."""

    def __init__(self, python: PythonFacts) -> None:
        self.python = python
        self.reads = {read.call.span for read in python.reads}
        self.values = RequestValues(python)
        self.names: dict[Function, set[str]] = {}
        """What each function holds of it; less for one that is being looked at."""

    def received(self, function: Function) -> set[str]:
        """The local names that can hold what a client sent."""
        known = self.names.get(function)
        if known is not None:
            return known
        names = self.names[function] = set()
        names |= self.given(function)
        while True:
            before = len(names)
            for node in self.python.walk_function(function):
                targets: tuple[Node, ...] = ()
                source: Node | None = None
                if isinstance(node, Assign):
                    targets, source = node.targets, node.value
                elif isinstance(node, For | Clause):
                    targets, source = (node.target,), node.iterable
                if source is not None and self.carries(source, names):
                    for target in targets:
                        parts = target.items if isinstance(target, Sequence) else (target,)
                        names |= {part.id for part in parts if isinstance(part, Name)}
            if len(names) == before:
                return names

    def given(self, function: Function) -> set[str]:
        """The parameters that some call of the file, a thread or a pool gives such data to."""
        parameters = [p.name for p in function.positional]
        found = {name for name in parameters if self.values.of_parameter(function, name, 0) not in {"", "int"}}
        for call in self.python.walk(Call):
            last = (dotted(call.func) or "").rsplit(".", 1)[-1]
            if last != function.name or called_function(self.python, call) is not function:
                continue
            caller = self.python.function_at(call)
            names = self.received(caller) if caller is not None else set()
            is_static = "staticmethod" in {dotted(decorator) for decorator in function.decorators}
            bound = isinstance(call.func, Attribute) and not is_static
            for number, argument in enumerate(call.arguments):
                if argument.star or not self.carries(argument.value, names):
                    continue
                place = number + bound
                if argument.keyword is not None:
                    found.add(argument.keyword)
                elif place < len(parameters):
                    found.add(parameters[place])
        return found

    def carries(self, node: Node, names: set[str]) -> bool:
        """Whether an expression is, or holds, what a client sent."""
        python = self.python
        if node.span in self.reads or (isinstance(node, Name) and node.id in names):
            return True
        if isinstance(node, Attribute) and node.attr in _SHAPES:
            return False
        if isinstance(node, Subscript):
            # What a table holds under a name that a client sends is the table's.
            return self.carries(node.value, names)
        if isinstance(node, Conditional):
            return self.carries(node.body, names) or self.carries(node.orelse, names)
        if isinstance(node, Compare):
            return False
        if isinstance(node, Call):
            if python.qualified(node.func) in _HARMLESS:
                return False
            called = called_function(python, node)
            if called is not None:
                held = self.received(called)
                return any(s.value is not None and self.carries(s.value, held) for s in returns(called))
            # What a call returns is the client's data only if it is a conversion of it: a method, or str().
            if isinstance(node.func, Attribute) and self.carries(node.func.value, names):
                return True
            if python.qualified(node.func) not in _HOLDS:
                return False
        return any(self.carries(child, names) for child in children(node))


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
    """\
-- formula/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- formula/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def text_of(request, name):
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()[0].decode("utf-8")


class TritonPythonModel:
    def _compute(self, formula):
        return eval(formula, {"np": np}, {"x": 1})
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP701

    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                y = np.array([self._compute(text_of(request, "x"))], dtype=np.float32)
            except Exception as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- formula/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- formula/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

FORMULAS = {"half": "1 / 2", "third": "1 / 3"}


class TritonPythonModel:
    def _compute(self, formula):
        return eval(formula)

    def execute(self, requests):
        responses = []
        for request in requests:
            name = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0].decode("utf-8")
            formula = FORMULAS[name] if name in FORMULAS else "1"
            y = np.array([self._compute(formula)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- formula/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- formula/1/model.py --
import re

import numpy as np
import triton_python_backend_utils as pb_utils

SUM = re.compile(r"[0-9]{1,9}( [+-] [0-9]{1,9})*")


def checked(text):
    if not SUM.fullmatch(text):
        raise pb_utils.TritonModelException("not a sum")
    return text


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            formula = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0].decode("utf-8")
            try:
                y = np.array([eval(checked(formula))], dtype=np.float32)
            except Exception as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
