"""An asynchronous call whose result is used without await

## What it does
Reports answers of `async_exec()` and results of the file's own `async def` functions that are used without `await`,
calls of such functions that nobody awaits, `asyncio.gather` of one list instead of its items, and `await` before
`exec()`.

## What happens
Without `await` there is a future or a coroutine in the place of the answer: `'_asyncio.Future' object has no attribute
'has_error'`, and the request fails. A coroutine that nobody awaits never runs. `exec()` returns the answer itself,
which cannot be awaited.

## How to fix
Write `await` before the call, or collect the calls and await `asyncio.gather(…)`.

## Source
Every form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem, Related
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns, unconditional
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Clause,
    Comprehension,
    Expr,
    Expression,
    For,
    FString,
    Function,
    Name,
    Node,
    Return,
    Sequence,
    Subscript,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP506",
    name="coroutine-not-awaited",
    effect="request-failure",
    server_says=("'_asyncio.Future' object has no attribute", "can't be used in 'await' expression"),
)


_JUDGED = frozenset({Assign, Attribute, Await, Expression, Return, Subscript})
"""What a coroutine can stand in."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if "async" not in python.text:
        return
    execute = python.method("execute")
    yield from _gathered(python, execute)
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        if function is execute:
            yield from _collected(python, function, frame)
        for node in own_nodes(function):
            if node.__class__ not in _JUDGED:
                continue
            for place, message, effect in _wrong(python, node, function, frame):
                sure = execute is not None and effect == "request-failure" and unconditional(execute, node)
                awaits = isinstance(node, Await)
                start = Span(python.path, place.start, place.start)
                yield Problem(
                    place,
                    message,
                    help="leave out `await`, or call `async_exec()`" if awaits else _help(function),
                    fix=Fix("await the call", (Edit(start, "await "),), safety="unsafe")
                    if function.is_async and not awaits
                    else None,
                    effect=effect,
                    certainty="certain" if sure else "likely",
                    key="await",
                )


def _collected(python: PythonFacts, execute: Function, frame: Frame) -> Iterator[Problem]:
    """Coroutines among the responses, in an execute that awaits nothing and hands nothing to asyncio."""
    nodes = list(own_nodes(execute))
    if any(isinstance(n, Await) or (isinstance(n, Name) and n.id in {"asyncio", "loop"}) for n in nodes):
        return
    for node in nodes:
        items: tuple[Expr, ...] = ()
        if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "append":
            items = tuple(argument.value for argument in node.arguments)
        elif isinstance(node, Return) and isinstance(node.value, Comprehension):
            items = node.value.elements
        elif isinstance(node, Return) and isinstance(node.value, Sequence):
            items = node.value.items
        for item in items:
            if isinstance(item, Call) and _promises(python, item, frame):
                start = Span(python.path, item.span.start, item.span.start)
                yield Problem(
                    item.span,
                    "this is a future, not the answer: nothing awaits it, and the request fails"
                    if _is_exec(item)
                    else "this is a coroutine, not a response: it never runs, and the request fails",
                    help=_help(execute),
                    fix=Fix("await the call", (Edit(start, "await "),), safety="unsafe") if execute.is_async else None,
                    certainty="certain" if unconditional(execute, node) else "likely",
                    related=tuple(Related(s.span, "given back here") for s in returns(execute) if s is not node),
                    key="await",
                )


def _gathered(python: PythonFacts, execute: Function | None) -> Iterator[Problem]:
    """``asyncio.gather`` of one list: it takes each of them as an argument of its own."""
    for node in python.walk(Call):
        if not node.arguments or python.qualified(node.func) != "asyncio.gather":
            continue
        first = node.arguments[0].value
        made = first.elements[0] if isinstance(first, Comprehension) and first.kind != "dict" else first
        if isinstance(made, Call) and _gives_plain_value(python, made, python.frame_at(made)):
            yield Problem(
                made.span,
                "this is a plain method, which returns its value itself: `asyncio.gather` raises TypeError",
                help="write `async def` for it, or call it without asyncio",
                certainty="likely",
                key="gather",
            )
            continue
        if len(node.arguments) != 1 or not node.certain:
            continue
        given = node.arguments[0].value
        if node.arguments[0].keyword is not None or kind_of(python, given) not in {"list", "tuple", "generator"}:
            continue
        start = Span(python.path, given.span.start, given.span.start)
        yield Problem(
            given.span,
            "`asyncio.gather` takes the calls one by one; a list of them raises TypeError",
            help="write `*` before the list",
            fix=Fix("unpack the list", (Edit(start, "*"),), safety="unsafe"),
            certainty="certain" if execute is not None and unconditional(execute, node) else "likely",
            key="gather",
        )


def _help(function: Function) -> str:
    return "write `await` before the call" if function.is_async else "make both functions `async`, or neither"


def _wrong(python: PythonFacts, node: Node, function: Function, frame: Frame) -> Iterator[tuple[Span, str, Effect]]:
    if isinstance(node, Await) and isinstance(node.value, Call) and isinstance(node.value.func, Attribute):
        if node.value.func.attr == "exec" and _is_request(python, node.value.func):
            yield node.span, "`exec()` returns the answer itself: `await` raises TypeError here", "request-failure"
        elif _gives_plain_value(python, node.value, frame):
            what = f"`{node.value.func.attr}` is a plain method and returns its value itself: `await` raises TypeError"
            yield node.span, what, "request-failure"
    elif isinstance(node, Return) and isinstance(node.value, Call) and function.is_async and function.name == "execute":
        if python.qualified(node.value.func, frame) == "asyncio.gather":
            yield node.value.span, "`asyncio.gather` gives a future, and execute returns a list", "request-failure"
    elif isinstance(node, Expression) and isinstance(node.value, Call):
        if _promises(python, node.value, frame) and not _is_exec(node.value):
            yield node.value.span, "nobody awaits this coroutine, so it never runs", "wrong-result"
    elif (
        isinstance(node, Attribute | Subscript)
        and isinstance(node.value, Call)
        and _promises(python, node.value, frame)
    ):
        # A future has methods of its own.
        if isinstance(node, Subscript) or node.attr in {"has_error", "output_tensors", "error", "shape", "astype"}:
            yield node.value.span, "this is a coroutine or future, not its result", "request-failure"
    elif isinstance(node, Assign) and isinstance(node.value, Call) and _promises(python, node.value, frame):
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, Name) and not node.operator:
            used = _used_as_result(python, function, target.id)
            if used is not None:
                message = f"`{target.id}` is a coroutine or future here, and `{used}` needs its result"
                yield node.value.span, message, "request-failure"


