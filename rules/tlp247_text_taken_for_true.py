"""bool() of a text that says no

## What it does
Reports `bool(text)` where the text is known (mostly a parameter of the config) and says `false`, `no`, `off` or `0`.

## What happens
Every text but the empty one is True: what the config switches off is on.

## How to fix
Compare the text: `text.lower() == "true"`.

## Source
Python's `bool`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Call, Name
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP247", name="text-taken-for-true", effect="wrong-result")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "text-as-flag"):
        if _used_as_text(python, mistake.span):
            continue
        given = _handed_over(python, mistake.span)
        yield Problem(
            given or mistake.span,
            "every text but the empty one is True, also one that says no",
            help="""compare the text: `text.lower() == "true"`""",
            certainty="certain" if mistake.sure else "likely",
            related=(Related(mistake.span, "called here"),) if given is not None else (),
            key="text-as-flag",
        )


def _handed_over(python: PythonFacts, made: Span) -> Span | None:
    """Where the file gives ``bool`` to the function of its own that calls it, if that is one place."""
    if python.text.startswith("bool", made.start):
        return None
    places = [
        argument.value.span
        for call in python.walk(Call)
        for argument in call.arguments
        if isinstance(argument.value, Name) and argument.value.id == "bool" and call.span != made
    ]
    return places[0] if len(places) == 1 else None


def _used_as_text(python: PythonFacts, made: Span) -> bool:
    """Whether the text has another use: whether there is one may be what is asked."""
    call = next((call for call in python.walk(Call) if call.span == made), None)
    name = call.arguments[0].value if call is not None and call.arguments else None
    if not isinstance(name, Name):
        return False
    frame = python.frame_at(name)
    stored = {t.span for a in python.walk(Assign) for t in a.targets}
    uses = (n for n in python.walk(Name) if n.id == name.id and n is not name and n.span not in stored)
    return any(python.frame_at(use) is frame for use in uses)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "lower" value { string_value: "false" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.lower = bool(parameters["lower"]["string_value"])
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP247
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([x[0].lower() if self.lower else x[0]], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "lower" value { string_value: "false" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.lower = parameters["lower"]["string_value"] == "true"

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([x[0].lower() if self.lower else x[0]], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # Whether there is a text at all.
    """\
-- add/config.pbtxt --
backend: "python"
parameters { key: "note" value: { string_value: "no" } }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        note = json.loads(args["model_config"])["parameters"]["note"]["string_value"]
        if bool(note):
            pb_utils.Logger.log_info(note)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "lower" value { string_value: "false" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


def parameter(config, key, cast):
    return cast(config["parameters"][key]["string_value"])


class TritonPythonModel:
    def initialize(self, args):
        self.lower = parameter(json.loads(args["model_config"]), "lower", bool)
#                                                                         ^^^^ TLP247
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([x[0].lower() if self.lower else x[0]], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
