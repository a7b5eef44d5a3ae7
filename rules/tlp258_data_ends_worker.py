"""Data of a request that ends the thread or coroutine which answers it

## What it does
Follows what is read from requests into threads, tasks and the async `execute` of a decoupled model, and reports what
raises there for some values while nothing catches it: a key that a dict of the file may lack, a step or divisor of 0,
`int(…)` of a text, a text that a `split` cuts into too few parts, no words at all, a width of 0, a `raise` in a thread.
What the file tests before, and models that ask a future for its result, are left out.

## What happens
The exception reaches nobody: the final flag is not sent, and the client waits for ever. In the loop of a worker it ends
the thread, and every later client waits, too.

## How to fix
Put the work into a `try`, send `pb_utils.InferenceResponse(error=…)` in the `except`, and the final flag in a
`finally`.

## Source
Facts, python-backend 6.5; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_data_errors import DataErrors, End
from tritonlint.inputs.python_flow import is_generator, own_nodes, thread_targets
from tritonlint.inputs.python_response_flow import gets_sender
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Function,
    Node,
    While,
    dotted,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP258",
    name="data-ends-worker",
    effect="request-failure",
    certainty="likely",
    first="22.05",
    words=("get_response_sender",),
)
_ASKS = frozenset({"result", "exception", "add_done_callback", "gather", "as_completed", "map"})
_THREADS = frozenset({"Thread", "threading.Thread"})
_DEEPEST = 4


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or effective.decoupled is not True:
        return
    told: set[Span] = set()
    roots = _roots(python)
    data = DataErrors(python, config) if roots else None
    for root in roots if data is not None else ():
        for end in data.ends(root, ()) if data is not None else ():
            span, cause, what, _ = end
            if span in told:
                continue
            told.add(span)
            name, place = _where_to_catch(end)
            loop = any(_is_within(span, node) for node in own_nodes(root, While))
            yield Problem(
                place,
                f"{what}, and nothing catches that in `{name}`: "
                + ("the worker ends, and clients wait for ever" if loop else "the client waits for ever"),
                help="catch it, send an error response, and send the final flag in a `finally`",
                related=(Related(cause, "raised here"),) if cause != place else (),
                effect="instability" if loop else None,
                key=root.name,
            )


def _where_to_catch(end: End) -> tuple[str, Span]:
    """The first function on the way of an exception that can answer, as it has a sender, and where it leaves that."""
    for function, span in end.way:
        taken = {dotted(t) for a in own_nodes(function, Assign) if gets_sender(a.value) for t in a.targets}
        used = {
            dotted(c.func.value)
            for c in own_nodes(function, Call)
            if isinstance(c.func, Attribute) and c.func.attr == "send"
        }
        if taken or any(p.name in used or "sender" in p.name for p in function.parameters):
            return function.name, end.cause if function is end.way[-1][0] else span
    return end.way[0][0].name, end.span


def _is_within(span: Span, node: Node) -> bool:
    """Whether a place is within a node."""
    return (node.span.start or 0) <= (span.start or 0) < (node.span.end or 0)


def _roots(python: PythonFacts) -> list[Function]:
    """Functions whose exceptions nobody gets."""
    funcs = [call.func for call in python.walk(Call)]
    # The `map` of a pool gives what was raised to whoever asks for the results; Python's own is none of a pool.
    called = {func.attr if isinstance(func, Attribute) else dotted(func) for func in funcs if dotted(func) != "map"}
    asks = _ASKS & called
    if "excepthook" in python.identifiers or asks - {"gather"}:
        return []
    # What gather hands on to the async execute, nobody hears of; elsewhere somebody may wait for it.
    only_execute = bool(asks)
    if only_execute and "return_exceptions" in python.text:
        return []
    names = thread_targets(python.body)
    found = []
    for frame in python.frames:
        function = frame.function
        bases = frame.in_class.bases if frame.in_class is not None else ()
        if function is None or is_generator(function):
            continue
        runs = function.name == "run" and any(dotted(base) in _THREADS for base in bases)
        is_execute = function.is_async and function is python.method("execute")
        if only_execute and not is_execute:
            continue
        if runs or is_execute or (function.name in names and function.name not in called):
            found.append(function)
    return [function for function in found if _sends(python, function, 0)]


def _sends(python: PythonFacts, function: Function, depth: int) -> bool:
    """Whether a function, or one that it calls, sends anything."""
    for call in own_nodes(function, Call):
        if isinstance(call.func, Attribute) and call.func.attr == "send":
            return True
        called = called_function(python, call) if depth < _DEEPEST else None
        if called is not None and called is not function and _sends(python, called, depth + 1):
            return True
    return False


EXAMPLES = (
    """\
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- names/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {1000: 10, 2000: 20}


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender = request.get_response_sender()
            threading.Thread(target=self._answer, args=(sender, int(x[0])), daemon=True).start()

    def _answer(self, sender, number):
#       ^^^^^^^ TLP221
        price = np.array([PRICES[number]], dtype=np.int32)
