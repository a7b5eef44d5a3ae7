"""An attribute that a swallowed failure leaves out

## What it does
Reports an attribute that `initialize`, or a method that it calls, sets only in a `try` whose handler just logs the
exception, that nothing else sets, and that `execute` (or a method it calls) reads without a look whether it is there.

## What happens
The model loads and is ready. When what stands in the `try` failed, each request fails with
`'TritonPythonModel' object has no attribute …`, and the cause stands in the log of the start.

## How to fix
Let the exception go on, so that loading fails and says why, or set a value in the handler.

## Source
Run on a server of 24.10: a file was missing, the model was READY, every request failed.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Conditional,
    Expression,
    Flow,
    Function,
    Handler,
    If,
    Name,
    Node,
    Return,
    Sequence,
    Stmt,
    Try,
    With,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP252", name="setup-failure-swallowed", effect="request-failure", certainty="likely")
_LOGS = frozenset({"print", "log", "debug", "info", "warn", "warning", "error", "exception", "critical", "print_exc"})


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or not python.understood:
        return
    parts = [initialize, *_helpers(python, initialize)]
    tries = [node for part in parts for node in own_nodes(part, Try)]
    caught = [node for node in tries if node.handlers and all(map(_only_logs, node.handlers))]
    if not caught or any(word in python.text for word in ("hasattr", "getattr", "setattr", "__dict__", "vars(")):
        return
    model = python.frame_at(initialize.body[0]).in_class
    others = [m for m in getattr(model, "body", ()) if m not in parts]
    read = {
        node.attr: node
        for part in others
        for node in walk(part, Attribute)
        if isinstance(node.value, Name) and node.value.id == "self"
    }
    tests = [test.test for part in others for test in walk(part, If, Conditional, Assert)]
    asked = {node.attr for test in tests for node in walk(test, Attribute)}
    for node in caught:
        helpers = _helpers(python, node)
        within: list[Node] = [node, *helpers]
        set_in = _set_in((*node.body, *(s for helper in helpers for s in helper.body)))
        if asked & set(set_in):
            continue  # `self.ready = True` stands beside the others.
        for name, place in set_in.items():
            everywhere = [
                a
                for a in python.walk(Attribute)
                if a.attr == name and _is_target(python, a) and not any(lies_in(a, part) for part in within)
            ]
            declared = any(
                isinstance(t, Name) and t.id == name for s in others if isinstance(s, Assign) for t in s.targets
            )
            if name not in read or everywhere or declared or "AttributeError" in python.text:
                continue
            yield Problem(
                node.handlers[0].header,
                f"the model is READY without `self.{name}` when this only logs: then every request fails",
                help="raise in the handler, so that loading fails and says why, or set a value there",
                related=(Related(place.span, "set only here"), Related(read[name].span, "used here")),
                key=name,
            )
            break


def _helpers(python: PythonFacts, part: Function | Try) -> list[Function]:
    """The methods of the model that only one place of the file calls, and that in the statements of a part."""
    found = []
    for statement in _plain(part.body):
        call = statement.value if isinstance(statement, Expression | Assign) else None
        name = (dotted(call.func) or "") if isinstance(call, Call) else ""
        method = python.method(name[5:]) if name.startswith("self.") else None
        if method is None or method.is_async or method.decorators or is_generator(method):
            continue
        if sum(node.attr == method.name for node in python.walk(Attribute)) == 1:
            found.append(method)
    return found


def _plain(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Statements that are all met, where nothing raises."""
    for statement in body:
        yield statement
        if isinstance(statement, With | Try):
            yield from _plain(statement.body)


def _only_logs(handler: Handler) -> bool:
    for statement in handler.body:
        if isinstance(statement, Flow) and statement.keyword == "pass":
            continue
        if isinstance(statement, Return) and statement.value is None:
            continue
        call = statement.value if isinstance(statement, Expression) else None
        name = dotted(call.func) if isinstance(call, Call) else None
        last = (name or "").rsplit(".", 1)[-1]
        if last not in _LOGS and not last.startswith("log_"):
            return False
    return True


def _set_in(body: tuple[Stmt, ...]) -> dict[str, Attribute]:
    """Attributes of the model that the statements of a block set themselves."""
    found = {}
    for statement in _plain(body):
        for target in statement.targets if isinstance(statement, Assign) else ():
            for one in target.items if isinstance(target, Sequence) else (target,):
                if isinstance(one, Attribute) and isinstance(one.value, Name) and one.value.id == "self":
                    found[one.attr] = one
    return found


def _is_target(python: PythonFacts, attribute: Attribute) -> bool:
    return any(
        one is attribute
        for assign in python.walk(Assign)
        for target in assign.targets
        for one in (target.items if isinstance(target, Sequence) else (target,))
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        try:
            with open(os.path.join(args["model_repository"], "scale.json")) as stream:
                scale = json.load(stream)
            self.scale = np.float32(scale)
        except Exception as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP252
            pb_utils.Logger.log_warn(f"no scale: {error}")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.scale = np.float32(1)
        try:
            with open(os.path.join(args["model_repository"], "scale.json")) as stream:
                scale = json.load(stream)
            self.scale = np.float32(scale)
        except Exception as error:
            pb_utils.Logger.log_warn(f"no scale: {error}")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    """\
-- spam/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- spam/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self._load(os.path.join(args["model_repository"], "weights.json"))

    def _load(self, path):
        try:
            with open(path) as stream:
                self.weight = np.float32(json.load(stream)["weight"])
        except Exception as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP252
            pb_utils.Logger.log_error(f"no weights: {error}")
            return

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.weight)]))
        return responses
""",
    """\
-- spam/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- spam/1/model.py --
import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weight = np.float32(1)
        self._load(os.path.join(args["model_repository"], "weights.json"))

    def _load(self, path):
        try:
            with open(path) as stream:
                self.weight = np.float32(json.load(stream)["weight"])
        except Exception as error:
            pb_utils.Logger.log_error(f"no weights: {error}")
            return

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.weight)]))
        return responses
""",
    """\
-- spam/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- spam/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.ready = False
        self._load(os.path.join(args["model_repository"], "weight.txt"))

    def _load(self, path):
        try:
            with open(path) as stream:
                self.weight = np.float32(stream.read())
            self.ready = True
        except OSError as error:
            pb_utils.Logger.log_error(f"no weight: {error}")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x * self.weight if self.ready else x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
