"""execute that returns nothing and sends nothing

## What it does
Reports an `execute` of a model in default mode, or what a decorator puts in its place, that never returns a value
although no response sender is used anywhere in the file.

## What happens
Since 24.06 Triton takes None for 'answered through the response sender' and waits: the client hangs, without a line
in the log. Before, each request failed with an error.

## How to fix
Add `return responses`.

## Source
Facts, python-backend 6.4 (observed on 23.10, 24.05, 24.10, 26.07).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import completes, is_generator, is_none, own_nodes, returns
from tritonlint.inputs.python_join import is_list, uses_sender
from tritonlint.inputs.python_tree import Assign, Attribute, Await, Call, Expression, Function, Name, walk
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere, rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP202",
    name="execute-returns-nothing",
    effect="request-failure",
    server_says=("Expected a list in the execute return, found type '<class 'NoneType'>'",),
)


def check(
    python: PythonFacts, effective: EffectiveConfig, model: Model, repository: RepositoryFacts
) -> Iterator[Problem]:
    execute = python.method("execute")
    own = repository.models.get(model.name)
    if execute is None or execute.decorators:
        if own is not None and own.config is not None:
            yield from _from_elsewhere(python, own.config, effective)
        return
    if is_generator(execute) or effective.decoupled is not False:
        return
    if uses_sender(python) or any(not is_none(statement.value) for statement in returns(execute)):
        return
    if not completes(execute.body) and not returns(execute):
        return
    if own is not None and own.config is not None:
        others = rehearse(python, own.config, effective).files.values()
        if any(uses_sender(file) for file in others):
            return  # A module beside it answers.
    targets = (target for assign in python.walk(Assign) for target in assign.targets)
    if any(isinstance(target, Attribute) and target.attr == "execute" for target in targets):
        return  # Another function takes its place.
    lists = [
        target.id
        for statement in execute.body
        if isinstance(statement, Assign)
        for target in statement.targets
        if isinstance(target, Name) and is_list(python, target)
    ]
    fix = None
    if len(lists) == 1 and not returns(execute):
        last = execute.body[-1].span.end
        edit = Edit(Span(python.path, last, last), f"{python.newline}{execute.indent}    return {lists[0]}")
        fix = Fix(f"return {lists[0]}", (edit,), safety="unsafe") if not execute.indent.strip() else None
    dropped = None if lists else _dropped_list(python, execute)
    if dropped is not None:
        yield Problem(
            dropped.span,
            "`execute` drops what this returns, so no request is ever answered",
            help="return it",
            key="execute",
        )
        return
    yield Problem(
        execute.name_span,
        "`execute` returns no responses, so no request is ever answered",
        help=f"end it with `return {lists[0] if len(lists) == 1 else 'responses'}`",
        fix=fix,
        key="execute",
    )


def _dropped_list(python: PythonFacts, execute: Function) -> Expression | None:
    """The one statement that hands the requests to something of the file that returns a value, and does not take it."""
    if len(execute.positional) < 2:
        return None
    requests = execute.positional[1].name
    given = {
        frame.function.name
        for frame in python.frames
        if frame.function is not None and any(not is_none(one.value) for one in returns(frame.function))
    }
    found = []
    for statement in own_nodes(execute, Expression):
        names = {node.id if isinstance(node, Name) else node.attr for node in walk((statement,), Name, Attribute)}
        if requests in names and not given.isdisjoint(names - {requests}):
            found.append(statement)
    return found[0] if len(found) == 1 else None


def _from_elsewhere(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    """A decorator of ``execute`` that keeps what it returns to itself, or the one of a base in another file."""
    for file, mistake, _ in mistakes_anywhere(python, config, effective, "return"):
        if mistake.found != "NoneType":
            continue
        inherited = python.method("execute") is None
        dropped = _dropped(file, mistake.span) if not inherited else None
        what = "this takes the place of `execute` and returns nothing, so no request is ever answered"
        if inherited:
            what = "`execute` returns no responses, so no request is ever answered"
        elif dropped is not None:
            what = "what takes the place of `execute` drops these responses, so no request is ever answered"
        yield Problem(
            dropped.span if dropped is not None else mistake.span,
            what,
            help="return the list of responses" if inherited else "return what the function that it wraps returns",
            related=(Related(mistake.span, "this takes the place of `execute`"),) if dropped is not None else (),
            certainty="certain" if mistake.sure else "likely",
            key="execute",
        )


def _dropped(python: PythonFacts, name: Span) -> Call | None:
    """The one call of what a function wraps, where nothing takes its result."""
    wrapper = next((f for f in python.walk(Function) if f.name_span == name), None)
    if wrapper is None:
        return None
    found = []
    for statement in own_nodes(wrapper, Expression):
        value = statement.value.value if isinstance(statement.value, Await) else statement.value
        if not isinstance(value, Call) or not isinstance(value.func, Name):
            continue
        bound = python.lookup(value.func.id, python.frame_of(wrapper))
        if bound is not None and any(one.kind == "parameter" for one in bound[0]):
            found.append(value)
    return found[0] if len(found) == 1 else None


EXAMPLES = (
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
#       ^^^^^^^ TLP202
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
-- fixed: add/1/model.py --
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
    # Another function takes its place.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        self.responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))


def answered(each):
    def execute(self, requests):
        each(self, requests)
        return self.responses

    return execute


TritonPythonModel.execute = answered(TritonPythonModel.execute)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/jobs.py --
import triton_python_backend_utils as pb_utils


def answer(request):
    x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
    response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
    request.get_response_sender().send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
-- add/1/model.py --
import jobs


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            jobs.answer(request)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import functools

import triton_python_backend_utils as pb_utils


def guarded(function):
    @functools.wraps(function)
    def wrapper(self, requests):
        try:
            function(self, requests)
#           ^^^^^^^^^^^^^^^^^^^^^^^^ TLP202
        except Exception as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]

    return wrapper


class TritonPythonModel:
    @guarded
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
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.seconds = 0.0

    def execute(self, requests):
        started = time.perf_counter()
        try:
            self.process(requests)
#           ^^^^^^^^^^^^^^^^^^^^^^ TLP202
        finally:
            self.seconds += time.perf_counter() - started

    def process(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- decorator_sibling/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorator_sibling/1/model.py --
import triton_python_backend_utils as pb_utils
from timing import timed


class TritonPythonModel:
    @timed
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- decorator_sibling/1/timing.py --
import functools
import time


def timed(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        started = time.perf_counter()
        function(*args, **kwargs)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP202
        print("took", time.perf_counter() - started)

    return inner
""",
    """\
-- sibling_base/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sibling_base/1/model.py --
import triton_python_backend_utils as pb_utils
from served import Served


class TritonPythonModel(Served):
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)])
-- sibling_base/1/served.py --
class Served:
    def execute(self, requests):
#       ^^^^^^^ TLP202
        responses = []
        for request in requests:
            responses.append(self.answer(request))
""",
    """\
-- decorator_sibling/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorator_sibling/1/model.py --
import triton_python_backend_utils as pb_utils
from timing import timed


class TritonPythonModel:
    @timed("x")
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- decorator_sibling/1/timing.py --
import functools
import time


def timed(name):
    def outer(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            started = time.perf_counter()
            made = function(*args, **kwargs)
            print("took", name, time.perf_counter() - started)
            return made

        return inner

    return outer
""",
    """\
-- sibling_base/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sibling_base/1/model.py --
import triton_python_backend_utils as pb_utils
from served import Served


class TritonPythonModel(Served):
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        request.get_response_sender().send(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]), flags=1)
-- sibling_base/1/served.py --
class Served:
    def execute(self, requests):
        for request in requests:
            self.answer(request)
""",
)
