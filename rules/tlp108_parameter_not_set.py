"""A config parameter that model.py reads and config.pbtxt does not set

## What it does
Follows the parsed `args["model_config"]` to `["parameters"]["…"]` and compares the key with the parameters that
config.pbtxt sets. Silent where the read is in a try, or the file looks for the key before, or uses `.get`. What
`initialize` reads in every load is another rule's (model-config-key-missing).

## What happens
`KeyError`: requests that come by fail; in `initialize` the model does not load.

## How to fix
Set the parameter, or read it with `.get`.

## Source
Facts, python-backend 6.3 (observed on 24.10).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_config import config_path
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import excused
from tritonlint.inputs.python_load import failures
from tritonlint.inputs.python_tree import Subscript
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP108",
    name="parameter-not-set",
    effect="request-failure",
    server_says=("KeyError: '",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "parameters" not in python.text or not python.understood or config.problems or config.root.uncertain:
        return
    present: dict[str, Span] = {}
    for entry in config.root.messages("parameters"):
        key = entry.scalar("key")
        if key is None or not isinstance(key.value, str):
            return
        present[key.value] = key.span
    initialize, execute = python.method("initialize"), python.method("execute")
    told = {failure.node.span for failure in failures(python, config)}
    for node in python.walk(Subscript):
        if node.span in told:
            continue
        path = config_path(python, node, python.frame_at(node))
        if path is None or len(path) != 2 or path[0] != "parameters" or not isinstance(path[1], str):
            continue
        wanted = path[1]
        if wanted in present or excused(python, node, wanted):
            continue
        function = python.function_at(node)
        sure = function is not None and function in {initialize, execute} and unconditional(function, node)
        folded = {key.lower(): key for key in present}
        close = get_close_matches(wanted.lower(), folded, 1, 0.75)
        near = folded[close[0]] if close else None
        place = node.items[0].span
        literal = python.source(node.items[0]) in {f'"{wanted}"', f"'{wanted}'"}
        yield Problem(
            place,
            f"config.pbtxt sets no parameter '{wanted}', so reading it raises KeyError",
            help=f"did you mean '{near}'?"
            if near
            else f'add `parameters {{ key: "{wanted}" value: {{ string_value: "…" }} }}`',
            related=(Related(present[near], "set here"),) if near else (),
            fix=Fix(f"read '{near}'", (Edit(place, f'"{near}"'),), safety="unsafe") if near and literal else None,
            effect="load-failure" if function is not None and function is initialize else None,
            certainty="certain" if sure else "likely",
            key=wanted,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "SCALE" value: { string_value: "2" } }
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
#                                                   ^^^^^^^ TLP108
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
            scale = float(self.config["parameters"]["SCALE"]["string_value"])
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
parameters { key: "SCALE" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.scale = config["parameters"].get("scale", {"string_value": "1"})["string_value"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
