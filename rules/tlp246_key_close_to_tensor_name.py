"""A key that is almost the name of a tensor

## What it does
Reports a key in a dict whose other keys are names of outputs (or inputs) of the config, when the key is none of them
but close to the one that is missing.

## What happens
What looks the tensor up by its name does not find it: KeyError, or an output that the config does not have.

## How to fix
Write the name as the config does.

## Source
Python's dict; run on a server of 24.10.
"""

import difflib
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import declared
from tritonlint.inputs.python_tree import Constant, Dict
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP246",
    name="key-close-to-tensor-name",
    effect="request-failure",
    certainty="likely",
    server_says=("KeyError",),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    tensors = [declared(python, config, direction) for direction in ("output", "input")]
    known = {name for names in tensors if names is not None for name in names}
    for node in python.walk(Dict) if None not in tensors else ():
        keys = {key.value: key for key in node.keys if isinstance(key, Constant) and isinstance(key.value, str)}
        if len(keys) != len(node.keys) or len(keys) < 2:
            continue
        for names in tensors:
            odd = [key for key in keys if key not in known]
            missing = [name for name in names or () if name not in keys]
            if len(odd) != 1 or not missing:
                continue
            close = difflib.get_close_matches(odd[0], missing, 1, 0.8)
            if close and len(keys) - 1 + len(missing) == len(names or ()):
                yield Problem(
                    keys[odd[0]].span,
                    f'the config has no "{odd[0]}", but "{close[0]}", which is missing here',
                    help=f'write "{close[0]}"',
                    related=(Related((names or {})[close[0]], "declared here"),),
                    key=odd[0],
                    general=keys[odd[0]].span,  # Where it becomes the name of a tensor, that is told.
                )
                break


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "lowest" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "highest" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = {"lowset": x.min(keepdims=True), "highest": x.max(keepdims=True)}
#                    ^^^^^^^^ TLP246
            tensors = [pb_utils.Tensor(name, found[name]) for name in request.requested_output_names()]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "lowest" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "highest" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = {"lowest": x.min(keepdims=True), "highest": x.max(keepdims=True)}
            tensors = [pb_utils.Tensor(name, found[name]) for name in request.requested_output_names()]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
