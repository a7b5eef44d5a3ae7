"""A key of the model config that is not there

## What it does
Follows the parsed `args["model_config"]` and reports keys that a model config never has (`["inputs"]`, `["dtype"]` of
an output), numbers beyond the declared inputs and outputs, and sections that are absent as long as config.pbtxt does
not set them (`model_transaction_policy`, `dynamic_batching`, `sequence_batching`, …). Silent where the read is in a
try or the file looks for the key before. The keys that `initialize` reads in every load are another rule's
(model-config-key-missing), tensors' entries apart.

## What happens
`KeyError`: the model does not load when `initialize` reads it, and requests fail when `execute` does.

## How to fix
Write the key as config.pbtxt does (`input`, `data_type`), or read a section that may be absent with `.get`.

## Source
Facts, python-backend 6.3; the keys that are always there were listed on 24.10.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_config import ConfigPath, config_path
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import Direction, declared, excused, tensors_of
from tritonlint.inputs.python_load import missing_keys
from tritonlint.inputs.python_tree import Subscript
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP109",
    name="config-key-missing",
    effect="load-failure",
    server_says=("KeyError: '",),
    words=("loads",),
)
ALWAYS = frozenset(
    {
        "name", "platform", "backend", "version_policy", "max_batch_size", "input", "output", "batch_input",
        "batch_output", "optimization", "instance_group", "default_model_filename", "cc_model_filenames", "metric_tags",
        "parameters", "model_warmup",
    }
)  # fmt: skip
WHEN_SET = frozenset({"dynamic_batching", "sequence_batching", "ensemble_scheduling", "model_transaction_policy"})
OTHERS = frozenset({"runtime", "model_operations", "model_repository_agents", "response_cache", "model_metrics"})
"""Present in some releases only, or filled in by the server: never reported."""
TENSOR = frozenset(
    {
        "name", "data_type", "format", "dims", "reshape", "is_shape_tensor", "allow_ragged_batch", "optional",
        "label_filename", "is_non_linear_format_io",
    }
)  # fmt: skip


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "model_config" not in python.text or not python.understood or config.problems or config.root.uncertain:
        return
    initialize, execute = python.method("initialize"), python.method("execute")
    completes = python.method("auto_complete_config") is not None or python.may_define("auto_complete_config")
    told = {missing.node.span for missing in missing_keys(python, config)}
    for node in python.walk(Subscript):
        if len(node.items) != 1 or node.span in told:
            continue
        path = config_path(python, node, python.frame_at(node))
        if not path:
            continue
        if not isinstance(path[-1], str):
            yield from _beyond(python, config, node, path)
            continue
        wanted = path[-1]
        if len(path) == 1:
            known = ALWAYS | WHEN_SET | OTHERS
            unset = wanted in WHEN_SET and not completes and not config.root.has(wanted)
        elif len(path) == 3 and path[0] in {"input", "output"}:
            known, unset = TENSOR, False
        else:
            continue
        if (wanted in known and not unset) or excused(python, node, wanted):
            continue
        function = python.function_at(node)
        loading = function is not None and function is initialize
        sure = function is not None and function in {initialize, execute} and unconditional(function, node)
        near = [] if unset else get_close_matches(wanted, sorted(known), 1, 0.6)
        place = node.items[0].span
        literal = python.source(node.items[0]) in {f'"{wanted}"', f"'{wanted}'"}
        effect = "the model cannot load" if loading and sure else "reading it raises KeyError"
        yield Problem(
            place,
            f"the config has '{wanted}' only when config.pbtxt sets it: {effect}"
            if unset
            else f"{'the entry of a tensor' if len(path) == 3 else 'a model config'} has no key '{wanted}': {effect}",
            help=f'read it with `.get("{wanted}")`' if unset else f"did you mean '{near[0]}'?" if near else "",
            fix=Fix(f"read '{near[0]}'", (Edit(place, f'"{near[0]}"'),), safety="unsafe") if near and literal else None,
            effect="load-failure" if loading else "request-failure",
            certainty="certain" if sure else "likely",
            key=wanted,
        )


def _beyond(python: PythonFacts, config: Document, node: Subscript, path: ConfigPath) -> Iterator[Problem]:
    """``config["output"][1]`` where there is one output."""
    index = path[-1]
    if len(path) != 2 or path[0] not in {"input", "output"} or not isinstance(index, int):
        return
    direction: Direction = "input" if path[0] == "input" else "output"
    names = declared(python, config, direction)
    count = len(tensors_of(python, config, direction))
    if names is None or -count <= index < count or excused(python, node, str(path[0])):
        return
    function = python.function_at(node)
    loading = function is not None and function is python.method("initialize")
    sure = function is not None and function in {python.method("initialize"), python.method("execute")}
    yield Problem(
        node.items[0].span,
        f"config.pbtxt has {count} {path[0]}{'s' if count != 1 else ''}, so there is no number {index}: IndexError",
        help="count from 0",
        effect="load-failure" if loading else "request-failure",
        certainty="certain" if sure and function is not None and unconditional(function, node) else "likely",
        key=str(index),
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
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
            y = pb_utils.Tensor("y", x * len(self.config["inputs"]))
#                                                        ^^^^^^^^ TLP109
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
            y = pb_utils.Tensor("y", x * len(self.config["input"]))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.score = config["output"][1]["name"]
#                                     ^ TLP109

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
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.type = pb_utils.get_output_config_by_name(config, "y")["dtype"]
#                                                                   ^^^^^^^ TLP109

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
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
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
            y = pb_utils.Tensor("y", x * len(self.config["dynamic_batching"]))
#                                                        ^^^^^^^^^^^^^^^^^^ TLP109
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.inputs = config["input"]
        self.decoupled = pb_utils.using_decoupled_model_transaction_policy(config)
        self.policy = config.get("model_transaction_policy")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
