"""A method that the target release does not have

## What it does
Reports methods of requests, response senders, `ModelConfig` and the answers of decoupled models that came after the
release in use: `request.is_cancelled()`, `request.set_release_flags(…)`, `request.get_response_sender()`,
`request.parameters()`, `answers.cancel()`. Uses behind `hasattr`, or
in a `try` that catches the error, are not reported.

## What happens
AttributeError when the line is reached: the request fails (in `auto_complete_config`: the load).

## How to fix
Use a newer release, or ask with `hasattr` first.

## Source
Facts, python-backend 7: every release branch compared.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import own_nodes, request_loops
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Assign, Attribute, Await, Call, Constant, Function, Name, dotted
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLP602",
    name="method-newer-than-release",
    effect="request-failure",
    certainty="likely",
    server_says=("has no attribute",),
    words=(
        "get_response_sender",
        "set_release_flags",
        "is_cancelled",
        "parameters",
        "timeout",
        "trace",
        "cancel",
        "set_model_transaction_policy",
    ),
)

_OF_REQUESTS = frozenset({"get_response_sender", "set_release_flags", "is_cancelled", "parameters", "timeout", "trace"})
_BY_KIND = {name: {"request": pb_api().methods[name]} for name in _OF_REQUESTS} | {
    "parameters": {"request": pb_api().methods["parameters"], "response": pb_api().methods["response.parameters"]},
    "cancel": {"answers": pb_api().methods["cancel"]},
}
"""Since when an object of a kind has a method."""


def check(python: PythonFacts, target: Target) -> Iterator[Problem]:
    methods = pb_api().methods
    execute, hook = python.method("execute"), python.method("auto_complete_config")
    owners: list[tuple[Function, set[str], frozenset[str]]] = []
    told: set[Span] = set()
    if execute is not None:
        requests = {loop.target.id for loop in request_loops(execute) if isinstance(loop.target, Name)}
        owners.append((execute, requests, _OF_REQUESTS))
        owners.append((execute, _senders(execute, requests), frozenset({"is_cancelled"})))
        owners += [(f, {name}, _OF_REQUESTS) for f, name in dict.fromkeys(_helpers(python, execute, requests))]
    for function in (frame.function for frame in python.frames if "decoupled" in python.text):
        if function is not None:
            owners.append((function, _iterators(function), frozenset({"cancel"})))
    if hook is not None and hook.positional:
        owners.append((hook, {hook.positional[-1].name}, frozenset({"set_model_transaction_policy"})))
    for function, names, known in owners:
        for node in own_nodes(function, Attribute):
            if node.attr not in known or not isinstance(node.value, Name):
                continue
            first = methods[node.attr]
            if node.value.id not in names or target.since(first) or guarded(python.body, node):
                continue
            release = target.release
            seen = f"; the target is {release}" if release else ""
            told.add(node.span)
            yield Problem(
                node.attr_span,
                f"`{node.attr}` exists since {first}{seen}",
                help=f"use release {first} or newer, or test with `hasattr` first",
                effect="portability" if not release else "load-failure" if function is hook else None,
                key=node.attr,
            )
    yield from _of_kinds(python, target, told)


def _of_kinds(python: PythonFacts, target: Target, told: set[Span]) -> Iterator[Problem]:
    """Members of what is known to be a request, an answer or a stream of answers, wherever that is."""
    wanted = {attr: kinds for attr, kinds in _BY_KIND.items() if not all(map(target.since, kinds.values()))}
    for node in python.walk(Attribute) if not wanted.keys().isdisjoint(python.identifiers) else ():
        if node.attr not in wanted or node.span in told:
            continue
        first = wanted[node.attr].get(objects_of(python).kind(node.value) or "")
        if first is None or target.since(first) or guarded(python.body, node):
            continue
        release = target.release
        seen = f"; the target is {release}" if release else ""
        yield Problem(
            node.attr_span,
            f"`{node.attr}` exists since {first}{seen}",
            help=f"use release {first} or newer, or test with `hasattr` first",
            effect=None if release else "portability",
            key=node.attr,
        )


def _helpers(python: PythonFacts, execute: Function, requests: set[str]) -> Iterator[tuple[Function, str]]:
    """Methods that execute gives a request to, with the parameter that gets it."""
    own = python.self_name(python.frame_of(execute))
    for call in own_nodes(execute, Call):
        if own is None or not isinstance(call.func, Attribute) or dotted(call.func.value) != own:
            continue
        method = python.method(call.func.attr)
        for place, argument in enumerate(call.arguments):
            given = isinstance(argument.value, Name) and argument.value.id in requests
            if method is not None and given and argument.keyword is None and place + 1 < len(method.positional):
                yield method, method.positional[place + 1].name


def _iterators(function: Function) -> set[str]:
    """Local names that hold the answers of a decoupled model."""
    found = set()
    for node in own_nodes(function, Assign):
        call = node.value.value if isinstance(node.value, Await) else node.value
        if isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr in {"exec", "async_exec"}:
            decoupled = call.argument(0, "decoupled")
            if isinstance(decoupled, Constant) and decoupled.value is True:
                found |= {target.id for target in node.targets if isinstance(target, Name)}
    return found


def _senders(execute: Function, requests: set[str]) -> set[str]:
    """Local names that hold a response sender."""
    found = set()
    for node in own_nodes(execute, Assign):
        if isinstance(node.value, Call) and isinstance(node.value.func, Attribute):
            owner = node.value.func.value
            if node.value.func.attr == "get_response_sender" and isinstance(owner, Name) and owner.id in requests:
                found |= {target.id for target in node.targets if isinstance(target, Name)}
    return found


EXAMPLES = (
    """\
-- target -- release=23.07
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
        for request in requests:
            cancelled = request.is_cancelled()
#                               ^^^^^^^^^^^^ TLP602
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=24.10
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
        for request in requests:
            cancelled = request.is_cancelled()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=24.10
-- next/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- next/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="next", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            pb_utils.Logger.log_info(answer.parameters())
#                                           ^^^^^^^^^^ TLP602
            y = pb_utils.get_output_tensor_by_name(answer, "y")
            responses.append(pb_utils.InferenceResponse([y]))
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
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            if hasattr(response, "parameters"):
                pb_utils.Logger.log_info(response.parameters())
            pb_utils.Logger.log_info(request.parameters())
            responses.append(response)
        return responses
""",
)
