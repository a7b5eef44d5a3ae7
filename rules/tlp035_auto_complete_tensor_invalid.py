"""`auto_complete_config` adds a tensor that the server refuses

## What it does
Reports dict literals given to `add_input` and `add_output` with an empty name, without dims, or with a dimension that
is neither positive nor -1, and data types that do not exist.

## What happens
The function runs, and the server then refuses the completed config. An unknown data type is another matter from 23.11
on: the server cannot parse what the function hands back, drops all of it without a word, and goes on with
config.pbtxt alone. Up to 23.10 it refuses the model.

## How to fix
Name the tensor, and give its shape without the batch dimension; -1 stands for a size that varies. Data types are
written as in config.pbtxt (`TYPE_FP32`).

## Source
Triton core, `ValidateModelConfig`; seen on real servers of releases 23.07 and 24.10. The function is called where
auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Problem
from tritonlint.inputs.auto_complete import DeclaredTensor, declared_tensors, dims, hook_calls, one_string
from tritonlint.inputs.python import PythonFacts
from tritonlint.pbtxt.schema import root_type
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP035",
    name="auto-complete-tensor-invalid",
    effect="load-failure",
    first="22.07",
    server_says=("must specify 'dims'", "model input must specify 'name'", "dimension must be integer >= 1"),
    words=("auto_complete_config",),
)
KEYS = {"name", "data_type", "dims"}


def check(python: PythonFacts, target: Target) -> Iterator[Problem]:
    tensors = list(declared_tensors(python))
    adding = [call for call in hook_calls(python) if call.method in ("add_input", "add_output")]
    # What is not known may be something that cannot be parsed, and that saves the model.
    understood = len({id(tensor.call) for tensor in tensors}) == len(adding) and all(
        _parsed(python, tensor) for tensor in tensors
    )
    for tensor in tensors:
        if not tensor.values.keys() >= KEYS:
            continue
        data_type = one_string(python, tensor.values["data_type"])
        if data_type is not None and data_type not in data_types():
            near = get_close_matches(data_type.upper(), data_types(), 1, 0.5)
            refused = target.before("23.11")
            reads = "triton_string_to_numpy" in python.identifiers
            yield Problem(
                tensor.values["data_type"].span,
                f"there is no data type {data_type!r}: the server "
                + ("refuses the model" if refused else "drops everything that auto_complete_config sets")
                + (", and `triton_string_to_numpy` raises KeyError" if reads and not refused else ""),
                help=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(data_types())}",
                effect="load-failure" if refused or reads else "wrong-result",
                certainty=None if tensor.certain and (refused or not reads) else "likely",
                key=f"{tensor.direction} {data_type}",
            )
            continue
        sizes = dims(python, tensor.values["dims"])
        wrong = [size for size in sizes or () if size < -1 or size == 0]
        place = tensor.values["dims"].span
        if one_string(python, tensor.values["name"]) == "":
            said, place = "an empty name", tensor.values["name"].span
        elif sizes is not None and not sizes:
            said = "no dims"
        elif wrong:
            said = f"the dimension {wrong[0]}"
        else:
            continue
        yield Problem(
            place,
            f"the {tensor.direction} that auto_complete_config adds has {said}: "
            "the server refuses the completed config",
            help="name the tensor and give its shape; -1 stands for a size that varies",
            certainty=None if tensor.certain and understood else "likely",
            key=f"{tensor.direction} {said}",
        )


def data_types() -> list[str]:
    """The data types by name."""
    return list(root_type().fields["input"].message.fields["data_type"].enum.numbers)


def _parsed(python: PythonFacts, tensor: DeclaredTensor) -> bool:
    if not tensor.values.keys() >= KEYS:
        return False
    return (
        one_string(python, tensor.values["data_type"]) in data_types()
        and dims(python, tensor.values["dims"]) is not None
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

EXTRA = [
    {"name": "w", "data_type": "TYPE_FP32", "dims": [1]},
    {"name": "z", "data_type": "TYPE_FP32", "dims": [0]},
#                                                   ^^^ TLP035
]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        for entry in EXTRA:
            config.add_input(entry)
        return config

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
    @staticmethod
    def auto_complete_config(config):
        config.add_input({"name": "z", "data_type": "TYPE_FP32", "dims": [0]})
#                                                                        ^^^ TLP035
        return config

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
    @staticmethod
    def auto_complete_config(config):
        config.add_output({"name": "z", "data_type": "TYPE_FP32", "dims": [-1, 2]})
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            z = pb_utils.Tensor("z", np.zeros((1, 2), dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y, z]))
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
    @staticmethod
    def auto_complete_config(config):
        config.add_input({"name": "z", "data_type": "TYPE_FLOAT", "dims": [1]})
#                                                   ^^^^^^^^^^^^ TLP035
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