#                         ^^^^^^^^^^^^^^ TLP258
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", price)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- names/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- names/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {0: 5, 1: 10}


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender = request.get_response_sender()
            threading.Thread(target=self._answer, args=(sender, int(x[0])), daemon=True).start()

    def _answer(self, sender, number):
        try:
            price = np.array([PRICES[number]], dtype=np.int32)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", price)]))
        except KeyError as error:
            sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(f"no price: {error}")))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class Scanner:
    def message(self, line):
        _, message = line.split(": ", 1)
        return message


class TritonPythonModel:
    def initialize(self, args):
        self.scanner = Scanner()

    def execute(self, requests):
        for request in requests:
            lines = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.scan, args=(request.get_response_sender(), list(lines)), daemon=True).start()

    def scan(self, sender, lines):
#       ^^^^ TLP221
        for line in lines:
            text = self.scanner.message(line.decode("utf-8"))
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([text], dtype=object))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            lines = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.scan, args=(request.get_response_sender(), list(lines)), daemon=True).start()

    def scan(self, sender, lines):
#       ^^^^ TLP221
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            message = line
            if ": " in line:
                _, message = line.split(": ", 1)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([message], dtype=object))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            lines = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.scan, args=(request.get_response_sender(), list(lines)), daemon=True).start()

    def scan(self, sender, lines):
#       ^^^^ TLP221
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            message = line
            if words := line.split():
                message = f"{words[0]} {len(line) / len(words)}"
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([message], dtype=object))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
input { name: "width" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import asyncio
import textwrap

import numpy as np
import triton_python_backend_utils as pb_utils


async def wrapped(text, width):
    for line in textwrap.wrap(text, width=width):
        await asyncio.sleep(0)
        yield line


class TritonPythonModel:
    async def answer(self, request):
        sender = request.get_response_sender()
        text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode("utf-8")
        width = int(pb_utils.get_input_tensor_by_name(request, "width").as_numpy()[0])
        async for line in wrapped(text, width):
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([line], dtype=object))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.answer(request) for request in requests))
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
input { name: "width" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import textwrap

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            raw = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            width = max(1, int(pb_utils.get_input_tensor_by_name(request, "width").as_numpy()[0]))
            for line in textwrap.wrap(raw.decode("utf-8"), width):
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([line], dtype=object))]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- terms/config.pbtxt --
backend: "python"
input { name: "term" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- terms/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

TERMS = {"gpu": ["a processor", "with many cores"]}


class TritonPythonModel:
    async def lines(self, term):
        await asyncio.sleep(0)
        return TERMS[term.strip().lower()]

    async def answer(self, request):
        sender = request.get_response_sender()
        term = pb_utils.get_input_tensor_by_name(request, "term").as_numpy()[0]
        for line in await self.lines(term.decode("utf-8")):
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
            y = pb_utils.Tensor("y", np.array([line], dtype=object))
            sender.send(pb_utils.InferenceResponse([y]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.answer(request) for request in requests))
""",
    """\
-- terms/config.pbtxt --
backend: "python"
input { name: "term" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- terms/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

TERMS = {"gpu": ["a processor", "with many cores"]}


class TritonPythonModel:
    async def answer(self, request):
        sender = request.get_response_sender()
        try:
            term = pb_utils.get_input_tensor_by_name(request, "term").as_numpy()[0].decode("utf-8")
            for line in TERMS[term.strip().lower()]:
                y = pb_utils.Tensor("y", np.array([line], dtype=object))
                sender.send(pb_utils.InferenceResponse([y]))
        except KeyError:
            y = pb_utils.Tensor("y", np.array(["no such term"], dtype=object))
            sender.send(pb_utils.InferenceResponse([y]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.answer(request) for request in requests))
""",
    """\
-- count/config.pbtxt --
backend: "python"
input { name: "start" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- count/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def _count(self, sender, raw):
        for number in range(int(raw), -1, -1):
#                           ^^^^^^^^ TLP258
            y = pb_utils.Tensor("y", np.array([number], dtype=np.int32))
            sender.send(pb_utils.InferenceResponse([y]))
            await asyncio.sleep(0)
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        jobs = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "start").as_numpy()[0]
            jobs.append(self._count(request.get_response_sender(), raw))
        await asyncio.gather(*jobs)
""",
    """\
-- lines/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- lines/1/model.py --
import json
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()
        self.running = 0

    def _lines(self, raw):
        for line in json.loads(raw):
            yield str(line)

    def _work(self, sender, raw):
        try:
            for line in self._lines(raw):
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
                y = pb_utils.Tensor("y", np.array([line], dtype=object))
                sender.send(pb_utils.InferenceResponse([y]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        finally:
            with self.lock:
                self.running -= 1

    def execute(self, requests):
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0]
            with self.lock:
                self.running += 1
            threading.Thread(target=self._work, args=(request.get_response_sender(), raw), daemon=True).start()
""",
    """\
-- terms/config.pbtxt --
backend: "python"
input { name: "number" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- terms/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

CAPTIONS = {1000: "a dog", 2000: "two cats"}


class Captioner:
    def __init__(self, captions):
        self._captions = captions

    async def words(self, number):
        for word in self._captions[number].split():
            await asyncio.sleep(0)
            yield word


class TritonPythonModel:
    def initialize(self, args):
        self.captioner = Captioner(CAPTIONS)

    async def _stream(self, request):
        sender = request.get_response_sender()
        number = pb_utils.get_input_tensor_by_name(request, "number").as_numpy()
        async for word in self.captioner.words(int(number[0])):
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
            y = pb_utils.Tensor("y", np.array([word], dtype=object))
            sender.send(pb_utils.InferenceResponse([y]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self._stream(request) for request in requests))

    def finalize(self):
        self.captioner = None
""",
    """\
-- terms/config.pbtxt --
backend: "python"
input { name: "number" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- terms/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

CAPTIONS = {1000: "a dog", 2000: "two cats"}


class Captioner:
    def __init__(self, captions):
        self._captions = captions

    async def words(self, number):
        for word in self._captions.get(number, "nothing known").split():
            await asyncio.sleep(0)
            yield word


class TritonPythonModel:
    def initialize(self, args):
        self.captioner = Captioner(CAPTIONS)

    async def _stream(self, request):
        sender = request.get_response_sender()
        number = pb_utils.get_input_tensor_by_name(request, "number").as_numpy()
        async for word in self.captioner.words(int(number[0])):
            y = pb_utils.Tensor("y", np.array([word], dtype=object))
            sender.send(pb_utils.InferenceResponse([y]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self._stream(request) for request in requests))

    def finalize(self):
        self.captioner = None
""",
    # An object that is made for each request.
    """\
-- story/config.pbtxt --
backend: "python"
input { name: "style" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- story/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

STYLES = {"noir": ["It rained.", "Nobody called."]}


class Narrator:
    def __init__(self, style):
        self.sentences = STYLES[style]


class TritonPythonModel:
    async def tell(self, request, sender):
        style = pb_utils.get_input_tensor_by_name(request, "style").as_numpy()[0]
        for text in Narrator(style.decode("utf-8")).sentences:
            await asyncio.sleep(0)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([text], dtype=object))]))

    async def serve(self, request):
        sender = request.get_response_sender()
        await self.tell(request, sender)
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP258
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.serve(request) for request in requests))
""",
    """\
