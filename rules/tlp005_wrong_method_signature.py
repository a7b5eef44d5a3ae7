"""A method that Triton calls with other arguments

## What it does
Reports `initialize`, `execute` and `finalize` that cannot take the arguments Triton gives: `initialize(args)`,
`execute(requests)`, `finalize()`. Decorated methods other than static and class methods are not judged. Also an async
`initialize` or `finalize`, which nothing awaits.

## What happens
`initialize`: the model does not load. `execute`: every request fails. `finalize`: the error is logged only and
nothing is cleaned up. What it would have written from a buffer is lost; files, folders and child processes that it
would have removed or ended are one more with each load.

## How to fix
Use `initialize(self, args)`, `execute(self, requests)`, `finalize(self)`.

## Source
Facts, python-backend 6.1 (initialize observed on 24.10; finalize errors are logged only, asserted by Triton's own
tests).
"""

from collections.abc import Iterator

from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_ends import removed, written_out
from tritonlint.inputs.python_flow import is_generator
from tritonlint.inputs.python_tree import Function
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP005",
    name="wrong-method-signature",
    effect="load-failure",
    server_says=("positional argument",),
)
HOOKS: dict[str, tuple[int, Effect]] = {
    "initialize": (1, "load-failure"),
    "execute": (1, "request-failure"),
    "finalize": (0, "hygiene"),
}


def check(python: PythonFacts) -> Iterator[Problem]:
    for name, (arguments, effect) in HOOKS.items():
        method = python.method(name)
        if method is None or not set(method.decorator_names) <= {"staticmethod", "classmethod"}:
            continue
        if name == "initialize" and method.is_async and not is_generator(method) and method.body:
            yield Problem(
                method.name_span,
                "`initialize` is async, but nothing awaits it: its body never runs",
                help="make it a plain `def initialize(self, args)`",
                effect="request-failure",
                certainty="likely",
                key="async",
            )
            continue
        if name == "finalize" and method.is_async and not is_generator(method) and method.body:
            result, lost = _lost(python, method)
            yield Problem(
                method.name_span,
                f"`finalize` is async, but nothing awaits it: its body never runs{lost}",
                help="make it a plain `def finalize(self)`",
                effect=result,
                key="async finalize",
            )
            continue
        given = arguments + (0 if "staticmethod" in method.decorator_names else 1)
        if method.takes(given):
            continue
        written = ", ".join(p.name for p in method.parameters)
        result, lost = _lost(python, method) if name == "finalize" else (effect, "")
        right = ", ".join(["self", *(["args"] if name == "initialize" else ["requests"] if name == "execute" else [])])
        yield Problem(
            method.name_span,
            f"`{name}({written})` cannot take what Triton calls it with{lost}",
            help=f"write `def {name}({right})`",
            effect=result,
            key=name,
        )


def _lost(python: PythonFacts, finalize: Function) -> tuple[Effect, str]:
    """What comes of it that a clean-up does not run, and how it is said."""
    if written_out(python, [finalize]) is not None:
        return "wrong-result", ": what it should write of a buffer is lost"
    if removed(python, [finalize]) is not None:
        return "instability", ": what it should remove stays, one more with each load"
    return "hygiene", ""


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
    def initialize(self):
#       ^^^^^^^^^^ TLP005
        self.ready = True

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
    def execute(self, requests, context):
#       ^^^^^^^ TLP005
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
    def initialize(self, *args):
        self.ready = True

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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def initialize(self, args):
#             ^^^^^^^^^^ TLP005
        self.scale = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]))
        return responses
""",
    """\
-- class_decorator/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- class_decorator/1/model.py --
import triton_python_backend_utils as pb_utils
import functools


def per_request(cls):
    one = cls.execute

    @functools.wraps(one)
    def execute(self, requests):
        return [one(self, r, i) for i, r in enumerate(requests)]

    cls.execute = execute
    return cls


@per_request
class TritonPythonModel:
    def execute(self, request, index):
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(request, "x").as_numpy())]
        )
""",
    """\
-- audit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- audit/1/model.py --
import triton_python_backend_utils as pb_utils


class Trail:
    def __init__(self, path):
        self.path = path
        self.lines = []

    def record(self, line):
        self.lines.append(line)
        if len(self.lines) >= 50:
            self.flush()

    def flush(self):
        with open(self.path, "a") as trail:
            trail.write("\\n".join(self.lines))
        self.lines.clear()


class TritonPythonModel:
    def initialize(self, args):
        self.trail = Trail("/tmp/audit.log")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.trail.record(str(float(x.sum())))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self, args):
#       ^^^^^^^^ TLP005
        self.trail.flush()
""",
    """\
-- audit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- audit/1/model.py --
import triton_python_backend_utils as pb_utils


class Trail:
    def __init__(self, path):
        self.path = path
        self.lines = []

    def record(self, line):
        self.lines.append(line)
        if len(self.lines) >= 50:
            self.flush()

    def flush(self):
        with open(self.path, "a") as trail:
            trail.write("\\n".join(self.lines))
        self.lines.clear()


class TritonPythonModel:
    def initialize(self, args):
        self.trail = Trail("/tmp/audit.log")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.trail.record(str(float(x.sum())))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    async def finalize(self):
#             ^^^^^^^^ TLP005
        self.trail.flush()
""",
    """\
-- audit/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- audit/1/model.py --
import triton_python_backend_utils as pb_utils


class Trail:
    def __init__(self, path):
        self.path = path
        self.lines = []

    def record(self, line):
        self.lines.append(line)
        if len(self.lines) >= 50:
            self.flush()

    def flush(self):
        with open(self.path, "a") as trail:
            trail.write("\\n".join(self.lines))
        self.lines.clear()


class TritonPythonModel:
    def initialize(self, args):
        self.trail = Trail("/tmp/audit.log")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.trail.record(str(float(x.sum())))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self, timeout=5.0):
        self.trail.flush()
""",
)
