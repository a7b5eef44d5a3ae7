"""An output has another data type than declared

## What it does
Compares the data types of the outputs in each answer with the configuration.

## What happens
The server passes it on as it is: clients that trust the configuration read garbage or fail.

## How to fix
Convert the array (`.astype(...)`) to the declared type, or declare the type that is produced.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, declared_outputs
from tritonlint.runtime.request import protocol_type

RULE = Rule(code="TLX126", name="output-of-another-type", effect="wrong-result")


def check(run: ModelRun) -> Iterator[Problem]:
    for name, tensor, output, exchange in declared_outputs(run):
        wanted = protocol_type(str(output.get("data_type", "")))
        if tensor.datatype != wanted:
            yield Problem(
                run.tensor_place("output", name),
                f"output '{name}' is declared {wanted}, the answer to {exchange.request.title} holds {tensor.datatype}",
                help=f"convert the array to {wanted} before it becomes a pb_utils.Tensor",
                key=name,
            )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
#              ^^^ TLX126
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    kind = "float" + str(8 * 8)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.astype(np.dtype(self.kind)))]))
        return responses
""",
)
