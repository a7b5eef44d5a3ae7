"""A declared output that the model never writes

## What it does
Reports an output of config.pbtxt that no InferenceResponse of the model holds. Only when every tensor of every
response has a known name. Silent where another response has it and the model reads an optional input: that may ask for
it. Also an output that is missing where a helper returns its list of tensors early, because of what it found in the
data.

## What happens
The request succeeds, and the output is missing from the response.

## How to fix
Add the tensor, or remove the output from config.pbtxt.

## Source
Facts, python-backend 6.4 (observed on every release tried).
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import declared, tensors_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Return,
    Try,
    While,
    dotted,
    last_name,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

_WANTED = re.compile(
    r"parameters|environ|getenv|argv|flag|want|verbose|debug|options|config\b|\bmode\b|self\.\w+(?![\w.(])"
)
"""What somebody has set or asks for."""
_SEARCHES = frozenset(
    {"search", "match", "fullmatch", "findall", "finditer", "nonzero", "flatnonzero", "argwhere", "where", "any", "all"}
)
RULE = Rule(
    code="TLP103",
    name="output-never-produced",
    effect="wrong-result",
    certainty="likely",
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    names = declared(python, config, "output")
    if not names:
        return
    # A request that only starts or ends a sequence may have nothing to answer.
    bare = {r.call.span for r in python.responses if r.complete and not r.outputs}
    starts = config.root.has("sequence_batching")
    for mistake in mistakes(python, config, effective, "missing-output"):
        if _may_be_asked_for(python, config, mistake.name) or (starts and mistake.span in bare):
            continue
        if mistake.found and not _is_left_for_data(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            f'this response lacks the output "{mistake.name}"; requests succeed without it',
            help=f'add `pb_utils.Tensor("{mistake.name}", …)` to it',
            related=(Related(names[mistake.name], "declared here"),),
            key=mistake.name,
            general=mistake.span,
        )
    responses = [r for r in python.responses if not (r.has_error and not r.outputs)]
    if not responses or not all(r.complete for r in responses):
        return
    written: set[str] = set()
    for response in responses:
        for write in response.outputs:
            if write.names is None:
                return
            written.update(write.names)
    if not written <= set(names):
        # A misspelt name is the cause, and another rule names it.
        return
    for name, span in names.items():
        if name not in written:
            yield Problem(
                span,
                f'model.py never writes the output "{name}"; requests succeed without it',
                help=f'add `pb_utils.Tensor("{name}", …)` to the response, or remove the output',
                related=(Related(responses[0].call.span, "the response is built here"),),
                key=name,
            )


def _is_left_for_data(python: PythonFacts, left: Span) -> bool:
    """Whether a function returns at a place for what it found in the data, not for what somebody wants."""
    function = next((f.function for f in python.frames if f.function is not None and _holds(f.function, left)), None)
    for frame in python.frames:
        inner = frame.function
        if inner is not None and _holds(inner, left) and function is not None and _holds(function, inner.span):
            function = inner
    if function is None or "requested" in python.text or _is_looked_at(python, function):
        return False
    branches: list[If | Conditional] = [b for b in own_nodes(function, If) if any(walk(b.body, Return))]
    branches += own_nodes(function, Conditional)
    around = [branch for branch in branches if _holds(branch, left)]
    tests = [branch.test for branch in around or branches]
    caught = any(_holds(handler, left) for one in own_nodes(function, Try) for handler in one.handlers)
    return (bool(tests) or caught) and all(_is_of_data(python, function, test) for test in tests)


def _is_looked_at(python: PythonFacts, function: Function) -> bool:
    """Whether somebody who calls a function asks what is in the list that it gives."""
    names = {function.name}
    for call in python.walk(Call):
        caller = python.function_at(call)
        if caller is not None and caller.name != "execute" and _called(call) in names:
            names.add(caller.name)
    given = {
        dotted(target)
        for assign in python.walk(Assign)
        if isinstance(assign.value, Call) and _called(assign.value) in names
        for target in assign.targets
    }
    asked: list[Node] = [call for call in python.walk(Call) if dotted(call.func) == "len"]
    asked += [branch.test for branch in python.walk(If, Conditional, While)]
    asked += [clause.iterable for made in python.walk(Comprehension) for clause in made.clauses]
    asked += [loop.iterable for loop in python.walk(For)]
    return any(
        dotted(node) in given if isinstance(node, Name | Attribute) else _called(node) in names
        for part in asked
        for node in walk((part,), Name, Attribute, Call)
    )


def _called(call: Call) -> str:
    return last_name(call.func)


def _holds(node: Node, part: Span) -> bool:
    span = node.span
    return (span.start or 0) <= (part.start or 0) and (part.end or 0) <= (span.end or 0)


def _is_of_data(python: PythonFacts, function: Function, test: Expr) -> bool:
    """Whether a condition asks what was found or counted, of which nobody else has asked before."""
    if _WANTED.search(python.source(test)) is not None:
        return False
    made: list[Expr] = []
    for name in walk((test,), Name):
        for assign in own_nodes(function, Assign):
            if assign.value is not None and any(isinstance(t, Name) and t.id == name.id for t in assign.targets):
                made.append(assign.value)
    if any(_WANTED.search(python.source(value)) is not None for value in made):
        return False
    calls = [call for part in (test, *made) for call in walk((part,), Call)]
    searches = [call for call in calls if isinstance(call.func, Attribute) and call.func.attr in _SEARCHES]
    for call in searches:
        # Whoever searches a second time may have answered those for which nothing is found.
        same = [other for other in python.walk(Call) if dotted(other.func) == dotted(call.func) is not None]
        if len(same) > 1:
            return False
    counted = any(isinstance(call.func, Name) and call.func.id == "len" for call in calls)
    counted = counted or any(node.attr in {"size", "shape"} for node in walk((test,), Attribute))
    chosen = any(isinstance(value, Comprehension) for value in made)
    return bool(searches) or counted or chosen


def _may_be_asked_for(python: PythonFacts, config: Document, output: str) -> bool:
    """Whether other responses have an output, and an optional input may say who wants it."""
    inputs = tensors_of(python, config, "input").values()
    optional = (one.scalar("name") for one in inputs if one.has("optional"))
    named = {constant.value for constant in python.walk(Constant) if isinstance(constant.value, str)}
    return output in named and any(name is not None and name.value in named for name in optional)


_EARLY = """\
-- find/config.pbtxt --
backend: "python"
input { name: "line" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "word" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "number" data_type: TYPE_FP32 dims: [ 1 ] }
-- find/1/model.py --
import re

