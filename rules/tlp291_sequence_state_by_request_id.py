"""The state of a sequence is kept under the id of a request

## What it does
Reports, with the sequence batcher, a dict of the model that is read and written in one function under
`request.request_id()`. Silent where the correlation id of the sequence is asked for anywhere.

## What happens
The request id is what a client writes into one request, and the empty text without it: requests of one sequence do not
find their state, or all sequences share one.

## How to fix
Use `request.correlation_id()`, which is the same for all requests of a sequence.

## Source
Server documentation, sequence batcher and protocol extensions; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Delete, Node, Subscript, dotted
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP291",
    name="sequence-state-by-request-id",
    effect="wrong-result",
    certainty="likely",
    words=("request_id",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if effective.scheduling != "sequence" or "correlation_id" in python.text or not python.understood:
        return
    batching = config.root.message("sequence_batching")
    if batching is None or batching.messages("state"):
        return
    for control_input in batching.messages("control_input"):
        for control in control_input.messages("control"):
            kind = control.scalar("kind")
            if kind is None or kind.value == "CONTROL_SEQUENCE_CORRID":
                return
    assigned = {id(target): node for node in python.walk(Assign) for target in node.targets}
    dropped = {id(target) for node in python.walk(Delete) for target in node.targets}
    written: list[tuple[tuple[str, int], Subscript, Assign]] = []
    read: list[tuple[tuple[str, int], Node]] = []
    for node in python.walk(Subscript, Call):
        found = _place(python, node)
        if found is None or id(node) in dropped:
            continue
        assign = assigned.get(id(node))
        if isinstance(node, Subscript) and assign is not None:
            written.append((found, node, assign))
        if assign is None or assign.operator:
            read.append((found, node))
    told: set[str] = set()
    for place, target, assign in written:
        # What is read only after it was written may be gone with the request.
        earlier = any(other == place and (node.span.start or 0) < (assign.span.end or 0) for other, node in read)
        if earlier and place[0] not in told:
            told.add(place[0])
            key, _ = (python.follow(target.items[0]) or ((target, None),))[0]
            yield Problem(
                key.span,
                f"`{place[0]}` holds the state of sequences, and a request id belongs to one request only",
                help="use `request.correlation_id()`",
                related=(Related(target.span, "kept here"),),
                key=place[0],
            )


def _place(python: PythonFacts, node: Node) -> tuple[str, int] | None:
    """The dict that is asked under a request id, and the function in which it is."""
    if isinstance(node, Subscript):
        table, key = node.value, node.items[0] if len(node.items) == 1 else None
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "get":
        table, key = node.func.value, node.argument(0)
    else:
        return None
    name = dotted(table) or ""
    if key is None or not name.startswith("self."):
        return None
    sources = python.follow(key)
    if not sources or not all(
        isinstance(source, Call)
        and isinstance(source.func, Attribute)
        and source.func.attr == "request_id"
        and objects_of(python).kind(source.func.value) == "request"
        for source, _ in sources
    ):
        return None
    return name, id(python.function_at(node))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            key = request.request_id()
#                 ^^^^^^^^^^^^^^^^^^^^ TLP291
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.totals[key] = self.totals.get(key, 0) + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.totals[key])]))
            if request.flags() & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END:
                del self.totals[key]
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            key = request.correlation_id()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.totals[key] = self.totals.get(key, 0) + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.totals[key])]))
            if request.flags() & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END:
                del self.totals[key]
        return responses
""",
)
