"""A model with one instance that calls itself

## What it does
Reports an InferenceRequest that is executed and names the model itself, by its name or as `args["model_name"]`, where
every run of `execute` comes by it, or the model has one instance (without an `instance_group`: one, or one per GPU).

## What happens
The instance waits for an answer that only it could compute: the request hangs for ever.

## How to fix
Call another model, or a function of this one.

## Source
Facts, python-backend 6.8 (observed with one instance).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import BlsRequest, always, bls_requests
from tritonlint.inputs.python_tree import Subscript, last_name
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP503", name="bls-self-call", effect="request-failure", certainty="likely", words=("InferenceRequest",)
)

_OWN = {"args": "model_name", "model_config": "name"}


def check(python: PythonFacts, model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    groups = effective.instance_groups
    if execute is None or groups is None:
        return
    single = len(groups) == 1 and groups[0].count == 1 and len(groups[0].gpus or ()) < 2
    for request in bls_requests(python):
        if not request.executions or request.model_span is None:
            continue
        if request.model != model.name and not _own_name(python, request):
            continue
        # Called in every run, it calls itself without end, whatever the number of instances.
        sure = always(python, request)
        if single or sure:
            # The name may stand far from the call that waits, in a constructor or a helper.
            yield Problem(
                request.executions[0].call.span,
                f"`{model.name}` calls itself: it waits for its own answer, and the request hangs",
                help="call a function of this model instead, or another model",
                related=(Related(request.model_span, "the model itself"),),
                certainty="certain" if sure else "likely",
                key="model_name",
            )


def _own_name(python: PythonFacts, request: BlsRequest) -> bool:
    """Whether the name is ``args["model_name"]``, or the name in the model's own config."""
    named = request.call.argument(None, "model_name")
    sources = python.follow(named, request.frame) if named is not None else None
    return bool(sources) and all(
        isinstance(source, Subscript)
        and last_name(source.value) in _OWN
        and python.strings(source.items[0], where) == (_OWN[last_name(source.value)],)
        for source, where in sources or ()
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="add", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
#                    ^^^^^^^^^^^ TLP503
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
instance_group { count: 2 kind: KIND_CPU }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.name = args["model_name"]

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.name, requested_output_names=["y"], inputs=[x])
            answer = await call.async_exec()
#                          ^^^^^^^^^^^^^^^^^ TLP503
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
    def initialize(self, args):
        self.args = args

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            name = self.args["model_name"]
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name=name, requested_output_names=["y"], inputs=[tensor])
            answer = call.exec()
#                    ^^^^^^^^^^^ TLP503
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
