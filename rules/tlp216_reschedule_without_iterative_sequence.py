"""A request scheduled again in a model without iterative sequences

## What it does
Reports `set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)` when config.pbtxt does not say
`sequence_batching { iterative_sequence: true }`.

## What happens
The server logs that the model is not configured to handle such a flag and drops the request: the client waits for ever.

## How to fix
Set `sequence_batching { iterative_sequence: true }`.

## Source
Facts, python-backend 6.9; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import defines, switched_off
from tritonlint.inputs.python_tree import Attribute, Call, Constant
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


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "set_release_flags" not in python.text or config.root.uncertain or config.problems:
        return
    sequence = config.root.message("sequence_batching")
    if sequence is None and config.root.has("sequence_batching"):
        return
    if sequence is not None and sequence.boolean("iterative_sequence") is not False:
        return
    # A file that asks how the model is configured does it where it may.
    if any(node.value == "iterative_sequence" for node in python.walk(Constant)) or defines(
        python, "set_release_flags"
    ):
        return
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute) or node.func.attr != "set_release_flags":
            continue
        flags = node.argument(0)
        if flags is None or switched_off(python, node):
            continue
        if python.pb_name(flags) == "TRITONSERVER_REQUEST_RELEASE_RESCHEDULE":
            yield Problem(
                node.span,
                "a request is scheduled again, but this model has no iterative sequences: its client waits for ever",
                help="set `sequence_batching { iterative_sequence: true }` in config.pbtxt",
                key="reschedule",
            )


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
)
