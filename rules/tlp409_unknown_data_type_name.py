"""A data type that triton_string_to_numpy does not know

## What it does
Reports `triton_string_to_numpy` with a string that is no data type of a config (`"FP32"`, `"float32"`), and with a
tensor's whole config entry; also `dtype=` with the `data_type` of the config.

## What happens
`KeyError`, or `unhashable type: 'dict'`: the model does not load when `initialize` calls it.

## How to fix
Write `"TYPE_FP32"`, or `["data_type"]` behind the entry.

## Source
python_backend, triton_python_backend_utils.py; observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_config import config_path
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY, dtype_named
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import falls_back
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Constant, Subscript
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP409",
    name="unknown-data-type-name",
    effect="load-failure",
    server_says=("KeyError: '", "unhashable type: 'dict'", "data type 'TYPE_FP32' not understood"),
    words=("triton_string_to_numpy", "dtype", "astype"),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize, execute = python.method("initialize"), python.method("execute")
    yield from _dtypes(python)
    for made in python.calls_of("triton_string_to_numpy"):
        given = made.call.argument(0)
        if given is None or not made.call.certain or falls_back(python.body, made.call, "KeyError"):
            continue
        names = python.strings(given)
        fix = None
        if names is not None and len(names) == 1:
            name = names[0]
            if name in TRITON_TO_NUMPY or name == "TYPE_BF16":
                continue
            right = f"TYPE_{name}" if f"TYPE_{name}" in TRITON_TO_NUMPY else None
            right = right or next((t for t, n in TRITON_TO_NUMPY.items() if n == dtype_named(name)), None)
            message = f"'{name}' is no data type of a config: this raises KeyError"
            help_text = f'write "{right}"' if right else "write it as in config.pbtxt: TYPE_FP32, TYPE_STRING, …"
            if right and python.source(given) in {f'"{name}"', f"'{name}'"}:
                fix = Fix(f"write {right}", (Edit(given.span, f'"{right}"'),), safety="unsafe")
        else:
            path = config_path(python, given, python.frame_at(made.call))
            if path is None or len(path) != 2 or path[0] not in {"input", "output"}:
                continue
            message = "this is the whole entry of a tensor, a dict: it raises TypeError"
            help_text = 'write `["data_type"]` behind it'
            end = Span(python.path, given.span.end, given.span.end)
            fix = Fix("read its data type", (Edit(end, '["data_type"]'),), safety="unsafe")
        loading = made.function is not None and made.function is initialize
        sure = made.function is not None and made.function in {initialize, execute}
        yield Problem(
            given.span,
            message,
            help=help_text,
            fix=fix,
            effect="load-failure" if loading else "request-failure",
            certainty="certain"
            if sure and made.function is not None and unconditional(made.function, made.call)
            else "likely",
            key=message,
        )


def _is_changed(python: PythonFacts) -> bool:
    """Whether the file puts another type into the config itself."""
    targets = (target for node in python.walk(Assign) for target in node.targets if isinstance(target, Subscript))
    return any(isinstance(item, Constant) and item.value == "data_type" for t in targets for item in t.items)


def _dtypes(python: PythonFacts) -> Iterator[Problem]:
    """``dtype=config["output"][0]["data_type"]``: NumPy does not know the names of a config."""
    if "data_type" not in python.text or _is_changed(python):
        return
    for node in python.walk(Call):
        # Who else has a parameter of this name may know what to do with it.
        of_numpy = (python.qualified(node.func) or "").startswith("numpy.")
        given = node.argument(None, "dtype") if of_numpy else None
        if given is None and isinstance(node.func, Attribute) and node.func.attr == "astype":
            given = node.argument(0)
        path = config_path(python, given, python.frame_at(node)) if given is not None else None
        if given is None or path is None or len(path) != 3 or path[2] != "data_type":
            continue
        function = python.function_at(node)
        own = {python.method("initialize"), python.method("execute")}
        start = Span(python.path, given.span.start, given.span.start)
        end = Span(python.path, given.span.end, given.span.end)
        aliases = [name for name, bound in python.frames[0].bindings.items() if bound[0].target == PB_MODULE]
        yield Problem(
            given.span,
            "this is text like TYPE_FP32, which NumPy does not know: it raises TypeError",
            help="write `pb_utils.triton_string_to_numpy(…)` around it",
            fix=Fix(
                "translate it",
                (Edit(start, f"{aliases[0]}.triton_string_to_numpy("), Edit(end, ")")),
                safety="unsafe",
            )
            if aliases
            else None,
            effect="load-failure"
            if function is not None and function is python.method("initialize")
            else "request-failure",
            certainty="certain"
            if function is not None and function in own and unconditional(function, node)
            else "likely",
            key="dtype",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.type = pb_utils.triton_string_to_numpy("FP32")
#                                                   ^^^^^^ TLP409

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.type = pb_utils.triton_string_to_numpy("TYPE_FP32")

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
        config = json.loads(args["model_config"])
        self.type = pb_utils.triton_string_to_numpy(pb_utils.get_output_config_by_name(config, "y"))
#                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP409

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.type = pb_utils.triton_string_to_numpy(pb_utils.get_output_config_by_name(config, "y")["data_type"])

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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.type = pb_utils.triton_string_to_numpy("TYPE_FP32")

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

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.zero = np.zeros(2, dtype=config["output"][0]["data_type"])
#                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP409

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.zero)]))
        return responses
-- fixed: add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.zero = np.zeros(2, dtype=pb_utils.triton_string_to_numpy(config["output"][0]["data_type"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x + self.zero)]))
        return responses
""",
)
