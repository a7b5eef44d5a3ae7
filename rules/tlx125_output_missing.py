"""A declared output is not in the answer

## What it does
Compares the names of the outputs in each answer with the configuration.

## What happens
Clients that ask for that output get an error or nothing; an ensemble that feeds on it fails.

## How to fix
Add the output to every response, or take it out of the configuration.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX125", name="output-missing", effect="wrong-result")


def check(run: ModelRun) -> Iterator[Problem]:
    for exchange in run.exchanges:
        if not exchange.reply.answered or (run.decoupled and not exchange.reply.outputs):
            # A decoupled model may well have nothing to say.
            continue
        given = {tensor.name for tensor in exchange.reply.outputs}
        declared = [str(output["name"]) for output in run.config.get("output", ())]
        for name in declared:
            if name not in given:
                yield Problem(
                    run.tensor_place("output", name),
                    f"output '{name}' is not in the answer to {exchange.request.title}, which holds "
                    f"{', '.join(sorted(given)) or 'no tensors'}",
                    help=f"give every response a pb_utils.Tensor named '{name}'",
                    key=name,
                )
        return


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
#              ^^^ TLX125
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([]))
        return responses
""",
)
