"""Dicts, lists or None in a TYPE_STRING output

## What it does
Plays `execute` through and reports an array of objects for a TYPE_STRING output whose elements are dicts, lists of
different lengths or None. Also a dict that a function returns where its other ways give JSON, and the dict of an object
put into an array as it is.

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
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Dict,
    Expr,
    Name,
    Return,
    Sequence,
    dotted,
)
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
    if "TYPE_STRING" in config.text and python.understood:
        yield from _unlike_the_others(python)
        yield from _of_objects(python)


def _unlike_the_others(python: PythonFacts) -> Iterator[Problem]:
    """A dict that is returned where other ways return JSON text, when nobody asks which of both it is."""
    dumps = [call for call in python.walk(Call) if python.qualified(call.func) == "json.dumps"]
    given = {part.span for node in python.walk(Return) for part in _parts(node)}
    if not dumps or "isinstance" in python.text or any(call.span not in given for call in dumps):
        return
    for function in (frame.function for frame in python.frames if frame.function is not None):
        ways = [_parts(node) for node in returns(function)]
        for place in range(min(map(len, ways), default=0)):
            values = [way[place] for way in ways]
            text = next((v for v in values if any(v is call for call in dumps)), None)
            for value in values if text is not None and len({*map(len, ways)}) == 1 else ():
                if text is not None and _is_dict(python, value, 0):
                    yield Problem(
                        value.span,
                        "this is a dict where other ways give JSON: the client receives a text such as `{'a': 1}`",
                        help="turn it into a text with `json.dumps(…)`, too",
                        related=(Related(text.span, "JSON there"),),
                        certainty="likely",
                        key=function.name,
                    )


def _parts(node: Return) -> tuple[Expr, ...]:
    value = node.value
    if value is None:
        return ()
    return value.items if isinstance(value, Sequence) and value.kind == "tuple" else (value,)


def _is_dict(python: PythonFacts, value: Expr, depth: int) -> bool:
    """Whether a value is a dict: one that is written there, ``asdict(…)``, or what a function of the file returns."""
    if isinstance(value, Dict) or (isinstance(value, Comprehension) and value.kind == "dict"):
        return True
    if not isinstance(value, Call):
        return False
    name = dotted(value.func) or ""
    if name == "dict" or python.qualified(value.func) == "dataclasses.asdict":
        return True
    own = python.method(name[5:]) if name.startswith("self.") else None
    if own is None or own.is_async or own.decorators or depth > 1:
        return False
    ways = [node.value for node in returns(own)]
    return bool(ways) and all(way is not None and _is_dict(python, way, depth + 1) for way in ways)


def _of_objects(python: PythonFacts) -> Iterator[Problem]:
    """The dict of an object of the file as an element of an array that is sent."""
    sent = [call.call.argument(1, "tensor") for call in python.calls_of("Tensor")]
    names = {value.id for value in sent if isinstance(value, Name)}
    arrays = [value for value in sent if value is not None]
    arrays += [
        assign.value
        for assign in python.walk(Assign)
        if assign.value is not None and any(isinstance(t, Name) and t.id in names for t in assign.targets)
    ]
    for array in arrays:
        if not isinstance(array, Call) or python.qualified(array.func) not in {"numpy.array", "numpy.asarray"}:
            continue
        element = array.argument(0)
        if python.dtype(array) != "object" or not isinstance(element, Sequence):
            continue
        while isinstance(element, Sequence) and len(element.items) == 1:
            element = element.items[0]
        if isinstance(element, Attribute) and isinstance(element.value, Name) and _holds_dicts(python, element.attr):
            yield Problem(
                element.span,
                f"`{element.attr}` is a dict: the client receives a text such as `{{'a': 1}}`",
                help="turn it into a text with `json.dumps(…)`",
                certainty="likely",
                key=element.attr,
            )


def _holds_dicts(python: PythonFacts, name: str) -> bool:
    """Whether an attribute of that name is always set to a dict."""
    values = [
        assign.value
        for assign in python.walk(Assign)
        if any(isinstance(t, Attribute) and t.attr == name for t in assign.targets)
    ]
    return bool(values) and all(value is not None and _is_dict(python, value, 2) for value in values)


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
    def _answer(self, number):
        if number < 0:
            return json.dumps({"error": "no such user"}), 404
        return {"id": number}, 200
#              ^^^^^^^^^^^^^^ TLP250

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer, _ = self._answer(int(x[0]))
            user = np.array([answer], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("user", user)]))
        return responses
""",
    """\
-- users/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "user" data_type: TYPE_STRING dims: [ 1 ] }
-- users/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class User:
    def __init__(self, number):
        self.fields = {"id": number}


class TritonPythonModel:
    def initialize(self, args):
        self.users = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            number = int(pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0])
            user = self.users.setdefault(number, User(number))
            found = np.array([user.fields], dtype=object)
#                             ^^^^^^^^^^^ TLP250
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("user", found)]))
        return responses
""",
)
