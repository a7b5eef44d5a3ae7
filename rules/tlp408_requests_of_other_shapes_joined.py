"""Requests of different shapes joined into one array

## What it does
Reports the arrays of all requests put together with `np.concatenate` or `np.vstack` where the input has a variable
dimension and `allow_ragged_batch`, and with `np.stack` where clients may send batches of different sizes. Also arrays
of all requests that are taken apart again by the number of requests, or by `np.split` at the sizes of the batches,
which have to be added up.

## What happens
NumPy raises ValueError as soon as two requests of one batch differ, and every request of that batch fails. Without
`allow_ragged_batch` Triton only batches requests of the same shape, whose batch sizes may differ all the same.

## How to fix
Remove `allow_ragged_batch`, or pad the arrays to one shape; join batches with `np.concatenate`, not `np.stack`.

## Source
Triton core, dynamic batch scheduler; observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import Attribute, Call, Clause, Comprehension, Expr, For, Name, Sequence, walk
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


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if config.root.message("dynamic_batching") is None:
        return
    for mistake in (
        mistakes(python, config, effective, "split-by-requests") if (effective.max_batch_size or 0) > 1 else ()
    ):
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
        if name not in {"concatenate", "vstack", "stack"} or first is None:
            continue
        read = _read(python, first, python.frame_at(node))
        tensor = inputs.get(read or "")
        if tensor is None:
            continue
        ragged = tensor.scalar("allow_ragged_batch")
        if name in {"concatenate", "vstack"}:
            if ragged is None or ragged.value is not True or -1 not in (tensor.integers("dims") or ()):
                continue
            message = f"requests with different shapes of '{read}' are batched, and this raises ValueError for all"
            help_text = "remove `allow_ragged_batch`, or pad the arrays to one shape"
        elif name == "stack" and (effective.max_batch_size or 0) > 1:
            message = "requests may bring batches of different sizes, and this raises ValueError for all of them"
            help_text = "join batches with `np.concatenate`, and split the result by their sizes"
        else:
            continue
        related = (Related(ragged.span, "declared here"),) if ragged is not None else ()
        yield Problem(node.span, message, help=help_text, related=related, key=f"{name}:{read}")


def _read(python: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    """The input whose arrays of all requests an expression lists."""
    element: Expr | None = None
    if isinstance(expr, Name):
        found = python.lookup(expr.id, frame)
        if found is None or found[1].function is None or len(found[0]) != 1 or found[0][0].kind != "value":
            return None
        made = found[0][0].expr
        if isinstance(made, Comprehension):
            return _read(python, made, found[1])
        if not isinstance(made, Sequence) or made.items:
            return None
        for loop in walk(found[1].function.body, For):
            if not python.is_request_list(loop.iterable):
                continue
            for node in walk(loop.body):
                if (
                    isinstance(node, Call)
                    and isinstance(node.func, Attribute)
                    and node.func.attr == "append"
                    and isinstance(node.func.value, Name)
                    and node.func.value.id == expr.id
                ):
                    element = node.argument(0)
    elif isinstance(expr, Comprehension) and len(expr.clauses) == 1 and len(expr.elements) == 1:
        clause: Clause = expr.clauses[0]
        if python.is_request_list(clause.iterable) and not clause.conditions:
            element = expr.elements[0]
    if element is None:
        return None
    sources = python.follow(element)
    if not sources or len(sources) != 1:
        return None
    array, where = sources[0]
    if not isinstance(array, Call) or not isinstance(array.func, Attribute) or array.func.attr != "as_numpy":
        return None
    for source, there in python.follow(array.func.value, where) or ():
        if isinstance(source, Call) and python.pb_name(source.func, there) == "get_input_tensor_by_name":
            names = python.strings(source.argument(1, "name"), there)
            return names[0] if names and len(names) == 1 else None
    return None


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
)
