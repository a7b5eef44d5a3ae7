"""A file of the model hides triton_python_backend_utils

## What it does
Reports a file or folder `triton_python_backend_utils` in the version folder or the model folder.

## What happens
It is imported instead of the module that Triton brings. A copy made for an editor or for tests lacks what Triton needs:
`module 'triton_python_backend_utils' has no attribute 'deserialize_bytes_tensor'`, and the model does not load. A copy
of the real file is taken, and stays at its release: that is only a note.

## How to fix
Delete it from the model repository; keep such a stand-in beside the tests.

## Source
Facts, python-backend 1.3; seen on 24.10 for both folders.
"""

from collections.abc import Iterator

from tritonlint.facts import Helpers
from tritonlint.finding import Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP015",
    name="own-triton-python-backend-utils",
    effect="load-failure",
    certainty="likely",
    server_says=("module 'triton_python_backend_utils' has no attribute 'deserialize_bytes_tensor'",),
)

_TAKEN = ("deserialize_bytes_tensor", "serialize_byte_tensor", "ModelConfig")
"""What the stub takes out of the module; the rest it puts into it."""


def check(python: PythonFacts, model: Model, helpers: Helpers) -> Iterator[Problem]:
    version = python.path.rpartition("/")[0].rpartition("/")[2]
    for folder in (version, ""):
        for name in (f"{PB_MODULE}.py", f"{PB_MODULE}.pyc", f"{PB_MODULE}/__init__.py"):
            place = f"{folder}/{name}" if folder else name
            if place in model.entries:
                text = helpers.content(place) or ""
                whole = all(name in text for name in _TAKEN)
                yield Problem(
                    model.at(place),
                    "this file is imported instead of Triton's own module: "
                    + ("what a newer release changes there is missing" if whole else "the model cannot load"),
                    help="delete it, or keep it outside the model repository",
                    effect="hygiene" if whole else None,
                    key=place,
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/triton_python_backend_utils.py -- TLP015
class Tensor:
    pass


def get_input_tensor_by_name(request, name):
    return None
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- add/1/triton_python_backend_utils.py -- TLP015
import json


def serialize_byte_tensor(tensor):
    return tensor.tobytes()


def deserialize_bytes_tensor(encoded):
    return encoded


def get_input_tensor_by_name(request, name):
    return next((tensor for tensor in request.inputs() if tensor.name() == name), None)


class ModelConfig:
    def __init__(self, model_config):
        self._model_config = json.loads(model_config)

    def as_dict(self):
        return self._model_config
""",
)
