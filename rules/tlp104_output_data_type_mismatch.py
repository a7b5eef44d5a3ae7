"""An output array of another data type than the config declares

## What it does
Compares the data type of the arrays given to `pb_utils.Tensor`, where NumPy's rules decide it (`astype`, `dtype=`,
the float64 default of `np.zeros`, literals, arithmetic and reductions, the declared type of an input), with the
output's data_type. A type that came in while the model was loaded (`self.window = np.hamming(n)`) is told there.

## What happens
Triton does not check: the client receives FP64 where FP32 was promised, and an ensemble or a typed client misreads
the bytes.

## How to fix
Convert with `.astype(…)`, or declare the type that is sent.

## Source
Facts, python-backend 6.4 (observed on 23.10 to 26.07).
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import beside_errors
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_join import conversion, tensors_of, types_of
from tritonlint.inputs.python_tree import Attribute, Call, Expr, Expression
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP104",
    name="output-data-type-mismatch",
    effect="wrong-result",
)
BACK = {numpy: triton for triton, numpy in TRITON_TO_NUMPY.items()}


_HOW = {"bool": "add `.astype(np.bool_)`", "object": "send bytes or texts in an array of np.object_"}
"""What to write for types that NumPy calls otherwise, or that no cast makes."""


def _fits(declared_type: str, dtype: str) -> bool:
    if declared_type == "TYPE_STRING":
        return dtype in {"object", "bytes"}
    return TRITON_TO_NUMPY[declared_type] == dtype


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    outputs = tensors_of(python, config, "output")
    if not outputs:
        return
    types = types_of(python, config)
    seen: set[int | None] = set()
    for response in python.responses:
        for write in response.outputs:
            if write.value is None or not write.names or write.call.span.start in seen:
                continue
            if python.pb_name(write.call.func) != "Tensor" or write.call.span in beside_errors(python):
                continue
            dtype = types.of(write.value, python.frame_at(write.call))
            if dtype in {None, "str"} or types.not_an_array(write.value, python.frame_at(write.call)) is not None:
                continue
            declared_types = [(name, outputs[name].scalar("data_type")) for name in write.names if name in outputs]
            wrong = [
                (name, scalar)
                for name, scalar in declared_types
                if scalar is not None
                and isinstance(scalar.value, str)
                and scalar.value in TRITON_TO_NUMPY
                and not _fits(scalar.value, dtype or "")
            ]
            if not wrong or len(wrong) != len(write.names):
                continue
            seen.add(write.call.span.start)
            name, scalar = wrong[0]
            yield _problem(python, write.value.span, write.value, name, scalar, dtype or "")
    moved: set[Span] = set()
    for file, mistake, caller in mistakes_anywhere(python, config, effective, "data-type"):
        if _is_cast_for_nothing(python, mistake.value):
            continue  # That is the cause, and TLP262 tells of it.
        declared_type = outputs[mistake.name].scalar("data_type")
        value = mistake.value if file is python else None
        found = _problem(python, mistake.span, value, mistake.name, declared_type, mistake.dtype)
        found = replace(found, general=mistake.span, certainty="certain" if mistake.sure else "likely")
        found = replace(found, related=(*found.related, *called_at(caller)))
        cause = mistake.cause if file is python else None
        if cause is not None and _is_made_while_loading(python, cause):
            if cause in moved:
                continue
            moved.add(cause)
            sent = Related(mistake.span, f'sent as output "{mistake.name}" here')
            words = f'this makes {mistake.dtype} of what output "{mistake.name}" sends, which is declared '
            said = words + (str(declared_type.value) if declared_type is not None else "")
            found = replace(found, span=cause, message=said, related=(sent, *found.related))
        yield found


def _is_cast_for_nothing(python: PythonFacts, value: Expr | None) -> bool:
    """Whether the file casts an attribute of this name, ``self.index.astype(…)``, and throws the result away."""
    if not isinstance(value, Attribute):
        return False
    for statement in python.walk(Expression):
        call = statement.value
        if isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr == "astype":
            owner = call.func.value
            if isinstance(owner, Attribute) and owner.attr == value.attr:
                return True
    return False


def _is_made_while_loading(python: PythonFacts, cause: Span) -> bool:
    """Whether a data type came in when the model was made: requests find it there."""
    start = cause.start or 0
    around = [f.function for f in python.frames if f.function is not None]
    inside = [f for f in around if (f.span.start or 0) <= start < (f.span.end or 0)]
    return not inside or inside[-1].name in {"initialize", "__init__"}


def _problem(
    python: PythonFacts, span: Span, value: Expr | None, name: str, wanted: Scalar | None, dtype: str
) -> Problem:
    right = TRITON_TO_NUMPY[str(wanted.value)] if wanted is not None else ""
    edits = tuple(Edit(*edit) for edit in conversion(python, value, right)) if value is not None else ()
    return Problem(
        span,
        f'output "{name}" is declared {wanted.value if wanted else ""}, but this array is {dtype}',
        help=f"{_HOW.get(right, f'add `.astype(np.{right})`')}, or declare {BACK.get(dtype, 'the type that is sent')}",
        related=(Related(wanted.span, "declared here"),) if wanted is not None else (),
        fix=Fix(f"convert to {right}", edits, safety="unsafe") if edits else None,
        key=name,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.zeros(x.shape))
#                                    ^^^^^^^^^^^^^^^^^ TLP104
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.zeros(x.shape).astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.zeros(x.shape, dtype=np.float32) + 1)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x / 2)
#                                    ^^^^^ TLP104
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", (x / 2).astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        # Made once to see that the library works, and thrown away.
        pb_utils.InferenceResponse([pb_utils.Tensor("y", np.zeros(1, dtype=np.int8))])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.astype(np.float32))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "img" data_type: TYPE_UINT8 dims: [ 4 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


MEAN = 0.5
STD = 0.25


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            img = pb_utils.get_input_tensor_by_name(request, "img").as_numpy()
            img = (img / 255.0 - MEAN) / STD
            out = pb_utils.Tensor("x", img)
#                                      ^^^ TLP104
            responses.append(pb_utils.InferenceResponse([out]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP64 dims: [ 3 ] }
output { name: "p" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            probs = softmax(a)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("p", probs)]))
#                                                                             ^^^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            mask = np.where(a > 0.5, 1, 0)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", mask)]))
#                                                                             ^^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.rng = np.random.default_rng(0)

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            noise = self.rng.normal(size=a.shape)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a + noise)]))
#                                                                             ^^^^^^^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "m" data_type: TYPE_INT32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            counts = np.bincount(a.astype(np.int32))
            n = np.count_nonzero(counts)
            out = np.array([n, ]).reshape(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("m", out)]))
#                                                                             ^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            out = np.asarray([round(float(v), 2) for v in a])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", out)]))
#                                                                             ^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_UINT8 dims: [ 4 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "z" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def scaled(self, values):
        return values / values.sum()

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            b = self.scaled(pb_utils.get_input_tensor_by_name(request, "b").as_numpy())
            x = (a / 255).astype(np.float32) + b * np.float32(0.5)
            out = [pb_utils.Tensor("x", x), pb_utils.Tensor("y", b[1:]), pb_utils.Tensor("z", b[:1])]
            responses.append(pb_utils.InferenceResponse(out))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "logits" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "probs" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


import math


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            logits = pb_utils.get_input_tensor_by_name(request, "logits").as_numpy()
            probs = [1.0 / (1.0 + math.exp(-v)) for v in logits.tolist()]
            out = np.array(probs)
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("probs", out)]))
#                                                                                                ^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 5 ] }
output { name: "idx" data_type: TYPE_INT32 dims: [ 2 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            idx = np.argpartition(a, -2)[-2:]
            scores = a[idx]
            outputs = [pb_utils.Tensor("idx", idx), pb_utils.Tensor("score", scores)]
#                                             ^^^ TLP104
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "mask" data_type: TYPE_INT32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            mask = np.logical_and(a > 0.5, a < 2)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("mask", mask)]))
#                                                                                ^^^^ TLP104
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "v" data_type: TYPE_INT32 dims: [ 4 ] }
output { name: "z" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            v = pb_utils.get_input_tensor_by_name(request, "v").as_numpy()
            z = (v - v.mean()) / (v.std() + 1e-6)
            out = pb_utils.Tensor("z", z)
#                                      ^ TLP104
            responses.append(pb_utils.InferenceResponse(output_tensors=[out]))
        return responses
""",
    """\
-- window/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- window/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Windower:
    def __init__(self, size):
        self.window = np.hamming(size)
#                     ^^^^^^^^^^^^^^^^ TLP104

    def apply(self, x):
        return x * self.window


class TritonPythonModel:
    def initialize(self, args):
        self.windower = Windower(4)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", self.windower.apply(x))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: window/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Windower:
    def __init__(self, size):
        self.window = np.hamming(size)

    def apply(self, x):
        return x * self.window


class TritonPythonModel:
    def initialize(self, args):
        self.windower = Windower(4)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", self.windower.apply(x).astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- noise/config.pbtxt --
backend: "python"
input { name: "seed" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "noise" data_type: TYPE_FP32 dims: [ 3 ] }
-- noise/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            seed = int(pb_utils.get_input_tensor_by_name(request, "seed").as_numpy()[0])
            noise = np.random.default_rng(abs(seed)).random(3, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("noise", noise)]))
        return responses
""",
    """\
-- given_types/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
input { name: "i" data_type: TYPE_INT32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "z" data_type: TYPE_FP64 dims: [ -1 ] }
output { name: "n" data_type: TYPE_INT64 dims: [ -1 ] }
-- given_types/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            i = pb_utils.get_input_tensor_by_name(request, "i").as_numpy()
            y = pb_utils.Tensor("y", x @ np.identity(3, np.float32))
            z = pb_utils.Tensor("z", np.mean(x, dtype=np.float64, keepdims=True))
            n = pb_utils.Tensor("n", np.array([i for i in range(3)]))
            responses.append(pb_utils.InferenceResponse([y, z, n]))
        return responses
""",
)
