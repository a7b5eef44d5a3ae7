"""`auto_complete_config` adds a tensor with a missing or unknown property

## What it does
Reports dict literals given to `add_input` and `add_output` that lack `name`, `data_type` or `dims`, or have a key that
Triton does not take: an input may also have `optional` (from 23.11 on), an output nothing more.

## What happens
The function raises ValueError and the model is refused.

## How to fix
Write exactly these keys.

## Source
python_backend, `src/resources/triton_python_backend_utils.py`, class `ModelConfig`; seen on a real server of
release 24.10. The function is called where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.auto_complete import added_tensors
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import lies_in
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP021",
    name="auto-complete-tensor-properties",
    effect="load-failure",
    first="22.07",
    server_says=("contains property other than", "property."),
    words=("auto_complete_config",),
)


REQUIRED: tuple[str, ...] = ("name", "data_type", "dims")


def check(python: PythonFacts, target: Target, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    own = repository.models.get(model.name)
    told: set[int] = set()
    for tensor in added_tensors(python, own.config if own is not None else None):
        if tensor.caught or id(tensor.call) in told:
            continue  # The first one of a loop ends it.
        allowed = REQUIRED
        if tensor.direction == "input" and not target.before("23.11"):
            allowed = (*REQUIRED, "optional")
        wrong = [key for key in tensor.values if key not in allowed]
        missing = [key for key in REQUIRED if key not in tensor.values]
        if wrong:
            said = f"has the property {wrong[0]!r}, which an {tensor.direction} cannot have here"
        elif missing:
            said = f"has no {missing[0]!r}"
        else:
            continue
        told.add(id(tensor.call))
        yield Problem(
            tensor.literal.span,
            f"the {tensor.direction} that auto_complete_config adds {said}: "
            "the function raises and the model will not load",
            help=f"give {', '.join(allowed)}" + (" (optional may be left out)" if "optional" in allowed else ""),
            related=() if lies_in(tensor.literal, tensor.call) else (Related(tensor.call.span, "added here"),),
            certainty=None if tensor.certain else "likely",
            key=f"{tensor.direction} {(wrong or missing)[0]}",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.add_output({"name": "y", "data_type": "TYPE_FP32", "dims": [4], "format": 1})
        #                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP021
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.add_output({"name": "y", "data_type": "TYPE_FP32", "dims": [4]})
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

INPUTS = [{"name": "x", "datatype": "TYPE_FP32", "dims": [4]}, {"name": "z", "datatype": "TYPE_FP32", "dims": [4]}]
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP021
OUTPUTS = [{"name": "y", "data_type": "TYPE_FP32", "dims": [4]}]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        known_in = {one["name"] for one in config.as_dict()["input"]}
        known_out = {one["name"] for one in config.as_dict()["output"]}
        for spec in INPUTS:
            if spec["name"] not in known_in:
                config.add_input(spec)
        for spec in OUTPUTS:
            if spec["name"] not in known_out:
                config.add_output(spec)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

INPUTS = [{"name": "x", "datatype": "TYPE_FP32", "dims": [4]}]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        known = {one["name"] for one in config.as_dict()["input"]}
        for spec in INPUTS:
            if spec["name"] not in known:
                config.add_input(spec)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
)
