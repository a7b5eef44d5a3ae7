"""Calls from model.py to other models: who is called with what, and how the answer is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import Direction
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Attribute, Await, Call, Expr, Function, Name, Sequence, Starred
from tritonlint.pbtxt.tree import Message
from tritonlint.remember import remembered
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.facts import ModelFacts


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A tensor in ``inputs=``. ``name`` is None when not known; ``value`` is the array of a ``Tensor(…)``.

    ``received`` says that it is a tensor of the request, ``answered`` that it is one of another model's answer, handed
    on as it came.
    """

    span: Span
    name: str | None
    name_span: Span | None
    value: Expr | None
    received: bool
    answered: bool
    frame: Frame


@dataclass(frozen=True, slots=True, eq=False)
class Execution:
    """``request.exec(…)`` or ``request.async_exec(…)``; ``decoupled`` is None when not known."""

    call: Call
    is_async: bool
    decoupled: bool | None
    function: Function | None


@dataclass(slots=True, eq=False)
class BlsRequest:
    """An ``InferenceRequest(…)``.

    ``model`` and ``requested`` (with its place) are None when not known; ``complete`` says that ``inputs`` are all of
    its tensors.
    """

    call: Call
    frame: Frame
    function: Function | None
    model: str | None
    model_span: Span | None
    version: Expr | None
    requested: tuple[tuple[str, Span], ...] | None
    inputs: tuple[Given, ...]
    complete: bool
    preferred_memory: Expr | None
    executions: list[Execution] = field(default_factory=list)


@remembered
def bls_requests(python: PythonFacts) -> list[BlsRequest]:
    """Every InferenceRequest of a file, with the places where it is executed."""
    if "InferenceRequest" not in python.text:
        return []
    found = [_read(python, made.call, made.function) for made in python.calls_of("InferenceRequest")]
    by_span = {request.call.span: request for request in found}
    for call, method in executions(python):
        decoupled = call.argument(0, "decoupled")
        known = python.values(decoupled) if decoupled is not None else (False,)
        flag = bool(known[0]) if call.certain and known and len(known) == 1 else None
        execution = Execution(call, method.attr == "async_exec", flag, python.function_at(call))
        for source, _ in python.follow(method.value) or ():
            if source.span in by_span:
                by_span[source.span].executions.append(execution)
    return found


def executions(python: PythonFacts) -> Iterator[tuple[Call, Attribute]]:
    """Calls of a method ``exec`` or ``async_exec`` with that method, whatever they are called on."""
    for node in python.walk(Call):
        if isinstance(node.func, Attribute) and node.func.attr in {"exec", "async_exec"}:
            yield node, node.func


def answers(python: PythonFacts, expr: Expr, frame: Frame) -> list[Call] | None:
    """The ``exec``/``async_exec`` calls whose awaited answer an expression is; None when it may be something else."""
    found: list[Call] = []
    for source, _ in python.follow(expr, frame) or ():
        inner = source.value if isinstance(source, Await) else source
        if not isinstance(inner, Call) or not isinstance(inner.func, Attribute):
            return None
        if inner.func.attr != ("async_exec" if isinstance(source, Await) else "exec"):
            return None
        found.append(inner)
    return found or None


def _read(python: PythonFacts, call: Call, function: Function | None) -> BlsRequest:
    frame = python.frame_at(call)
    model = call.argument(None, "model_name")
    names = _strings(python, model, frame)
    inputs, complete = _tensors(python, call.argument(None, "inputs"), frame)
    return BlsRequest(
        call=call,
        frame=frame,
        function=function,
        model=names[0] if names and len(names) == 1 and call.certain and not loaded_anew(python, names[0]) else None,
        model_span=model.span if model is not None else None,
        version=call.argument(None, "model_version"),
        requested=_requested(python, call.argument(None, "requested_output_names"), frame) if call.certain else None,
        inputs=tuple(inputs),
        complete=complete and call.certain,
        preferred_memory=call.argument(None, "preferred_memory"),
    )


