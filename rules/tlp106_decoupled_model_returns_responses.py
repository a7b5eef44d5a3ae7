"""A decoupled model that returns its responses

## What it does
Reports `return` of a list from `execute` when config.pbtxt says `decoupled: true`; in a model that uses response
senders only a list of responses that go nowhere else.

## What happens
The request fails: in decoupled mode execute must return None, and responses go through the response sender. Where the
final flag was sent before, nothing fails, and the responses in the list never come to the client.

## How to fix
Send with `request.get_response_sender()`, or remove `model_transaction_policy`.

## Source
Facts, python-backend 6.5 (observed on 24.10). A list that is returned after the final flags were sent is ignored there.
"""

import re
from collections.abc import Iterator, Sequence

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, is_none, own_nodes, returns
from tritonlint.inputs.python_join import is_list, uses_sender
from tritonlint.inputs.python_tree import Attribute, Call, Comprehension, Expr, Function, Name, Return, dotted
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP106",
    name="decoupled-model-returns-responses",
    effect="request-failure",
    server_says=("is using the decoupled mode and the execute function must return None.",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute") if effective.decoupled is True else None
    if execute is None or is_generator(execute):
        return
    told = list(_written(python, config, execute))
    yield from told
    # Where several statements return, the last one stands for all.
    for mistake in mistakes(python, config, effective, "streamed-return") if not told else ():
        yield _fails(config, mistake.span)


def _written(python: PythonFacts, config: Document, execute: Function) -> Iterator[Problem]:
    """Lists that `execute` itself returns."""
    if execute.decorators:
        return
    if uses_sender(python):
        # One model.py for both modes; and once the final flag is sent, what execute returns is not looked at.
        yield from _never_sent(python, execute)
        return
    for statement in returns(execute):
        if statement.value is not None and is_list(python, statement.value):
            yield _fails(config, statement.span)


def _fails(config: Document, span: Span) -> Problem:
    policy = config.root.field("model_transaction_policy")
    return Problem(
        span,
        "this model is decoupled, so execute must return None; every request that comes here fails",
        help="send through `request.get_response_sender()`, or remove `model_transaction_policy`",
        related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
        key="return",
    )


def _never_sent(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    """A list of responses that execute gives back beside what it sends."""
    given_back = [s for s in returns(execute) if not is_none(s.value)]
    if not given_back or _BOTH_MODES.search(python.text):
        return
    sent = {
        argument.value.id
        for call in python.walk(Call)
        if isinstance(call.func, Attribute) and call.func.attr == "send"
        for argument in call.arguments
        if isinstance(argument.value, Name)
    }
    frame = python.frame_of(execute)
    for statement in given_back:
        made = statement.value
        if isinstance(made, Comprehension) and made.kind == "list" and _is_response(python, made.elements[0]):
            yield _lost(statement, ())
            continue
        name = statement.value.id if isinstance(statement.value, Name) else None
        uses = [node for node in own_nodes(execute, Name) if node.id == name]
        filled = [
            call
            for call in own_nodes(execute, Call)
            if isinstance(call.func, Attribute)
            and call.func.attr == "append"
            and dotted(call.func.value) == name
            and len(call.arguments) == 1
        ]
        given = [call.arguments[0].value for call in filled]
        # The list is made, filled and returned, and nothing else.
        if name is None or len(uses) != len(filled) + 2 or len(frame.bindings.get(name, ())) != 1 or not filled:
            continue
        if all(_is_response(python, one) for one in given) and not any(dotted(one) in sent for one in given):
            yield _lost(statement, filled)


def _lost(statement: Return, filled: Sequence[Call]) -> Problem:
    return Problem(
        statement.span,
        "this model is decoupled, so what execute returns is not delivered: these responses get lost",
        help="send them through the response sender before the final flag, and return None",
        related=tuple(Related(call.span, "put into the list here") for call in filled),
        effect="wrong-result",
        certainty="likely",
        key="return",
    )


_BOTH_MODES = re.compile(
    r"decoupled_model_transaction_policy|[\"']decoupled[\"']|\bif\s+(?:not\s+)?[\w.]*(?:decoupled|stream|sender)"
)
"""Words of a file that is made for both modes."""


def _is_response(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression makes a response, maybe in a function of the file."""
    for source, where in python.follow(expr) or ():
        if isinstance(source, Call) and python.pb_name(source.func, where) == "InferenceResponse":
            return True
        called = called_function(python, source) if isinstance(source, Call) else None
        given = [one for s in returns(called) if s.value for one in python.follow(s.value) or ()] if called else []
        if any(isinstance(one, Call) and python.pb_name(one.func, at) == "InferenceResponse" for one, at in given):
            return True
    return False


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
#       ^^^^^^^^^^^^^^^^ TLP106
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.streams = pb_utils.using_decoupled_model_transaction_policy(json.loads(args["model_config"]))

    def execute(self, requests):
        answers = []
        for request in requests:
            tensor = pb_utils.get_input_tensor_by_name(request, "x")
            answer = pb_utils.InferenceResponse([pb_utils.Tensor("y", tensor.as_numpy())])
            if self.streams:
                request.get_response_sender().send(answer, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            else:
                answers.append(answer)
        if self.streams:
            return None
        return answers
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, array):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", array)])

    def execute(self, requests):
        responses = []
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(self.answer(x))
            responses.append(self.answer(x + 1))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        return responses
#       ^^^^^^^^^^^^^^^^ TLP106
""",
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- parts/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answers(self, text):
        for part in text.split(b"."):
            y = np.array([part], dtype=object)
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0]
            responses += [*self.answers(text)]
        return responses
#              ^^^^^^^^^ TLP106
""",
)
