"""Which of the Python backend's objects an expression is: request, response, tensor, and what their methods give.

Members were read with ``dir()`` on a server of 24.10; those that came later are listed too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import innermost_block, own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Conditional,
    Constant,
    Delete,
    Dict,
    Expr,
    For,
    Function,
    Name,
    Node,
    Subscript,
    Unary,
    While,
    dotted,
    lies_in,
    walk,
)
from tritonlint.remember import remembered

Kind = Literal[
    "request", "requests", "response", "tensor", "tensors", "array", "shape", "parameters", "error", "answers"
]

MEMBERS: dict[Kind, frozenset[str]] = {
    "request": frozenset(
        {"async_exec", "correlation_id", "exec", "flags", "get_response_sender", "inputs", "is_cancelled"}
        | {"model_name", "model_version", "parameters", "request_id", "requested_output_names", "set_flags"}
        | {"set_release_flags", "timeout", "trace"}
    ),
    "response": frozenset({"error", "has_error", "output_tensors", "parameters"}),
    "tensor": frozenset({"as_numpy", "from_dlpack", "is_cpu", "name", "shape", "to_dlpack", "triton_dtype"}),
    "error": frozenset(
        {"CODE", "code", "message", "ALREADY_EXISTS", "CANCELLED", "INTERNAL", "INVALID_ARG", "NOT_FOUND"}
        | {"UNAVAILABLE", "UNKNOWN", "UNSUPPORTED"}
    ),
    "answers": frozenset({"cancel"}),
}
"""What can be asked of an object; all of them are methods, but for the codes of an error."""

_MADE: dict[str, Kind] = {
    "get_input_tensor_by_name": "tensor",
    "get_output_tensor_by_name": "tensor",
    "Tensor": "tensor",
    "Tensor.from_dlpack": "tensor",
    "InferenceRequest": "request",
    "InferenceResponse": "response",
    "TritonError": "error",
}
_GIVEN: dict[tuple[Kind, str], Kind] = {
    ("request", "inputs"): "tensors",
    ("request", "parameters"): "parameters",
    ("response", "output_tensors"): "tensors",
    ("response", "error"): "error",
    ("tensor", "as_numpy"): "array",
    ("tensor", "shape"): "shape",
}
_ELEMENTS: dict[Kind, Kind] = {"tensors": "tensor", "requests": "request", "answers": "response"}
_OBJECTS = frozenset({Name, Attribute, Call, Await, Subscript})
"""Expressions that can be one of these objects."""
_MAX_STEPS = 12


@remembered
def objects_of(python: PythonFacts) -> Objects:
    """The one set of answers for a file."""
    return Objects(python)


class Objects:
    """Answers for one file; asking twice costs once."""

    def __init__(self, python: PythonFacts) -> None:
        self._python = python
        self._known: dict[tuple[Node | str, int], Kind | None] = {}
        self._made = {made.call: made.name for made in python.pb_calls}
        self._uses: dict[str, list[tuple[Name | Attribute, Call]]] | None = None

    def kind(self, expr: Expr, frame: Frame | None = None, steps: int = 0) -> Kind | None:
        """What an expression is; None when that is not known or differs from one assignment to another."""
        if steps > _MAX_STEPS:
            return None
        if expr.__class__ not in _OBJECTS:
            return None
        frame = frame or self._python.frame_at(expr)
        # A name stands for the same wherever a frame uses it, unless a comprehension binds it anew.
        plain = isinstance(expr, Name) and expr not in self._python.shadowed
        key = (expr.id if isinstance(expr, Name) and plain else expr, frame.number)
        if key not in self._known:
            self._known[key] = None  # an expression that leads back to itself is not known
            self._known[key] = self._kind(expr, frame, steps + 1)
        return self._known[key]

    def _kind(self, expr: Expr, frame: Frame, steps: int) -> Kind | None:
        if isinstance(expr, Name):
            return self._name(expr, frame, steps)
        if isinstance(expr, Attribute):
            sources = self._python.follow(expr, frame)
            if sources is None or any(source is expr for source, _ in sources):
                return None
            return _only({self.kind(source, where, steps) for source, where in sources})
        if isinstance(expr, Call):
            return self._call(expr, frame, steps)
        if isinstance(expr, Await) and isinstance(expr.value, Call) and isinstance(expr.value.func, Attribute):
            if expr.value.func.attr != "async_exec" or expr.value.arguments:
                return None
            return "response" if self.kind(expr.value.func.value, frame, steps) == "request" else None
        if isinstance(expr, Subscript) and len(expr.items) == 1 and _is_number(expr.items[0]):
            owner = self.kind(expr.value, frame, steps)
            return "tensor" if owner == "tensors" else "request" if owner == "requests" else None
        return None

    def _name(self, name: Name, frame: Frame, steps: int) -> Kind | None:
        found = self._python.bindings_at(name, frame)
        if found is None:
            return None
        kinds: set[Kind | None] = set()
        for binding in found[0]:
            if binding.kind == "value" and binding.expr is not None:
                kinds.add(self.kind(binding.expr, found[1], steps))
            elif binding.kind == "element" and binding.expr is not None:
                kinds.add(self._element(binding.expr, binding.index, found[1], steps))
            elif binding.kind == "parameter":
                kinds.add(self._parameter(name.id, found[1], steps))
            else:
                return None
        return _only(kinds)

    def _element(self, iterable: Expr, index: int | None, frame: Frame, steps: int) -> Kind | None:
        if isinstance(iterable, Call) and iterable.certain:
            name, first = dotted(iterable.func), iterable.argument(0)
            if name == "enumerate" and first is not None:
                return self._element(first, None, frame, steps) if index == 1 else None
            if name == "zip" and index is not None:
                part = iterable.argument(index)
                return self._element(part, None, frame, steps) if part is not None else None
            if name in {"list", "reversed", "sorted", "tuple"} and first is not None and index is None:
                return self._element(first, None, frame, steps)
        if index is not None:
            return None
        owner = self.kind(iterable, frame, steps)
        return _ELEMENTS.get(owner) if owner is not None else None

    def _parameter(self, name: str, frame: Frame, steps: int) -> Kind | None:
        """What all calls of a function in this file hand over."""
        function = frame.function
        if function is None:
            return None
        if function is self._python.method("execute") and not function.decorators:
            return "requests" if len(function.positional) > 1 and function.positional[1].name == name else None
        names = [one.name for one in function.positional]
        # Nobody but Triton calls most methods, and then not every call has to be looked at.
        if name not in names or function.decorators or function.name not in self._python.used_names:
            return None
        bound = frame.in_class is not None
        position = names.index(name) - bound
        if position < 0:
            return None
        kinds: set[Kind | None] = set()
        for reference, call in self.uses().get(function.name, ()):
            if isinstance(reference, Attribute) == bound:
                kinds.add(self._handed(reference, call, position, name, steps))
        return _only(kinds)

    def arguments_for(self, parameter: Name) -> list[Expr] | None:
        """What the calls in this file hand over for the parameter that a name stands for; None when not all are seen.

        A value that a call leaves to the default is left out.
        """
        frame = self._python.frame_at(parameter)
        function = frame.function
        found = frame.bindings.get(parameter.id, [])
        if function is None or [one.kind for one in found] != ["parameter"]:
            return None
        method = frame.in_class is not None
        static = method and [dotted(one) for one in function.decorators] == ["staticmethod"]
        if function.decorators and not static:
            return None
        names = [one.name for one in function.positional]
        first = int(method and not static)
        if parameter.id not in names[first:]:
            return None
        position = names.index(parameter.id) - first
        handed = []
        made = frame.in_class if function.name == "__init__" else None
        if made is not None and (made.decorators or made.keywords or made.bases or "__init__" in self.uses()):
            return None
        # An object is made by the name of its class.
        for reference, call in self.uses().get(made.name if made is not None else function.name, ()):
            if isinstance(reference, Attribute) != (method and made is None):
                continue
            if call.func is not reference or not call.certain:
                return None
            value = call.argument(position, parameter.id)
            if value is not None:
                handed.append(value)
        return handed or None

    def always_given(self, parameter: Name) -> list[Expr] | None:
        """Like :meth:`arguments_for`, for a parameter without default of what only this file's own class or code calls.

        Any object may have a method of the same name.
        """
        function = self._python.frame_at(parameter).function
        if function is None or any(p.default is not None for p in function.positional if p.name == parameter.id):
            return None
        for reference, _ in self.uses().get(function.name, ()):
            if isinstance(reference, Attribute) and dotted(reference.value) != "self":
                return None
        return self.arguments_for(parameter)

    def uses(self) -> dict[str, list[tuple[Name | Attribute, Call]]]:
        """Calls in which a function or method of a name is called, or handed on, by that name."""
        if self._uses is None:
            self._uses = {}
            for node in self._python.walk(Call):
                parts = [node.func]
                parts += [argument.value for argument in node.arguments]
                for part in parts:
                    if isinstance(part, Name):
                        self._uses.setdefault(part.id, []).append((part, node))
                    elif isinstance(part, Attribute):
                        self._uses.setdefault(part.attr, []).append((part, node))
        return self._uses

    def _handed(self, reference: Name | Attribute, call: Call, position: int, name: str, steps: int) -> Kind | None:
        if call.func is reference:
            value = call.argument(position, name) if call.certain else None
            return self.kind(value, None, steps) if value is not None else None
        if dotted(call.func) == "map" and call.argument(0) is reference and position == 0:
            items = call.argument(1)
            return self._element(items, None, self._python.frame_at(items), steps) if items is not None else None
        return None

    def _call(self, call: Call, frame: Frame, steps: int) -> Kind | None:
        made = self._made.get(call)
        if made is not None:
            return _MADE.get(made)
        if isinstance(call.func, Attribute):
            owner = self.kind(call.func.value, frame, steps)
            if owner == "request" and call.func.attr == "exec":
                return _executed(call)
            if owner is not None and not call.arguments:
                return _GIVEN.get((owner, call.func.attr))
        return None


def _executed(call: Call) -> Kind | None:
    """What ``exec(…)`` gives: with ``decoupled=True`` an iterator, whatever the called model is."""
    if not call.arguments:
        return "response"
    decoupled = call.argument(0, "decoupled")
    return "answers" if isinstance(decoupled, Constant) and decoupled.value is True else None


def _is_number(expr: Expr) -> bool:
    if isinstance(expr, Unary):
        expr = expr.operand
    return isinstance(expr, Constant) and isinstance(expr.value, int)


def _only(kinds: set[Kind | None]) -> Kind | None:
    return kinds.pop() if len(kinds) == 1 else None


def spread_keys(python: PythonFacts, call: Call) -> Iterator[tuple[str, Node]]:
    """The keywords that dicts after ``**`` bring to a call, and where each is put into its dict.

    Dicts of the function around are followed; one that has keys taken out again is not.
    """
    for argument in call.arguments:
        if argument.star == "**":
            yield from _keys_of(python, argument.value)


def _keys_of(python: PythonFacts, expr: Expr) -> Iterator[tuple[str, Node]]:
    if isinstance(expr, Dict):
        for key, value in zip(expr.keys, expr.values, strict=True):
            if isinstance(key, Constant) and isinstance(key.value, str):
                yield key.value, key
            elif key is None:
                yield from _keys_of(python, value)
    elif isinstance(expr, Call) and dotted(expr.func) == "dict":
        yield from ((one.keyword, one.value) for one in expr.arguments if one.keyword is not None)
    elif isinstance(expr, Conditional):
        yield from (*_keys_of(python, expr.body), *_keys_of(python, expr.orelse))
    elif isinstance(expr, Name) and (function := python.function_at(expr)) is not None:
        first, end = _lasts(function, expr)
        found = _keys_put_into(python, expr.id, function)
        yield from ((key, place) for key, place in found if first <= (place.span.start or 0) < end)


def _lasts(function: Function, use: Name) -> tuple[int, float]:
    """From where to where statements may change what a name stands for that was surely assigned before its use."""
    first, end = 0, float("inf")
    for assign in own_nodes(function, Assign):
        start = assign.span.start or 0
        if not first < start < (use.span.start or 0) or all(dotted(target) != use.id for target in assign.targets):
            continue
        if any(lies_in(use, statement) for statement in innermost_block(function, assign)):
            first = start
            loops = [loop for loop in own_nodes(function, For, While) if lies_in(use, loop)]
            end = (use.span.start or 0) if all(lies_in(assign, loop) for loop in loops) else float("inf")
    return first, end


def _keys_put_into(python: PythonFacts, name: str, function: Function) -> Iterator[tuple[str, Node]]:
    """What the statements of a function put into a dict of its own."""
    found: list[tuple[str, Node]] = []
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            if isinstance(target, Name) and target.id == name and assign.value is not None:
                if not isinstance(assign.value, Dict | Call | Conditional):
                    return
                found += _keys_of(python, assign.value)
            elif isinstance(target, Subscript) and dotted(target.value) == name and len(target.items) == 1:
                key = target.items[0]
                if not isinstance(key, Constant) or not isinstance(key.value, str):
                    return
                found.append((key.value, target))
    for call in own_nodes(function, Call):
        if not isinstance(call.func, Attribute) or dotted(call.func.value) != name:
            continue
        if call.func.attr in {"pop", "popitem", "clear"}:
            return
        first = call.arguments[0].value if call.arguments else None
        if call.func.attr == "update":
            found += [(one.keyword, one.value) for one in call.arguments if one.keyword is not None]
            found += _keys_of(python, first) if isinstance(first, Dict) else ()
        elif call.func.attr == "setdefault" and isinstance(first, Constant) and isinstance(first.value, str):
            found.append((first.value, first))
    deleted = (part.id for one in own_nodes(function, Delete) for part in walk(one.targets, Name))
    if name not in deleted:
        yield from found
