"""Dicts, lists or None in a TYPE_STRING output

## What it does
Plays `execute` through and reports an array of objects for a TYPE_STRING output whose elements are dicts, lists of
different lengths or None.

## What happens
The client receives the text that Python shows for the object: `{'a': 1}`, which is no JSON, `['a', 'b']` or `None`.
The status is OK.

## How to fix
Make a text of each element first: `json.dumps(…)`, `", ".join(…)`, or a row of the array for each list.

## Source
Facts, python-backend 6.6: elements that are neither `str` nor `bytes` are sent as `str(element)` (seen on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP250", name="string-output-of-other-objects", effect="wrong-result")
_SHOWN = {
    "dict": ("dicts", "{'a': 1}", "turn each into a text with `json.dumps(…)`"),
    "list": ("lists", "['a', 'b']", 'join each to one text, or fill up the rows: `",".join(…)`'),
    "NoneType": ("None", "None", "put in the text that is meant; a function without `return` gives None"),
}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "elements"):
        name, shown, advice = _SHOWN.get(mistake.found, _SHOWN["list"])
        yield Problem(
            mistake.span,
            f'the elements for output "{mistake.name}" are {name}: the client receives a text such as `{shown}`',
            help=advice,
            certainty="certain" if mistake.sure else "likely",
            key=mistake.name,
        )


EXAMPLES = (
    """\
-- users/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "user" data_type: TYPE_STRING dims: [ 1 ] }
-- users/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            user = np.array([{"id": int(x[0])}], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("user", user)]))
#                                                                                ^^^^ TLP250
        return responses
""",
    """\
-- users/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "user" data_type: TYPE_STRING dims: [ 1 ] }
-- users/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            user = np.array([json.dumps({"id": int(x[0])})], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("user", user)]))
        return responses
""",
)
