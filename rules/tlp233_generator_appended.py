"""A generator that is appended in place of its items

## What it does
Reports `list.append(… for … in …)` when the items of the list are used as texts or numbers later: a function of the
file gets them one by one and does not iterate over them.

## What happens
The list holds generators, not what they give: the first function that gets one raises TypeError or AttributeError, and
the requests fail.

## How to fix
Write `extend`, or brackets around the generator.

## Source
Python's own behaviour; seen on 24.10: `normalize() argument 2 must be str, not generator`.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Clause,
    Comprehension,
    Expr,
    For,
    Function,
    Name,
    dotted,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP233", name="generator-appended", effect="request-failure", certainty="likely", words=("append",))
TEXT_WANTED = frozenset({"unicodedata.normalize", "html.unescape", "html.escape", "shlex.split", "json.loads"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "isinstance" in python.text:
        return
    for function in (frame.function for frame in python.frames if frame.function is not None):
        for call in own_nodes(function, Call):
            if not isinstance(call.func, Attribute) or call.func.attr != "append" or len(call.arguments) != 1:
                continue
            made, held = call.arguments[0].value, call.func.value
            if not isinstance(made, Comprehension) or made.kind != "generator" or not isinstance(held, Name):
                continue
            if _items_wanted(python, function, held.id):
                word = call.func.attr_span
                yield Problem(
                    call.span,
                    f"this appends the generator itself: what reads `{held.id}` gets no item of it",
                    help="write `extend`",
                    fix=Fix(
                        "append the items", (Edit(Span(python.path, word.start, word.end), "extend"),), safety="unsafe"
                    ),
                    key=held.id,
                )


def _items_wanted(python: PythonFacts, function: Function, name: str) -> bool:
    """Whether what iterates over a list uses its items as plain values."""
    for comprehension in own_nodes(function, Comprehension):
        for clause in comprehension.clauses:
            if isinstance(clause.iterable, Name) and clause.iterable.id == name and isinstance(clause.target, Name):
                item = clause.target.id
                if any(_plain(python, element, item) for element in comprehension.elements):
                    return True
    for loop in own_nodes(function, For):
        if isinstance(loop.iterable, Name) and loop.iterable.id == name and isinstance(loop.target, Name):
            calls = list(walk(loop.body, Call))
            if any(_plain(python, call, loop.target.id) for call in calls):
                return True
    return False


def _plain(python: PythonFacts, expr: Expr, item: str) -> bool:
    """Whether an expression is a call of a function that takes an item for a text."""
    if not isinstance(expr, Call):
        return False
    places = [
        i for i, a in enumerate(expr.arguments) if isinstance(a.value, Name) and a.value.id == item and not a.star
    ]
    if len(places) != 1 or expr.arguments[places[0]].keyword is not None:
        return False
    name = dotted(expr.func) or ""
    own = python.method(name.rpartition(".")[2]) if name.startswith("self.") else None
    made = own or next((s for s in python.body if isinstance(s, Function) and s.name == name), None)
    if made is None:
        return False
    parameters = made.positional[1:] if own is not None else made.positional
    if places[0] >= len(parameters):
        return False
    given = parameters[places[0]].name
    iterates = any(isinstance(n.iterable, Name) and n.iterable.id == given for n in walk(made.body, For, Clause))
    return not iterates and any(
        python.qualified(call.func) in TEXT_WANTED
        and any(isinstance(a.value, Name) and a.value.id == given for a in call.arguments)
        for call in walk(made.body, Call)
    )


EXAMPLES = (
    """\
-- clean/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
-- clean/1/model.py --
import unicodedata

import numpy as np
import triton_python_backend_utils as pb_utils


def clean(text):
    return unicodedata.normalize("NFKC", text)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = []
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            words.append(item.decode("utf-8") for item in text)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP233
            found = {clean(word) for word in words}
            count = pb_utils.Tensor("count", np.array([len(found)], dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([count]))
        return responses
-- fixed: clean/1/model.py --
import unicodedata

import numpy as np
import triton_python_backend_utils as pb_utils


def clean(text):
    return unicodedata.normalize("NFKC", text)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = []
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            words.extend(item.decode("utf-8") for item in text)
            found = {clean(word) for word in words}
            count = pb_utils.Tensor("count", np.array([len(found)], dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([count]))
        return responses
""",
    """\
-- clean/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
-- clean/1/model.py --
import unicodedata

import numpy as np
import triton_python_backend_utils as pb_utils


def clean(texts):
    return sum(len(unicodedata.normalize("NFKC", text)) for text in texts)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = []
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            words.append(item.decode("utf-8") for item in text)
            found = [clean(word) for word in words]
            count = pb_utils.Tensor("count", np.array([found[0]], dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([count]))
        return responses
""",
)
