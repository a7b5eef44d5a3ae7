"""One error response for the whole batch

## What it does
Reports `return [response]`, a list of exactly one response, in an `except` whose `try` holds the loop over the
requests, or hands all of them to a method.

## What happens
With several requests in the call the number of responses does not match, and the clients get that error instead of
the one that was meant. Without a batcher each call gets one request; the finding is then a note.

## How to fix
Put the `try` inside the loop, or return as many error responses as there are requests.

## Source
Facts, python-backend 6.4: wrong number of responses (every release).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_tree import Call, Comprehension, If, Return, Sequence, Starred, Try, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP304",
    name="one-error-for-whole-batch",
    effect="request-failure",
    certainty="likely",
    server_says=("Number of InferenceResponse objects do not match",),
)


def _answers(attempt: Try) -> bool:
    """Whether a handler returns a display."""
    returned = (s.value for handler in attempt.handlers for s in handler.body if isinstance(s, Return))
    return any(isinstance(value, Sequence) for value in returned)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.parameters or not any(map(_answers, own_nodes(execute, Try))):
        return
    loops = {loop.span: loop.header for loop in request_loops(execute)}
    for made in own_nodes(execute, Comprehension):
        if any(python.is_request_list(c.iterable) for c in made.clauses):
            loops[made.span] = made.span
    if not any(dotted(call.func) == "len" for call in own_nodes(execute, Call)):
        # Whoever counts them may have seen to it that there is only one.
        for call in own_nodes(execute, Call):
            own = (dotted(call.func) or "").partition(".")[0] == execute.parameters[0].name
            if own and any(python.is_request_list(argument.value) for argument in call.arguments):
                loops[call.span] = call.span
    batched = may_batch(effective)
    for node in own_nodes(execute, Try):
        held = [loops[n.span] for n in walk(node.body, into_functions=False) if n.span in loops]
        asking = (s.test for handler in node.handlers for s in handler.body if isinstance(s, If))
        if any(dotted(call.func) == "len" for call in walk(tuple(asking), Call)):
            continue  # Several may be answered there otherwise.
        for statement in (s for handler in node.handlers for s in handler.body):
            if not held or not isinstance(statement, Return) or not isinstance(statement.value, Sequence):
                continue
            items = statement.value.items
            if statement.value.kind == "list" and len(items) == 1 and not isinstance(items[0], Starred):
                yield Problem(
                    statement.value.span,
                    "this is one response, however many requests the call holds: with more than one, all of them "
                    "fail with a wrong number of responses instead of this error",
                    help="put the `try` inside the loop and append one error response for the request that failed",
                    related=(Related(held[0], "one response is needed for each of these"),),
                    effect=None if batched else "hygiene",
                    key="return",
                )


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
            return [pb_utils.InferenceResponse([], pb_utils.TritonError(str(error)))]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP304
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
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if x[0, 0] > 0:
            raise ValueError("too large")
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        try:
            return [self.answer(request) for request in requests]
        except ValueError as error:
            return [pb_utils.InferenceResponse([], pb_utils.TritonError(str(error)))]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP304
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
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def responses(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([[float(row[0])] for row in x], dtype=np.float32)
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        try:
            return list(self.responses(requests))
        except ValueError as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))]
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP304
""",
    # Of several requests each is tried alone.
    """\
-- single/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 1000 }
-- single/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        try:
            for request in requests:
                texts = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
                y = np.array([[len(text.decode())] for text in texts.ravel()], dtype=np.float32)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        except ValueError as error:
            if len(requests) > 1:
                return [answer for request in requests for answer in self.execute([request])]
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))]
        return responses
""",
)
