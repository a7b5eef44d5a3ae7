"""The list of requests is changed

## What it does
Reports `pop`, `remove`, `clear`, `del`, `append`, `insert`, `extend`, `sort` and `reverse` on the `requests`
parameter of execute, and assignments to its elements.

## What happens
The list belongs to the backend. Since 24.10 taking requests out of it, followed by an error or a wrong number of
responses, releases them twice: the whole server dies (SIGSEGV). Sorting or reversing it delivers answers to the wrong
clients.

## How to fix
Work on a copy: `for request in list(requests):`.

## Source
Facts, python-backend 6.4 (observed on 24.10 and 26.07: SIGSEGV; on 23.10 and 24.05: an error only).
"""

from collections.abc import Iterator

from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Delete, Node, Subscript
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP201",
    name="requests-changed",
    effect="instability",
)
METHODS = frozenset({"pop", "remove", "clear", "append", "insert", "extend", "sort", "reverse"})


def check(python: PythonFacts) -> Iterator[Problem]:
    for node in python.walk():
        changed: Node | None = None
        how = ""
        if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr in METHODS:
            if python.is_request_list(node.func.value):
                changed, how = node, node.func.attr
        elif isinstance(node, Delete | Assign):
            for target in node.targets:
                if isinstance(target, Subscript) and python.is_request_list(target.value):
                    changed, how = node, "del" if isinstance(node, Delete) else "assignment"
        if changed is None:
            continue
        effect: Effect | None = "wrong-result" if how in {"sort", "reverse"} else None
        yield Problem(
            changed.span,
            "answers go to the wrong clients: Triton matches responses with requests by their order in this list"
            if effect
            else f"`{how}` changes the list of requests, which is Triton's own: the server can crash",
            help="work on a copy: `list(requests)`",
            effect=effect,
            certainty="certain" if effect else "likely",
            key=how,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        while requests:
            request = requests.pop()
#                     ^^^^^^^^^^^^^^ TLP201
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        requests.reverse()
#       ^^^^^^^^^^^^^^^^^^ TLP201
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in list(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
