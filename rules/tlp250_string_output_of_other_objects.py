"""Dicts, lists or None in a TYPE_STRING output

## What it does
Plays `execute` through and reports an array of objects for a TYPE_STRING output whose elements are dicts, lists of
different lengths or None. Also a dict that a function returns where its other ways give JSON, and the dict of an object
put into an array as it is, and `table.get(text)` without a default for text of a request.

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
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_guards import checked_for_none
from tritonlint.inputs.python_requests import TEXT_METHODS, RequestValues
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_threads import function_named, method_called
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Constant,
    Dict,
    Expr,
    If,
    Name,
    Return,
    Sequence,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP250", name="string-output-of-other-objects", effect="wrong-result")
_TEXTS = frozenset({"item", "text", "cell"})
_SHOWN = {
    "dict": ("dicts", "{'a': 1}", "turn each into a text with `json.dumps(…)`"),
    "list": ("lists", "['a', 'b']", 'join each to one text, or fill up the rows: `",".join(…)`'),
    "NoneType": ("None", "None", "put in the text that is meant; a function without `return` gives None"),
}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    readable = "TYPE_STRING" in config.text and python.understood
    objects = list(_of_objects(python)) if readable else []
    yield from objects
    for mistake in mistakes(python, config, effective, "elements"):
        if objects and mistake.found == "dict":
            continue  # Told where the dict is put in.
        name, shown, advice = _SHOWN.get(mistake.found, _SHOWN["list"])
        yield Problem(
            mistake.span,
            f'the elements for output "{mistake.name}" are {name}: the client receives a text such as `{shown}`',
            help=advice,
            certainty="certain" if mistake.sure else "likely",
            key=mistake.name,
        )
    if readable:
        yield from _unlike_the_others(python)
        yield from _missing_entries(python, config)


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


def _missing_entries(python: PythonFacts, config: Document) -> Iterator[Problem]:
    """What `table.get(text)` gives for text that the table lacks, put into an array as it is."""
    values = RequestValues(python, config)
    arrays = [
        call
        for call in python.walk(Call)
        if python.qualified(call.func) in {"numpy.array", "numpy.asarray"} and python.dtype(call) == "object"
    ]
    for call in python.walk(Call) if arrays else ():
        func, key = call.func, call.argument(0)
        if not isinstance(func, Attribute) or func.attr != "get" or len(call.arguments) != 1 or key is None:
            continue
        if not _is_table_of_texts(python, func.value) or not _is_text(python, values, key):
            continue
        array = next((array for array in arrays if _holds(python, array.argument(0), call)), None)
        if array is not None and not _is_looked_at(python, array, call):
            table = python.source(func.value)
            yield Problem(
                call.span,
                f"for text that `{table}` lacks this is None, and the client receives the text `None`",
                help='give a default: `.get(key, "")`',
                related=(Related(array.span, "put into the array here"),),
                certainty="likely",
                key=table,
            )


def _is_looked_at(python: PythonFacts, array: Call, call: Call) -> bool:
    """Whether somebody looks for None in an array, puts something else into it, or asks for the keys before."""
    function = python.function_at(array)
    if function is None:
        return True
    names = {
        n.id
        for assign in own_nodes(function, Assign)
        if assign.value is not None and lies_in(array, assign.value)
        for n in walk(assign.targets, Name)
    }
    if any(checked_for_none(function, name) for name in names):
        return True
    if any(
        isinstance(t, Subscript) and dotted(t.value) in names for a in own_nodes(function, Assign) for t in a.targets
    ):
        return True
    sent = {id(one.call) for one in python.calls_of("Tensor")}
    handed = (one for one in own_nodes(function, Call) if id(one) not in sent)
    if any(isinstance(a.value, Name) and a.value.id in names for one in handed for a in one.arguments):
        return True
    # The texts come out of something that a condition asks about.
    listed = [c for c in own_nodes(function, Comprehension) if lies_in(call, c)]
    texts = {n.id for c in listed for clause in c.clauses for n in walk(clause.iterable, Name)}
    return any(n.id in texts for test in own_nodes(function, If) for n in walk(test.test, Name))


def _is_text(python: PythonFacts, values: RequestValues, key: Expr) -> bool:
    """Whether a key is text of a request, in a helper that is given such text, too."""
    if values.kind(key) in _TEXTS:
        return True
    while isinstance(key, Call) and isinstance(key.func, Attribute) and key.func.attr in TEXT_METHODS:
        key = key.func.value
    helper = python.function_at(key)
    names = [p.name for p in helper.parameters if p.name not in {"self", "cls"}] if helper is not None else []
    if not isinstance(key, Name) or helper is None or key.id not in names:
        return False
    calls = [call for call in python.walk(Call) if function_named(python, call.func) is helper]
    given = [call.argument(names.index(key.id), key.id) for call in calls]
    return bool(given) and all(one is not None and values.kind(one) in _TEXTS for one in given)


def _is_table_of_texts(python: PythonFacts, table: Expr) -> bool:
    """Whether an expression is a dict of the file from texts to texts, which nothing fills or asks for its keys."""
    found = python.follow(table) or []
    for source, where in found:
        if isinstance(source, Call) and python.qualified(source.func, where) in {"json.load", "json.loads"}:
            continue
        written = isinstance(source, Dict) and [*source.keys, *source.values]
        if not written or not all(isinstance(n, Constant) and isinstance(n.value, str | bytes) for n in written):
            return False
    name = last_name(table)
    # It is made, and asked with `get`; whoever does more with it may look for the key.
    known = {id(target) for node in python.walk(Assign) for target in node.targets}
    known |= {id(node.value) for node in python.walk(Attribute) if node.attr == "get"}
    uses = (node for node in python.walk(Name, Attribute) if (node.id if isinstance(node, Name) else node.attr) == name)
    return bool(found) and all(id(node) in known for node in uses)


def _holds(python: PythonFacts, listed: Expr | None, call: Call) -> bool:
    """Whether what an array is made of has the result of a call as an item, and nothing looks at it before."""
    while isinstance(listed, Sequence) and len(listed.items) == 1:
        listed = listed.items[0]
    if listed is call:
        return True
    if isinstance(listed, Call):
        helper = function_named(python, listed.func)
        ways = returns(helper) if helper is not None and helper.name != "__init__" else []
        return len(ways) == 1 and ways[0].value is call
    if isinstance(listed, Comprehension):
        item = listed.elements[0]
        while isinstance(item, Sequence) and len(item.items) == 1:
            item = item.items[0]
        if any(clause.conditions for clause in listed.clauses):
            return False
        if isinstance(item, Name) and dotted(listed.clauses[-1].target) == item.id:
            return _holds(python, listed.clauses[-1].iterable, call)
        return isinstance(item, Call) and _holds(python, item, call)
    function = python.function_at(listed) if isinstance(listed, Name) else None
    if function is None or not isinstance(listed, Name) or checked_for_none(function, listed.id):
        return False
    assigns = list(own_nodes(function, Assign))
    if any(isinstance(t, Subscript) and dotted(t.value) == listed.id for a in assigns for t in a.targets):
        return False
    made = [a for a in assigns if any(dotted(t) == listed.id for t in a.targets)]
    added = [c.argument(0) for c in own_nodes(function, Call) if method_called(c) == (listed.id, "append")]
    if len(made) != 1 or (added and not starts_list(made[0])):
        return False
    return any(_holds(python, one, call) for one in added) if added else _holds(python, made[0].value, call)


def _holds_dicts(python: PythonFacts, name: str) -> bool:
    """Whether an attribute of that name is always set to a dict."""
    values = [
        assign.value
        for assign in python.walk(Assign)
        if any(isinstance(t, Attribute) and t.attr == name for t in assign.targets)
    ]
    return bool(values) and all(value is not None and _is_dict(python, value, 2) for value in values)


_TITLES = """\
-- titles/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "code" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "title" data_type: TYPE_STRING dims: [ 1 ] }
-- titles/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

TITLES = {b"A1": "Pen", b"A2": "Notebook"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            codes = pb_utils.get_input_tensor_by_name(request, "code").as_numpy()
            titles = [TITLES.get(codeDEFAULT) for code in codes[:, 0]]
#!
            title = np.array(titles, dtype=object).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("title", title)]))
        return responses
"""
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
    _TITLES.replace("DEFAULT", "").replace("#!", "#                     ^^^^^^^^^^^^^^^^ TLP250"),
    _TITLES.replace("DEFAULT", ', ""').replace("#!\n", ""),
    """\
-- filled/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "z" data_type: TYPE_STRING dims: [ -1 ] }
-- filled/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

TITLES = {b"A1": "Pen", b"A2": "Notebook"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([TITLES.get(code) for code in x], dtype=object)
            y[y == None] = "unknown"
            z = np.full(x.shape, None, dtype=object)
            z[:] = [str(len(code)) for code in x]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("z", z)]))
        return responses
""",
)
