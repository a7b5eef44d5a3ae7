"""Something else than a response in the list of responses

## What it does
Reports tensors, arrays, lists, strings and None put into the list that execute returns, and `extend` or `+=` with one
response.

## What happens
Every request of the call fails. None in the list of a model without a response sender is worse since 24.06: the client
of that request waits for ever.

## How to fix
Append `pb_utils.InferenceResponse(output_tensors=[…])`.

## Source
Facts, python-backend 6.4 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import completes, is_generator, own_nodes, returns
from tritonlint.inputs.python_join import switched_off, uses_sender
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_response_flow import starts_list, used_elsewhere
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    FString,
    Function,
    Name,
    Sequence,
    Starred,
    Subscript,
    dotted,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP210",
    name="response-list-element",
    effect="request-failure",
    server_says=("object in the execute function return list, found type", "object is not iterable"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or effective.decoupled is not False:
        return
    # What a decorator makes of it is played only.
    found = list(_seen(python, execute)) if not execute.decorators else []
    yield from found
    for mistake in mistakes(python, config, effective, "element") if not found else ():
        yield Problem(
            mistake.span,
            f"a {mistake.found} is in this list, which takes InferenceResponse objects only",
            help="append `pb_utils.InferenceResponse(output_tensors=[…])`",
            certainty="certain" if mistake.sure else "likely",
            key=mistake.found,
            general=mistake.span,
        )


def _seen(python: PythonFacts, execute: Function) -> Iterator[Problem]:
    told: set[Span] = set()
    every = [(part, whole) for element, whole in _elements(python, execute) for part in _branches(element)]
    for element, whole in every:
        sources = python.follow(element)
        if not sources or element.span in told or switched_off(python, element):
            continue
        kinds = [_kind(python, source, where) for source, where in sources]
        kind = kinds[0]
        right = kinds.count("an InferenceResponse")
        if kind is None or None in kinds or right not in {0, len(kinds)}:
            continue
        if whole:
            if not right:
                continue
            told.add(element.span)
            start, end = element.span.start, element.span.end
            edits = (Edit(Span(python.path, start, start), "["), Edit(Span(python.path, end, end), "]"))
            yield Problem(
                element.span,
                "this is one response, not a list: adding it raises `object is not iterable`",
                help="use `append`",
                fix=Fix("make it a list", edits, safety="unsafe"),
                key="extend",
            )
        elif not right and not (kind == "None" and uses_sender(python)):
            told.add(element.span)
            pb = pb_alias(python)
            fix = None
            if kind in {"a Tensor", "a list"} and pb is not None:
                before, after = ("([", "])") if kind == "a Tensor" else ("(", ")")
                start, end = element.span.start, element.span.end
                wrap = (
                    Edit(Span(python.path, start, start), f"{pb}.InferenceResponse{before}"),
                    Edit(Span(python.path, end, end), after),
                )
                fix = Fix("make it a response", wrap, safety="unsafe")
            yield Problem(
                element.span,
                "None in the list of responses: the client of this request waits for ever (before 24.06: an error)"
                if kind == "None"
                else f"this is {kind}, but the list that execute returns takes InferenceResponse objects only",
                help="append `pb_utils.InferenceResponse(output_tensors=[…])`",
                fix=fix,
                key=kind,
            )


def _elements(python: PythonFacts, execute: Function) -> Iterator[tuple[Expr, bool]]:
    """What gets into the returned lists; True behind what is added as if it were a list itself."""
    names: set[str] = set()
    for statement in returns(execute):
        value = statement.value
        if isinstance(value, Name):
            names.add(value.id)
        elif value is not None:
            yield from _of_list(value)
    lists = {
        target.id
        for node in own_nodes(execute, Assign)
        if starts_list(node) or _is_list(node.value)
        for target in node.targets
        if isinstance(target, Name) and target.id in names
    }
    # What another list is made of later need not be what is returned.
    lists -= {
        target.id
        for node in own_nodes(execute, Assign)
        if not (node.operator or starts_list(node) or isinstance(node.value, Sequence))
        for target in node.targets
        if isinstance(target, Name)
    }
    if not lists:
        return
    for node in own_nodes(execute, Call, Assign):
        if isinstance(node, Call) and isinstance(node.func, Attribute) and len(node.arguments) == 1 and node.certain:
            if isinstance(node.func.value, Name) and node.func.value.id in lists:
                if node.func.attr == "append":
                    # What only keeps the place of a response is replaced by it, here or where the list is given to.
                    name = node.func.value.id
                    if name not in _replaced(execute) and not used_elsewhere(execute, name):
                        yield node.arguments[0].value, False
                elif node.func.attr == "extend":
                    yield from _of_list(node.arguments[0].value)
                    yield node.arguments[0].value, True
        elif isinstance(node, Assign) and any(dotted(t) in lists for t in node.targets) and node.value is not None:
            made = list(_of_list(node.value))
            if made and (node.operator or not any(_changes_later(execute, dotted(t)) for t in node.targets)):
                yield from made
            if node.operator == "+":
                yield node.value, True


def _changes_later(execute: Function, name: str | None) -> bool:
    return name in _filled(execute) or (name is not None and used_elsewhere(execute, name))


def _filled(execute: Function) -> set[str | None]:
    """Lists whose elements are replaced, here or by what they are given to: what they are made with does not stay."""
    return _replaced(execute) | {
        dotted(a.value) for call in own_nodes(execute, Call) for a in call.arguments if dotted(call.func) != "len"
    }


def _replaced(execute: Function) -> set[str | None]:
    """Lists of which an element is replaced."""
    return {
        dotted(target.value)
        for node in own_nodes(execute, Assign)
        for target in node.targets
        if isinstance(target, Subscript)
    }


def _branches(expr: Expr) -> Iterator[Expr]:
    """The outcomes of a conditional expression that is written out where it is used."""
    if isinstance(expr, Conditional):
        yield from _branches(expr.body)
        yield from _branches(expr.orelse)
    else:
        yield expr


def _is_list(expr: Expr | None) -> bool:
    return isinstance(expr, Sequence | Comprehension) and expr.kind == "list"


def _of_list(expr: Expr) -> Iterator[tuple[Expr, bool]]:
    if isinstance(expr, Sequence) and expr.kind == "list":
        yield from ((item, False) for item in expr.items if not isinstance(item, Starred))
    elif isinstance(expr, Comprehension) and expr.kind == "list" and len(expr.elements) == 1:
        yield expr.elements[0], False


def _number(sum_: Binary) -> bool:
    return any(isinstance(side, Constant) and isinstance(side.value, int | float) for side in (sum_.left, sum_.right))


def _lists(product: Binary) -> bool:
    return any(isinstance(side, Sequence | Comprehension) for side in (product.left, product.right))


_ARITHMETIC = frozenset({"-", "/", "//", "**", "@"})
_OF_ARRAYS = frozenset({"as_numpy", "astype", "reshape"})


def _kind(python: PythonFacts, expr: Expr, frame: Frame, depth: int = 0) -> str | None:
    if isinstance(expr, Constant):
        return "None" if expr.value is None else f"a {type(expr.value).__name__}"
    if isinstance(expr, FString):
        return "a str"
    if isinstance(expr, Sequence):
        return f"a {expr.kind}"
    if isinstance(expr, Dict):
        return "a dict"
    if isinstance(expr, Binary) and (
        expr.operator in _ARITHMETIC or (expr.operator in {"+", "*"} and _number(expr) and not _lists(expr))
    ):
        return "a number or an array"
    if not isinstance(expr, Call):
        return None
    own = python.self_name(frame)
    if own is not None and isinstance(expr.func, Attribute) and dotted(expr.func.value) == own and depth < 2:
        method = python.method(expr.func.attr)
        if method is None or method.decorators or method.is_async or is_generator(method) or completes(method.body):
            return None
        given = [s.value for s in returns(method) if s.value is not None]
        kinds = {
            _kind(python, source, where, depth + 1)
            for value in given
            for source, where in python.follow(value) or ((value, python.frame_of(method)),)
        }
        return kinds.pop() if len(kinds) == 1 and len(given) == len(returns(method)) else None
    name = python.pb_name(expr.func, frame)
    if name is not None:
        return {
            "InferenceResponse": "an InferenceResponse",
            "Tensor": "a Tensor",
            "Tensor.from_dlpack": "a Tensor",
            "TritonError": "a TritonError",
            "InferenceRequest": "an InferenceRequest",
            "get_input_tensor_by_name": "a Tensor",
        }.get(name)
    if (python.qualified(expr.func, frame) or "").startswith("numpy."):
        return "a NumPy array"
    if isinstance(expr.func, Attribute) and expr.func.attr in _OF_ARRAYS:
        return "a NumPy array"
    return {"Future": "a Future (its `result()` is meant)", "None": "None"}.get(kind_of(python, expr, frame) or "")


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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(y)
#                            ^ TLP210
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses += pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP210
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses += [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])]
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                responses.append(None)
#                                ^^^^ TLP210
                continue
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses += [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])]
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        return [self.pool.submit(self.answer, request) for request in requests]
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP210
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
            result = self.predict(x)
            responses.append(result)
#                            ^^^^^^ TLP210
        return responses

    def predict(self, x):
        return x * 2
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import concurrent.futures

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        responses = []
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            for request in requests:
                responses.append(pool.submit(self.answer, request))
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP210
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        responses = []
        for request in requests:
            thread = threading.Thread(target=self.answer, args=(request,))
            thread.start()
            responses.append(thread.join())
#                            ^^^^^^^^^^^^^ TLP210
        return responses
""",
    """\
-- ages/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "age" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "adult" data_type: TYPE_BOOL dims: [ 1 ] }
dynamic_batching { }
-- ages/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for index, request in enumerate(requests):
            responses.append(None)
            age = pb_utils.get_input_tensor_by_name(request, "age").as_numpy()
            if age.min() < 0:
                responses[index] = pb_utils.InferenceResponse(error=pb_utils.TritonError("below 0"))
                continue
            responses[index] = pb_utils.InferenceResponse([pb_utils.Tensor("adult", age >= 18)])
        return responses
""",
)
