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
from tritonlint.inputs.python_tree import Call, Name, Raise, Yield, dotted, walk
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
    own = python.self_name(python.frame_of(execute))
    requests = {execute.positional[1].name}
    requests |= {n.id for loop in request_loops(execute) for n in walk(loop.target, Name)}
    for call in own_nodes(execute, Call):
        name = dotted(call.func) or ""
        if name in HARMLESS or python.pb_name(call.func) is not None:
            continue
        inside = own is not None and name.startswith(f"{own}.") and python.method(name[len(own) + 1 :]) is not None
        if not inside and any(n.id in requests for a in call.arguments for n in walk(a.value, Name)):
            return
    policy = config.root.field("model_transaction_policy")
    yield Problem(
        execute.name_span,
        "this model is decoupled, but nothing is sent: no request is ever answered",
        help="send through `request.get_response_sender()`, the last time with the final flag",
        related=(Related(policy.span, "declared decoupled here"),) if policy is not None else (),
        key="execute",
    )


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
