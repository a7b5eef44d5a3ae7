"""A function changes the list of requests that it was handed

## What it does
Plays the model with its config and reports `sort`, `reverse`, `shuffle`, `pop`, `remove`, `clear`, `del`, `append`,
`insert`, `extend`, `+=` and `[:] =` where a method or another object of the file, or of one beside it, was given
Triton's own list of requests, under whatever name. Files that use response senders are left out, and so are sorted
lists where the order of the requests is kept first, and lists that get back what was taken. What execute does with its
parameter is told elsewhere.

## What happens
The list belongs to the backend. Triton matches responses with requests by their order in it: after a sort, clients get
each other's answers. The number of responses is compared with the list as it is then. Since 24.10 a list that became
shorter crashes the whole server, whatever number is returned; a longer one can.

## How to fix
Work on a copy: `sorted(requests, key=…)`, `list(requests)`.

## Source
Facts, python-backend 6.4; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import names_of_requests
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP293",
    name="request-list-changed-by-helper",
    effect="wrong-result",
    certainty="likely",
)
_MOVES = frozenset({"sort", "reverse", "shuffle", "heapify"})
_TAKES = frozenset({"pop", "remove", "clear", "del"})
_KEEPS_ORDER = re.compile(
    r"\b(?:enumerate|list|tuple|copy|zip)\((?:self\.)?\w*(?:requests|batch|jobs)\b|(?:requests|batch)(?:\[:\]|\.copy\()|\.index\("
)
"""What a file may find the first order by."""
_CHANGE = re.compile(
    r"(?P<del>del)\s+(?P<part>[\w.]+)\[|(?P<owner>[\w.]+)\.(?P<method>\w+)\(|(?P<slice>[\w.]+)\[[^\]]*\]\s*=\s*(?P<new>\w*)"
    r"|(?P<longer>[\w.]+)\s*\+="
)
"""How the list is changed."""


def check(python: PythonFacts, config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False:
        return
    found = list(mistakes_anywhere(python, config, effective, "list-changed"))
    if not found or any("get_response_sender" in file.text for file in (python, *(file for file, _, _ in found))):
        return
    changes = [(one.span, *_change(file.text[one.span.start : one.span.end])) for file, one, _ in found]
    ways = {how for _, _, how in changes}
    if ways & _TAKES and ways - _TAKES - _MOVES:
        return  # What was taken may be put back.
    names = names_of_requests(python, execute)
    keeps_order = _KEEPS_ORDER.search(python.text) is not None
    for span, owner, how in changes:
        inside = span.path == python.path and (execute.span.start or 0) <= (span.start or 0) < (execute.span.end or 0)
        if (inside and owner in names) or (how in _MOVES and (keeps_order or not may_batch(effective))):
            continue
        crashes = how in _TAKES and target.since("24.10")
        yield Problem(
            span,
            f"`{owner}` is Triton's own list of requests here: "
            + (
                "answers go to the wrong clients, for they are matched by their order in it"
                if how in _MOVES
                else "what is put into it here goes to the wrong clients, or crashes the server"
                if how == "[:] ="
                else f"`{how}` changes it, and the server {'crashes' if crashes else 'can crash'}"
            ),
            help="work on a copy: `sorted(…)` makes one, and `list(…)`",
            effect=None if how in _MOVES else "server-crash" if crashes else "instability",
            key=how,
        )


def _change(text: str) -> tuple[str, str]:
    """The list that a piece of code changes, and how."""
    found = _CHANGE.match(text)
    if found is None:
        return text, "="
    if found["del"]:
        return found["part"], "del"
    if found["slice"]:
        return found["slice"], "sort" if found["new"] in {"sorted", "reversed"} else "[:] ="
    if found["longer"]:
        return found["longer"], "+="
    if found["method"] in {"shuffle", "heapify"}:
        return text.partition("(")[2].rstrip(")"), found["method"]
    return found["owner"], found["method"]


EXAMPLES = (
    """\
-- bucket/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- bucket/1/model.py --
import triton_python_backend_utils as pb_utils


def text(request):
    return pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0, 0]


class Bucketer:
    def order(self, batch):
        batch.sort(key=text, reverse=True)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP293
        return batch


class TritonPythonModel:
    def initialize(self, args):
        self.bucketer = Bucketer()

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        done = {}
        for request in self.bucketer.order(requests):
            done[id(request)] = self._answer(request)
        return [done[id(request)] for request in requests]
""",
    """\
-- bucket/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- bucket/1/model.py --
import triton_python_backend_utils as pb_utils


def text(request):
    return pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0, 0]


class Bucketer:
    def order(self, batch):
        return sorted(batch, key=text, reverse=True)


class TritonPythonModel:
    def initialize(self, args):
        self.bucketer = Bucketer()

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        done = {}
        for request in self.bucketer.order(requests):
            done[id(request)] = self._answer(request)
        return [done[id(request)] for request in requests]
""",
    """\
-- bucket/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- bucket/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _shed(self, waiting):
        for request in list(waiting):
            if len(waiting) > 2:
                waiting.remove(request)
#               ^^^^^^^^^^^^^^^^^^^^^^^ TLP293

    def execute(self, requests):
        self._shed(requests)
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- bucket/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- bucket/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _shed(self, waiting):
        for request in list(waiting):
            if len(waiting) > 2:
                waiting.remove(request)
        return {id(request) for request in waiting}

    def execute(self, requests):
        kept = self._shed(requests[:])
        responses = []
        for request in requests:
            if id(request) not in kept:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("busy")))
                continue
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- sibling/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- sibling/1/model.py --
import triton_python_backend_utils as pb_utils
from queueing import drain


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)])

    def execute(self, requests):
        return [self.one(r) for r in drain(requests)]
-- sibling/1/queueing.py --
def drain(items):
    while items:
        yield items.pop(0)
#             ^^^^^^^^^^^^ TLP293
""",
    """\
-- helper_copy/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- helper_copy/1/model.py --
import triton_python_backend_utils as pb_utils


def chunks(items, size):
    items = list(items)
    while items:
        yield items[:size]
        del items[:size]


class TritonPythonModel:
    def one(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)])

    def execute(self, requests):
        return [self.one(r) for chunk in chunks(requests, 4) for r in chunk]
""",
)
