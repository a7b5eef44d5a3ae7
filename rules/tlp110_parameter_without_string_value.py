"""A config parameter used without its `string_value`

## What it does
Follows the parsed `args["model_config"]` to `["parameters"]["…"]` and reports it where its text is meant: in
`float(…)`, `int(…)`, `json.loads(…)` and the like, in a comparison with a literal, and with the methods of a string.
Reports its `string_value` too, in arithmetic with a number or an array of numbers.

## What happens
In the parsed config a parameter is `{"string_value": "…"}`. `float() argument must be a string or a real number, not
'dict'`: the model does not load, or the request fails. A comparison is never true.

## How to fix
Write `["string_value"]` behind it, and `float(…)` or `int(…)` around that where a number is meant.

## Source
Facts, python-backend 6.3; observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem, as_one
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_config import config_path
from tritonlint.inputs.python_dtypes import Types
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import types_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Constant,
    Expr,
    Function,
    Name,
    Subscript,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP110",
    name="parameter-without-string-value",
    effect="request-failure",
    server_says=("argument must be a string", "'dict' object has no attribute"),
    words=("loads",),
)
READERS = frozenset({"float", "int", "json.loads", "numpy.float32", "numpy.int32", "ast.literal_eval"})
STRING_METHODS = frozenset({"lower", "upper", "split", "strip", "startswith", "endswith", "replace", "encode"})


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "string_value" in python.text:
        yield from _text_as_number(python, types_of(python, config))
    if "parameters" not in python.text or _unwrapped(python):
        return
    initialize, execute = python.method("initialize"), python.method("execute")
    # Whoever forgets it forgets it with every parameter that a function reads.
    found: dict[tuple[Function | None, Effect], list[Problem]] = {}
    for node in python.walk(Call, Compare):
        used, effect = _used(python, node)
        path = config_path(python, used, python.frame_at(node)) if used is not None else None
        if used is None or path is None or len(path) != 2 or path[0] != "parameters":
            continue
        function = python.function_at(node)
        sure = function is not None and function in {initialize, execute} and unconditional(function, node)
        if effect == "request-failure" and function is not None and function is initialize:
            effect = "load-failure"
        end = Span(python.path, used.span.end, used.span.end)
        problem = Problem(
            used.span,
            f"a parameter is a dict here, and its text is `['string_value']` of it: this {_outcome(effect)}",
            help='write `["string_value"]` behind it',
            fix=Fix('read its "string_value"', (Edit(end, '["string_value"]'),), safety="unsafe"),
            effect=effect,
            certainty="certain" if sure or effect == "wrong-result" else "likely",
            key=str(path[1]),
        )
        found.setdefault((function, effect), []).append(problem)
    for problems in found.values():
        yield from as_one(sorted(problems, key=lambda one: one.certainty != "certain"))


def _unwrapped(python: PythonFacts) -> bool:
    """Whether the file puts the texts in the place of the dicts: `parameters[key] = value["string_value"]`."""
    return any(
        isinstance(target, Subscript) and node.value is not None and "string_value" in python.source(node.value)
        for node in python.walk(Assign)
        for target in node.targets
    )


def _used(python: PythonFacts, node: Call | Compare) -> tuple[Expr | None, Effect]:
    """What is used as if it were text, and what comes of it."""
    if isinstance(node, Compare):
        literal = isinstance(node.rights[0], Constant) and isinstance(node.rights[0].value, str)
        equal = len(node.rights) == 1 and node.operators[0] in {"==", "!="}
        return node.left if literal and equal else None, "wrong-result"
    if isinstance(node.func, Attribute) and node.func.attr in STRING_METHODS:
        return node.func.value, "request-failure"
    if len(node.arguments) == 1 and python.qualified(node.func) in READERS:
        return node.arguments[0].value, "request-failure"
    return None, "request-failure"


def _outcome(effect: Effect) -> str:
    return "is never equal" if effect == "wrong-result" else "raises TypeError or AttributeError"


def _text_as_number(python: PythonFacts, types: Types) -> Iterator[Problem]:
    """The text of a parameter in arithmetic with numbers."""
    initialize, execute = python.method("initialize"), python.method("execute")
    for node in python.walk(Binary):
        if node.operator not in {"+", "-", "*", "/", "//", "**"}:
            continue
        frame = python.frame_at(node)
        for text, other in ((node.left, node.right), (node.right, node.left)):
            path = config_path(python, text, frame) if isinstance(text, Name | Attribute | Subscript) else None
            if path is None or len(path) != 3 or path[0] != "parameters" or path[2] != "string_value":
                continue
            number = isinstance(other, Constant) and type(other.value) in {int, float}
            repeated = node.operator == "*" and isinstance(other, Constant) and type(other.value) is int
            dtype = types.of(other, frame)
            if repeated or not (number or (dtype is not None and dtype.startswith(("int", "uint", "float")))):
                continue
            function = python.function_at(node)
            sure = function is not None and function in {initialize, execute} and unconditional(function, node)
            start, end = text.span.start, text.span.end
            yield Problem(
                text.span,
                "the `string_value` of a parameter is a string, and the other side is numbers: this raises TypeError",
                help=f"write `float({python.source(text)})`",
                fix=Fix(
                    "make it a number",
                    (Edit(Span(python.path, start, start), "float("), Edit(Span(python.path, end, end), ")")),
                    safety="unsafe",
                ),
                effect="load-failure" if function is not None and function is initialize else "request-failure",
                certainty="certain" if sure else "likely",
                key=str(path[1]),
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = float(self.config["parameters"]["scale"])
#                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP110
            y = pb_utils.Tensor("y", x * scale)
            responses.append(pb_utils.InferenceResponse([y]))
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
            scale = float(self.config["parameters"]["scale"]["string_value"])
            y = pb_utils.Tensor("y", x * scale)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = 3 if self.config["parameters"]["scale"] == "2" else 1
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP110
            y = pb_utils.Tensor("y", x * scale)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = float(self.config["parameters"]["scale"]["string_value"])
            y = pb_utils.Tensor("y", x * scale)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.parameters = json.loads(args["model_config"])["parameters"]
        for key, value in self.parameters.items():
            self.parameters[key] = value["string_value"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = float(self.parameters["scale"])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
parameters: { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        params = json.loads(args["model_config"])["parameters"]
        self.scale = params["scale"]["string_value"]

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a * self.scale)]))
#                                                                                 ^^^^^^^^^^ TLP110
        return responses
""",
)
