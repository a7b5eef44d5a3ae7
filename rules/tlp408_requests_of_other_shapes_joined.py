"""Requests of different shapes joined into one array

## What it does
Reports the arrays of all requests put together with `np.concatenate` or `np.vstack` where the input has a variable
dimension and `allow_ragged_batch`, also through helpers that keep the length, and with `np.stack` where clients may
send batches of different sizes. Also arrays of all requests that are taken apart again by the number of requests, or by
`np.split` at the sizes of the batches, which have to be added up.

## What happens
NumPy raises ValueError as soon as two requests of one batch differ, and every request of that batch fails. Without
`allow_ragged_batch` Triton only batches requests of the same shape, whose batch sizes may differ all the same.

## How to fix
Remove `allow_ragged_batch`, or pad the arrays to one shape; join batches with `np.concatenate`, not `np.stack`.

## Source
Triton core, dynamic batch scheduler; observed on 24.10.
"""

from collections.abc import Iterator, Sequence

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_batches import Listed, listed
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    If,
    Match,
    Name,
    Node,
    Try,
    Unary,
    With,
    lies_in,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP408",
    name="requests-of-other-shapes-joined",
    effect="request-failure",
    certainty="likely",
    server_says=("all the input array dimensions", "all input arrays must have the same shape"),
    words=("concatenate", "vstack", "stack"),
)
_ASKS = frozenset({"shape", "size", "ndim", "len", "lengths", "sizes", "shapes", "count"})
_JOINS = frozenset({"concatenate", "vstack", "stack", "array", "asarray"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if config.root.message("dynamic_batching") is None:
        return
    for mistake in (
        mistakes(python, config, effective, "split-by-requests") if (effective.max_batch_size or 0) > 1 else ()
    ):
        call = next((call for call in python.walk(Call) if call.span == mistake.span), None)
        if call is not None and (_looked_at(python, call) or _filled_up(python)):
            continue
        uneven = "array_split" in python.text[mistake.span.start : mistake.span.end]
        yield Problem(
            mistake.span,
            "this makes equal parts, and requests may bring batches of different sizes: rows go to other clients"
            + ("" if uneven else ", or it raises ValueError"),
            help="split by the sizes of the batches: `np.split(joined, np.cumsum([len(x) for x in arrays])[:-1])`",
            certainty="likely",
            effect="wrong-result" if uneven else None,
            key="split",
            general=mistake.span,
        )
    for mistake in mistakes(python, config, effective, "split-by-sizes"):
        yield Problem(
            mistake.span,
            "this takes positions at which it cuts, not the sizes of the parts: rows go to other clients",
            help="add them up: `np.split(joined, np.cumsum(sizes)[:-1])`",
            certainty="likely",
            effect="wrong-result",
            key="sizes",
            general=mistake.span,
        )
    for mistake in (
        mistakes(python, config, effective, "row-per-request") if (effective.max_batch_size or 0) > 1 else ()
    ):
        yield Problem(
            mistake.span,
            "this gives each request one row of all that were joined, and a request may bring several",
            help="count along: `rows = joined[start : start + len(x)]`, then `start += len(x)`",
            certainty="likely",
            effect="wrong-result",
            key="row",
            general=mistake.span,
        )
    told = set()
    execute = python.method("execute")
    for mistake in mistakes(python, config, effective, "batch-to-each"):
        if mistake.span not in told:
            told.add(mistake.span)
            yield Problem(
                mistake.span,
                "this gives each request the rows of all requests that were joined",
                help="split them: `np.split(joined, np.cumsum([len(x) for x in arrays])[:-1])`, one part for each",
                certainty="likely",
                effect="wrong-result",
                key="all",
                general=execute.span if execute is not None else mistake.span,
            )
    inputs = tensors_of(python, config, "input")
    for node in python.walk(Call):
        name = (python.qualified(node.func) or "").removeprefix("numpy.")
        first = node.argument(0)
        if name not in _JOINS or first is None:
            continue
        read = listed(python, first)
        tensor = inputs.get(read.name) if read is not None else None
        if tensor is None or read is None:
            continue
        ragged = tensor.scalar("allow_ragged_batch")
        if ragged is not None and ragged.value is True:
            if not _refuses_lengths(node, name, tensor.integers("dims") or (), read) or _looked_at(python, node):
                continue
            message = f"requests with different shapes of '{read.name}' are batched, and this raises ValueError for all"
            help_text = "remove `allow_ragged_batch`, or pad the arrays to one shape"
        elif name == "stack" and (effective.max_batch_size or 0) > 1 and not read.rows:
            if _looked_at(python, node):
                continue
            message = "requests may bring batches of different sizes, and this raises ValueError for all of them"
            help_text = "join batches with `np.concatenate`, and split the result by their sizes"
        else:
            continue
        related = (Related(ragged.span, "declared here"),) if ragged is not None else ()
        yield Problem(node.span, message, help=help_text, related=related, key=f"{name}:{read.name}")


def _filled_up(python: PythonFacts) -> bool:
    """Whether batches may be filled up to one size."""
    return not {"pad", "zeros", "zeros_like", "full", "ones", "resize", "tile", "repeat"}.isdisjoint(python.identifiers)


def _looked_at(python: PythonFacts, call: Call) -> bool:
    """Whether a condition or a handler in the function of a call may keep shapes that differ away from it."""
    function = python.function_at(call)
    if function is None:
        return True
    tests: list[Expr] = [node.test for node in own_nodes(function, If, Conditional, Assert)]
    tests += [node.subject for node in own_nodes(function, Match)]
    before = [test for test in tests if (test.span.start or 0) <= (call.span.start or 0)]
    # Also what a name or a function of the file stands for.
    names = {name.id for test in before for name in walk((test,), Name)}
    told: list[Node] = [*before]
    for assign in own_nodes(function, Assign):
        if assign.value is not None and any(isinstance(t, Name) and t.id in names for t in assign.targets):
            told += list(walk((assign.value,), Compare, Comprehension))
    for asked in walk(tuple(before), Call):
        helper = called_function(python, asked)
        told += helper.body if helper is not None else ()
    if any(
        (part.attr if isinstance(part, Attribute) else part.id) in _ASKS for part in walk(tuple(told), Attribute, Name)
    ):
        return True
    around = (w for w in own_nodes(function, With) if any("suppress" in python.source(item.value) for item in w.items))
    tries = [attempt for attempt in own_nodes(function, Try) if attempt.handlers]
    return any(lies_in(call, node) for node in (*tries, *around))


def _refuses_lengths(call: Call, name: str, dims: Sequence[int], read: Listed) -> bool:
    """Whether arrays, or rows, of different shapes cannot be joined so."""
    if name in {"array", "asarray"}:
        # Objects are put beside each other whatever their shapes are.
        return -1 in dims and len(call.arguments) == 1 and (read.rows or len(dims) == 1)
    shape = tuple(dims) if read.rows else (0, *dims)
    if name in {"stack", "vstack"}:
        return -1 in (shape if name == "stack" or len(shape) == 1 else shape[1:])
    axis = call.argument(1, "axis")
    negative = isinstance(axis, Unary) and axis.operator == "-"
    place = axis.operand if isinstance(axis, Unary) and negative else axis
    number = place.value if isinstance(place, Constant) else 0 if axis is None else None
    if number.__class__ is not int:
        return False
    joined = len(shape) - number if negative else number
    return any(length == -1 for at, length in enumerate(shape) if at != joined)


_SCORES = """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { preferred_batch_size: [ 2 ] max_queue_delay_microseconds: 500000 }
-- score/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def gather(self, requests):
        return [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]

    def execute(self, requests):
        inputs = self.gather(requests)
        joined = np.vstack(inputs)
"""
_ANSWERS = """\
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]) for part in parts]
"""
EXAMPLES = (
    _SCORES
    + """\
        parts = np.array_split(joined + 1, len(inputs))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP408
"""
    + _ANSWERS,
    _SCORES
    + """\
        parts = np.split(joined + 1, np.cumsum([len(x) for x in inputs])[:-1])
"""
    + _ANSWERS,
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        parts = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        means = np.mean(np.concatenate(parts), axis=1, keepdims=True)
        responses = []
        for _ in requests:
            y = pb_utils.Tensor("y", means)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP408
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        parts = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        sums = np.concatenate(parts).sum(axis=1, keepdims=True)
#              ^^^^^^^^^^^^^^^^^^^^^ TLP408
        responses = []
        start = 0
        for part in parts:
            y = pb_utils.Tensor("y", sums[start : start + len(part)])
            responses.append(pb_utils.InferenceResponse([y]))
            start += len(part)
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        parts = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        sums = np.stack(parts).sum(axis=2)
#              ^^^^^^^^^^^^^^^ TLP408
        responses = []
        start = 0
        for part in parts:
            y = pb_utils.Tensor("y", sums[start : start + len(part)])
            responses.append(pb_utils.InferenceResponse([y]))
            start += len(part)
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        parts = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        sums = np.concatenate(parts).sum(axis=1, keepdims=True)
        responses = []
        start = 0
        for part in parts:
            y = pb_utils.Tensor("y", sums[start : start + len(part)])
            responses.append(pb_utils.InferenceResponse([y]))
            start += len(part)
        return responses
""",
    """\
-- scale/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
dynamic_batching { }
-- scale/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        x = np.concatenate([pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests], axis=0)
        y = x / np.maximum(x.sum(axis=1, keepdims=True), 1)
        responses = []
        for number, _ in enumerate(requests):
            rows = y[number : number + 1]
#                  ^^^^^^^^^^^^^^^^^^^^^^ TLP408
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", rows)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def joined(self, requests):
        return np.concatenate([pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests])

    def execute(self, requests):
        joined = self.joined(requests) * np.float32(2)
        response = pb_utils.InferenceResponse([pb_utils.Tensor("y", joined)])
        return [response] * len(requests)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP408
""",
    # Through a helper that keeps the length.
    """\
-- level/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- level/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def centred(wave):
    if wave.shape[1] < 2:
        return wave
    return wave - wave.mean(axis=1, keepdims=True)


class TritonPythonModel:
    def execute(self, requests):
        waves, rows = [], []
        for request in requests:
            wave = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            waves.append(centred(wave))
            rows.append(len(wave))
        levels = np.abs(np.concatenate(waves, axis=0)).max(axis=1, keepdims=True)
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP408
        responses, start = [], 0
        for count in rows:
            part = levels[start : start + count]
            start += count
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    """\
-- level/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- level/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def centred(wave):
    if wave.shape[1] < 2:
        return wave
    return wave - wave.mean(axis=1, keepdims=True)


class TritonPythonModel:
    def execute(self, requests):
        waves, rows = [], []
        for request in requests:
            wave = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            waves.append(centred(wave))
            rows.append(len(wave))
        levels = np.concatenate([np.abs(wave).max(axis=1, keepdims=True) for wave in waves], axis=0)
        responses, start = [], 0
        for count in rows:
            part = levels[start : start + count]
            start += count
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]))
        return responses
""",
    # Requests of one length together.
    """\
-- sums/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- sums/1/model.py --
import collections

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        groups = collections.defaultdict(list)
        for number, request in enumerate(requests):
            groups[pb_utils.get_input_tensor_by_name(request, "x").shape()[1]].append(number)
        responses = [None] * len(requests)
        for numbers in groups.values():
            arrays = [pb_utils.get_input_tensor_by_name(requests[n], "x").as_numpy() for n in numbers]
            sums = np.concatenate(arrays).sum(axis=1, keepdims=True)
            start = 0
            for number, array in zip(numbers, arrays):
                y = pb_utils.Tensor("y", sums[start : start + len(array)])
                responses[number] = pb_utils.InferenceResponse([y])
                start += len(array)
        return responses
""",
    # Several arrays of one request, and what gets one length.
    """\
-- sums/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- sums/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            levels = np.stack([np.abs(x * np.float32(scale)) for scale in (1, 2, 3)])
            y = pb_utils.Tensor("y", levels.sum(axis=(0, 2))[:, None])
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- sums/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- sums/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def pad(arrays):
    longest = max(a.shape[1] for a in arrays)
    arrays[:] = [np.pad(a, ((0, 0), (0, longest - a.shape[1]))) for a in arrays]


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests]
        pad(arrays)
        sums = np.concatenate(arrays).sum(axis=1, keepdims=True)
        parts = np.split(sums, np.cumsum([len(a) for a in arrays])[:-1])
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", part)]) for part in parts]
""",
)
