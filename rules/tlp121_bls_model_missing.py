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

import re
from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_bls import BlsRequest, bls_requests
from tritonlint.inputs.python_tree import Attribute, Call, Conditional, If, Raise, dotted, lies_in, walk
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
        if not near and (_is_asked_for(python, request) or _does_without(python)):
            continue
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


def _is_asked_for(python: PythonFacts, request: BlsRequest) -> bool:
    """Whether something that is decided while the model loads may keep a request from being made or sent."""
    places = [request.call, *(one.call for one in request.executions)]
    made = python.function_at(request.call)
    if not request.executions and made is not None:
        places += [call for call in python.walk(Call) if called_function(python, call) is made]
    return any(
        lies_in(place, branch) and any((dotted(node) or "").startswith("self.") for node in walk((branch.test,)))
        for branch in python.walk(If, Conditional)
        for place in places
    )


def _does_without(python: PythonFacts) -> bool:
    """Whether an answer is made where a call fails, and the error is no client's."""
    return any(
        any(node.attr == "has_error" for node in walk((branch.test,), Attribute))
        and not any(True for _ in walk(branch.body, Raise))
        and any(python.pb_name(call.func) == "InferenceResponse" for call in walk(branch.body, Call))
        and not re.search(r"\berror\b|TritonError", "".join(python.source(s) for s in branch.body))
        for branch in python.walk(If)
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
    # Only where it is served.
    """\
-- guarded_by_names2/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- guarded_by_names2/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.remote = os.path.isdir(os.path.join(args["model_repository"], "..", "plus_one"))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            if self.remote:
                call = pb_utils.InferenceRequest(model_name="plus_one", requested_output_names=["y"], inputs=[x])
                answer = call.exec()
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                responses.append(pb_utils.InferenceResponse(answer.output_tensors()))
            else:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy() + np.float32(1))]))
        return responses
-- other_a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- other_a/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in xs]
""",
)
