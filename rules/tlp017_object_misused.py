"""A request, response or tensor is asked for what it does not have

## What it does
Follows the requests of `execute`, the tensors that `get_input_tensor_by_name` gives, `InferenceRequest`s and their
responses, also into methods of the file, and reports attributes that they do not have (`tensor.numpy()`,
`request.get_input(…)`), methods that are used without being called (`tensor.shape[0]`, `request.inputs["a"]`),
arithmetic, indexing and loops on tensors that were not made arrays with `.as_numpy()`, entries of
`request.parameters()`, which is JSON text, and swapped arguments of `get_input_tensor_by_name`.

## What happens
AttributeError or TypeError where the line is reached: the whole call of `execute` fails.

## How to fix
The members are: requests `inputs()`, `request_id()`, `correlation_id()`, `requested_output_names()`, `parameters()`,
`timeout()`, `flags()`, `get_response_sender()`, `is_cancelled()`, `exec()`; responses `output_tensors()`,
`has_error()`, `error()`; tensors `as_numpy()`, `name()`, `shape()`, `triton_dtype()`, `is_cpu()`, `to_dlpack()`. All
are methods.

## Source
`dir()` of the objects on a server of 24.10; every form of the examples was run there.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_objects import MEMBERS, Kind, Objects, objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Clause,
    Compare,
    Comprehension,
    Expr,
    For,
    Name,
    Node,
    Subscript,
    is_text,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP017",
    name="object-misused",
    effect="request-failure",
    server_says=("object has no attribute", "object is not subscriptable", "unsupported operand type"),
)
INSTEAD: dict[str, str] = {
    "numpy": "as_numpy()",
    "data": "as_numpy()",
    "to_numpy": "as_numpy()",
    "dtype": "as_numpy().dtype",
    "get_input": 'pb_utils.get_input_tensor_by_name(request, "name")',
    "input": "inputs()",
    "id": "request_id()",
    "outputs": "output_tensors()",
    "get_output": 'pb_utils.get_output_tensor_by_name(response, "name")',
    "message": "error().message()",
}
OF_ARRAYS = frozenset({"shape", "size", "ndim", "dtype", "T", "nbytes"})
NOT_OF_ARRAYS = frozenset(
    {"as_numpy", "numpy", "cpu", "cuda", "detach", "to", "unsqueeze", "permute", "float", "half", "append", "extend"}
)
TAKING = frozenset({"get_input_tensor_by_name", "get_output_tensor_by_name", "TritonError", "TritonModelException"})
"""Functions and classes of pb_utils that are given such an object."""
ORDERS = frozenset({"<", ">", "<=", ">="})
KEPT = frozenset({"as_numpy", "correlation_id", "request_id", "flags"})
"""Methods whose results are given names, and they themselves hardly ever."""
OF_DICTS = frozenset({"get", "items", "keys", "values", "pop"})
_ANY_MEMBER = frozenset().union(*MEMBERS.values())
NOUNS: dict[Kind, str] = {
    "request": "a request",
    "requests": "the list of requests",
    "response": "a response",
    "tensor": "a pb_utils.Tensor",
    "array": "a NumPy array",
    "error": "a TritonError",
    "answers": "an iterator over responses",
}


def check(python: PythonFacts) -> Iterator[Problem]:
    execute, initialize = python.method("execute"), python.method("initialize")
    if not python.pb_calls or execute is None:
        return
    objects = objects_of(python)
    others = {name for name, bound in python.frames[0].bindings.items() if bound[0].kind != "value"} | {"self"}
    for node in chain(
        # Most attributes are those of modules and of the model itself.
        (n for n in python.walk(Attribute) if n.value.__class__ is not Name or n.value.id not in others),
        (made.call for made in python.pb_calls if made.name in TAKING),
        (n for n in python.walk(Call) if isinstance(n.func, Attribute) and n.func.attr in OF_ARRAYS),
        python.walk(Subscript, Binary),
        (n for n in python.walk(Assign) if n.operator or isinstance(n.value, Attribute)),
        (n for n in python.walk(Compare) if not ORDERS.isdisjoint(n.operators)),
        python.walk(For, Clause),
        (n for n in python.walk(Comprehension) if n.kind == "dict"),
    ):
        found = _wrong(python, objects, node)
        if found is None or guarded(python.body, node):
            continue
        span, message, help_text, fix = found
        again = _same_text(python, objects, node) if help_text == _PARSE else []
        if any((other.start or 0) < (node.span.start or 0) for other in again):
            continue
        loads = initialize is not None and unconditional(initialize, node)
        yield Problem(
            span,
            message,
            help=help_text,
            fix=fix,
            key=python.source(node)[:60],
            effect="load-failure" if loads else None,
            # Methods as the keys of a dict fail only where a key is looked up.
            certainty="certain"
            if (loads or unconditional(execute, node)) and not isinstance(node, Comprehension) and not _of_request(node)
            else "likely",
            related=tuple(Related(other, "and here") for other in again),
            # Another rule may know that the called model sends several.
            general=node.iterable.span if isinstance(node, For | Clause) else None,
        )


Found = tuple[Span, str, str, Fix | None]


def _wrong(python: PythonFacts, objects: Objects, node: Node) -> Found | None:
    if isinstance(node, Attribute):
        return _attribute(objects, node)
    if isinstance(node, Call):
        return _call(python, objects, node)
    if isinstance(node, For | Clause) and objects.kind(node.iterable) == "response":
        what = "this is one response, not an iterator over responses: looping over it raises TypeError"
        return node.iterable.span, what, "leave out the loop, or call `exec(decoupled=True)`", None
    for operand, doing in _operands(objects, node):
        if isinstance(operand, Attribute) and operand.attr in _ANY_MEMBER:
            kind = objects.kind(operand.value)
            if kind in MEMBERS and operand.attr in MEMBERS[kind]:
                return _uncalled(operand)
        if isinstance(operand, Name) and objects.kind(operand) == "tensor":
            end = operand.span.end
            fix = Fix("make it an array", (Edit(Span(python.path, end, end), ".as_numpy()"),), safety="unsafe")
            what = f"`{operand.id}` is a pb_utils.Tensor and cannot be {doing}: this raises TypeError"
            return operand.span, what, "ask for its array first: `.as_numpy()`", fix
    if isinstance(node, Subscript) and len(node.items) == 1 and is_text(node.items[0]):
        kind = objects.kind(node.value)
        if kind == "parameters":
            return node.span, "`parameters()` is JSON text, not a dict: this raises TypeError", _PARSE, None
        if kind == "tensors":
            return node.span, "this is a list of tensors, not a dict: the request fails", _BY_NAME, None
    return None


def _same_text(python: PythonFacts, objects: Objects, node: Node) -> list[Span]:
    """Where else text that has a name is taken for a dict: it is to be parsed once, where it gets its name."""
    function, named = python.function_at(node), getattr(node, "value", None)
    if function is None or not isinstance(named, Name):
        return []
    others = [n for n in own_nodes(function, Attribute, Subscript) if n is not node]
    same = [n for n in others if isinstance(n.value, Name) and n.value.id == named.id]
    return [n.span for n in same if _wrong(python, objects, n) is not None]


_PARSE = "parse it first: `json.loads(request.parameters())`"
_BY_NAME = "use `pb_utils.get_input_tensor_by_name(request, name)`, or make a dict of `tensor.name()`"


def _attribute(objects: Objects, node: Attribute) -> Found | None:
    if node.attr.startswith("__"):
        return None
    value = node.value
    if isinstance(value, Attribute):
        # `tensor.as_numpy.astype(…)`: the method itself is asked.
        kind = objects.kind(value.value) if value.attr in _ANY_MEMBER else None
        return _uncalled(value) if kind in MEMBERS and value.attr in MEMBERS[kind] else None
    kind = objects.kind(value)
    if kind is None:
        return None
    if kind == "parameters" and node.attr in OF_DICTS:
        return node.attr_span, "`parameters()` is JSON text, not a dict: this raises AttributeError", _PARSE, None
    if kind == "array" and node.attr in NOT_OF_ARRAYS:
        return node.attr_span, f"a NumPy array has no `{node.attr}`: this raises AttributeError", _ARRAY, None
    if kind not in MEMBERS or node.attr in MEMBERS[kind]:
        return None
    near = (INSTEAD.get(node.attr) if kind in {"request", "response", "tensor"} else None) or next(
        iter(get_close_matches(node.attr, MEMBERS[kind], 1, 0.75)), ""
    )
    if kind == "answers":
        help_text = "loop over it: `for answer in answers:`, or call `exec()` without `decoupled=True`"
    elif kind == "tensor" and not near:
        help_text = f"if the array is meant: `.as_numpy().{node.attr}`"
    else:
        help_text = f"use `{near}`" if near else f"it has {', '.join(sorted(MEMBERS[kind]))}"
    return node.attr_span, f"{NOUNS[kind]} has no `{node.attr}`: this raises AttributeError", help_text, None


_ARRAY = "`.as_numpy()` has given an array already; convert with NumPy, or make a torch tensor of it first"


def _call(python: PythonFacts, objects: Objects, node: Call) -> Found | None:
    name = python.pb_name(node.func)
    if name in {"get_input_tensor_by_name", "get_output_tensor_by_name"} and node.certain:
        first, second = node.argument(0), node.argument(1)
        wanted: Kind = "request" if name == "get_input_tensor_by_name" else "response"
        if first is None:
            return None
        if is_text(first) and second is not None and not is_text(second):
            edits = (Edit(first.span, python.source(second)), Edit(second.span, python.source(first)))
            what = f"the {wanted} comes first and the name second: this raises AttributeError"
            return first.span, what, "swap the arguments", Fix("swap the arguments", edits)
        kind = objects.kind(first)
        if kind == "answers" and f"{python.source(first)}.has_error" in python.text:
            return None  # Told where that is asked.
        if kind in NOUNS and kind != wanted:
            what = f"`{name}` takes one {wanted}; this is {NOUNS[kind]}: it raises AttributeError"
            return first.span, what, f"give it a {wanted}", None
        return None
    if name in {"TritonError", "TritonModelException"}:
        text = node.argument(0)
        if isinstance(text, Attribute) and text.attr == "message" and objects.kind(text.value) == "error":
            return _uncalled(text)
        return None
    if isinstance(node.func, Attribute) and node.func.attr in OF_ARRAYS and objects.kind(node.func.value) == "array":
        span = Span(python.path, node.func.attr_span.end, node.span.end)
        fix = Fix("remove the parentheses", (Edit(span, ""),)) if not node.arguments else None
        what = f"`{node.func.attr}` of a NumPy array is no method: calling it raises TypeError"
        return node.func.attr_span, what, f"write `.{node.func.attr}`", fix
    return None


def _uncalled(node: Attribute) -> Found:
    end = node.span.end
    fix = Fix("call it", (Edit(Span(node.span.path, end, end), "()"),), safety="unsafe")
    return node.attr_span, f"`{node.attr}` is a method and is not called here: the request fails", "add `()`", fix


def _operands(objects: Objects, node: Node) -> Iterator[tuple[Expr, str]]:
    if isinstance(node, Comprehension):
        if node.kind == "dict" and isinstance(node.elements[0], Attribute):
            yield node.elements[0], "used as a key"
    elif isinstance(node, Binary) and node.operator not in {"and", "or"}:
        yield node.left, "calculated with"
        yield node.right, "calculated with"
    elif isinstance(node, Assign) and node.operator and node.value is not None:
        yield node.value, "calculated with"
    elif isinstance(node, Assign) and isinstance(node.value, Attribute) and node.value.attr in KEPT:
        if not any(isinstance(target, Name) and _is_called(objects, target.id) for target in node.targets):
            yield node.value, "kept"
    elif isinstance(node, Compare) and not ORDERS.isdisjoint(node.operators):
        yield node.left, "compared"
        for right in node.rights:
            yield right, "compared"
    elif isinstance(node, Subscript):
        yield node.value, "indexed"
    elif isinstance(node, For | Clause):
        yield node.iterable, "iterated over"


def _of_request(node: Node) -> bool:
    """Whether a method of a request gets a name, which by itself does no harm."""
    return isinstance(node, Assign) and isinstance(node.value, Attribute) and node.value.attr in KEPT - {"as_numpy"}


def _is_called(objects: Objects, name: str) -> bool:
    return any(call.func is reference for reference, call in objects.uses().get(name, ()))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").numpy()
#                                                               ^^^^^ TLP017
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x")
        y = np.ones(x.shape[0], dtype=np.float32)
#                     ^^^^^ TLP017
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        return [self.answer(request) for request in requests]
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x")
        y = np.ones(x.shape()[0], dtype=np.float32)
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])

    def execute(self, requests):
        return [self.answer(request) for request in requests]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = x * 2
#               ^ TLP017
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = x.as_numpy() * 2
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
    def execute(self, requests):
        responses = []
        for request in requests:
            scale = float(request.parameters()["scale"])
#                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP017
            x = pb_utils.get_input_tensor_by_name("x", request).as_numpy()
#                                                 ^^^ TLP017
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * scale)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            tensors = {tensor.name(): tensor for tensor in request.inputs()}
            options = json.loads(request.parameters())
            x = tensors["x"].as_numpy() if "x" in tensors else np.ones(2, dtype=np.float32)
            if x.shape[0] != request.inputs()[0].shape()[0]:
                pb_utils.Logger.log_warn(f"{request.request_id()}: {options.get('scale')}")
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
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answers = call.exec(decoupled=True)
            if answers.has_error():
#                      ^^^^^^^^^ TLP017
                raise pb_utils.TritonModelException("the other model failed")
            x = pb_utils.get_output_tensor_by_name(answers, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
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
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message)
#                                                                  ^^^^^^^ TLP017
            x = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
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
            arrays = {tensor.name: tensor.as_numpy() for tensor in request.inputs()}
#                            ^^^^ TLP017
            x = arrays["x"]
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
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            for answer in call.exec():
#                         ^^^^^^^^^^^ TLP017
                if answer.has_error():
                    raise pb_utils.TritonModelException(answer.error().message())
                x = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
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
-- steps/config.pbtxt --
backend: "python"
max_batch_size: 1
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
sequence_batching { }
-- steps/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.steps = {7: 1}

    def execute(self, requests):
        responses = []
        for request in requests:
            sequence = request.correlation_id
#                              ^^^^^^^^^^^^^^ TLP017
            y = np.array([[self.steps.get(sequence, sequence)]], dtype=np.int32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