-- story/config.pbtxt --
backend: "python"
input { name: "style" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- story/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils

STYLES = {"noir": ["It rained.", "Nobody called."]}


class Narrator:
    def __init__(self, style):
        self.sentences = STYLES[style]


class TritonPythonModel:
    async def tell(self, request, sender):
        style = pb_utils.get_input_tensor_by_name(request, "style").as_numpy()[0]
        for text in Narrator(style.decode("utf-8")).sentences:
            await asyncio.sleep(0)
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([text], dtype=object))]))

    async def serve(self, request):
        sender = request.get_response_sender()
        try:
            await self.tell(request, sender)
        except KeyError:
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(["no such style"], dtype=object))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.serve(request) for request in requests))
""",
    # A field of a dataclass.
    """\
-- feed/config.pbtxt --
backend: "python"
input { name: "symbol" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- feed/1/model.py --
import asyncio
from dataclasses import dataclass

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {"ABC": 10.0}


@dataclass
class Order:
    symbol: str

    @classmethod
    def of(cls, request):
        symbol = pb_utils.get_input_tensor_by_name(request, "symbol").as_numpy()[0]
        return cls(symbol.decode("ascii").upper())


class Walk:
    def __init__(self, symbol):
        self.price = PRICES[symbol]


class TritonPythonModel:
    async def feed(self, request):
        sender = request.get_response_sender()
        order = Order.of(request)
        walk = Walk(order.symbol)
#              ^^^^^^^^^^^^^^^^^^ TLP258
        await asyncio.sleep(0)
        y = np.array([walk.price], dtype=np.float32)
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.feed(request) for request in requests))
""",
    """\
-- feed/config.pbtxt --
backend: "python"
input { name: "symbol" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- feed/1/model.py --
import asyncio
from dataclasses import dataclass

import numpy as np
import triton_python_backend_utils as pb_utils

PRICES = {"ABC": 10.0}


@dataclass
class Order:
    symbol: str

    @classmethod
    def of(cls, request):
        symbol = pb_utils.get_input_tensor_by_name(request, "symbol").as_numpy()[0]
        return cls(symbol.decode("ascii").upper())


class Walk:
    def __init__(self, symbol):
        self.price = PRICES.get(symbol, 0.0)


class TritonPythonModel:
    async def feed(self, request):
        sender = request.get_response_sender()
        order = Order.of(request)
        walk = Walk(order.symbol)
        await asyncio.sleep(0)
        y = np.array([walk.price], dtype=np.float32)
        sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    async def execute(self, requests):
        await asyncio.gather(*(self.feed(request) for request in requests))
""",
)
