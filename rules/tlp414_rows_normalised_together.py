"""Rows of a batch that are normalised together

## What it does
Plays a model with `max_batch_size` through, and reports a sum, mean, norm, minimum or the like over all rows of a batch
(no `axis`, or `axis=0`) that rows of the same width are then divided by or moved by. Silent where each column of one
request is taken by itself, as of a table of candidates, where the number is sent as well, and where rows are multiplied
with it again.

A sum, mean and the like of a whole batch with `keepdims=True` is reported in any case: who keeps dimensions has
forgotten the axis.

## What happens
Every row is answered with numbers that depend on the other rows of the batch, and so on other clients: probabilities
no longer sum to 1. With `axis=0` a single row becomes all ones (or zeros).

## How to fix
Reduce each row by itself: `x.sum(axis=-1, keepdims=True)`.

## Source
Seen on 24.10 with one row, with two, and with two clients in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Constant,
    Expr,
    Name,
    dotted,
    last_name,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP414", name="rows-normalised-together", effect="wrong-result", certainty="likely", words=())


_SPREADS = frozenset({"broadcast_to", "full", "full_like", "tile", "repeat"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "over-rows"):
        if _is_put_back(python, mistake.span) or _is_sent(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            "this is one number for all rows of the batch: each row's answer depends on the others",
            help="reduce each row by itself: pass `axis=-1, keepdims=True`",
            key=python.text[mistake.span.start : mistake.span.end],
        )
    for mistake in mistakes(python, config, effective, "no-axis"):
        if _is_put_back(python, mistake.span) or _is_spread(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            "without an axis this is one number for all rows of the batch, whose dimensions nobody needs to keep",
            help="reduce each row by itself: pass `axis=-1, keepdims=True`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


def _is_sent(python: PythonFacts, reduced: Span) -> bool:
    """Whether the client gets the number as well, and can put the rows back: the scale of a quantized array."""
    names: set[str] = set()

    def holds(expr: Expr | None) -> bool:
        """Whether the number goes into a value, but not as what something is divided by or moved by."""
        if expr is None:
            return False
        divisors = [n.right.span for n in walk((expr,), Binary) if n.operator in {"/", "-"}]
        found = [n.span for n in walk((expr,), Name) if n.id in names]
        found += [reduced] if reduced.within(expr.span) else []
        return any(not any(one.within(divisor) for divisor in divisors) for one in found)

    for assign in python.walk(Assign):
        if holds(assign.value):
            names |= {target.id for target in assign.targets if isinstance(target, Name)}
    return any(holds(made.call.argument(1, "tensor")) for made in python.calls_of("Tensor"))


def _is_spread(python: PythonFacts, reduced: Span) -> bool:
    """Whether the number is written out for all rows: whoever does so means one for all of them."""
    names = _named(python, reduced)
    return any(
        reduced.within(call.span) or any(dotted(name) in names for name in walk((call,), Name, Attribute))
        for call in python.walk(Call)
        if last_name(call.func) in _SPREADS
    )


def _named(python: PythonFacts, reduced: Span) -> set[str | None]:
    """The names that a statement gives to something with the number in it."""
    return {
        dotted(target)
        for assign in python.walk(Assign)
        if assign.value is not None and reduced.within(assign.value.span) and not assign.operator
        for target in assign.targets
    } - {None}


def _is_put_back(python: PythonFacts, reduced: Span) -> bool:
    """Whether what rows are divided by, or moved by, is given a name, and rows are multiplied or moved back by it."""
    names = _named(python, reduced)
    if not names:
        return False
    back = [n for n in python.walk(Binary) if n.operator in {"*", "+"}]
    sides = [(one, other) for n in back for one, other in ((n.left, n.right), (n.right, n.left))]
    return any(dotted(one) in names and not isinstance(other, Constant) for one, other in sides) or any(
        assign.operator in {"*", "+"} and dotted(assign.value) in names for assign in python.walk(Assign)
    )


EXAMPLES = (
    """\
-- softmax/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- softmax/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            e = np.exp(x - x.max())
            y = e / e.sum()
#                   ^^^^^^^ TLP414
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- softmax/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- softmax/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            e = np.exp(x - x.max())
            y = e / e.sum(axis=-1, keepdims=True)
            y *= np.float32(1) / np.float32(len(x))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- shares/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- shares/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            e = np.exp(x)
            y = e / e.sum() if len(e) == 1 else e / e.sum(axis=1, keepdims=True)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- candidates/config.pbtxt --
backend: "python"
max_batch_size: 64
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- candidates/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            # The rows of a request are the candidates of one question.
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (x - x.mean(axis=0)) / (x.std(axis=0) + np.float32(1e-6))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- share/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- share/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = x.sum()
#                   ^^^^^^^ TLP414
            y = (x / max(float(total), 1e-6)).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- share/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- share/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = np.float32(len(x))
            y = (x / max(float(total), 1e-6)).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # What is divided by is multiplied with again.
    """\
-- round/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- round/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = max(float(np.abs(x).max()), 1e-6)
            y = (np.tanh(x / scale) * scale).astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The scale goes to the client, too.
    """\
-- quantize/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "q" data_type: TYPE_INT8 dims: [ 4 ] }
output { name: "scale" data_type: TYPE_FP32 dims: [ 1 ] }
-- quantize/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scale = max(np.abs(x).max(), np.float32(1e-6))
            q = pb_utils.Tensor("q", np.rint(x / scale * 127).astype(np.int8))
            scales = np.full((len(x), 1), scale, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([q, pb_utils.Tensor("scale", scales)]))
        return responses
""",
    """\
-- total/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- total/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.sqrt((x * x).sum(keepdims=True))
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP414
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # Softmax moves by the greatest number of all rows; one row is a batch of its own; a text counts what it likes.
    """\
-- total/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- total/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            e = np.exp(x - x.max(keepdims=True))
            shares = e / e.sum(axis=-1, keepdims=True)
            best = np.stack([row.mean(keepdims=True) for row in shares])
            spread = shares.T.std(0, keepdims=True).T
            pb_utils.Logger.log_verbose(f"{x.size} numbers")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", best + 0 * spread)]))
        return responses
""",
    # One number of a request, written out for each of its rows.
    """\
-- totals/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "total" data_type: TYPE_FP32 dims: [ 1 ] }
-- totals/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            total = np.broadcast_to(x.sum(keepdims=True), (len(x), 1)).copy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("total", total)]))
        return responses
""",
)
