"""Another number of responses than of requests

## What it does
Plays `execute` through with as many requests as the config lets come together, and reports a returned list of another
length, whichever helper, comprehension or slice made it.

## What happens
`Number of InferenceResponse objects do not match`: all requests of the call fail.

## How to fix
Return one response for each request, in their order.

## Source
Facts, python-backend 6.4: wrong number of responses (every release; seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import returns
from tritonlint.inputs.python_response_flow import answering_loop, answers
from tritonlint.inputs.python_tree import Call, Handler, Name, dotted, lies_in, walk
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP227",
    name="wrong-number-of-responses",
    effect="request-failure",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    for mistake in mistakes(python, config, effective, "count"):
        if not mistake.sure and _is_told(python):
            continue
        responses, requests = mistake.count
        misplaced = _only_after_errors(python) if responses == 0 else None
        if misplaced is not None:
            yield Problem(
                misplaced.span,
                "only a request with an error gets its response here: all others fail",
                help="move this line out of the `except` block",
                certainty="certain" if mistake.sure and requests == 1 else "likely",
                key="count",
                general=execute.span if execute is not None else mistake.span,
            )
            continue
        yield Problem(
            mistake.span,
            f"`execute` returns {responses} response{'s' * (responses != 1)} for {requests} "
            f"request{'s' * (requests != 1)}: all of them fail",
            help="make one response for each request",
            certainty="certain" if mistake.sure and requests == 1 else "likely",
            key="count",
            general=execute.span if execute is not None else mistake.span,
        )


def _is_told(python: PythonFacts) -> bool:
    """Whether a loop shows where the response of a request is missing: another rule names the place."""
    execute = python.method("execute")
    for name in {s.value.id for s in returns(execute) if isinstance(s.value, Name)} if execute is not None else ():
        loop = answering_loop(execute, name) if execute is not None else None
        found = answers(loop, name) if loop is not None else None
        if found is not None and (found.continues or found.branches):
            return True
    return False


def _only_after_errors(python: PythonFacts) -> Call | None:
    """The only ``responses.append(…)`` of the loop over the requests, in an ``except`` block."""
    execute = python.method("execute")
    for name in {s.value.id for s in returns(execute) if isinstance(s.value, Name)} if execute is not None else ():
        loop = answering_loop(execute, name) if execute is not None else None
        fills = [c for c in walk(loop.body, Call) if dotted(c.func) == f"{name}.append"] if loop is not None else []
        handlers = walk(loop.body, Handler) if loop is not None else iter(())
        if len(fills) == 1 and any(lies_in(fills[0], handler) for handler in handlers):
            return fills[0]
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])
            except ValueError as error:
                response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                responses.append(response)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP227
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answers(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        tensor = pb_utils.Tensor("y", x * 2)
        return [pb_utils.InferenceResponse([tensor]), pb_utils.InferenceResponse([tensor])]

    def execute(self, requests):
        responses = []
        for request in requests:
            responses += self.answers(request)
        return responses
#              ^^^^^^^^^ TLP227
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])

    def execute(self, requests):
        responses = []
        for request in requests:
            responses.append(self.answer(request))
        return responses
""",
)
