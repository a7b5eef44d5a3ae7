"""A name of pb_utils that the target release does not have

## What it does
Reports names of `triton_python_backend_utils` and keyword arguments of its classes that came after the release in
use (also those of a dict after `**`), and `InferenceResponse(error=…)` without `output_tensors`. Uses behind `hasattr`,
or in a `try` that catches the error, are not reported.

## What happens
AttributeError or TypeError when the line is reached: in `initialize` the model does not load, elsewhere the request
fails.

## How to fix
Use a newer release, or ask with `hasattr` first.

## Source
Facts, python-backend 7: every release branch compared.
"""

import re
from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import while_loading
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_objects import spread_keys
from tritonlint.inputs.python_tree import Call, If, Node, Try, lies_in
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLP601",
    name="pb-utils-newer-than-release",
    effect="request-failure",
    certainty="likely",
    server_says=("has no attribute",),
)

_OF_RELEASE = re.compile(r"\bself\.|version|release|hasattr|getattr|environ|support|\b[A-Z][A-Z_]+\b")


def check(python: PythonFacts, target: Target, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    api = pb_api()
    found: list[tuple[PythonFacts, Node, Span, str, str]] = []
    told: set[Span] = set()
    newer = {
        name
        for name in {name for _, name in python.pb_attributes}
        if name in api.names and not target.since(api.names[name])
    }
    for used, name in python.pb_attributes if newer else ():
        owner, dot, _ = name.rpartition(".")
        # Where the class itself is newer, the class is named.
        if name not in newer or (dot and api.names[owner] == api.names[name]):
            continue
        if python.qualified(used.value) == (f"{PB_MODULE}.{owner}" if dot else PB_MODULE):
            found.append((python, used, used.attr_span, f"`pb_utils.{name}`", api.names[name]))
    for call in python.pb_calls:
        keywords = api.keywords.get(call.name, {})
        for argument in call.call.arguments if keywords else ():
            first = keywords.get(argument.keyword or "")
            if first is not None:
                told.add(call.call.span)
                found.append((python, argument.value, argument.span, f"`{call.name}({argument.keyword}=…)`", first))
        for argument, name in zip(call.call.arguments, api.signatures[call.name][0], strict=False) if keywords else ():
            if name in keywords and argument.keyword is None and call.call.certain:
                found.append((python, argument.value, argument.span, f"`{call.name}({name})`", keywords[name]))
        for keyword, place in spread_keys(python, call.call) if keywords else ():
            if keyword in keywords and not _knows_release(python, place) and not guarded(python.body, call.call):
                told.add(call.call.span)
                found.append((python, place, place.span, f"`{call.name}({keyword}=…)`", keywords[keyword]))
        if call.name == "InferenceResponse" and call.call.certain and call.call.argument(0, "output_tensors") is None:
            found.append((python, call.call, call.span, "`InferenceResponse()` without `output_tensors`", "23.06"))
    own = repository.models.get(model.name)
    handed = mistakes_anywhere(python, own.config, own.effective, "newer-keyword") if own and own.config else ()
    for file, mistake, caller in handed:
        if not mistake.sure or mistake.span in told or (caller is not None and _is_tried(python, caller)):
            continue
        made = next((one for one in file.walk(Call) if one.span == mistake.span), None)
        if made is not None and not _knows_release(file, made):
            first = api.keywords[mistake.found][mistake.name]
            found.append((file, made, mistake.span, f"`{mistake.found}({mistake.name}=…)`", first))
    for file, node, span, what, first in found:
        if target.since(first) or guarded(file.body, node):
            continue
        release = target.release
        effect: Effect | None = None
        if while_loading(file, node):
            effect = "load-failure"
        yield Problem(
            span,
            f"{what} exists since {first}; the target is {release}" if release else f"{what} exists since {first} only",
            help=f"use release {first} or newer, or test with `hasattr` first",
            effect=effect if release else "portability",
            certainty="certain" if release and effect else "likely",
            key=what,
        )


def _is_tried(python: PythonFacts, call: Span) -> bool:
    """Whether the model file calls another module in a ``try``, which may be there for older releases."""
    return any(call.within(part.span) for attempt in python.walk(Try) for part in attempt.body)


def _knows_release(python: PythonFacts, place: Node) -> bool:
    """Whether a condition around a place may be about the release: what no request decides."""
    return any(
        lies_in(place, branch) and _OF_RELEASE.search(python.source(branch.test)) is not None
        for branch in python.walk(If)
    )


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
    def initialize(self, args):
        self.again = pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE
#                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP601
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=23.04
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
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("too large")))
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP601
                continue
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
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.again = pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- target -- release=24.07
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        kind = pb_utils.MetricFamily.HISTOGRAM
#                                    ^^^^^^^^^ TLP601
        self.family = pb_utils.MetricFamily(name="seconds", description="time", kind=kind)
        self.metric = self.family.Metric(labels={}, buckets=[1.0, 2.0])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.observe(0.5)
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
    def initialize(self, args):
        self.has_parameters = hasattr(pb_utils.InferenceResponse, "parameters")
        self.version = args["model_version"]

    def noted(self, tensor):
        return pb_utils.InferenceResponse(output_tensors=[tensor], parameters={"version": self.version})

    def respond(self, tensor):
        if not self.has_parameters:
            return pb_utils.InferenceResponse(output_tensors=[tensor])
        return self.noted(tensor)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(self.respond(pb_utils.Tensor("y", x)))
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
            answer = {"output_tensors": [pb_utils.Tensor("y", x)]}
            if x[0] > 0:
                answer["parameters"] = {"above": "0"}
#               ^^^^^^^^^^^^^^^^^^^^ TLP601
            responses.append(pb_utils.InferenceResponse(**answer))
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
    def initialize(self, args):
        self.tells = hasattr(pb_utils.InferenceResponse, "parameters")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer = {"output_tensors": [pb_utils.Tensor("y", x)]}
            if self.tells:
                answer["parameters"] = {"above": "0"}
            responses.append(pb_utils.InferenceResponse(**answer))
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/answers.py --
import triton_python_backend_utils as pb_utils


def answer(y, told):
    return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)], parameters=told)
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP601
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

from answers import answer


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(answer(x, {"above": "0"}))
        return responses
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/answers.py --
import triton_python_backend_utils as pb_utils


def answer(y, told=None):
    if told is None:
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])
    return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)], parameters=told)
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

from answers import answer


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                responses.append(answer(x, {"above": "0"}))
            except TypeError:
                responses.append(answer(x))
        return responses
""",
)
