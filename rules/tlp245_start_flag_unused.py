"""The flag for the start (or end) of a sequence is read and not used

## What it does
Reports a local name that gets the value of a control input (CONTROL_SEQUENCE_START or CONTROL_SEQUENCE_END) and is
never used, or is only compared with None: Triton gives it with every request.

## What happens
The model cannot tell the first request of a sequence from the others: state of an earlier sequence goes on, or every
request starts anew.

## How to fix
Start the state where the start flag is set, and drop it where the end flag is.

## Source
Server documentation, sequence batcher; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_none, own_nodes
from tritonlint.inputs.python_tree import Assign, Call, Compare, Constant, Name, walk
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP245", name="start-flag-unused", effect="wrong-result", certainty="likely")
_KINDS = frozenset({"CONTROL_SEQUENCE_START", "CONTROL_SEQUENCE_END"})


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    flags = {}
    for control_input in batching.messages("control_input") if batching is not None else ():
        for control in control_input.messages("control"):
            kind = control.scalar("kind")
            name = control_input.string("name")
            if kind is not None and kind.value in _KINDS and name is not None:
                flags[name] = str(kind.value)
    for frame in python.frames if flags else ():
        function = frame.function
        for node in own_nodes(function, Assign) if function is not None else ():
            target = node.targets[0]
            if len(node.targets) != 1 or not isinstance(target, Name) or not isinstance(node.value, Call):
                continue
            named = [c.value for c in walk(node.value, Constant) if isinstance(c.value, str) and c.value in flags]
            if len(named) != 1 or target.id.startswith("_") or len(frame.bindings.get(target.id, [])) != 1:
                continue
            assert function is not None  # noqa: S101
            uses = [n for n in walk(function.body, Name) if n.id == target.id and n is not target]
            if not uses:
                yield Problem(
                    target.span,
                    f"`{target.id}` holds {flags[named[0]]} and is never used",
                    help="ask for it where the state is started or dropped, or do not read it",
                    key=target.id,
                )
            elif python.pb_name(node.value.func) == "get_input_tensor_by_name":
                asked = [c for c in walk(function.body, Compare) if len(c.rights) == 1 and is_none(c.rights[0])]
                read = [c for c in python.walk(Constant) if c.value == named[0]]
                if len(read) == 1 and all(any(c.left is use for c in asked) for use in uses):
                    yield Problem(
                        target.span,
                        f"`{target.id}` is there in every request: only its value says {flags[named[0]]}",
                        help=f"ask for `{target.id}.as_numpy()`",
                        key=target.id,
                    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } }
}
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.total = np.zeros((1, 1), dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            start = pb_utils.get_input_tensor_by_name(request, "START").as_numpy()
#           ^^^^^ TLP245
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.total = self.total + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.total)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } }
}
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            start = pb_utils.get_input_tensor_by_name(request, "START").as_numpy()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if start.any():
                self.total = x * 0
            self.total = self.total + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.total)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching {
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } }
}
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            start = pb_utils.get_input_tensor_by_name(request, "START")
#           ^^^^^ TLP245
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if start is not None:
                self.total = x * 0
            self.total = self.total + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.total)]))
        return responses
""",
)
