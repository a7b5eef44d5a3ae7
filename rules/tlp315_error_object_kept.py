"""One TritonError for many responses

## What it does
Reports a response that is made of a `pb_utils.TritonError` which is in another response already: one that was made when
the model was loaded, or before the loop over the requests, and the `error()` of one answer of another model. So is one
response with an error that several requests get: `[failed] * len(requests)`. Silent for decoupled models.

## What happens
The server takes the text of the error over with the first response, and gives its memory back. Later responses carry
empty or garbled messages, and the server crashes.

## How to fix
Make a new one for each response: `pb_utils.InferenceResponse(error=pb_utils.TritonError(…))`; keep only its text.

## Source
Seen on 24.10: an empty message, then SIGSEGV; at once for one response with an error that two requests get. A decoupled
model may send one error as often as it likes.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import iterates
from tritonlint.inputs.python_join import may_batch, uses_sender
from tritonlint.inputs.python_tree import Attribute, Binary, Call, Comprehension, Expr, Sequence, lies_in
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP315",
    name="error-object-kept",
    effect="server-crash",
    certainty="likely",
    words=("TritonError", "error"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "error-again"):
        yield Problem(
            mistake.span,
            "this TritonError is the same object in several responses: from the second one on the message is empty or "
            "garbled, and the server crashes",
            help="keep the text, and make a new `pb_utils.TritonError(…)` for each response",
            key=python.text[mistake.span.start : mistake.span.end],
        )
    told: set[Span] = set()
    for mistake in mistakes(python, config, effective, "response-again"):
        place = _handed_out(python, mistake.span)
        told.add(place)
        yield _several(place, mistake.span)
    if may_batch(effective) and effective.decoupled is False and not uses_sender(python):
        for place, made in _repeated(python):
            if place not in told:
                yield _several(place, made)


def _several(place: Span, made: Span) -> Problem:
    return Problem(
        place,
        "several requests get this one response with an error: the server gives its memory back after the first one, "
        "and crashes",
        help="make a new response with a new `pb_utils.TritonError(…)` for each request",
        related=() if place == made else (Related(made, "made here, once"),),
        key="response",
    )


def _items(python: PythonFacts) -> Iterator[Expr]:
    """What is put into lists as many times as there are requests: `[failed] * len(requests)`."""
    execute = python.method("execute")
    name = execute.positional[1].name if execute is not None and len(execute.positional) > 1 else ""
    for node in python.walk(Binary, Comprehension):
        if isinstance(node, Comprehension):
            if node.kind == "list" and len(node.clauses) == 1 and iterates(node.clauses[0].iterable, name):
                yield node.elements[0]
            continue
        one, times = (node.left, node.right) if isinstance(node.left, Sequence) else (node.right, node.left)
        if node.operator == "*" and isinstance(one, Sequence) and len(one.items) == 1 and iterates(times, name):
            yield one.items[0]


def _repeated(python: PythonFacts) -> Iterator[tuple[Span, Span]]:
    """Where one response with an error is put into a list for all requests, and where it is made."""
    made = {one.call.span: one.call for one in python.responses if one.has_error}
    lists = [node.elements[0] for node in python.walk(Comprehension)] if made else []
    for item in _items(python) if made else ():
        sources = python.follow(item) or ()
        call = made.get(sources[0][0].span) if len(sources) == 1 else None
        # What stands in a comprehension is made anew in each turn.
        if call is None or any(lies_in(call, element) for element in lists):
            continue
        error = call.argument(1, "error")
        errors = python.follow(error) if error is not None else None
        if errors and all(isinstance(e, Call) and python.pb_name(e.func, at) == "TritonError" for e, at in errors):
            yield item.span, call.span


def _handed_out(python: PythonFacts, made: Span) -> Span:
    """Where the one response is put into a list for several requests; where it is made, if that is not plain."""
    appended = (c.arguments[0].value for c in python.walk(Call) if len(c.arguments) == 1 and _appends(c))
    found = []
    for item in (*_items(python), *appended):
        sources = python.follow(item)
        if sources and all(one.span == made for one, _ in sources):
            found.append(item.span)
    return found[0] if len(found) == 1 else made


def _appends(call: Call) -> bool:
    return isinstance(call.func, Attribute) and call.func.attr == "append"


_CONFIG = """\
-- check/config.pbtxt --
backend: "python"
max_batch_size: 4
dynamic_batching { max_queue_delay_microseconds: 200000 }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- check/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
"""
EXAMPLES = (
    _CONFIG
    + """\
    def initialize(self, args):
        self.refusal = pb_utils.TritonError("x must not be positive", pb_utils.TritonError.INVALID_ARG)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                responses.append(pb_utils.InferenceResponse(error=self.refusal))
#                                                                 ^^^^^^^^^^^^ TLP315
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    _CONFIG
    + """\
    def initialize(self, args):
        self.refusal = "x must not be positive"

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                error = pb_utils.TritonError(self.refusal, pb_utils.TritonError.INVALID_ARG)
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    _CONFIG
    + """\
    def execute(self, requests):
        responses = []
        refusal = pb_utils.TritonError("x must not be positive")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                responses.append(pb_utils.InferenceResponse(error=refusal))
#                                                                 ^^^^^^^ TLP315
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    _CONFIG
    + """\
    def checked(self, x):
        if (x > 0).any():
            raise ValueError("x must not be positive")
        return x

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        try:
            tensors = [pb_utils.Tensor("y", self.checked(x)) for x in arrays]
        except ValueError as refused:
            failed = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(refused)))
            return [failed] * len(requests)
#                   ^^^^^^ TLP315
        return [pb_utils.InferenceResponse([tensor]) for tensor in tensors]
""",
    _CONFIG
    + """\
    def execute(self, requests):
        responses = []
        refusal = pb_utils.InferenceResponse(error=pb_utils.TritonError("x must not be positive"))
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if (x > 0).any():
                responses.append(refusal)
#                                ^^^^^^^ TLP315
            else:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # A stream takes the text alone, and keeps the error.
    _CONFIG.replace("-- check/1", "model_transaction_policy { decoupled: true }\n-- check/1")
    + """\
    def execute(self, requests):
        refusal = pb_utils.TritonError("x must not be above 100")
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            if (x > 100).any():
                response = pb_utils.InferenceResponse(error=refusal)
            sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    _CONFIG
    + """\
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            error = None
            if (x > 0).any():
                error = pb_utils.TritonError("x must not be positive")
            if error is not None:
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # What helpers refused before the others are answered.
    """\
-- filternone/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 1000 }
-- filternone/1/model.py --
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        early = {i: r for i, request in enumerate(requests) if (r := self._early(request)) is not None}
        for i, request in enumerate(requests):
            responses.append(early.get(i) or self._answer(request))
        return responses

    def _early(self, request):
        if request.timeout() < 0:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("too late"))

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
""",
)
