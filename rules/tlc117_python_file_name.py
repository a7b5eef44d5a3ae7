"""The Python backend cannot import a file of this name

## What it does
Reports a `default_model_filename` of a Python model that does not end in `.py`, or that has a further dot in
its name.

## What happens
The server refuses the model: the backend demands a name in `.py` and imports it as a module, in which a dot
means a package.

## How to fix
Name the file `model.py` and leave `default_model_filename` out.

## Source
Python backend, stub start-up; seen on 24.10. Likely only: an image can bring a `python` backend of its own.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC117",
    name="python-file-name",
    effect="load-failure",
    certainty="likely",
    server_says=("Model name must end with '.py'",),
)


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    name = config.root.scalar("default_model_filename")
    if effective.backend != "python" or name is None or not isinstance(name.value, str) or not name.value:
        return
    base = name.value.rsplit("/", 1)[-1]
    if base.endswith(".py") and "." not in base[:-3]:
        return
    why = "it must end in .py" if not base.endswith(".py") else "the dot in it makes the import look for a package"
    yield Problem(
        name.span,
        f"the Python backend will refuse {name.value!r}: {why}",
        help="name the file model.py and delete default_model_filename",
        key="default_model_filename",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
default_model_filename: "main.python"
#                       ^^^^^^^^^^^^^ TLC117
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/main.python --
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
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
