"""execute that returns something else than a list

## What it does
Reports a tuple, a generator, a coroutine, a set, a dict, an array or a single InferenceResponse returned from execute,
and an execute that yields.

## What happens
Every request of the call fails: Triton takes a list only.

## How to fix
Return a list with one InferenceResponse per request.

## Source
Facts, python-backend 6.4 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Constant,
    Dict,
    Expr,
    Function,
    Name,
    Sequence,
    Yield,
    dotted,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP204",
    name="execute-returns-no-list",
    effect="request-failure",
    server_says=("Expected a list in the execute return, found type",),
)


_VIEWS = frozenset({"values", "keys", "items"})
_NO_LISTS = frozenset(
    {"tuple", "set", "frozenset", "dict", "map", "filter", "zip", "reversed", "iter", "str", "enumerate"}
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False:
        return
    # What a decorator makes of it is played only.
    found = list(_seen(python, execute)) if not execute.decorators else []
    yield from found
    for mistake in mistakes(python, config, effective, "return") if not found else ():
        if mistake.found == "NoneType":
            continue  # TLP202 says so.
        yield Problem(
            mistake.span,
            f"`execute` returns a {mistake.found} here; Triton takes a list of responses only",
            help="return a list with one InferenceResponse per request",
            certainty="certain" if mistake.sure else "likely",
            key=mistake.found,
            general=mistake.span,
        )


def _seen(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    if is_generator(execute):
        first = next(node for node in own_nodes(execute, Yield))
        yield Problem(
            first.span,
            "`execute` yields, but Triton takes a list of responses only",
            help="collect the responses in a list and return it; to answer in parts, use a decoupled model",
            key="yield",
        )
        return
    for statement in returns(execute):
        if statement.value is None:
            continue
        if _unawaited(python, execute, statement.value):
            at = statement.value.span.start
            yield Problem(
                statement.value.span,
                "`execute` returns a coroutine here that nobody awaits; Triton takes a list of responses only",
                help=f"write `return await {python.source(statement.value)}`",
                fix=Fix("await it", (Edit(Span(python.path, at, at), "await "),), safety="unsafe"),
                key="coroutine",
            )
            continue
        sources = python.follow(statement.value)
        kinds = [_kind(python, value, where) for value, where in sources or ()]
        found = kinds[0] if kinds else _local_kind(python, execute, statement.value)
        view = statement.value
        if isinstance(view, Call) and isinstance(view.func, Attribute) and view.func.attr in _VIEWS:
            found = "view of a dict" if _local_kind(python, execute, view.func.value) == "dict" else found
            kinds = [found]
        if found is None or None in kinds:
            continue
        start, end = statement.value.span.start, statement.value.span.end
        single = found == "single InferenceResponse"
        fix = None
        display = isinstance(statement.value, Sequence | Comprehension | Dict)
        if single or (found in {"tuple", "generator", "map", "reversed", "view of a dict"} and not display):
            before, after = ("[", "]") if single else ("list(", ")")
            edits = (Edit(Span(python.path, start, start), before), Edit(Span(python.path, end, end), after))
            fix = Fix("return a list", edits, safety="unsafe")
        yield Problem(
            statement.value.span,
            f"`execute` returns a {found} here; Triton takes a list of responses only",
            help="return a list with one InferenceResponse per request",
            fix=fix,
            key=found,
        )


_ARRAYS = frozenset(f"numpy.{name}" for name in ("array", "asarray", "stack", "concatenate", "vstack", "hstack"))


def _unawaited(python: PythonFacts, execute: Function, value: Expr) -> bool:
    """Whether an async execute returns the call of an async method; a plain execute may do that."""
    if not execute.is_async or not isinstance(value, Call) or not isinstance(value.func, Attribute):
        return False
    own = python.self_name(python.frame_of(execute))
    method = python.method(value.func.attr) if dotted(value.func.value) == own else None
    return method is not None and method.is_async and not method.decorators and not is_generator(method)


def _kind(python: PythonFacts, value: Expr, frame: Frame) -> str | None:
    """What an expression is, when that is no list for sure."""
    if isinstance(value, Sequence | Comprehension):
        return value.kind if value.kind != "list" else None
    if isinstance(value, Dict):
        return "dict"
    if isinstance(value, Constant):
        return type(value.value).__name__ if value.value is not None else None
    if not isinstance(value, Call):
        return None
    name = python.pb_name(value.func, frame)
    if name in {"InferenceResponse", "Tensor", "TritonError"}:
        return f"single {name}"
    builtin = python.qualified(value.func, frame)
    if builtin in _NO_LISTS:
        return builtin
    return "NumPy array" if builtin in _ARRAYS else None


def _local_kind(python: PythonFacts, execute: Function, value: Expr) -> str | None:
    """What a name is that is filled after it was made: a dict by its keys, a tuple by ``+=``."""
    if not isinstance(value, Name):
        return None
    frame = python.frame_of(execute)
    made = [
        node.value
        for node in own_nodes(execute, Assign)
        if not node.operator and any(dotted(t) == value.id for t in node.targets)
    ]
    bound = frame.bindings.get(value.id, [])
    added = [n for n in own_nodes(execute, Assign) if n.operator and dotted(n.targets[0]) == value.id]
    if not made or len(bound) != len(made) + len(added):
        return None
    kinds = {_kind(python, expr, frame) if isinstance(expr, Sequence | Dict | Call) else None for expr in made}
    return kinds.pop() if len(kinds) == 1 else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP204
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        x = pb_utils.get_input_tensor_by_name(requests[0], "x").as_numpy()
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return tuple(responses)
#              ^^^^^^^^^^^^^^^^ TLP204
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return list(tuple(responses))
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            yield pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP204
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = {}
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses[request.request_id()] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return responses
#              ^^^^^^^^^ TLP204
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        answers = {}
        for number, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answers[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return answers.values()
#              ^^^^^^^^^^^^^^^^ TLP204
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        answers = {}
        for number, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answers[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
        return list(answers.values())
""",
    """\
-- ages/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "age" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "adult" data_type: TYPE_BOOL dims: [ 1 ] }
-- ages/1/model.py --
import functools
import time

import triton_python_backend_utils as pb_utils


def timed(function):
    @functools.wraps(function)
    def wrapper(self, requests):
        start = time.perf_counter()
        result = function(self, requests)
        return result, time.perf_counter() - start
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP204

    return wrapper


class TritonPythonModel:
    @timed
    def execute(self, requests):
        responses = []
        for request in requests:
            age = pb_utils.get_input_tensor_by_name(request, "age").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("adult", age >= 18)]))
        return responses
""",
    """\
-- sync_gather/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sync_gather/1/model.py --
import asyncio
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def one(self, r):
        x = pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        return asyncio.gather(*(self.one(r) for r in requests))
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP204
""",
    """\
-- coroutine_returned/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- coroutine_returned/1/model.py --
import asyncio
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def one(self, r):
        task = asyncio.create_task(asyncio.sleep(0))
        await task
        x = pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    async def all(self, requests):
        return await asyncio.gather(*(self.one(r) for r in requests))

    def execute(self, requests):
        return self.all(requests)
""",
    """\
-- either/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- either/1/model.py --
import asyncio
import triton_python_backend_utils as pb_utils


def sync(coroutine):
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    raise RuntimeError("use await")


class TritonPythonModel:
    async def one(self, r):
        x = pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def execute(self, requests):
        return [sync(self.one(r)) for r in requests]
""",
    """\
-- thread_run/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- thread_run/1/model.py --
import asyncio
from concurrent.futures import ThreadPoolExecutor
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    async def one(self, r):
        x = pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)])

    def answer(self, r):
        return asyncio.run(self.one(r))

    async def execute(self, requests):
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self.pool, self.answer, r) for r in requests]

    def finalize(self):
        self.pool.shutdown()
""",
)
