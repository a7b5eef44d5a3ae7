"""A tensor made from something that is no NumPy array

## What it does
Reports `pb_utils.Tensor(…)` with keywords, with another number of arguments than two, with the arguments swapped, and
with a list, a number, a NumPy scalar (`np.mean(x)` without `axis`, `x[0]`), a torch tensor, or what a helper gives that
returns a tuple or nothing, as its data.

## What happens
`incompatible constructor arguments`: the request fails.

## How to fix
Write `pb_utils.Tensor("name", array)`: two arguments without keywords, the second one a NumPy array
(`np.array(values, dtype=np.float32)`, `tensor.cpu().numpy()`), or hand a torch tensor to `pb_utils.Tensor.from_dlpack`.

## Source
Facts, python-backend 6.7; every form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_dtypes import Types
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import meant_to_fail
from tritonlint.inputs.python_join import types_of
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_shapes import Shapes, shapes_of
from tritonlint.inputs.python_tree import Binary, Call, Constant, Subscript
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP402",
    name="tensor-from-no-array",
    effect="request-failure",
    server_says=("__init__(): incompatible constructor arguments", "c_python_backend_utils.Tensor(arg0: str,"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    shapes = shapes_of(python, config, effective)
    for made in python.calls_of("Tensor"):
        call = made.call
        if not call.certain:
            continue
        found = _wrong(python, types_of(python, config), call) or _taken_out(python, shapes, call)
        if found is None or meant_to_fail(python.body, call):
            continue
        span, message, help_text, fix = found
        sure = execute is not None and unconditional(execute, call)
        yield Problem(span, message, help=help_text, fix=fix, certainty="certain" if sure else "likely", key="Tensor")


def _wrong(python: PythonFacts, types: Types, call: Call) -> tuple[Span, str, str, Fix | None] | None:
    named = [a for a in call.arguments if a.keyword is not None]
    if named:
        fix = None
        if len(call.arguments) == 2 and "name" not in {a.keyword for a in call.arguments[1:]}:
            edits = tuple(Edit(Span(python.path, a.span.start, a.value.span.start), "") for a in named)
            fix = Fix("give the arguments by position", edits)
        span = Span(python.path, named[0].span.start, named[0].value.span.start)
        text = python.text[span.start : span.end].rstrip("= ")
        return (
            Span(python.path, span.start, (span.start or 0) + len(text)),
            f"`pb_utils.Tensor` takes no keywords, so `{text}=` raises TypeError and the request fails",
            'write `pb_utils.Tensor("name", array)`',
            fix,
        )
    if len(call.arguments) != 2:
        return (
            call.span,
            f"`pb_utils.Tensor` takes a name and an array; {len(call.arguments)} arguments raise TypeError",
            "shape and data type are those of the array: reshape or convert it before",
            None,
        )
    name, value = (argument.value for argument in call.arguments)
    if isinstance(value, Constant) and isinstance(value.value, str) and not isinstance(name, Constant):
        edits = (Edit(name.span, python.source(value)), Edit(value.span, python.source(name)))
        return (
            call.span,
            "the name comes first in `pb_utils.Tensor`: this raises TypeError and the request fails",
            f"write `pb_utils.Tensor({python.source(value)}, …)`",
            Fix("swap the arguments", edits),
        )
    frame: Frame = python.frame_at(call)
    kind = types.not_an_array(value, frame)
    if kind is None:
        return None
    help_text, fix = "write `np.array(…, dtype=…)` with the data type of the output", None
    if kind == "a torch tensor":
        help_text = "use `.detach().cpu().numpy()` or `pb_utils.Tensor.from_dlpack`"
    elif kind == "a pb_utils.Tensor":
        end = Span(python.path, value.span.end, value.span.end)
        help_text, fix = "write `.as_numpy()`", Fix("take its array", (Edit(end, ".as_numpy()"),))
    message = f"`pb_utils.Tensor` takes a NumPy array and this is {kind}: it raises TypeError and the request fails"
    return value.span, message, help_text, fix


def _taken_out(python: PythonFacts, shapes: Shapes, call: Call) -> tuple[Span, str, str, None] | None:
    """One element of an array, and what is reckoned from it: ``x[0]``, ``x[0] * 2``."""
    value = call.argument(1)
    if value is None:
        return None
    frame = python.frame_at(call)
    sources = sources_at(python, value, frame) or [(value, frame)]
    for source, where in sources:
        product = isinstance(source, Call) and python.qualified(source.func, where) in {"numpy.dot", "numpy.vdot"}
        if not (product or isinstance(source, Subscript | Binary)) or shapes.of(source, where) != ():
            return None
    message = "`pb_utils.Tensor` takes a NumPy array and this is a single value: it raises TypeError"
    return value.span, message, "write `np.array([…], dtype=…)` with the data type of the output", None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor(name="y", data=x)
#                               ^^^^ TLP402
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = pb_utils.Tensor("y", x)
#                                    ^ TLP402
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = pb_utils.Tensor("y", x.as_numpy())
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.mean(x))
#                                    ^^^^^^^^^^ TLP402
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            doubled = [2 * value for value in x]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", doubled)]))
#                                                                             ^^^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor(x, "y")
#               ^^^^^^^^^^^^^^^^^^^^^^^ TLP402
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.array([np.mean(x)], dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.decode = np.vectorize(lambda text: text.decode("utf-8").title(), otypes=[object])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.decode(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            first = a[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", first)]))
#                                                                             ^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def transform(self, values):
        scale = values.max()
        return values / scale, scale

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            result = self.transform(a)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", result)]))
#                                                                             ^^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            order = a.sort()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", order)]))
#                                                                             ^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            norm = np.linalg.norm(a)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", norm)]))
#                                                                             ^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            b = pb_utils.get_input_tensor_by_name(request, "b").as_numpy()
            score = np.dot(a, b)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", score)]))
#                                                                             ^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            score = a.mean().item()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", score)]))
#                                                                             ^^^^^ TLP402
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def predict(self, x):
        return np.sum(x * 0.5)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.predict(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP402
        return responses
""",
)
