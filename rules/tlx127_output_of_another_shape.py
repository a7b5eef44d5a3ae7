"""An output has another shape than declared

## What it does
Compares the shapes of the outputs in each answer with the dims of the configuration, the batch dimension included.

## What happens
The server passes it on as it is: clients that trust the configuration fail, ensembles refuse it.

## How to fix
Return arrays of the declared shape, with the batch dimension first where `max_batch_size` is above 0.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, declared_outputs
from tritonlint.tensors import shape_text, shapes_match

RULE = Rule(code="TLX127", name="output-of-another-shape", effect="wrong-result")


def check(run: ModelRun) -> Iterator[Problem]:
    batches = int(run.config.get("max_batch_size", 0)) > 0
    told = set()
    for name, tensor, output, exchange in declared_outputs(run):
        dims = [int(dim) for dim in output.get("dims", ())]
        wanted = [-1, *dims] if batches else dims
        if not shapes_match(wanted, tensor.shape):
            told.add(name)
            yield Problem(
                run.tensor_place("output", name),
                f"output '{name}' is declared {shape_text(wanted)}, the answer to {exchange.request.title} is "
                f"{shape_text(tensor.shape)}",
                help="return the declared shape, or declare the one that is returned",
                key=name,
            )
    if not batches or run.decoupled:
        return
    for exchange in run.exchanges:
        rows = {tensor.shape[0] for tensor in exchange.request.inputs if tensor.shape}
        for tensor in exchange.reply.outputs:
            if len(rows) == 1 and tensor.name not in told and tensor.shape[:1] not in {(row,) for row in rows}:
                told.add(tensor.name)
                yield Problem(
                    run.tensor_place("output", tensor.name),
                    f"output '{tensor.name}' of the answer to {exchange.request.title} is "
                    f"{shape_text(tensor.shape)}: its first dimension is not the batch's, {rows.pop()}",
                    help="return one row for each row of the request",
                    key=tensor.name,
                    certainty="likely",
                )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
#              ^^^ TLX127
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.reshape(1, *x.shape))]))
        return responses
""",
)
