"""A model with one instance that calls itself

## What it does
Reports `InferenceRequest(model_name=…).exec()` in execute where the name is the model's own and the model has one
instance (without an `instance_group`: one, or one per GPU).

## What happens
The instance waits for an answer that only it could compute: the request hangs for ever.

## How to fix
Call another model, or a function of this one.

## Source
Facts, python-backend 6.8 (observed with one instance).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(code="TLP503", name="bls-self-call", effect="instability", certainty="likely")


def check(python: PythonFacts, model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    groups = effective.instance_groups
    if execute is None or groups is None or len(groups) != 1 or groups[0].count != 1 or len(groups[0].gpus or ()) > 1:
        return
    for node in own_nodes(execute):
        if not isinstance(node, Call) or not isinstance(node.func, Attribute) or node.func.attr != "exec":
            continue
        for source, where in python.follow(node.func.value) or ():
            if not isinstance(source, Call) or python.pb_name(source.func, where) != "InferenceRequest":
                continue
            target = source.argument(None, "model_name")
            if target is not None and python.strings(target, where) == (model.name,):
                yield Problem(
                    target.span,
                    f"`{model.name}` calls itself: its one instance waits for its own answer, and the request hangs",
                    help="call a function of this model instead, or another model",
                    key="model_name",
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
#                                                       ^^^^^ TLP503
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
)
