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

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import bls_requests, loaded_anew
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_tree import Clause, For, Name, walk
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP126",
    name="bls-decoupled-target",
    effect="request-failure",
    server_says=("is using the decoupled. The current BLS request call doesn't support",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    told: set[Span] = set()
    for request in bls_requests(python):
        target = repository.models.get(request.model or "")
        for execution in request.executions if _is_decoupled(target) else ():
            if execution.decoupled is not False:
                continue
            told.add(execution.call.span)
            sure = execute is not None and unconditional(execute, execution.call)
            yield _problem(python, execution.call.span, request.model or "", target, sure=sure)
    own = repository.models.get(model.name)
    if own is None or own.config is None:
        return
    # Objects of the file's own and generators may keep the name, and make the request.
    for call in rehearse(python, own.config, own.effective).calls:
        target = repository.models.get(call.model)
        known = call.decoupled is not False or call.sent in told or loaded_anew(python, call.model)
        if not known and _is_decoupled(target):
            told.add(call.sent)
            yield _problem(python, call.sent, call.model, target, sure=False)


def _is_decoupled(target: ModelFacts | None) -> bool:
    """Whether a model is decoupled for sure."""
    if target is None or target.config is None or target.effective.decoupled is not True:
        return False
    return not any(p.may_define("auto_complete_config") or p.method("auto_complete_config") for p in target.python)


def _gone_through(python: PythonFacts, sent: Span) -> Iterator[Span]:
    """Where loops go through the one response of a call as if it were several."""
    for loop in python.walk(For, Clause):
        for name in walk(loop.iterable, Name):
            sources = python.follow(name) or ()
            if len(sources) == 1 and sources[0][0].span == sent:
                yield loop.iterable.span


def _problem(python: PythonFacts, span: Span, name: str, target: ModelFacts | None, *, sure: bool) -> Problem:
    config = target.config if target is not None else None
    policy = config.root.field("model_transaction_policy") if config is not None else None
    return Problem(
        span,
        f"model '{name}' is decoupled, so a call without `decoupled=True` always fails",
        help="write `decoupled=True` and loop over the responses",
        related=(
            *((Related(policy.span, "declared decoupled here"),) if policy is not None else ()),
            *(Related(place, "gone through here") for place in _gone_through(python, span)),
        ),
        certainty="certain" if sure else "likely",
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
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class Source:
    def __init__(self, name):
        self.name = name

    def _call(self, x):
        return pb_utils.InferenceRequest(
            model_name=self.name, requested_output_names=["r"], inputs=[pb_utils.Tensor("p", x)]
        )

    def parts(self, x):
        answer = self._call(x).exec()
#                ^^^^^^^^^^^^^^^^^^^^ TLP126
        if answer.has_error():
            raise pb_utils.TritonModelException(answer.error().message())
        for tensor in answer.output_tensors():
            yield tensor.as_numpy()


class TritonPythonModel:
    def initialize(self, args):
        self.source = Source("b")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for part in self.source.parts(x):
                x = part
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
model_transaction_policy { decoupled: true }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            sender = request.get_response_sender()
            made = pb_utils.InferenceResponse([pb_utils.Tensor("r", p)])
            sender.send(made, pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
