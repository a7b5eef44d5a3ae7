"""The list of requests is changed

## What it does
Reports `pop`, `remove`, `clear`, `del`, `append`, `insert`, `extend`, `sort` and `reverse` on the `requests`
parameter of execute (also under another name), assignments to its elements, `requests += …` and `random.shuffle`.

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

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import names_of_requests, own_nodes
from tritonlint.inputs.python_join import may_batch
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Delete,
    Expr,
    Node,
    Subscript,
    While,
    dotted,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP201",
    name="requests-changed",
    effect="instability",
)
METHODS = frozenset({"pop", "remove", "clear", "append", "insert", "extend", "sort", "reverse"})


def check(python: PythonFacts, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    execute = python.method("execute")
    # A decorator may hand on a list of its own.
    if execute is None or len(execute.positional) < 2 or execute.decorators:
        return
    names = names_of_requests(python, execute)
    if not names:
        return
    shuffled = "shuffle" in python.identifiers
    emptying = [n for n in own_nodes(execute, While) if dotted(n.test) in names or _counts(n.test, names)]
    nodes: tuple[Call | Delete | Assign, ...]
    nodes = (*own_nodes(execute, Call), *own_nodes(execute, Delete), *own_nodes(execute, Assign))
    for node in nodes:
        changed: Node | None = None
        how = ""
        if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr in METHODS:
            if dotted(node.func.value) in names:
                changed, how = node, node.func.attr
        elif isinstance(node, Call):
            if shuffled and dotted(node.argument(0)) in names and python.qualified(node.func) == "random.shuffle":
                changed, how = node, "shuffle"
        else:
            for part in node.targets:
                if isinstance(part, Subscript) and dotted(part.value) in names:
                    changed, how = node, "del" if isinstance(node, Delete) else "assignment"
                elif isinstance(node, Assign) and node.operator and dotted(part) in names:
                    changed, how = node, f"{node.operator}="
        if changed is None:
            continue
        if how in {"sort", "reverse", "shuffle"}:
            effect: Effect = "wrong-result" if may_batch(effective) else "hygiene"
            yield Problem(
                changed.span,
                "answers go to the wrong clients: Triton matches responses with requests by their order in this list",
                help="work on a copy: `list(requests)`, and put each response at the index of its request",
                effect=effect,
                certainty="likely" if effect == "hygiene" else "certain",
                key=how,
            )
            continue
        # Emptied one by one, the list never has as many entries as there are responses.
        emptied = any(changed.span in {n.span for n in walk(loop)} for loop in emptying)
        crash = how == "pop" and emptied and effective.decoupled is False and target.since("24.10")
        yield Problem(
            changed.span,
            f"`{how}` changes the list of requests, which is Triton's own: the server "
            + ("crashes with the first request" if crash else "can crash"),
            help="work on a copy: `list(requests)`",
            effect="server-crash" if crash else None,
            certainty="certain" if crash else "likely",
            key=how,
        )


def _counts(test: Expr, names: set[str | None]) -> bool:
    """Whether a condition is ``len(requests)`` or ``len(requests) > 0``."""
    if isinstance(test, Compare) and len(test.rights) == 1 and test.operators[0] in {">", "!="}:
        zero = test.rights[0]
        return isinstance(zero, Constant) and zero.value == 0 and _counts(test.left, names)
    return isinstance(test, Call) and dotted(test.func) == "len" and dotted(test.argument(0)) in names


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        while requests:
            request = requests.pop()
#                     ^^^^^^^^^^^^^^ TLP201
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        pending = requests
        responses = []
        while pending:
            x = pb_utils.get_input_tensor_by_name(pending.pop(0), "x").as_numpy()
#                                                 ^^^^^^^^^^^^^^ TLP201
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        requests.reverse()
#       ^^^^^^^^^^^^^^^^^^ TLP201
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        pending = list(requests)
        while pending:
            x = pb_utils.get_input_tensor_by_name(pending.pop(0), "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
