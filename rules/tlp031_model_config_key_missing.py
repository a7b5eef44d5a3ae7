"""initialize reads a key that is not there

## What it does
Reports keys that `initialize` reads in every load and that do not exist: a parameter that config.pbtxt does not set
(`config["parameters"]["size"]`), another key of a parameter than `string_value`, a field that the config does not have,
another key of `args` than Triton's seven, and the result of `get_output_config_by_name` for a tensor that is not
declared. So is `args.get("parameters", {})` with a default, for what config.pbtxt holds and `args` never does.

## What happens
`KeyError`, or `'NoneType' object is not subscriptable`: the model does not load. `args.get` always gives its default:
what config.pbtxt says is ignored, with status OK.

## How to fix
Add the parameter to config.pbtxt, or read it with `.get()` and a default. The config is in
`json.loads(args["model_config"])`.

## Source
Facts, python-backend 6.3; loaded on a real server of 24.10.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_load import ARGUMENTS, misplaced_defaults, missing_keys
from tritonlint.inputs.python_tree import Subscript
from tritonlint.pbtxt.schema import root_type
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP031",
    name="model-config-key-missing",
    effect="load-failure",
    server_says=("KeyError:", "'NoneType' object is not subscriptable"),
)


HOLDERS = {
    "argument": 'the arguments of initialize hold no "{}"',
    "parameter": 'config.pbtxt sets no parameter "{}"',
    "value": 'a parameter holds no "{}"',
    "field": 'this model\'s config holds no "{}"',
    "none": "config.pbtxt declares no tensor of this name, so there is only None to read from",
}


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    seen: set[Span] = set()
    for failure in missing_keys(python, config):
        node, key = failure.node, failure.detail
        if not isinstance(node, Subscript) or node.span in seen:
            continue
        seen.add(node.span)
        known: list[str] = []
        if failure.kind == "argument":
            known = sorted(ARGUMENTS)
            help_text = f"there are only {', '.join(known)}"
        elif failure.kind == "parameter":
            known = [str(name) for name in config.root.map("parameters")]
            help_text = f'add parameter "{key}" to config.pbtxt, or read it with `.get("{key}")` and a default'
        elif failure.kind == "value":
            known = ["string_value"]
            help_text = 'a parameter has one key, "string_value"'
        elif failure.kind == "field":
            known = [name for name in root_type().fields if name != key]
            help_text = f'add {key} to config.pbtxt, or read it with `.get("{key}")`'
        else:
            help_text = "use the name of a tensor in config.pbtxt"
        near = get_close_matches(key, known, 1, 0.7)
        written = python.source(node.items[0])
        fix = None
        if near and failure.kind != "none" and written in {f'"{key}"', f"'{key}'"}:
            edit = Edit(node.items[0].span, f'"{near[0]}"')
            fix = Fix(f"read {near[0]}", (edit,), safety="unsafe")
        yield Problem(
            node.span if failure.kind == "none" else node.items[0].span,
            f"{HOLDERS[failure.kind].format(key)}: initialize fails and the model cannot load",
            help=f'did you mean "{near[0]}"?' if near else help_text,
            fix=fix,
            key=key,
        )
    for call, key in misplaced_defaults(python, config):
        yield Problem(
            call.span,
            f"{HOLDERS['argument'].format(key)}: this is always the default, whatever config.pbtxt says",
            help=f"""read "{key}" from `json.loads(args["model_config"])`""",
            effect="wrong-result",
            certainty="likely",  # The default may say the same.
            key=key,
        )


EXAMPLES = (
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
        self.config = json.loads(args["model_config"])
        self.size = int(self.config["parameters"]["size"]["string_value"])
#                                                 ^^^^^^ TLP031

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
        self.folder = args["model_path"]
#                          ^^^^^^^^^^^^ TLP031

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
        parameters = config["parameters"]
        self.size = int(parameters["size"]["string_value"]) if "size" in parameters else 4

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
parameters { key: "scale" value: { string_value: "2" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.scale = int(parameters["scales"]["string_value"])
#                                   ^^^^^^^^ TLP031

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
-- fixed: add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.scale = int(parameters["scale"]["string_value"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "scale" value: { string_value: "3" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        parameters = args.get("parameters", {})
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP031
        self.scale = np.float32(parameters.get("scale", {}).get("string_value", "1"))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "scale" value: { string_value: "3" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        parameters = self.config.get("parameters", {})
        self.scale = np.float32(parameters.get("scale", {}).get("string_value", "1"))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    # The config is asked first.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "scale" value: { string_value: "3" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = args.get("parameters", {}) or json.loads(args["model_config"])["parameters"]
        self.scale = np.float32(parameters["scale"]["string_value"])
        self.name = args.get("model_name", "add")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
)
