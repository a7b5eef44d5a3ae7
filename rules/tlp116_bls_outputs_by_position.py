"""Outputs of another model that are taken by their position

## What it does
Reports `output_tensors()` of another model's answer whose tensors are told apart by where they stand (unpacked, by
number, together with a list of names), where the called model's code gives them in another order than
`requested_output_names` has, or than the names say that they are bound to.

## What happens
The answer has its tensors in the order in which the called model puts them, whatever was asked for: they are taken
for each other.

## How to fix
Ask for each by its name: `pb_utils.get_output_tensor_by_name(response, "boxes")`.

## Source
Run on a server of 24.10 with a called model that answers in another order than it is asked.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import BlsRequest, answers, bls_requests
from tritonlint.inputs.python_positions import Taken, by_position
from tritonlint.inputs.python_tree import Attribute
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP116",
    name="bls-outputs-by-position",
    effect="wrong-result",
    certainty="likely",
    words=("output_tensors",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    for taken in by_position(python, "output_tensors"):
        request = _request(python, taken)
        if request is None or request.model is None:
            continue
        given = _order(effective, request.model)
        if given is None:
            continue
        requested = tuple(name for name, _ in request.requested or ())
        given = tuple(name for name in given if not requested or name in requested)
        meant = _by_names(taken, given) or requested
        if len(given) < 2 or sorted(meant) != sorted(given) or meant == given:
            continue
        yield Problem(
            taken.node.span,
            f"`{request.model}` answers with {', '.join(given)} in this order, and {', '.join(meant)} is expected here",
            help="use `pb_utils.get_output_tensor_by_name(response, …)`",
            key=request.model,
        )


def _request(python: PythonFacts, taken: Taken) -> BlsRequest | None:
    """The request whose answer holds the tensors."""
    if not isinstance(taken.asked.func, Attribute):
        return None
    owner = taken.asked.func.value
    spans = {call.span for call in answers(python, owner, python.frame_at(owner)) or ()}
    asked = [one for one in bls_requests(python) if any(e.call.span in spans for e in one.executions)]
    return asked[0] if len(asked) == 1 else None


def _order(effective: EffectiveConfig, model: str) -> tuple[str, ...] | None:
    """The order in which every answer of a model of the repository has its outputs."""
    target = effective.others(model)
    orders = set()
    for python in target.python if target is not None else ():
        for response in python.responses:
            names = tuple(write.names[0] for write in response.outputs if write.names and len(write.names) == 1)
            if response.has_error and not response.outputs:
                continue
            if not response.complete or len(names) != len(response.outputs):
                return None
            orders.add(names)
    return orders.pop() if len(orders) == 1 else None


def _by_names(taken: Taken, given: tuple[str, ...]) -> tuple[str, ...]:
    """The outputs as the names that they are bound to have them, if each is called like one of them."""
    known = {name.casefold(): name for name in given}
    meant = tuple(known.get(name.rpartition(".")[2].casefold(), "") for name in taken.names)
    return meant if "" not in meant else ()


EXAMPLES = (
    """\
-- detect/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- detect/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(
                model_name="boxes", requested_output_names=["box", "score"], inputs=[x]
            )
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            found, how_sure = [tensor.as_numpy() for tensor in answer.output_tensors()]
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP116
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", found - how_sure)]))
        return responses
-- boxes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "box" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 2 ] }
-- boxes/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            score = pb_utils.Tensor("score", x * 0)
            box = pb_utils.Tensor("box", x)
            responses.append(pb_utils.InferenceResponse([score, box]))
        return responses
""",
    """\
-- detect/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- detect/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(
                model_name="boxes", requested_output_names=["box", "score"], inputs=[x]
            )
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            box, score = [tensor.as_numpy() for tensor in answer.output_tensors()]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", box - score)]))
        return responses
-- boxes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "box" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 2 ] }
-- boxes/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            score = pb_utils.Tensor("score", x * 0)
            box = pb_utils.Tensor("box", x)
            responses.append(pb_utils.InferenceResponse([box, score]))
        return responses
""",
)
