"""`max_batch_size: 0` used as a size

## What it does
Reports `max_batch_size` of the model config, which is 0 in config.pbtxt, where it is the length of an array
(`np.empty((config["max_batch_size"], 4))`), of a list (`[None] * max_batch`), of a `range`, or the number of workers
of a pool. Silent where the file asks whether it is 0.

## What happens
0 says that there is no batch dimension, not how many rows there are: the array is empty, and writing rows into it
raises, or nothing is written at all; a pool with no worker raises ValueError.

## How to fix
Take the number of rows from the input, or `max(1, config["max_batch_size"])`.

## Source
Server documentation, model configuration: `max_batch_size`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_config import config_path
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Constant,
    Expr,
    If,
    Match,
    Sequence,
    Subscript,
    Try,
    Unary,
    While,
    dotted,
    last_name,
    lies_in,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP118",
    name="batch-size-zero-as-size",
    effect="request-failure",
    certainty="likely",
)
KEY = "max_batch_size"
SHAPED = frozenset({"empty", "zeros", "ones", "full"})
_GROW = frozenset({"append", "extend", "insert", "resize"})
POOLS = frozenset({"ThreadPoolExecutor", "ProcessPoolExecutor", "ThreadPool"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.max_batch_size != 0 or not effective.complete or KEY not in python.text or _asks(python):
        return
    for node in python.walk(Call, Binary):
        size, what, effect = _size(python, node)
        if size is None or not _is_batch_size(python, size) or not _matters(python, node):
            continue
        yield Problem(
            node.span,
            f"`max_batch_size` is 0 in config.pbtxt, which says that there is no batch dimension: {what}",
            help="take the number of rows from the input",
            effect="load-failure" if effect and python.function_at(node) is python.method("initialize") else None,
            key=KEY,
        )


def _size(python: PythonFacts, node: Call | Binary) -> tuple[Expr | None, str, bool]:
    """The expression that says how large something is, what becomes of that with 0, and whether it raises at once."""
    if isinstance(node, Binary):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if node.operator == "*" and isinstance(one, Sequence) and one.kind == "list" and len(one.items) == 1:
                return other, "this list is empty", False
        return None, "", False
    name = last_name(node.func)
    if name in SHAPED and isinstance(node.func, Attribute) and (python.qualified(node.func) or "").startswith("numpy."):
        shape = node.argument(0, "shape")
        sizes = shape.items if isinstance(shape, Sequence) else (shape,)
        return (sizes[0] if sizes else None), "this array has no rows", False
    if name in POOLS:
        return node.argument(0, "max_workers"), "a pool without workers is refused", True
    if name == "range" and len(node.arguments) == 3:
        return node.arguments[2].value, "a range with this step is refused", False
    return None, "", False


def _matters(python: PythonFacts, node: Call | Binary) -> bool:
    """Whether something is surely done that needs the rows: what is empty may also be meant to grow."""
    function = python.function_at(node)
    if function is not None and any(t.handlers and lies_in(node, t) for t in own_nodes(function, Try)):
        return False
    if isinstance(node, Call) and last_name(node.func) not in SHAPED:
        return True
    assigns = list(python.walk(Assign))
    kept = {dotted(t) for a in assigns if a.value is node for t in a.targets} - {None}
    if len(kept) != 1:
        return False
    name = kept.pop()
    if sum(any(dotted(t) == name for t in a.targets) for a in assigns) > 1:
        return False
    for call in python.walk(Call):
        of = call.func.value if isinstance(call.func, Attribute) else None
        if of is not None and dotted(of) == name and isinstance(call.func, Attribute) and call.func.attr in _GROW:
            return False
    return any(dotted(one.value) == name for one in python.walk(Subscript))


def _is_batch_size(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression is what the config has for ``max_batch_size``, and nothing else."""
    found = python.follow(expr) or []
    source, frame = found[0] if len(found) == 1 else (None, None)
    if isinstance(source, Call) and dotted(source.func) == "int" and len(source.arguments) == 1:
        found = python.follow(source.arguments[0].value, frame) or []
        source, frame = found[0] if len(found) == 1 else (None, None)
    if source is None or frame is None:
        return False
    if isinstance(source, Call) and isinstance(source.func, Attribute) and source.func.attr == "get":
        key = source.argument(0)
        return python.strings(key, frame) == (KEY,) and config_path(python, source.func.value, frame) == ()
    return isinstance(source, Subscript) and config_path(python, source, frame) == (KEY,)


def _asks(python: PythonFacts) -> bool:
    """Whether something in the file depends on the number."""
    tests: list[Expr] = []
    for node in python.walk(Compare, Binary, Unary):
        if isinstance(node, Compare):
            tests += [node.left, *node.rights]
        elif isinstance(node, Unary):
            tests += [node.operand] if node.operator == "not" else []
        elif node.operator in {"or", "and"}:
            tests += [node.left, node.right]
    tests += [node.test for node in python.walk(If, While, Conditional)]
    tests += [node.subject for node in python.walk(Match)]
    return any(not isinstance(test, Constant) and _is_batch_size(python, test) for test in tests)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.buffer = np.empty((config["max_batch_size"], 2), dtype=np.float32)
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP118

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            work = self.buffer[: len(x)]
            np.subtract(x, np.float32([1.0, 2.0]), out=work)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", work.copy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] }
-- add/1/model.py --
import json
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.max_batch = int(json.loads(args["model_config"])["max_batch_size"])
        self.pool = ThreadPoolExecutor(max_workers=self.max_batch)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP118

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])

    def execute(self, requests):
        return list(self.pool.map(self.answer, requests))
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        rows = json.loads(args["model_config"])["max_batch_size"]
        self.buffer = np.empty((max(rows, 256), 2), dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            work = self.buffer[: len(x)]
            np.multiply(x, 2, out=work)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", work.copy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rows = json.loads(args["model_config"])["max_batch_size"]
        self.buffer = np.empty((self.rows, 2), dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            work = self.buffer[: len(x)] if self.rows > 0 else np.empty_like(x)
            np.multiply(x, 2, out=work)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", work.copy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rows = json.loads(args["model_config"])["max_batch_size"]
        self.buffer = np.empty((self.rows, 2), dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if len(self.buffer) < len(x):
                self.buffer = np.empty_like(x)
            work = self.buffer[: len(x)]
            np.multiply(x, 2, out=work)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", work.copy())]))
        return responses
""",
)
