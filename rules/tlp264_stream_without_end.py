"""The last answer of a decoupled model may hold no tensors

## What it does
Reports `get_output_tensor_by_name(answer, …).as_numpy()` in a loop over the answers of a decoupled model of the
repository (`exec(decoupled=True)`) that nowhere looks whether an answer holds anything, where that model sends its
final flag alone (`sender.send(flags=…)`).

## What happens
The stream ends with an answer without tensors: the call gives None, and `'NoneType' object has no attribute
'as_numpy'` fails the request after all the work is done.

## How to fix
Leave the empty answer out: `if not answer.output_tensors(): continue`.

## Source
Facts, python-backend 6.8 (observed on 24.10).
"""

import re
from collections.abc import Iterator

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import bls_requests
from tritonlint.inputs.python_tree import (
    Attribute,
    Await,
    Call,
    Constant,
    Expr,
    Flow,
    For,
    Name,
    Node,
    Return,
    Try,
    Yield,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP264",
    name="stream-without-end",
    effect="request-failure",
    certainty="likely",
    server_says=("'NoneType' object has no attribute 'as_numpy'",),
    words=("decoupled",),
)


ALONE = re.compile(r"\.send\(\s*flags\s*=")
"""A final flag that is sent without a response."""


def check(python: PythonFacts, repository: RepositoryFacts) -> Iterator[Problem]:
    streams = {
        id(execution.call): request.model or ""
        for request in bls_requests(python)
        for execution in request.executions
        if execution.decoupled and _ends_bare(repository.models.get(request.model or ""))
    }
    for loop in python.walk(For) if streams else ():
        target = loop.target
        model = next((streams[id(c)] for c in _calls(python, loop) if id(c) in streams), None)
        if model is None or not isinstance(target, Name) or any(_looks(node) for node in walk(loop.body)):
            continue
        if any(n.keyword == "break" for n in walk(loop.body, Flow)) or list(walk(loop.body, Try, Return, Yield)):
            continue
        for read in walk(loop.body, Call):
            got = read.func.value if isinstance(read.func, Attribute) and read.func.attr == "as_numpy" else None
            if not isinstance(got, Call) or python.pb_name(got.func) != "get_output_tensor_by_name":
                continue
            answer = got.argument(0, "inference_response")
            if isinstance(answer, Name) and answer.id == target.id:
                yield Problem(
                    read.span,
                    f"the answer with which '{model}' ends the stream holds no tensors, and then this is None",
                    help=f"leave that one out first: `if not {answer.id}.output_tensors(): continue`",
                    related=(Related(loop.header, "the stream"),),
                    key=python.source(got),
                )
                break


def _ends_bare(target: ModelFacts | None) -> bool:
    return target is not None and any(ALONE.search(python.text) for python in target.python)


def _calls(python: PythonFacts, loop: For) -> Iterator[Expr]:
    """What a loop goes over."""
    frame = python.frame_at(loop)
    for source, _ in python.follow(loop.iterable, frame) or [(loop.iterable, frame)]:
        yield source.value if isinstance(source, Await) else source


def _looks(node: Node) -> bool:
    """Whether something asks what an answer holds."""
    if isinstance(node, Constant):
        return node.value is None
    return isinstance(node, Attribute) and node.attr == "output_tensors"


EXAMPLES = (
    """\
-- collect/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- collect/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x")
            ask = pb_utils.InferenceRequest(model_name="stream", requested_output_names=["y"], inputs=[y])
            for answer in ask.exec(decoupled=True):
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                last = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP264
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", last)]))
        return responses
-- stream/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- stream/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- collect/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- collect/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            y = pb_utils.get_input_tensor_by_name(request, "x")
            ask = pb_utils.InferenceRequest(model_name="stream", requested_output_names=["y"], inputs=[y])
            for answer in ask.exec(decoupled=True):
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                if not answer.output_tensors():
                    continue
                last = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", last)]))
        return responses
-- stream/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- stream/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
