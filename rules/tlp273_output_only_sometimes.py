"""An output that only some requests get

## What it does
Reports a tensor of a declared output that is added to the list of a response only under a condition on the data
(`if found.size: tensors.append(pb_utils.Tensor("INDICES", found))`, or `if found:` for a list), where nothing adds it
otherwise. Silent where the condition asks for `requested_output_names()`, or whether an optional input is there.

## What happens
The request succeeds, and the output is missing: a client that reads it gets None, and a step of an ensemble that needs
it fails.

## How to fix
Always add it; an empty array says that nothing was found.

## Source
Facts, python-backend 6.4; run on a server of 24.10.
"""

import builtins
import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import declared, tensors_of
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Clause,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expr,
    Flow,
    Function,
    If,
    Name,
    Raise,
    Return,
    Sequence,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP273",
    name="output-only-sometimes",
    effect="wrong-result",
    certainty="likely",
    words=("InferenceResponse",),
)
_OF_DATA = re.compile(r"\.size\b|\.any\(|\blen\(|\.shape\b|[<>]")
_ADDS = {"append": 1, "extend": 1, "insert": 2}
"""Methods that put something into a list, and how many arguments they have."""
_GIVE_LISTS = frozenset({"findall", "tolist", "split", "splitlines"})
_LISTS = frozenset({"list", "sorted", "set", "dict", "tuple"})
_KINDS = frozenset({"list", "set", "dict"})
_WANTED = re.compile(r"requested|parameters|environ|getenv|argv|flag|want|verbose|debug")
_OF_CALLER = re.compile(r"requested|\bNone\b|\bself\.|\bin\b|parameters")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    names = declared(python, config, "output")
    if not names or effective.decoupled is not False or len(names) < 2:
        return
    made: dict[str, list[Call]] = {}
    for one in python.calls_of("Tensor"):
        for call, named in _makers(python, one.call):
            for name in python.strings(named) or ("",):
                made.setdefault(name, []).append(call)
    if "" in made:
        return  # A name that is not known may be this one.
    for name, calls in made.items():
        function = python.function_at(calls[0])
        if name not in names or len(calls) != 1 or function is None:
            continue
        condition = _condition(python, function, calls[0])
        if condition is not None and not _is_asked_for(python, config, condition, function):
            yield Problem(
                calls[0].span,
                f'output "{name}" is only added when `{python.source(condition)}` holds: other requests succeed '
                "without it",
                help="always add it, as an empty array where there is nothing",
                related=(Related(names[name], "declared here"), Related(condition.span, "asked here")),
                key=name,
            )


def _makers(python: PythonFacts, tensor: Call) -> list[tuple[Call, Expr | None]]:
    """The calls that make a tensor, with its name: its own, or those of a function that does nothing else."""
    named, function = tensor.argument(0, "name"), python.function_at(tensor)
    given = objects_of(python).arguments_for(named) if isinstance(named, Name) else None
    if given is None or function is None or [one.value for one in returns(function)] != [tensor]:
        return [(tensor, named)]
    calls = [call for call in python.walk(Call) if called_function(python, call) is function]
    found: list[tuple[Call, Expr | None]] = [
        (call, one) for call in calls for one in given if any(a.value is one for a in call.arguments)
    ]
    return found if len(found) == len(given) == len(calls) else [(tensor, named)]


def _condition(python: PythonFacts, function: Function, made: Call) -> Expr | None:
    """What decides whether a tensor is put into the list that becomes the outputs of a response."""
    for branch in own_nodes(function, If):
        if branch.orelse or not any(lies_in(made, part) for part in branch.body):
            continue
        test = python.source(branch.test)
        of_data = _OF_DATA.search(test) is not None or _is_list_of_data(python, function, branch.test)
        of_data = of_data or _is_looked_up(python, function, branch.test)
        if not of_data or _OF_CALLER.search(test) is not None:
            return None
        names = {n.id for n in walk((branch.test,), Name)}
        for other in own_nodes(function, If):
            # Requests for which it does not hold may have left before.
            leaves = isinstance(other.body[-1], Flow | Return | Raise)
            if other is not branch and leaves and names & {n.id for n in walk((other.test,), Name)} - {"len"}:
                return None
        for name, items in _added(branch):
            if any(item is made for item in items) and _is_answer(python, function, name, branch):
                return branch.test
    return None


