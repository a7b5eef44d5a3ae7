"""One try around all requests

## What it does
Reports a `try` that holds the loop over the requests when the model has a batcher and the `except` answers all of them
alike: it raises again, or returns one error for each request. Silent where the `try` holds more than the loop, where
what the loop calls has a `try` of its own, and where only exceptions of one's own are caught.

## What happens
One bad request fails the good ones that happened to come with it.

## How to fix
Put the `try` inside the loop, and append an error response for the request that failed.

## Source
Facts, python-backend 6.4 and 6.6: errors of execute go to all requests of the call.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_tree import (
    Call,
    Comprehension,
    For,
    Function,
    Handler,
    Raise,
    Return,
    Sequence,
    Try,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP312", name="try-around-whole-batch", effect="hygiene")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not may_batch(effective):
        return
    loops = request_loops(execute)
    for node in own_nodes(execute, Try):
        if not node.handlers:
            continue
        held = [loop for loop in loops if any(n is loop for n in node.body)]
        if (
            len(held) != 1
            or _is_joint(node, held[0])
            or any(isinstance(n, Try) for n in walk(held[0].body, into_functions=False))
        ):
            continue
        if _is_joint(node, held[0]) or any(next(own_nodes(one, Try), None) for one in _called(python, held[0])):
            continue
        for handler in node.handlers:
            if _is_of_any(python, handler) and _fails_all(python, handler):
                yield Problem(
                    handler.header,
                    "an error of one request is the answer to every request of the batch",
                    help="put the `try` inside the loop and append an error response for the one that failed",
                    related=(Related(held[0].header, "the loop over the requests"),),
                    key="try",
                )
                break


def _is_joint(attempt: Try, loop: For) -> bool:
    """Whether the requests are only gathered or answered in the loop, and what may fail is done for all at once."""
    return any(next(walk((one,), Call), None) is not None for one in attempt.body if one is not loop)


def _called(python: PythonFacts, loop: For) -> Iterator[Function]:
    """Functions of the file that the loop calls."""
    for call in walk(loop.body, Call):
        function = called_function(python, call)
        if function is not None:
            yield function


def _is_of_any(python: PythonFacts, handler: Handler) -> bool:
    """Whether a handler is for Python's own exceptions: others may be about the model, and no request."""
    kinds = list(handler.type.items) if isinstance(handler.type, Sequence) else [handler.type]
    return all(kind is None or (python.qualified(kind) or ".").isalpha() for kind in kinds)


def _fails_all(python: PythonFacts, handler: Handler) -> bool:
    last = handler.body[-1]
    if isinstance(last, Raise):
        return True
    if not isinstance(last, Return) or not isinstance(last.value, Comprehension):
        return False
    return any(python.is_request_list(clause.iterable) for clause in last.value.clauses)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        try:
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0, 0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP312
            return [pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))) for _ in requests]
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0, 0] < 0:
                    raise ValueError("too small")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
""",
)
