"""Work per request that may raise, without a try

## What it does
Reports inference and parsing (`self.model(…)`, `json.loads`, `.decode()`) in the loop over the requests when execute
holds no `try` at all and `dynamic_batching` puts several requests into one call, and errors raised on purpose there, in
what the loop calls, or again in a handler, or by Python for a text that is no number, date or JSON or has too few
parts, or a key that a table, or the JSON of a client, lacks. Once per file.

## What happens
An exception that leaves execute fails every request of the call, the good ones too. An error raised for the values of
one request is a warning, the rest a note.

## How to fix
Put the work of one request into a `try` and append an InferenceResponse with `error=` for the one that failed.

## Source
Facts, python-backend 6: errors in execute go to all requests of that call.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_data_errors import ON_PURPOSE, DataErrors
from tritonlint.inputs.python_flow import own_nodes, request_loops, returns
from tritonlint.inputs.python_response_flow import answers
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Comprehension,
    Expr,
    For,
    Function,
    Handler,
    If,
    Name,
    Node,
    Raise,
    Sequence,
    Stmt,
    Subscript,
    Try,
    With,
    dotted,
    last_name,
    walk,
)
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.python_edits import answer_errors_of_loop
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP303", name="execute-without-error-handling", effect="hygiene", certainty="likely")

_PARSERS = frozenset({"json.loads", "base64.b64decode", "PIL.Image.open", "open"})
_INFERENCE = frozenset({"run", "predict", "predict_proba", "generate", "forward", "infer", "transform", "transcribe"})


_NO_VALUES = ("has_error", " is None", ".shape", ".ndim", ".dtype", "isinstance(", "hasattr(", "len(")
"""What stands in tests that ask for something else than the values of a request."""


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or not config.root.has("dynamic_batching"):
        return
    found = list(_in_execute(python, execute))
    if not any(problem.effect for problem in found):
        raised = {
            event.span
            for event in rehearse(python, config, effective).raises
            if event.explicit and event.phase == "execute"
        }
        for node in python.walk(Raise):
            function = python.function_at(node)
            if node.span in raised and function not in {None, execute} and _depends_on_values(python, function, node):
                found = [
                    Problem(
                        node.span,
                        "this error of one request fails every request of the batch",
                        help="catch it in the loop: append InferenceResponse(error=pb_utils.TritonError(str(error)))",
                        effect="request-failure",
                        key="execute",
                    )
                ]
                break
    known = python.identifiers
    if not any(problem.effect for problem in found) and "suppress" not in known and _takes_apart(known, config):
        found = list(_for_values(python, config, execute)) or found
    yield from found


_TAKEN_APART = frozenset({"int", "float", "loads", "split", "rsplit", "decode"})


def _takes_apart(known: frozenset[str], config: Document) -> bool:
    """Whether a file may take texts of requests apart, or read numbers from arrays of them."""
    if _TAKEN_APART & known or "astype" not in known:
        return bool(_TAKEN_APART & known)
    types = (one.scalar("data_type") for one in config.root.messages("input"))
    return any(kind is not None and kind.value == "TYPE_STRING" for kind in types)


def _for_values(python: PythonFacts, config: Document, execute: Function) -> Iterator[Problem]:
    """What Python itself raises for the values of some requests."""
    for span, cause, what, _ in DataErrors(python, config).ends(execute, ()):
        if what != ON_PURPOSE:
            yield Problem(
                span,
                f"{what}, and then every request of the batch fails",
                help="catch it in the loop: append InferenceResponse(error=pb_utils.TritonError(str(error)))",
                related=(Related(cause, "raised here"),) if span != cause else (),
                effect="request-failure",
                key="execute",
            )
            return


def _in_execute(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    for node in own_nodes(execute):
        if isinstance(node, Try):
            yield from _raised_again(python, execute)
            return
        if isinstance(node, With) and any(_may_catch(python, item.value) for item in node.items):
            return
    for loop in request_loops(execute):
        nodes = walk(loop.body, into_functions=False)
        # What fails good requests for sure comes before what may fail them.
        for node in sorted(nodes, key=lambda n: not (isinstance(n, Raise) and _depends_on_values(python, loop, n))):
            raised = isinstance(node, Raise)
            if raised or (isinstance(node, Call) and _may_raise(python, node)):
                names = [s.value.id for s in returns(execute) if isinstance(s.value, Name)]
                ways = answers(loop, names[0]) if len(set(names)) == 1 else None
                edits = answer_errors_of_loop(python, loop, names[0]) if ways is not None else ()
                yield Problem(
                    node.span,
                    "this error of one request fails every request of the batch"
                    if raised
                    else "no `try` stands around this: if it raises for one request, every request of the batch fails",
                    help="catch it in the loop: append InferenceResponse(error=pb_utils.TritonError(str(error)))",
                    related=(Related(loop.header, "one response is needed for each of these"),),
                    fix=Fix("answer each error where it happens", edits, safety="unsafe") if edits else None,
                    effect="request-failure" if raised and _depends_on_values(python, loop, node) else None,
                    key="execute",
                )
                return


def _depends_on_values(python: PythonFacts, loop: For | Function | None, raised: Node) -> bool:
    """Whether an error is raised for what one client sent; what the server itself refuses does not come that far."""
    tests = []
    body = loop.body if loop is not None else ()
    for attempt in walk(body, Try, into_functions=False):
        for handler in attempt.handlers:
            if any(node is raised for node in walk(handler.body, Raise, into_functions=False)):
                return _of_values(python, attempt, handler)
    for one in walk(body, If, into_functions=False):
        if any(node is raised for node in walk(one.body, into_functions=False)):
            tests.append(python.source(one.test))
        elif any(node is raised for node in walk(one.orelse, into_functions=False)) and not isinstance(
            one.orelse[0], If
        ):
            return False  # What is left over is mostly a setting that nobody has heard of.
    looked = {f"{target.id} is None" for target in _looked_up(body)} | {
        f"not {target.id}" for target in _looked_up(body)
    }
    if tests and all(test in looked for test in tests):
        return True
    return bool(tests) and not any(word in test for test in tests for word in _NO_VALUES)


def _looked_up(body: tuple[Stmt, ...]) -> Iterator[Name]:
    """Names that hold what a pattern found in a text, or None."""
    for node in walk(body, Assign, into_functions=False):
        call, target = node.value, node.targets[0]
        method = call.func if isinstance(call, Call) and call.arguments else None
        if isinstance(method, Attribute) and method.attr in _SEARCHES and isinstance(target, Name):
            yield target


def _of_values(python: PythonFacts, attempt: Try, handler: Handler) -> bool:
    """Whether what a handler raises anew was raised for a value: a key that is missing, a text that is no number."""
    types = handler.type.items if isinstance(handler.type, Sequence) else (handler.type,)
    names = {last_name(one) for one in types if one is not None}
    if not names or not names <= _VALUE_ERRORS:
        return False
    for node in walk(attempt.body, Call, Subscript):
        parsed = isinstance(node, Call) and last_name(node.func) in _CONVERSIONS
        given = [a.value for a in node.arguments] if isinstance(node, Call) else list(node.items)
        kept = node.func.value if isinstance(node, Call) and isinstance(node.func, Attribute) else None
        if not parsed and isinstance(node, Call):
            continue
        for part in walk((*given, *((kept,) if kept is not None else ())), Name):
            found = python.lookup(part.id, python.frame_at(part))
            if found is not None and any(b.kind in {"parameter", "element"} for b in found[0]):
                return part.id not in {"self", "cls"}
    return False


_VALUE_ERRORS = frozenset(
    {"KeyError", "ValueError", "IndexError", "LookupError", "InvalidOperation", "UnicodeDecodeError", "UnicodeError",
     "JSONDecodeError", "ArithmeticError", "ZeroDivisionError"}
)  # fmt: skip
_CONVERSIONS = frozenset(
    {"int", "float", "Decimal", "loads", "decode", "b64decode", "fromisoformat", "strptime", "index"}
)
_SEARCHES = frozenset({"search", "match", "fullmatch", "get", "find"})


def _raised_again(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    """Errors that the loop over the requests catches and raises again."""
    loops: list[tuple[Span, list[Try]]] = [
        (loop.header, [statement for statement in loop.body if isinstance(statement, Try)])
        for loop in request_loops(execute)
    ]
    inside = len(loops)
    for attempt in own_nodes(execute, Try):
        around = [(clause.iterable, clause.span) for c in walk(attempt.body, Comprehension) for clause in c.clauses]
        around += [(one.iterable, one.header) for one in attempt.body if isinstance(one, For)]
        loops += [(span, [attempt]) for iterable, span in around if python.is_request_list(iterable)]
    for number, (header, attempts) in enumerate(loops):
        for handler in (handler for attempt in attempts for handler in attempt.handlers):
            last = handler.body[-1]
            if not isinstance(last, Raise) or _of_server(handler) or _caught_below(python, attempts):
                continue
            values = _meant_for_values(python, handler)
            if number >= inside and not values:
                continue  # Where the `try` should stand is told by TLP312.
            yield Problem(
                last.span,
                "this error of one request fails every request of the batch",
                help="append InferenceResponse(error=pb_utils.TritonError(str(error))) instead",
                related=(Related(header, "one response is needed for each of these"),),
                effect="request-failure" if values else None,
                key="again",
            )
            return


def _of_server(handler: Handler) -> bool:
    """Whether a handler only catches what no request is to blame for."""
    types = handler.type.items if isinstance(handler.type, Sequence) else (handler.type,)
    return all(last_name(one) in _OF_SERVER for one in types if one is not None) and any(types)


_OF_SERVER = frozenset(
    {"MemoryError", "KeyboardInterrupt", "SystemExit", "GeneratorExit", "CancelledError", "OSError", "IOError"}
    | {"FileNotFoundError", "PermissionError", "ImportError", "OutOfMemoryError"}
)


def _caught_below(python: PythonFacts, attempts: list[Try]) -> bool:
    """Whether what is tried is a method that catches the errors of its request by itself."""
    called = (called_function(python, call) for attempt in attempts for call in walk(attempt.body, Call))
    tries = [one for function in called if function is not None for one in own_nodes(function, Try)]
    return any(not isinstance(handler.body[-1], Raise) for one in tries for handler in one.handlers)


def _may_catch(python: PythonFacts, manager: Expr) -> bool:
    """Whether a ``with`` may keep errors to itself: the file has it, with a ``try`` or an ``__exit__``."""
    if "suppress" in python.source(manager):
        return True
    made = manager.func if isinstance(manager, Call) else manager
    name = last_name(made)
    functions = [f.function for f in python.frames if f.function is not None and f.function.name == name]
    if any(next(own_nodes(function, Try), None) is not None for function in functions):
        return True
    return any(
        one.name == name and any(isinstance(s, Function) and s.name == "__exit__" for s in one.body)
        for one in python.walk(Class)
    )


def _meant_for_values(python: PythonFacts, handler: Handler) -> bool:
    """Whether a handler catches what functions of the file raise for the values of a request."""
    if handler.type is None or isinstance(handler.type, Sequence):
        return False
    for node in python.walk(Raise):
        function, made = python.function_at(node), node.exception
        kind = made.func if isinstance(made, Call) else made
        if kind is not None and dotted(kind) == dotted(handler.type) and _depends_on_values(python, function, node):
            return True
    return False


def _may_raise(python: PythonFacts, call: Call) -> bool:
    if python.qualified(call.func) in _PARSERS:
        return True
    if not isinstance(call.func, Attribute):
        return False
    if call.func.attr == "decode" and not call.arguments:
        return True
    held = call.func.value if call.func.attr in _INFERENCE else call.func
    own = python.self_name(python.frame_at(call))
    return (
        own is not None
        and isinstance(held, Attribute)
        and python.source(held.value) == own
        # What the class itself defines may catch the error on its own.
        and any(binding.kind == "value" for binding, _ in python.attributes.get(held.attr, ()))
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def root(self, x):
        if np.any(x < 0):
            raise ValueError("x is negative")
        return np.sqrt(x)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = self.root(x)
            except ValueError as error:
                pb_utils.Logger.log_error(str(error))
                raise
#               ^^^^^ TLP303
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()

            # The scale is given by the client.
            scale = json.loads(request.parameters())["scale"]
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP303
            y = pb_utils.Tensor("y", (x * scale).astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()

                # The scale is given by the client.
                scale = json.loads(request.parameters())["scale"]
                y = pb_utils.Tensor("y", (x * scale).astype(np.float32))
                responses.append(pb_utils.InferenceResponse([y]))
            except Exception as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0, 0] > 0:
                raise pb_utils.TritonModelException("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP303
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                scale = json.loads(request.parameters() or "{}").get("scale", 1)
                y = pb_utils.Tensor("y", (x * scale).astype(np.float32))
                responses.append(pb_utils.InferenceResponse([y]))
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            weight = float(np.char.decode(b"2"))
            if np.isnan(x).any() or x.max() > 10:
                raise ValueError("too large")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP303
            x = x * np.float32(weight)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Unknown(Exception):
    pass


class TritonPythonModel:
    rates = {1: 2.0, 2: 4.0}

    def rate(self, code):
        try:
            return self.rates[int(code)]
        except KeyError:
            raise Unknown(f"unknown code {code}") from None

    def convert(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        y = np.array([[self.rate(code)] for code in x[:, 0]], dtype=np.float32)
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        try:
            return [self.convert(request) for request in requests]
        except Unknown as error:
            raise pb_utils.TritonModelException(str(error))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP303
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
max_batch_size: 8
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([[float(text.decode())] for text in x[:, 0]], dtype=np.float32)
#                          ^^^^^^^^^^^^^^^^^^^^ TLP303
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- baskets/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- baskets/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, request):
        rows = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        sizes = [[len(json.loads(row[0]))] for row in rows]
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(sizes, dtype=np.int32))])

    def execute(self, requests):
        return [self._answer(request) for request in requests]
#               ^^^^^^^^^^^^^^^^^^^^^ TLP303
""",
    # An object of one's own that is made for each element; what a pattern finds in it is no JSON yet.
    """\
-- intent/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- intent/1/model.py --
import json
import re

import numpy as np
import triton_python_backend_utils as pb_utils

COMMAND = re.compile("turn (on|off)")


class Utterance:
    def __init__(self, payload):
        self.text = json.loads(payload)["text"]

    def length(self):
        found = COMMAND.search(self.text)
        return len(found.group(1)) if found else 0


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            lengths = [[Utterance(payload).length()] for payload in x.ravel()]
#                       ^^^^^^^^^^^^^^^^^^ TLP303
            y = pb_utils.Tensor("y", np.array(lengths, dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- intent/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- intent/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Utterance:
    def __init__(self, payload):
        try:
            self.text = json.loads(payload)
        except ValueError:
            self.text = payload.decode("utf-8", "replace")


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            lengths = [[len(str(Utterance(payload).text))] for payload in x.ravel()]
            y = pb_utils.Tensor("y", np.array(lengths, dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- age/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- age/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def parse(self, raw):
        document = json.loads(raw)
        return document["age"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                ages = [[self.parse(raw)] for raw in x.ravel()]
#                        ^^^^^^^^^^^^^^^ TLP303
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(ages, dtype=np.int32))]))
        return responses
""",
    """\
-- age/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- age/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def parse(self, raw):
        document = json.loads(raw)
        if "age" not in document:
            raise ValueError("no age")
        return document["age"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                ages = [[self.parse(raw)] for raw in x.ravel()]
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(ages, dtype=np.int32))]))
        return responses
""",
    """\
-- numbers/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- numbers/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.astype(np.int32)
#               ^^^^^^^^^^^^^^^^^^ TLP303
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # What is raised again is caught by its class.
    """\
-- again/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- again/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def parsed(self, text):
        error = None
        for part in (text, text[1:]):
            try:
                return float(part)
            except ValueError as problem:
                error = problem
        if error is not None:
            raise error

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = np.array([[self.parsed(text.decode())] for text in x[:, 0]], dtype=np.float32)
            except ValueError as problem:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(problem))))
            else:
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- caught/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 300000 }
-- caught/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        try:
            y = np.array([[float(text)] for text in x[:, 0]], dtype=np.float32)
        except ValueError as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        except MemoryError:
            pb_utils.Logger.log_error("out of memory")
            raise
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        try:
            return [self.answer(request) for request in requests]
        except Exception as error:
            pb_utils.Logger.log_error(f"this is a bug: {error}")
            raise
""",
    # The `try` stands around all requests: TLP312 tells where it should be.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        try:
            for request in requests:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            return responses
        except Exception as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP312
            pb_utils.Logger.log_error(f"no answers: {error}")
            raise error
""",
)
