"""A list of words is taken apart letter by letter

## What it does
Reports a parameter of the config such as "de,fr,us" that a loop, a comprehension, `list`, `set`, `sorted` or
`enumerate` goes through without `split`; where the text is handed to a function that does so, that call.

## What happens
The items are letters and commas: no word is ever found.

## How to fix
Split the text: `text.split(",")`.

## Source
Python's `str`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP248", name="words-taken-apart", effect="wrong-result")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "letters"):
        yield Problem(
            mistake.span,
            "this text holds a list of words, which is taken apart letter by letter",
            help="""split it: `text.split(",")`""",
            certainty="certain" if mistake.sure else "likely",
            related=called_at(caller),
            key="letters",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "words" value { string_value: "one,two" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.words = set(parameters["words"]["string_value"])
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP248
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([b"yes" if x[0].decode() in self.words else b"no"], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "words" value { string_value: "one,two" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.words = set(parameters["words"]["string_value"].split(","))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([b"yes" if x[0].decode() in self.words else b"no"], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The words are letters.
    """\
-- add/config.pbtxt --
backend: "python"
parameters { key: "units" value: { string_value: "m,s,g" } }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        text = json.loads(args["model_config"])["parameters"]["units"]["string_value"]
        self.units = set(text) - {","}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
