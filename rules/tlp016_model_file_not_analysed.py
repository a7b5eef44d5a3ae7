"""A model file is too deep or too large to be checked

## What it does
Names a model.py whose syntax is nested more than 300 levels deep, has brackets more than 200 deep, or holds more than
100,000 syntax nodes. tritonlint does not read it further, so that no file can stop or crash a run.

## What happens
Nothing about this file was checked. CPython itself refuses brackets more than 200 deep.

## How to fix
Split generated tables and nested literals out of model.py; load them as data.

## Source
tritonlint itself; CPython's tokenizer for the brackets.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP016", name="model-file-not-analysed", effect="load-failure", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    error = python.error
    if error is not None and error.kind == "too-deep":
        yield Problem(
            Span(python.path),
            f"this file was not checked: {error.message}",
            help="move generated tables and deeply nested literals into a data file that model.py reads",
            key="not-analysed",
        )


EXAMPLES = (
    f"""\
-- add/config.pbtxt --
backend: "python"
input {{ name: "x" data_type: TYPE_FP32 dims: [ 1 ] }}
output {{ name: "y" data_type: TYPE_FP32 dims: [ 1 ] }}
-- add/1/model.py -- TLP016
x = {"(" * 220}1{")" * 220}
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
)
