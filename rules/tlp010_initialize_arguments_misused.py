"""initialize's arguments used as something else than a dict

## What it does
Reports `args.model_config` and the like (attributes that a dict does not have) and `json.loads(args)` in `initialize`.

## What happens
`args` is a dict of strings: `'dict' object has no attribute …`, or `the JSON object must be str, bytes or bytearray,
not dict`. The model does not load.

## How to fix
Write `args["model_config"]`, and `json.loads(args["model_config"])` for the parsed config.

## Source
Facts, python-backend 6.3; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute, Call, Name, Subscript
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP010",
    name="initialize-arguments-misused",
    effect="load-failure",
    server_says=("'dict' object has no attribute", "the JSON object must be str, bytes or bytearray, not dict"),
)
KEYS = frozenset(
    {
        "model_config",
        "model_instance_kind",
        "model_instance_name",
        "model_instance_device_id",
        "model_repository",
        "model_version",
        "model_name",
    }
)


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or len(initialize.positional) != 2 or initialize.decorators:
        return
    args = initialize.positional[1].name
    if not any(text in python.text for text in (f"{args}.", f"loads({args})", f"load({args}[")):
        return
    if len(python.frame_of(initialize).bindings.get(args, [])) != 1:
        return
    asked = f"isinstance({args}" in python.text
    for node in own_nodes(initialize):
        problem: Problem | None = None
        if isinstance(node, Attribute) and isinstance(node.value, Name) and node.value.id == args:
            if hasattr(dict, node.attr):
                continue
            edit = Edit(Span(python.path, node.value.span.end, node.span.end), f'["{node.attr}"]')
            problem = Problem(
                node.span,
                f"`{args}` is a dict: it has no attribute `{node.attr}`",
                help=f'write `{args}["{node.attr}"]`' if node.attr in KEYS else f"its keys: {', '.join(sorted(KEYS))}",
                fix=Fix("read the key", (edit,)) if node.attr in KEYS else None,
                certainty=None if unconditional(initialize, node) else "likely",
                key=node.attr,
            )
        elif isinstance(node, Call) and python.qualified(node.func) == "json.loads" and len(node.arguments) == 1:
            given = node.arguments[0].value
            if not isinstance(given, Name) or given.id != args:
                continue
            edit = Edit(given.span, f'{args}["model_config"]')
            problem = Problem(
                node.span,
                f"`{args}` is a dict, not JSON text: `json.loads` raises TypeError",
                help=f'write `json.loads({args}["model_config"])`',
                fix=Fix("parse the config", (edit,), safety="unsafe"),
                certainty=None if unconditional(initialize, node) else "likely",
                key="json",
            )
        elif isinstance(node, Call) and python.qualified(node.func) == "json.load" and len(node.arguments) == 1:
            given = node.arguments[0].value
            if not isinstance(given, Subscript) or not isinstance(given.value, Name) or given.value.id != args:
                continue
            end = node.func.span.end
            problem = Problem(
                node.func.span,
                "`json.load` reads a file, and this is text: it raises AttributeError",
                help="write `json.loads`",
                fix=Fix("write json.loads", (Edit(Span(python.path, end, end), "s"),)),
                certainty=None if unconditional(initialize, node) else "likely",
                key="load",
            )
        if problem is not None and not asked and not guarded(python.body, node):
            yield problem


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.name = args.model_name
#                   ^^^^^^^^^^^^^^^ TLP010

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.name = args["model_name"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args)
#                     ^^^^^^^^^^^^^^^^ TLP010

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        self.name = args.get("model_name")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.load(args["model_config"])
#                     ^^^^^^^^^ TLP010

    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in tensors]
""",
)