import numpy as np
import triton_python_backend_utils as pb_utils

NUMBER = re.compile(r"\\d+")


class TritonPythonModel:
    def fields(self, line):
        tensors = [pb_utils.Tensor("word", np.array([line[:3]], dtype=np.object_))]
        found = NUMBER.search(line)
        if found is None:
            return tensors
        tensors.append(pb_utils.Tensor("number", np.array([float(found.group())], dtype=np.float32)))
        return tensors

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "line").as_numpy()[0]
            line = raw.decode("utf-8", errors="replace")
            responses.append(pb_utils.InferenceResponse(self.fields(line)))
        return responses
"""
EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
#              ^^^^^^^ TLP103
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
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
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # Who wants it asks for it.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "explain" data_type: TYPE_BOOL dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            explain = pb_utils.get_input_tensor_by_name(request, "explain")
            tensors = [pb_utils.Tensor("y", x)]
            if explain is not None and explain.as_numpy()[0]:
                tensors.append(pb_utils.Tensor("score", x * 2))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    _EARLY.replace(
        "            return tensors\n",
        "            return tensors\n#           ^^^^^^^^^^^^^^ TLP103\n",
        1,
    ),
    # Whoever gets the list asks what is in it.
    _EARLY.replace(
        "            responses.append(pb_utils.InferenceResponse(self.fields(line)))\n",
        """\
            tensors = self.fields(line)
            if len(tensors) < 2:
                tensors.append(pb_utils.Tensor("number", np.zeros(1, dtype=np.float32)))
            responses.append(pb_utils.InferenceResponse(tensors))
""",
    ),
)
