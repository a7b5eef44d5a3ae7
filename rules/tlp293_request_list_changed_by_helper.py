"""A function changes the list of requests that it was handed

## What it does
Plays the model with its config and reports `sort`, `reverse`, `pop`, `remove`, `clear`, `append`, `insert` and `extend`
where a method or another object of the file was given Triton's own list of requests, under whatever name. Files that
use response senders or keep the order of the requests first are left out. What execute itself does is told elsewhere.

## What happens
The list belongs to the backend. Triton matches responses with requests by their order in it: after a sort, clients get
each other's answers. Since 24.10 a list that became shorter or longer can crash the whole server.

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
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP293",
    name="request-list-changed-by-helper",
    effect="wrong-result",
    certainty="likely",
    words=("sort", "reverse", "pop", "remove", "clear", "append", "insert", "extend"),
)
_MOVES = frozenset({"sort", "reverse"})
_KEEPS_ORDER = re.compile(
    r"\b(?:enumerate|list|tuple|copy|zip)\((?:self\.)?\w*(?:requests|batch|jobs)\b|(?:requests|batch)(?:\[:\]|\.copy\()"
    r"|\.index\(|get_response_sender"
)
"""What a file may find the first order by."""


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False:
        return
    found = list(mistakes(python, config, effective, "list-changed"))
    if not found or _KEEPS_ORDER.search(python.text):
        return
    for mistake in found:
        start = mistake.span.start or 0
        if (execute.span.start or 0) <= start < (execute.span.end or 0):
            continue
        owner, _, how = python.text[start : mistake.span.end].partition("(")[0].rpartition(".")
        if how not in RULE.words or (how in _MOVES and not may_batch(effective)):
            continue
        yield Problem(
            mistake.span,
            f"`{owner}` is Triton's own list of requests here: "
            + (
                "answers go to the wrong clients, for they are matched by their order in it"
                if how in _MOVES
                else f"`{how}` changes it, and the server can crash"
            ),
            help="work on a copy: `sorted(…)` makes one, and `list(…)`",
            effect=None if how in _MOVES else "instability",
            key=how,
        )


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
)
