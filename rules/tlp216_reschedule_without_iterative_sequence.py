"""A request scheduled again in a model without iterative sequences

## What it does
Reports `set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)` when config.pbtxt does not say
`sequence_batching { iterative_sequence: true }`, and in such a model requests that are scheduled again and have no None
in the list of responses.

## What happens
Without None in its place, all requests of the call fail. Without iterative sequences, the server logs that the model is
not configured to handle such a flag and drops the request: the client waits for ever.

## How to fix
Set `sequence_batching { iterative_sequence: true }`, and append None for the request.

## Source
Facts, python-backend 6.9; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answering_functions
from tritonlint.inputs.python_flow import blocks_around, request_loops, returns
from tritonlint.inputs.python_join import defines, switched_off
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Constant,
    Expression,
    Flow,
    For,
    Name,
    Raise,
    Return,
    dotted,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP216",
    name="reschedule-without-iterative-sequence",
    effect="request-failure",
    first="23.11",
    server_says=("while the model is not configured to handle such a flag",),
    words=("set_release_flags",),
)
_AGAIN = "TRITONSERVER_REQUEST_RELEASE_RESCHEDULE"
_NUMBER = 2
"""Its value."""
_RESPONSE = "InferenceResponse"


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if "set_release_flags" not in python.text or config.root.uncertain or config.problems:
        return
    sequence = config.root.message("sequence_batching")
    if sequence is None and config.root.has("sequence_batching"):
        return
    if sequence is not None and sequence.boolean("iterative_sequence") is not False:
        if effective.decoupled is False and not defines(python, "set_release_flags"):
            yield from _answered_too(python)
        return
    # A file that asks how the model is configured does it where it may.
    if any(node.value == "iterative_sequence" for node in python.walk(Constant)) or defines(
        python, "set_release_flags"
    ):
        return
    for node in python.walk(Call):
        if _schedules_again(python, node) and not switched_off(python, node):
            yield Problem(
                node.span,
                "a request is scheduled again, but this model has no iterative sequences: its client waits for ever",
                help="set `sequence_batching { iterative_sequence: true }` in config.pbtxt",
                key="reschedule",
            )


def _schedules_again(python: PythonFacts, call: Call) -> bool:
    """Whether a call is ``set_release_flags`` with the flag that schedules the request again."""
    flags = call.argument(0, "flags")
    if not isinstance(call.func, Attribute) or call.func.attr != "set_release_flags" or flags is None:
        return False
    if python.pb_name(flags) == _AGAIN:
        return True
    sources = python.follow(flags) or []
    return bool(sources) and all(isinstance(one, Constant) and one.value == _NUMBER for one, _ in sources)


def _answered_too(python: PythonFacts) -> Iterator[Problem]:
    """Requests that are scheduled again and have no None in the list of responses."""
    for function in answering_functions(python):
        names = {statement.value.id for statement in returns(function) if isinstance(statement.value, Name)}
        for loop in request_loops(function):
            for call in walk(loop.body, Call):
                if len(names) == 1 and _schedules_again(python, call):
                    yield from _place_of(python, loop, call, f"{min(names)}.append")


def _place_of(python: PythonFacts, loop: For, call: Call, append: str) -> Iterator[Problem]:
    """What becomes of the place of a request in the list, behind the call that schedules it again."""
    related = (Related(call.span, "the request is scheduled again here"),)
    appends = [one for one in walk(loop.body, Call) if dotted(one.func) == append]
    if not appends or any(
        (one.span.start or 0) < (call.span.start or 0) and _may_come_before(loop, one, call) for one in appends
    ):
        return
    for block in reversed(list(blocks_around(loop.body, call))):
        for statement in block:
            if (statement.span.start or 0) <= (call.span.start or 0):
                continue
            if isinstance(statement, Flow) and statement.keyword == "continue":
                yield Problem(
                    statement.span,
                    "a request that is scheduled again needs None in the list of responses: there are too few, and all "
                    "requests of the call fail",
                    help=f"write `{append}(None)` before it",
                    related=related,
                    key="left out",
                )
                return
            if isinstance(statement, Flow | Return | Raise):
                return
            if isinstance(statement, Expression) and any(one is statement.value for one in appends):
                value = statement.value.argument(0) if isinstance(statement.value, Call) else None
                sources = [one for one, _ in python.follow(value) or ()] if value is not None else []
                if sources and all(isinstance(s, Call) and python.pb_name(s.func) == _RESPONSE for s in sources):
                    yield Problem(
                        statement.span,
                        "a request that is scheduled again must have None in the list of responses: Triton refuses a "
                        "response for it, and all requests of the call fail",
                        help=f"write `{append}(None)` for it",
                        related=related,
                        key="answered",
                    )
                return
            if any(lies_in(one, statement) for one in appends):
                return


def _may_come_before(loop: For, first: Call, second: Call) -> bool:
    """Whether a call stands in a block around another one, and not in another branch."""
    around = blocks_around(loop.body, second)
    return any(lies_in(first, statement) for block in around for statement in block if not lies_in(second, statement))


EXAMPLES = (
    """\
-- target -- release=24.10
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP216
                responses.append(None)
            else:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- target -- release=24.10
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_ALL)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # A place of the list is kept for it with None.
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
sequence_batching { iterative_sequence: true }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP216
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
sequence_batching { iterative_sequence: true }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.left = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.left -= 1
            if self.left > 0:
                request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
                responses.append(None)
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
sequence_batching { iterative_sequence: true }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
                continue
#               ^^^^^^^^ TLP216
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
