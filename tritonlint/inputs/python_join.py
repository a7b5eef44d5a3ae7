"""What rules need to hold a model.py against its config.pbtxt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts, TensorRead
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY, Types
from tritonlint.inputs.python_guards import checked_for_none
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Constant,
    Expr,
    If,
    Name,
    Node,
    Sequence,
    Subscript,
    Try,
    Walrus,
    lies_in,
)
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.remember import remembered
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.inputs.rehearsal.completed import Completed

Direction = Literal["input", "output"]


def written_in(python: PythonFacts, call: Span | None, name: str) -> Constant | None:
    """Where a call of the model file writes a name that another module reads or makes a tensor by."""
    if call is None or call.start is None or call.end is None:
        return None
    constants = (one for one in python.walk(Constant) if one.value == name)
    found = [one for one in constants if call.start <= (one.span.start or 0) < call.end]
    return found[0] if len(found) == 1 else None


def declared(python: PythonFacts, config: Document, direction: Direction) -> dict[str, Span] | None:
    """The tensor names that a config declares, with their places; None when more may exist than is written.

    For what looks at the model file: None, too, where its class comes from another one.
    """
    return declared_anywhere(python, config, direction) if python.understood else None


@remembered
def declared_anywhere(python: PythonFacts, config: Document, direction: Direction) -> dict[str, Span] | None:
    """The same for what plays all files of a model."""
    root = config.root
    if config.problems or root.uncertain or not (python.understood or python.class_beside is not None):
        return None
    known = _completed(python, config)
    if known is not None and direction not in known.closed:
        return None
    names: dict[str, Span] = {}
    for tensor in root.messages(direction) if known is None else known.tensors[direction].values():
        name = tensor.scalar("name")
        if name is None or not isinstance(name.value, str):
            return None
        names[name.value] = name.span
    if not names:
        return None
    sequence = root.message("sequence_batching")
    others: list[tuple[Message, str]] = []
    if sequence is not None:
        others += [(m, "name") for m in sequence.messages("control_input")] if direction == "input" else []
        others += [(m, f"{direction}_name") for m in sequence.messages("state")]
    others += [(m, "target_name") for m in root.messages(f"batch_{direction}")]
    for message, key in others:
        for value in message.scalars(key):
            if not isinstance(value.value, str):
                return None
            names.setdefault(value.value, value.span)
    return names


@remembered
def tensors_of(python: PythonFacts, config: Document, direction: Direction) -> dict[str, Message]:
    """The tensors that a model surely has, by name: those of config.pbtxt, and what loading makes of them."""
    known = _completed(python, config)
    return tensors_by_name(config, direction) if known is None else known.tensors[direction]


def _completed(python: PythonFacts, config: Document) -> Completed | None:
    from tritonlint.inputs.rehearsal.completed import completed  # The rehearsal needs this module.

    return completed(python, config)


@remembered
def tensors_by_name(config: Document, direction: Direction) -> dict[str, Message]:
    """The tensor messages of a config by name."""
    found = {}
    for tensor in config.root.messages(direction):
        name = tensor.string("name")
        if name:
            found[name] = tensor
    return found


@remembered
def types_of(python: PythonFacts, config: Document) -> Types:
    """The data types of expressions, with what the config tells about inputs and outputs."""
    return Types(python, numpy_types(python, config, "input"), numpy_types(python, config, "output"))


def numpy_types(python: PythonFacts, config: Document, direction: Direction) -> dict[str, str | None]:
    """NumPy's names of the data types of the declared tensors, in their order; None where NumPy has none."""
    found = {}
    for name, tensor in tensors_of(python, config, direction).items():
        data_type = tensor.scalar("data_type")
        found[name] = TRITON_TO_NUMPY.get(str(data_type.value)) if data_type is not None else None
    return found


