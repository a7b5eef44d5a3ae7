"""An input used with more dimensions than it has

## What it does
Compares the shape that an input has in `execute` (its dims, and the batch dimension before them when `max_batch_size`
is greater than 0) with how it is used: `a, b, c = x.shape`, `x.shape[3]`, `x[i, j, k]`, `axis=3`, and `reshape` to
another number of elements, or to one that binds it to a certain number of batch entries.

## What happens
NumPy raises ValueError, IndexError or AxisError, and the request fails.

## How to fix
Count the batch dimension when `max_batch_size` is greater than 0, and only then.

## Source
Facts, python-backend 6.4; every form observed on 24.10.
"""

import re
from collections.abc import Iterator
from math import prod

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_guards import falls_back
from tritonlint.inputs.python_join import types_of
from tritonlint.inputs.python_shapes import Shapes, declared_shapes, shape_is_asked, shape_words, shapes_of
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Constant,
    Expr,
    Flow,
    If,
    Node,
    Raise,
    Return,
    Sequence,
    Slice,
    Starred,
    Subscript,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP112",
    name="input-shape-misused",
    effect="request-failure",
    server_says=(
        "values to unpack",
        "too many indices for array",
        "is out of bounds for array",
        "cannot reshape array",
    ),
)
_ROWS = re.compile(r"\blen\(|\.shape\b|\brows\b|\bbatch")
AXES = frozenset({"sum", "mean", "max", "min", "argmax", "argmin", "std", "prod", "squeeze"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    inputs = declared_shapes(python, config, effective, "input")
    if not inputs:
        return
    shapes = shapes_of(python, config, effective)
    execute = python.method("execute")
    for node in _suspects(python):
        for value, message in _wrong(python, shapes, node):
            if falls_back(python.body, node, "ValueError", "IndexError"):
                continue
            if shape_is_asked(python, node) or (
                isinstance(node, Subscript) and _is_text(python, config, shapes, value)
            ):
                continue
            sure = execute is not None and unconditional(execute, node)
            batch = ", the batch dimension first" if effective.max_batch_size else ", without a batch dimension"
            yield Problem(
                node.span,
                f"`{python.source(value)}` is {message}",
                help=f"an input has its dims here{batch}",
                certainty="certain" if sure else "likely",
                key=python.source(node),
            )
        entries = _entries(python, shapes, node) if (effective.max_batch_size or 0) > 1 else None
        if entries is None or not isinstance(node, Call) or shape_is_asked(python, node):
            continue
        if not _turns_away(python, node):
            yield Problem(
                node.span,
                f"this holds {entries} of the batch's entries, and clients may send {effective.max_batch_size}: "
                "a request with another number fails",
                help="write -1 for the batch dimension",
                certainty="likely",
                key=python.source(node),
            )


def _turns_away(python: PythonFacts, node: Call) -> bool:
    """Whether requests of another number of rows may have left before a node."""
    function = python.function_at(node)
    for guard in own_nodes(function, If, Assert) if function is not None else ():
        leaves = isinstance(guard, Assert) or any(
            isinstance(one, Return | Raise) or (isinstance(one, Flow) and one.keyword != "pass")
            for one in walk(guard.body, Return, Raise, Flow)
        )
        if leaves and (guard.span.start or 0) < (node.span.start or 0) and _ROWS.search(python.source(guard.test)):
            return True
    return False


def _suspects(python: PythonFacts) -> Iterator[Assign | Subscript | Call]:
    """Uses of the number of dimensions."""
    for node in python.walk(Assign, Subscript, Call):
        if isinstance(node, Assign):
            if len(node.targets) == 1 and isinstance(node.targets[0], Sequence):
                yield node
        elif isinstance(node, Subscript) or (
            isinstance(node.func, Attribute) and (node.func.attr in AXES or node.func.attr == "reshape")
        ):
            yield node


def _is_text(python: PythonFacts, config: Document, shapes: Shapes, value: Expr) -> bool:
    """Whether one element is indexed that may be bytes or a text: these have parts though they are no arrays."""
    frame = python.frame_at(value)
    if isinstance(value, Attribute) and value.attr == "shape":
        return False
    return shapes.of(value, frame) == () and types_of(python, config).of(value, frame) in {
        None,
        "object",
        "bytes",
        "str",
    }


def _entries(python: PythonFacts, shapes: Shapes, node: Node) -> int | None:
    """To how many entries of the batch a reshape is bound, None when to none."""
    if not isinstance(node, Call) or not isinstance(node.func, Attribute) or node.func.attr != "reshape":
        return None
    frame = python.frame_at(node)
    shape, target = shapes.of(node.func.value, frame), shapes.target(node, frame)
    if shape is None or target is None or None in target or shape[:1] != (None,) or None in shape[1:]:
        return None
    have = prod(length for length in shape if length is not None)
    want = prod(length for length in target if length is not None)
    return want // have if have and want % have == 0 and want > 1 else None


def _wrong(python: PythonFacts, shapes: Shapes, node: Node) -> Iterator[tuple[Expr, str]]:
    value: Expr
    if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Sequence):
        target, given = node.targets[0], node.value
        if not isinstance(given, Attribute) or given.attr != "shape":
            return
        shape = shapes.of(given.value, python.frame_at(node))
        if shape is None or any(isinstance(item, Starred) for item in target.items) or len(shape) == len(target.items):
            return
        yield given.value, f"{shape_words(shape)}: its shape has {len(shape)} parts, not {len(target.items)}"
    elif isinstance(node, Subscript):
        value = node.value
        if any(isinstance(item, Constant) and not isinstance(item.value, int) for item in node.items):
            return
        array = value.value if isinstance(value, Attribute) and value.attr == "shape" else value
        if shapes.of(array, python.frame_at(node)) is None:
            return
        number = len([item for item in node.items if isinstance(item, Slice) or shapes.integer(item) is not None])
        if isinstance(value, Attribute) and value.attr == "shape":
            shape = shapes.of(value.value, python.frame_at(node))
            index = shapes.integer(node.items[0]) if len(node.items) == 1 else None
            if shape is not None and index is not None and not -len(shape) <= index < len(shape):
                yield value.value, f"{shape_words(shape)}: there is no `shape[{index}]`"
            return
        shape = shapes.of(value, python.frame_at(node)) if number else None
        if shape is not None and number == len(node.items) and number > len(shape):
            yield value, f"{shape_words(shape)}: {number} indices are too many"
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.certain:
        value = node.func.value
        if node.func.attr not in AXES and node.func.attr != "reshape":
            return
        frame = python.frame_at(node)
        if python.qualified(node.func, frame) is not None:
            return
        shape = shapes.of(value, frame)
        if shape is None or shape == ():
            return
        axis = node.argument(0, "axis")
        if node.func.attr in AXES and axis is not None and not isinstance(axis, Constant | Sequence):
            return
        number_given = shapes.integer(axis) if axis is not None else None
        if node.func.attr in AXES and number_given is not None and not -len(shape) <= number_given < len(shape):
            yield value, f"{shape_words(shape)}: it has no axis {number_given}"
        if node.func.attr == "reshape" and None not in shape:
            target_shape = shapes.target(node, frame)
            have = prod(length for length in shape if length is not None)
            if target_shape is not None and None not in target_shape:
                want = prod(length for length in target_shape if length is not None)
                if have != want:
                    yield (
                        value,
                        f"{shape_words(shape)}, {have} elements: it cannot be reshaped to {shape_words(target_shape)}",
                    )
        elif node.func.attr == "reshape" and shape[0] is None and None not in shape[1:]:
            target_shape = shapes.target(node, frame)
            have = prod(length for length in shape if length is not None)
            if target_shape is not None and None not in target_shape and have:
                want = prod(length for length in target_shape if length is not None)
                if want % have:
                    yield value, f"{shape_words(shape)}: no batch of it can be reshaped to {shape_words(target_shape)}"


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            batch, height, width, depth = x.shape
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP112
            y = np.full((batch, 3), height * width * depth, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.full((len(x), 3), x.shape[3], dtype=np.float32)
#                                    ^^^^^^^^^^ TLP112
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.sum(axis=3)[:, :3]
#               ^^^^^^^^^^^^^ TLP112
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x[:, 0, 0, :].reshape(-1, 3)
#               ^^^^^^^^^^^^^ TLP112
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.reshape(4, 2).sum(axis=1)[:3]
#               ^^^^^^^^^^^^^^^ TLP112
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            batch, height, width = x.shape
            y = x.reshape(batch, height * width)[:, :3]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
            first = x[0, 0] if x.ndim == 2 else x[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * first)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 6 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.reshape(1, 6)
#               ^^^^^^^^^^^^^^^ TLP112
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 6 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.reshape(-1, 6)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- stream/config.pbtxt --
backend: "python"
input { name: "reply" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "start" data_type: TYPE_STRING dims: [ 1 ] }
-- stream/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def start(self, reply: bytes):
        return reply[0:4]

    def execute(self, requests):
        responses = []
        for request in requests:
            reply = pb_utils.get_input_tensor_by_name(request, "reply").as_numpy()[0]
            start = np.array([self.start(reply)], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("start", start)]))
        return responses
""",
    # Other requests are turned away.
    """\
-- only_one_row/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "hidden" data_type: TYPE_FP32 dims: [ 6, 4 ] }
input { name: "mask" data_type: TYPE_INT32 dims: [ 6 ] }
output { name: "pooled" data_type: TYPE_FP32 dims: [ 4 ] }
-- only_one_row/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            hidden = pb_utils.get_input_tensor_by_name(request, "hidden").as_numpy()
            mask = pb_utils.get_input_tensor_by_name(request, "mask").as_numpy()
            if len(hidden) != 1:
                error = pb_utils.TritonError("send one row per request", pb_utils.TritonError.INVALID_ARG)
                responses.append(pb_utils.InferenceResponse(output_tensors=[], error=error))
                continue
            y = (hidden * mask.reshape(6, 1)).sum(axis=1)
            y = y / mask.sum(axis=1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("pooled", y.astype(np.float32))]))
        return responses
""",
)
