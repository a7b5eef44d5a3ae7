"""An array of str in a tensor

## What it does
Reports `pb_utils.Tensor(name, array)` where the array holds `str`: `.astype(str)`, `dtype=str`, `np.str_`, and
`np.array` of texts without `dtype=object`, however it comes to the tensor. An array of
`datetime64` or `timedelta64` is reported, too.

## What happens
`NumPy dtype is not supported.`: the request fails.

## How to fix
Use `dtype=object` (or `.astype(object)`), or `np.bytes_` where no text ends in a null byte.

## Source
Facts, python-backend 6.7 (observed).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_tree import Attribute, Call, Constant, Expr
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP401",
    name="string-array",
    effect="request-failure",
    server_says=("NumPy dtype is not supported",),
)
_MAKERS = frozenset({"numpy.array", "numpy.asarray", "numpy.zeros", "numpy.empty"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "text-array"):
        yield Problem(
            mistake.span,
            "an array of str cannot become a tensor: the backend takes strings as `object` arrays only",
            help="make it with `dtype=object`, or write `.astype(object)`",
            certainty="certain" if mistake.sure else "likely",
            key="Tensor",
            general=mistake.span,
        )
    execute = python.method("execute")
    for call in python.calls_of("Tensor"):
        value = call.call.argument(1)
        if execute is None or value is None:
            continue
        times = _times(python, value)
        if times is not None:
            yield Problem(
                value.span,
                f"an array of {times} cannot become a tensor: Triton has no such data type",
                help="write `.astype(str).astype(object)` for texts, or `.astype(np.int64)` for numbers",
                certainty="certain" if unconditional(execute, call.call) else "likely",
                key="Tensor",
            )
            continue
        if python.dtype(value) != "str":
            continue
        yield Problem(
            value.span,
            "an array of str cannot become a tensor: the backend takes strings as `object` arrays only",
            help="write `dtype=object` or `.astype(object)`",
            certainty="certain" if unconditional(execute, call.call) else "likely",
            key="Tensor",
        )


def _times(python: PythonFacts, value: Expr) -> str | None:
    """The data type of an array of dates or times that a call makes, with its unit."""
    found = python.follow(value)
    names = set()
    for source, _ in found or ():
        if not isinstance(source, Call):
            return None
        method = source.func.attr if isinstance(source.func, Attribute) else ""
        asked = source.argument(0 if method == "astype" else 1, "dtype")
        if asked is None or (method != "astype" and (python.qualified(source.func) or "") not in _MAKERS):
            return None
        text = asked.value if isinstance(asked, Constant) else (python.qualified(asked) or "").rpartition(".")[2]
        names.add(text if isinstance(text, str) and text.startswith(("datetime64", "timedelta64")) else None)
    return names.pop() if len(names) == 1 else None


EXAMPLES = (
    """\
-- tag/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- tag/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.tags = np.array([tag.strip() for tag in "low, high".split(",")])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", self.tags[(x > 0).astype(int)])
#                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP401
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(str))
#                                    ^^^^^^^^^^^^^ TLP401
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(object))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


LABELS = ["cat", "dog", "bird"]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            label = LABELS[int(a.argmax())]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array([label]))]))
#                                                                             ^^^^^^^^^^^^^^^^^ TLP401
        return responses
""",
    """\
-- tag/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- tag/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            day = x.astype("datetime64[D]")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", day)]))
#                                                                             ^^^ TLP401
        return responses
""",
)
