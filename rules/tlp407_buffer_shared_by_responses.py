"""One buffer for the responses of several requests

## What it does
Reports a tensor in the loop over requests whose array is made outside the loop and overwritten in it, also in a
function that fills a buffer of the model and returns a part of it, where config.pbtxt has dynamic batching. So are
arrays that are put away for each request (in a list, a dict, an object) and are parts of one buffer, which is filled
again for the next request before the tensors are made.

## What happens
A response is copied when `execute` returns, so every request of a batch is answered with what the last one left in the
buffer, with status OK.

## How to fix
Give each tensor its own array: make the buffer in the loop, or hand over `buffer.copy()`.

## Source
Observed on 24.10: three batched clients all got the third one's values.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import request_loops
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import Assign, Attribute, Call, For, Name, Node, Subscript, dotted, lies_in, walk
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP407",
    name="buffer-shared-by-responses",
    effect="wrong-result",
)
MAKERS = frozenset(f"numpy.{name}" for name in ("zeros", "empty", "ones", "full", "zeros_like", "empty_like"))


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or config.root.message("dynamic_batching") is None or uses_sender(python):
        return
    if effective.max_batch_size in {0, 1}:
        return  # Each call gets one request.
    for mistake in mistakes(python, config, effective, "shared-buffer"):
        yield Problem(
            mistake.span,
            "all requests of a batch share the memory of this array, so each is answered with the values of the last",
            help="hand over a copy: `.copy()`",
            certainty="certain" if mistake.sure else "likely",
            key="memory",
            general=mistake.span,
        )
    for made in python.calls_of("Tensor"):
        value = made.call.argument(1)
        loop = next((found for found in request_loops(execute) if lies_in(made.call, found)), None)
        name = dotted(value) if isinstance(value, Name | Attribute) else None
        if loop is None or name is None or value is None:
            continue
        sources = python.follow(value)
        if not sources or any(
            not isinstance(source, Call) or python.qualified(source.func, where) not in MAKERS or lies_in(source, loop)
            for source, where in sources
        ):
            continue
        change = _changed(python, loop, name)
        if change is None:
            continue
        end = Span(python.path, value.span.end, value.span.end)
        yield Problem(
            value.span,
            f"all requests of a batch share `{name}`, so each is answered with the values of the last one",
            help=f"write `{name}.copy()`, or make the array in the loop",
            related=(Related(sources[0][0].span, "made once, here"), Related(change.span, "overwritten here")),
            fix=Fix("hand over a copy", (Edit(end, ".copy()"),)),
            key=name,
        )


def _changed(python: PythonFacts, loop: For, name: str) -> Node | None:
    """Where the loop writes into an array."""
    for node in walk(loop.body):
        if isinstance(node, Assign):
            for target in node.targets:
                if isinstance(target, Subscript) and dotted(target.value) == name:
                    return target
        elif isinstance(node, Call):
            if python.qualified(node.func) == "numpy.copyto" and dotted(node.argument(0)) == name:
                return node
            if dotted(node.argument(None, "out")) == name or dotted(node.func) == f"{name}.fill":
                return node
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.buffer = np.zeros((8, 2), dtype=np.float32)

    def _double(self, x):
        rows = self.buffer[: len(x)]
        np.multiply(x, 2, out=rows)
        return rows

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", self._double(x))
#                                    ^^^^^^^^^^^^^^^ TLP407
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        out = np.zeros((1, 2), dtype=np.float32)
        for request in requests:
            out[:] = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", out)
#                                    ^^^ TLP407
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        out = np.zeros((1, 2), dtype=np.float32)
        for request in requests:
            out[:] = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", out.copy())
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            out = np.zeros((1, 2), dtype=np.float32)
            out[:] = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", out)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # Each call gets one request.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 1
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses, buffer = [], np.zeros((1, 1), dtype=np.float32)
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            buffer[:] = x * 2
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", buffer)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.memory = np.zeros((8, 2), dtype=np.float32)

    def double(self, x):
        rows = self.memory[: len(x)]
        np.copyto(rows, x)
        rows *= 2
        return rows

    def execute(self, requests):
        doubled = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            doubled.append(self.double(x))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP407
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]) for y in doubled]
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.memory = np.zeros((8, 2), dtype=np.float32)

    def double(self, x):
        rows = self.memory[: len(x)]
        np.copyto(rows, x)
        rows *= 2
        return rows.copy()

    def execute(self, requests):
        doubled = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            doubled.append(self.double(x))
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]) for y in doubled]
""",
    # What another model was asked has been sent.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.memory = np.zeros((8, 2), dtype=np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            rows = self.memory[: len(x)]
            np.multiply(x, 2, out=rows)
            call = pb_utils.InferenceRequest(
                model_name="other", requested_output_names=["y"], inputs=[pb_utils.Tensor("x", rows)]
            )
            answer = call.exec()
            if answer.has_error():
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(answer.error().message())))
                continue
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
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
)
