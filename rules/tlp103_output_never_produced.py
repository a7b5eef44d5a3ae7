"""A declared output that the model never writes

## What it does
Reports an output of config.pbtxt that no InferenceResponse of the model holds. Only when every tensor of every
response has a known name. Silent where another response has it and the model reads an optional input: that may ask for
it.

## What happens
The request succeeds, and the output is missing from the response.

## How to fix
Add the tensor, or remove the output from config.pbtxt.

## Source
Facts, python-backend 6.4 (observed on every release tried).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import declared, tensors_of
from tritonlint.inputs.python_tree import Constant
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP103",
    name="output-never-produced",
    effect="wrong-result",
    certainty="likely",
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    names = declared(python, config, "output")
    if not names:
        return
    for mistake in mistakes(python, config, effective, "missing-output"):
        if _may_be_asked_for(python, config, mistake.name):
            continue
        yield Problem(
            mistake.span,
            f'this response lacks the output "{mistake.name}"; requests succeed without it',
            help=f'add `pb_utils.Tensor("{mistake.name}", …)` to it',
            related=(Related(names[mistake.name], "declared here"),),
            key=mistake.name,
            general=mistake.span,
        )
    responses = [r for r in python.responses if not (r.has_error and not r.outputs)]
    if not responses or not all(r.complete for r in responses):
        return
    written: set[str] = set()
    for response in responses:
        for write in response.outputs:
            if write.names is None:
                return
            written.update(write.names)
    if not written <= set(names):
        # A misspelt name is the cause, and another rule names it.
        return
    for name, span in names.items():
        if name not in written:
            yield Problem(
                span,
                f'model.py never writes the output "{name}"; requests succeed without it',
                help=f'add `pb_utils.Tensor("{name}", …)` to the response, or remove the output',
                related=(Related(responses[0].call.span, "the response is built here"),),
                key=name,
            )


def _may_be_asked_for(python: PythonFacts, config: Document, output: str) -> bool:
    """Whether other responses have an output, and an optional input may say who wants it."""
    inputs = tensors_of(python, config, "input").values()
    optional = (one.scalar("name") for one in inputs if one.has("optional"))
    named = {constant.value for constant in python.walk(Constant) if isinstance(constant.value, str)}
    return output in named and any(name is not None and name.value in named for name in optional)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
#              ^^^^^^^ TLP103
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
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # Who wants it asks for it.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "explain" data_type: TYPE_BOOL dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            explain = pb_utils.get_input_tensor_by_name(request, "explain")
            tensors = [pb_utils.Tensor("y", x)]
            if explain is not None and explain.as_numpy()[0]:
                tensors.append(pb_utils.Tensor("score", x * 2))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
