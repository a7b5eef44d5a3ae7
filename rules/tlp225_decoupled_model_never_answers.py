"""A decoupled model that sends nothing

## What it does
Reports an `execute` of a decoupled model when nothing in the file gets a response sender, nothing is returned, and no
request is handed to code elsewhere.

## What happens
No request is ever answered: clients wait for ever, without a line in the log.

## How to fix
Send through `request.get_response_sender()` and end with the final flag, or remove `model_transaction_policy`.

## Source
Facts, python-backend 6.5; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import completes, is_generator, is_none, own_nodes, request_loops, returns
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Expr, For, Function, Name, Raise, Yield, dotted, walk
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP225", name="decoupled-model-never-answers", effect="request-failure", first="22.05")
HARMLESS = frozenset({"len", "enumerate", "zip", "range", "print", "list", "str", "isinstance", "iter", "reversed"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute") if effective.decoupled is True else None
    if execute is None or execute.decorators:
        return
    if uses_sender(python) or not python.bases_known or len(execute.positional) < 2:
        return
    if is_generator(execute):
        yield Problem(
            next(own_nodes(execute, Yield)).span,
            "Triton does not take what `execute` yields: no request is ever answered",
            help="send each response through `request.get_response_sender()`, the last time with the final flag",
            key="yield",
        )
        return
    if not all(is_none(s.value) for s in returns(execute)) or not (completes(execute.body) or returns(execute)):
        return
    if next(own_nodes(execute, Raise), None) is not None:
        return  # An error is an answer.
    requests = {execute.positional[1].name}
    requests |= {n.id for loop in request_loops(execute) for n in walk(loop.target, Name)}
    if "getattr" in python.identifiers or _hands_on(python, execute, requests, 0):
        return
    policy = config.root.field("model_transaction_policy")
    yield Problem(
        execute.name_span,
        "this model is decoupled, but nothing is sent: no request is ever answered",
        help="send through `request.get_response_sender()`, the last time with the final flag",
        related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
        key="execute",
    )


def _hands_on(python: PythonFacts, function: Function, requests: set[str], depth: int) -> bool:
    """Whether requests may come to where the rule does not look: they are stored, or given to other code."""
    own = python.self_name(python.frame_of(function))
    seen = {id(node.value) for node in own_nodes(function, Attribute)}
    seen |= {id(loop.iterable) for loop in own_nodes(function, For)}
    seen |= {id(n) for loop in own_nodes(function, For) for n in walk(loop.target, Name)}
    if any(n.id in requests for a in own_nodes(function, Assign) if _is_copy(a.value) for n in walk(a, Name)):
        return True
    for call in own_nodes(function, Call):
        name = dotted(call.func) or ""
        given = [i for i, a in enumerate(call.arguments) if isinstance(a.value, Name) and a.value.id in requests]
        method = python.method(name[len(own) + 1 :]) if own is not None and name.startswith(f"{own}.") else None
        if method is not None and given and call.certain and depth < 3:
            parameters = [p.name for p in method.positional]
            first = parameters[:1] == [python.self_name(python.frame_of(method)) or ""]
            names = {parameters[i + first] for i in given if i + first < len(parameters)}
            loops = [loop for loop in own_nodes(method, For) if dotted(loop.iterable) in names]
            names |= {n.id for loop in loops for n in walk(loop.target, Name)}
            if _hands_on(python, method, names, depth + 1):
                return True
        elif name not in HARMLESS and python.pb_name(call.func) is None:
            continue
        seen |= {id(call.arguments[i].value) for i in given}
    return any(node.id in requests and id(node) not in seen for node in own_nodes(function, Name))


def _is_copy(value: Expr | None) -> bool:
    return isinstance(value, Call) and dotted(value.func) in {"list", "iter", "reversed", "zip", "enumerate"}


EXAMPLES = (
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
#       ^^^^^^^ TLP225
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pb_utils.Logger.log_info(f"got {x.size} values")
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP225
""",
)
