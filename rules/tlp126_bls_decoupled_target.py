"""A call to a decoupled model that expects one response

## What it does
Reports `exec()` and `async_exec()` without `decoupled=True` where the called model's config says `decoupled: true`.
The other way round is fine: with `decoupled=True` a model that is not decoupled gives an iterator over one response.

## What happens
`Model … is using the decoupled. The current BLS request call doesn't support`: the call always fails.

## How to fix
Write `exec(decoupled=True)` and loop over the responses; the last one may be empty.

## Source
Facts, python-backend 6.8 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import bls_requests
from tritonlint.inputs.python_flow import unconditional
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP126",
    name="bls-decoupled-target",
    effect="request-failure",
    server_says=("is using the decoupled. The current BLS request call doesn't support",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, repository: RepositoryFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    for request in bls_requests(python):
        target = repository.models.get(request.model or "")
        if target is None or target.config is None or target.effective.decoupled is not True:
            continue
        if any(p.may_define("auto_complete_config") or p.method("auto_complete_config") for p in target.python):
            continue
        policy = target.config.root.field("model_transaction_policy")
        for execution in request.executions:
            if execution.decoupled is not False:
                continue
            yield Problem(
                execution.call.span,
                f"model '{request.model}' is decoupled, so a call without `decoupled=True` always fails",
                help="write `decoupled=True` and loop over the responses",
                related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
                certainty="certain" if execute is not None and unconditional(execute, execution.call) else "likely",
                key=request.model or "",
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
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
#                    ^^^^^^^^^^^ TLP126
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
model_transaction_policy { decoupled: true }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            sender = request.get_response_sender()
            sender.send(pb_utils.InferenceResponse(made), pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
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
            y = x
            for answer in call.exec(decoupled=True):
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                if answer.output_tensors():
                    y = pb_utils.get_output_tensor_by_name(answer, "r").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
model_transaction_policy { decoupled: true }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            sender = request.get_response_sender()
            sender.send(pb_utils.InferenceResponse(made), pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
