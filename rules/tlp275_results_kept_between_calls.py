"""A list of results that keeps those of earlier requests

## What it does
Reports a list that belongs to the model (`self.found = []` in `initialize`, or in the class), that requests only add
to, and that is sent or given back as a whole. Silent for sequences, where the list is read in any other way, and where
its name says that it is meant to remember (`history`, `seen`, `window`, …).

## What happens
Each answer holds what earlier requests put into the list, those of other clients among them, and it grows for ever.

## How to fix
Make the list in the function that fills it.

## Source
Python's own behaviour; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_response_flow import starts_list
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Constant, Function, Name, Node, Return, dotted
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP275",
    name="results-kept-between-calls",
    effect="wrong-result",
    certainty="likely",
    words=("append", "extend"),
)
_FILLS = frozenset({"append", "extend"})
_WHOLE = frozenset({"numpy.array", "numpy.asarray", "numpy.stack", "numpy.vstack", "numpy.concatenate", "json.dumps"})
_REMEMBERS = re.compile(
    r"histor|seen|window|buffer|memor|log|total|all|past|previous|last|recent|record|accum|cumul|running|state|session"
    r"|queue|pending|cache|pool|thread|worker|sender|respons|model|known|ever"
)
_LOADING = frozenset({"__init__", "initialize"})


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or effective.scheduling == "sequence" or "threading" in python.text:
        return
    filled = {
        call.func.value.attr
        for call in python.walk(Call)
        if isinstance(call.func, Attribute) and call.func.attr in _FILLS and isinstance(call.func.value, Attribute)
    }
    for name in sorted(filled):
        if not _REMEMBERS.search(name.lower()):
            yield from _kept(python, name)


def _kept(python: PythonFacts, name: str) -> Iterator[Problem]:
    """Whether requests only add to an attribute, and send it as it is."""
    made: list[Assign] = []
    fills: list[Node] = []
    sent: list[tuple[Node, Function]] = []
    fillers: list[Function] = []
    explained: set[int] = set()
    calls = [
        c for c in python.walk(Call) if any(isinstance(a.value, Attribute) for a in c.arguments) or _fills(c, name)
    ]
    for call in calls:
        function = python.function_at(call)
        if _fills(call, name) and isinstance(call.func, Attribute) and function is not None:
            fills.append(call)
            fillers.append(function)
            explained.add(id(call.func.value))
        elif call.arguments and _is(call.arguments[0].value, name) and function is not None:
            joins = isinstance(call.func, Attribute) and call.func.attr == "join"
            joins = joins and isinstance(call.func.value, Constant)  # type: ignore[union-attr]
            if joins or python.qualified(call.func) in _WHOLE:
                sent.append((call.arguments[0].value, function))
                explained.add(id(call.arguments[0].value))
    for call in python.walk(Call):
        # What is emptied when the model is unloaded was kept until then.
        if isinstance(call.func, Attribute) and call.func.attr == "clear" and _is(call.func.value, name):
            function = python.function_at(call)
            if function is not None and function is python.method("finalize"):
                explained.add(id(call.func.value))
    for back in python.walk(Return):
        function = python.function_at(back)
        if back.value is not None and _is(back.value, name) and function in fillers:
            sent.append((back.value, function))
            explained.add(id(back.value))
    for assign in python.walk(Assign):
        if any(_is(target, name) for target in assign.targets):
            made.append(assign)
            explained |= {id(target) for target in assign.targets}
    in_class = [s for owner in python.model_classes for s in owner.body if isinstance(s, Assign) and _binds(s, name)]
    others = [node for node in python.walk(Attribute) if node.attr == name and id(node) not in explained]
    made += in_class
    if others or len(made) != 1 or not starts_list(made[0]) or made[0].operator or len(made[0].targets) != 1:
        return
    function = python.function_at(made[0])
    initialize = python.method(function.name) if function is not None else None
    if not in_class and (function is not initialize or function is None or function.name not in _LOADING):
        return
    if any(one.name in {*_LOADING, "finalize"} or python.method(one.name) is not one for one in fillers):
        return
    places = [node for node, holder in sent if holder.name not in {*_LOADING, "finalize"}]
    where = f"`{function.name}`" if function is not None else "the class"
    if places and fills:
        yield Problem(
            fills[0].span,
            f"`self.{name}` is never emptied: the answer holds what earlier requests put into it",
            help=f"make the list in `{fillers[0].name}`, not in {where}",
            related=(Related(made[0].span, "made once"), Related(places[0].span, "given back as a whole")),
            key=name,
        )


def _binds(statement: Assign, name: str) -> bool:
    return any(isinstance(target, Name) and target.id == name for target in statement.targets)


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Attribute) and node.attr == name and dotted(node.value) == "self"


def _fills(call: Call, name: str) -> bool:
    return isinstance(call.func, Attribute) and call.func.attr in _FILLS and _is(call.func.value, name)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.kept = []

    def positive(self, x):
        for value in x:
            if value > 0:
                self.kept.append(value)
#               ^^^^^^^^^^^^^^^^^^^^^^^ TLP275
        return self.kept

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(self.positive(x), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    kept = []

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.kept.extend(value for value in x if value > 0)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP275
            y = np.array(self.kept, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.kept = []

    def positive(self, x):
        self.kept = []
        for value in x:
            if value > 0:
                self.kept.append(value)
        return self.kept

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(self.positive(x), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- mirror/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- mirror/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    parts = []

    def mirror(self, x):
        self.parts.append(x)
#       ^^^^^^^^^^^^^^^^^^^^ TLP275
        self.parts.append(x[::-1])
        return np.concatenate(self.parts)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.mirror(x))]))
        return responses

    def finalize(self):
        self.parts.clear()
""",
)
