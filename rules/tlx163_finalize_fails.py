"""finalize raises

## What it does
Unloads the model and looks in the server's output for an exception that left `finalize`.

## What happens
The server unloads the model all the same; what `finalize` was to release after that line stays.

## How to fix
Mend the quoted line; release each thing in its own `try`.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX163", name="finalize-fails", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.finalize is not None:
        yield Problem(
            run.code_place(run.finalize.blamed),
            f"finalize raises: {first_line(run.finalize.traceback)}",
            help=run.finalize.traceback,
            key="finalize",
        )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self):
        self.connection.close()
#       ^^^^^^^^^^^^^^^^^^^^^^^ TLX163
""",
)
