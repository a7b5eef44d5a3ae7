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
from tritonlint.inputs.python_load import missing_keys
from tritonlint.inputs.python_tree import Attribute, Call, Subscript
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP108",
    name="parameter-not-set",
    effect="request-failure",
    server_says=("KeyError: '",),
    words=("loads",),
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
    told = {missing.node.span for missing in missing_keys(python, config)}
    for node in python.walk(Subscript):
        if node.span in told:
            continue
        path = config_path(python, node, python.frame_at(node))
        asked = _got(node) if path is None else None
        outcome, place = "reading it raises KeyError", node.items[0].span
        if asked is not None and isinstance(asked.func, Attribute) and asked.argument(0) is not None:
            above = config_path(python, asked.func.value, python.frame_at(node))
            keys = python.strings(asked.argument(0), python.frame_at(node))
            path = (*above, keys[0]) if above is not None and keys is not None and len(keys) == 1 else None
            outcome, place = "this is None, and indexing it raises TypeError", asked.arguments[0].value.span
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
        literal = python.text[place.start : place.end] in {f'"{wanted}"', f"'{wanted}'"}
        yield Problem(
            place,
            f"config.pbtxt sets no parameter '{wanted}', so {outcome}",
            help=f"did you mean '{near}'?"
            if near
            else f'add `parameters {{ key: "{wanted}" value: {{ string_value: "…" }} }}`',
            related=(Related(present[near], "set here"),) if near else (),
            fix=Fix(f"read '{near}'", (Edit(place, f'"{near}"'),), safety="unsafe") if near and literal else None,
            effect="load-failure" if function is not None and function is initialize else None,
            certainty="certain" if sure else "likely",
            key=wanted,
        )


def _got(node: Subscript) -> Call | None:
    """The ``….get("key")`` without a default that is indexed."""
    made = node.value
    if isinstance(made, Call) and made.certain and isinstance(made.func, Attribute) and made.func.attr == "get":
        return made if len(made.arguments) == 1 else None
    return None


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
parameters { key: "OFFSET" value: { string_value: "2" } }
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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
parameters: { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        params = json.loads(args["model_config"]).get("parameters", {})
        self.scale = np.float32(params["factor"]["string_value"])
#                                      ^^^^^^^^ TLP108

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a * self.scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.scale = np.float32(config["parameters"].get("factor")["string_value"])
#                                                        ^^^^^^^^ TLP108

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a * self.scale)]))
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
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        params = json.loads(args["model_config"]).get("parameters", {})
        self.scale = np.float32(params["scale"]["string_value"])
        self.shift = np.float32(params.get("shift", {"string_value": "1"})["string_value"])

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a * self.scale * self.shift)]))
        return responses
""",
)