def conversion(python: PythonFacts, value: Expr, dtype: str) -> tuple[tuple[Span, str], ...]:
    """What to write where to convert an array; nothing when NumPy is not imported or ``dtype`` is no plain type."""
    numpy = next((n for n, b in python.frames[0].bindings.items() if len(b) == 1 and b[0].target == "numpy"), "")
    if not numpy or dtype == "object":
        return ()
    convert = f".astype({numpy}.{'bool_' if dtype == 'bool' else dtype})"
    start, end = (
        Span(python.path, value.span.start, value.span.start),
        Span(python.path, value.span.end, value.span.end),
    )
    if isinstance(value, Name | Call | Attribute | Subscript):
        return ((end, convert),)
    return (start, "("), (end, f"){convert}")


def none_is_handled(python: PythonFacts, read: TensorRead) -> bool:
    """Whether the result of a read is tested, kept or passed on, so that None may be meant."""
    for node in python.walk(Attribute, Assign, Walrus):
        if isinstance(node, Attribute) and node.value is read.call:
            return False
        if isinstance(node, Assign | Walrus) and node.value is read.call:
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            if len(targets) != 1 or not isinstance(targets[0], Name) or read.function is None:
                return True
            name = targets[0].id
            if isinstance(node, Walrus) or checked_for_none(read.function, name):
                return True
            return not any(
                isinstance(n.value, Name) and n.value.id == name for n in python.walk_function(read.function, Attribute)
            )
    return True


def is_list(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression is certainly a list: a display, a comprehension, or a local that is only ever one."""
    if isinstance(expr, Sequence | Comprehension):
        return expr.kind == "list"
    if not isinstance(expr, Name):
        return False
    found = python.lookup(expr.id, python.frame_at(expr))
    return found is not None and all(
        binding.kind == "value" and isinstance(binding.expr, Sequence | Comprehension) and binding.expr.kind == "list"
        for binding in found[0]
    )


@remembered
def uses_sender(python: PythonFacts) -> bool:
    """Whether anything in the file could answer requests other than through the value of execute."""
    words = {"get_response_sender", "set_release_flags"}
    if not any(word in python.text for word in words):
        return False
    # A comment or a docstring may say so too.
    return any(node.attr in words for node in python.walk(Attribute)) or any(
        isinstance(node.value, str) and node.value in words for node in python.walk(Constant)
    )


def switched_off(python: PythonFacts, node: Node) -> bool:
    """Whether a node stands below a condition that is false whenever it is asked, such as ``if DEBUG:``."""
    return any(
        any(lies_in(node, part) for part in outer.body)
        and (found := python.follow(outer.test)) is not None
        and bool(found)
        and all(isinstance(source, Constant) and not source.value for source, _ in found)
        for outer in python.walk(If)
    )


def defines(python: PythonFacts, name: str) -> bool:
    """Whether the file has a function of that name: a call of it may have nothing to do with the server."""
    return any(frame.function is not None and frame.function.name == name for frame in python.frames)


def may_batch(effective: EffectiveConfig) -> bool:
    """Whether one call of execute can get several requests: a batcher is configured, and batches are allowed."""
    return effective.scheduling in {"dynamic", "sequence"} and (effective.max_batch_size or 0) > 1


def excused(python: PythonFacts, node: Node, key: str) -> bool:
    """Whether a KeyError at a node is caught, or the file looks for the key before, or puts it there."""
    for outer in python.walk():
        if (
            isinstance(outer, Call)
            and isinstance(outer.func, Attribute)
            and outer.func.attr in {"setdefault", "update"}
        ):
            return True
        for target in outer.targets if isinstance(outer, Assign) else ():
            if isinstance(target, Subscript) and len(target.items) == 1:
                written = python.values(target.items[0])
                if written is None or key in written:
                    return True
        if isinstance(outer, Try) and outer.handlers and any(lies_in(node, part) for part in outer.body):
            return True
        if isinstance(outer, Compare) and outer.operators and outer.operators[0] in {"in", "not in"}:
            found = python.values(outer.left)
            if found is None or key in found:
                return True
    return False