def _added(branch: If) -> Iterator[tuple[str, tuple[Expr | None, ...]]]:
    """What is put into lists below a condition, by the names of the lists."""
    for call in walk(branch.body, Call):
        func = call.func
        if not isinstance(func, Attribute) or func.attr not in _ADDS or not isinstance(func.value, Name):
            continue
        given = call.arguments[-1].value if len(call.arguments) == _ADDS[func.attr] else None
        yield func.value.id, given.items if isinstance(given, Sequence) else (given,)
    for assign in walk(branch.body, Assign):
        if assign.operator and isinstance(assign.targets[0], Name) and isinstance(assign.value, Sequence):
            yield assign.targets[0].id, assign.value.items


def _is_list_of_data(python: PythonFacts, function: Function, test: Expr) -> bool:
    """Whether a name is asked that stands for a list which a request fills, or leaves empty."""
    found = python.lookup(test.id, python.frame_at(test)) if isinstance(test, Name) else None
    if found is None or found[1].function is not function or len(found[0]) != 1 or not isinstance(test, Name):
        return False
    made = found[0][0].expr if found[0][0].kind == "value" else None
    if isinstance(made, Sequence) and made.kind == "list" and not made.items:
        filled = (
            c.func for c in own_nodes(function, Call) if isinstance(c.func, Attribute) and c.func.attr == "append"
        )
        return any(isinstance(func.value, Name) and func.value.id == test.id for func in filled)
    method = made.func.attr if isinstance(made, Call) and isinstance(made.func, Attribute) else ""
    listed = isinstance(made, Call) and isinstance(made.func, Name) and made.func.id in _LISTS
    if made is None or not (
        listed or method in _GIVE_LISTS or (isinstance(made, Comprehension) and made.kind in _KINDS)
    ):
        return False
    inside = {n.id for clause in walk((made,), Clause) for n in walk((clause.target,), Name)}
    names = {n.id for n in walk((made,), Name)} - inside - {python.self_name(python.frame_of(function)) or ""}
    local = python.frame_of(function).bindings
    return any(name in local for name in names)


def _is_looked_up(python: PythonFacts, function: Function, test: Expr) -> bool:
    """Whether a name is asked that stands for what a table of the file has for something, or has not."""
    found = python.lookup(test.id, python.frame_at(test)) if isinstance(test, Name) else None
    if found is None or found[1].function is not function or len(found[0]) != 1 or found[0][0].kind != "value":
        return False
    made = found[0][0].expr
    if not isinstance(made, Call) or not isinstance(made.func, Attribute) or made.func.attr != "get":
        return False
    tables = python.follow(made.func.value) or ()
    local = python.frame_of(function).bindings
    asked = {n.id for argument in made.arguments for n in walk((argument.value,), Name)}
    return (
        len(made.arguments) == 1
        and [isinstance(table, Dict) for table, _ in tables] == [True]
        and any(name in local for name in asked)
    )


def _is_asked_for(python: PythonFacts, config: Document, condition: Expr, function: Function) -> bool:
    """Whether the condition may be what the client, or whoever runs the model, wants; not what the data are like."""
    scalars = {
        told.value
        for one in tensors_of(python, config, "input").values()
        if (told := one.scalar("name")) is not None
        and (one.has("optional") or all(str(size.value) == "1" for size in one.scalars("dims")))
    }
    left: list[Expr] = [condition]
    seen: set[str] = set()
    while left:
        part = left.pop()
        if _WANTED.search(python.source(part)) is not None:
            return True
        if any(constant.value in scalars for constant in walk((part,), Constant)):
            return True
        for name in walk((part,), Name):
            if name.id in seen or hasattr(builtins, name.id):
                continue
            seen.add(name.id)
            found = python.lookup(name.id, python.frame_at(name))
            if found is None:
                continue
            inside = found[1].function is not None
            if not inside and any(b.kind == "value" for b in found[0]) and part is condition:
                return True
            if part is condition and any(b.kind == "element" for b in found[0]):
                return True
            left += [b.expr for b in found[0] if inside and b.kind == "value" and b.expr is not None]
    return False


def _is_answer(python: PythonFacts, function: Function, name: str, branch: If) -> bool:
    """Whether a list with other tensors is what a response gets, here or where the function is called."""
    made = [
        node
        for node in own_nodes(function, Assign)
        if not node.operator and any(isinstance(target, Name) and target.id == name for target in node.targets)
    ]
    starts = [node.value for node in made]
    if any(lies_in(node, branch) for node in made):
        return False
    tests = list(own_nodes(function, Compare)) + [node.test for node in own_nodes(function, If)]
    if any(n.id == name for test in tests for n in walk((test,), Name)):
        return False  # The answer depends on what it has.
    for one in python.calls_of("InferenceResponse"):
        tensors = one.call.argument(0, "output_tensors")
        if isinstance(tensors, Name) and tensors.id == name and one.call.argument(1, "error") is not None:
            return False
    if len(starts) != 1 or not isinstance(starts[0], Sequence) or starts[0].kind != "list":
        return False
    given = [one.call.argument(0, "output_tensors") for one in python.calls_of("InferenceResponse")]
    if any(isinstance(one, Name) and one.id == name and python.function_at(one) is function for one in given):
        return True
    returned = [statement.value for statement in returns(function)]
    called = {
        one.func.attr if isinstance(one.func, Attribute) else one.func.id
        for one in given
        if isinstance(one, Call) and isinstance(one.func, Attribute | Name)
    }
    return function.name in called and all(isinstance(one, Name) and one.id == name for one in returned)


