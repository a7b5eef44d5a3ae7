"""The config text used as if it were a dict

## What it does
Reports `args["model_config"]["…"]` and the helpers that take a parsed config being given the text.

## What happens
`args` holds strings only, `model_config` is JSON text: `string indices must be integers`, and the model does not
load.

## How to fix
Write `json.loads(args["model_config"])`.

## Source
Facts, python-backend 6.3 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Constant,
    Expr,
    Function,
    ImportFrom,
    Name,
    Node,
    Subscript,
    dotted,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP011",
    name="model-config-not-parsed",
    effect="load-failure",
    server_says=("string indices must be integers",),
)
HELPERS = frozenset({"get_input_config_by_name", "get_output_config_by_name"})


def _text(python: PythonFacts, expr: Expr, args: str, frame: Frame) -> Expr | None:
    """The ``args["model_config"]`` that an expression stands for, when it can be nothing else."""
    sources = python.follow(expr)
    if not sources or len(sources) != 1:
        return None
    source, where = sources[0]
    if not isinstance(source, Subscript) or len(source.items) != 1 or where is not frame:
        return None
    return source if _is_text(source, args) else None


def _is_text(node: Subscript, args: str) -> bool:
    """Whether a node is ``args["model_config"]``."""
    key = node.items[0] if len(node.items) == 1 else None
    of_args = isinstance(node.value, Name) and node.value.id == args
    return of_args and isinstance(key, Constant) and key.value == "model_config"


def _used(python: PythonFacts, initialize: Function, args: str) -> bool:
    """Whether the text is used for anything else than being parsed at once, as it is nearly everywhere."""
    parsed = {
        id(call.arguments[0].value)
        for call in python.walk_function(initialize, Call)
        if isinstance(call.func, Attribute) and call.func.attr == "loads" and call.arguments
    }
    texts = (node for node in python.walk_function(initialize, Subscript) if _is_text(node, args))
    return any(id(node) not in parsed for node in texts)


def _fix(python: PythonFacts, text: Expr) -> Fix:
    start, end = text.span.start, text.span.end
    edits = [Edit(Span(python.path, start, start), "json.loads("), Edit(Span(python.path, end, end), ")")]
    imported = python.frames[0].bindings.get("json", [])
    if not imported:
        first = next((s for s in python.body if getattr(s, "names", None) and not _future(s)), None)
        at = first.span.start if first is not None else 0
        edits.append(Edit(Span(python.path, at, at), f"import json{python.newline}"))
    return Fix("parse the config", tuple(edits))


def _future(statement: Node) -> bool:
    return isinstance(statement, ImportFrom) and statement.module == "__future__"


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if (
        initialize is None
        or initialize.decorators
        or len(initialize.positional) != 2
        or "model_config" not in python.text
    ):
        return
    args, frame = initialize.positional[1].name, python.frame_of(initialize)
    if len(frame.bindings.get(args, [])) != 1 or args in python.mutated or not _used(python, initialize, args):
        return
    if any(dotted(call.func) == "isinstance" for call in python.walk_function(initialize, Call)):
        return
    seen: set[int | None] = set()
    for node in python.walk(Subscript, Call):
        used: Node | None = None
        source: Expr | None = None
        if isinstance(node, Subscript) and len(node.items) == 1:
            if isinstance(node.items[0], Constant) and isinstance(node.items[0].value, str):
                used, source = node, node.value
        elif isinstance(node, Call):
            if isinstance(node.func, Attribute) and node.func.attr in {"get", "items", "keys"}:
                used, source = node, node.func.value
            elif python.pb_name(node.func) in HELPERS:
                used, source = node, node.argument(0)
        text = _text(python, source, args, frame) if source else None
        if used is None or source is None or text is None or text.span.start in seen or guarded(python.body, used):
            continue
        seen.add(text.span.start)
        yield Problem(
            source.span,
            'args["model_config"] is JSON text, not a dict',
            help=f"write `json.loads({python.source(text)})`",
            fix=_fix(python, text),
            effect="load-failure" if python.function_at(used) is initialize else "request-failure",
            key="model_config",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.parameters = args["model_config"]["parameters"]
#                         ^^^^^^^^^^^^^^^^^^^^ TLP011

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import json
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.parameters = json.loads(args["model_config"])["parameters"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
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
    def initialize(self, args):
        self.config = args["model_config"]
        pb_utils.get_output_config_by_name(self.config, "y")
#                                          ^^^^^^^^^^^ TLP011

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.parameters = config["parameters"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- decorated/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- decorated/1/model.py --
import triton_python_backend_utils as pb_utils
import functools, json


def parsed(function):
    @functools.wraps(function)
    def wrapper(self, args):
        return function(self, {**args, "model_config": json.loads(args["model_config"])})

    return wrapper


class TritonPythonModel:
    @parsed
    def initialize(self, args):
        self.name = args["model_config"]["name"]
        self.out = pb_utils.get_output_config_by_name(args["model_config"], "y")["name"]
        self.kind = args["model_config"].get("backend")

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor(self.out, pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
