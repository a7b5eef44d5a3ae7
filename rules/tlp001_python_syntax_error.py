"""A model.py that Python cannot compile

## What it does
Reports a Python model file that no Python accepts: a syntax error, bytes that are not in the declared encoding, a
null byte, `return` or `yield` outside a function, `await` outside an async one, `break` outside a loop. Both the parser
of the running Python and libcst have to refuse it, so that newer syntax is no finding.

## What happens
The stub imports the file before anything else; the exception becomes the load error.

## How to fix
Correct the line. `python3 -m py_compile model.py` shows the same error.

## Source
Facts, python-backend 6: errors at import come back as load errors.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_load import misplaced
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP001",
    name="python-syntax-error",
    effect="load-failure",
    server_says=("SyntaxError:",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    error = python.error
    if error is None:
        yield from (
            Problem(
                node.span,
                f"Python cannot compile this file: `{word}` outside {where}",
                help="write `async def`"
                if word == "await"
                else "check the indentation of this line and of those above",
                key="syntax",
            )
            for node, word, where in misplaced(python)
        )
    if error is None or error.kind == "too-deep":
        return
    if error.kind == "syntax":
        message = f"Python cannot compile this file: {error.message}"
        help_text = "`python3 -m py_compile model.py` shows the same error"
    elif error.kind == "null-byte":
        message = "Python cannot compile this file: it holds a null byte"
        help_text = "save the file as UTF-8 (a null byte in every second place means UTF-16)"
    else:
        message = f"Python cannot decode this file: {error.message}"
        help_text = "save the file as UTF-8, or declare its encoding in the first line"
    yield Problem(error.span, message, help=help_text, key=error.kind)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
class TritonPythonModel:
    def execute(self, requests)
#                             ^ TLP001
        return []
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
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses

    return None
#   ^^^^^^^^^^^ TLP001
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import asyncio

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        await asyncio.sleep(0)
#       ^^^^^^^^^^^^^^^^^^^^^^ TLP001
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
