"""Request data that is run as code

## What it does
Follows what `get_input_tensor_by_name` gives, also through the functions of the file that it is given to, or that
return it, or keep it in an object, into `eval`, `exec`, `pickle.loads`, `yaml.load`,
`torch.load`, `joblib.load`, `np.load(allow_pickle=True)`, `os.system`, `os.popen` and `subprocess` with `shell=True`.
Silent where the file holds it against what is allowed; a check that nothing calls is none.

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
from tritonlint.inputs.python_request_flow import RequestFlow
from tritonlint.inputs.python_threads import loading_and_answering, reached
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Node,
    dotted,
    last_name,
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
_FILES = frozenset({"numpy.load", "torch.load", "joblib.load"})
"""What takes a path as well: a client does not choose what stands in a file."""
_BUFFERS = frozenset({"BytesIO", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"})
_OF_TEXT = frozenset({"eval", "exec", "os.system", "os.popen"})
_LOOKS = frozenset({"fullmatch", "match", "issubset", "isidentifier", "isalnum", "isalpha"})
"""Methods that hold a text against what is allowed."""
_LOOKS_INTO_TREE = frozenset(
    {"walk", "visit", "generic_visit", "NodeVisitor", "iter_child_nodes", "isinstance", "type", "body", "literal_eval"}
)
"""Names of what looks at the parts of a text that `ast` has parsed."""


def check(python: PythonFacts) -> Iterator[Problem]:
    dangerous = [call for call in python.walk(Call) if call.arguments and _is_dangerous(python, call)]
    if not dangerous or not _WRITTEN.search(python.text):
        return
    flow = RequestFlow(python)
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
    """Whether the file holds what it runs against what it allows, before; what nothing calls holds nothing."""
    live = {id(function) for function in reached(python, loading_and_answering(python))}

    def runs(node: Node) -> bool:
        function = python.function_at(node)
        known = function is not None and python.bases_known and not function.name.startswith("__")
        return not known or id(function) in live

    if "ast" in python.identifiers:
        of_tree = (node for node in python.walk(Name, Attribute) if last_name(node) in _LOOKS_INTO_TREE)
        if any(runs(node) for node in of_tree):
            return True
    parts = {python.source(part) for part in walk(given, Name)}
    for compare in python.walk(Compare):
        if {"in", "not in"} & set(compare.operators) and python.source(compare.left) in parts and runs(compare):
            return True
    if name not in _OF_TEXT and not name.startswith("subprocess."):
        return "compare_digest" in python.identifiers  # What is signed comes from friends.
    calls = [call for call in python.walk(Call) if runs(call)]
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
    """\
-- formula/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP64 dims: [ 1 ] }
-- formula/1/model.py --
import ast

import numpy as np
import triton_python_backend_utils as pb_utils


class Formula:
    def __init__(self, source):
        self.source = source
        self.tree = ast.parse(source.strip(), mode="eval")

    def check(self):
        for node in ast.walk(self.tree):
            if not isinstance(node, (ast.Expression, ast.BinOp, ast.Constant, ast.operator)):
                raise ValueError("not allowed")

    def value(self):
        return eval(self.source, {})
#              ^^^^^^^^^^^^^^^^^^^^^ TLP701


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            formula = Formula(x[0].decode("utf-8"))
            y = np.array([formula.value()], dtype=np.float64)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- formula/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP64 dims: [ 1 ] }
-- formula/1/model.py --
import ast

import numpy as np
import triton_python_backend_utils as pb_utils


class Formula:
    def __init__(self, source):
        self.source = source
        self.tree = ast.parse(source.strip(), mode="eval")

    def check(self):
        for node in ast.walk(self.tree):
            if not isinstance(node, (ast.Expression, ast.BinOp, ast.Constant, ast.operator)):
                raise ValueError("not allowed")

    def value(self):
        return eval(self.source, {})


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            formula = Formula(x[0].decode("utf-8"))
            formula.check()
            y = np.array([formula.value()], dtype=np.float64)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
