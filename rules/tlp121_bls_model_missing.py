"""A called model that the repository does not have

## What it does
Compares `model_name` of an InferenceRequest that is executed with the models of the repository, also one that comes
from a parameter of the config or from a helper's argument. Silent when the file loads models itself, and when the
repository holds this model alone (it may be a part of a larger one). A note when no model has a similar name and the
repository itself was not given to the run, since the server may be started with several repositories.

## What happens
`Failed for execute the inference request. Model '…' is not ready.`: the call always fails.

## How to fix
Correct the name, or add the model.

## Source
Facts, python-backend 6.8; pain points P07 (observed on 24.10).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import bls_requests
from tritonlint.inputs.rehearsal.backend import models_called
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP121",
    name="bls-model-missing",
    effect="request-failure",
    certainty="likely",
    server_says=("Failed for execute the inference request. Model",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    if "load_model" in python.text or len(repository.models) < 2:
        return
    repositories = repository.memo.get("repositories", {})
    others = repositories.values() if isinstance(repositories, dict) else ()
    for request in bls_requests(python):
        if request.model_span is None:
            continue
        names = frozenset({request.model or ""})
        if request.model is None or not request.executions:
            names = models_called(python, repository.models.get(model.name), request.call.span)
        absent = [name for name in names if name and not any(name in known.models for known in (repository, *others))]
        if not absent:
            continue
        name = min(absent)
        # A name with another number at its end is a model of its own, not a slip of the pen.
        bare = name.rstrip("0123456789_-.")
        near = [
            known
            for known in get_close_matches(name, repository.models, 3, 0.8)
            if known.rstrip("0123456789_-.") != bare and known[0] == name[0] and abs(len(known) - len(name)) < 3
        ]
        if len(names) > 1 and not near:
            continue  # One of several may be there only where it is served.
        edit = Edit(request.model_span, f'"{near[0]}"') if near else None
        literal = python.text[request.model_span.start : request.model_span.end] in {f'"{name}"', f"'{name}'"}
        yield Problem(
            request.model_span,
            f"the repository has no model '{name}': this call always fails",
            help=f"did you mean '{near[0]}'?" if near else "add the model, or start the server with its repository too",
            fix=Fix(f"call '{near[0]}'", (edit,), safety="unsafe") if edit is not None and literal else None,
            effect="request-failure" if near or repository.given else "hygiene",
            key=name,
        )


EXAMPLES = (
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["r"], inputs=[p])
#                                                       ^^^^^^^ TLP121
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "stage" value { string_value: "scalr" } }
-- a/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class Stage:
    def __init__(self, name):
        self.name = name

    def __call__(self, array):
        call = pb_utils.InferenceRequest(
            model_name=self.name,
#                      ^^^^^^^^^ TLP121
            requested_output_names=["r"],
            inputs=[pb_utils.Tensor("p", array)],
        )
        answer = call.exec()
        if answer.has_error():
            raise pb_utils.TritonModelException(answer.error().message())
        return pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.stage = Stage(parameters["stage"]["string_value"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.stage(x))]))
        return responses
-- scaler/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
-- scaler/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("r", p)]))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def call(self, x):
        p = pb_utils.Tensor("p", x)
        return pb_utils.InferenceRequest(model_name="other", requested_output_names=["r"], inputs=[p])
#                                                   ^^^^^^^ TLP121

    def execute(self, requests):
        responses = []
        for request in requests:
            answer = self.call(pb_utils.get_input_tensor_by_name(request, "x").as_numpy()).exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("r", p)]))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def call(self, x):
        p = pb_utils.Tensor("p", x)
        return pb_utils.InferenceRequest(model_name="other", requested_output_names=["r"], inputs=[p])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.call(x)  # Only made, to see how long that takes.
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("r", p)]))
        return responses
""",
)
