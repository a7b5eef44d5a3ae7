"""A method that is put into a text without being called

## What it does
Plays the model through, and reports `error().message`, `request.request_id`, `tensor.name` and the other methods of
the backend's objects where they come into a text (an f-string, `str(…)`, `%`, `format`), or are compared with one,
without parentheses. Helpers and exceptions of the file that take the value are followed.

## What happens
Nothing fails: the text is `<bound method PyCapsule.message of <c_python_backend_utils.TritonError object …>>`, and a
comparison with it is never true. The client (or the log) gets that in place of the cause.

## How to fix
Call it: `error().message()`.

## Source
python_backend, `pb_stub.cc`: all members of these objects are methods; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP413", name="method-not-called", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "not-called"):
        name, end = python.text[mistake.span.start : mistake.span.end], mistake.span.end
        yield Problem(
            mistake.span,
            f"`{name}` is a method and is not called: the text becomes `<bound method …>`",
            help=f"write `{name}()`",
            fix=Fix("call it", (Edit(Span(python.path, end, end), "()"),), safety="unsafe"),
            key=name,
            general=mistake.span,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def label(self, request):
        return "answer to " + str(request.request_id)
#                                         ^^^^^^^^^^ TLP413

    def execute(self, requests):
        responses = []
        for request in requests:
            y = np.array([self.label(request)], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def label(self, request):
        return "answer to " + str(request.request_id())

    def execute(self, requests):
        responses = []
        for request in requests:
            y = np.array([self.label(request)], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
            ask = request.request_id
            y = np.array([f"answer to {ask()}"], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