def _gives_plain_value(python: PythonFacts, call: Call, frame: Frame) -> bool:
    """Whether a method of the model is no coroutine and returns nothing that can be awaited."""
    if not isinstance(call.func, Attribute) or not isinstance(call.func.value, Name):
        return False
    method = python.method(call.func.attr)
    if call.func.value.id != python.self_name(frame) or method is None or method.is_async or method.decorators:
        return False
    replaced = any(binding.kind != "function" for binding, _ in python.attributes.get(call.func.attr, ()))
    if replaced or is_generator(method):
        return False
    given = [statement.value for statement in returns(method)]
    return bool(given) and all(
        isinstance(value, Binary | FString)
        or (value is not None and kind_of(python, value) in {"InferenceResponse", "Tensor", "ndarray", "list", "str"})
        for value in given
    )


def _promises(python: PythonFacts, call: Call, frame: Frame) -> bool:
    """Whether a call returns something that has to be awaited."""
    if python.qualified(call.func, frame) in {"asyncio.gather", "asyncio.sleep", "asyncio.to_thread"}:
        return True
    if isinstance(call.func, Attribute):
        if call.func.attr == "async_exec":
            # In a plain function it raises at once, and another rule says so.
            return frame.function is not None and frame.function.is_async and _is_request(python, call.func)
        if isinstance(call.func.value, Name) and call.func.value.id == python.self_name(frame):
            method = python.method(call.func.attr)
            return method is not None and method.is_async and not method.decorators and not is_generator(method)
        return False
    if not isinstance(call.func, Name):
        return False
    found = python.lookup(call.func.id, frame)
    if found is None or len(found[0]) != 1 or found[0][0].kind != "function":
        return False
    function = python.function_bound(found[0][0])
    return function is not None and function.is_async and not function.decorators and not is_generator(function)


def _is_exec(call: Call) -> bool:
    return isinstance(call.func, Attribute) and call.func.attr == "async_exec"


def _is_request(python: PythonFacts, method: Attribute) -> bool:
    sources = python.follow(method.value)
    return bool(sources) and all(
        isinstance(s, Call) and python.pb_name(s.func, where) == "InferenceRequest" for s, where in sources or ()
    )


def _used_as_result(python: PythonFacts, function: Function, name: str) -> str | None:
    """The first use of a name as a result, when it is never awaited, passed on or assigned again."""
    use = None
    assigned = 0
    for node in walk(function.body):
        if isinstance(node, Assign) and any(isinstance(t, Name) and t.id == name for t in node.targets):
            assigned += 1
        elif isinstance(node, Await) and any(isinstance(n, Name) and n.id == name for n in walk(node.value)):
            return None
        elif isinstance(node, Call):
            given = [a.value for a in node.arguments if isinstance(a.value, Name) and a.value.id == name]
            pb_name = python.pb_name(node.func)
            if given and pb_name in {"get_output_tensor_by_name", "Tensor"}:
                use = use or f"pb_utils.{pb_name}"
            elif given:
                return None
        elif isinstance(node, For | Clause) and isinstance(node.iterable, Name) and node.iterable.id == name:
            use = use or f"the loop over {name}"
        elif isinstance(node, Subscript) and isinstance(node.value, Name) and node.value.id == name:
            use = use or f"{name}[…]"
        elif isinstance(node, Attribute) and isinstance(node.value, Name) and node.value.id == name:
            if node.attr in {"add_done_callback", "result", "done", "cancel", "send", "close"}:
                return None
            use = use or f"{name}.{node.attr}"
    return use if assigned == 1 else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        return [self.answer(request) for request in requests]
#               ^^^^^^^^^^^^^^^^^^^^ TLP506
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        return [await self.answer(request) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = call.async_exec()
#                    ^^^^^^^^^^^^^^^^^ TLP506
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- other/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = await call.async_exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.double(x)
#               ^^^^^^^^^^^^^^ TLP506
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = await self.double(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = await call.exec()
#                    ^^^^^^^^^^^^^^^^^ TLP506
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- other/1/model.py --
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
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def double(self, x):
        await asyncio.sleep(0)
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            (y,) = await asyncio.gather(*[self.double(x)])
            task = self.double(y)
            y = await task
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        calls = [self.answer(request) for request in requests]
        return await asyncio.gather(calls)
#                                   ^^^^^ TLP506
-- fixed: add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        calls = [self.answer(request) for request in requests]
        return await asyncio.gather(*calls)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def double(self, x):
        return 2 * x

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            x = await self.double(x)
#               ^^^^^^^^^^^^^^^^^^^^ TLP506
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        return asyncio.gather(*[self.answer(request) for request in requests])
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP506
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    async def execute(self, requests):
        return await asyncio.gather(*[self.answer(request) for request in requests])
#                                     ^^^^^^^^^^^^^^^^^^^^ TLP506
""",
)