EXAMPLES = (
    """\
-- find/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "places" data_type: TYPE_INT32 dims: [ -1 ] }
-- find/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = np.flatnonzero(x < 0).astype(np.int32)
            tensors = [pb_utils.Tensor("count", np.array([found.size], dtype=np.int32))]
            if found.size > 0:
                tensors.append(pb_utils.Tensor("places", found))
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP273
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- find/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "places" data_type: TYPE_INT32 dims: [ -1 ] }
-- find/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = np.flatnonzero(x < 0).astype(np.int32)
            tensors = [pb_utils.Tensor("count", np.array([found.size], dtype=np.int32))]
            if "places" in request.requested_output_names():
                tensors.append(pb_utils.Tensor("places", found))
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- find/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "places" data_type: TYPE_INT32 dims: [ -1 ] }
-- find/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            found = np.flatnonzero(x < 0).astype(np.int32)
            tensors = [pb_utils.Tensor("count", np.array([found.size], dtype=np.int32))]
            if not found.size:
                error = pb_utils.TritonError("nothing is below 0")
                responses.append(pb_utils.InferenceResponse([], error))
                continue
            if found.size > 0:
                tensors.append(pb_utils.Tensor("places", found))
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- mails/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "mails" data_type: TYPE_STRING dims: [ -1 ] }
-- mails/1/model.py --
import re

import numpy as np
import triton_python_backend_utils as pb_utils

MAIL = re.compile(rb"[\\w.]+@[\\w.]+")


class TritonPythonModel:
    def outputs(self, text):
        found = MAIL.findall(text)
        tensors = [pb_utils.Tensor("count", np.array([len(found)], dtype=np.int32))]
        if found:
            tensors += [pb_utils.Tensor("mails", np.array(found, dtype=object))]
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP273
        return tensors

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(self.outputs(x[0])))
        return responses
""",
    """\
-- mails/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "count" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "names" data_type: TYPE_STRING dims: [ -1 ] }
-- mails/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.names = [name for name in (args["model_name"],) if name]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            names = list(self.names)
            tensors = [pb_utils.Tensor("count", np.array([x.size], dtype=np.int32))]
            if names:
                tensors.append(pb_utils.Tensor("names", np.array(names, dtype=object)))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    # A table that has no entry for some requests, and a function that makes each tensor.
    """\
-- plate/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "plate" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "region" data_type: TYPE_STRING dims: [ 1 ] }
-- plate/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

REGIONS = {"B": "Berlin", "M": "Munich"}


def text_tensor(name, value):
    return pb_utils.Tensor(name, np.array([value], dtype=object))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            plate = x.tobytes().decode("utf-8", errors="replace")
            region = REGIONS.get(plate[:1])
            tensors = [text_tensor("plate", plate)]
            if region:
                tensors.append(text_tensor("region", region))
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP273
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- plate/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "plate" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "region" data_type: TYPE_STRING dims: [ 1 ] }
-- plate/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

REGIONS = {"B": "Berlin", "M": "Munich"}


def text_tensor(name, value):
    return pb_utils.Tensor(name, np.array([value], dtype=object))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            plate = x.tobytes().decode("utf-8", errors="replace")
            region = REGIONS.get(plate[:1])
            tensors = [text_tensor("plate", plate)]
            tensors.append(text_tensor("region", region or ""))
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- plate/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "plate" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "region" data_type: TYPE_STRING dims: [ 1 ] }
-- plate/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

REGIONS = {"B": "Berlin", "M": "Munich"}


def text_tensor(name, value):
    return pb_utils.Tensor(name, np.array([value], dtype=object))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            plate = x.tobytes().decode("utf-8", errors="replace")
            region = REGIONS.get(plate[:1])
            tensors = [text_tensor("plate", plate)]
            if region:
                tensors.append(text_tensor("region", region))
            else:
                tensors.append(text_tensor("region", "elsewhere"))
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
)