def loaded_anew(python: PythonFacts, model: str) -> bool:
    """Whether a file loads a model with a config or files of its own: it is another one than in the repository."""
    for made in python.calls_of("load_model"):
        if made.call.argument(1, "config") is not None or made.call.argument(2, "files") is not None:
            names = python.strings(made.call.argument(0, "model_name"))
            if names is None or model in names:
                return True
    return False


def _strings(python: PythonFacts, expr: Expr | None, frame: Frame) -> tuple[str, ...] | None:
    """The values of a text; for a parameter of a helper the one value that every call in the file gives it."""
    known = python.strings(expr, frame)
    if known is not None or not isinstance(expr, Name):
        return known
    handed = {python.strings(one) for one in objects_of(python).always_given(expr) or ()}
    return handed.pop() if len(handed) == 1 else None


def _requested(python: PythonFacts, expr: Expr | None, frame: Frame) -> tuple[tuple[str, Span], ...] | None:
    sources = python.follow(expr, frame) if expr is not None else None
    if not sources or len(sources) != 1 or not isinstance(sources[0][0], Sequence):
        return None
    found = []
    for item in sources[0][0].items:
        names = None if isinstance(item, Starred) else _strings(python, item, sources[0][1])
        if names is None or len(names) != 1:
            return None
        found.append((names[0], item.span))
    return tuple(found)


def _tensors(python: PythonFacts, expr: Expr | None, frame: Frame) -> tuple[list[Given], bool]:
    sources = python.follow(expr, frame) if expr is not None else None
    if not sources or len(sources) != 1:
        return [], False
    holder, where = sources[0]
    if isinstance(holder, Sequence):
        given = [given_tensor(python, item, where) for item in holder.items if not isinstance(item, Starred)]
        return given, len(given) == len(holder.items) and all(g.name is not None for g in given)
    return [], False


def given_tensor(python: PythonFacts, item: Expr, frame: Frame) -> Given:
    """What is known of a tensor in a list of tensors."""
    unknown = Given(item.span, None, None, None, False, False, frame)
    sources = python.follow(item, frame)
    if not sources or len(sources) != 1:
        return unknown
    source, where = sources[0]
    if not isinstance(source, Call) or not source.certain:
        return unknown
    made = python.pb_name(source.func, where)
    position = {"Tensor": 0, "Tensor.from_dlpack": 0, "get_input_tensor_by_name": 1, "get_output_tensor_by_name": 1}
    if made not in position:
        return unknown
    named = source.argument(position[made])
    names = python.strings(named, where)
    if named is None or names is None or len(names) != 1:
        return unknown
    value = source.argument(1) if made == "Tensor" else None
    received, answered = made == "get_input_tensor_by_name", made == "get_output_tensor_by_name"
    return Given(item.span, names[0], named.span, value, received, answered, where)


def target_tensors(target: ModelFacts, direction: Direction) -> dict[str, Message] | None:
    """The tensors of a called model by name; None when it may have others than its config says."""
    config = target.config
    if config is None or config.problems or config.root.uncertain or target.effective.intended_backend is None:
        return None
    for python in target.python:
        if not python.understood or python.method("auto_complete_config") or python.may_define("auto_complete_config"):
            return None
    if target.effective.intended_backend == "python" and not target.python:
        return None
    found = {}
    for tensor in config.root.messages(direction):
        name = tensor.string("name")
        if not name:
            return None
        found[name] = tensor
    if any(config.root.message(part) is not None for part in ("sequence_batching", f"batch_{direction}")):
        return None
    return found or None


def always(python: PythonFacts, request: BlsRequest) -> bool:
    """Whether every call of execute that meets no error makes a request and executes it."""
    execute = python.method("execute")
    if execute is None:
        return False
    return any(unconditional(execute, execution.call) for execution in request.executions)
